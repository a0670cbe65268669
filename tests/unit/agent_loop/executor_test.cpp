#include "loop/executor.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/temporary_folder.h"
#include "unit/agent_loop/fake_scheduler.h"

namespace towline::loop {
namespace {

using protocol::Ack;
using protocol::Completion;
using protocol::LeasedTask;
using protocol::Outcome;
using protocol::SyncRequest;
using protocol::SyncResponse;

class FakeSurroundings final : public Surroundings {
 public:
    Circumstances look() override { return now; }
    Circumstances now;
};

/// An event that one thread waits for and another sets.
class Gate {
 public:
    void open() {
        *open_.lock() = true;
        changed_.notify_all();
    }
    void wait() {
        auto lock = open_.lock();
        changed_.wait(lock.mutex_lock(), [&] { return *lock; });
    }

 private:
    Guarded<bool> open_;
    std::condition_variable changed_;
};

LeasedTask task(const std::string& id) {
    LeasedTask out;
    out.lease = {"task-" + id, id, 1};
    out.work_kind = "plan";
    out.work_id = "p1";
    out.project = "acme/shop";
    out.spec.key = "create_schema:" + id;
    out.spec.kind = plan::TaskKind::create_schema;
    out.spec.name = id;
    return out;
}

SyncResponse with_tasks(const std::vector<std::string>& ids) {
    SyncResponse out;
    out.lease_ttl_ms = 30'000;
    for (const std::string& id : ids) out.tasks.push_back(task(id));
    return out;
}

SyncResponse with_ack(const std::string& id, Ack ack = Ack::accepted) {
    SyncResponse out;
    out.lease_ttl_ms = 30'000;
    out.acks.push_back({id, ack});
    return out;
}

bool holds(const SyncRequest& request, const std::string& id) {
    return std::any_of(request.held.begin(), request.held.end(),
                       [&](const auto& lease) { return lease.attempt_id == id; });
}

/// One executor against the fake scheduler. `run` is what a task does; by default it succeeds at once.
class Loop : public testing::Test {
 protected:
    void make(RunTask run = nullptr, int slots = 2) {
        if (!run) run = [](const LeasedTask&, runner::CancelSwitch&, runner::TaskLog&) { return Completion{}; };
        spool = *spool::Spool::open(folder.path());
        options.identity.name = "box-apply";
        options.identity.kind = protocol::ExecutorKind::apply;
        options.identity.boot_id = "boot1";
        options.identity.slots = slots;
        options.identity.labels = {"size=large"};
        options.retry.window_first = options.retry.window_max = std::chrono::milliseconds(0);
        options.redactor = redactor;
        options.status_file = folder / "status.json";
        surroundings.now.gateways = {{"local", "duckdb", "main", {}}};
        work.emplace(snapshots, run, redactor, options.retry);
        executor.emplace(ExecutorParts{api, *spool, surroundings, *work, uploader}, options);
    }
    void turns(int count) {
        for (int i = 0; i < count; ++i) ASSERT_FALSE(executor->turn());
    }
    /// Turns until the spool is empty and nothing is scripted any more, or the loop ended.
    void turn_until_syncs(std::size_t count) {
        while (scheduler.syncs().size() < count) ASSERT_FALSE(executor->turn());
    }
    /// Answers many syncs with what they are owed.
    void acknowledge_all() {
        for (int i = 0; i < 50; ++i) {
            scheduler.on_sync([](const SyncRequest& request) {
                SyncResponse out;
                for (const Completion& one : request.completions)
                    out.acks.push_back({one.lease.attempt_id, Ack::accepted});
                return test::FakeScheduler::json(200, protocol::to_json(out));
            });
        }
    }
    std::string state() { return health::read_status(folder / "status.json")->state; }

