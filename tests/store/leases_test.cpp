#include <set>
#include <thread>

#include "store_fixture.h"

namespace towline::store {
namespace {

using core::TaskState;
using protocol::ExecutorKind;

class Leases : public StoreTest {};

TEST_P(Leases, AClaimGivesEverythingAnExecutorNeeds) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a"), spec("b")})});
    const auto got = store().claim(kProject, ExecutorKind::apply, {{"local"}, {}}, {{worker.id, 4}}, kNow, kTtl);
    ASSERT_OK(got);
    ASSERT_EQ(got->size(), 2U);
    const protocol::LeasedTask& task = got->front().second;
    EXPECT_EQ(got->front().first, worker.id);
    EXPECT_EQ(task.spec.key, "a");
    EXPECT_EQ(task.lease.epoch, 1);
    EXPECT_EQ(task.lease.attempt_id, task.lease.task_id + ".1");
    EXPECT_EQ(task.work_id, "p1");
    EXPECT_EQ(task.work_kind, "plan");
    EXPECT_EQ(task.project, kProject);
    EXPECT_EQ(task.attempt, 1);
    EXPECT_LT(task.fence, got->back().second.fence);
    const auto attempts = store().attempts(kProject, task.lease.task_id);
    ASSERT_EQ(attempts->size(), 1U);
    EXPECT_EQ(attempts->front().executor_name, "w1");
    EXPECT_EQ(attempts->front().state, "leased");
    EXPECT_EQ(*store().next_due(kNow), kNow + kTtl);
}

TEST_P(Leases, ClaimsKeepKindGatewayAndProjectApart) {
    plan::TaskSpec elsewhere = spec("elsewhere");
    elsewhere.gateway = "other";
    plan::TaskSpec here = spec("here");
    here.gateway = "local";
    const core::Executor worker = executor("w1");
    running("p1", {stage({elsewhere, here, spec("anywhere")})});
    EXPECT_TRUE(store().claim(kProject, ExecutorKind::run, {{"local"}, {}}, {{worker.id, 4}}, kNow, kTtl)->empty());
    EXPECT_TRUE(
        store().claim("other/one", ExecutorKind::apply, {{"local"}, {}}, {{worker.id, 4}}, kNow, kTtl)->empty());
    EXPECT_TRUE(store().claim(kProject, ExecutorKind::apply, {{"local"}, {}}, {}, kNow, kTtl)->empty());
    std::set<std::string> keys;
    for (const auto& task : claim(worker, 4)) keys.insert(task.spec.key);
    EXPECT_EQ(keys, (std::set<std::string>{"anywhere", "here"}));
}

TEST_P(Leases, LabelsDecideWhoIsGivenATask) {
    plan::TaskSpec large = spec("large"), both = spec("both"), plain = spec("plain");
    large.labels = {"size=large"};
    both.labels = {"eu", "size=large"};
    running("p1", {stage({large, both, plain})});
    const struct {
        std::vector<std::string> own;
        std::set<std::string> given;
    } cases[] = {
        {{"us"}, {}},
        {{"eu"}, {}},
        {{"*", "eu"}, {"plain"}},
        {{}, {}},  // what it could take is taken
        {{"size=large"}, {"large"}},
        {{"eu", "size=large", "us"}, {"both"}},
    };
    for (const auto& one : cases) {
        std::set<std::string> given;
        for (const auto& task :
             *store().claim(kProject, ExecutorKind::apply, {{"local"}, one.own}, {{executor("w1").id, 4}}, kNow, kTtl))
            given.insert(task.second.spec.key);
        EXPECT_EQ(given, one.given) << (one.own.empty() ? "none" : one.own.front());
    }
}

TEST_P(Leases, AnExecutorsLabelsAreKeptAndChangedByItsNextRegistration) {
    core::Executor worker = executor("w1");
    worker.labels = {"*", "size=large"};
    ASSERT_OK(store().register_executor(worker));
    EXPECT_EQ(store().executor(kProject, worker.id)->labels, worker.labels);
    worker.labels.clear();
    ASSERT_OK(store().register_executor(worker));
    EXPECT_TRUE(store().executor(kProject, worker.id)->labels.empty());
}

TEST_P(Leases, TellsWhetherMoreOfAWorkWaits) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a"), spec("b")})});
    EXPECT_TRUE(store().has_waiting_tasks("p1").value());
    EXPECT_EQ(claim(worker, 1).size(), 1U);
    EXPECT_TRUE(store().has_waiting_tasks("p1").value());
    EXPECT_EQ(claim(worker, 1).size(), 1U);
    EXPECT_FALSE(store().has_waiting_tasks("p1").value());
    EXPECT_FALSE(store().has_waiting_tasks("p2").value());
}

