#include "project/seed_moments.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "base/strings.h"

namespace towline::project {
namespace {

using Cells = std::vector<std::optional<std::string>>;

/// What the directives of a format read.
struct Fields {
    int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;
    std::int64_t nanosecond = 0;
    std::string offset;
    bool afternoon = false, twelve_hours = false;
};

constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};

/// Dates that pandas guesses from the first cell, in the order in which it would. `%B` is a month's whole name.
constexpr std::array<std::string_view, 17> kDates = {
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%m/%d/%Y", "%m-%d-%Y",  "%m.%d.%Y",  "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y",
    "%d %B %Y", "%d %b %Y", "%d-%B-%Y", "%d-%b-%Y", "%B %d, %Y", "%b %d, %Y", "%Y-%b-%d", "%Y%m%d"};
constexpr std::array<std::string_view, 12> kTimes = {
    "",    " %H:%M:%S",   " %H:%M",      "T%H:%M:%S",      "T%H:%M",        " %H:%M:%S.%f", "T%H:%M:%S.%f",
    " %H", " %H:%M:%S%z", "T%H:%M:%S%z", " %H:%M:%S.%f%z", "T%H:%M:%S.%f%z"};
constexpr std::string_view kMonthAlone = "%Y-%m";
/// What it reads cell by cell, because it guesses no format.
constexpr std::array<std::string_view, 2> kOtherDates = {"%m/%d/%y", "%m-%d-%y"};
constexpr std::array<std::string_view, 3> kOtherTimes = {" %I:%M:%S %p", " %I:%M %p", " %I:%M%p"};

/// Reads a text by the directives of Python's strptime.
class Reader {
 public:
    explicit Reader(std::string_view text) : text_(text) {}

    bool read(std::string_view format) {
        for (std::size_t i = 0; i < format.size(); ++i) {
            const bool fits = format[i] == '%' ? directive(format[++i]) : literal(format[i]);
            if (!fits) return false;
        }
        return at_ == text_.size();
    }

    Fields fields;

 private:
    bool literal(char expected) {
        if (at_ == text_.size() || text_[at_] != expected) return false;
        ++at_;
        while (expected == ' ' && at_ < text_.size() && text_[at_] == ' ') ++at_;
        return true;
    }

    bool directive(char letter) {
        switch (letter) {
            case 'Y':
                return number(fields.year, 4, 4, 0, 9999);
            case 'y':
                return number(fields.year, 2, 2, 0, 99) && century();
            case 'm':
                return number(fields.month, 1, 2, 1, 12);
            case 'd':
                return number(fields.day, 1, 2, 1, 31);
            case 'H':
                return number(fields.hour, 1, 2, 0, 23);
            case 'I':
                fields.twelve_hours = true;
                return number(fields.hour, 1, 2, 1, 12);
            case 'M':
                return number(fields.minute, 1, 2, 0, 59);
            case 'S':
                return number(fields.second, 1, 2, 0, 59);
            case 'f':
                return fraction();
            case 'p':
                return half();
            case 'z':
                return offset();
            default:
                return month_name(letter == 'B');
        }
    }

    bool number(int& out, std::size_t least, std::size_t most, int from, int to) {
        const std::size_t begin = at_;
        out = 0;
        while (at_ < text_.size() && at_ - begin < most && is_digit(text_[at_])) out = out * 10 + (text_[at_++] - '0');
        return at_ - begin >= least && out >= from && out <= to;
    }

    /// Which century is meant depends on the day when it is read: between those no answer lasts.
    bool century() {
        if (fields.year >= 70 && fields.year < 80) return false;
        fields.year += fields.year < 70 ? 2000 : 1900;
        return true;
    }

    bool fraction() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && at_ - begin < 9 && is_digit(text_[at_]))
            fields.nanosecond = fields.nanosecond * 10 + (text_[at_++] - '0');
        const std::size_t digits = at_ - begin;
        for (std::size_t i = digits; i < 9; ++i) fields.nanosecond *= 10;
        return digits > 0;
    }

    bool half() {
        const std::string word = lower(text_.substr(at_, 2));
        at_ += word.size();
        fields.afternoon = word == "pm";
        return fields.afternoon || word == "am";
    }

    /// `Z`, `+02:00` or `+0200`.
    bool offset() {
        if (at_ < text_.size() && text_[at_] == 'Z') {
            ++at_;
            fields.offset = "+00:00";
            return true;
        }
        const std::size_t begin = at_++;
        if (begin >= text_.size() || (text_[begin] != '+' && text_[begin] != '-')) return false;
        int hours = 0;
        int minutes = 0;
        if (!number(hours, 2, 2, 0, 23)) return false;
        if (at_ < text_.size() && text_[at_] == ':') ++at_;
        if (!number(minutes, 2, 2, 0, 59)) return false;
        fields.offset = fmt::format("{}{:02}:{:02}", text_[begin], hours, minutes);
        return true;
    }

    bool month_name(bool whole) {
        for (std::size_t i = 0; i < kMonths.size(); ++i) {
            const std::string_view name = whole ? kMonths[i] : kMonths[i].substr(0, 3);
            if (lower(text_.substr(at_, name.size())) != name) continue;
            at_ += name.size();
            fields.month = static_cast<int>(i) + 1;
            return true;
        }
        return false;
    }

    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// In ISO 8601; nothing if there is no such day, or none that a number of nanoseconds since 1970 can tell.
