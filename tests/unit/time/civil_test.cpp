#include "time/civil.h"

#include <gtest/gtest.h>

namespace towline::time {
namespace {

constexpr TimestampMs kMarch = 1709251200000;  // 2024-03-01

TEST(Civil, EveryDayOfFourCenturiesGoesThereAndBack) {
    std::int64_t expected = days_from_date(1800, 1, 1);
    for (int year = 1800; year < 2200; ++year) {
        for (int month = 1; month <= 12; ++month) {
            for (int day = 1; day <= days_in_month(year, month); ++day, ++expected) {
                ASSERT_EQ(days_from_date(year, month, day), expected);
                const Civil c = civil_from_ms(expected * kDayMs + 1);
                ASSERT_TRUE(c.year == year && c.month == month && c.day == day) << year << '-' << month << '-' << day;
            }
        }
    }
    EXPECT_EQ(days_from_date(1970, 1, 1), 0);
    EXPECT_EQ(days_from_date(1, 1, 1), -719162);
}

TEST(Civil, FormatsAsSqlMeshDoes) {
    EXPECT_EQ(format_date(kMarch), "2024-03-01");
    EXPECT_EQ(format_timestamp(kMarch), "2024-03-01 00:00:00");
    EXPECT_EQ(format_timestamp(kMarch + 1), "2024-03-01 00:00:00.001000");
    EXPECT_EQ(format_timestamp(-1), "1969-12-31 23:59:59.999000");
    EXPECT_EQ(format_timestamp_us(inclusive_end_us(kMarch + 2 * kDayMs)), "2024-03-02 23:59:59.999999");
    EXPECT_EQ(format_timestamp_us(inclusive_end_us(kMarch + 2 * kHourMs)), "2024-03-01 01:59:59.999999");
    EXPECT_EQ(format_timestamp_tz_us(inclusive_end_us(kDayMs)), "1970-01-01 23:59:59.999999+00:00");
    EXPECT_EQ(format_timestamp_tz(kMarch), "2024-03-01 00:00:00+00:00");
    EXPECT_EQ(format_rfc3339(kMarch), "2024-03-01T00:00:00Z");
    EXPECT_EQ(format_rfc3339(kMarch + 7), "2024-03-01T00:00:00.007Z");
    EXPECT_EQ(format_http_date(784111777000), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(format_date(-62135596800000), "0001-01-01");
}

TEST(Civil, StrftimeKnowsPythonsDirectives) {
    const TimestampUs t = *parse_timestamp("2024-03-01 13:05:09.25") * 1000;
    EXPECT_EQ(*strftime("%Y-%m-%d %H:%M:%S.%f", t), "2024-03-01 13:05:09.250000");
    EXPECT_EQ(*strftime("%j %y %b %B %a %A %z %Z %p %I 100%%", t), "061 24 Mar March Fri Friday +0000 UTC PM 01 100%");
    EXPECT_EQ(*strftime("%I%p", 0), "12AM");
    EXPECT_EQ(*strftime("%s %F %T %e %u %w %U %W %V %G %C|%k|%l %D %R %h", t),
              "1709298309 2024-03-01 13:05:09  1 5 5 08 09 09 2024 20|13| 1 03/01/24 13:05 Mar");
    EXPECT_EQ(*strftime("", t), "");
    EXPECT_EQ(strftime("%Q", t).error().code, ErrorCode::unsupported);
    EXPECT_EQ(strftime("50%", t).error().code, ErrorCode::invalid);
}

TEST(Civil, ParsesTimestamps) {
    const struct {
        const char* text;
        const char* expected;
    } cases[] = {
        {"2020-01-01", "2020-01-01 00:00:00"},
        {"2020-01-01 12:00", "2020-01-01 12:00:00"},
        {"2020-01-01T12:00:00Z", "2020-01-01 12:00:00"},
        {"2020-01-01 12:00:00 UTC", "2020-01-01 12:00:00"},
        {"2020-01-01T12:00:00+02:00", "2020-01-01 10:00:00"},
        {"2020-01-01 12:00 +0530", "2020-01-01 06:30:00"},
        {"2020-01-01T00:00:00-05", "2020-01-01 05:00:00"},
        {"2020-01-01 00:00:00.1239", "2020-01-01 00:00:00.123000"},
        {"  2020-01-01 00:00:00+00:00 ", "2020-01-01 00:00:00"},
    };
    for (const auto& c : cases) {
        const auto parsed = parse_timestamp(c.text);
        ASSERT_TRUE(parsed) << c.text;
        EXPECT_EQ(format_timestamp(*parsed), c.expected) << c.text;
    }
}

TEST(Civil, RefusesWhatIsNoTime) {
    for (const char* text :
         {"", "2020", "2020-02-30", "2020-01-01 24:00:00", "2020-01-01 12", "2020-01-01 12:60", "2020-01-01x",
          "2020-01-01 12:00:00.", "2020-01-01 12:00 +1", "2020-01-01 12:00 CET", "0000-01-01", "20-01-01"}) {
        EXPECT_FALSE(parse_timestamp(text)) << text;
    }
    EXPECT_FALSE(parse_date("2024-3-1"));
    EXPECT_FALSE(parse_date("2023-02-29"));
    EXPECT_EQ(*parse_date("2024-03-01"), kMarch);
}

TEST(Civil, AddsMonthsAndCutsTheDay) {
    const TimestampMs t = *parse_timestamp("2024-01-31 05:00");
    EXPECT_EQ(format_timestamp(add_months(t, 1)), "2024-02-29 05:00:00");
    EXPECT_EQ(format_timestamp(add_months(t, -2)), "2023-11-30 05:00:00");
    EXPECT_EQ(format_timestamp(add_months(t, 12)), "2025-01-31 05:00:00");
    EXPECT_EQ(weekday(t), 3);
    EXPECT_EQ(weekday(-1), 3);
    EXPECT_EQ(floor_to_day(-1), -kDayMs);
    EXPECT_EQ(floor_to_minute(61001), 60000);
}

}  // namespace
}  // namespace towline::time
