#include "time/timelike.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "base/strings.h"
#include "time/civil.h"
#include "time/written_date.h"

namespace towline::time {

namespace {

constexpr std::size_t kTextBytesMax = 200;
constexpr std::string_view kHint =
    "use YYYY-MM-DD, YYYY-MM-DD HH:MM:SS, epoch milliseconds, or words such as 'yesterday', '3 days ago', "
    "'in 1 week', 'Jan 1 2024'";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
int digit(char c) { return c - '0'; }

/// Python's strptime with %Y%m%d: four digits, then a month and a day of one or two digits, longest month
/// first.
std::optional<Civil> read_compact_date(std::string_view text) {
    if (text.size() < 6 || text.size() > 8) return std::nullopt;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
    }
    const int year = digit(text[0]) * 1000 + digit(text[1]) * 100 + digit(text[2]) * 10 + digit(text[3]);
    const std::string_view rest = text.substr(4);
    for (const std::size_t width : {std::size_t{2}, std::size_t{1}}) {
        if (rest.size() <= width) continue;
        const int month = width == 2 ? digit(rest[0]) * 10 + digit(rest[1]) : digit(rest[0]);
        if (month < 1 || month > 12) continue;
        const std::string_view day_text = rest.substr(width);
        const int day = day_text.size() == 1 ? digit(day_text[0]) : digit(day_text[0]) * 10 + digit(day_text[1]);
        // Like the regular expression behind strptime this takes the first split that starts well and then
        // stands by it.
        if (day < 1) continue;
        if (day_text.size() > 2 || !is_valid_date(year, month, day)) return std::nullopt;
        return Civil{year, month, day};
    }
    return std::nullopt;
}

enum class Unit { second, minute, hour, day, week, month, year };

struct UnitWord {
    std::string_view word;
    Unit unit;
    int factor;
    bool full;  ///< Abbreviations do not make an expression categorical.
};
constexpr std::array<UnitWord, 19> kUnitWords = {{
    {"second", Unit::second, 1, true}, {"minute", Unit::minute, 1, true}, {"hour", Unit::hour, 1, true},
    {"day", Unit::day, 1, true},       {"week", Unit::week, 1, true},     {"month", Unit::month, 1, true},
    {"year", Unit::year, 1, true},     {"decade", Unit::year, 10, true},  {"sec", Unit::second, 1, false},
    {"s", Unit::second, 1, false},     {"min", Unit::minute, 1, false},   {"m", Unit::minute, 1, false},
    {"hr", Unit::hour, 1, false},      {"h", Unit::hour, 1, false},       {"d", Unit::day, 1, false},
    {"wk", Unit::week, 1, false},      {"w", Unit::week, 1, false},       {"yr", Unit::year, 1, false},
    {"y", Unit::year, 1, false},
}};

const UnitWord* find_unit(std::string_view word) {
    for (const UnitWord& unit : kUnitWords) {
        if (word == unit.word) return &unit;
        if (word.size() > 2 && word.back() == 's' && word.substr(0, word.size() - 1) == unit.word) return &unit;
    }
    return nullptr;
}

struct Amount {
    double count = 0;
    const UnitWord* unit = nullptr;
    bool in_words = false;  ///< "a week"
};

/// A relative expression taken apart: amounts, and whether they lie ahead.
struct Relative {
    std::vector<Amount> amounts;
    bool ahead = false;
};

/// Words, with numbers and units that are written together ("5min") taken apart and commas dropped.
std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    auto flush = [&] {
        if (!word.empty()) words.push_back(word);
        word.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool between_digits = i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
        if (c == ' ' || c == '\t' || c == '\n' || (c == ',' && !between_digits)) {
            flush();
            continue;
        }
        const bool numeric = is_digit(c) || ((c == '.' || c == ',') && between_digits);
        const bool was_numeric = !word.empty() && is_digit(word.back());
        if (!word.empty() && numeric != was_numeric && word.back() != '.') flush();
        word += c == ',' ? '.' : c;
    }
    flush();
    return words;
}

std::optional<double> read_count(std::string_view word) {
    if (word == "a" || word == "an") return 1;
    constexpr std::array<std::string_view, 12> kCounts{"one",   "two",   "three", "four", "five",   "six",
                                                       "seven", "eight", "nine",  "ten",  "eleven", "twelve"};
    const auto in_words = std::find(kCounts.begin(), kCounts.end(), word);
    if (in_words != kCounts.end()) return static_cast<double>(in_words - kCounts.begin() + 1);
    if (word.empty() || !is_digit(word.front())) return std::nullopt;
    return parse_double(word);
}

std::optional<Relative> read_relative(std::string_view text) {
    // Each amount has a unit, so what has no letter, such as a date, need not be taken apart.
    if (std::none_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; })) return std::nullopt;
    const std::vector<std::string> words = split_words(text);
    Relative relative;
    std::size_t i = 0;
    std::size_t end = words.size();
    if (end == 0) return std::nullopt;
    if (words.front() == "in") {
        relative.ahead = true;
        i = 1;
    } else if (words.back() == "ago") {
        --end;
    }
    while (i < end) {
        if (words[i] == "and" && !relative.amounts.empty() && i + 1 < end) {
            ++i;
            continue;
        }
        if (i + 1 >= end) return std::nullopt;
        const auto count = read_count(words[i]);
        const UnitWord* unit = find_unit(words[i + 1]);
        if (!count || unit == nullptr) return std::nullopt;
        relative.amounts.push_back({*count, unit, !is_digit(words[i].front())});
        i += 2;
    }
    if (relative.amounts.empty()) return std::nullopt;
    return relative;
}

