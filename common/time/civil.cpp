#include "time/civil.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/strings.h"

namespace towline::time {

namespace {

constexpr std::array<std::string_view, 12> kMonthNames = {"January",   "February", "March",    "April",
                                                          "May",       "June",     "July",     "August",
                                                          "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDayNames = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::int64_t kDayUs = kDayMs * 1000;

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    const std::int64_t quotient = value / by;
    return quotient * by > value ? quotient - 1 : quotient;
}

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

std::string_view month_name(int month) { return kMonthNames.at(static_cast<std::size_t>(month - 1)); }
std::string_view day_name(int day) { return kDayNames.at(static_cast<std::size_t>(day)); }

/// What C has besides Python's own list, which Python hands to it: weeks, blanks, whole dates and times.
constexpr std::string_view kDirectivesOfC = "CDFGPRTUVWceghklnrtuwxX";

std::tm tm_of(const Civil& c, std::int64_t days, int day_of_week) {
    std::tm out{};
    out.tm_year = c.year - 1900;
    out.tm_mon = c.month - 1;
    out.tm_mday = c.day;
    out.tm_hour = c.hour;
    out.tm_min = c.minute;
    out.tm_sec = c.second;
    out.tm_wday = day_of_week;
    out.tm_yday = static_cast<int>(days - days_from_date(c.year, 1, 1));
    return out;
}

/// Appends what one directive stands for; false if it is unknown.
bool append_directive(std::string& out, char directive, const Civil& c) {
    const std::int64_t days = days_from_date(c.year, c.month, c.day);
    const int day_of_week = weekday(days * kDayMs);
    auto to = std::back_inserter(out);
    switch (directive) {
        case 'Y':
            fmt::format_to(to, "{}", c.year);
            return true;
        case 'm':
            fmt::format_to(to, "{:02}", c.month);
            return true;
        case 'd':
            fmt::format_to(to, "{:02}", c.day);
            return true;
        case 'H':
            fmt::format_to(to, "{:02}", c.hour);
            return true;
        case 'I':
            fmt::format_to(to, "{:02}", (c.hour + 11) % 12 + 1);
            return true;
        case 'M':
            fmt::format_to(to, "{:02}", c.minute);
            return true;
        case 'S':
            fmt::format_to(to, "{:02}", c.second);
            return true;
        case 'f':
            fmt::format_to(to, "{:06}", c.micros);
            return true;
        case 'j':
            fmt::format_to(to, "{:03}", days - days_from_date(c.year, 1, 1) + 1);
            return true;
        case 'y':
            fmt::format_to(to, "{:02}", c.year % 100);
            return true;
        case 'b':
            out += month_name(c.month).substr(0, 3);
            return true;
        case 'B':
            out += month_name(c.month);
            return true;
        case 'a':
            out += day_name(day_of_week).substr(0, 3);
            return true;
        case 'A':
            out += day_name(day_of_week);
            return true;
        case 'p':
            out += c.hour < 12 ? "AM" : "PM";
            return true;
        case 'z':
            out += "+0000";
            return true;
        case 'Z':
            out += "UTC";
            return true;
        case '%':
            out += '%';
            return true;
        case 's':
            fmt::format_to(to, "{}", ms_from_civil(c) / 1000);
            return true;
        default:
            break;
    }
    if (kDirectivesOfC.find(directive) == std::string_view::npos) return false;
    const std::tm tm = tm_of(c, days, day_of_week);
    const std::array<char, 3> format{'%', directive, '\0'};
    std::array<char, 64> text{};
    out.append(text.data(), std::strftime(text.data(), text.size(), format.data(), &tm));
    return true;
}

/// Reads fixed-width numbers off the front of a text.
class Digits {
 public:
    explicit Digits(std::string_view text) : rest_(text) {}

