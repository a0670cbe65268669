#pragma once
// The seven granularities in which SQLMesh counts intervals. All arithmetic is in UTC and takes constant
// time.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "time/clock.h"
#include "time/cron.h"

namespace towline::time {

/// Descending by length; the words are those of the MODEL property and of stored snapshots.
enum class IntervalUnit { year, month, day, hour, half_hour, quarter_hour, five_minute };

/// "year", "half_hour", …
std::string_view to_string(IntervalUnit unit);
/// Inverse of to_string, ignoring case.
std::optional<IntervalUnit> interval_unit_from(std::string_view word);
/// The length used for comparing: a year is 365 days, a month 28.
std::int64_t seconds(IntervalUnit unit);
/// True for year, month and day.
bool is_date_granularity(IntervalUnit unit);
/// The cron that floors to the unit, as SQLMesh writes it: "*/5 * * * *".
std::string_view cron_expression(IntervalUnit unit);

/// The tick at or before t.
TimestampMs floor(IntervalUnit unit, TimestampMs t);
/// The first tick strictly after t.
TimestampMs next(IntervalUnit unit, TimestampMs t);
/// The last tick strictly before t.
TimestampMs prev(IntervalUnit unit, TimestampMs t);
/// The tick `count` steps after (before, if negative) floor(t).
TimestampMs advance(IntervalUnit unit, TimestampMs t, std::int64_t count);
/// How many ticks lie in [start, end); 0 if end is not after start.
std::int64_t ticks_between(IntervalUnit unit, TimestampMs start, TimestampMs end);

/// The largest unit that is not longer than the cron's period (the least gap of the next ticks if they
/// differ), counted in UTC from `now`. Fails for a cron that fires more often than every five minutes.
Result<IntervalUnit> infer_interval_unit(const Cron& cron, TimestampMs now);

}  // namespace towline::time
