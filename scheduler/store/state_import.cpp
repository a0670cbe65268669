// Taking over the state that SQLMesh kept until now: all of it or nothing.
#include <fmt/core.h>

#include "crypto/crypto.h"
#include "store/interval_rows.h"
#include "store/rows.h"
#include "store/sql_store.h"

namespace towline::store {
namespace {

constexpr std::string_view kDeletions[] = {"state_delete_snapshots", "state_delete_intervals",
                                           "state_delete_environments", "state_delete_statements",
                                           "state_delete_auto_restatements"};

Status make_room(SqlSession& session, const std::string& project_id, bool replace) {
    TRY(const SqlRows rows, session.run("state_count", {project_id}));
    const SqlRow count = rows.row(0);
    if (count.num("works") > 0)
        return fail(ErrorCode::conflict, "a plan or run of the project has not ended",
                    "wait for it or cancel it: towline plan list, towline run list");
    if (!replace && count.num("environments") + count.num("snapshots") > 0)
        return fail(ErrorCode::conflict,
                    fmt::format("the project has a state already: {} environments, {} snapshots",
                                count.num("environments"), count.num("snapshots")),
                    "import with --replace to put the new state in its place; the tables of the old one stay");
    if (!replace) return {};
    for (const std::string_view statement : kDeletions) TRY_STATUS(session.run(statement, {project_id}));
    return {};
}

// The pending ranges come last: an interval that is recorded later would take its part out of them.
Status add_intervals(SqlSession& session, const std::string& project_id, const Snapshot& snapshot, TimestampMs now) {
    IntervalRows rows(session, project_id);
    const std::string identifier = snapshot.id().identifier;
    for (const Interval& range : snapshot.intervals)
        TRY_STATUS(
            rows.add({snapshot.name, snapshot.version, identifier, snapshot.dev_version, range, now, false, false}));
    for (const Interval& range : snapshot.dev_intervals)
        TRY_STATUS(
            rows.add({snapshot.name, snapshot.version, identifier, snapshot.dev_version, range, now, true, false}));
    for (const Interval& range : snapshot.pending_restatement_intervals)
        TRY_STATUS(rows.add({snapshot.name, snapshot.version, {}, {}, range, now + 1, false, true}));
    return rows.flush();
}

}  // namespace

Status IntervalRows::add(const IntervalRecord& row) {
    if (row.range.empty()) return {};
    rows_.sub(json::Object()
                  .str("id", crypto::random_hex(16))
                  .num("created_ts", row.created_ts)
                  .str("name", row.name)
                  .maybe("identifier", row.identifier)
                  .str("version", row.version)
                  .maybe("dev_version", row.dev_version)
                  .num("start_ts", row.range.start)
                  .num("end_ts", row.range.end)
                  .flag("is_dev", row.is_dev)
                  .flag("is_compacted", row.is_compacted)
                  .flag("is_pending", row.is_pending));
    return ++count_ < kRowsPerStatement ? Status{} : flush();
}

Status IntervalRows::flush() {
    if (count_ == 0) return {};
    TRY_STATUS(session_.run("intervals_import", {project_id_, rows_.dump()}));
    rows_ = {};
    count_ = 0;
    return {};
}

Status SqlStore::import_state(const std::string& project_id, const StateImport& state, TimestampMs now) {
    return write([&](SqlSession& session) -> Status {
        TRY_STATUS(make_room(session, project_id, state.replace));
        TRY_STATUS(push_snapshot_rows(session, project_id, state.snapshots, [now](const Snapshot& snapshot) {
            return snapshot.updated_ts > 0 ? snapshot.updated_ts : now;
        }));
        for (const Snapshot& snapshot : state.snapshots) TRY_STATUS(add_intervals(session, project_id, snapshot, now));
        std::vector<Event> events;
        for (const StateImport::Named& one : state.environments) {
            const Environment& environment = one.environment;
            TRY_STATUS(require_snapshots(session, project_id, environment));
            TRY_STATUS(insert_environment(session, project_id, environment, one.statements));
            if (environment.finalized_ts)
                TRY_STATUS(session.run("environment_finalize", {project_id, environment.naming.name,
                                                                environment.plan_id, *environment.finalized_ts}));
            events.push_back(
                environment_event(project_id, environment.naming.name, "imported", environment.plan_id, now));
        }
        return add_events(session, events);
    });
}

}  // namespace towline::store