    std::string_view rest() const { return rest_; }
    bool done() const { return rest_.empty(); }
    bool skip(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// Between `least` and `most` digits, as many as there are.
    std::optional<int> number(std::size_t least, std::size_t most) {
        std::size_t n = 0;
        int value = 0;
        while (n < most && n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9') {
            value = value * 10 + (rest_[n] - '0');
            ++n;
        }
        if (n < least) return std::nullopt;
        rest_.remove_prefix(n);
        return value;
    }
    /// Digits of a fraction; the first six as microseconds, others dropped.
    std::optional<int> fraction() {
        int value = 0;
        std::size_t n = 0;
        for (; n < rest_.size() && n < 18 && rest_[n] >= '0' && rest_[n] <= '9'; ++n) {
            if (n < 6) value = value * 10 + (rest_[n] - '0');
        }
        if (n == 0) return std::nullopt;
        for (std::size_t i = n; i < 6; ++i) value *= 10;
        rest_.remove_prefix(n);
        return value;
    }
    void skip_spaces() { rest_ = trim(rest_); }

 private:
    std::string_view rest_;
};

bool read_date(Digits& in, Civil& c) {
    const auto year = in.number(4, 4);
    if (!year || !in.skip('-')) return false;
    const auto month = in.number(1, 2);
    if (!month || !in.skip('-')) return false;
    const auto day = in.number(1, 2);
    if (!day) return false;
    c.year = *year;
    c.month = *month;
    c.day = *day;
    return true;
}

bool read_time(Digits& in, Civil& c) {
    const auto hour = in.number(1, 2);
    if (!hour || !in.skip(':')) return false;
    const auto minute = in.number(2, 2);
    if (!minute) return false;
    c.hour = *hour;
    c.minute = *minute;
    if (in.skip(':')) {
        const auto second = in.number(2, 2);
        if (!second) return false;
        c.second = *second;
        if (in.skip('.') || in.skip(',')) {
            const auto micros = in.fraction();
            if (!micros) return false;
            c.micros = *micros;
        }
    }
    return c.hour < 24 && c.minute < 60 && c.second < 60;
}

/// Reads an optional offset to the end of the text; the value is milliseconds east of UTC.
std::optional<std::int64_t> read_offset(Digits& in) {
    in.skip_spaces();
    if (in.done() || iequals(in.rest(), "z") || iequals(in.rest(), "utc") || iequals(in.rest(), "gmt")) return 0;
    const bool east = in.skip('+');
    if (!east && !in.skip('-')) return std::nullopt;
    const auto hours = in.number(2, 2);
    if (!hours) return std::nullopt;
    int minutes = 0;
    if (!in.done()) {
        in.skip(':');
        const auto read = in.number(2, 2);
        if (!read) return std::nullopt;
        minutes = *read;
    }
    if (!in.done() || *hours > 23 || minutes > 59) return std::nullopt;
    const std::int64_t offset = *hours * kHourMs + minutes * kMinuteMs;
    return east ? offset : -offset;
}

}  // namespace

std::int64_t days_from_date(int year, int month, int day) {
    // Years start in March here, so that the leap day is the last day of a year and months follow a linear
    // formula.
    const std::int64_t shifted = month <= 2 ? year - 1 : year;
    const std::int64_t era = floor_divide(shifted, 400);
    const std::int64_t year_of_era = shifted - era * 400;
    const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

int days_in_month(int year, int month) {
    constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : kDays.at(static_cast<std::size_t>(month - 1));
}

bool is_valid_date(int year, int month, int day) {
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
}

bool is_representable(TimestampMs t) {
    constexpr TimestampMs kFirst = -62135596800000;
    constexpr TimestampMs kLast = 253402300799999;
    return t >= kFirst && t <= kLast;
}

Civil civil_from_us(TimestampUs t) {
    const std::int64_t days = floor_divide(t, kDayUs);
    std::int64_t rest = t - days * kDayUs;
    const std::int64_t shifted = days + 719468;
    const std::int64_t era = floor_divide(shifted, 146097);
    const std::int64_t day_of_era = shifted - era * 146097;
    const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
    Civil c;
    c.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    c.month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    c.year = static_cast<int>(year_of_era + era * 400 + (c.month <= 2 ? 1 : 0));
    c.micros = static_cast<int>(rest % 1000000);
    rest /= 1000000;
    c.second = static_cast<int>(rest % 60);
    c.minute = static_cast<int>(rest / 60 % 60);
    c.hour = static_cast<int>(rest / 3600);
    return c;
}

Civil civil_from_ms(TimestampMs t) { return civil_from_us(t * 1000); }

TimestampMs ms_from_civil(const Civil& c) {
    return days_from_date(c.year, c.month, c.day) * kDayMs + c.hour * kHourMs + c.minute * kMinuteMs +
           c.second * kSecondMs + c.micros / 1000;
}

int weekday(TimestampMs t) {
    const std::int64_t days = floor_divide(t, kDayMs) + 4;  // 1970-01-01 was a Thursday
    return static_cast<int>(days - floor_divide(days, 7) * 7);
}

TimestampMs floor_to_day(TimestampMs t) { return floor_divide(t, kDayMs) * kDayMs; }

TimestampMs floor_to_minute(TimestampMs t) { return floor_divide(t, kMinuteMs) * kMinuteMs; }

TimestampMs add_months(TimestampMs t, std::int64_t months) {
    const TimestampMs midnight = floor_to_day(t);
    const Civil c = civil_from_ms(midnight);
    const std::int64_t total = c.year * std::int64_t{12} + (c.month - 1) + months;
    const int year = static_cast<int>(floor_divide(total, 12));
    const int month = static_cast<int>(total - std::int64_t{year} * 12) + 1;
    const int day = std::min(c.day, days_in_month(year, month));
    return days_from_date(year, month, day) * kDayMs + (t - midnight);
}

TimestampUs inclusive_end_us(TimestampMs exclusive_end) { return exclusive_end * 1000 - 1; }

std::string format_date(TimestampMs t) {
    const Civil c = civil_from_ms(t);
    return fmt::format("{:04}-{:02}-{:02}", c.year, c.month, c.day);
}

std::string format_timestamp_us(TimestampUs t) {
    const Civil c = civil_from_us(t);
    std::string text =
        fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second);
    if (c.micros != 0) text += fmt::format(".{:06}", c.micros);
    return text;
}

std::string format_timestamp(TimestampMs t) { return format_timestamp_us(t * 1000); }
std::string format_timestamp_tz_us(TimestampUs t) { return format_timestamp_us(t) + "+00:00"; }
std::string format_timestamp_tz(TimestampMs t) { return format_timestamp_tz_us(t * 1000); }

std::string format_rfc3339(TimestampMs t) {
    const Civil c = civil_from_ms(t);
    std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second);
    if (c.micros != 0) text += fmt::format(".{:03}", c.micros / 1000);
    return text + "Z";
}

std::string format_http_date(TimestampMs t) {
    const Civil c = civil_from_ms(t);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", day_name(weekday(t)).substr(0, 3), c.day,
                       month_name(c.month).substr(0, 3), c.year, c.hour, c.minute, c.second);
}

