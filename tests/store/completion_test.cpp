#include <atomic>
#include <thread>

#include "store_fixture.h"

namespace towline::store {
namespace {

using core::TaskState;
using protocol::Ack;
using protocol::Outcome;

class Completions : public StoreTest {
 protected:
    plan::TaskSpec evaluation(const std::string& key, const Snapshot& s, Interval interval, bool deployable = true) {
        plan::TaskSpec out = spec(key);
        out.kind = plan::TaskKind::evaluate;
        out.snapshot = plan::SnapshotUse{s.id(), deployable, true};
        out.interval = interval;
        return out;
    }
    Snapshot stored(const Snapshot& s) { return store().snapshots(kProject, {s.id()})->at(0); }
};

TEST_P(Completions, SuccessFreesDependantsWhenAllAreDone) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a"), spec("b"), spec("c", {"a", "b"})})});
    const auto got = claim(worker, 4);
    ASSERT_EQ(got.size(), 2U);
    const auto waiting = store().tasks(kProject, {.work_id = "p1", .state = TaskState::blocked, .model = {}}, {});
    ASSERT_EQ(waiting->items.size(), 1U);
    EXPECT_EQ(store().blockers(kProject, waiting->items[0].id)->size(), 2U);
    EXPECT_FALSE(complete(worker, completion(got[0])).freed_tasks);
    EXPECT_EQ(store().blockers(kProject, waiting->items[0].id)->size(), 1U);
    const auto last = complete(worker, completion(got[1]));
    EXPECT_TRUE(last.freed_tasks);
    EXPECT_FALSE(last.work_may_advance);
    EXPECT_EQ(last.work_id, "p1");
    EXPECT_EQ(states("p1")["c"], TaskState::ready);
}

TEST_P(Completions, AnIntervalIsRecordedWithItsTask) {
    const core::Executor worker = executor("w1");
    const Snapshot a = snapshot("db.a");
    ASSERT_OK(store().push_snapshots(kProject, {a}, kNow));
    plan::TaskSpec empty = evaluation("empty", a, {});
    running("p1", {stage({evaluation("one", a, days(0, 10)), evaluation("dev", a, days(50, 60), false),
                          evaluation("bad", a, days(20, 30)), empty})});
    for (const auto& task : claim(worker, 4)) {
        const bool is_bad = task.spec.key == "bad";
        EXPECT_TRUE(stored(a).intervals.size() <= 1U);
        complete(worker, completion(task, is_bad ? Outcome::failed : Outcome::succeeded));
    }
    EXPECT_EQ(stored(a).intervals, (model::Intervals{days(0, 10)}));
    EXPECT_EQ(stored(a).dev_intervals, (model::Intervals{days(50, 60)}));
}

TEST_P(Completions, DoubledOnesChangeNothing) {
    const core::Executor worker = executor("w1");
    const Snapshot a = snapshot("db.a");
    ASSERT_OK(store().push_snapshots(kProject, {a}, kNow));
    running("p1", {stage({evaluation("one", a, days(0, 10)), spec("x")})});
    const auto got = claim(worker, 1);
    protocol::Completion done = completion(got[0]);
    done.audits = {{"not_null", true, 0, "passed"}};
    EXPECT_EQ(complete(worker, done).ack, Ack::accepted);
    ASSERT_OK(store().remove_interval(kProject, a, days(0, 10), kNow));
    EXPECT_EQ(complete(worker, done).ack, Ack::superseded);
    done.outcome = Outcome::failed;
    EXPECT_EQ(complete(worker, done).ack, Ack::superseded);
    EXPECT_TRUE(stored(a).intervals.empty());
    EXPECT_EQ(state_of(got[0].lease.task_id), TaskState::succeeded);
    EXPECT_EQ(store().audit_results(kProject, got[0].lease.task_id)->size(), 1U);
}

TEST_P(Completions, AllOfOneCallAreOneTransaction) {
    const core::Executor worker = executor("w1");
    const Snapshot a = snapshot("db.a"), b = snapshot("db.b");
    ASSERT_OK(store().push_snapshots(kProject, {a, b}, kNow));
    running("p1", {stage({evaluation("a1", a, days(0, 10)), evaluation("a2", a, days(10, 20)),
                          evaluation("b1", b, days(0, 10)), spec("both", {"a1", "a2"}), spec("never", {"b1"})})});
    running("p2", {stage({spec("other")})}, core::WorkKind::plan, "dev");
    const auto got = claim(worker, 8);
    ASSERT_EQ(got.size(), 4U);
    std::vector<protocol::Completion> all;
    for (const auto& task : got)
        all.push_back(completion(task, task.spec.key == "b1" ? Outcome::failed : Outcome::succeeded));
    all.push_back(all[0]);
    all.push_back(all[0]);
    all.back().lease.attempt_id = "none.1";
    for (protocol::Completion& each : all) each.audits = {{"not_null", true, 0, "passed"}};
    const auto results = store().complete(kProject, worker.id, all, kNow, 1);
    ASSERT_TRUE(results) << results.error().message << results.error().detail;
    ASSERT_EQ(results->size(), 6U);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ((*results)[i].ack, Ack::accepted) << i;
    EXPECT_EQ((*results)[4].ack, Ack::superseded);
    EXPECT_EQ((*results)[5].ack, Ack::unknown);
    for (std::size_t i = 0; i < 4; ++i) {
        const bool is_other = got[i].work_id == "p2";
        EXPECT_EQ((*results)[i].work_may_advance, is_other) << i;
        EXPECT_EQ((*results)[i].freed_tasks, !is_other) << i;
    }
    EXPECT_EQ(states("p1")["both"], TaskState::ready);
    EXPECT_EQ(stored(a).intervals, (model::Intervals{days(0, 20)}));
    EXPECT_TRUE(stored(b).intervals.empty());
    for (const auto& task : got) EXPECT_EQ(store().audit_results(kProject, task.lease.task_id)->size(), 1U);
}

TEST_P(Completions, UnknownAndForeignOnes) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a")})});
    const auto got = claim(worker, 1);
    protocol::Completion c = completion(got[0]);
    c.lease.attempt_id = "none.1";
    EXPECT_EQ(complete(worker, c).ack, Ack::unknown);
    EXPECT_EQ(store().complete("other/one", worker.id, {completion(got[0])}, kNow, 1)->at(0).ack, Ack::unknown);
    c = completion(got[0]);
    c.lease.epoch = 7;
    EXPECT_EQ(complete(worker, c).ack, Ack::superseded);
    EXPECT_EQ(complete(executor("w2"), completion(got[0])).ack, Ack::superseded);
    EXPECT_EQ(state_of(got[0].lease.task_id), TaskState::leased);
}

