#include "time/timelike.h"

#include <gtest/gtest.h>

#include "time/civil.h"

namespace towline::time {
namespace {

const TimestampMs kBase = *parse_timestamp("2026-11-20 13:45");

// What sqlmesh.utils.date answers for the same texts and the same base.
TEST(TimeLike, AnswersAsSqlMeshDoes) {
    const struct {
        const char* text;
        const char* expected;
        bool date;
        bool categorical;
    } cases[] = {
        {"now", "2026-11-20 13:45:00", false, false},
        {"today", "2026-11-20 00:00:00", false, true},
        {" Today ", "2026-11-20 00:00:00", false, true},
        {"yesterday", "2026-11-19 00:00:00", false, true},
        {"tomorrow", "2026-11-21 00:00:00", false, true},
        {"in 1 week", "2026-11-27 00:00:00", false, true},
        {"1 week", "2026-11-13 00:00:00", false, true},
        {"1 WEEK AGO", "2026-11-13 00:00:00", false, true},
        {"a week ago", "2026-11-13 13:45:00", false, false},
        {"an hour ago", "2026-11-20 12:45:00", false, false},
        {"in a week", "2026-11-27 13:45:00", false, false},
        {"2 hours ago", "2026-11-20 11:45:00", false, false},
        {"in 90 minutes", "2026-11-20 15:15:00", false, false},
        {"10 seconds ago", "2026-11-20 13:44:50", false, false},
        {"5 mins ago", "2026-11-20 13:40:00", false, false},
        {"1d ago", "2026-11-19 13:45:00", false, false},
        {"2 weeks ago", "2026-11-06 00:00:00", false, true},
        {"1 year, 2 months ago", "2025-09-20 00:00:00", false, true},
        {"1 month and 3 days ago", "2026-10-17 00:00:00", false, true},
        {"1 week 2 days ago", "2026-11-11 00:00:00", false, true},
        {"in 1.5 days", "2026-11-21 12:00:00", false, true},
        {"1 decade ago", "2016-11-20 00:00:00", false, true},
        {"in  3   days", "2026-11-23 00:00:00", false, true},
        {"2020-01-01", "2020-01-01 00:00:00", true, false},
        {"2020-1-5", "2020-01-05 00:00:00", true, false},
        {"20200102", "2020-01-02 00:00:00", true, false},
        {"2024115", "2024-11-05 00:00:00", true, false},
        {"202411", "2024-01-01 00:00:00", true, false},
        {"2020/01/02", "2020-01-02 00:00:00", false, false},
        {"2020-13-01", "2020-01-13 00:00:00", false, false},
        {"2020-01-01T12:00:00+02:00", "2020-01-01 10:00:00", false, false},
        {"2020-01-01 00:00:00+00:00", "2020-01-01 00:00:00", false, false},
        {"next week", "2026-11-27 13:45:00", false, false},
        {"last month", "2026-10-20 13:45:00", false, false},
        {"two days ago", "2026-11-18 13:45:00", false, false},
        {"Jan 1 2024", "2024-01-01 00:00:00", false, false},
        {"Monday, 1st January 2024 3 pm", "2024-01-01 15:00:00", false, false},
        {"Feb 2024", "2024-02-20 00:00:00", false, false},
        {"31 Dec", "2026-12-31 00:00:00", false, false},
        {"01/02/2024", "2024-01-02 00:00:00", false, false},
        {"13.2.24", "2024-02-13 00:00:00", false, false},
        {"tomorrow 10:30", "2026-11-21 10:30:00", false, false},
        {"12 am", "2026-11-20 00:00:00", false, false},
        {"2020", "1970-01-01 00:00:02.020000", false, false},
        {"20200230", "1970-01-01 05:36:40.230000", false, false},
        {"1700000000000", "2023-11-14 22:13:20", false, false},
        {"-1000", "1969-12-31 23:59:59", false, false},
        {"1e12", "2001-09-09 01:46:40", false, false},
        {"0", "1970-01-01 00:00:00", false, false},
    };
    for (const auto& c : cases) {
        const auto parsed = parse_timelike(c.text, kBase);
        ASSERT_TRUE(parsed) << c.text;
        EXPECT_EQ(format_timestamp(*parsed), c.expected) << c.text;
        EXPECT_EQ(is_date(c.text), c.date) << c.text;
        EXPECT_EQ(is_categorical_relative(c.text), c.categorical) << c.text;
    }
}

TEST(TimeLike, RefusesEverythingElseWithAHint) {
    for (const char* text :
         {"", "soon", "2020-02-30", "2020-01-01 24:00:00", "1.5 months ago", "999999999999999999", "inf", "nan",
          "week ago", "1 fortnight ago", "99999 years ago", "in", "ago", "1 week from now x", "20200101T000000"}) {
        const auto parsed = parse_timelike(text, kBase);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::invalid) << text;
        EXPECT_FALSE(parsed.error().hint.empty()) << text;
    }
    EXPECT_EQ(parse_timelike(std::string(1000, '1'), kBase).error().code, ErrorCode::too_large);
}

TEST(TimeLike, EndOfADateIsInclusiveAndOfATimestampExclusive) {
    EXPECT_EQ(format_timestamp(*exclusive_end("2024-01-01", kBase)), "2024-01-02 00:00:00");
    EXPECT_EQ(format_timestamp(*exclusive_end("20240101", kBase)), "2024-01-02 00:00:00");
    EXPECT_EQ(format_timestamp(*exclusive_end("2024-01-01 00:00:00", kBase)), "2024-01-01 00:00:00");
    EXPECT_EQ(format_timestamp(*exclusive_end("yesterday", kBase)), "2026-11-19 00:00:00");
    EXPECT_FALSE(exclusive_end("2024-02-30", kBase));
}

TEST(TimeLike, ExpiryDoesNotFloor) {
    EXPECT_EQ(format_timestamp(*expiry("in 1 week", kBase)), "2026-11-27 13:45:00");
    EXPECT_EQ(format_timestamp(*expiry("in 3 months", kBase)), "2027-02-20 13:45:00");
    EXPECT_TRUE(is_relative("in 1 week"));
    EXPECT_TRUE(is_relative("now"));
    EXPECT_FALSE(is_relative("2024-01-01"));
}

}  // namespace
}  // namespace towline::time