Result<std::string> strftime(std::string_view format, TimestampUs t) {
    const Civil c = civil_from_us(t);
    std::string out;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') {
            out += format[i];
            continue;
        }
        if (i + 1 == format.size()) return fail(ErrorCode::invalid, "time format ends in a single '%'", "write '%%'");
        ++i;
        if (!append_directive(out, format[i], c)) {
            return fail(ErrorCode::unsupported, fmt::format("time format directive '%{}' is not supported", format[i]),
                        "supported are Python's and C's: %Y %m %d %H %M %S %f %j %s and the like");
        }
    }
    return out;
}

Result<TimestampMs> parse_date(std::string_view text) {
    Digits in(text);
    Civil c;
    if (text.size() != 10 || !read_date(in, c) || !in.done()) {
        return fail(ErrorCode::invalid, fmt::format("'{}' is not a date", text), "write it as YYYY-MM-DD");
    }
    if (!is_valid_date(c.year, c.month, c.day)) {
        return fail(ErrorCode::invalid, fmt::format("there is no date '{}'", text));
    }
    return ms_from_civil(c);
}

Result<TimestampMs> parse_timestamp(std::string_view text) {
    Digits in(trim(text));
    Civil c;
    std::optional<std::int64_t> offset = 0;
    bool ok = read_date(in, c);
    if (ok && !in.done()) {
        ok = in.skip('T') || in.skip('t') || in.skip(' ');
        ok = ok && read_time(in, c);
        if (ok) offset = read_offset(in);
    }
    if (!ok || !offset) {
        return fail(ErrorCode::invalid, fmt::format("'{}' is not a timestamp", text),
                    "write it as YYYY-MM-DD HH:MM:SS, with an offset such as +02:00 if it is not UTC");
    }
    if (!is_valid_date(c.year, c.month, c.day)) {
        return fail(ErrorCode::invalid, fmt::format("there is no date '{}'", text));
    }
    return ms_from_civil(c) - *offset;
}

}  // namespace towline::time