TEST_P(Leases, OneStatementServesSeveralExecutorsFairly) {
    const core::Executor a = executor("a"), b = executor("b");
    std::vector<plan::TaskSpec> tasks;
    for (int i = 0; i < 4; ++i) tasks.push_back(spec("t" + std::to_string(i)));
    running("p1", {stage(tasks)});
    const auto got = store().claim(kProject, ExecutorKind::apply, {}, {{a.id, 8}, {b.id, 8}}, kNow, kTtl);
    ASSERT_EQ(got->size(), 4U);
    std::map<std::string, int> count;
    for (const auto& [id, task] : *got) ++count[id];
    EXPECT_EQ(count[a.id], 2);
    EXPECT_EQ(count[b.id], 2);
}

TEST_P(Leases, RenewingKeepsThemAndForgettingGivesThemBack) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a"), spec("b")})});
    const auto got = claim(worker, 2);
    ASSERT_EQ(got.size(), 2U);
    const auto renewal = store().renew(worker.id, {got[0].lease, {"none", "none.1", 1}}, kNow + 20'000, kTtl);
    ASSERT_OK(renewal);
    EXPECT_EQ(renewal->lost, std::vector<std::string>{"none.1"});
    EXPECT_TRUE(renewal->cancels.empty());
    // The second one was never received: ready at once, and no try was lost.
    const core::Task b = *store().task(kProject, got[1].lease.task_id);
    EXPECT_EQ(b.state, TaskState::ready);
    EXPECT_EQ(b.attempt, 0);
    EXPECT_EQ(b.epoch, 1);
    EXPECT_TRUE(store().expire_leases(kNow + kTtl, 1)->empty());
    EXPECT_EQ(store().expire_leases(kNow + 20'000 + kTtl, 1)->size(), 1U);
}

TEST_P(Leases, AnExpiredLeaseIsGivenToSomebodyElseWithAHigherFence) {
    const core::Executor a = executor("a"), b = executor("b");
    running("p1", {stage({spec("t")})});
    const auto first = claim(a, 1);
    EXPECT_TRUE(store().expire_leases(kNow + kTtl - 1, 1)->empty());
    const auto touched = store().expire_leases(kNow + kTtl, 1);
    ASSERT_EQ(touched->size(), 1U);
    EXPECT_EQ(touched->front().work_id, "p1");
    EXPECT_EQ(store().attempts(kProject, first[0].lease.task_id)->front().state, "lost");
    const auto second = claim(b, 1, kNow + kTtl);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].lease.epoch, 2);
    EXPECT_EQ(second[0].attempt, 2);
    EXPECT_GT(second[0].fence, first[0].fence);
    EXPECT_EQ(complete(a, completion(first[0])).ack, protocol::Ack::superseded);
    EXPECT_EQ(store().renew(a.id, {first[0].lease}, kNow + kTtl, kTtl)->lost.size(), 1U);
    EXPECT_EQ(complete(b, completion(second[0])).ack, protocol::Ack::accepted);
}

TEST_P(Leases, LossesEndInADeadLetter) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a"), spec("b", {"a"})})});
    TimestampMs now = kNow;
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(claim(worker, 1, now).size(), 1U) << i;
        now += kTtl;
        ASSERT_EQ(store().expire_leases(now, 0)->size(), 1U);
        now += 60'000;
    }
    EXPECT_EQ(states("p1"), (std::map<std::string, TaskState>{{"a", TaskState::failed}, {"b", TaskState::skipped}}));
}

