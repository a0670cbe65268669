#include "services/dispatcher.h"

#include <future>

#include "services/ticker.h"
#include "support/scheduler_world.h"

namespace towline::services {
namespace {

using namespace std::chrono_literals;
using model::KindName;
using test::kProject;
using test::node;

// A deadline for broken code, never a pace.
constexpr auto kLongest = 20s;

class DispatcherTest : public ::testing::Test {
 protected:
    DispatcherTest() { world.add(node("db.a", KindName::full)); }

    struct Parked {
        std::future<protocol::SyncResponse> answer;
        std::shared_ptr<std::atomic<bool>> alive;
    };
    Parked park(const core::Executor& executor, std::chrono::milliseconds wait = 1h, int slots = 4,
                std::vector<protocol::LeaseRef> held = {}) {
        auto promise = std::make_shared<std::promise<protocol::SyncResponse>>();
        auto alive = std::make_shared<std::atomic<bool>>(true);
        ParkedSync sync;
        sync.project_id = kProject;
        sync.kind = executor.kind;
        sync.executor_id = executor.id;
        sync.slots = slots;
        sync.held = std::move(held);
        sync.deadline = std::chrono::steady_clock::now() + wait;
        sync.wakes_seen = dispatcher.wakes();
        sync.alive = [alive] { return alive->load(); };
        sync.answer = [promise](protocol::SyncResponse response) { promise->set_value(std::move(response)); };
        Parked parked{promise->get_future(), alive};
        dispatcher.park(std::move(sync));
        return parked;
    }
    static bool is_answered(const Parked& parked) { return parked.answer.wait_for(0s) == std::future_status::ready; }
    /// Work becomes ready: the two schemas.
    static constexpr std::size_t kReady = 2;
    std::string start_plan() {
        const std::string id = world.submit(world.plan());
        EXPECT_TRUE(world.advancer().advance(kProject, id));
        return id;
    }