bool is_categorical(const Relative& relative) {
    bool any = false;
    for (const Amount& amount : relative.amounts) {
        if (amount.in_words || !amount.unit->full) continue;
        if (amount.unit->unit < Unit::day) return false;
        any = true;
    }
    return any;
}

std::int64_t unit_ms(Unit unit) {
    switch (unit) {
        case Unit::second:
            return kSecondMs;
        case Unit::minute:
            return kMinuteMs;
        case Unit::hour:
            return kHourMs;
        case Unit::day:
            return kDayMs;
        default:
            return 7 * kDayMs;
    }
}

tl::unexpected<Error> not_understood(std::string_view text) {
    return fail(ErrorCode::invalid, fmt::format("'{}' is not a date or time", text), std::string(kHint));
}

Result<TimestampMs> apply(const Relative& relative, TimestampMs base, std::string_view text) {
    double months = 0;
    double fixed_ms = 0;
    for (const Amount& amount : relative.amounts) {
        const double count = amount.count * amount.unit->factor;
        if (amount.unit->unit >= Unit::month) {
            months += amount.unit->unit == Unit::year ? 12 * count : count;
            if (count != std::floor(count)) {
                return fail(ErrorCode::invalid, fmt::format("'{}' has a fraction of a month or year", text),
                            "use days");
            }
        } else {
            fixed_ms += count * static_cast<double>(unit_ms(amount.unit->unit));
        }
    }
    // 10,000 years either way; beyond it the arithmetic below could overflow.
    if (months > 120000 || fixed_ms > 3.2e14) return not_understood(text);
    const std::int64_t sign = relative.ahead ? 1 : -1;
    const TimestampMs moved = add_months(base, sign * static_cast<std::int64_t>(months));
    const TimestampMs result = moved + sign * std::llround(fixed_ms);
    if (!is_representable(result)) return not_understood(text);
    return result;
}

/// ISO, and as dateparser does, with month and day exchanged if that is the only reading ("2020-13-01").
Result<TimestampMs> parse_absolute(std::string_view text, TimestampMs base) {
    std::string iso(text);
    if (iso.size() >= 10 && iso[4] == '/' && iso[7] == '/') iso[4] = iso[7] = '-';
    if (iso.size() >= 10 && iso[4] == '-' && iso[7] == '-') {
        const auto month = parse_int(iso.substr(5, 2));
        const auto day = parse_int(iso.substr(8, 2));
        if (month && day && *month > 12 && *day <= 12)
            iso = iso.substr(0, 5) + iso.substr(8, 2) + "-" + iso.substr(5, 2) + iso.substr(10);
    }
    auto parsed = parse_timestamp(iso);
    if (parsed) return parsed;
    if (const auto written = read_written_date(text, base)) return *written;
    return not_understood(text);
}

/// "next week", "last month": from the very instant, not from midnight.
std::optional<Relative> read_neighbour(std::string_view text) {
    const std::vector<std::string> words = split_words(text);
    if (words.size() != 2) return std::nullopt;
    const UnitWord* unit = find_unit(words[1]);
    if (!unit || unit->word != words[1] || !unit->full || unit->factor != 1 || unit->unit < Unit::week)
        return std::nullopt;
    if (words[0] == "this") return Relative{{{0, unit, true}}, true};
    if (words[0] == "next" || words[0] == "last") return Relative{{{1, unit, true}}, words[0] == "next"};
    return std::nullopt;
}

}  // namespace

bool is_date(std::string_view text) { return read_compact_date(replace_all(text, "-", "")).has_value(); }

bool is_categorical_relative(std::string_view text) {
    const std::string word = lower(trim(text));
    if (word == "today" || word == "yesterday" || word == "tomorrow") return true;
    const auto relative = read_relative(word);
    return relative && is_categorical(*relative);
}

bool is_relative(std::string_view text) {
    const std::string word = lower(trim(text));
    return word == "now" || word == "today" || word == "yesterday" || word == "tomorrow" ||
           read_relative(word).has_value();
}

Result<TimestampMs> parse_timelike(std::string_view text, TimestampMs relative_base, TimeLikeOptions options) {
    if (text.size() > kTextBytesMax) return fail(ErrorCode::too_large, "a date or time of more than 200 bytes");
    const std::string word = lower(trim(text));
    if (const auto number = parse_double(word)) {
        if (const auto date = read_compact_date(word)) return ms_from_civil(*date);
        if (!std::isfinite(*number) || std::abs(*number) > 1e15 || !is_representable(std::llround(*number))) {
            return fail(ErrorCode::invalid, fmt::format("'{}' is out of range for epoch milliseconds", text),
                        std::string(kHint));
        }
        return static_cast<TimestampMs>(*number);
    }
    const TimestampMs base =
        options.floor_base && is_categorical_relative(word) ? floor_to_day(relative_base) : relative_base;
    if (word == "now" || word == "today") return base;
    if (word == "yesterday") return base - kDayMs;
    if (word == "tomorrow") return base + kDayMs;
    if (const auto relative = read_relative(word)) return apply(*relative, base, text);
    if (const auto neighbour = read_neighbour(word)) return apply(*neighbour, base, text);
    return parse_absolute(trim(text), base);
}

Result<TimestampMs> exclusive_end(std::string_view text, TimestampMs relative_base) {
    TRY(const TimestampMs at, parse_timelike(text, relative_base));
    return is_date(text) ? at + kDayMs : at;
}

Result<TimestampMs> expiry(std::string_view ttl, TimestampMs base) {
    return parse_timelike(ttl, base, TimeLikeOptions{.floor_base = false});
}

}  // namespace towline::time
