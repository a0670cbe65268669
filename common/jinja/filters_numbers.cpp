// Filters on numbers, and conversions to them.

#include <cmath>

#include "base/strings.h"
#include "jinja/filters.h"
#include "jinja/text.h"

namespace towline::jinja {
namespace {

using Out = Result<Value>;

/// Python's int(text, base): sign, prefix and single underscores.
std::optional<std::int64_t> parse_based(std::string_view text, std::int64_t base) {
    text = stripped(text, Side::both);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const std::string prefix = lower(text.substr(0, 2));
    const std::int64_t named = prefix == "0x" ? 16 : prefix == "0o" ? 8 : prefix == "0b" ? 2 : 0;
    if (named != 0 && (base == named || base == 0)) {
        text.remove_prefix(2);
        base = named;
        if (text.starts_with('_')) text.remove_prefix(1);
    }
    if (base == 0) base = 10;
    std::int64_t out = 0;
    bool digit_before = false;
    for (const char c : lower(text)) {
        if (c == '_' && digit_before) {
            digit_before = false;
            continue;
        }
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
        if (digit >= base || __builtin_mul_overflow(out, base, &out) || __builtin_sub_overflow(out, digit, &out))
            return std::nullopt;
        digit_before = true;
    }
    if (!digit_before || (!negative && out == INT64_MIN)) return std::nullopt;
    return negative ? out : -out;
}

/// Python's float(text).
std::optional<double> parse_float(std::string_view text) {
    const std::string word = lower(stripped(text, Side::both));
    const std::string_view bare = std::string_view(word).substr(word.starts_with('-') || word.starts_with('+') ? 1 : 0);
    if (bare == "inf" || bare == "infinity") return word.starts_with('-') ? -HUGE_VAL : HUGE_VAL;
    if (bare == "nan") return std::nan("");
    if (bare.find_first_not_of("0123456789.e+-_") != std::string_view::npos) return std::nullopt;
    return parse_double(replace_all(word.starts_with('+') ? word.substr(1) : word, "_", ""));
}

Out to_int(Rendering&, const Value& self, const Slots& slots) {
    if (const Undefined* undefined = self.as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    const Value otherwise = slots.given(0) ? slots[0] : Value::integer(0);
    TRY(const std::int64_t base, slots.integer(1, 10));
    std::optional<double> number;
    if (const auto whole = self.as_integer()) return Value::integer(*whole);
    if (const std::string* text = self.as_text()) {
        if (const auto whole = parse_based(*text, base)) return Value::integer(*whole);
        number = parse_float(*text);
    } else if (const double* floating = self.as_floating()) {
        number = *floating;
    }
    if (!number || !std::isfinite(*number)) return otherwise;
    if (std::fabs(*number) >= 9.2e18) return fail(ErrorCode::unsupported, "Integers beyond 64 bits are not supported.");
    return Value::integer(static_cast<std::int64_t>(*number));
}

Out to_float(Rendering&, const Value& self, const Slots& slots) {
    if (const Undefined* undefined = self.as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    std::optional<double> number = self.as_number();
    if (const std::string* text = self.as_text()) number = parse_float(*text);
    if (number) return Value::floating(*number);
    return slots.given(0) ? slots[0] : Value::floating(0);
}

Result<double> number_of(const Value& self) {
    if (const Undefined* undefined = self.as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    const auto number = self.as_number();
    if (!number) return fail(ErrorCode::invalid, "type " + self.type_name() + " doesn't define __round__ method");
    return *number;
}

Out round(Rendering&, const Value& self, const Slots& slots) {
    TRY(const std::int64_t precision, slots.integer(0, 0));
    TRY(const std::string method, slots.text(1, "common"));
    TRY(const double number, number_of(self));
    if (method == "common") {
        if (!self.as_integer()) return Value::floating(rounded(number, precision));
        if (precision >= 0) return Value::integer(*self.as_integer());
        return Value::integer(static_cast<std::int64_t>(rounded(number, precision)));
    }
    if (method != "ceil" && method != "floor") return fail(ErrorCode::invalid, "method must be common, ceil or floor");
    const double unit = std::pow(10.0, static_cast<double>(precision));
    return Value::floating((method == "ceil" ? std::ceil(number * unit) : std::floor(number * unit)) / unit);
}

Out absolute(Rendering&, const Value& self, const Slots&) {
    if (const Undefined* undefined = self.as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    if (const double* number = self.as_floating()) return Value::floating(std::fabs(*number));
    const auto number = self.as_integer();
    if (!number || *number == INT64_MIN)
        return fail(ErrorCode::invalid, "bad operand type for abs(): '" + self.type_name() + "'");
    return Value::integer(std::abs(*number));
}

constexpr Native kRows[] = {
    {"abs", absolute},
    {"float", to_float, {"default"}},
    {"int", to_int, {"default", "base"}},
    {"round", round, {"precision", "method"}},
};

}  // namespace

std::span<const Native> number_filters() { return kRows; }

}  // namespace towline::jinja