std::optional<std::string> written(const Fields& f, bool date) {
    namespace chrono = std::chrono;
    const chrono::year_month_day day(chrono::year(f.year), chrono::month(static_cast<unsigned>(f.month)),
                                     chrono::day(static_cast<unsigned>(f.day)));
    if (!day.ok() || f.year < 1678 || f.year > 2261) return std::nullopt;
    std::string out = fmt::format("{:04}-{:02}-{:02}", f.year, f.month, f.day);
    if (date) return out;
    const int hour = f.twelve_hours ? f.hour % 12 + (f.afternoon ? 12 : 0) : f.hour;
    out += fmt::format(" {:02}:{:02}:{:02}", hour, f.minute, f.second);
    if (f.nanosecond % 1000 != 0)
        out += fmt::format(".{:09}", f.nanosecond);
    else if (f.nanosecond != 0)
        out += fmt::format(".{:06}", f.nanosecond / 1000);
    return out + f.offset;
}

std::optional<std::string> read(std::string_view text, std::string_view format, bool date) {
    Reader reader(text);
    return reader.read(format) ? written(reader.fields, date) : std::nullopt;
}

/// The format of the first cell, blanks around it included; empty if pandas guesses none.
std::string guessed_format(std::string_view cell) {
    const std::string_view inner = trim(cell);
    const std::size_t lead = inner.empty() ? 0 : static_cast<std::size_t>(inner.data() - cell.data());
    for (const std::string_view date : kDates)
        for (const std::string_view time : kTimes)
            if (std::string format = std::string(date) + std::string(time); read(inner, format, false))
                return (lead > 0 ? " " : "") + format + (lead + inner.size() < cell.size() ? " " : "");
    return read(cell, kMonthAlone, false) ? std::string(kMonthAlone) : std::string();
}

/// A cell on its own, with or without a format that pandas would have guessed.
std::optional<std::string> read_alone(std::string_view cell, bool date) {
    if (const std::string format = guessed_format(cell); !format.empty()) return read(cell, format, date);
    const auto any = [&](const auto& dates, const auto& times) -> std::optional<std::string> {
        for (const std::string_view day : dates)
            for (const std::string_view time : times)
                if (auto value = read(trim(cell), std::string(day) + std::string(time), date);
                    value && day.find('.') == std::string_view::npos)
                    return value;
        return std::nullopt;
    };
    if (auto value = any(kOtherDates, kTimes)) return value;
    if (auto value = any(kOtherDates, kOtherTimes)) return value;
    return any(kDates, kOtherTimes);
}

/// Nanoseconds since 1970.
std::optional<std::string> read_number(std::string_view cell, SeedType kind, bool date) {
    namespace chrono = std::chrono;
    const auto real = parse_double(cell);
    const auto whole = kind == SeedType::integer          ? parse_int(cell)
                       : real && std::abs(*real) < 9.2e18 ? std::optional(static_cast<std::int64_t>(*real))
                                                          : std::nullopt;
    if (!whole) return std::nullopt;
    const chrono::sys_time<chrono::nanoseconds> moment{chrono::nanoseconds(*whole)};
    const auto midnight = chrono::floor<chrono::days>(moment);
    const chrono::year_month_day day(midnight);
    const chrono::hh_mm_ss clock(moment - midnight);
    Fields f;
    f.year = static_cast<int>(day.year());
    f.month = static_cast<int>(static_cast<unsigned>(day.month()));
    f.day = static_cast<int>(static_cast<unsigned>(day.day()));
    f.hour = static_cast<int>(clock.hours().count());
    f.minute = static_cast<int>(clock.minutes().count());
    f.second = static_cast<int>(clock.seconds().count());
    f.nanosecond = clock.subseconds().count();
    return written(f, date);
}

/// pandas has columns of one offset from UTC, or of none.
std::string_view offset_of(const std::string& moment) {
    const std::size_t sign = moment.size() > 19 ? moment.find_first_of("+-", 19) : std::string::npos;
    return sign == std::string::npos ? std::string_view() : std::string_view(moment).substr(sign);
}

/// Fills the places of one batch, all or none.
void read_batch(const Cells& cells, SeedType kind, bool date, std::size_t begin, std::size_t end, Cells& out) {
    std::optional<std::string> format;
    std::optional<std::string> offset;
    Cells found(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
        if (!cells[i]) continue;
        const std::string& cell = *cells[i];
        if (kind == SeedType::text && !format) format = guessed_format(cell);
        found[i - begin] = kind != SeedType::text ? read_number(cell, kind, date)
                           : format->empty()      ? read_alone(cell, date)
                                                  : read(cell, *format, date);
        if (!found[i - begin]) return;
        if (!offset) offset = offset_of(*found[i - begin]);
        if (offset_of(*found[i - begin]) != *offset) return;
    }
    std::move(found.begin(), found.end(), out.begin() + static_cast<std::ptrdiff_t>(begin));
}

}  // namespace

bool has_offset(const std::string& moment) { return !offset_of(moment).empty(); }

bool is_moment_type(std::string_view type) {
    const std::string name = upper(trim(type));
    return name == "DATE" || name == "DATE32" || name.starts_with("TIMESTAMP") || name.starts_with("DATETIME") ||
           name == "SMALLDATETIME";
}

std::vector<std::optional<std::string>> seed_moments(const Cells& cells, SeedType kind, std::string_view type,
                                                     std::size_t batch) {
    Cells out(cells.size());
    if (kind == SeedType::boolean || !is_moment_type(type)) return out;
    const bool date = upper(trim(type)).starts_with("DATE") && !upper(trim(type)).starts_with("DATETIME");
    for (std::size_t begin = 0; begin < cells.size(); begin += batch)
        read_batch(cells, kind, date, begin, std::min(begin + batch, cells.size()), out);
    return out;
}

}  // namespace towline::project
