#pragma once
// Internal to the cron: which days a rule names in one month, and the days of a month as bits.

#include <cstdint>

#include "time/cron.h"

namespace towline::time {

/// Bit n is day n of that month; 0 if the rule names none.
std::uint32_t matching_days(const CronDays& rule, int year, int month);
/// Whether the rule, in these months (bit n is month n), ever names a day within fifty years, croniter's
/// limit.
bool ever_matches(const CronDays& rule, std::uint64_t months);

inline constexpr int kCronYearsMax = 50;

}  // namespace towline::time
