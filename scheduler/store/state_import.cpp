// Taking over the state that SQLMesh kept until now: all of it or nothing, in pages where it is large.
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

/// `conflict` where no state may be taken over now.
Status check_room(SqlSession& session, const std::string& project_id, bool replace) {
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
    return {};
}

Status make_room(SqlSession& session, const std::string& project_id, bool replace) {
    TRY_STATUS(check_room(session, project_id, replace));
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

namespace {

constexpr std::string_view kMoves[] = {"state_move_snapshots", "state_move_intervals", "state_move_environments",
                                       "state_move_statements", "state_move_auto_restatements"};
constexpr std::int64_t kOpenImportsMax = 8;  // of one project: pages that nobody applies stay for an hour
constexpr std::size_t kIdBytes = 16;

/// Where the rows of an import wait. '#' is in no project's id, so nothing else finds them.
std::string waiting_room(const std::string& project_id, const std::string& import_id) {
    return project_id + "#" + import_id;
}

tl::unexpected<Error> gone() {
    return fail(ErrorCode::conflict, "pages of the state are missing: the import was begun too long ago, or never",
                "import the state again");
}

/// The import's row, begun now if there is none; locked until the transaction ends.
Result<SqlRows> touch(SqlSession& session, const std::string& project_id, const std::string& import_id, bool is_first,
                      TimestampMs now) {
    if (is_first) {
        TRY(const SqlRows open, session.run("state_imports_open", {project_id}));
        if (open.row(0).num("count") >= kOpenImportsMax)
            return fail(ErrorCode::conflict,
                        fmt::format("{} imports of the project have begun and not ended", kOpenImportsMax),
                        "wait an hour: then they are forgotten");
    }
    TRY_STATUS(session.run("state_import_touch", {project_id, import_id, now}));
    return session.run("state_import_get", {project_id, import_id});
}

Status add_rows(SqlSession& session, const std::string& project_id, const StateImport& part, TimestampMs now) {
    TRY_STATUS(push_snapshot_rows(session, project_id, part.snapshots, [now](const Snapshot& snapshot) {
        return snapshot.updated_ts > 0 ? snapshot.updated_ts : now;
    }));
    for (const Snapshot& snapshot : part.snapshots) TRY_STATUS(add_intervals(session, project_id, snapshot, now));
    for (const StateImport::Named& one : part.environments) {
        const Environment& environment = one.environment;
        TRY_STATUS(require_snapshots(session, project_id, environment));
        TRY_STATUS(insert_environment(session, project_id, environment, one.statements));
        if (environment.finalized_ts)
            TRY_STATUS(session.run("environment_finalize", {project_id, environment.naming.name, environment.plan_id,
                                                            *environment.finalized_ts}));
    }
    return {};
}

/// Everything of the waiting room is the project's from now on.
Result<StateCounts> move_in(SqlSession& session, const std::string& project_id, const std::string& room,
                            TimestampMs now) {
    TRY(const SqlRows named, session.run("state_environment_plans", {room}));
    if (named.empty()) return fail(ErrorCode::invalid, "the state has no environment");
    StateCounts counts;
    counts.environments = static_cast<std::int64_t>(named.size());
    for (const std::string_view statement : kMoves) {
        TRY(const SqlRows moved, session.run(statement, {room, project_id}));
        if (statement == kMoves[0]) counts.snapshots = moved.changed();
    }
    std::vector<Event> events;
    for (std::size_t i = 0; i < named.size(); ++i)
        events.push_back(
            environment_event(project_id, named.row(i).text("name"), "imported", named.row(i).text("plan_id"), now));
    TRY_STATUS(add_events(session, events));
    return counts;
}

}  // namespace

Status SqlStore::import_state(const std::string& project_id, const StateImport& state, TimestampMs now) {
    const std::string import_id = crypto::random_hex(kIdBytes);
    TRY_STATUS(add_state_page(project_id, {import_id, 0, {}, state}, now));
    TRY([[maybe_unused]] const StateCounts counts, apply_state_pages(project_id, import_id, 1, state.replace, now));
    return {};
}

Status SqlStore::add_state_page(const std::string& project_id, const StatePage& page, TimestampMs now) {
    return write([&](SqlSession& session) -> Status {
        TRY(const SqlRows known, session.run("state_import_get", {project_id, page.import_id}));
        // What would be refused at the end is refused before anything is sent.
        if (known.empty()) TRY_STATUS(check_room(session, project_id, page.part.replace));
        TRY(const SqlRows begun, touch(session, project_id, page.import_id, known.empty(), now));
        if (begun.row(0).maybe_num("applied_ts")) return fail(ErrorCode::conflict, "the import was applied already");
        TRY(const SqlRows same, session.run("state_page_get", {project_id, page.import_id, page.number}));
        if (!same.empty()) {
            if (same.row(0).text("digest") == page.digest) return {};
            return fail(ErrorCode::conflict, fmt::format("page {} of the import was another one", page.number));
        }
        TRY_STATUS(session.run("state_page_add", {project_id, page.import_id, page.number, page.digest}));
        // One time for all pages: rows of one table that come with different pages have no order among them.
        const TimestampMs created_ts = begun.row(0).num("created_ts");
        return add_rows(session, waiting_room(project_id, page.import_id), page.part, created_ts);
    });
}

Result<StateCounts> SqlStore::apply_state_pages(const std::string& project_id, const std::string& import_id,
                                                std::int64_t pages, bool replace, TimestampMs now) {
    StateCounts counts;
    const Status done = write([&](SqlSession& session) -> Status {
        TRY_STATUS(session.run("state_turn", {project_id}));
        TRY(const SqlRows import, session.run("state_import_get", {project_id, import_id}));
        if (import.empty()) return gone();
        if (import.row(0).maybe_num("applied_ts")) {
            counts = {import.row(0).num("snapshots"), import.row(0).num("environments")};
            return {};
        }
        TRY([[maybe_unused]] const SqlRows locked, touch(session, project_id, import_id, false, now));
        TRY(const SqlRows there, session.run("state_pages", {project_id, import_id}));
        if (there.row(0).num("count") != pages || there.row(0).num("newest") != pages - 1) return gone();
        TRY_STATUS(make_room(session, project_id, replace));
        TRY(counts, move_in(session, project_id, waiting_room(project_id, import_id), now));
        TRY_STATUS(session.run("state_pages_delete", {project_id, import_id}));
        TRY_STATUS(
            session.run("state_import_applied", {project_id, import_id, now, counts.snapshots, counts.environments}));
        return {};
    });
    TRY_STATUS(done);
    return counts;
}

Status SqlStore::clean_imports(TimestampMs before, std::int64_t imports_max) {
    std::vector<std::pair<std::string, std::string>> idle;
    TRY_STATUS(each_row("state_imports_idle", {before, imports_max}, [&](const SqlRow& row) -> Status {
        idle.emplace_back(row.text("project_id"), row.text("id"));
        return {};
    }));
    for (const auto& [project, id] : idle) {
        const std::string room = waiting_room(project, id);
        const Status forgotten = write([&, &project_id = project, &import_id = id](SqlSession& session) -> Status {
            // First the row: a page that comes now waits for it, and begins the import anew.
            TRY(const SqlRows row, session.run("state_import_delete", {project_id, import_id, before}));
            if (row.changed() == 0) return {};
            TRY_STATUS(session.run("state_pages_delete", {project_id, import_id}));
            for (const std::string_view statement : kDeletions) TRY_STATUS(session.run(statement, {room}));
            return {};
        });
        TRY_STATUS(forgotten);
    }
    return {};
}

}  // namespace towline::store
