// What the ends of attempts do: to their tasks, to the tasks below, to the interval log. One transaction for all that
// an executor reports at once. It shares the works with other completions and locks the tasks that end; what changes a
// work as a whole comes before or after. Whether a stage is over is asked after the commit: the last of several
// completions side by side sees it end, and so may others, which does no harm.
#include <algorithm>
#include <map>
#include <set>

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
using StageKey = std::pair<std::string, std::int64_t>;  // work id, stage index

/// An attempt with the task it belongs to.
struct Attempted {
    Task task;
    std::int64_t epoch = 0;
    std::string executor_id;
    std::string executor_name;
    bool is_taken = false;  ///< by a completion of this call
};

/// A lost lease that nobody has taken since: the work was done under the newest fence, so it still counts.
bool is_late_success(const Task& task, const Completion& completion) {
    return task.state == TaskState::ready && completion.outcome == Outcome::succeeded;
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

void put_audits(const Task& task, const Completion& completion, json::Array& out) {
    std::int64_t position = 0;
    for (const protocol::AuditResult& audit : completion.audits)
        out.sub(json::Object()
                    .str("task_id", task.id)
                    .str("work_id", task.work_id)
                    .str("attempt_id", completion.lease.attempt_id)
                    .num("position", position++)
                    .str("name", audit.name)
                    .flag("blocking", audit.blocking)
                    .num("count", audit.count)
                    .str("status", audit.status));
}

/// Takes the completions of one call through their transaction: `lock`, then `take` for each, then `write`.
class Batch {
 public:
    Batch(SqlSession& session, std::string project_id, TimestampMs now, std::uint64_t random)
        : session_(session), project_id_(std::move(project_id)), now_(now), random_(random) {}

    /// Shares the works, locks the tasks and reads what the completions speak of.
    Status lock(const std::string& executor_id, const std::vector<Completion>& completions) {
        std::vector<std::string> ids;
        for (const Completion& completion : completions) ids.push_back(completion.lease.attempt_id);
        const std::string wanted = id_list(ids);
        TRY_STATUS(session_.run("works_share", {project_id_, wanted}));
        TRY(const SqlRows rows, session_.run("attempts_with_tasks", {project_id_, wanted}));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const SqlRow row = rows.row(i);
            TRY(Task task, task_from(row));
            cancelled_[task.work_id] = row.flag("work_cancel_requested");
            attempts_[row.text("attempt_id")] = {std::move(task), row.num("attempt_epoch"),
                                                 row.text("attempt_executor_id"), row.text("attempt_executor_name")};
        }
        TRY(const SqlRows executors, session_.run("executor_get", {project_id_, executor_id}));
        if (!executors.empty()) {
            TRY(executor_, executor_from(executors.row(0)));
        }
        return {};
    }

    /// Decides about one completion; nothing is written yet.
    CompletionResult take(const Completion& completion) {
        CompletionResult result;
        const auto found = attempts_.find(completion.lease.attempt_id);
        if (found == attempts_.end()) {
            result.ack = Ack::unknown;
            return result;
        }
        Attempted& attempted = found->second;
        Task& task = attempted.task;
        result.work_id = task.work_id;
        result.ack = Ack::superseded;
        const bool is_current = !attempted.is_taken && task.epoch == attempted.epoch &&
                                task.epoch == completion.lease.epoch &&
                                (task.state == TaskState::leased || is_late_success(task, completion));
        if (!is_current || !may_complete(attempted)) return result;
        result.ack = Ack::accepted;
        attempted.is_taken = true;
        settle_later(task, completion);
        return result;
    }

    /// Writes what was decided.
    Status write() {
        if (settled_.empty()) return {};
        TRY_STATUS(settle(session_, settled_, now_));
        if (!audits_.empty()) TRY_STATUS(session_.run("audits_add", {project_id_, audits_.dump()}));
        TRY_STATUS(record_intervals());
        TRY_STATUS(free_dependants());
        return add_events(session_, events_);
    }

    /// After `write`: whether the completion made something of its work ready.
    bool has_freed(const CompletionResult& result) const {
        return result.ack == Ack::accepted && freed_.count(result.work_id) > 0;
    }
    /// The stages of which a task has ended.
    const std::set<StageKey>& stages() const { return stages_; }

 private:
    /// The attempt's executor, or a later boot of the same name that found the result in its spool. A fenced boot may
    /// not.
    bool may_complete(const Attempted& attempted) const {
        if (!executor_ || executor_->state == core::ExecutorState::fenced) return false;
        if (attempted.executor_id == executor_->id) return true;
        const bool is_apply = executor_->kind == protocol::ExecutorKind::apply;
        return executor_->name == attempted.executor_name &&
               is_apply == (attempted.task.work_kind == core::WorkKind::plan);
    }

    void settle_later(Task& task, const Completion& completion) {
        core::TaskTransition transition{TaskState::succeeded, 0, true, false};
        if (task.state == TaskState::leased) {
            // What is left of a cancelled work is not tried again.
            task.cancel_requested = task.cancel_requested || cancelled_[task.work_id];
            // Each task its own jitter.
            transition = core::on_completion(task, completion, now_, random_ + settled_.size());
        }
        task.error_code = completion.error_code;
        task.error_message = completion.error_message;
        put_audits(task, completion, audits_);
        events_.push_back(task_event(task, transition.state, now_, event_payload(completion, task)));
        if (transition.state == TaskState::succeeded) succeeded_.push_back(task);
        if (transition.state == TaskState::ready) freed_.insert(task.work_id);
        stages_.insert({task.work_id, task.stage_index});
        settled_.push_back({task, transition, completion.lease.attempt_id,
                            std::string(protocol::to_string(completion.outcome)), completion.duration_ms,
                            completion.rows});
    }

    /// A finished batch of rows is recorded in the same transaction that finishes its task.
    Status record_intervals() {
        std::vector<SnapshotId> ids;
        for (const Task& task : succeeded_)
            if (plan::records_interval(task.spec)) ids.push_back(task.spec.snapshot->id);
        if (ids.empty()) return {};
        TRY(const SqlRows rows, session_.run("snapshot_versions", {project_id_, snapshot_id_list(ids)}));
        std::map<std::pair<std::string, std::string>, SqlRow> found;
        for (std::size_t i = 0; i < rows.size(); ++i)
            found.insert({{rows.row(i).text("name"), rows.row(i).text("identifier")}, rows.row(i)});
        std::vector<IntervalRow> intervals;
        for (const Task& task : succeeded_) {
            if (!plan::records_interval(task.spec)) continue;
            const SnapshotId& id = task.spec.snapshot->id;
            const auto row = found.find({id.name, id.identifier});
            if (row == found.end()) return fail(ErrorCode::internal, "a task names a snapshot that was never stored");
            intervals.push_back({.name = id.name,
                                 .version = row->second.text("version"),
                                 .writers = {{id.identifier, row->second.maybe_text("dev_version")}},
                                 .range = task.spec.interval,
                                 .is_dev = !task.spec.snapshot->deployable});
        }
        return append_intervals(session_, project_id_, intervals, now_);
    }

    Status free_dependants() {
        std::vector<std::string> ids;
        for (const Task& task : succeeded_) ids.push_back(task.id);
        if (ids.empty()) return {};
        TRY(const SqlRows rows, session_.run("tasks_free", {id_list(ids), now_}));
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (rows.row(i).text("state") == "ready") freed_.insert(rows.row(i).text("work_id"));
        return {};
    }

    SqlSession& session_;
    const std::string project_id_;
    const TimestampMs now_;
    const std::uint64_t random_;
    std::optional<core::Executor> executor_;
    std::map<std::string, bool> cancelled_;      // by work id
    std::map<std::string, Attempted> attempts_;  // by attempt id
    std::vector<SettledAttempt> settled_;
    std::vector<Task> succeeded_;
    json::Array audits_;
    std::vector<Event> events_;
    std::set<StageKey> stages_;
    std::set<std::string> freed_;  // works with something new to claim
};

}  // namespace

