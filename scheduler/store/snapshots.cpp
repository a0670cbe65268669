// Projects, snapshots and their intervals.
#include <map>

#include "model/codec.h"
#include "store/rows.h"
#include "store/sql_store.h"
#include "time/timelike.h"

namespace towline::store {
namespace {

constexpr std::size_t kSnapshotsPerStatement = 200;

Result<std::string> snapshot_row(const Snapshot& snapshot, TimestampMs now) {
    TRY(const TimestampMs expires, time::expiry(snapshot.ttl, now));
    json::Object row;
    row.str("name", snapshot.name)
        .str("identifier", snapshot.id().identifier)
        .str("version", snapshot.version)
        .str("snapshot", model::to_json(snapshot, false))
        .num("updated_ts", now)
        .maybe_num("unpaused_ts", snapshot.unpaused_ts)
        .num("ttl_ms", expires - now)
        .flag("unrestorable", snapshot.unrestorable)
        .flag("forward_only", snapshot.forward_only)
        .str("dev_version", snapshot.dev_version)
        .str("fingerprint", model::to_json(snapshot.fingerprint));
    if (model::is_model(snapshot.node)) row.str("kind_name", model::to_string(snapshot.node.kind.name));
    return row.dump();
}

Result<Snapshot> snapshot_from(const SqlRow& row) {
    TRY(const json::Document document, json::Document::parse(row.text("snapshot")));
    TRY(Snapshot snapshot, model::snapshot_from_json(document.root()));
    snapshot.updated_ts = row.num("updated_ts");
    snapshot.unpaused_ts = row.maybe_num("unpaused_ts");
    snapshot.unrestorable = row.flag("unrestorable");
    snapshot.forward_only = row.flag("forward_only");
    snapshot.next_auto_restatement_ts = row.maybe_num("next_auto_restatement_ts");
    return snapshot;
}

Status push_some(SqlSession& session, const std::string& project_id, const std::vector<Snapshot>& snapshots,
                 std::size_t first, const std::function<TimestampMs(const Snapshot&)>& updated_ts) {
    json::Array rows, restatements;
    const std::size_t last = std::min(snapshots.size(), first + kSnapshotsPerStatement);
    for (std::size_t i = first; i < last; ++i) {
        TRY(const std::string row, snapshot_row(snapshots[i], updated_ts(snapshots[i])));
        rows.raw(row);
        if (snapshots[i].next_auto_restatement_ts)
            restatements.sub(json::Object()
                                 .str("name", snapshots[i].name)
                                 .str("version", snapshots[i].version)
                                 .num("next_ts", *snapshots[i].next_auto_restatement_ts));
    }
    TRY_STATUS(session.run("snapshots_push", {project_id, rows.dump()}));
    if (!restatements.empty()) TRY_STATUS(session.run("auto_restatements_put", {project_id, restatements.dump()}));
    return {};
}

/// The snapshots a statement gives, with their intervals.
Result<std::vector<Snapshot>> load(SqlSession& session, std::string_view statement, const std::string& project_id,
                                   const std::string& list) {
    TRY(const SqlRows rows, session.run(statement, {project_id, list}));
    std::map<SnapshotId, Snapshot> found;  // a list may name one twice
    for (std::size_t i = 0; i < rows.size(); ++i) {
        TRY(Snapshot snapshot, snapshot_from(rows.row(i)));
        const SnapshotId id = snapshot.id();
        found.emplace(id, std::move(snapshot));
    }
    std::vector<Snapshot> out;
    out.reserve(found.size());
    for (auto& [id, snapshot] : found) out.push_back(std::move(snapshot));
    TRY_STATUS(hydrate(session, project_id, out));
    return out;
}

}  // namespace

Status push_snapshot_rows(SqlSession& session, const std::string& project_id, const std::vector<Snapshot>& snapshots,
                          const std::function<TimestampMs(const Snapshot&)>& updated_ts) {
    for (std::size_t first = 0; first < snapshots.size(); first += kSnapshotsPerStatement)
        TRY_STATUS(push_some(session, project_id, snapshots, first, updated_ts));
    return {};
}

Status SqlStore::ensure_project(const std::string& project_id, TimestampMs now) {
    TRY_STATUS(change("project_add", {project_id, now}));
    return {};
}

Result<std::vector<std::string>> SqlStore::projects() {
    std::vector<std::string> out;
    TRY_STATUS(each_row("projects", {}, [&](const SqlRow& row) -> Status {
        out.push_back(row.text("id"));
        return {};
    }));
    return out;
}

Status SqlStore::push_snapshots(const std::string& project_id, const std::vector<Snapshot>& snapshots,
                                TimestampMs now) {
    return write([&](SqlSession& session) {
        return push_snapshot_rows(session, project_id, snapshots, [now](const Snapshot&) { return now; });
    });
}

Result<std::vector<Snapshot>> SqlStore::snapshots(const std::string& project_id, const std::vector<SnapshotId>& ids) {
    std::vector<Snapshot> out;
    const Status done = read([&](SqlSession& session) -> Status {
        TRY(out, load(session, "snapshots_by_id", project_id, snapshot_id_list(ids)));
        return {};
    });
    TRY_STATUS(done);
    return out;
}

Result<std::vector<Snapshot>> SqlStore::snapshots_by_name(const std::string& project_id,
                                                          const std::vector<std::string>& names) {
    std::vector<Snapshot> out;
    const Status done = read([&](SqlSession& session) -> Status {
        TRY(out, load(session, "snapshots_by_name", project_id, id_list(names, "name")));
        return {};
    });
    TRY_STATUS(done);
    return out;
}

Status SqlStore::refresh_intervals(const std::string& project_id, std::vector<Snapshot>& snapshots) {
    return read([&](SqlSession& session) { return hydrate(session, project_id, snapshots); });
}

Result<plan::TableEnds> SqlStore::interval_ends(const std::string& project_id,
                                                const std::set<plan::TableVersion>& tables) {
    json::Array wanted;
    for (const auto& [name, version] : tables) wanted.sub(json::Object().str("name", name).str("version", version));
    plan::TableEnds out;
    TRY_STATUS(each_row("interval_ends", {project_id, wanted.dump()}, [&](const SqlRow& row) -> Status {
        if (const auto end = row.maybe_num("end_ts")) out[{row.text("name"), row.text("version")}] = *end;
        return {};
    }));
    return out;
}

Status SqlStore::unpause(const std::string& project_id, const std::vector<SnapshotId>& ids, TimestampMs unpaused_ts,
                         TimestampMs now) {
    return write([&](SqlSession& session) -> Status {
        if (ids.empty()) return {};
        const std::string list = snapshot_id_list(ids);
        TRY_STATUS(session.run("snapshots_pause_names", {project_id, list, now}));
        TRY_STATUS(session.run("snapshots_unpause", {project_id, list, now, unpaused_ts}));
        TRY_STATUS(session.run("snapshots_mark_unrestorable", {project_id, list, now}));
        return {};
    });
}

Status SqlStore::add_interval(const std::string& project_id, const Snapshot& snapshot, Interval interval, bool is_dev,
                              TimestampMs now) {
    IntervalRow row{snapshot.name, snapshot.version, {{snapshot.id().identifier, snapshot.dev_version}},
                    interval,      is_dev,           false};
    return write([&](SqlSession& session) { return append_intervals(session, project_id, {row}, now); });
}

// A table that several snapshots share loses the range for all of them: each writer in the log gets its row.
Status SqlStore::remove_interval(const std::string& project_id, const Snapshot& snapshot, Interval interval,
                                 TimestampMs now) {
    return write([&](SqlSession& session) -> Status {
        TRY(const SqlRows groups, session.run("interval_groups", {project_id, snapshot.name, snapshot.version}));
        IntervalRow row{snapshot.name, snapshot.version, {}, interval, false, true};
        for (std::size_t i = 0; i < groups.size(); ++i)
            row.writers.emplace_back(groups.row(i).maybe_text("identifier"), groups.row(i).maybe_text("dev_version"));
        return append_intervals(session, project_id, {row}, now);
    });
}

}  // namespace towline::store
