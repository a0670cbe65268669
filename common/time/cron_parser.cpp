// Text to bit masks, element by element as croniter reads them, including what surprises: "5-5" is the whole
// field, "59/15" is only 59, a range may wrap ("sat-mon", "22-2"), and both day fields given mean either of
// them.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "time/cron.h"
#include "time/cron_days.h"

namespace towline::time {

namespace {

constexpr std::size_t kExpressionBytesMax = 1000;
constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kAliases = {{{"@midnight", "0 0 * * *"},
                                                                                    {"@hourly", "0 * * * *"},
                                                                                    {"@daily", "0 0 * * *"},
                                                                                    {"@weekly", "0 0 * * 0"},
                                                                                    {"@monthly", "0 0 1 * *"},
                                                                                    {"@yearly", "0 0 1 1 *"},
                                                                                    {"@annually", "0 0 1 1 *"}}};

enum Field : std::size_t { kMinute, kHour, kDay, kMonth, kWeekday, kSecond };

struct FieldFacts {
    std::string_view name;
    int low;
    int high;
};
constexpr std::array<FieldFacts, 6> kFields = {{{"minute", 0, 59},
                                                {"hour", 0, 23},
                                                {"day of month", 1, 31},
                                                {"month", 1, 12},
                                                {"day of week", 0, 6},
                                                {"second", 0, 59}}};

struct FieldValues {
    std::uint64_t bits = 0;
    bool star = false;
    bool last_day = false;
    int nearest_weekday = 0;
    bool has_nth = false;
    std::array<std::uint32_t, 7> nth{};
};

/// low, high and step as written, and whether high was left out ("10/5").
struct Range {
    int low = 0;
    int high = 0;
    int step = 1;
    bool open = false;
};

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> split_spaces(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text) {
        const bool space = c == ' ' || (c >= '\t' && c <= '\r');
        if (!space) {
            word += c;
        } else if (!word.empty()) {
            words.push_back(std::exchange(word, {}));
        }
    }
    if (!word.empty()) words.push_back(word);
    return words;
}

template <std::size_t N>
std::optional<int> position(const std::array<std::string_view, N>& names, std::string_view word) {
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) return std::nullopt;
    return static_cast<int>(found - names.begin());
}

}  // namespace

/// Reads one expression; friend of Cron because it fills it.
class CronParser {
 public:
    explicit CronParser(std::string_view expression) : expression_(expression) {}

    Result<Cron> parse() {
        if (expression_.size() > kExpressionBytesMax) {
            return fail(ErrorCode::too_large,
                        fmt::format("cron expression is longer than {} bytes", kExpressionBytesMax));
        }
        std::string text = lower(expression_);
        for (const auto& [alias, meaning] : kAliases) {
            if (text == alias) text = meaning;
        }
        if (text.starts_with('@'))
            return bad("it is not a known alias", "use @hourly, @daily, @weekly, @monthly or @yearly");
        words_ = split_spaces(text);
        if (words_.size() == 7) return refuse("the year field (a seventh field)");
        if (words_.size() != 5 && words_.size() != 6) {
            return bad(fmt::format("it has {} fields", words_.size()),
                       "write minute, hour, day of month, month, day of week, and optionally second");
        }
        for (std::size_t i = 0; i < words_.size(); ++i) TRY_STATUS(read_field(static_cast<Field>(i)));
        TRY_STATUS(check_nth());
        return build();
    }

 private:
    tl::unexpected<Error> bad(const std::string& why, std::string hint = {}) const {
        return fail(ErrorCode::invalid, fmt::format("bad cron '{}': {}", expression_, why), std::move(hint));
    }
    tl::unexpected<Error> refuse(std::string_view what) const {
        return fail(ErrorCode::unsupported,
                    fmt::format("cron '{}' uses {}, which is not supported", expression_, what));
    }
    tl::unexpected<Error> bad_element(std::string_view element, std::string_view why) const {
        return bad(fmt::format("'{}' in the {} field {}", element, kFields.at(field_).name, why));
    }

    Status read_field(Field field) {
        field_ = field;
        std::string word = words_.at(field);
        if (word[0] == 'h' || word[0] == 'r') {
            const char after = word.size() > 1 ? word[1] : '/';
            if (after == '/' || after == '(')
                return refuse(word[0] == 'h' ? "the hashed field 'H'" : "the random field 'R'");
        }
        if (word.find('?') != std::string::npos) {
            if (word != "?" || (field != kDay && field != kWeekday)) {
                return bad("'?' can only stand alone, in the day of month or day of week field");
            }
            word = "*";
        }
        const std::vector<std::string> elements = split(word, ",");
        for (const std::string& element : elements) {
            TRY_STATUS(read_element(element, elements.size() == 1));
        }
        widen();
        return {};
    }

