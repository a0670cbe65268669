// What becomes of a task whose attempt ended or was lost, and of a failed one that is tried again by hand.
#include <algorithm>

#include "store/rows.h"
#include "store/sql_store.h"

namespace towline::store {
namespace {

using core::Task;
using core::TaskState;

std::string word(TaskState state) { return std::string(core::to_string(state)); }

}  // namespace

Result<SqlRows> lock_work(SqlSession& session, const std::string& project_id, const std::string& work_id) {
    TRY_STATUS(session.run("work_turn", {work_id}));
    return session.run("work_lock", {project_id, work_id});
}

Event task_event(const Task& task, TaskState state, TimestampMs now, json::Object payload) {
    payload.str("state", core::to_string(state)).str("name", task.spec.name);
    payload.str("kind", plan::to_string(task.spec.kind)).num("stage_index", task.stage_index);
    return {0, task.project_id, now, "task", task.id, task.work_id, payload.dump()};
}

Status settle(SqlSession& session, const std::vector<SettledAttempt>& settled, TimestampMs now) {
    json::Array attempts, tasks;
    std::vector<std::string> hopeless;
    for (const SettledAttempt& each : settled) {
        const Task& task = each.task;
        const bool is_final = core::is_final(each.transition.state);
        attempts.sub(json::Object()
                         .str("id", each.attempt_id)
                         .str("state", each.outcome)
                         .num("duration_ms", each.duration_ms)
                         .maybe_num("rows", each.rows)
                         .str("error_code", task.error_code)
                         .str("error_message", task.error_message));
        tasks.sub(json::Object()
                      .str("id", task.id)
                      .num("epoch", task.epoch)
                      .str("state", core::to_string(each.transition.state))
                      .num("attempt", each.transition.counts_as_try ? task.attempt : std::max(0, task.attempt - 1))
                      .num("run_at", is_final ? task.run_at : each.transition.run_at)
                      .str("error_code", task.error_code)
                      .str("error_message", task.error_message)
                      .maybe_num("ended_ts", is_final ? std::optional(now) : std::nullopt));
        if (each.transition.skip_descendants) hopeless.push_back(task.id);
    }
    TRY_STATUS(session.run("attempts_settle", {now, attempts.dump()}));
    TRY_STATUS(session.run("tasks_settle", {tasks.dump()}));
    if (!hopeless.empty()) TRY_STATUS(session.run("descendants_skip", {id_list(hopeless), now}));
    return {};
}

Status lose_lease(SqlSession& session, Task task, const LostLease& how) {
    core::TaskTransition transition = core::on_lease_lost(task, how.now, how.random);
    // Never received: nobody has tried anything, and whoever asked for cancelling needs no confirmation.
    if (!how.was_received && !task.cancel_requested) transition = {TaskState::ready, how.now, false, false};
    task.error_code = how.was_received ? "unavailable" : "";
    task.error_message = how.was_received ? "the executor stopped answering" : "";
    json::Object payload;
    payload.num("attempt", task.attempt).str("outcome", "lost").str("executor_id", task.executor_id);
    const Event event = task_event(task, transition.state, how.now, payload);
    const std::string attempt_id = task.id + "." + std::to_string(task.epoch);
    TRY_STATUS(settle(session, {{std::move(task), transition, attempt_id, "lost", 0, {}}}, how.now));
    return add_events(session, {event});
}

Status lose_leases(SqlSession& session, const SqlRows& tasks, const LostLease& how,
                   const std::vector<std::string>& only) {
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        const SqlRow row = tasks.row(i);
        if (!only.empty() && std::find(only.begin(), only.end(), row.text("id")) == only.end()) continue;
        TRY(const SqlRows work, lock_work(session, row.text("project_id"), row.text("work_id")));
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

// The work of a dead task has usually ended: it is opened again at the task's stage, if nobody else holds the lock.
Status SqlStore::requeue(const std::string& project_id, const std::string& task_id, TimestampMs now) {
    return write([&](SqlSession& session) -> Status {
        TRY(const SqlRows before, session.run("task_get", {project_id, task_id}));
        if (before.empty()) return fail(ErrorCode::not_found, "there is no task '" + task_id + "'");
        TRY(const SqlRows work, lock_work(session, project_id, before.row(0).text("work_id")));
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
            TRY_STATUS(session.run("descendants_skip", {id_list({others.row(i).text("id")}), now}));
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