TEST_P(Leases, ANewerBootFencesTheOlder) {
    const core::Executor old = executor("w1", "boot1");
    running("p1", {stage({spec("a")})});
    const auto got = claim(old, 1);
    const core::Executor fresh = executor("w1", "boot2");
    EXPECT_NE(old.id, fresh.id);
    EXPECT_EQ(executor("w1", "boot2").id, fresh.id);  // registering again changes nothing
    EXPECT_EQ(store().executor(kProject, old.id)->state, core::ExecutorState::fenced);
    EXPECT_EQ(state_of(got[0].lease.task_id), TaskState::ready);
    EXPECT_EQ(complete(old, completion(got[0])).ack, protocol::Ack::superseded);
    core::Executor again = old;
    EXPECT_EQ(store().register_executor(again).error().code, ErrorCode::superseded);
    // What the dead one left in its spool counts, as long as nobody took the task since.
    EXPECT_EQ(complete(executor("w2"), completion(got[0])).ack, protocol::Ack::superseded);
    EXPECT_EQ(complete(fresh, completion(got[0])).ack, protocol::Ack::accepted);
    EXPECT_EQ(state_of(got[0].lease.task_id), TaskState::succeeded);
}

TEST_P(Leases, ExecutorsAreListedTouchedAndForgotten) {
    core::Executor worker = executor("w1");
    executor("r1", "b1", ExecutorKind::run);
    running("p1", {stage({spec("a")})});
    const auto got = claim(worker, 1);
    EXPECT_EQ(store().executors(kProject)->size(), 2U);
    ASSERT_OK(store().touch_executors({worker.id}, kNow + 5));
    EXPECT_EQ(store().executor(kProject, worker.id)->last_seen_ts, kNow + 5);
    worker.state = core::ExecutorState::draining;
    worker.drain_requested = true;
    worker.gateways = {{"other", "postgres", std::nullopt, {}}};
    ASSERT_OK(store().set_executor(worker));
    const auto back = store().executor(kProject, worker.id);
    EXPECT_EQ(back->state, core::ExecutorState::draining);
    EXPECT_TRUE(back->drain_requested);
    EXPECT_EQ(back->gateways[0].name, "other");
    ASSERT_OK(store().forget_executor(kProject, worker.id));
    EXPECT_EQ(state_of(got[0].lease.task_id), TaskState::ready);
    EXPECT_EQ(store().executor(kProject, worker.id).error().code, ErrorCode::not_found);
    EXPECT_EQ(store().forget_executor(kProject, worker.id).error().code, ErrorCode::not_found);
}

TEST_P(Leases, EightThreadsClaimEveryTaskOnce) {
    constexpr int kTasks = 160, kThreads = 8;
    std::vector<plan::TaskSpec> tasks;
    for (int i = 0; i < kTasks; ++i) tasks.push_back(spec("t" + std::to_string(i)));
    running("p1", {stage(tasks)});
    std::vector<core::Executor> workers;
    for (int i = 0; i < kThreads; ++i) workers.push_back(executor("w" + std::to_string(i)));
    std::vector<std::vector<protocol::LeasedTask>> got(kThreads);
    std::vector<int> advance(kThreads);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kThreads; ++i)
        threads.emplace_back([&, i] {
            for (int empty = 0; empty < 3;) {
                const auto batch = claim(workers[i], 3);
                empty = batch.empty() ? empty + 1 : 0;
                for (const auto& task : batch) {
                    got[i].push_back(task);
                    if (complete(workers[i], completion(task)).work_may_advance) ++advance[i];
                }
            }
        });
    for (std::thread& thread : threads) thread.join();
    std::set<std::string> ids;
    std::set<std::int64_t> fences;
    for (const auto& mine : got)
        for (const auto& task : mine) {
            EXPECT_TRUE(ids.insert(task.lease.task_id).second);
            EXPECT_TRUE(fences.insert(task.fence).second);
        }
    EXPECT_EQ(ids.size(), static_cast<std::size_t>(kTasks));
    int last = 0;
    for (const int each : advance) last += each;
    EXPECT_GE(last, 1);  // somebody saw the last task end
}

ON_EVERY_STORE(Leases);

}  // namespace
}  // namespace towline::store
