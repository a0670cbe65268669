#pragma once
// The calendar in UTC: instants to and from text. Proleptic Gregorian, years 1 to 9999, as Python's datetime.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "time/clock.h"

namespace towline::time {

/// Microseconds since the epoch: what the inclusive ends of SQLMesh (…:59.999999) need. Only for rendering.
using TimestampUs = std::int64_t;

/// A calendar date and a time of day, without a zone.
struct Civil {
    int year = 1970;
    int month = 1;
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int micros = 0;
};

/// Days since 1970-01-01. Requires: a valid date.
std::int64_t days_from_date(int year, int month, int day);
/// 28 to 31. Requires: month 1 to 12.
int days_in_month(int year, int month);
/// True for a real date of the years 1 to 9999.
bool is_valid_date(int year, int month, int day);
/// True if the instant lies in the years 1 to 9999, which every formatting function requires.
bool is_representable(TimestampMs t);

Civil civil_from_us(TimestampUs t);
Civil civil_from_ms(TimestampMs t);
/// Microseconds below a millisecond are dropped. Requires: valid fields.
TimestampMs ms_from_civil(const Civil& civil);
/// 0 is Sunday.
int weekday(TimestampMs t);
/// The midnight (UTC) at or before t.
TimestampMs floor_to_day(TimestampMs t);
/// The full minute at or before t; SQLMesh's base for relative expressions is "now" floored this way.
TimestampMs floor_to_minute(TimestampMs t);
/// Adds whole months as dateutil's relativedelta does: the day is cut to the length of the new month.
TimestampMs add_months(TimestampMs t, std::int64_t months);

/// The last microsecond before an exclusive end: `end_ms * 1000 - 1`.
TimestampUs inclusive_end_us(TimestampMs exclusive_end);

/// "2024-03-01"
std::string format_date(TimestampMs t);
/// "2024-03-01 10:20:30", with ".ffffff" only if the fraction is not zero (SQLMesh's `_ts`).
std::string format_timestamp(TimestampMs t);
std::string format_timestamp_us(TimestampUs t);
/// The same followed by "+00:00" (SQLMesh's `_tstz`).
std::string format_timestamp_tz(TimestampMs t);
std::string format_timestamp_tz_us(TimestampUs t);
/// "2024-03-01T10:20:30Z", with ".123" if there are milliseconds (RFC 3339).
std::string format_rfc3339(TimestampMs t);
/// "Fri, 01 Mar 2024 10:20:30 GMT" (RFC 9110).
std::string format_http_date(TimestampMs t);
/// Python's strftime over UTC, with what C adds to it, such as %s and %V. %z and %Z give +0000 and UTC. Any other
/// directive is an error that names it.
Result<std::string> strftime(std::string_view format, TimestampUs t);

/// "2024-03-01" exactly; midnight UTC.
Result<TimestampMs> parse_date(std::string_view text);
/// ISO 8601: a date, optionally followed by 'T' or a space, HH:MM[:SS[.fraction]] and Z, UTC, GMT, ±HH, ±HHMM
/// or ±HH:MM. Without an offset it is UTC. Digits below the millisecond are dropped.
Result<TimestampMs> parse_timestamp(std::string_view text);

}  // namespace towline::time
