#include "services/gauges.h"

#include "support/scheduler_world.h"

namespace towline::services {
namespace {

using model::KindName;
using test::kProject;
using test::node;

bool says(const metrics::Registry& registry, const std::string& line) {
    return ("\n" + registry.expose()).find("\n" + line + "\n") != std::string::npos;
}

TEST(GaugesTest, CountWhatWaitsWhatRunsAndWhoIsThere) {
    test::SchedulerWorld world;
    metrics::Registry registry;
    Gauges gauges(world.store(), world.clock, registry);
    world.add(node("db.a", KindName::full));
    const core::Executor worker = world.executor();
    const std::string id = world.submit(world.plan());
    ASSERT_OK(world.advancer().advance(kProject, id));
    world.clock.advance(std::chrono::seconds(7));

    ASSERT_OK(gauges.update());
    EXPECT_TRUE(says(registry, R"(towline_backlog_tasks{project="acme/shop",kind="apply",state="ready"} 2)"))
        << registry.expose();
    EXPECT_TRUE(says(registry, R"(towline_backlog_oldest_seconds{project="acme/shop",kind="apply"} 7)"))
        << registry.expose();
    EXPECT_TRUE(says(registry, R"(towline_online_executors{project="acme/shop",kind="apply",state="active"} 1)"))
        << registry.expose();

    // Leased work still counts: an autoscaler that saw only what waits would end the executor at work.
    ASSERT_OK(world.store().claim(kProject, worker.kind, {{"local"}, {}}, {{worker.id, 1}}, world.now(), 30'000));
    ASSERT_OK(gauges.update());
    EXPECT_TRUE(says(registry, R"(towline_backlog_tasks{project="acme/shop",kind="apply",state="ready"} 1)"));
    EXPECT_TRUE(says(registry, R"(towline_backlog_tasks{project="acme/shop",kind="apply",state="leased"} 1)"));

    // What is gone from the store reads 0, not its last value.
    ASSERT_OK(world.store().finish_work(kProject, id, core::WorkState::failed, "no", world.now()));
    world.clock.advance(Gauges::kExecutorAgeMax + std::chrono::seconds(1));
    ASSERT_OK(gauges.update());
    EXPECT_TRUE(says(registry, R"(towline_backlog_tasks{project="acme/shop",kind="apply",state="ready"} 0)"));
    EXPECT_TRUE(says(registry, R"(towline_online_executors{project="acme/shop",kind="apply",state="active"} 0)"));
    EXPECT_TRUE(says(registry, R"(towline_ended_works{project="acme/shop",kind="plan",state="failed"} 1)"))
        << registry.expose();
}

}  // namespace
}  // namespace towline::services
