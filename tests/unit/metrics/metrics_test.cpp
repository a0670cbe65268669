#include "metrics/metrics.h"

#include <gtest/gtest.h>

#include <thread>

namespace towline::metrics {
namespace {

TEST(Registry, ExposesPrometheusText) {
    Registry registry;
    registry.counter({"towline_claims_total", "Tasks \\ claimed\nsince start.", {"kind"}}).with({"run\"\n\\"}).add(3);
    registry.gauge({"towline_waiting_tasks", "Tasks that wait.", {}}).with().set(2.5);
    auto& seconds = registry.histogram({"towline_sync_seconds", "Time of a sync.", {"result"}}, {0.1, 1}).with({"ok"});
    for (const double value : {0.05, 0.1, 0.5, 7.0}) seconds.observe(value);
    EXPECT_EQ(registry.expose(),
              "# HELP towline_claims_total Tasks \\\\ claimed\\nsince start.\n# TYPE towline_claims_total counter\n"
              "towline_claims_total{kind=\"run\\\"\\n\\\\\"} 3\n"
              "# HELP towline_sync_seconds Time of a sync.\n# TYPE towline_sync_seconds histogram\n"
              "towline_sync_seconds_bucket{result=\"ok\",le=\"0.1\"} 2\n"
              "towline_sync_seconds_bucket{result=\"ok\",le=\"1\"} 3\n"
              "towline_sync_seconds_bucket{result=\"ok\",le=\"+Inf\"} 4\n"
              "towline_sync_seconds_sum{result=\"ok\"} 7.65\ntowline_sync_seconds_count{result=\"ok\"} 4\n"
              "# HELP towline_waiting_tasks Tasks that wait.\n# TYPE towline_waiting_tasks "
              "gauge\ntowline_waiting_tasks 2.5\n");
}

TEST(Registry, GivesTheSameSeriesAgain) {
    Registry registry;
    const Description description{"towline_claims_total", "", {"kind"}};
    registry.counter(description).with({"run"}).add();
    registry.counter(description).with({"run"}).add();
    EXPECT_EQ(registry.counter(description).with({"run"}).value(), 2U);
}

TEST(Registry, BoundsTheNumberOfSeries) {
    Registry registry;
    auto& family = registry.counter({"towline_claims_total", "", {"kind"}});
    for (std::size_t i = 0; i < kSeriesMax + 50; ++i) family.with({std::to_string(i)}).add();
    EXPECT_EQ(family.with({"other"}).value(), 50U);
    EXPECT_EQ(family.with({"0"}).value(), 1U);
    EXPECT_EQ(&family.with({"new"}), &family.with({"newer"}));
    Registry long_labels;
    auto& cut = long_labels.gauge({"towline_open_files", "", {"path"}});
    EXPECT_EQ(&cut.with({std::string(1000, 'x')}), &cut.with({std::string(2000, 'x')}));
}

TEST(Registry, CountsFromManyThreads) {
    Registry registry;
    auto& family = registry.counter({"towline_claims_total", "", {"kind"}});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&family] {
            for (int i = 0; i < 1000; ++i) family.with({std::to_string(i % 10)}).add();
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(family.with({std::to_string(i)}).value(), 400U);
}

TEST(RegistryDeathTest, WrongNamesAreBugs) {
    ::testing::FLAGS_gtest_death_test_style = "threadsafe";
    Registry registry;
    EXPECT_DEATH(registry.counter({"towline_claims", "", {}}), "");
    EXPECT_DEATH(registry.gauge({"towline_claims_total", "", {}}), "");
    EXPECT_DEATH(registry.gauge({"towline_latency", "", {}}), "");
    EXPECT_DEATH(registry.gauge({"Bad-name_seconds", "", {}}), "");
    EXPECT_DEATH(registry.histogram({"towline_sync_seconds", "", {"le"}}), "");
    EXPECT_DEATH(registry.counter({"towline_claims_total", "", {"kind"}}).with(), "");
}

}  // namespace
}  // namespace towline::metrics
