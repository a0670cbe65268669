#include "services/advancer.h"

#include "base/strings.h"
#include "model/codec.h"
#include "services/run_options.h"
#include "services/scheduler_stages.h"
#include "support/scheduler_world.h"

namespace towline::services {
namespace {

using core::WorkState;
using test::at;
using test::days;
using test::fqn;
using test::kProject;

class AdvancerTest : public test::TwoModelTest {
 protected:
    std::string new_run() {
        core::Work run = services::new_run(kProject, world.environment(), world.now());
        EXPECT_TRUE(world.store().add_work(run));
        return run.id;
    }
    /// The state as text, to see that nothing changed.
    std::string everything() {
        std::string text = model::to_json(world.environment());
        for (const char* name : {"db.a", "db.b"}) text += model::to_json(world.snapshot(name), true);
        return text;
    }
    void next_day() { world.clock.advance(std::chrono::hours(24)); }
    std::string advance_all() {
        const auto moved = world.advancer().run_once();
        return moved ? "" : moved.error().message;
    }
};

TEST_F(AdvancerTest, APlanGoesThroughAllItsStages) {
    const std::string id = world.apply();
    std::vector<std::string> stages;
    const std::vector<plan::StageKind> kinds = world.work(id).stages;
    for (const plan::StageKind kind : kinds) stages.emplace_back(plan::to_string(kind));
    EXPECT_EQ(
        join(stages, " "),
        "create_snapshot_records create_schemas backfill environment_record_update unpause create_views finalize");
    EXPECT_EQ(world.environment().plan_id, id);
    EXPECT_TRUE(world.environment().finalized_ts);
    EXPECT_EQ(world.snapshot("db.a").intervals, (model::Intervals{days("2024-01-01", "2024-01-05")}));
    EXPECT_TRUE(world.snapshot("db.a").unpaused_ts);
}

TEST_F(AdvancerTest, SchedulerStagesMayBePerformedTwice) {
    // Before the stage is left: as after a crash between performing a stage and entering the next.
    plan::Plan plan = world.plan();
    const std::string id = world.submit(plan);
    plan.plan_id = plan.environment.plan_id = id;
    const core::Work queued = world.work(id);
    ASSERT_OK(perform_stage(world.store(), queued, plan, plan::StageKind::create_snapshot_records, world.now()));
    world.drive(id);
    ASSERT_EQ(world.state(id), WorkState::succeeded) << world.work(id).error;
    const std::string before = everything();
    const std::vector<plan::StageKind> kinds = world.work(id).stages;
    for (const plan::StageKind kind : kinds)
        if (plan::is_scheduler_stage(kind) && kind != plan::StageKind::finalize)
            ASSERT_OK(perform_stage(world.store(), world.work(id), plan, kind, world.now()));
    EXPECT_EQ(everything(), before);
    ASSERT_OK(perform_stage(world.store(), world.work(id), plan, plan::StageKind::finalize, world.now()));
    // Advancing what has ended changes nothing either.
    EXPECT_FALSE(*world.advancer().advance(kProject, id));
    EXPECT_EQ(everything(), before);
}

TEST_F(AdvancerTest, AMovedBaseFailsThePlanBeforeAnyWork) {
    const std::string first = world.apply();
    change_b("SELECT 2 AS x FROM db.a");
    const std::string second = world.submit(world.plan());
    change_b("SELECT 3 AS x FROM db.a");
    const std::string third = world.submit(world.plan());
    world.drive(second);
    world.drive(third);
    EXPECT_EQ(world.state(second), WorkState::succeeded);
    EXPECT_EQ(world.state(third), WorkState::failed);
    EXPECT_EQ(world.work(third).error, "environment 'prod' moved on: it now holds plan " + second +
                                           ", and this plan was made for plan " + first);
    EXPECT_EQ(world.work(third).stage_index, -1);
    EXPECT_TRUE(world.tasks(third).empty());
}

TEST_F(AdvancerTest, QueuedPlansStartInOrder) {
    const std::string first = world.submit(world.plan());
    const std::string second = world.submit(world.plan());
    const std::string third = world.submit(world.plan());
    ASSERT_OK(world.advancer().advance(kProject, third));
    ASSERT_OK(world.advancer().advance(kProject, second));
    EXPECT_EQ(world.state(second), WorkState::queued);  // the older one has not even started
    EXPECT_EQ(advance_all(), "");
    EXPECT_EQ(world.state(first), WorkState::running);
    EXPECT_EQ(world.state(second), WorkState::queued);
    ASSERT_OK(world.store().request_cancel(kProject, first, true, world.now()));
    EXPECT_EQ(advance_all(), "");
    EXPECT_EQ(world.state(first), WorkState::cancelled);
    EXPECT_EQ(world.state(second), WorkState::running);
    EXPECT_EQ(world.state(third), WorkState::queued);
}

TEST_F(AdvancerTest, CancelledWhileQueued) {
    const std::string id = world.submit(world.plan());
    ASSERT_OK(world.store().request_cancel(kProject, id, true, world.now()));
    ASSERT_OK(world.advancer().advance(kProject, id));
    EXPECT_EQ(world.state(id), WorkState::cancelled);
    EXPECT_EQ(world.work(id).error, "cancelled before it started");
}

TEST_F(AdvancerTest, CancelledWhileTasksRun) {
    const std::string id = world.submit(world.plan());
    ASSERT_OK(world.advancer().advance(kProject, id));
    const core::Executor worker = world.executor();
    const auto tasks = world.claim(worker);
    ASSERT_FALSE(tasks.empty());
    ASSERT_OK(world.store().request_cancel(kProject, id, true, world.now()));
    ASSERT_OK(world.advancer().advance(kProject, id));
    EXPECT_EQ(world.state(id), WorkState::running);  // until the executor has confirmed
    for (const auto& task : tasks) world.complete(worker, task, protocol::Outcome::cancelled);
    ASSERT_OK(world.advancer().advance(kProject, id));
    EXPECT_EQ(world.state(id), WorkState::cancelled);
    EXPECT_FALSE(*world.store().environment(kProject, "prod"));
}

TEST_F(AdvancerTest, AFailedTaskFailsThePlanAndSaysWhy) {
    const std::string id = world.submit(world.plan());
    world.drive(id, fqn("db.a"));
    EXPECT_EQ(world.state(id), WorkState::failed);
    EXPECT_EQ(world.work(id).error, "1 failed: " + fqn("db.a") + ": the engine said no");
    EXPECT_FALSE(*world.store().environment(kProject, "prod"));
    // What asking again does: the next plan goes through.
    world.apply();
}

TEST_F(AdvancerTest, ARunWhoseEnvironmentMovesIsRebuiltOnce) {
    world.apply();
    next_day();
    const std::string run = new_run();
    ASSERT_OK(world.advancer().advance(kProject, run));
    const core::Executor worker = world.executor(protocol::ExecutorKind::run);
    const auto tasks = world.claim(worker);
    ASSERT_EQ(tasks.size(), 1U);
    change_b("SELECT 2 AS x FROM db.a");
    const std::string plan = world.apply();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(advance_all(), "");
    EXPECT_EQ(world.state(run), WorkState::running);  // its leased task is left to finish
    ASSERT_EQ(world.runs().size(), 2U);
    world.complete(worker, tasks[0]);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(advance_all(), "");
    EXPECT_EQ(world.state(run), WorkState::cancelled);
    ASSERT_EQ(world.runs().size(), 2U);
    const core::Work next = world.runs()[0].id == run ? world.runs()[1] : world.runs()[0];
    EXPECT_EQ(next.base_plan_id, plan);
    EXPECT_EQ(next.trigger, "cron");
    world.drive(next.id);
    EXPECT_EQ(world.state(next.id), WorkState::succeeded);
}

TEST_F(AdvancerTest, ACrashWhileARunIsRebuiltLeavesOneRun) {
    world.apply();
    next_day();
    const std::string run = new_run();
    ASSERT_OK(world.advancer().advance(kProject, run));
    change_b("SELECT 2 AS x FROM db.a");
    world.apply();
    ASSERT_OK(world.advancer().advance(kProject, run));
    ASSERT_EQ(world.runs().size(), 2U);
    ASSERT_EQ(world.state(run), WorkState::cancelled);
    // A run with the same history, as another replica or a process before a crash would have it: same successor.
    Advancer other(world.store(), world.clock);
    for (int i = 0; i < 3; ++i) ASSERT_OK(other.run_once());
    EXPECT_EQ(world.runs().size(), 2U);
}

TEST_F(AdvancerTest, AQueuedRunWhoseEnvironmentMovedIsRebuilt) {
    world.apply();
    next_day();
    const std::string run = new_run();
    change_b("SELECT 2 AS x FROM db.a");
    const std::string plan = world.apply();
    EXPECT_EQ(advance_all(), "");
    EXPECT_EQ(advance_all(), "");
    EXPECT_EQ(world.state(run), WorkState::cancelled);
    ASSERT_EQ(world.runs().size(), 2U);
    for (const core::Work& one : world.runs()) EXPECT_EQ(one.base_plan_id == plan, one.id != run);
}

TEST_F(AdvancerTest, ACancelledRunIsNotRebuilt) {
    world.apply();
    next_day();
    const std::string run = new_run();
    ASSERT_OK(world.advancer().advance(kProject, run));
    const core::Executor worker = world.executor(protocol::ExecutorKind::run);
    ASSERT_EQ(world.claim(worker).size(), 1U);
    ASSERT_OK(world.store().request_cancel(kProject, run, true, world.now()));
    change_b("SELECT 2 AS x FROM db.a");
    world.apply();
    EXPECT_EQ(advance_all(), "");
    EXPECT_EQ(world.runs().size(), 1U);
}

TEST_F(AdvancerTest, AfterAllOfARunFollowsFailures) {
    world.project.environment_statements = {
        {.project = "p", .before_all = {"SELECT 1"}, .after_all = {"SELECT 2"}, .variables = {}, .dialect = "duckdb"}};
    world.apply();
    next_day();
    const std::string run = new_run();
    world.drive(run, fqn("db.a"));
    EXPECT_EQ(world.state(run), WorkState::failed);
    EXPECT_EQ(world.work(run).stages.back(), plan::StageKind::after_all);
    EXPECT_EQ(world.work(run).stage_index, static_cast<int>(world.work(run).stages.size()) - 1);
    bool after_all_done = false;
    for (const core::Task& task : world.tasks(run))
        after_all_done |= task.spec.kind == plan::TaskKind::statements && !task.spec.before &&
                          task.state == core::TaskState::succeeded;
    EXPECT_TRUE(after_all_done);
}

TEST_F(AdvancerTest, EmptyBackfillRecordsWithoutLoading) {
    plan::PlanOptions options;
    options.empty_backfill = true;
    const std::string id = world.apply(options);
    for (const core::Task& task : world.tasks(id))
        EXPECT_NE(task.spec.kind, plan::TaskKind::evaluate) << task.spec.name;
    EXPECT_EQ(world.snapshot("db.a").intervals, (model::Intervals{days("2024-01-01", "2024-01-05")}));
}

TEST_F(AdvancerTest, ARunOfAnEnvironmentThatIsGoneFails) {
    world.apply();
    const std::string run = new_run();
    ASSERT_OK(world.store().delete_environment(kProject, "prod"));
    EXPECT_EQ(advance_all(), "");
    EXPECT_EQ(world.state(run), WorkState::failed);
    EXPECT_EQ(world.work(run).error, "environment 'prod' does not exist");
}

TEST_F(AdvancerTest, ADocumentThatCannotBeReadDoesNotBlockTheQueue) {
    core::Work broken;
    broken.id = std::string(32, 'f');
    broken.project_id = kProject;
    broken.environment = "prod";
    broken.document = "{";
    broken.created_ts = world.now();
    ASSERT_OK(world.store().add_work(broken));
    const std::string id = world.submit(world.plan());
    EXPECT_EQ(advance_all(), "");
    EXPECT_EQ(advance_all(), "");
    EXPECT_EQ(world.state(broken.id), WorkState::failed);
    EXPECT_EQ(world.state(id), WorkState::running);
}

}  // namespace
}  // namespace towline::services