    const test::TemporaryFolder folder;
    test::FakeScheduler scheduler;
    FakeSurroundings surroundings;
    std::shared_ptr<credentials::Redactor> redactor = std::make_shared<credentials::Redactor>();
    SchedulerApi api{scheduler, "https://h/sqlmesh/acme/shop"};
    SnapshotCache snapshots{api};
    LogUploader uploader{api, {}, 1};
    ExecutorOptions options;
    std::unique_ptr<spool::Spool> spool;
    std::optional<TaskWork> work;
    std::optional<Executor> executor;
};

TEST_F(Loop, RegistersAndRetriesUntilItIsTaken) {
    scheduler.on_register(fail(ErrorCode::unavailable, "refused"));
    scheduler.on_register(test::FakeScheduler::problem(503, "unavailable"));
    scheduler.on_register(test::FakeScheduler::problem(401, "unauthenticated"));
    make();
    turns(3);
    EXPECT_EQ(scheduler.registrations().size(), 3U);
    scheduler.answer_sync({});
    turns(2);
    EXPECT_EQ(scheduler.registrations().size(), 4U);
    const auto request = scheduler.registrations().back();
    EXPECT_EQ(request.boot_id, "boot1");
    EXPECT_EQ(request.labels, (std::vector<std::string>{"size=large"}));
    ASSERT_EQ(request.gateways.size(), 1U);
    EXPECT_EQ(request.gateways[0].default_catalog, "main");
    ASSERT_EQ(scheduler.syncs().size(), 1U);
    EXPECT_EQ(scheduler.syncs()[0].slots_free, 2);
    EXPECT_TRUE(scheduler.syncs()[0].gateways.empty());
}

TEST_F(Loop, CarriesATaskFromLeaseToAcknowledgement) {
    Gate go;
    make([&](const LeasedTask&, runner::CancelSwitch&, runner::TaskLog& log) {
        go.wait();
        log.line("info", "working");
        Completion out;
        out.rows = 5;
        return out;
    });
    scheduler.answer_sync(with_tasks({"a"}));
    turns(2);
    scheduler.on_sync([&](const SyncRequest& request) {
        EXPECT_TRUE(holds(request, "a"));
        EXPECT_EQ(request.slots_free, 1);
        go.open();
        return test::FakeScheduler::json(200, protocol::to_json(SyncResponse{}));
    });
    turns(1);
    while (!spool->is_pending("a")) std::this_thread::yield();
    scheduler.answer_sync(with_ack("a"));
    turn_until_syncs(3);
    EXPECT_FALSE(spool->is_pending("a"));
    const SyncRequest delivery = scheduler.syncs().back();
    ASSERT_EQ(delivery.completions.size(), 1U);
    EXPECT_EQ(delivery.completions[0].rows, 5);
    EXPECT_EQ(delivery.completions[0].outcome, Outcome::succeeded);
    EXPECT_FALSE(holds(delivery, "a"));
    uploader.run_once();
    EXPECT_NE(scheduler.log().find("succeeded after"), std::string::npos);
    EXPECT_NE(scheduler.log().find("working"), std::string::npos);
}

TEST_F(Loop, AFinishedTaskCutsTheParkedCallShort) {
    Gate go;
    make([&](const LeasedTask&, runner::CancelSwitch&, runner::TaskLog&) {
        go.wait();
        return Completion{};
    });
    scheduler.answer_sync(with_tasks({"a"}));
    turns(2);
    std::thread opener([&] {
        scheduler.wait_for_syncs(2);  // The second one is parked: nothing is scripted for it.
        go.open();
    });
    turns(1);
    opener.join();
    EXPECT_TRUE(spool->is_pending("a"));
    scheduler.answer_sync(with_ack("a"));
    turns(1);
    EXPECT_FALSE(spool->is_pending("a"));
}

TEST_F(Loop, KeepsToTheWaitingTimeThatTheSchedulerSets) {
    const struct {
        std::int64_t told, wait;
    } cases[] = {{5'000, 5'000}, {0, 20'000}, {3'600'000, 20'000}};  // none told; longer than any call may be parked
    for (const auto& one : cases) {
        const std::size_t before = scheduler.syncs().size();
        scheduler.on_register(
            test::FakeScheduler::json(201, protocol::to_json(protocol::RegisterResponse{"e1", 30'000, one.told, 0})));
        make();
        scheduler.answer_sync({});
        turns(2);
        EXPECT_EQ(scheduler.syncs().at(before).wait_ms, one.wait) << one.told;
    }
}

TEST_F(Loop, DrainsAndResumesAsTheSchedulerTells) {
    Gate go;
    make([&](const LeasedTask&, runner::CancelSwitch&, runner::TaskLog&) {
        go.wait();
        return Completion{};
    });
    SyncResponse drain = with_tasks({"a"});
    drain.drain = true;
    scheduler.answer_sync(drain);
    scheduler.on_sync([&](const SyncRequest& request) {
        EXPECT_TRUE(request.draining);
        EXPECT_EQ(request.slots_free, 0);
        EXPECT_TRUE(holds(request, "a"));  // what it has goes on
        SyncResponse resume;
        resume.lease_ttl_ms = 30'000;
        return test::FakeScheduler::json(200, protocol::to_json(resume));
    });
    scheduler.on_sync([&](const SyncRequest& request) {
        EXPECT_FALSE(request.draining);
        EXPECT_EQ(request.slots_free, 1);
        go.open();
        return test::FakeScheduler::json(200, protocol::to_json(SyncResponse{}));
    });
    turns(4);
    while (!spool->is_pending("a")) std::this_thread::yield();
    EXPECT_EQ(state(), "ready");
}

TEST_F(Loop, ASupersededResultIsDropped) {
    make();
    scheduler.answer_sync(with_tasks({"a"}));
    turns(2);
    while (!spool->is_pending("a")) std::this_thread::yield();
    scheduler.answer_sync(with_ack("a", Ack::superseded));
    turn_until_syncs(2);
    EXPECT_FALSE(spool->is_pending("a"));
}

TEST_F(Loop, ALostLeaseIsStoppedAndItsResultIsVoid) {
    Gate ended;
    make([&](const LeasedTask&, runner::CancelSwitch& cancel, runner::TaskLog&) {
        cancel.on_request([&] { ended.open(); });
        ended.wait();
        cancel.clear();
        Completion out;
        out.outcome = Outcome::cancelled;
        return out;
    });
    scheduler.answer_sync(with_tasks({"a"}));
    SyncResponse lost;
    lost.lost = {"a", "unknown"};
    scheduler.answer_sync(lost);
    turns(3);
    // Its slot is free again when it has ended; nothing of it is held or delivered.
    do {
        scheduler.answer_sync({});
        turns(1);
        EXPECT_TRUE(scheduler.syncs().back().held.empty());
        EXPECT_TRUE(scheduler.syncs().back().completions.empty());
    } while (scheduler.syncs().back().slots_free != 2);
    EXPECT_TRUE(spool->pending().empty());
}

TEST_F(Loop, ACancelReachesARunningTaskAndIsReportedWhenItEnded) {
    Gate asked;
    make([&](const LeasedTask&, runner::CancelSwitch& cancel, runner::TaskLog&) {
        cancel.on_request([&] { asked.open(); });
        asked.wait();
        cancel.clear();
        Completion out;
        out.outcome = Outcome::cancelled;
        return out;
    });
    scheduler.answer_sync(with_tasks({"a"}));
    SyncResponse cancels;
    cancels.cancels = {"a"};
    scheduler.answer_sync(cancels);
    turns(3);
    asked.wait();
    while (!spool->is_pending("a")) std::this_thread::yield();
    scheduler.answer_sync(with_ack("a"));
    turn_until_syncs(3);
    EXPECT_EQ(scheduler.syncs().back().completions.at(0).outcome, Outcome::cancelled);
}

TEST_F(Loop, ResultsOfAnEarlierProcessAreDeliveredFirst) {
    make();
    Completion old;
    old.lease = {"task-z", "z", 4};
    ASSERT_TRUE(spool->add(old));
    scheduler.answer_sync(with_ack("z"));
    turns(2);
    ASSERT_EQ(scheduler.syncs().size(), 1U);
    ASSERT_EQ(scheduler.syncs()[0].completions.size(), 1U);
    EXPECT_EQ(scheduler.syncs()[0].completions[0].lease.epoch, 4);
    EXPECT_TRUE(spool->pending().empty());
}

TEST_F(Loop, WorksOnWithoutTheNetworkAndDeliversLater) {
    make();
    scheduler.answer_sync(with_tasks({"a", "b"}));
    turns(2);
    while (spool->pending().size() < 2) std::this_thread::yield();
    for (int i = 0; i < 5; ++i)
        scheduler.on_sync([](const SyncRequest&) { return fail(ErrorCode::unavailable, "no route"); });
    turn_until_syncs(6);
    EXPECT_EQ(spool->pending().size(), 2U);
    EXPECT_EQ(scheduler.registrations().size(), 1U);
    SyncResponse both = with_ack("a");
    both.acks.push_back({"b", Ack::accepted});
    scheduler.answer_sync(both);
    turn_until_syncs(7);
    EXPECT_TRUE(spool->pending().empty());
}

TEST_F(Loop, RegistersAgainWhenForgotten) {
    make();
    scheduler.fail_sync(404, "not_found");
    scheduler.answer_sync({});
    turns(4);
    EXPECT_EQ(scheduler.registrations().size(), 2U);
    EXPECT_EQ(scheduler.registrations()[1].boot_id, "boot1");
    EXPECT_EQ(scheduler.syncs().size(), 2U);
}

TEST_F(Loop, EndsWhenANewerProcessHasItsName) {
    Gate asked;
    make([&](const LeasedTask&, runner::CancelSwitch& cancel, runner::TaskLog&) {
        cancel.on_request([&] { asked.open(); });
        asked.wait();
        cancel.clear();
        return Completion{};
    });
    scheduler.answer_sync(with_tasks({"a"}));
    scheduler.fail_sync(409, "superseded");
    const ExitReport report = executor->run();
    EXPECT_EQ(report.code, 1);
    EXPECT_FALSE(report.stuck);
    EXPECT_NE(report.sentence.find("newer executor"), std::string::npos);
    EXPECT_TRUE(spool->pending().empty());
}

TEST_F(Loop, StaysUpAndSaysWhyWhenItsClientIsRefused) {
    make();
    scheduler.fail_sync(401, "unauthenticated");
    scheduler.fail_sync(401, "unauthenticated");
    turns(4 - 1);
    scheduler.on_sync([&](const SyncRequest&) {
        EXPECT_EQ(state(), "unready");
        return test::FakeScheduler::json(200, protocol::to_json(SyncResponse{}));
    });
    turns(1);
    scheduler.answer_sync({});
    turns(1);
    EXPECT_EQ(state(), "ready");
}

TEST_F(Loop, HandsBackTasksOfUnknownKinds) {
    make();
    scheduler.on_sync([](const SyncRequest&) {
        std::string body = protocol::to_json(with_tasks({"known", "strange"}));
        const std::size_t at = body.rfind("create_schema\"");
        body.replace(at, 13, "teleport");
        return test::FakeScheduler::json(200, body);
    });
    turns(2);
    while (spool->pending().size() < 2) std::this_thread::yield();
    for (const Completion& one : spool->pending()) {
        const bool strange = one.lease.attempt_id == "strange";
        EXPECT_EQ(one.outcome, strange ? Outcome::refused : Outcome::succeeded);
    }
}

TEST_F(Loop, TakesNoMoreThanItsSlotsAndNothingTwice) {
    Gate go;
    std::atomic<int> runs{0};
    make([&](const LeasedTask&, runner::CancelSwitch&, runner::TaskLog&) {
        ++runs;
        go.wait();
        return Completion{};
    });
    scheduler.answer_sync(with_tasks({"a", "b", "c"}));
    scheduler.answer_sync(with_tasks({"a"}));
    scheduler.on_sync([&](const SyncRequest& request) {
        EXPECT_EQ(request.slots_free, 0);
        EXPECT_EQ(request.held.size(), 2U);
        EXPECT_FALSE(holds(request, "c"));
        go.open();
        return test::FakeScheduler::json(200, protocol::to_json(SyncResponse{}));
    });
    turns(4);
    while (spool->pending().size() < 2) std::this_thread::yield();
    EXPECT_EQ(runs, 2);
}

TEST_F(Loop, DrainsAndThenEnds) {
    Gate go;
    make([&](const LeasedTask&, runner::CancelSwitch&, runner::TaskLog&) {
        go.wait();
        return Completion{};
    });
    scheduler.answer_sync(with_tasks({"a"}));
    turns(2);
    executor->request_stop();
    scheduler.on_sync([&](const SyncRequest& request) {
        EXPECT_TRUE(request.draining);
        EXPECT_EQ(request.slots_free, 0);
        EXPECT_TRUE(holds(request, "a"));
        go.open();
        return test::FakeScheduler::json(200, protocol::to_json(with_tasks({"late"})));  // not taken
    });
    turns(1);
    while (!spool->is_pending("a")) std::this_thread::yield();
    acknowledge_all();
    const ExitReport report = executor->run();
    EXPECT_EQ(report.code, 0);
    EXPECT_EQ(report.sentence, "stopped");
    EXPECT_EQ(state(), "stopped");
}

TEST_F(Loop, AStopInAParkedCallGivesBackWhatThatCallMayHaveBrought) {
    make();
    std::thread stopper([&] {
        scheduler.wait_for_syncs(1);
        executor->request_stop();
        scheduler.answer_sync({});
    });
    const ExitReport report = executor->run();
    stopper.join();
    EXPECT_EQ(report.code, 0);
    EXPECT_TRUE(scheduler.syncs().back().draining);
    EXPECT_TRUE(scheduler.syncs().back().held.empty());
    EXPECT_EQ(scheduler.syncs().back().slots_free, 0);
}

TEST_F(Loop, ASecondStopCancelsAtOnce) {
    Gate asked;
    make([&](const LeasedTask&, runner::CancelSwitch& cancel, runner::TaskLog&) {
        cancel.on_request([&] { asked.open(); });
        asked.wait();
        cancel.clear();
        Completion out;
        out.outcome = Outcome::cancelled;
        return out;
    });
    surroundings.now.drain = std::chrono::hours(1);
    scheduler.answer_sync(with_tasks({"a"}));
    turns(2);
    executor->request_stop();
    executor->request_stop();
    acknowledge_all();
    const ExitReport report = executor->run();
    EXPECT_EQ(report.code, 0);
    EXPECT_TRUE(spool->pending().empty());
}

TEST_F(Loop, StopsWithoutTheNetworkAndKeepsItsResults) {
    make();
    scheduler.on_register(fail(ErrorCode::unavailable, "refused"));
    Completion old;
    old.lease = {"task-z", "z", 1};
    ASSERT_TRUE(spool->add(old));
    turns(1);
    executor->request_stop();
    const ExitReport report = executor->run();
    EXPECT_EQ(report.code, 0);
    EXPECT_EQ(spool->pending().size(), 1U);
}

TEST_F(Loop, OnceEndsWhenIdleAfterItsFirstWork) {
    options.once = true;
    make();
    scheduler.answer_sync({});
    scheduler.answer_sync(with_tasks({"a"}));
    turns(3);
    while (!spool->is_pending("a")) std::this_thread::yield();
    acknowledge_all();
    const ExitReport report = executor->run();
    EXPECT_EQ(report.code, 0);
}

TEST_F(Loop, TellsChangedGatewaysOnceAndItsHealth) {
    make();
    scheduler.answer_sync({});
    turns(2);
    surroundings.now.gateways.push_back({"other", "postgres", "shop", {}});
    surroundings.now.degraded = true;
    scheduler.answer_sync({});
    scheduler.answer_sync({});
    turns(2);
    const auto syncs = scheduler.syncs();
    EXPECT_EQ(syncs[1].gateways.size(), 2U);
    EXPECT_EQ(syncs[1].health, "degraded");
    EXPECT_TRUE(syncs[2].gateways.empty());
}

TEST_F(Loop, AFailingFetchOfSnapshotsIsTheTasksFailure) {
    make();
    LeasedTask leased = task("a");
    leased.spec.kind = plan::TaskKind::evaluate;
    leased.spec.snapshot = plan::SnapshotUse{{"\"m\".\"s\".\"t\"", "123"}, true, true};
    SyncResponse response;
    response.tasks = {leased};
    scheduler.answer_sync(response);
    turns(2);
    while (!spool->is_pending("a")) std::this_thread::yield();
    const Completion result = spool->pending().front();
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_EQ(result.error_code, "not_found");
}

}  // namespace
}  // namespace towline::loop
