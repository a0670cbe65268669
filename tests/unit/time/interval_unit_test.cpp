#include "time/interval_unit.h"

#include <gtest/gtest.h>

#include <array>

#include "time/civil.h"

namespace towline::time {
namespace {

constexpr std::array<IntervalUnit, 7> kAll = {
    IntervalUnit::year,      IntervalUnit::month,        IntervalUnit::day,        IntervalUnit::hour,
    IntervalUnit::half_hour, IntervalUnit::quarter_hour, IntervalUnit::five_minute};
TimestampMs at(const char* text) { return *parse_timestamp(text); }

TEST(IntervalUnit, AgreesWithItsCron) {
    for (const IntervalUnit unit : kAll) {
        const Cron cron = *Cron::parse(cron_expression(unit));
        for (const char* text :
             {"2024-01-01", "2024-02-29 23:59:59.999", "2023-12-31 12:35", "1969-06-30 01:02:03", "1970-01-01"}) {
            const TimestampMs t = at(text);
            EXPECT_EQ(floor(unit, t), cron.floor(t)) << to_string(unit) << text;
            EXPECT_EQ(next(unit, t), cron.next(t)) << to_string(unit) << text;
            EXPECT_EQ(prev(unit, t), cron.prev(t)) << to_string(unit) << text;
            EXPECT_EQ(advance(unit, t, 1), next(unit, t));
            EXPECT_EQ(advance(unit, advance(unit, t, 30), -30), floor(unit, t));
        }
    }
}

TEST(IntervalUnit, CountsTicksByArithmetic) {
    EXPECT_EQ(ticks_between(IntervalUnit::day, at("2024-01-01"), at("2024-01-08")), 7);
    EXPECT_EQ(ticks_between(IntervalUnit::day, at("2024-01-01 06:00"), at("2024-01-02")), 0);
    EXPECT_EQ(ticks_between(IntervalUnit::hour, at("2024-01-01"), at("2024-01-02")), 24);
    EXPECT_EQ(ticks_between(IntervalUnit::month, at("2024-01-15"), at("2025-01-15")), 12);
    EXPECT_EQ(ticks_between(IntervalUnit::year, at("1960-01-01"), at("2024-01-01")), 64);
    EXPECT_EQ(ticks_between(IntervalUnit::five_minute, at("2024-01-01"), at("2024-01-01 00:05:00.001")), 2);
    EXPECT_EQ(ticks_between(IntervalUnit::day, at("2024-01-02"), at("2024-01-01")), 0);
    for (const IntervalUnit unit : kAll) {
        const TimestampMs start = at("2023-11-30 22:10");
        const TimestampMs end = at("2024-03-01 03:07");
        std::int64_t count = 0;
        for (TimestampMs t = next(unit, start - 1); t < end; t = next(unit, t)) ++count;
        EXPECT_EQ(ticks_between(unit, start, end), count) << to_string(unit);
    }
}

TEST(IntervalUnit, NamesGoThereAndBack) {
    for (const IntervalUnit unit : kAll) EXPECT_EQ(interval_unit_from(to_string(unit)), unit);
    EXPECT_EQ(interval_unit_from("Half_Hour"), IntervalUnit::half_hour);
    EXPECT_FALSE(interval_unit_from("week"));
    EXPECT_TRUE(is_date_granularity(IntervalUnit::day));
    EXPECT_FALSE(is_date_granularity(IntervalUnit::hour));
    EXPECT_EQ(seconds(IntervalUnit::month), 2419200);
}

TEST(IntervalUnit, IsInferredAsSqlMeshDoes) {
    const struct {
        const char* cron;
        IntervalUnit unit;
    } cases[] = {
        {"@weekly", IntervalUnit::day},
        {"@monthly", IntervalUnit::month},
        {"@yearly", IntervalUnit::year},
        {"@daily", IntervalUnit::day},
        {"@hourly", IntervalUnit::hour},
        {"0 */2 * * *", IntervalUnit::hour},
        {"30 4 * * *", IntervalUnit::day},
        {"0 12 1 * *", IntervalUnit::month},
        {"5 4 * * 1-5", IntervalUnit::day},
        {"*/5 * * * *", IntervalUnit::five_minute},
        {"*/10 * * * *", IntervalUnit::five_minute},
        {"*/15 * * * *", IntervalUnit::quarter_hour},
        {"*/20 * * * *", IntervalUnit::quarter_hour},
        {"*/30 * * * *", IntervalUnit::half_hour},
        {"*/7 * * * *", IntervalUnit::five_minute},
    };
    for (const auto& c : cases) {
        const auto unit = infer_interval_unit(*Cron::parse(c.cron), at("2024-01-07 00:10"));
        ASSERT_TRUE(unit) << c.cron;
        EXPECT_EQ(to_string(*unit), to_string(c.unit)) << c.cron;
    }
    for (const char* text : {"* * * * *", "*/4 * * * *", "* * * * * */10"}) {
        const auto unit = infer_interval_unit(*Cron::parse(text), at("2024-01-07"));
        ASSERT_FALSE(unit) << text;
        EXPECT_NE(unit.error().message.find("5 minutes or slower"), std::string::npos);
    }
}

}  // namespace
}  // namespace towline::time
