// What the end of an attempt does: to its task, to the tasks below, to the interval log. One transaction,
// under the lock of the work, so that completions of a work follow each other and exactly one of them sees the
// last task end.
#include <algorithm>

#include "plan/codec.h"
#include "store/rows.h"
#include "store/sql_store.h"

namespace towline::store {
namespace {

using core::Task;
using core::TaskState;
using protocol::Ack;
using protocol::Completion;
using protocol::Outcome;

std::string word(TaskState state) { return std::string(core::to_string(state)); }

/// Somebody who may speak for the attempt: its executor, or a later boot of the same name that found the result in its
/// spool. A fenced boot may not.
Result<bool> may_complete(SqlSession& session, const Task& task, const SqlRow& attempt,
                          const std::string& executor_id) {
    TRY(const SqlRows rows, session.run("executor_get", {task.project_id, executor_id}));
    if (rows.empty() || rows.row(0).text("state") == "fenced") return false;
    if (attempt.text("executor_id") == executor_id) return true;
    const bool is_apply = rows.row(0).text("kind") == "apply";
    return rows.row(0).text("name") == attempt.text("executor_name") &&
           is_apply == (task.work_kind == core::WorkKind::plan);
}

/// A lost lease that nobody has taken since: the work was done under the newest fence, so it still counts.
bool is_late_success(const Task& task, const Completion& completion) {
    return task.state == TaskState::ready && completion.outcome == Outcome::succeeded;
}

Status settle_attempt(SqlSession& session, const Completion& completion, TimestampMs now) {
    SqlValue rows = sql_maybe(completion.rows);
    TRY_STATUS(session.run("attempt_settle",
                           {completion.lease.attempt_id, std::string(protocol::to_string(completion.outcome)), now,
                            completion.duration_ms, rows, completion.error_code, completion.error_message}));
    return {};
}

Status add_audits(SqlSession& session, const Task& task, const Completion& completion) {
    if (completion.audits.empty()) return {};
    json::Array rows;
    std::int64_t position = 0;
    for (const protocol::AuditResult& audit : completion.audits)
        rows.sub(json::Object()
                     .num("position", position++)
                     .str("name", audit.name)
                     .flag("blocking", audit.blocking)
                     .num("count", audit.count)
                     .str("status", audit.status));
    TRY_STATUS(session.run("audits_add",
                           {task.project_id, task.id, task.work_id, completion.lease.attempt_id, rows.dump()}));
    return {};
}

/// A finished batch is recorded in the same transaction that finishes the task.
Status record_interval(SqlSession& session, const Task& task, TimestampMs now) {
    const plan::TaskSpec& spec = task.spec;
    if (!plan::records_interval(spec)) return {};
    const SnapshotId& id = spec.snapshot->id;
    TRY(const SqlRows found, session.run("snapshot_version", {task.project_id, id.name, id.identifier}));
    if (found.empty()) return fail(ErrorCode::internal, "a task names a snapshot that was never stored");
    const SqlRow row = found.row(0);
    return append_interval(session, task.project_id,
                           {.name = id.name,
                            .version = row.text("version"),
                            .writers = {{id.identifier, row.maybe_text("dev_version")}},
                            .range = spec.interval,
                            .is_dev = !spec.snapshot->deployable},
                           now);
}

/// Tasks that waited for this one; how many became ready.
Result<bool> free_dependants(SqlSession& session, const Task& task, TimestampMs now) {
    TRY(const SqlRows freed, session.run("tasks_free", {task.id, now}));
    for (std::size_t i = 0; i < freed.size(); ++i)
        if (freed.row(i).text("state") == "ready") return true;
    return false;
}

json::Object event_payload(const Completion& completion, const Task& task) {
    json::Object payload;
    payload.num("attempt", task.attempt)
        .str("outcome", protocol::to_string(completion.outcome))
        .str("executor_id", task.executor_id)
        .num("duration_ms", completion.duration_ms)
        .maybe_num("rows", completion.rows);
    if (!completion.error_code.empty())
        payload.str("error_code", completion.error_code).str("error_message", completion.error_message);
    return payload;
}

/// Everything that an accepted completion changes.
Status apply(SqlSession& session, Task task, const Completion& completion, const core::TaskTransition& transition,
             TimestampMs now) {
    task.error_code = completion.error_code;
    task.error_message = completion.error_message;
    TRY_STATUS(settle_attempt(session, completion, now));
    TRY_STATUS(add_audits(session, task, completion));
    TRY_STATUS(settle_task(session, task, transition, now));
    if (transition.state == TaskState::succeeded) TRY_STATUS(record_interval(session, task, now));
    return add_events(session, {task_event(task, transition.state, now, event_payload(completion, task))});
}

}  // namespace

Event task_event(const Task& task, TaskState state, TimestampMs now, json::Object payload) {
    payload.str("state", core::to_string(state)).str("name", task.spec.name);
    payload.str("kind", plan::to_string(task.spec.kind)).num("stage_index", task.stage_index);
    return {0, task.project_id, now, "task", task.id, task.work_id, payload.dump()};
}

Status settle_task(SqlSession& session, const Task& task, const core::TaskTransition& transition, TimestampMs now) {
    const int attempt = transition.counts_as_try ? task.attempt : std::max(0, task.attempt - 1);
    const bool is_final = core::is_final(transition.state);
    TRY_STATUS(session.run("task_settle", {task.id, task.epoch, word(transition.state), std::int64_t{attempt},
                                           is_final ? task.run_at : transition.run_at, task.error_code,
                                           task.error_message, is_final ? SqlValue(now) : SqlValue()}));
    if (transition.skip_descendants) TRY_STATUS(session.run("descendants_skip", {task.id, now}));
    return {};
}

Status lose_lease(SqlSession& session, Task task, const LostLease& how) {
    core::TaskTransition transition = core::on_lease_lost(task, how.now, how.random);
    // Never received: nobody has tried anything, and whoever asked for cancelling needs no confirmation.
    if (!how.was_received && !task.cancel_requested) transition = {TaskState::ready, how.now, false, false};
    task.error_code = how.was_received ? "unavailable" : "";
    task.error_message = how.was_received ? "the executor stopped answering" : "";
    TRY_STATUS(session.run("attempt_settle", {task.id + "." + std::to_string(task.epoch), "lost", how.now,
                                              std::int64_t{0}, SqlValue(), task.error_code, task.error_message}));
    TRY_STATUS(settle_task(session, task, transition, how.now));
    json::Object payload;
    payload.num("attempt", task.attempt).str("outcome", "lost").str("executor_id", task.executor_id);
    return add_events(session, {task_event(task, transition.state, how.now, payload)});
}

Status lose_leases(SqlSession& session, const SqlRows& tasks, const LostLease& how,
                   const std::vector<std::string>& only) {
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        const SqlRow row = tasks.row(i);
        if (!only.empty() && std::find(only.begin(), only.end(), row.text("id")) == only.end()) continue;
        TRY(const SqlRows work, session.run("work_lock", {row.text("project_id"), row.text("work_id")}));
        // Again under the lock: the task may have ended meanwhile.
        TRY(const SqlRows found, session.run("task_get", {row.text("project_id"), row.text("id")}));
        if (work.empty() || found.empty()) continue;
        TRY(Task task, task_from(found.row(0)));
        if (task.state != TaskState::leased || task.epoch != row.num("epoch")) continue;
        task.cancel_requested = task.cancel_requested || work.row(0).flag("cancel_requested");
        TRY_STATUS(lose_lease(session, std::move(task), how));
    }
    return {};
}

