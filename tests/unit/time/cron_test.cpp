#include "time/cron.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "base/strings.h"
#include "time/civil.h"

namespace towline::time {
namespace {

TimestampMs at(const char* text) { return *parse_timestamp(text); }

TEST(Cron, AnswersAsCroniterDoes) {
    std::ifstream file(TOWLINE_SOURCE_DIR "/tests/golden/cron/vectors.tsv");
    std::string line;
    int count = 0;
    while (std::getline(file, line)) {
        const std::vector<std::string> parts = split(line, "\t");
        ASSERT_EQ(parts.size(), 5U) << line;
        const auto cron = Cron::parse(parts[0]);
        const auto zone = Zone::find(parts[1]);
        ASSERT_TRUE(cron && zone) << line;
        const TimestampMs t = *parse_int(parts[2]);
        EXPECT_EQ(format_timestamp(cron->next(t, *zone)), format_timestamp(*parse_int(parts[3]))) << line;
        EXPECT_EQ(format_timestamp(cron->prev(t, *zone)), format_timestamp(*parse_int(parts[4]))) << line;
        ++count;
    }
    EXPECT_EQ(count, 450);
}

TEST(Cron, FloorKeepsAnExactTickAndStepsBackOtherwise) {
    const struct {
        const char* cron;
        const char* t;
        const char* expected;
    } cases[] = {
        {"@daily", "2024-01-07 00:10", "2024-01-07 00:00:00"},
        {"@daily", "2024-01-07 00:00", "2024-01-07 00:00:00"},
        {"0 12 * * *", "2024-01-07 11:59", "2024-01-06 12:00:00"},
        {"0 12 * * *", "2024-01-07 12:00", "2024-01-07 12:00:00"},
        {"@weekly", "2024-01-10 09:00", "2024-01-07 00:00:00"},
        {"@monthly", "2024-03-15", "2024-03-01 00:00:00"},
        {"@hourly", "2024-01-07 10:25", "2024-01-07 10:00:00"},
        {"@yearly", "1969-12-31 23:59:59.999", "1969-01-01 00:00:00"},
    };
    for (const auto& c : cases)
        EXPECT_EQ(format_timestamp(Cron::parse(c.cron)->floor(at(c.t))), c.expected) << c.cron << c.t;
}

TEST(Cron, SaysWhatIsWrong) {
    const struct {
        const char* cron;
        ErrorCode code;
        const char* says;
    } cases[] = {
        {"", ErrorCode::invalid, "0 fields"},
        {"* * * *", ErrorCode::invalid, "4 fields"},
        {"* * * * * * * *", ErrorCode::invalid, "8 fields"},
        {"@dayly", ErrorCode::invalid, "not a known alias"},
        {"60 * * * *", ErrorCode::invalid, "'60' in the minute field is out of range (0-59)"},
        {"0 24 * * *", ErrorCode::invalid, "'24' in the hour field"},
        {"0 0 0 * *", ErrorCode::invalid, "day of month field is out of range (1-31)"},
        {"0 0 * 13 *", ErrorCode::invalid, "month field"},
        {"0 0 * * 8", ErrorCode::invalid, "day of week field"},
        {"0 0 * foo *", ErrorCode::invalid, "'foo' in the month field is not understood"},
        {"-5 * * * *", ErrorCode::invalid, "negative"},
        {"*/0 * * * *", ErrorCode::invalid, "step of 1 or more"},
        {"*/x * * * *", ErrorCode::invalid, "step of 1 or more"},
        {"1,,2 * * * *", ErrorCode::invalid, "incomplete"},
        {"99999999999999999999 * * * *", ErrorCode::invalid, "out of range"},
        {"? * * * *", ErrorCode::invalid, "'?'"},
        {"0 0 * * 1#6", ErrorCode::invalid, "1 to 5"},
        {"0 0 * * 1#2,3", ErrorCode::invalid, "mixes"},
        {"0 0 1,15W * *", ErrorCode::invalid, "list"},
        {"0 0 30 2 *", ErrorCode::invalid, "never fires"},
        {"0 0 15 * 1#2", ErrorCode::invalid, "never fires"},
        {"H * * * *", ErrorCode::unsupported, "hashed"},
        {"0 r(1-5) * * *", ErrorCode::unsupported, "random"},
        {"0 0 * * * 0 2030", ErrorCode::unsupported, "year"},
    };
    for (const auto& c : cases) {
        const auto cron = Cron::parse(c.cron);
        ASSERT_FALSE(cron) << c.cron;
        EXPECT_EQ(cron.error().code, c.code) << c.cron;
        EXPECT_NE(cron.error().message.find(c.says), std::string::npos) << cron.error().message;
    }
    EXPECT_EQ(Cron::parse(std::string(5000, '*')).error().code, ErrorCode::too_large);
}

/// A cron field as a list of the values it takes, and its text.
struct OracleField {
    std::string text;
    std::vector<bool> takes;
};

OracleField random_field(std::mt19937_64& random, int low, int high) {
    const auto pick = [&](int from, int to) {
        return from + static_cast<int>(random() % static_cast<unsigned>(to - from + 1));
    };
    OracleField field{"", std::vector<bool>(static_cast<std::size_t>(high) + 1, false)};
    const auto take = [&](int from, int to, int step) {
        for (int v = from; v <= to; v += step) field.takes[static_cast<std::size_t>(v)] = true;
    };
    if (pick(0, 2) == 0) {
        field.text = "*";
        take(low, high, 1);
    } else if (const int step = pick(2, 7); pick(0, 2) == 0) {
        field.text = "*/" + std::to_string(step);
        take(low, high, step);
    } else {
        for (int i = pick(1, 3); i > 0; --i) {
            const int from = pick(low, high - 1);
            const int to = pick(from + 1, high);
            const bool single = pick(0, 1) == 0;
            field.text +=
                (field.text.empty() ? "" : ",") + std::to_string(from) + (single ? "" : "-" + std::to_string(to));
            take(from, single ? from : to, 1);
        }
    }
    return field;
}

TEST(Cron, AgreesWithTryingEveryMinute) {
    const std::uint64_t seed = 20240229;
    std::mt19937_64 random(seed);
    for (int round = 0; round < 60; ++round) {
        const OracleField minute = random_field(random, 0, 59);
        const OracleField hour = random_field(random, 0, 23);
        const OracleField day = random_field(random, 1, 28);
        const OracleField month = random_field(random, 1, 12);
        const OracleField day_of_week = random_field(random, 0, 6);
        const bool either = day.text != "*" && day_of_week.text != "*";
        const auto matches = [&](TimestampMs t) {
            const Civil c = civil_from_ms(t);
            const auto in = [](const OracleField& f, int v) {
                return static_cast<std::size_t>(v) < f.takes.size() && f.takes[static_cast<std::size_t>(v)];
            };
            const bool by_day = day.text == "*" || in(day, c.day);
            const bool by_weekday = in(day_of_week, weekday(t));
            return in(minute, c.minute) && in(hour, c.hour) && in(month, c.month) &&
                   (either ? by_day || by_weekday : by_day && by_weekday);
        };
        const std::string text =
            minute.text + " " + hour.text + " " + day.text + " " + month.text + " " + day_of_week.text;
        // "*/n" of days runs to 31 in a cron and to 28 in the oracle; such texts are left to the vectors.
        if (day.text.starts_with("*/")) continue;
        const auto cron = Cron::parse(text);
        ASSERT_TRUE(cron) << text;
        const TimestampMs start = at("2024-02-25") + static_cast<TimestampMs>(random() % 400) * kDayMs + 17 * kMinuteMs;
        TimestampMs tick = cron->next(start - 1);
        for (TimestampMs t = start; t < start + 40 * kDayMs; t += kMinuteMs) {
            if (!matches(t)) {
                ASSERT_GT(tick, t) << text << " seed " << seed;
                continue;
            }
            ASSERT_EQ(format_timestamp(tick), format_timestamp(t)) << text << " seed " << seed;
            ASSERT_EQ(cron->prev(t + 1), t) << text;
            ASSERT_EQ(cron->floor(t), t) << text;
            tick = cron->next(t);
            ASSERT_EQ(cron->prev(tick), t) << text;
        }
    }
}

TEST(Cron, RareTicksAreFoundAtOnce) {
    EXPECT_EQ(format_timestamp(Cron::parse("0 0 29 2 *")->next(at("2096-03-01"))), "2104-02-29 00:00:00");
    EXPECT_EQ(format_timestamp(Cron::parse("0 0 * 2 1#5")->next(at("2000-01-01"))), "2016-02-29 00:00:00");
    EXPECT_EQ(format_timestamp(Cron::parse("0 0 29 2 *")->prev(at("1904-02-29"))), "1896-02-29 00:00:00");
}

}  // namespace
}  // namespace towline::time
