#include <gtest/gtest.h>

#include "core/work.h"

namespace towline::core {
namespace {

using protocol::Completion;
using protocol::Outcome;

constexpr TimestampMs kNow = 1'000'000;

Task leased(int attempt, int tries_max, bool cancel_requested, std::int64_t epoch) {
    Task task;
    task.state = TaskState::leased;
    task.attempt = attempt;
    task.tries_max = tries_max;
    task.cancel_requested = cancel_requested;
    task.epoch = epoch;
    return task;
}

struct Queued {
    const char* what;
    WorkKind kind;
    WorkState state;
    TimestampMs created_ts;
    bool cancel_requested;
    bool holds_a_plan;
    bool holds_a_run;
};

TEST(Transitions, WhoWaitsForWhom) {
    for (const Queued& c : {
             Queued{"a running plan", WorkKind::plan, WorkState::running, 9, false, true, true},
             {"a running plan that is being cancelled", WorkKind::plan, WorkState::running, 9, true, true, true},
             {"a running run", WorkKind::run, WorkState::running, 1, false, false, true},
             {"an older plan", WorkKind::plan, WorkState::queued, 1, false, true, true},
             {"an older plan that is cancelled", WorkKind::plan, WorkState::queued, 1, true, false, false},
             {"a younger plan", WorkKind::plan, WorkState::queued, 9, false, false, true},
             {"an older run", WorkKind::run, WorkState::queued, 1, false, false, false},
             {"a plan that has ended", WorkKind::plan, WorkState::succeeded, 1, false, false, false},
         }) {
        SCOPED_TRACE(c.what);
        Work other;
        other.id = "other";
        other.environment = "prod";
        other.kind = c.kind;
        other.state = c.state;
        other.created_ts = c.created_ts;
        other.cancel_requested = c.cancel_requested;
        Work work;
        work.id = "work";
        work.environment = "prod";
        work.created_ts = 5;
        work.kind = WorkKind::plan;
        EXPECT_EQ(holds_back(other, work), c.holds_a_plan);
        work.kind = WorkKind::run;
        EXPECT_EQ(holds_back(other, work), c.holds_a_run);
        work.environment = "dev";
        EXPECT_FALSE(holds_back(other, work));
    }
}

// Every combination of outcome, retryable, tries left, cancel asked and claims left.
TEST(Transitions, CompletionTable) {
    for (const Outcome outcome : {Outcome::succeeded, Outcome::failed, Outcome::cancelled, Outcome::refused})
        for (const bool retryable : {false, true})
            for (const bool tries_left : {false, true})
                for (const bool cancel : {false, true})
                    for (const bool claims_left : {false, true}) {
                        SCOPED_TRACE(std::string(protocol::to_string(outcome)) + (retryable ? " retryable" : "") +
                                     (tries_left ? " tries" : "") + (cancel ? " cancel" : "") +
                                     (claims_left ? " claims" : ""));
                        const Task task = leased(tries_left ? 1 : 3, 3, cancel, claims_left ? 3 : kClaimsMax);
                        Completion completion;
                        completion.outcome = outcome;
                        completion.retryable = retryable;
                        const TaskTransition t = on_completion(task, completion, kNow, 7);

                        TaskState expected = TaskState::failed;
                        if (outcome == Outcome::succeeded)
                            expected = TaskState::succeeded;
                        else if (cancel)
                            expected = TaskState::cancelled;
                        else if (outcome == Outcome::failed)
                            expected = retryable && tries_left ? TaskState::ready : TaskState::failed;
                        else
                            expected = claims_left ? TaskState::ready : TaskState::failed;
                        EXPECT_EQ(t.state, expected);
                        EXPECT_EQ(t.skip_descendants,
                                  expected == TaskState::failed || expected == TaskState::cancelled);
                        if (expected == TaskState::ready) {
                            EXPECT_EQ(t.counts_as_try, outcome == Outcome::failed);
                            EXPECT_GE(t.run_at, outcome == Outcome::cancelled ? kNow : kNow + 500);
                        }
                    }
}

TEST(Transitions, LeaseLostTable) {
    struct Case {
        int attempt;
        bool cancel;
        TaskState state;
        TimestampMs run_at_min;
    };
    for (const Case& c : {Case{1, false, TaskState::ready, kNow}, Case{2, false, TaskState::ready, kNow + 500},
                          Case{3, false, TaskState::failed, 0}, Case{1, true, TaskState::cancelled, 0},
                          Case{3, true, TaskState::cancelled, 0}}) {
        const TaskTransition t = on_lease_lost(leased(c.attempt, 3, c.cancel, 5), kNow, 3);
        EXPECT_EQ(t.state, c.state) << c.attempt << c.cancel;
        EXPECT_GE(t.run_at, c.run_at_min);
        EXPECT_TRUE(t.counts_as_try);
        EXPECT_EQ(t.skip_descendants, c.state != TaskState::ready);
    }
}

TEST(Transitions, BackoffDoublesWithinItsWindow) {
    const std::int64_t windows[] = {1000, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    for (int attempt = 0; attempt < 9; ++attempt)
        for (const std::uint64_t random : {0ULL, 1ULL, 12345678901ULL, ~0ULL}) {
            const std::int64_t ms = backoff_ms(attempt, random);
            EXPECT_GE(ms, windows[attempt] / 2) << attempt;
            EXPECT_LE(ms, windows[attempt]) << attempt;
        }
    EXPECT_LE(backoff_ms(1'000'000, 5), 60000);
}

TEST(Transitions, StageVerdictTable) {
    for (int bits = 0; bits < 64; ++bits) {
        const StageCounts counts{.open = bits & 1,
                                 .succeeded = bits >> 1 & 1,
                                 .failed = bits >> 2 & 1,
                                 .skipped = bits >> 3 & 1,
                                 .cancelled = bits >> 4 & 1};
        Work work;
        work.cancel_requested = (bits >> 5 & 1) != 0;
        StageVerdict expected = StageVerdict::next;
        if (counts.open != 0)
            expected = StageVerdict::wait;
        else if (work.cancel_requested)
            expected = StageVerdict::cancelled;
        else if (counts.failed != 0 || counts.skipped != 0)
            expected = StageVerdict::failed;
        else if (counts.cancelled != 0)
            expected = StageVerdict::cancelled;
        EXPECT_EQ(on_stage(work, counts), expected) << bits;
    }
}

TEST(Words, EveryStateReadsBack) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(*work_state_from(to_string(WorkState(i))), WorkState(i));
    for (int i = 0; i < 7; ++i) EXPECT_EQ(*task_state_from(to_string(TaskState(i))), TaskState(i));
    for (int i = 0; i < 4; ++i) EXPECT_EQ(*executor_state_from(to_string(ExecutorState(i))), ExecutorState(i));
    EXPECT_EQ(task_state_from("gone").error().code, ErrorCode::invalid);
    EXPECT_EQ(is_final(TaskState::skipped), true);
    EXPECT_EQ(is_final(TaskState::ready), false);
}

}  // namespace
}  // namespace towline::core