    test::SchedulerWorld world;
    metrics::Registry metrics;
    Dispatcher dispatcher{world.store(), world.clock, metrics};
};

TEST_F(DispatcherTest, OneRoundServesWhoeverIsParked) {
    Parked first = park(world.executor());
    EXPECT_FALSE(*dispatcher.run_once());
    EXPECT_EQ(dispatcher.parked_count(), 1U);
    start_plan();
    EXPECT_TRUE(*dispatcher.run_once());
    ASSERT_TRUE(is_answered(first));
    EXPECT_EQ(first.answer.get().tasks.size(), kReady);
    EXPECT_EQ(dispatcher.parked_count(), 0U);
}

TEST_F(DispatcherTest, OtherKindsAndFullExecutorsGetNothing) {
    Parked wrong_kind = park(world.executor(protocol::ExecutorKind::run));
    Parked full = park(world.executor(protocol::ExecutorKind::apply, "full"), 1h, 0);
    start_plan();
    EXPECT_FALSE(*dispatcher.run_once());
    EXPECT_FALSE(is_answered(wrong_kind));
    EXPECT_FALSE(is_answered(full));
    EXPECT_EQ(dispatcher.parked_count(), 2U);
}

TEST_F(DispatcherTest, ADeadPeerIsForgotten) {
    Parked dead = park(world.executor());
    *dead.alive = false;
    start_plan();
    EXPECT_FALSE(*dispatcher.run_once());
    EXPECT_EQ(dispatcher.parked_count(), 0U);
    EXPECT_EQ(world.claim(world.executor()).size(), kReady);  // the task went to nobody
}

TEST_F(DispatcherTest, AWakeReachesTheParked) {
    dispatcher.start();
    Parked parked = park(world.executor());
    start_plan();
    dispatcher.wake();
    ASSERT_EQ(parked.answer.wait_for(kLongest), std::future_status::ready);
    EXPECT_EQ(parked.answer.get().tasks.size(), kReady);
}

TEST_F(DispatcherTest, AWakeBetweenTheLookAndTheParkIsNotMissed) {
    const std::uint64_t seen = dispatcher.wakes();
    start_plan();
    dispatcher.wake();
    EXPECT_NE(dispatcher.wakes(), seen);
    std::promise<protocol::SyncResponse> promise;
    auto answer = promise.get_future();
    ParkedSync sync;
    sync.project_id = kProject;
    sync.kind = protocol::ExecutorKind::apply;
    sync.executor_id = world.executor().id;
    sync.slots = 1;
    sync.deadline = std::chrono::steady_clock::now() + 1h;
    sync.wakes_seen = seen;
    sync.alive = [] { return true; };
    sync.answer = [&](protocol::SyncResponse response) { promise.set_value(std::move(response)); };
    dispatcher.park(std::move(sync));
    dispatcher.start();
    ASSERT_EQ(answer.wait_for(kLongest), std::future_status::ready);
    EXPECT_EQ(answer.get().tasks.size(), 1U);
    dispatcher.stop();
}

TEST_F(DispatcherTest, ADeadlineIsAnsweredWithNothing) {
    dispatcher.start();
    Parked parked = park(world.executor(), 1ms);
    ASSERT_EQ(parked.answer.wait_for(kLongest), std::future_status::ready);
    EXPECT_TRUE(parked.answer.get().tasks.empty());
}

TEST_F(DispatcherTest, ACancelReachesTheHolder) {
    const core::Executor worker = world.executor();
    const std::string plan = start_plan();
    const auto tasks = world.claim(worker, 1);
    ASSERT_EQ(tasks.size(), 1U);
    dispatcher.start();
    Parked parked = park(worker, 1h, 0, {tasks[0].lease});
    ASSERT_OK(world.store().request_cancel(kProject, plan, true, world.now()));
    dispatcher.wake_holders();
    ASSERT_EQ(parked.answer.wait_for(kLongest), std::future_status::ready);
    EXPECT_EQ(parked.answer.get().cancels, (std::vector<std::string>{tasks[0].lease.attempt_id}));
}

TEST_F(DispatcherTest, ADeadHoldersListIsNotRenewed) {
    const core::Executor worker = world.executor();
    start_plan();
    Parked stale = park(worker, 1h, 0, {{"t", "a", 1}});
    *stale.alive = false;
    const auto tasks = world.claim(worker, 1);  // by the executor's next sync
    ASSERT_EQ(tasks.size(), 1U);
    dispatcher.start();
    dispatcher.wake_holders();
    Parked after = park(world.executor(protocol::ExecutorKind::apply, "other"), 1ms);
    ASSERT_EQ(after.answer.wait_for(kLongest), std::future_status::ready);
    EXPECT_EQ(world.store().task(kProject, tasks[0].lease.task_id)->state, core::TaskState::leased);
}

TEST_F(DispatcherTest, RecallAnswersTheNamedOnly) {
    Parked one = park(world.executor());
    Parked two = park(world.executor(protocol::ExecutorKind::apply, "e2"));
    dispatcher.start();
    dispatcher.recall({world.executor().id});
    ASSERT_EQ(one.answer.wait_for(kLongest), std::future_status::ready);
    EXPECT_FALSE(is_answered(two));
    dispatcher.stop();
    EXPECT_TRUE(is_answered(two));
}

TEST_F(DispatcherTest, StopAnswersEverybodyAndLaterOnesAtOnce) {
    std::vector<Parked> parked;
    for (int i = 0; i < 20; ++i)
        parked.push_back(park(world.executor(protocol::ExecutorKind::apply, "e" + std::to_string(i))));
    dispatcher.start();
    dispatcher.wake();
    dispatcher.stop();
    for (const Parked& one : parked) EXPECT_TRUE(is_answered(one));
    EXPECT_TRUE(is_answered(park(world.executor())));
    dispatcher.stop();
}

TEST_F(DispatcherTest, SeenIsWrittenOnce) {
    const core::Executor worker = world.executor();
    world.clock.advance(1min);
    dispatcher.seen(worker.id);
    ASSERT_OK(dispatcher.flush_seen());
    EXPECT_EQ(world.store().executor(kProject, worker.id)->last_seen_ts, world.now());
    ASSERT_OK(dispatcher.flush_seen());
}

TEST(Ticker, RunsDutiesAgainAlsoAfterAFailure) {
    std::promise<void> thrice;
    int failures = 0;
    int runs = 0;
    Ticker ticker({{"failing", 1ms,
                    [&]() -> Status {
                        ++failures;
                        return fail(ErrorCode::unavailable, "no");
                    }},
                   {"counting", 1ms, [&]() -> Status {
                        if (++runs == 3) thrice.set_value();
                        return {};
                    }}});
    ticker.start();
    EXPECT_EQ(thrice.get_future().wait_for(kLongest), std::future_status::ready);
    ticker.stop();
    ticker.stop();
    EXPECT_GE(failures, 2);
}

TEST(Ticker, StopIsLegalBeforeStart) {
    Ticker ticker({{"never", 1h, []() -> Status { return {}; }}});
    ticker.stop();
}

}  // namespace
}  // namespace towline::services
