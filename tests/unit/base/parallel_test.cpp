#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace towline {
namespace {

TEST(Parallel, EveryIndexOnce) {
    for (const std::size_t count : {0u, 1u, 4u, 15u, 16u, 31u, 32u, 33u, 1'000u, 10'007u}) {
        std::vector<std::atomic<int>> calls(count);
        for_each_index(count, [&](std::size_t i) { ++calls.at(i); });
        for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(calls[i], 1) << i << " of " << count;
    }
}

TEST(Parallel, ShortListsStayOnTheCallersThread) {
    const auto own = std::this_thread::get_id();
    for_each_index(20, [&](std::size_t) { EXPECT_EQ(std::this_thread::get_id(), own); });
}

TEST(Parallel, CallsMayNest) {
    std::atomic<int> calls = 0;
    for_each_index(100, [&](std::size_t) { for_each_index(100, [&](std::size_t) { ++calls; }); });
    EXPECT_EQ(calls, 10'000);
}

}  // namespace
}  // namespace towline