TEST_P(Completions, LateSuccessCountsOnlyWhileNobodyTookTheTask) {
    const core::Executor a = executor("a"), b = executor("b");
    running("p1", {stage({spec("x"), spec("y")})});
    const auto got = claim(a, 2);
    ASSERT_EQ(store().expire_leases(kNow + kTtl, 1)->size(), 2U);
    EXPECT_EQ(complete(a, completion(got[0], Outcome::failed), kNow + kTtl).ack, Ack::superseded);
    EXPECT_EQ(complete(a, completion(got[0]), kNow + kTtl).ack, Ack::accepted);
    const auto again = claim(b, 2, kNow + kTtl);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].lease.task_id, got[1].lease.task_id);
    EXPECT_EQ(complete(a, completion(got[1]), kNow + kTtl).ack, Ack::superseded);
    EXPECT_EQ(complete(b, completion(again[0]), kNow + kTtl).ack, Ack::accepted);
}

TEST_P(Completions, FailuresAreTriedAgainLaterAndThenSkipWhatFollows) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a"), spec("b", {"a"}), spec("c", {"b"}), spec("d")})});
    TimestampMs now = kNow;
    std::string a_id;
    for (int attempt = 1; attempt <= 3; ++attempt) {
        auto got = claim(worker, 2, now);
        for (const auto& task : got)
            if (task.spec.key == "d") complete(worker, completion(task), now);
        got.erase(std::remove_if(got.begin(), got.end(), [](const auto& t) { return t.spec.key == "d"; }), got.end());
        ASSERT_EQ(got.size(), 1U) << attempt;
        EXPECT_EQ(got[0].attempt, attempt);
        a_id = got[0].lease.task_id;
        complete(worker, completion(got[0], Outcome::failed), now);
        if (attempt < 3) {
            EXPECT_TRUE(claim(worker, 2, now).empty()) << "it must wait";
            EXPECT_GT(**store().next_due(now), now);
        }
        now += 60'000;
    }
    EXPECT_EQ(states("p1"), (std::map<std::string, TaskState>{{"a", TaskState::failed},
                                                              {"b", TaskState::skipped},
                                                              {"c", TaskState::skipped},
                                                              {"d", TaskState::succeeded}}));
    const core::Task dead = *store().task(kProject, a_id);
    EXPECT_EQ(dead.error_code, "engine");
    EXPECT_EQ(dead.error_message, "no");
    EXPECT_EQ(store().attempts(kProject, a_id)->size(), 3U);
}