    /// A list of every value is `*`, except that a full list of days still counts as given beside the other
    /// day field.
    void widen() {
        FieldValues& values = fields_.at(field_);
        const FieldFacts& facts = kFields.at(field_);
        int count = values.last_day ? 1 : 0;
        for (int v = facts.low; v <= facts.high; ++v) count += static_cast<int>(values.bits >> v & 1);
        if (count != facts.high - facts.low + 1) return;
        const bool given_beside = (field_ == kDay && words_[kWeekday].find('*') == std::string::npos) ||
                                  (field_ == kWeekday && words_[kDay].find('*') == std::string::npos);
        values.star = values.star || !given_beside;
    }

    Status read_element(std::string_view element, bool alone) {
        FieldValues& values = fields_.at(field_);
        std::uint32_t nth = 0;
        std::string_view rest = element;
        if (field_ == kWeekday) TRY_STATUS(take_nth(rest, nth));
        if (field_ == kDay && is_nearest_weekday(element)) {
            if (!alone) return bad_element(element, "cannot be part of a list");
            const auto day = parse_int(trim_w(element));
            if (!day || *day < 1 || *day > 31) return bad_element(element, "is out of range (1-31)");
            values.nearest_weekday = static_cast<int>(*day);
            values.bits |= std::uint64_t{1} << *day;
            return {};
        }
        if (rest == "*") {
            values.star = true;
            return {};
        }
        if (field_ == kDay && rest == "l") {
            values.last_day = true;
            return {};
        }
        TRY(const std::vector<int> numbers, read_numbers(rest));
        for (const int number : numbers) {
            if (number < kFields.at(field_).low || number > kFields.at(field_).high) return out_of_range(element);
            values.bits |= std::uint64_t{1} << number;
            if (nth == 0) continue;
            values.has_nth = true;
            values.nth.at(static_cast<std::size_t>(number)) |= nth;
        }
        return {};
    }

    tl::unexpected<Error> out_of_range(std::string_view element) const {
        const FieldFacts& facts = kFields.at(field_);
        return bad_element(element, fmt::format("is out of range ({}-{})", facts.low, facts.high));
    }

    static bool is_nearest_weekday(std::string_view element) {
        return element.find('w') != std::string_view::npos && all_digits(trim_w(element));
    }
    static std::string_view trim_w(std::string_view element) {
        if (element.starts_with('w')) return element.substr(1);
        return element.ends_with('w') ? element.substr(0, element.size() - 1) : element;
    }

    /// Takes "#3" off the end, or "l" off the front of "l5"; `nth` gets the bit, 0 if there is neither.
    Status take_nth(std::string_view& element, std::uint32_t& nth) const {
        if (element.starts_with('l') && all_digits(element.substr(1))) {
            element.remove_prefix(1);
            nth = std::uint32_t{1} << 6;
            return {};
        }
        const std::size_t hash = element.find('#');
        if (hash == std::string_view::npos) return {};
        const auto count = parse_int(element.substr(hash + 1));
        if (!all_digits(element.substr(hash + 1)) || !count || *count < 1 || *count > 5) {
            return bad_element(element, "needs a number from 1 to 5 after '#'");
        }
        const std::string_view days = element.substr(0, hash);
        // croniter takes ranges by name only here ("mon-fri#2").
        if (days.empty() || days.find_first_of("*/") != std::string_view::npos ||
            (days.find('-') != std::string_view::npos && days.find_first_of("0123456789") != std::string_view::npos)) {
            return bad_element(element, "needs one day, or a range of names, before '#'");
        }
        nth = std::uint32_t{1} << *count;
        element = days;
        return {};
    }

    Result<int> read_value(std::string_view word, std::string_view element) const {
        std::optional<int> value;
        if (all_digits(word)) {
            const auto number = word.size() <= 9 ? parse_int(word) : std::nullopt;
            if (!number || *number > kFields.at(field_).high + (field_ == kWeekday ? 1 : 0))
                return out_of_range(element);
            value = static_cast<int>(*number);
            if (field_ == kWeekday && *value == 7) value = 0;
        } else if (field_ == kMonth) {
            value = position(kMonths, word);
            if (value) ++*value;
        } else if (field_ == kWeekday) {
            value = position(kWeekdays, word);
        }
        if (value) return *value;
        if (element.starts_with('-')) return bad_element(element, "is negative");
        return bad_element(element, word.empty() ? "is incomplete" : "is not understood");
    }

