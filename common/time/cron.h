#pragma once
// Cron expressions with the meaning that croniter (SQLMesh's library) gives them.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "time/clock.h"
#include "time/zone.h"

namespace towline::time {

/// Which days of a month fire. A cron has one such rule, or two if day of month and day of week are both
/// given.
struct CronDays {
    bool any_day_of_month = true;
    std::uint32_t days_of_month = 0;  ///< Bit n is day n.
    bool last_day_of_month = false;   ///< `L`
    int nearest_weekday = 0;          ///< `15W`: replaces the days of month; 0 is none.
    bool any_weekday = true;
    std::uint32_t weekdays = 0;          ///< Bit 0 is Sunday.
    bool has_nth = false;                ///< `#` or `L5` was used: replaces the weekdays.
    std::array<std::uint32_t, 7> nth{};  ///< By weekday: bits 1 to 5, bit 6 is the last one.
};

/// A parsed cron expression: five fields, a sixth for seconds at the end, or an alias such as @daily.
/// Immutable, cheap to copy, pure: safe in any thread. Every parsed expression fires at some time, so next
/// and prev always answer.
class Cron {
 public:
    /// Fails with `invalid` and what is wrong, `unsupported` for the year field and for `H` and `R`.
    static Result<Cron> parse(std::string_view expression);

    const std::string& expression() const { return expression_; }
    bool has_seconds() const { return has_seconds_; }

    /// The first tick strictly after / the last tick strictly before an instant, on the wall clock of the
    /// zone. A tick in the hour that is skipped in spring fires at its end, unless the hour field is `*`; in
    /// the repeated hour of autumn every reading that matches fires.
    TimestampMs next(TimestampMs after, const Zone& zone = Zone::utc()) const;
    TimestampMs prev(TimestampMs before, const Zone& zone = Zone::utc()) const;
    /// The last tick at or before t: prev(next(t)).
    TimestampMs floor(TimestampMs t, const Zone& zone = Zone::utc()) const;

 private:
    friend class CronParser;
    friend class CronSearch;

    std::string expression_;
    std::uint64_t seconds_ = 1;
    std::uint64_t minutes_ = 0;
    std::uint64_t hours_ = 0;
    std::uint64_t months_ = 0;
    bool every_hour_ = false;
    bool has_seconds_ = false;
    std::vector<CronDays> days_;
};

}  // namespace towline::time
