#include "time/interval_unit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "time/civil.h"

namespace towline::time {

namespace {

struct UnitFacts {
    std::string_view word;
    std::int64_t seconds;
    std::string_view cron;
    std::int64_t months;  ///< Length in months, 0 for units of fixed length.
};

constexpr std::array<UnitFacts, 7> kUnits = {{{"year", 31536000, "0 0 1 1 *", 12},
                                              {"month", 2419200, "0 0 1 * *", 1},
                                              {"day", 86400, "0 0 * * *", 0},
                                              {"hour", 3600, "0 * * * *", 0},
                                              {"half_hour", 1800, "*/30 * * * *", 0},
                                              {"quarter_hour", 900, "*/15 * * * *", 0},
                                              {"five_minute", 300, "*/5 * * * *", 0}}};

const UnitFacts& facts(IntervalUnit unit) { return kUnits.at(static_cast<std::size_t>(unit)); }

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    const std::int64_t quotient = value / by;
    return quotient * by > value ? quotient - 1 : quotient;
}

/// The number of the tick at or before t, counted from an origin that all ticks of the unit share.
std::int64_t tick_number(IntervalUnit unit, TimestampMs t) {
    const UnitFacts& f = facts(unit);
    if (f.months == 0) return floor_divide(t, f.seconds * kSecondMs);
    const Civil c = civil_from_ms(t);
    return floor_divide(c.year * std::int64_t{12} + c.month - 1, f.months);
}

TimestampMs tick_at(IntervalUnit unit, std::int64_t number) {
    const UnitFacts& f = facts(unit);
    if (f.months == 0) return number * f.seconds * kSecondMs;
    const std::int64_t months = number * f.months;
    const std::int64_t year = floor_divide(months, 12);
    return days_from_date(static_cast<int>(year), static_cast<int>(months - year * 12) + 1, 1) * kDayMs;
}

}  // namespace

std::string_view to_string(IntervalUnit unit) { return facts(unit).word; }

std::optional<IntervalUnit> interval_unit_from(std::string_view word) {
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
        if (iequals(kUnits.at(i).word, word)) return static_cast<IntervalUnit>(i);
    }
    return std::nullopt;
}

std::int64_t seconds(IntervalUnit unit) { return facts(unit).seconds; }

bool is_date_granularity(IntervalUnit unit) { return facts(unit).seconds >= 86400; }

std::string_view cron_expression(IntervalUnit unit) { return facts(unit).cron; }

TimestampMs floor(IntervalUnit unit, TimestampMs t) { return tick_at(unit, tick_number(unit, t)); }

TimestampMs next(IntervalUnit unit, TimestampMs t) { return tick_at(unit, tick_number(unit, t) + 1); }

TimestampMs prev(IntervalUnit unit, TimestampMs t) { return tick_at(unit, tick_number(unit, t - 1)); }

TimestampMs advance(IntervalUnit unit, TimestampMs t, std::int64_t count) {
    return tick_at(unit, tick_number(unit, t) + count);
}

std::int64_t ticks_between(IntervalUnit unit, TimestampMs start, TimestampMs end) {
    return end <= start ? 0 : tick_number(unit, end - 1) - tick_number(unit, start - 1);
}

Result<IntervalUnit> infer_interval_unit(const Cron& cron, TimestampMs now) {
    std::array<TimestampMs, 6> ticks{};
    TimestampMs tick = now;
    for (TimestampMs& slot : ticks) slot = tick = cron.next(tick);
    // Five equal gaps are the period; otherwise SQLMesh takes the least of the first four.
    bool even = true;
    TimestampMs least = ticks[1] - ticks[0];
    for (std::size_t i = 1; i < 5; ++i) {
        const TimestampMs gap = ticks.at(i + 1) - ticks.at(i);
        even = even && gap == ticks[1] - ticks[0];
        if (i < 4) least = std::min(least, gap);
    }
    if (even) least = ticks[1] - ticks[0];
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
        if (kUnits.at(i).seconds * kSecondMs <= least) return static_cast<IntervalUnit>(i);
    }
    return fail(ErrorCode::invalid,
                fmt::format("cron '{}' must run at a frequency of 5 minutes or slower", cron.expression()));
}

}  // namespace towline::time
