#include "http_message/date.h"

#include <fmt/core.h>

#include <array>

#include "base/strings.h"

namespace towline::http {
namespace {
using namespace std::chrono;
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<unsigned> digits(std::string_view text) {
    unsigned value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
}
}  // namespace

std::string http_date(system_clock::time_point time) {
    const sys_days day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<seconds>(time - day));
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday(day).c_encoding()],
                       static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                       clock.seconds().count());
}

std::optional<system_clock::time_point> parse_http_date(std::string_view text) {
    // Fixed columns: "Sun, 06 Nov 1994 08:49:37 GMT"
    text = trim(text);
    if (text.size() != 29 || text.substr(25) != " GMT" || text[3] != ',' || text[19] != ':' || text[22] != ':')
        return std::nullopt;
    const auto day_of_month = digits(text.substr(5, 2));
    const auto full_year = digits(text.substr(12, 4));
    const auto hour = digits(text.substr(17, 2));
    const auto minute = digits(text.substr(20, 2));
    const auto second = digits(text.substr(23, 2));
    unsigned month_number = 0;
    for (unsigned i = 0; i < kMonths.size(); ++i)
        if (kMonths[i] == text.substr(8, 3)) month_number = i + 1;
    if (!day_of_month || !full_year || !hour || !minute || !second) return std::nullopt;
    if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const year_month_day date(year(static_cast<int>(*full_year)), month(month_number), day(*day_of_month));
    if (!date.ok()) return std::nullopt;
    return system_clock::time_point(sys_days(date)) + hours(*hour) + minutes(*minute) + seconds(*second);
}

}  // namespace towline::http