// What was committed counts even if this cannot be read: then all of them are looked at. A statement for each stage, of
// which there is one as a rule: over a list PostgreSQL reads the open tasks of every work.
std::set<std::string> SqlStore::works_over(const std::set<std::pair<std::string, std::int64_t>>& stages) {
    std::set<std::string> over;
    for (const auto& [work_id, index] : stages) {
        bool open = true;
        const Status read = each_row("stage_open", {work_id, index}, [&](const SqlRow& row) -> Status {
            open = row.flag("open");
            return {};
        });
        if (!read || !open) over.insert(work_id);
    }
    return over;
}

Result<std::vector<CompletionResult>> SqlStore::complete(const std::string& project_id, const std::string& executor_id,
                                                         const std::vector<Completion>& completions, TimestampMs now,
                                                         std::uint64_t random) {
    std::vector<CompletionResult> results;
    if (completions.empty()) return results;
    std::set<StageKey> stages;
    const Status done = write([&](SqlSession& session) -> Status {
        results.clear();
        Batch batch(session, project_id, now, random);
        TRY_STATUS(batch.lock(executor_id, completions));
        for (const Completion& completion : completions) results.push_back(batch.take(completion));
        TRY_STATUS(batch.write());
        for (CompletionResult& result : results) result.freed_tasks = batch.has_freed(result);
        stages = batch.stages();
        return {};
    });
    TRY_STATUS(done);
    const std::set<std::string> over = works_over(stages);
    for (CompletionResult& result : results)
        result.work_may_advance = result.ack == Ack::accepted && over.count(result.work_id) > 0;
    return results;
}

}  // namespace towline::store
