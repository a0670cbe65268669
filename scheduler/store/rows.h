#pragma once
// Rows to values and back: what several files of the store need. Private to scheduler/store.

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "store/sql_database.h"
#include "store/store.h"

namespace towline::store {

Result<core::Work> work_from(const SqlRow& row);
Result<core::Task> task_from(const SqlRow& row);
core::Attempt attempt_from(const SqlRow& row);
Result<core::Executor> executor_from(const SqlRow& row);

/// `[{"id": …}, …]`, the form of a list parameter.
std::string id_list(const std::vector<std::string>& ids, std::string_view key = "id");
/// A JSON list of texts.
std::string text_list(const std::vector<std::string>& texts);
std::string snapshot_id_list(const std::vector<SnapshotId>& ids);

/// Scopes are stored as OAuth writes them, one text with spaces.
std::string scopes_text(const std::vector<std::string>& scopes);
std::vector<std::string> scopes_from(std::string_view text);

/// The limit of a page within what is allowed, plus one row that tells whether there is more.
std::int64_t page_rows(const PageRequest& page);
/// A cursor's parts joined by ':'; the last part may hold any text.
std::string cursor_text(const std::vector<std::string>& parts);
/// Fails with `invalid` unless the cursor has `count` parts. An empty cursor gives no parts.
Result<std::vector<std::string>> cursor_parts(const std::string& cursor, std::size_t count);

/// Appends in one statement.
Status add_events(SqlSession& session, const std::vector<Event>& events);

/// Makes this transaction the only one that changes anything of the work until it ends; completions of the work, which
/// share it, have ended before. Gives the work's row, or none if there is no such work.
Result<SqlRows> lock_work(SqlSession& session, const std::string& project_id, const std::string& work_id);

/// Takes a lease away from its holder: the attempt is lost, the task follows core::on_lease_lost, or, if the lease was
/// never received, goes back without losing a try. Requires: the task's work is locked, the task is leased.
struct LostLease {
    TimestampMs now = 0;
    std::uint64_t random = 0;
    bool was_received = true;
};
Status lose_lease(SqlSession& session, core::Task task, const LostLease& how);
/// The same for the rows of a statement that gives tasks ordered by work; locks each work first. `only` narrows it to
/// those ids, unless it is empty.
Status lose_leases(SqlSession& session, const SqlRows& tasks, const LostLease& how,
                   const std::vector<std::string>& only = {});
/// How one attempt ended and what becomes of its task.
struct SettledAttempt {
    core::Task task;  ///< as it was, with the error of this attempt
    core::TaskTransition transition;
    std::string attempt_id;
    std::string outcome;  ///< an outcome of the protocol, or "lost"
    std::int64_t duration_ms = 0;
    std::optional<std::int64_t> rows;
};
/// Writes what became of attempts, of their tasks, and of those below the ones that failed for good.
Status settle(SqlSession& session, const std::vector<SettledAttempt>& settled, TimestampMs now);
/// The event of a task that changed.
Event task_event(const core::Task& task, core::TaskState state, TimestampMs now, json::Object payload);

/// Inserts rows for the snapshots whose ids are new.
Status push_snapshot_rows(SqlSession& session, const std::string& project_id, const std::vector<Snapshot>& snapshots,
                          const std::function<TimestampMs(const Snapshot&)>& updated_ts);
/// Inserts the record, not finalised, and its statements. Requires: there is none of that name.
Status insert_environment(SqlSession& session, const std::string& project_id, const Environment& environment,
                          const std::vector<EnvironmentStatements>& statements);
/// `invalid` unless every snapshot that the environment names is stored.
Status require_snapshots(SqlSession& session, const std::string& project_id, const Environment& environment);
Event environment_event(const std::string& project_id, const std::string& name, const std::string& change,
                        const std::string& plan_id, TimestampMs now);

/// A row of the interval log.
struct IntervalRow {
    std::string name;
    std::string version;
    /// (identifier, dev_version): one row each.
    std::vector<std::pair<std::optional<std::string>, std::optional<std::string>>> writers;
    Interval range;
    bool is_dev = false;
    bool is_removed = false;
};
/// Inserts rows, each with a time later than all before it of the same table. Locks the tables' logs in one order.
Status append_intervals(SqlSession& session, const std::string& project_id, const std::vector<IntervalRow>& rows,
                        TimestampMs now);
/// Fills intervals, dev_intervals and pending_restatement_intervals of snapshots from the log (reference 7.3).
Status hydrate(SqlSession& session, const std::string& project_id, std::vector<Snapshot>& snapshots);

}  // namespace towline::store