TEST_P(Completions, WhatIsNotRetryableDiesAtOnce) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a")})});
    protocol::Completion c = completion(claim(worker, 1)[0], Outcome::failed);
    c.retryable = false;
    EXPECT_TRUE(complete(worker, c).work_may_advance);
    EXPECT_EQ(states("p1")["a"], TaskState::failed);
}

TEST_P(Completions, RefusedTasksGoBackWithoutLosingATry) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a")})});
    const auto got = claim(worker, 1);
    EXPECT_TRUE(complete(worker, completion(got[0], Outcome::refused)).freed_tasks);
    const core::Task task = *store().task(kProject, got[0].lease.task_id);
    EXPECT_EQ(task.state, TaskState::ready);
    EXPECT_EQ(task.attempt, 0);
    EXPECT_GT(task.run_at, kNow);
}

TEST_P(Completions, ADeadLetterIsRequeuedWithWhatItHeldUp) {
    const core::Executor worker = executor("w1");
    core::Work w = running("p1", {stage({spec("a"), spec("b"), spec("ac", {"a"}), spec("abc", {"a", "b"})})});
    std::map<std::string, std::string> ids;
    for (const auto& task : claim(worker, 4)) {
        ids[task.spec.key] = task.lease.task_id;
        protocol::Completion c = completion(task, Outcome::failed);
        c.retryable = false;
        complete(worker, c);
    }
    EXPECT_EQ(core::on_stage(w, *store().stage_counts(w)), core::StageVerdict::failed);
    ASSERT_OK(store().finish_work(kProject, "p1", core::WorkState::failed, "dead", kNow));

    const core::Work other = running("p2", {stage({})});
    EXPECT_EQ(store().requeue(kProject, ids["a"], kNow).error().code, ErrorCode::conflict);  // the lock is taken
    ASSERT_OK(store().finish_work(kProject, other.id, core::WorkState::succeeded, "", kNow));
    ASSERT_OK(store().requeue(kProject, ids["a"], kNow));
    EXPECT_EQ(store().requeue(kProject, ids["a"], kNow).error().code, ErrorCode::conflict);
    EXPECT_EQ(store().requeue(kProject, "none", kNow).error().code, ErrorCode::not_found);
    EXPECT_EQ(states("p1"), (std::map<std::string, TaskState>{{"a", TaskState::ready},
                                                              {"b", TaskState::failed},
                                                              {"ac", TaskState::blocked},
                                                              {"abc", TaskState::skipped}}));
    EXPECT_EQ(store().work(kProject, "p1")->state, core::WorkState::running);
    ASSERT_OK(store().requeue(kProject, ids["b"], kNow));
    for (int round = 0; round < 3; ++round)
        for (const auto& task : claim(worker, 4)) complete(worker, completion(task));
    for (const auto& [key, state] : states("p1")) EXPECT_EQ(state, TaskState::succeeded) << key;
}

