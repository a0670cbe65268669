#include "services/janitor.h"

#include <random>

#include "plan/cleanup.h"
#include "services/run_options.h"
#include "support/scheduler_world.h"

namespace towline::services {
namespace {

using core::WorkState;
using model::KindName;
using test::at;
using test::days;
using test::fqn;
using test::kProject;
using test::node;

/// An engine that only knows what exists: tables, and views with the table each reads.
class JanitorTest : public test::TwoModelTest {
 protected:
    plan::TableName table_of(const plan::SnapshotUse& use, bool deployable) {
        const auto found = world.store().snapshots(kProject, {use.id});
        EXPECT_TRUE(found && found->size() == 1) << use.id.name;
        return found && found->size() == 1 ? plan::table_name(found->front(), deployable) : plan::TableName{};
    }

    void carry_out(const plan::TaskSpec& task) {
        const plan::TableName view{task.view_catalog, task.view_schema, task.view_name};
        switch (task.kind) {
            case plan::TaskKind::evaluate:
            case plan::TaskKind::create_table:
                tables.insert(table_of(*task.snapshot, task.snapshot->deployable));
                break;
            case plan::TaskKind::create_view: {
                const plan::TableName table =
                    table_of(*task.snapshot, task.snapshot->deployable || task.snapshot->representative);
                EXPECT_TRUE(tables.contains(table)) << "a view of a table that is gone: " << table.plain();
                views[view] = table;
                break;
            }
            case plan::TaskKind::drop_view:
                views.erase(view);
                break;
            case plan::TaskKind::drop_table: {
                const plan::TableName table = plan::PhysicalTable{*task.table, task.dev_table}.name();
                for (const auto& [name, read] : views)
                    EXPECT_NE(read, table) << "dropped under the view " << name.plain();
                if (tables.erase(table) > 0) ++dropped;
                break;
            }
            default:
                break;
        }
    }

    /// Everything moves until nothing does.
    void settle() {
        const core::Executor worker = world.executor(protocol::ExecutorKind::apply);
        const core::Executor runner = world.executor(protocol::ExecutorKind::run);
        for (int i = 0; i < 200; ++i) {
            ASSERT_OK(world.advancer().run_once());
            bool idle = true;
            for (const core::Executor* one : {&worker, &runner})
                for (const protocol::LeasedTask& task : world.claim(*one)) {
                    carry_out(task.spec);
                    world.complete(*one, task);
                    idle = false;
                }
            if (idle && world.store().open_works()->empty()) return;
        }
        FAIL() << "the works do not come to rest";
    }

    std::string apply(const std::string& environment = "prod") {
        plan::PlanOptions options;
        options.environment = environment;
        options.include_unmodified = true;
        const std::string id = world.submit(world.plan(options));
        settle();
        EXPECT_EQ(world.state(id), WorkState::succeeded) << world.work(id).error;
        return id;
    }

    Janitor::Round clean(bool ignore_ttl = false) {
        const auto round = janitor.clean({kProject, "somebody", ignore_ttl});
        EXPECT_TRUE(round) << (round ? "" : round.error().message);
        return round ? *round : Janitor::Round{};
    }

