#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "log/log.h"
#include "sim/world.h"

namespace towline::sim {
namespace {

/// TOWLINE_SIM_SEEDS=N for a long run.
int seed_count() {
    const char* text = std::getenv("TOWLINE_SIM_SEEDS");
    return text == nullptr ? 12 : std::max(1, std::atoi(text));
}

/// Deaths by the dozen are what is asked for here.
[[maybe_unused]] const bool kQuiet = log::init({.level = log::Level::off, .json = false, .file = ""}).has_value();

class Simulation : public ::testing::TestWithParam<int> {};

TEST_P(Simulation, PromisesHold) {
    Options options;
    options.seed = static_cast<std::uint64_t>(GetParam());
    const Report report = World(options).run();
    EXPECT_EQ(report.fault, "") << "seed " << GetParam() << ", step " << report.steps;
    EXPECT_GT(report.commits, 0U) << "seed " << GetParam();
    EXPECT_GT(report.accepted, 0U) << "seed " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Seed, Simulation, ::testing::Range(1, 1 + seed_count()));

// The control that keeps the checks honest: an engine that lets ghosts write must be noticed.
TEST(SimulationControl, WithoutFencesTheChecksFindGhosts) {
    bool is_found = false;
    for (int seed = 1; seed <= 60 && !is_found; ++seed) {
        Options options;
        options.seed = static_cast<std::uint64_t>(seed);
        options.has_fences = false;
        options.calm_steps = 0;
        const std::string fault = World(options).run().fault;
        is_found = fault.find("overlap") != std::string::npos || fault.find("stale") != std::string::npos;
    }
    EXPECT_TRUE(is_found);
}

// A seed that is printed must lead to the same fault again.
TEST(SimulationControl, ASeedDeterminesTheRun) {
    Options options;
    options.seed = 4;
    const Report first = World(options).run();
    const Report second = World(options).run();
    EXPECT_EQ(first.steps, second.steps);
    EXPECT_EQ(first.commits, second.commits);
    EXPECT_EQ(first.accepted, second.accepted);
    EXPECT_EQ(first.superseded, second.superseded);
}

// Faults do happen: a simulation in which nothing goes wrong proves nothing.
TEST(SimulationControl, TheWorldIsUnkindEnough) {
    std::size_t crashes = 0, superseded = 0, scheduler_crashes = 0;
    for (int seed = 1; seed <= 2; ++seed) {
        Options options;
        options.seed = static_cast<std::uint64_t>(seed);
        const Report report = World(options).run();
        crashes += report.crashes;
        superseded += report.superseded;
        scheduler_crashes += report.scheduler_crashes;
    }
    EXPECT_GT(crashes, 4U);
    EXPECT_GT(superseded, 4U);
    EXPECT_GT(scheduler_crashes, 8U);
}

}  // namespace
}  // namespace towline::sim
