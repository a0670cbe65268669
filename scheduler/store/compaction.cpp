// The interval log is only appended to; here it is folded, and here restatements enter it that wait for their run.
#include <algorithm>

#include "json/json.h"
#include "store/interval_rows.h"
#include "store/rows.h"
#include "store/sql_store.h"

namespace towline::store {
namespace {

constexpr std::int64_t kTablesPerCall = 1000;

struct TableKey {
    std::string name;
    std::string version;
};

Status compact(SqlSession& session, const std::string& project_id, const TableKey& key, TimestampMs now) {
    // Rows are added under the same lock, so nothing comes between reading and replacing.
    IntervalTimes times{{{key.name, key.version}, 0}};
    TRY_STATUS(lock_intervals(session, project_id, times));
    const TimestampMs newest = times.begin()->second;
    TRY(const SqlRows rows, session.run("intervals_of_table", {project_id, key.name, key.version}));
    if (rows.empty()) return {};
    plan::IntervalLog table;
    for (std::size_t i = 0; i < rows.size(); ++i) table.fold(interval_entry(rows.row(i)));
    TRY_STATUS(session.run("intervals_delete_table", {project_id, key.name, key.version, newest}));
    const TimestampMs created_ts = std::max(now, newest + 1);
    IntervalRows out(session, project_id);
    for (const plan::IntervalLog::Group& group : table.groups)
        for (const bool is_dev : {false, true})
            for (const Interval& range : is_dev ? group.dev_intervals : group.intervals)
                TRY_STATUS(out.add({key.name, key.version, group.identifier, group.dev_version, range, created_ts,
                                    is_dev, false, true}));
    for (const Interval& range : table.pending)
        TRY_STATUS(out.add({key.name, key.version, {}, {}, range, created_ts + 1, false, true, true}));
    return out.flush();
}

}  // namespace

Result<int> SqlStore::compact_intervals(const std::string& project_id, TimestampMs now) {
    std::vector<TableKey> tables;
    TRY_STATUS(each_row("intervals_uncompacted", {project_id, kTablesPerCall}, [&](const SqlRow& row) -> Status {
        tables.push_back({row.text("name"), row.text("version")});
        return {};
    }));
    for (const TableKey& key : tables)
        TRY_STATUS(write([&](SqlSession& session) { return compact(session, project_id, key, now); }));
    return static_cast<int>(tables.size());
}

Status SqlStore::auto_restate(const std::string& project_id, const std::vector<AutoRestatement>& restatements,
                              TimestampMs now) {
    return write([&](SqlSession& session) -> Status {
        IntervalRows rows(session, project_id);
        json::Array next;
        IntervalTimes times;
        for (const AutoRestatement& one : restatements) times[{one.name, one.version}] = 0;
        if (times.empty()) return {};
        TRY_STATUS(lock_intervals(session, project_id, times));
        for (const AutoRestatement& one : restatements) {
            const TimestampMs created_ts = std::max(now, times[{one.name, one.version}] + 1);
            TRY_STATUS(rows.add({one.name, one.version, {}, {}, one.range, created_ts, false, true}));
            if (one.next_ts)
                next.sub(json::Object().str("name", one.name).str("version", one.version).num("next_ts", *one.next_ts));
        }
        TRY_STATUS(rows.flush());
        if (!next.empty()) TRY_STATUS(session.run("auto_restatements_put", {project_id, next.dump()}));
        return {};
    });
}

}  // namespace towline::store
