// The interval log. Rows are only ever appended; plan/interval_log.h folds them.
// Rows of one (name, version) get strictly growing times, because SQLMesh resolves equal times as add before
// remove.
#include <algorithm>
#include <map>
#include <set>

#include "crypto/crypto.h"
#include "store/interval_rows.h"
#include "store/rows.h"

namespace towline::store {
namespace {

using NameVersion = std::pair<std::string, std::string>;

}  // namespace

plan::IntervalEntry interval_entry(const SqlRow& row) {
    return {row.maybe_text("identifier"), row.maybe_text("dev_version"), {row.num("start_ts"), row.num("end_ts")},
            row.flag("is_dev"),           row.flag("is_removed"),        row.flag("is_pending_restatement")};
}

Status hydrate(SqlSession& session, const std::string& project_id, std::vector<Snapshot>& snapshots) {
    std::set<NameVersion> wanted;
    for (const Snapshot& snapshot : snapshots) wanted.insert({snapshot.name, snapshot.version});
    if (wanted.empty()) return {};
    json::Array pairs;
    for (const auto& [name, version] : wanted) pairs.sub(json::Object().str("name", name).str("version", version));
    TRY(const SqlRows rows, session.run("intervals_by_version", {project_id, pairs.dump()}));

    std::map<NameVersion, plan::IntervalLog> tables;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const SqlRow row = rows.row(i);
        tables[{row.text("name"), row.text("version")}].fold(interval_entry(row));
    }
    for (Snapshot& snapshot : snapshots) {
        snapshot.intervals.clear();
        snapshot.dev_intervals.clear();
        snapshot.pending_restatement_intervals.clear();
        const auto table = tables.find({snapshot.name, snapshot.version});
        if (table != tables.end()) TRY_STATUS(table->second.hydrate(snapshot));
    }
    return {};
}

Status lock_intervals(SqlSession& session, const std::string& project_id, IntervalTimes& newest) {
    json::Array tables;
    for (const auto& [table, created_ts] : newest)
        tables.sub(json::Object().str("name", table.first).str("version", table.second));
    const std::string wanted = tables.dump();
    TRY_STATUS(session.run("intervals_lock", {project_id, wanted}));
    TRY(const SqlRows found, session.run("intervals_newest", {project_id, wanted}));
    for (std::size_t i = 0; i < found.size(); ++i) {
        const SqlRow row = found.row(i);
        newest[{row.text("name"), row.text("version")}] = row.num("created_ts");
    }
    return {};
}

Status append_intervals(SqlSession& session, const std::string& project_id, const std::vector<IntervalRow>& rows,
                        TimestampMs now) {
    IntervalTimes newest;
    for (const IntervalRow& row : rows)
        if (!row.range.empty() && !row.writers.empty()) newest[{row.name, row.version}] = 0;
    if (newest.empty()) return {};
    TRY_STATUS(lock_intervals(session, project_id, newest));
    json::Array out;
    for (const IntervalRow& row : rows) {
        if (row.range.empty() || row.writers.empty()) continue;
        TimestampMs& last = newest[{row.name, row.version}];
        last = std::max(now, last + 1);
        for (const auto& [identifier, dev_version] : row.writers)
            out.sub(json::Object()
                        .str("id", crypto::random_hex(16))
                        .num("created_ts", last)
                        .str("name", row.name)
                        .maybe("identifier", identifier)
                        .str("version", row.version)
                        .maybe("dev_version", dev_version)
                        .num("start_ts", row.range.start)
                        .num("end_ts", row.range.end)
                        .flag("is_dev", row.is_dev)
                        .flag("is_removed", row.is_removed));
    }
    TRY_STATUS(session.run("intervals_add", {project_id, out.dump()}));
    return {};
}

}  // namespace towline::store
