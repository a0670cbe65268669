#include "time/written_date.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "time/civil.h"

namespace towline::time {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> kWeekdays{"sunday",   "monday", "tuesday", "wednesday",
                                                    "thursday", "friday", "saturday"};
constexpr std::array<std::pair<std::string_view, int>, 3> kDayWords{{{"yesterday", -1}, {"today", 0}, {"tomorrow", 1}}};

/// Index of the name that the word is, in full or by its first three letters.
template <std::size_t N>
std::optional<int> name_at(const std::array<std::string_view, N>& names, std::string_view word) {
    for (std::size_t i = 0; i < N; ++i)
        if (word == names[i] || word == names[i].substr(0, 3)) return static_cast<int>(i);
    return std::nullopt;
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// A number of at most `width` digits.
std::optional<int> number(std::string_view text, std::size_t width) {
    if (!all_digits(text) || text.size() > width) return std::nullopt;
    return static_cast<int>(*parse_int(text));
}

/// What a text says of an instant.
struct Written {
    std::optional<int> year, month, day, weekday, days_away;
    std::optional<std::int64_t> time_ms;  ///< since midnight

    template <class T>
    static bool put(std::optional<T>& field, T value) {
        return !std::exchange(field, value).has_value();
    }
};

int full_year(std::string_view digits) {
    const int year = *number(digits, 4);
    return digits.size() == 4 ? year : year + (year < 69 ? 2000 : 1900);
}

/// `2024.01.31`, `1/31/2024`, `31.1.24`.
bool read_numeric_date(std::string_view word, Written& out) {
    for (const std::string_view separator : {"/", "-", "."}) {
        const std::vector<std::string> parts = split(word, separator);
        if (parts.size() != 3) continue;
        if (!std::all_of(parts.begin(), parts.end(), [](const auto& part) { return number(part, 4).has_value(); }))
            return false;
        const bool year_first = parts[0].size() == 4;
        const std::string& year = parts[year_first ? 0 : 2];
        const std::string& first = parts[year_first ? 1 : 0];
        const std::string& second = parts[year_first ? 2 : 1];
        if ((year.size() != 4 && year.size() != 2) || first.size() > 2 || second.size() > 2) return false;
        int month = *number(first, 2), day = *number(second, 2);
        if (month > 12) std::swap(month, day);
        return Written::put(out.year, full_year(year)) && Written::put(out.month, month) && Written::put(out.day, day);
    }
    return false;
}

/// `15:30`, `3pm`, `03:04:05.5 am`.
bool read_time(std::string_view word, Written& out) {
    const bool morning = word.ends_with("am"), afternoon = word.ends_with("pm");
    if (morning || afternoon) word = trim(word.substr(0, word.size() - 2));
    std::vector<std::string> parts = split(word, ":");
    if (parts.size() > 3 || (parts.size() == 1 && !morning && !afternoon)) return false;
    const auto hour = number(parts[0], 2);
    const auto minute = parts.size() > 1 ? number(parts[1], 2) : std::optional(0);
    if (!hour || !minute || (parts.size() > 1 && parts[1].size() != 2)) return false;
    std::int64_t millis = 0;
    std::optional<int> second = 0;
    if (parts.size() == 3) {
        const std::size_t point = std::min(parts[2].find('.'), parts[2].size());
        second = number(std::string_view(parts[2]).substr(0, point), 2);
        if (point < parts[2].size()) {
            const std::string digits = parts[2].substr(point + 1);
            if (!all_digits(digits) || digits.size() > 6) return false;
            millis = *parse_int((digits + "00").substr(0, 3));
        }
    }
    const bool half = morning || afternoon;
    if (!second || *second > 59 || *minute > 59 || *hour > (half ? 12 : 23) || (half && *hour == 0)) return false;
    const int of_day = half ? *hour % 12 + (afternoon ? 12 : 0) : *hour;
    return Written::put(out.time_ms, of_day * kHourMs + *minute * kMinuteMs + *second * kSecondMs + millis);
}

/// `1`, `1st`, `2024`.
bool read_number(std::string_view word, Written& out) {
    for (const std::string_view suffix : {"st", "nd", "rd", "th"})
        if (word.size() > suffix.size() && word.ends_with(suffix)) {
            const auto day = number(word.substr(0, word.size() - suffix.size()), 2);
            return day && Written::put(out.day, *day);
        }
    if (!all_digits(word)) return false;
    if (word.size() == 4) return Written::put(out.year, full_year(word));
    return word.size() <= 2 && Written::put(out.day, *number(word, 2));
}

bool read_word(std::string_view word, Written& out) {
    if (const auto month = name_at(kMonths, word)) return Written::put(out.month, *month + 1);
    if (const auto weekday = name_at(kWeekdays, word)) return Written::put(out.weekday, *weekday);
    for (const auto& [day, away] : kDayWords)
        if (word == day) return Written::put(out.days_away, away);
    return read_numeric_date(word, out) || read_time(word, out) || read_number(word, out);
}

/// The parts by blanks and commas; `3 pm` is one.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> out;
    for (const std::string& word : split(replace_all(lower(text), ",", " "), " ")) {
        const std::string_view bare = trim(word);
        if (bare.empty()) continue;
        if ((bare == "am" || bare == "pm") && !out.empty())
            out.back() += bare;
        else
            out.emplace_back(bare);
    }
    return out;
}

}  // namespace

std::optional<TimestampMs> read_written_date(std::string_view text, TimestampMs base) {
    Written written;
    for (const std::string& word : words_of(text))
        if (!read_word(word, written)) return std::nullopt;
    const Civil now = civil_from_ms(base);
    TimestampMs date = floor_to_day(base);
    const bool dated = written.year || written.month || written.day;
    if (dated && written.days_away) return std::nullopt;
    if (written.weekday && !dated) return std::nullopt;  // that reader's answers for one differ from month to month
    if (dated) {
        if (!written.month || (!written.year && !written.day)) return std::nullopt;
        const int year = written.year.value_or(now.year);
        if (*written.month < 1 || *written.month > 12) return std::nullopt;
        const int day = written.day.value_or(std::min(now.day, days_in_month(year, *written.month)));
        if (!is_valid_date(year, *written.month, day)) return std::nullopt;
        date = ms_from_civil(Civil{year, *written.month, day});
    } else if (written.days_away) {
        date += *written.days_away * kDayMs;
        if (!written.time_ms) return std::nullopt;
    } else if (!written.time_ms) {
        return std::nullopt;
    }
    return date + written.time_ms.value_or(0);
}

}  // namespace towline::time
