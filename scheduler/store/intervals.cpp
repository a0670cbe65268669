// The interval log. Rows are only ever appended; what a table holds is found by folding them (reference 7.3).
// Rows of one (name, version) get strictly growing times, because SQLMesh resolves equal times as add before
// remove.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "crypto/crypto.h"
#include "store/rows.h"
#include "time/interval_unit.h"
#include "time/timelike.h"

namespace towline::store {
namespace {

using NameVersion = std::pair<std::string, std::string>;

/// What one writer (an identifier with its dev table) did to a table.
struct Group {
    std::optional<std::string> identifier;
    std::optional<std::string> dev_version;
    model::Intervals intervals;
    model::Intervals dev_intervals;
};

struct Table {
    std::vector<Group> groups;
    model::Intervals pending;

    Group& group(const std::optional<std::string>& identifier, const std::optional<std::string>& dev_version) {
        for (Group& each : groups)
            if (each.identifier == identifier && each.dev_version == dev_version) return each;
        groups.push_back({identifier, dev_version, {}, {}});
        return groups.back();
    }
};

void fold(Table& table, const SqlRow& row) {
    const Interval range{row.num("start_ts"), row.num("end_ts")};
    const bool is_dev = row.flag("is_dev");
    const bool is_removed = row.flag("is_removed");
    if (row.flag("is_pending_restatement")) {
        model::add(table.pending, range);
        return;
    }
    Group& group = table.group(row.maybe_text("identifier"), row.maybe_text("dev_version"));
    model::Intervals& target = is_dev ? group.dev_intervals : group.intervals;
    if (is_removed) {
        model::remove(target, range);
    } else {
        model::add(target, range);
        if (!is_dev) model::remove(table.pending, range);
    }
}

/// From when on only the snapshot's own intervals count; 0 = they all do.
Result<TimestampMs> effective_from(const Snapshot& snapshot) {
    if (!snapshot.effective_from) return TimestampMs{0};
    TRY(const TimestampMs parsed, time::parse_timelike(*snapshot.effective_from, snapshot.created_ts));
    const auto unit = time::interval_unit_from(snapshot.node.interval_unit);
    return unit ? time::floor(*unit, parsed) : parsed;
}

Status merge(Snapshot& snapshot, const Table& table) {
    TRY(const TimestampMs from, effective_from(snapshot));
    const std::string identifier = snapshot.id().identifier;
    for (const Group& group : table.groups) {
        const bool is_cut = from > 0 && group.identifier != identifier;
        for (Interval range : group.intervals) {
            if (is_cut) range.end = std::min(range.end, from);
            model::add(snapshot.intervals, range);
        }
        if (group.dev_version == snapshot.dev_version)
            for (const Interval& range : group.dev_intervals) model::add(snapshot.dev_intervals, range);
    }
    for (const Interval& range : table.pending) model::add(snapshot.pending_restatement_intervals, range);
    return {};
}

}  // namespace

Status hydrate(SqlSession& session, const std::string& project_id, std::vector<Snapshot>& snapshots) {
    std::set<NameVersion> wanted;
    for (const Snapshot& snapshot : snapshots) wanted.insert({snapshot.name, snapshot.version});
    if (wanted.empty()) return {};
    json::Array pairs;
    for (const auto& [name, version] : wanted) pairs.sub(json::Object().str("name", name).str("version", version));
    TRY(const SqlRows rows, session.run("intervals_by_version", {project_id, pairs.dump()}));

    std::map<NameVersion, Table> tables;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const SqlRow row = rows.row(i);
        fold(tables[{row.text("name"), row.text("version")}], row);
    }
    for (Snapshot& snapshot : snapshots) {
        snapshot.intervals.clear();
        snapshot.dev_intervals.clear();
        snapshot.pending_restatement_intervals.clear();
        const auto table = tables.find({snapshot.name, snapshot.version});
        if (table != tables.end()) TRY_STATUS(merge(snapshot, table->second));
    }
    return {};
}

Status append_intervals(SqlSession& session, const std::string& project_id, const std::vector<IntervalRow>& rows,
                        TimestampMs now) {
    std::map<NameVersion, TimestampMs> newest;  // in the order in which everybody locks
    for (const IntervalRow& row : rows)
        if (!row.range.empty() && !row.writers.empty()) newest[{row.name, row.version}] = 0;
    if (newest.empty()) return {};
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
