#include "project/pandas_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace towline::project {
namespace {

constexpr int kDigitsMax = 17;
constexpr int kPowerMax = 308;
constexpr double kDecimals = 1e10;

/// The double nearest to 10 ** i.
double power_of_ten(int i) {
    static const std::array<double, kPowerMax + 1> powers = [] {
        std::array<double, kPowerMax + 1> out{};
        for (int power = 0; power <= kPowerMax; ++power) {
            char text[8];
            const int size = std::snprintf(text, sizeof text, "1e%d", power);
            std::from_chars(text, text + size, out[static_cast<std::size_t>(power)]);
        }
        return out;
    }();
    return powers[static_cast<std::size_t>(i)];
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

double scaled(double number, int exponent) {
    if (exponent > kPowerMax) return number * HUGE_VAL;
    if (exponent > 0) return number * power_of_ten(exponent);
    if (exponent >= -kPowerMax) return number / power_of_ten(-exponent);
    if (exponent < -2 * kPowerMax) return number * 0.0;
    return number / power_of_ten(-kPowerMax - exponent) / power_of_ten(kPowerMax);
}

}  // namespace

double pandas_real(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    double number = 0;
    int exponent = 0, digits = 0;
    std::size_t i = 0;
    for (; i < text.size() && is_digit(text[i]); ++i) {
        if (digits == kDigitsMax) {
            ++exponent;
            continue;
        }
        number = number * 10.0 + (text[i] - '0');
        ++digits;
    }
    if (i < text.size() && text[i] == '.')
        for (++i; i < text.size() && is_digit(text[i]); ++i) {
            if (digits == kDigitsMax) continue;
            number = number * 10.0 + (text[i] - '0');
            ++digits;
            --exponent;
        }
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        std::string_view rest = text.substr(i + 1);
        if (rest.starts_with('+')) rest.remove_prefix(1);
        int written = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), written);
        if (error == std::errc::result_out_of_range) written = rest.starts_with('-') ? -100'000 : 100'000;
        exponent += std::clamp(written, -100'000, 100'000);
    }
    return scaled(negative ? -number : number, exponent);
}

std::string pandas_json(double value) {
    if (!std::isfinite(value)) return "null";
    const double size = std::fabs(value);
    char text[64];
    if (size > 1e16 - 1 || (size != 0 && size < 1e-15)) {
        std::snprintf(text, sizeof text, "%.10g", value);
        return text;
    }
    auto whole = static_cast<std::uint64_t>(size);
    const double tail = (size - static_cast<double>(whole)) * kDecimals;
    auto fraction = static_cast<std::uint64_t>(tail);
    const double rest = tail - static_cast<double>(fraction);
    // A half goes up to an even digit, and also from nothing.
    if (rest > 0.5 || (rest == 0.5 && (fraction == 0 || fraction % 2 == 1))) ++fraction;
    if (static_cast<double>(fraction) >= kDecimals) {
        fraction = 0;
        ++whole;
    }
    std::snprintf(text, sizeof text, "%s%llu.%010llu", value < 0 ? "-" : "", static_cast<unsigned long long>(whole),
                  static_cast<unsigned long long>(fraction));
    std::string out(text);
    while (out.ends_with('0') && !out.ends_with(".0")) out.pop_back();
    return out;
}

}  // namespace towline::project
