#include "services/cron_enqueuer.h"

#include "services/run_options.h"
#include "support/scheduler_world.h"

namespace towline::services {
namespace {

using core::WorkState;
using model::KindName;
using test::fqn;
using test::kProject;
using test::node;

class Cron : public ::testing::Test {
 protected:
    Cron() {
        world.add(node("db.a", KindName::incremental_by_time_range));
        world.apply();
    }
    bool look() {
        const auto made = cron.run_once();
        EXPECT_TRUE(made) << (made ? "" : made.error().message);
        return made && *made;
    }
    std::size_t runs() { return world.runs().size(); }
    void next_day() { world.clock.advance(std::chrono::hours(24)); }
    void pause(const std::optional<std::string>& model) {
        ASSERT_OK(world.store().add_pause({"p1", kProject, "prod", model, "why", "me", world.now()}));
    }

    test::SchedulerWorld world;
    CronEnqueuer cron{world.store(), world.advancer(), world.clock};
};

TEST_F(Cron, MakesARunOnlyWhenSomethingIsDue) {
    look();
    EXPECT_EQ(runs(), 0U);
    world.clock.advance(std::chrono::hours(11));
    look();
    EXPECT_EQ(runs(), 0U);
    world.clock.advance(std::chrono::hours(2));  // past midnight
    EXPECT_TRUE(look());
    ASSERT_EQ(runs(), 1U);
    EXPECT_EQ(world.runs()[0].trigger, "cron");
    look();
    EXPECT_EQ(runs(), 1U);  // it is open
    world.drive(world.runs()[0].id);
    EXPECT_EQ(world.runs()[0].state, WorkState::succeeded);
    look();
    EXPECT_EQ(runs(), 1U);
    next_day();
    look();
    EXPECT_EQ(runs(), 2U);
}

TEST_F(Cron, AFailedRunIsTriedAgainAtTheNextTickOnly) {
    next_day();
    look();
    ASSERT_EQ(runs(), 1U);
    world.drive(world.runs()[0].id, fqn("db.a"));
    EXPECT_EQ(world.runs()[0].state, WorkState::failed);
    for (int i = 0; i < 3; ++i) look();
    world.clock.advance(std::chrono::hours(1));
    look();
    EXPECT_EQ(runs(), 1U);
    next_day();
    look();
    EXPECT_EQ(runs(), 2U);
}

TEST_F(Cron, APauseHoldsTheEnvironmentAndItsEndIsNoticed) {
    pause({});
    next_day();
    look();
    EXPECT_EQ(runs(), 0U);
    ASSERT_OK(world.store().remove_pause(kProject, "p1"));
    look();
    EXPECT_EQ(runs(), 1U);
}

TEST_F(Cron, APausedModelIsDueAtOnceWhenItsPauseEnds) {
    pause(fqn("db.a"));
    next_day();
    look();
    EXPECT_EQ(runs(), 0U);
    ASSERT_OK(world.store().remove_pause(kProject, "p1"));
    look();
    EXPECT_EQ(runs(), 1U);
}

TEST_F(Cron, OtherEnvironmentsDoNotRunByThemselves) {
    plan::PlanOptions options;
    options.environment = "dev";
    options.include_unmodified = true;
    world.apply(options);
    next_day();
    look();
    ASSERT_EQ(runs(), 1U);
    EXPECT_EQ(world.runs()[0].environment, "prod");
}

TEST_F(Cron, ARequestedRunSaysWhenThereIsNothingToDo) {
    const auto nothing = cron.request(new_run(kProject, world.environment(), world.now()), {});
    ASSERT_OK(nothing);
    EXPECT_FALSE(nothing->work_id);
    EXPECT_EQ(nothing->next_run_ts, test::at("2024-01-06"));
    next_day();
    const auto made = cron.request(new_run(kProject, world.environment(), world.now()), {});
    ASSERT_OK(made);
    ASSERT_TRUE(made->work_id);
    EXPECT_EQ(world.state(*made->work_id), WorkState::running);
}

}  // namespace
}  // namespace towline::services
