#pragma once
// What the scheduler decides about, as values: works (plans and runs), tasks, attempts, executors. And the decisions:
// pure functions from (state, event, now) to what changes. docs/state_machine.md draws them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/snapshot.h"
#include "plan/stages.h"
#include "protocol/executor.h"

namespace towline::core {

using model::TimestampMs;

enum class WorkKind { plan, run };
std::string_view to_string(WorkKind kind);
Result<WorkKind> work_kind_from(std::string_view word);

/// queued: waits for the environment's apply lock (plans) or for its start (runs).
enum class WorkState { queued, running, succeeded, failed, cancelled };
std::string_view to_string(WorkState state);
Result<WorkState> work_state_from(std::string_view word);
inline bool is_final(WorkState state) { return state != WorkState::queued && state != WorkState::running; }

/// The trigger of works that the janitor makes. They are plans to locks and executors, and have no plan document.
inline constexpr std::string_view kJanitor = "janitor";
/// Where works stand that drop tables of no environment; no environment can have this name.
inline constexpr std::string_view kJanitorEnvironment = "(janitor)";

/// A plan being applied or a run being executed: stages in order, one at a time.
struct Work {
    std::string id;  ///< 32 hex digits; of a plan also the plan id
    WorkKind kind = WorkKind::plan;
    std::string project_id;
    std::string environment;
    WorkState state = WorkState::queued;
    std::string trigger;     ///< plan: "cli" | "janitor"; run: "cron" | "manual"
    std::string created_by;  ///< client id
    std::string document;    ///< plan: the Plan; run: its options; as JSON. Given to the store, not read with the rest
    std::vector<plan::StageKind> stages;  ///< empty until started
    int stage_index = -1;                 ///< -1 before the first stage
    bool cancel_requested = false;
    std::string error;
    std::string base_plan_id;  ///< of the environment when created: a moved base refuses a plan, restarts a run
    TimestampMs execution_ts = 0;
    TimestampMs created_ts = 0;
    std::optional<TimestampMs> started_ts;
    std::optional<TimestampMs> ended_ts;
};
inline bool is_cleanup(const Work& work) { return work.kind == WorkKind::plan && work.trigger == kJanitor; }

enum class TaskState { blocked, ready, leased, succeeded, failed, skipped, cancelled };
std::string_view to_string(TaskState state);
Result<TaskState> task_state_from(std::string_view word);
inline bool is_final(TaskState state) {
    return state == TaskState::succeeded || state == TaskState::failed || state == TaskState::skipped ||
           state == TaskState::cancelled;
}

struct Task {
    std::string id;
    std::string project_id;
    WorkKind work_kind = WorkKind::plan;
    std::string work_id;
    int stage_index = 0;
    plan::TaskSpec spec;
    TaskState state = TaskState::blocked;
    int blocked_by = 0;  ///< dependencies not yet succeeded
    int attempt = 0;     ///< claims that counted as a try
    int tries_max = 3;
    std::int64_t epoch = 0;  ///< grows by one on every claim
    std::int64_t fence = 0;  ///< of the current claim
    TimestampMs run_at = 0;  ///< not claimed before
    std::optional<TimestampMs> lease_until;
    std::string executor_id;  ///< of the current or last lease
    bool cancel_requested = false;
    std::string error_code;
    std::string error_message;
    TimestampMs created_ts = 0;
    std::optional<TimestampMs> started_ts;
    std::optional<TimestampMs> ended_ts;
};

/// One claim of a task and what came of it.
struct Attempt {
    std::string id;
    std::string task_id;
    std::int64_t epoch = 0;
    std::int64_t fence = 0;
    int number = 1;
    std::string executor_id;
    std::string executor_name;
    std::string state;  ///< leased | succeeded | failed | cancelled | refused | lost
    TimestampMs started_ts = 0;
    std::optional<TimestampMs> ended_ts;
    std::int64_t duration_ms = 0;
    std::optional<std::int64_t> rows;
    std::string error_code;
    std::string error_message;
};

enum class ExecutorState { active, draining, fenced, lost };
std::string_view to_string(ExecutorState state);
Result<ExecutorState> executor_state_from(std::string_view word);

struct Executor {
    std::string id;
    std::string project_id;
    protocol::ExecutorKind kind = protocol::ExecutorKind::run;
    std::string name;
    std::string boot_id;
    std::string client_id;
    std::string version;
    int slots = 1;
    std::vector<project::Gateway> gateways;
    std::vector<std::string> labels;
    ExecutorState state = ExecutorState::active;
    bool drain_requested = false;
    TimestampMs registered_ts = 0;
    TimestampMs last_seen_ts = 0;
};

struct Pause {
    std::string id;
    std::string project_id;
    std::string environment;
    std::optional<std::string> model;  ///< FQN; absent = the whole environment
    std::string reason;
    std::string created_by;
    TimestampMs created_ts = 0;
};

// ---- decisions

/// A task that was handed back this often (refused, or cancelled by draining executors) is dead.
inline constexpr std::int64_t kClaimsMax = 1000;

/// What a finished, lost or refused attempt makes of its task.
struct TaskTransition {
    TaskState state = TaskState::failed;
    TimestampMs run_at = 0;     ///< ready: earliest next claim
    bool counts_as_try = true;  ///< refused and preempted attempts do not
    bool skip_descendants = false;
};
/// Requires: task.state is leased.
TaskTransition on_completion(const Task& task, const protocol::Completion& completion, TimestampMs now,
                             std::uint64_t random);
TaskTransition on_lease_lost(const Task& task, TimestampMs now, std::uint64_t random);

/// Delay before try `attempt + 1`: doubling from 1 s to 60 s, uniform in the upper half of the window.
std::int64_t backoff_ms(int attempt, std::uint64_t random);

/// Whether `work`, queued, cannot start while `other` is as it is: one plan and one run of an environment at a time,
/// plans in their order, runs behind all plans. The store decides by the same rule (work_start), under its lock.
bool holds_back(const Work& other, const Work& work);

/// What a stage's end makes of its work: the next stage, success, failure or cancelled; nothing while tasks are open.
struct StageCounts {
    int open = 0;
    int succeeded = 0;
    int failed = 0;
    int skipped = 0;
    int cancelled = 0;
};
enum class StageVerdict { wait, next, failed, cancelled };
StageVerdict on_stage(const Work& work, const StageCounts& counts);

}  // namespace towline::core
