#pragma once
// The texts SQLMesh takes for an instant: start, end, ttl, --start, --execution-time.

#include <string_view>

#include "base/result.h"
#include "time/clock.h"

namespace towline::time {

/// True if the text counts as a whole day, whose end is inclusive: it reads as YYYYMMDD when its dashes are
/// left out.
bool is_date(std::string_view text);
/// True for an expression relative to the present whose units are days or longer: "today", "1 week ago".
bool is_categorical_relative(std::string_view text);
/// True for any expression that needs a base: "now", "2 hours ago", "in 1 week", "yesterday".
bool is_relative(std::string_view text);

struct TimeLikeOptions {
    /// SQLMesh floors the base to midnight for relative expressions in days or longer; its ttl arithmetic
    /// does not.
    bool floor_base = true;
};

/// Understands ISO dates and timestamps with offsets, YYYYMMDD, epoch milliseconds, `now`, `today`,
/// `yesterday`, `tomorrow`, `N units ago`, `in N units`, `N units` (which, as in SQLMesh, is in the past),
/// `next week`, `last month` and dates as people write them (written_date.h). Units: second to decade, several may be
/// joined. Fails with `invalid` and a hint for everything else. `relative_base` is the present (for SQLMesh's result:
/// floor_to_minute(now)) or the plan's execution time.
Result<TimestampMs> parse_timelike(std::string_view text, TimestampMs relative_base, TimeLikeOptions options = {});
/// The exclusive end that an `end` text stands for: one day later if it is a date, itself otherwise.
Result<TimestampMs> exclusive_end(std::string_view text, TimestampMs relative_base);
/// Where a thing with this time to live expires: "in 1 week" from `base`, without flooring.
Result<TimestampMs> expiry(std::string_view ttl, TimestampMs base);

}  // namespace towline::time