    Result<std::vector<int>> read_numbers(std::string_view element) const {
        const std::size_t slash = element.find('/');
        const std::string_view base = element.substr(0, slash);
        const std::size_t dash = base.find('-');
        if (slash == std::string_view::npos && dash == std::string_view::npos) {
            TRY(const int value, read_value(base, element));
            return std::vector<int>{value};
        }
        const FieldFacts& facts = kFields.at(field_);
        Range range{facts.low, facts.high, 1, false};
        if (slash != std::string_view::npos) {
            const std::string_view step = element.substr(slash + 1);
            const auto number = all_digits(step) && step.size() <= 9 ? parse_int(step) : std::nullopt;
            if (!number || *number == 0) return bad_element(element, "needs a step of 1 or more after '/'");
            range.step = static_cast<int>(*number);
        }
        if (dash != std::string_view::npos) {
            TRY(range.low, read_value(base.substr(0, dash), element));
            const std::string_view high = base.substr(dash + 1);
            if (field_ == kDay && high == "l") {
                range.high = 31;
            } else {
                TRY(range.high, read_value(high, element));
            }
        } else if (base != "*") {
            TRY(range.low, read_value(base, element));
            range.open = true;
        }
        return expand(range);
    }

    std::vector<int> expand(Range range) const {
        const FieldFacts& facts = kFields.at(field_);
        if (range.low == range.high) {
            if (range.open) return {range.low};
            range.low = facts.low;
            range.high = facts.high;
        }
        std::vector<int> values;
        const bool wraps = range.low > range.high;
        for (int v = range.low; v <= (wraps ? facts.high : range.high); v += range.step) values.push_back(v);
        if (!wraps) return values;
        // The second half starts so far in as croniter does, which for some steps is one later than the step
        // says.
        const int left = facts.high - values.back();
        const int at = values.back() - facts.low;
        const int length = facts.high - facts.low + 1;
        const int skip = at + range.step > length && left < range.step ? range.step - left : 0;
        for (int v = facts.low + skip; v <= range.high; v += range.step) values.push_back(v);
        return values;
    }

    Status check_nth() const {
        const FieldValues& days = fields_[kWeekday];
        if (!days.has_nth || days.bits == 0x7F) return {};
        for (std::size_t day = 0; day < 7; ++day) {
            if ((days.bits >> day & 1) != 0 && days.nth.at(day) == 0) {
                return bad("the day of week field mixes plain days with '#' or 'L' days");
            }
        }
        return {};
    }

    static std::uint64_t mask(const FieldValues& values, const FieldFacts& facts) {
        std::uint64_t all = 0;
        for (int v = facts.low; v <= facts.high; ++v) all |= std::uint64_t{1} << v;
        return values.star ? all : values.bits;
    }

    Result<Cron> build() const {
        Cron cron;
        cron.expression_ = expression_;
        cron.has_seconds_ = words_.size() == 6;
        if (cron.has_seconds_) cron.seconds_ = mask(fields_[kSecond], kFields[kSecond]);
        cron.minutes_ = mask(fields_[kMinute], kFields[kMinute]);
        cron.hours_ = mask(fields_[kHour], kFields[kHour]);
        cron.months_ = mask(fields_[kMonth], kFields[kMonth]);
        cron.every_hour_ = fields_[kHour].star;
        const FieldValues& day = fields_[kDay];
        const FieldValues& day_of_week = fields_[kWeekday];
        CronDays both;
        both.any_day_of_month = day.star;
        both.days_of_month = static_cast<std::uint32_t>(day.bits);
        both.last_day_of_month = day.last_day;
        both.nearest_weekday = day.nearest_weekday;
        both.any_weekday = day_of_week.star;
        both.weekdays = static_cast<std::uint32_t>(day_of_week.bits);
        both.has_nth = day_of_week.has_nth;
        both.nth = day_of_week.nth;
        std::vector<CronDays> rules = {both};
        if (!day.star && !day_of_week.star) {
            rules = {both, both};
            rules[0].any_weekday = true;
            rules[1].any_day_of_month = true;
        }
        for (const CronDays& rule : rules) {
            if (ever_matches(rule, cron.months_)) {
                cron.days_.push_back(rule);
            } else if (both.has_nth || both.nearest_weekday != 0) {
                cron.days_.clear();
                break;
            }
        }
        if (cron.days_.empty()) return bad("it never fires, no such day exists in these months");
        return cron;
    }

    std::string_view expression_;
    std::vector<std::string> words_;
    Field field_ = kMinute;
    std::array<FieldValues, 6> fields_{};
};

Result<Cron> Cron::parse(std::string_view expression) { return CronParser(expression).parse(); }

}  // namespace towline::time