Result<CompletionResult> SqlStore::complete(const std::string& project_id, const std::string& executor_id,
                                            const Completion& completion, TimestampMs now, std::uint64_t random) {
    CompletionResult result;
    const Status done = write([&](SqlSession& session) -> Status {
        result = {};
        TRY(const SqlRows work, session.run("work_of_attempt_lock", {project_id, completion.lease.attempt_id}));
        TRY(const SqlRows attempts, session.run("attempt_get", {project_id, completion.lease.attempt_id}));
        if (work.empty() || attempts.empty()) {
            result.ack = Ack::unknown;
            return {};
        }
        const SqlRow attempt = attempts.row(0);
        TRY(const SqlRows tasks, session.run("task_get", {project_id, attempt.text("task_id")}));
        if (tasks.empty()) return fail(ErrorCode::internal, "an attempt has no task");
        TRY(Task task, task_from(tasks.row(0)));
        result.work_id = task.work_id;
        result.ack = Ack::superseded;
        const bool is_current = task.epoch == attempt.num("epoch") && task.epoch == completion.lease.epoch &&
                                (task.state == TaskState::leased || is_late_success(task, completion));
        if (!is_current) return {};
        TRY(const bool allowed, may_complete(session, task, attempt, executor_id));
        if (!allowed) return {};

        result.ack = Ack::accepted;
        core::TaskTransition transition{TaskState::succeeded, 0, true, false};
        if (task.state == TaskState::leased) {
            // What is left of a cancelled work is not tried again.
            task.cancel_requested = task.cancel_requested || work.row(0).flag("cancel_requested");
            transition = core::on_completion(task, completion, now, random);
        }
        TRY_STATUS(apply(session, task, completion, transition, now));
        result.freed_tasks = transition.state == TaskState::ready;
        if (transition.state == TaskState::succeeded) {
            TRY(result.freed_tasks, free_dependants(session, task, now));
        }
        TRY(const SqlRows open, session.run("stage_open", {task.work_id, task.stage_index}));
        result.work_may_advance = !open.row(0).flag("open");
        return {};
    });
    TRY_STATUS(done);
    return result;
}

