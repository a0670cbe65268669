// What becomes of a task when its attempt ends, and of a work when its stage does. docs/state_machine.md draws this.
#include <algorithm>
#include <tuple>

#include "base/assert.h"
#include "core/work.h"

namespace towline::core {
namespace {

constexpr std::int64_t kBackoffMsMin = 1'000;
constexpr std::int64_t kBackoffMsMax = 60'000;

TaskTransition cancelled() { return {TaskState::cancelled, 0, true, true}; }
TaskTransition dead() { return {TaskState::failed, 0, true, true}; }
TaskTransition again(TimestampMs run_at, bool counts_as_try) {
    return {TaskState::ready, run_at, counts_as_try, false};
}

/// The attempt said nothing about the task itself: it goes back without losing a try, but not for ever.
TaskTransition hand_back(const Task& task, TimestampMs run_at) {
    return task.epoch >= kClaimsMax ? dead() : again(run_at, false);
}

}  // namespace

std::int64_t backoff_ms(int attempt, std::uint64_t random) {
    const int doublings = std::clamp(attempt - 1, 0, 6);
    const std::int64_t window = std::min(kBackoffMsMax, kBackoffMsMin << doublings);
    const std::int64_t half = window / 2;
    return half + static_cast<std::int64_t>(random % static_cast<std::uint64_t>(window - half + 1));
}

TaskTransition on_completion(const Task& task, const protocol::Completion& completion, TimestampMs now,
                             std::uint64_t random) {
    TOWLINE_ASSERT(task.state == TaskState::leased);
    // Work that is done is done, also when somebody wanted to cancel it: its interval must be recorded.
    if (completion.outcome == protocol::Outcome::succeeded) return {TaskState::succeeded, 0, true, false};
    if (task.cancel_requested) return cancelled();
    switch (completion.outcome) {
        case protocol::Outcome::cancelled:
            return hand_back(task, now);  // the executor's own drain
        case protocol::Outcome::refused:
            return hand_back(task, now + backoff_ms(1, random));
        case protocol::Outcome::succeeded:
        case protocol::Outcome::failed:
            break;
    }
    if (!completion.retryable || task.attempt >= task.tries_max) return dead();
    return again(now + backoff_ms(task.attempt, random), true);
}

TaskTransition on_lease_lost(const Task& task, TimestampMs now, std::uint64_t random) {
    TOWLINE_ASSERT(task.state == TaskState::leased);
    if (task.cancel_requested) return cancelled();
    if (task.attempt >= task.tries_max) return dead();
    // The first loss is most likely the executor's; from the second on the task is suspected of killing executors.
    return again(task.attempt <= 1 ? now : now + backoff_ms(task.attempt - 1, random), true);
}

bool holds_back(const Work& other, const Work& work) {
    if (other.id == work.id || other.project_id != work.project_id || other.environment != work.environment)
        return false;
    if (other.state == WorkState::running) return other.kind == work.kind || other.kind == WorkKind::plan;
    if (other.state != WorkState::queued || other.kind != WorkKind::plan || other.cancel_requested) return false;
    return work.kind == WorkKind::run || std::tie(other.created_ts, other.id) < std::tie(work.created_ts, work.id);
}

StageVerdict on_stage(const Work& work, const StageCounts& counts) {
    if (counts.open > 0) return StageVerdict::wait;
    if (work.cancel_requested) return StageVerdict::cancelled;
    if (counts.failed > 0 || counts.skipped > 0) return StageVerdict::failed;
    return counts.cancelled > 0 ? StageVerdict::cancelled : StageVerdict::next;
}

}  // namespace towline::core
