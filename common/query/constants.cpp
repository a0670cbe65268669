#include "query/constants.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/strings.h"
#include "time/civil.h"

namespace towline::query {
namespace {

__extension__ using UnsignedWide = unsigned __int128;

constexpr std::int64_t kDayMs = 86'400'000;

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kDayUs = 86'400 * kSecondUs;

bool digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Takes a number of two digits off the text.
std::optional<int> take_two(std::string_view& text) {
    if (text.size() < 2 || !digits(text.substr(0, 2))) return std::nullopt;
    const int value = (text[0] - '0') * 10 + (text[1] - '0');
    text.remove_prefix(2);
    return value;
}

/// Z, +02, +0200 and +02:00, as Python writes them.
std::optional<std::string> read_zone(std::string_view text) {
    if (text == "Z" || text.empty()) return text.empty() ? "" : "+00:00";
    const char sign = text.front();
    if (sign != '+' && sign != '-') return std::nullopt;
    text.remove_prefix(1);
    const auto hours = take_two(text);
    if (text.starts_with(':')) text.remove_prefix(1);
    const auto minutes = text.empty() ? std::optional(0) : take_two(text);
    if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
    const auto two = [](int value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    return (*hours + *minutes == 0 ? '+' : sign) + two(*hours) + ":" + two(*minutes);
}

/// HH, HH:MM, HH:MM:SS and HH:MM:SS.ffffff with a zone or without.
bool read_time(std::string_view text, Moment& out) {
    const std::size_t behind = text.find_first_of("Z+-");
    const auto zone = read_zone(behind == std::string_view::npos ? "" : text.substr(behind));
    text = text.substr(0, behind);
    if (!zone) return false;
    std::int64_t unit_us = 3600 * kSecondUs;
    for (int most = 23; unit_us >= kSecondUs; unit_us /= 60, most = 59) {
        const auto value = take_two(text);
        if (!value || *value > most) return false;
        out.time_us += *value * unit_us;
        if (text.empty() || text.front() != ':' || unit_us == kSecondUs) break;
        text.remove_prefix(1);
    }
    if (text.starts_with('.') && unit_us == kSecondUs) {
        std::string fraction(text.substr(1));
        if (!digits(fraction)) return false;
        fraction.resize(6, '0');
        out.time_us += *parse_int(fraction);
        text = {};
    }
    out.zone = *zone;
    return text.empty();
}

/// YYYY-MM-DD, and what follows a blank or a T.
std::optional<Moment> read(std::string_view text) {
    if (text.size() < 10) return std::nullopt;
    const auto date = time::parse_date(text.substr(0, 10));
    if (!date) return std::nullopt;
    Moment out;
    out.midnight_ms = *date;
    if (text.size() == 10) return out;
    if (text[10] != ' ' && text[10] != 'T') return std::nullopt;
    return read_time(text.substr(11), out) ? std::optional(out) : std::nullopt;
}

/// As Python writes it: with an exponent where that is shorter.
std::optional<Expr> number_of(bool negative, std::string digits, int scale) {
    const int exponent = static_cast<int>(digits.size()) - 1 - scale;
    if (scale < 0 || exponent < -6) {
        if (digits.size() > 1) digits.insert(1, ".");
        digits += std::string("E") + (exponent < 0 ? "-" : "+") + std::to_string(exponent < 0 ? -exponent : exponent);
    } else if (scale > 0) {
        const std::size_t behind = static_cast<std::size_t>(scale);
        if (digits.size() <= behind) digits.insert(0, behind + 1 - digits.size(), '0');
        digits = digits.substr(0, digits.size() - behind) + '.' + digits.substr(digits.size() - behind);
    }
    Expr number = make(ExprKind::number, std::move(digits));
    return negative ? make(ExprKind::unary, "-", {std::move(number)}) : number;
}

/// Rounds digits to as many as Python's decimals have, to the even one of two that are as near. Says how many went.
int round_digits(std::string& digits) {
    constexpr std::size_t kPrecision = 28;
    if (digits.size() <= kPrecision) return 0;
    const std::string rest = digits.substr(kPrecision);
    const std::string half = "5" + std::string(rest.size() - 1, '0');
    digits.resize(kPrecision);
    const bool up = rest > half || (rest == half && (digits.back() - '0') % 2 == 1);
    std::size_t at = digits.size();
    while (up && at > 0 && digits[at - 1] == '9') digits[--at] = '0';
    if (up && at > 0) ++digits[at - 1];
    if (up && at == 0) digits.insert(0, "1");
    return static_cast<int>(rest.size());
}

std::string text_of(UnsignedWide value) {
    std::string out;
    do out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    while ((value /= 10) != 0);
    return out;
}

/// Python's integers have no end, its decimals 28 digits.
std::optional<Expr> number_of(Decimal value, bool decimal) {
    const bool negative = value.digits < 0;
    std::string digits = text_of(static_cast<UnsignedWide>(negative ? -value.digits : value.digits));
    if (decimal) value.scale -= round_digits(digits);
    return number_of(negative, std::move(digits), value.scale);
}

}  // namespace

std::string written(const Moment& moment, bool date) {
    const std::string out = time::format_date(moment.midnight_ms);
    if (date) return out;
    const auto padded = [](std::int64_t value, std::size_t size) {
        const std::string text = std::to_string(value);
        return std::string(size - text.size(), '0') + text;
    };
    const std::int64_t seconds = moment.time_us / kSecondUs;
    const std::int64_t rest = moment.time_us % kSecondUs;
    return out + " " + padded(seconds / 3600, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2) +
           (rest == 0 ? "" : "." + padded(rest, 6)) + moment.zone;
}

std::optional<Dated> dated(const Expr& node) {
    if (!node.is(ExprKind::cast) || node.children.size() != 2) return std::nullopt;
    const std::string& type = node.children[1].text;
    const bool date = type == "DATE";
    static constexpr std::array<std::string_view, 8> kTypes = {
        "DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMPNTZ", "TIMESTAMPLTZ", "DATETIME", "DATETIME2", "SMALLDATETIME"};
    if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) return std::nullopt;
    const Expr& value = node.children[0];
    std::optional<Moment> moment;
    if (value.is(ExprKind::string)) {
        moment = read(value.text);
    } else if (const auto inner = dated(value)) {
        moment = inner->moment;
    }
    if (!moment) return std::nullopt;
    if (date) moment = Moment{moment->midnight_ms, 0, {}};
    return Dated{*moment, date};
}

std::optional<int> compare(const Dated& left, const Dated& right) {
    if (left.date != right.date || left.moment.zone.empty() != right.moment.zone.empty()) return std::nullopt;
    const auto instant = [](const Moment& moment) {
        std::int64_t offset_us = 0;
        if (!moment.zone.empty()) {  // +HH:MM
            const std::int64_t minutes =
                parse_int(moment.zone.substr(1, 2)).value_or(0) * 60 + parse_int(moment.zone.substr(4)).value_or(0);
            offset_us = (moment.zone.front() == '-' ? -minutes : minutes) * 60 * kSecondUs;
        }
        return moment.midnight_ms / kDayMs * kDayUs + moment.time_us - offset_us;
    };
    const std::int64_t a = instant(left.moment);
    const std::int64_t b = instant(right.moment);
    return a < b ? -1 : a > b ? 1 : 0;
}

namespace {

/// Units of days, in days, and of months, in months below zero.
constexpr std::array<std::pair<std::string_view, int>, 5> kUnits = {
    {{"DAY", 1}, {"WEEK", 7}, {"MONTH", -1}, {"QUARTER", -3}, {"YEAR", -12}}};
/// Units of the time of day, in seconds.
constexpr std::array<std::pair<std::string_view, int>, 3> kTimes = {{{"HOUR", 3600}, {"MINUTE", 60}, {"SECOND", 1}}};

}  // namespace

bool is_interval(const Expr& node) {
    if (!node.is(ExprKind::interval) || !parse_int(node.children.front().text)) return false;
    const auto is_unit = [&](const auto& unit) { return unit.first == node.text; };
    return std::any_of(kUnits.begin(), kUnits.end(), is_unit) || std::any_of(kTimes.begin(), kTimes.end(), is_unit);
}

std::optional<Moment> moved(Moment moment, const Expr& interval, int sign, bool& timed) {
    const Expr& value = interval.children.front();
    const auto count = parse_int(value.text);
    if ((!value.is(ExprKind::string) && !value.is(ExprKind::number)) || !count || *count > 1'000'000'000 ||
        *count < -1'000'000'000)
        return std::nullopt;
    if (*count == 0) return std::nullopt;  // no interval to Python is none at all
    for (const auto& [unit, seconds] : kTimes) {
        if (unit != interval.text) continue;
        timed = true;
        const std::int64_t time = moment.time_us + sign * *count * seconds * kSecondUs;
        const std::int64_t days = time / kDayUs - (time % kDayUs < 0 ? 1 : 0);
        moment.midnight_ms += days * kDayMs;
        moment.time_us = time - days * kDayUs;
        return time::is_representable(moment.midnight_ms) ? std::optional(moment) : std::nullopt;
    }
    for (const auto& [unit, size] : kUnits) {
        if (unit != interval.text) continue;
        moment.midnight_ms = size > 0 ? moment.midnight_ms + sign * *count * size * kDayMs
                                      : time::add_months(moment.midnight_ms, sign * *count * -size);
        return time::is_representable(moment.midnight_ms) ? std::optional(moment) : std::nullopt;
    }
    return std::nullopt;
}

/// The first day of the unit. sqlglot leaves the time of day as it is, and so the rows that SQLMesh gets.
std::optional<std::int64_t> floored(std::int64_t midnight_ms, std::string_view unit) {
    const std::string date = time::format_date(midnight_ms);  // YYYY-MM-DD
    if (date.size() != 10) return std::nullopt;
    if (unit == "DAY") return midnight_ms;
    const auto day = [](const std::string& text) -> std::optional<std::int64_t> {
        const auto parsed = time::parse_date(text);
        return parsed ? std::optional(*parsed) : std::nullopt;
    };
    if (unit == "YEAR") return day(date.substr(0, 4) + "-01-01");
    if (unit == "MONTH") return day(date.substr(0, 7) + "-01");
    if (unit == "QUARTER") {
        const int month = (date[5] - '0') * 10 + (date[6] - '0');
        static constexpr std::array<std::string_view, 4> kFirst = {"-01-01", "-04-01", "-07-01", "-10-01"};
        return day(date.substr(0, 4) + std::string(kFirst[static_cast<std::size_t>((month - 1) / 3)]));
    }
    if (unit != "WEEK") return std::nullopt;
    const std::int64_t days = midnight_ms / kDayMs - (midnight_ms % kDayMs < 0 ? 1 : 0);
    const std::int64_t weekday = ((days + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday, Monday is 0
    return midnight_ms - weekday * kDayMs;
}

std::optional<Decimal> decimal_of(const Expr& node) {
    if (node.is(ExprKind::unary) && node.text == "-" && node.children[0].is(ExprKind::number)) {
        auto positive = decimal_of(node.children[0]);
        if (positive) positive->digits = -positive->digits;
        return positive;
    }
    constexpr std::size_t kTextMax = 38;
    constexpr int kExponentMax = 30;
    if (!node.is(ExprKind::number) || node.text.size() > kTextMax) return std::nullopt;
    Decimal out;
    const std::string text = lower(node.text);
    const std::size_t exponent = text.find('e');
    bool behind = exponent != std::string::npos;  // no integer, even if it is whole
    bool point = false;
    for (const char c : text.substr(0, exponent)) {
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9') return std::nullopt;
        out.digits = out.digits * 10 + (c - '0');
        out.scale += point ? 1 : 0;
    }
    out.decimal = point || behind;
    if (behind) {
        const std::string rest = text.substr(exponent + 1);
        const auto power = parse_int(rest.starts_with('+') ? rest.substr(1) : rest);
        if (!power || *power > kExponentMax || *power < -kExponentMax) return std::nullopt;
        out.scale -= static_cast<int>(*power);
    }
    return out;
}

bool align(Decimal& a, Decimal& b) {
    for (; a.scale < b.scale; ++a.scale)
        if (__builtin_mul_overflow(a.digits, 10, &a.digits)) return false;
    for (; b.scale < a.scale; ++b.scale)
        if (__builtin_mul_overflow(b.digits, 10, &b.digits)) return false;
    return true;
}

std::optional<Expr> calculated(const std::string& op, Decimal a, Decimal b) {
    Decimal out;
    const bool decimal = a.decimal || b.decimal;
    if (op == "*") {
        out.scale = a.scale + b.scale;
        const bool minus = decimal && (a.digits < 0) != (b.digits < 0);
        if (minus && (a.digits == 0 || b.digits == 0)) return number_of(true, "0", out.scale);
        return __builtin_mul_overflow(a.digits, b.digits, &out.digits) ? std::nullopt : number_of(out, decimal);
    }
    if (!align(a, b)) return std::nullopt;
    out.scale = a.scale;
    const bool over = op == "+" ? __builtin_add_overflow(a.digits, b.digits, &out.digits)
                                : __builtin_sub_overflow(a.digits, b.digits, &out.digits);
    return over ? std::nullopt : number_of(out, decimal);
}

std::optional<Expr> divided(Decimal a, Decimal b) {
    if ((!a.decimal && !b.decimal) || b.digits == 0) return std::nullopt;
    if (a.digits == 0) {
        return number_of(b.digits < 0, "0", a.scale - b.scale);
    }
    constexpr std::int64_t kDivisorMax = 100'000'000'000'000'000;
    const bool negative = (a.digits < 0) != (b.digits < 0);
    const Wide most = std::numeric_limits<std::int64_t>::max();
    if (a.digits > most || a.digits < -most || b.digits > kDivisorMax || b.digits < -kDivisorMax) return std::nullopt;
    std::string dividend = text_of(static_cast<UnsignedWide>(a.digits < 0 ? -a.digits : a.digits));
    const std::int64_t divisor = static_cast<std::int64_t>(b.digits < 0 ? -b.digits : b.digits);
    constexpr int kShiftMin = 29;
    const int shift = static_cast<int>(std::to_string(divisor).size()) - static_cast<int>(dividend.size()) + kShiftMin;
    if (shift < 0) return std::nullopt;
    dividend.append(static_cast<std::size_t>(shift), '0');
    std::string quotient;
    std::int64_t rest = 0;
    for (const char c : dividend) {
        rest = rest * 10 + (c - '0');
        if (!quotient.empty() || rest >= divisor) quotient += static_cast<char>('0' + rest / divisor);
        rest %= divisor;
    }
    int scale = a.scale - b.scale + shift;
    if (rest != 0) {
        if (quotient.back() == '0' || quotient.back() == '5') ++quotient.back();  // it is no half
    } else {
        for (; scale > a.scale - b.scale && quotient.size() > 1 && quotient.back() == '0'; --scale) quotient.pop_back();
    }
    scale -= round_digits(quotient);
    return number_of(negative, std::move(quotient), scale);
}

}  // namespace towline::query