// A parent that succeeds while its child is skipped for another parent's sake counts, too.
TEST_P(Completions, WhatWasSkippedRemembersTheParentsThatSucceeded) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a"), spec("b"), spec("ab", {"a", "b"})})});
    const auto got = claim(worker, 4);
    ASSERT_EQ(got.size(), 2U);
    protocol::Completion dead = completion(got[0], Outcome::failed);
    dead.retryable = false;
    complete(worker, dead);
    EXPECT_EQ(states("p1")["ab"], TaskState::skipped);
    complete(worker, completion(got[1]));
    EXPECT_EQ(states("p1")["ab"], TaskState::skipped);
    ASSERT_OK(store().requeue(kProject, got[0].lease.task_id, kNow));
    EXPECT_EQ(states("p1")["ab"], TaskState::blocked);
    for (const auto& task : claim(worker, 4)) complete(worker, completion(task));
    EXPECT_EQ(states("p1")["ab"], TaskState::ready);
}

// Parents that end on several connections at once free their child exactly when the last of them does.
TEST_P(Completions, SideBySideTheyFreeWhatTheyShare) {
    constexpr std::size_t kWorkers = 6;
    constexpr int kParents = 5;  // of each worker
    std::vector<plan::TaskSpec> tasks;
    std::vector<std::string> parents;
    for (std::size_t i = 0; i < kWorkers * kParents; ++i) {
        parents.push_back("p" + std::to_string(i));
        tasks.push_back(spec(parents.back()));
    }
    for (int i = 0; i < 20; ++i) tasks.push_back(spec("c" + std::to_string(i), parents));
    running("p1", {stage(tasks)});
    std::vector<core::Executor> workers;
    std::vector<std::vector<protocol::LeasedTask>> held;
    for (std::size_t i = 0; i < kWorkers; ++i) {
        workers.push_back(executor("w" + std::to_string(i)));
        held.push_back(claim(workers[i], kParents));
        ASSERT_EQ(held[i].size(), std::size_t{kParents});
    }
    std::atomic<int> freed = 0;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kWorkers; ++i)
        threads.emplace_back([&, i] {
            for (const auto& task : held[i])
                if (complete(workers[i], completion(task)).freed_tasks) ++freed;
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(freed, 1);
    int ready = 0;
    for (const auto& [key, state] : states("p1")) ready += state == TaskState::ready ? 1 : 0;
    EXPECT_EQ(ready, 20);
}

TEST_P(Completions, TasksArePagedAndFiltered) {
    std::vector<plan::TaskSpec> tasks;
    for (int i = 0; i < 7; ++i) tasks.push_back(spec("t" + std::to_string(i)));
    running("p1", {stage(tasks)});
    for (const bool by_work : {true, false}) {
        TaskFilter filter;
        if (by_work) filter.work_id = "p1";
        std::string seen;
        PageRequest page{"", 3};
        do {
            const auto got = store().tasks(kProject, filter, page);
            ASSERT_OK(got);
            for (const core::Task& task : got->items) seen += task.spec.key + " ";
            page.cursor = got->next_cursor;
        } while (!page.cursor.empty());
        EXPECT_EQ(seen, "t0 t1 t2 t3 t4 t5 t6 ");
    }
    TaskFilter filter;
    for (const char* name : {"\"shop\".\"t3\"", "shop.t3", "t3"}) {
        filter.model = name;
        EXPECT_EQ(store().tasks(kProject, filter, {})->items.size(), 1U) << name;
    }
    filter.model = "3";
    EXPECT_TRUE(store().tasks(kProject, filter, {})->items.empty());
}

ON_EVERY_STORE(Completions);

}  // namespace
}  // namespace towline::store