// The work of a dead task has usually ended: it is opened again at the task's stage, if nobody else holds the lock.
Status SqlStore::requeue(const std::string& project_id, const std::string& task_id, TimestampMs now) {
    return write([&](SqlSession& session) -> Status {
        TRY(const SqlRows before, session.run("task_get", {project_id, task_id}));
        if (before.empty()) return fail(ErrorCode::not_found, "there is no task '" + task_id + "'");
        TRY(const SqlRows work, session.run("work_lock", {project_id, before.row(0).text("work_id")}));
        TRY(const SqlRows found, session.run("task_get", {project_id, task_id}));
        if (found.empty() || work.empty()) return fail(ErrorCode::not_found, "there is no task '" + task_id + "'");
        TRY(const Task task, task_from(found.row(0)));
        const std::string state = work.row(0).text("state");
        if (task.state != TaskState::failed)
            return fail(ErrorCode::conflict, "the task has not failed: it is " + word(task.state));
        if (state != "failed" && state != "running")
            return fail(ErrorCode::conflict, "the task's plan or run is " + state, "plan or run again");
        TRY_STATUS(session.run("task_requeue", {task_id, now}));
        TRY_STATUS(session.run("descendants_unskip", {task_id}));
        TRY(const SqlRows others, session.run("ancestors_failed", {task_id}));
        for (std::size_t i = 0; i < others.size(); ++i)
            TRY_STATUS(session.run("descendants_skip", {others.row(i).text("id"), now}));
        if (state == "failed") {
            const Result<SqlRows> opened =
                session.run("work_reopen", {project_id, task.work_id, std::int64_t{task.stage_index}});
            if (!opened && opened.error().code == ErrorCode::conflict)
                return fail(ErrorCode::conflict, "another plan or run works on this environment", "try again later");
            if (!opened) return fail(opened.error());
        }
        return add_events(session, {task_event(task, TaskState::ready, now, json::Object().flag("requeued", true))});
    });
}

}  // namespace towline::store
