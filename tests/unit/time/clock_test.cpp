#include "time/clock.h"

#include <gtest/gtest.h>

namespace towline::time {
namespace {

using std::chrono::milliseconds;

TEST(FakeClock, AdvanceMovesBothClocksAndSetOnlyTheWall) {
    FakeClock clock(1000);
    const auto steady = clock.steady_now();
    clock.advance(milliseconds(250));
    EXPECT_EQ(clock.now_ms(), 1250);
    EXPECT_EQ(clock.steady_now() - steady, milliseconds(250));
    clock.set(10);
    EXPECT_EQ(clock.now_ms(), 10);
    EXPECT_EQ(clock.steady_now() - steady, milliseconds(250));
}

TEST(OffsetClock, StartsAtTheGivenInstantAndRunsOn) {
    const OffsetClock clock(1709251200000);
    const TimestampMs first = clock.now_ms();
    EXPECT_GE(first, 1709251200000);
    EXPECT_LT(first, 1709251200000 + kHourMs);
    EXPECT_GE(clock.now_ms(), first);
}

TEST(SystemClock, IsInThisCentury) {
    EXPECT_GT(SystemClock().now_ms(), 1704067200000);
    EXPECT_LT(SystemClock().now_ms(), 4102444800000);
}

}  // namespace
}  // namespace towline::time