    Janitor janitor{world.store(), world.advancer(), world.clock};
    std::set<plan::TableName> tables;
    std::map<plan::TableName, plan::TableName> views;
    int dropped = 0;
};

TEST_F(JanitorTest, AnExpiredEnvironmentLosesItsViewsAndItsRecord) {
    apply();
    apply("dev");
    EXPECT_EQ(views.size(), 4U);
    EXPECT_TRUE(clean().works.empty());
    ASSERT_OK(world.store().invalidate_environment(kProject, "dev", world.now()));
    const Janitor::Round round = clean();
    EXPECT_EQ(round.environments, (std::vector<std::string>{"dev"}));
    EXPECT_TRUE(clean().works.empty()) << "it has begun already";
    settle();
    EXPECT_EQ(views.size(), 2U);
    EXPECT_FALSE(*world.store().environment(kProject, "dev"));
    EXPECT_EQ(world.work(round.works.at(0)).state, WorkState::succeeded);
    // It can be planned again.
    apply("dev");
    EXPECT_EQ(views.size(), 4U);
}

TEST_F(JanitorTest, AnEnvironmentThatIsPlannedAgainFirstStays) {
    apply();
    apply("dev");
    ASSERT_OK(world.store().invalidate_environment(kProject, "dev", world.now()));
    plan::PlanOptions options;
    options.environment = "dev";
    options.include_unmodified = true;
    const std::string plan = world.submit(world.plan(options));
    const Janitor::Round round = clean();
    settle();
    EXPECT_EQ(world.state(plan), WorkState::succeeded) << world.work(plan).error;
    EXPECT_EQ(world.state(round.works.at(0)), WorkState::succeeded);
    EXPECT_EQ(world.environment("dev").plan_id, plan);
    EXPECT_EQ(views.size(), 4U);
}

TEST_F(JanitorTest, ATableGoesWithItsLastSnapshot) {
    apply();
    const model::Snapshot old = world.snapshot("db.b");
    change_b("SELECT 2 AS x FROM db.a");
    apply();
    EXPECT_EQ(clean().snapshots, 0) << "its time to live is not over";
    world.clock.advance(std::chrono::hours(24 * 8));
    const Janitor::Round round = clean();
    EXPECT_EQ(round.snapshots, 1);
    settle();
    EXPECT_EQ(dropped, 1);
    EXPECT_FALSE(tables.contains(plan::table_name(old, true)));
    EXPECT_TRUE(tables.contains(plan::table_name(world.snapshot("db.b"), true)));
    EXPECT_TRUE(world.store().snapshots(kProject, {old.id()})->empty());
    EXPECT_TRUE(world.store().tombstones(kProject)->empty());
    EXPECT_FALSE(world.snapshot("db.a").intervals.empty());
}

TEST_F(JanitorTest, APlanWaitsForTheTableThatItBuildsAnew) {
    const std::string first = "SELECT 1 AS x FROM db.a";
    change_b(first);
    apply();
    change_b("SELECT 2 AS x FROM db.a");
    apply();
    const Janitor::Round round = clean(true);
    ASSERT_EQ(round.works.size(), 1U);
    // The definition comes back while its old table is about to be dropped.
    change_b(first);
    const std::string plan = world.submit(world.plan());
    ASSERT_OK(world.advancer().run_once());
    EXPECT_EQ(world.state(plan), WorkState::queued);
    settle();
    EXPECT_EQ(world.state(plan), WorkState::succeeded) << world.work(plan).error;
    EXPECT_TRUE(tables.contains(plan::table_name(world.snapshot("db.b"), true)));
}

TEST_F(JanitorTest, ATableOfAnOpenPlanIsLeftAlone) {
    const std::string first = "SELECT 1 AS x FROM db.a";
    change_b(first);
    apply();
    change_b("SELECT 2 AS x FROM db.a");
    apply();
    change_b(first);
    const std::string plan = world.submit(world.plan());
    const Janitor::Round round = clean(true);
    EXPECT_EQ(round.snapshots, 0);
    settle();
    EXPECT_EQ(world.state(plan), WorkState::succeeded) << world.work(plan).error;
    EXPECT_EQ(dropped, 0);
}

TEST_F(JanitorTest, WhatCouldNotBeDroppedIsTriedAgain) {
    apply();
    change_b("SELECT 2 AS x FROM db.a");
    apply();
    const Janitor::Round round = clean(true);
    const core::Executor worker = world.executor(protocol::ExecutorKind::apply);
    for (int i = 0; i < 5; ++i) {
        for (const protocol::LeasedTask& task : world.claim(worker))
            world.complete(worker, task, protocol::Outcome::failed);
        ASSERT_OK(world.advancer().run_once());
    }
    EXPECT_EQ(world.state(round.works.at(0)), WorkState::failed);
    EXPECT_FALSE(world.store().tombstones(kProject)->empty());
    EXPECT_EQ(clean().works.size(), 1U);
    settle();
    EXPECT_TRUE(world.store().tombstones(kProject)->empty());
    EXPECT_EQ(dropped, 1);
}

TEST_F(JanitorTest, NoViewEverLosesItsTable) {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        std::mt19937 random(seed);
        const auto pick = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
        for (int step = 0; step < 12; ++step) {
            SCOPED_TRACE(testing::Message() << "seed " << seed << " step " << step);
            switch (pick(5)) {
                case 0:
                    change_b("SELECT " + std::to_string(pick(3)) + " AS x FROM db.a");
                    break;
                case 1: {
                    // Submitted and left to race with the janitor below.
                    plan::PlanOptions options;
                    options.environment = pick(2) == 0 ? "prod" : "dev";
                    options.include_unmodified = true;
                    world.submit(world.plan(options));
                    break;
                }
                case 2:
                    static_cast<void>(world.store().invalidate_environment(kProject, "dev", world.now()));
                    break;
                case 3:
                    clean(true);
                    break;
                default:
                    settle();
            }
        }
        settle();
        for (const auto& [view, table] : views) EXPECT_TRUE(tables.contains(table)) << view.plain();
    }
    EXPECT_GT(dropped, 0);
}

TEST_F(JanitorTest, RangesThatAreDueAreLoadedAgain) {
    model::Node a = node("db.a", KindName::incremental_by_time_range);
    a.kind.auto_restatement_cron = "0 0 * * *";
    a.kind.auto_restatement_intervals = 2;
    world.add(a);
    apply();  // on January 5, noon
    world.clock.advance(std::chrono::hours(24));
    core::Work run = services::new_run(kProject, world.environment(), world.now());
    ASSERT_OK(world.store().add_work(run));
    ASSERT_OK(world.advancer().run_once());
    const model::Snapshot waiting = world.snapshot("db.a");
    EXPECT_EQ(waiting.pending_restatement_intervals, (model::Intervals{days("2024-01-04", "2024-01-06")}));
    EXPECT_EQ(waiting.next_auto_restatement_ts, at("2024-01-07"));
    std::vector<model::Interval> loaded;
    for (const core::Task& task : world.tasks(run.id))
        if (task.spec.name == fqn("db.a")) loaded.push_back(task.spec.interval);
    EXPECT_EQ(loaded, (std::vector<model::Interval>{days("2024-01-04", "2024-01-06")}));
    settle();
    EXPECT_TRUE(world.snapshot("db.a").pending_restatement_intervals.empty());
    EXPECT_EQ(world.snapshot("db.a").intervals, (model::Intervals{days("2024-01-01", "2024-01-06")}));
}

}  // namespace
}  // namespace towline::services
