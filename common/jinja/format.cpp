// Python's two ways of formatting text: `'%05.2f' % x` and `'{:>10}'.format(x)`.

#include <array>
#include <cmath>
#include <cstdio>

#include "base/strings.h"
#include "jinja/limits.h"
#include "jinja/native.h"
#include "jinja/text.h"

namespace towline::jinja {
namespace {

/// `[[fill]align][sign][#][0][width][grouping][.precision][type]`
struct Spec {
    std::string fill = " ";
    char align = '\0';
    char sign = '-';
    bool alternate = false;
    std::int64_t width = 0;
    char grouping = '\0';
    std::int64_t precision = -1;
    char type = '\0';
};

tl::unexpected<Error> bad_spec(const Value& value) {
    return fail(ErrorCode::invalid, "Invalid format specifier for object of type '" + value.type_name() + "'");
}

std::int64_t take_number(std::string_view& rest) {
    std::int64_t out = 0;
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
        out = std::min<std::int64_t>(out * 10 + (rest[0] - '0'), kWidthMax + 1);
        rest.remove_prefix(1);
    }
    return out;
}

bool is_align(char c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

Result<Spec> parse_spec(std::string_view rest, const Value& value) {
    Spec out;
    const std::size_t first = rest.empty() ? 0 : first_code_point(rest).bytes;
    if (rest.size() > first && is_align(rest[first])) {
        out.fill = rest.substr(0, first);
        out.align = rest[first];
        rest.remove_prefix(first + 1);
    } else if (!rest.empty() && is_align(rest[0])) {
        out.align = rest[0];
        rest.remove_prefix(1);
    }
    const auto take = [&](std::string_view any, char& target) {
        if (rest.empty() || any.find(rest[0]) == std::string_view::npos) return;
        target = rest[0];
        rest.remove_prefix(1);
    };
    take("+- ", out.sign);
    char mark = '\0', zero = '\0', dot = '\0';
    take("#", mark);
    out.alternate = mark != '\0';
    take("0", zero);
    if (zero != '\0' && out.align == '\0') {
        out.fill = "0";
        out.align = '=';
    }
    out.width = take_number(rest);
    take(",_", out.grouping);
    take(".", dot);
    if (dot != '\0') out.precision = take_number(rest);
    take("sdbcoxXeEfFgGn%", out.type);
    if (!rest.empty()) return bad_spec(value);
    if (out.width > kWidthMax || out.precision > kWidthMax)
        return fail(ErrorCode::too_large, "The width of the format is too large.");
    return out;
}

std::string in_base(std::uint64_t value, unsigned base, bool upper_case) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    do {
        out.insert(out.begin(), kDigits[value % base]);
        value /= base;
    } while (value != 0);
    return upper_case ? upper(out) : out;
}

std::string grouped(const std::string& digits, char separator) {
    std::size_t whole = 0;
    while (whole < digits.size() && digits[whole] >= '0' && digits[whole] <= '9') ++whole;
    std::string out;
    for (std::size_t i = 0; i < whole; ++i) {
        if (i > 0 && (whole - i) % 3 == 0) out += separator;
        out += digits[i];
    }
    return out + digits.substr(whole);
}

std::string float_digits(double value, char type, std::int64_t precision, bool alternate) {
    if (std::isinf(value)) return type == 'F' || type == 'E' || type == 'G' ? "INF" : "inf";
    if (std::isnan(value)) return type == 'F' || type == 'E' || type == 'G' ? "NAN" : "nan";
    if (type == '\0' && precision < 0) return float_repr(value);
    const int digits = static_cast<int>(std::min<std::int64_t>(precision < 0 ? 6 : precision, 500));
    const std::string format = std::string("%") + (alternate ? "#" : "") + ".*" + (type == '\0' ? 'g' : type);
    std::array<char, 1000> buffer{};
    std::snprintf(buffer.data(), buffer.size(), format.c_str(), digits, value);
    return buffer.data();
}

/// Sign, prefix and digits, padded to the width.
std::string padded(const std::string& sign, const std::string& digits, const Spec& spec, char otherwise) {
    const auto used = static_cast<std::int64_t>(character_count(sign) + character_count(digits));
    const std::int64_t missing = std::max<std::int64_t>(0, spec.width - used);
    const auto fill = [&](std::int64_t count) {
        std::string out;
        for (std::int64_t i = 0; i < count; ++i) out += spec.fill;
        return out;
    };
    const char align = spec.align == '\0' ? otherwise : spec.align;
    if (align == '<') return sign + digits + fill(missing);
    if (align == '=') return sign + fill(missing) + digits;
    if (align == '^') return fill(missing / 2) + sign + digits + fill(missing - missing / 2);
    return fill(missing) + sign + digits;
}

std::string sign_of(bool negative, char mode) {
    if (negative) return "-";
    return mode == '-' ? std::string() : std::string(1, mode);
}

Result<std::string> format_integer(std::int64_t number, const Spec& spec) {
    const bool negative = number < 0;
    const std::uint64_t magnitude =
        negative ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
    std::string sign = sign_of(negative, spec.sign);
    if (spec.type == 'c') {
        if (negative || magnitude > 0x10FFFF) return fail(ErrorCode::invalid, "%c arg not in range(0x110000)");
        std::string character;
        append_utf8(character, static_cast<std::uint32_t>(magnitude));
        return padded("", character, spec, '<');
    }
    const unsigned base = spec.type == 'x' || spec.type == 'X' ? 16 : spec.type == 'o' ? 8 : spec.type == 'b' ? 2 : 10;
    if (spec.alternate && base != 10) sign += std::string("0") + spec.type;
    std::string digits = in_base(magnitude, base, spec.type == 'X');
    if (spec.grouping != '\0') digits = grouped(digits, spec.grouping);
    return padded(sign, digits, spec, '>');
}

std::string format_float(double number, Spec spec) {
    const bool negative = std::signbit(number) && !std::isnan(number);
    const std::string sign = sign_of(negative, spec.sign);
    const bool percent = spec.type == '%';
    if (percent) spec.type = 'f';
    if (spec.type == 'n') spec.type = 'g';
    std::string digits =
        float_digits(std::fabs(percent ? number * 100 : number), spec.type, spec.precision, spec.alternate);
    if (spec.grouping != '\0') digits = grouped(digits, spec.grouping);
    if (percent) digits += '%';
    return padded(sign, digits, spec, '>');
}

Result<std::string> format_value(const Value& value, const std::string& text) {
    TRY(Spec spec, parse_spec(text, value));
    if (const std::string* string = value.as_text()) {
        if ((spec.type != '\0' && spec.type != 's') || spec.align == '=') return bad_spec(value);
        const std::string_view cut = spec.precision < 0
                                         ? std::string_view(*string)
                                         : character_slice(*string, 0, static_cast<std::size_t>(spec.precision));
        return padded("", std::string(cut), spec, '<');
    }
    constexpr std::string_view kFloat = "eEfFgG%";
    const bool as_float = spec.type != '\0' && kFloat.find(spec.type) != std::string_view::npos;
    if (value.as_boolean() && text.empty()) return to_text(value);
    if (const auto number = value.as_integer(); number && !as_float) {
        if (spec.precision >= 0 || spec.type == 's') return bad_spec(value);
        return format_integer(*number, spec);
    }
    if (const auto number = value.as_number()) {
        constexpr std::string_view kWhole = "sdbcoxX";
        if (spec.type != '\0' && kWhole.find(spec.type) != std::string_view::npos) return bad_spec(value);
        return format_float(*number, spec);
    }
    if (!text.empty())
        return fail(ErrorCode::invalid, "unsupported format string passed to " + value.type_name() + ".__format__");
    return to_text(value);
}

/// The fields of `'…'.format(…)`.
class BraceFormat {
 public:
    BraceFormat(Rendering& rendering, const Arguments& arguments) : rendering_(rendering), arguments_(arguments) {}

    Result<std::string> run(std::string_view text, int depth) {
        std::string out;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const bool twice = i + 1 < text.size() && text[i + 1] == text[i];
            if ((text[i] == '{' || text[i] == '}') && twice && depth == 0) {
                out += text[i++];
            } else if (text[i] == '}') {
                return fail(ErrorCode::invalid, "Single '}' encountered in format string");
            } else if (text[i] == '{') {
                const std::size_t close = closing(text, i);
                if (close == std::string_view::npos)
                    return fail(ErrorCode::invalid, "expected '}' before end of string");
                TRY(const std::string shown, field(text.substr(i + 1, close - i - 1), depth));
                out += shown;
                i = close;
            } else {
                out += text[i];
            }
            TRY_STATUS(check_size(out.size()));
        }
        return out;
    }

 private:
    static std::size_t closing(std::string_view text, std::size_t open) {
        int depth = 0;
        for (std::size_t i = open; i < text.size(); ++i) {
            if (text[i] == '{') ++depth;
            if (text[i] == '}' && --depth == 0) return i;
        }
        return std::string_view::npos;
    }
    Result<std::string> field(std::string_view text, int depth) {
        if (depth > 1) return fail(ErrorCode::invalid, "Max string recursion exceeded");
        const std::size_t colon = text.find(':');
        std::string_view name = text.substr(0, colon);
        char conversion = '\0';
        if (const std::size_t mark = name.find('!'); mark != std::string_view::npos) {
            if (mark + 2 != name.size()) return fail(ErrorCode::invalid, "bad conversion in format string");
            conversion = name[mark + 1];
            name = name.substr(0, mark);
        }
        TRY(Value value, look_up(name));
        if (conversion != '\0') {
            TRY(std::string shown, conversion == 's' ? to_text(value) : to_repr(value));
            value = Value::text(std::move(shown));
        }
        std::string spec;
        if (colon != std::string_view::npos) {
            TRY(spec, run(text.substr(colon + 1), depth + 1));
        }
        if (const Undefined* undefined = value.as_undefined(); undefined && !spec.empty())
            return fail(ErrorCode::invalid, undefined->message);
        return format_value(value, spec);
    }
    Result<Value> look_up(std::string_view name) {
        const std::size_t end = std::min(name.find_first_of(".["), name.size());
        const std::string_view head = name.substr(0, end);
        Value value;
        if (const auto number = parse_int(head); head.empty() || number) {
            const std::size_t index = number ? static_cast<std::size_t>(*number) : next_++;
            if (index >= arguments_.positional.size())
                return fail(ErrorCode::invalid,
                            "Replacement index " + std::to_string(index) + " out of range for positional args tuple");
            value = arguments_.positional[index];
        } else {
            bool found = false;
            for (const auto& [key, given] : arguments_.named)
                if (key == head) {
                    value = given;
                    found = true;
                }
            if (!found) return fail(ErrorCode::invalid, python_repr(head));
        }
        return steps(std::move(value), name.substr(end));
    }
    Result<Value> steps(Value value, std::string_view rest) {
        while (!rest.empty()) {
            const bool dot = rest[0] == '.';
            const std::size_t end = dot ? std::min(rest.find_first_of(".[", 1), rest.size()) : rest.find(']');
            if (end == std::string_view::npos) return fail(ErrorCode::invalid, "Missing ']' in format string");
            const std::string_view word = rest.substr(1, end - 1);
            const auto index = parse_int(word);
            if (dot) {
                TRY(value, rendering_.attribute(value, word));
            } else {
                TRY(value, rendering_.item(value, index ? Value::integer(*index) : Value::text(std::string(word))));
            }
            rest.remove_prefix(dot ? end : end + 1);
        }
        return value;
    }

    Rendering& rendering_;
    const Arguments& arguments_;
    std::size_t next_ = 0;
};

/// The conversions of `'…' % values`.
class PercentFormat {
 public:
    explicit PercentFormat(const Value& values) : values_(values) {
        if (values.is_sequence(SequenceKind::tuple))
            items_ = values.as_sequence()->items;
        else
            items_ = {values};
    }
    Result<std::string> run(std::string_view rest) {
        std::string out;
        while (!rest.empty()) {
            const std::size_t sign = std::min(rest.find('%'), rest.size());
            out += rest.substr(0, sign);
            rest.remove_prefix(sign);
            if (rest.empty()) break;
            rest.remove_prefix(1);
            if (rest.starts_with('%')) {
                out += '%';
                rest.remove_prefix(1);
                continue;
            }
            TRY(const std::string shown, conversion(rest));
            out += shown;
            TRY_STATUS(check_size(out.size()));
        }
        const bool all_used = next_ >= items_.size() || values_.as_dict() || values_.is_undefined() ||
                              (next_ == 0 && values_.is_sequence(SequenceKind::list));
        if (!all_used) return fail(ErrorCode::invalid, "not all arguments converted during string formatting");
        return out;
    }

 private:
    Result<Value> next() {
        if (next_ >= items_.size()) return fail(ErrorCode::invalid, "not enough arguments for format string");
        return items_[next_++];
    }
    Result<std::string> conversion(std::string_view& rest) {
        std::optional<Value> chosen;
        if (rest.starts_with('(')) {
            const std::size_t close = rest.find(')');
            const Dict* dict = values_.as_dict();
            if (close == std::string_view::npos) return fail(ErrorCode::invalid, "incomplete format key");
            if (!dict) return fail(ErrorCode::invalid, "format requires a mapping");
            const std::string_view key = rest.substr(1, close - 1);
            const Value* found = dict->find(key);
            if (!found) return fail(ErrorCode::invalid, python_repr(key));
            chosen = *found;
            rest.remove_prefix(close + 1);
        }
        Spec spec;
        TRY_STATUS(flags(rest, spec));
        while (!rest.empty() && (rest[0] == 'l' || rest[0] == 'h' || rest[0] == 'L')) rest.remove_prefix(1);
        if (rest.empty()) return fail(ErrorCode::invalid, "incomplete format");
        spec.type = rest[0];
        rest.remove_prefix(1);
        if (!chosen) {
            TRY(chosen, next());
        }
        return converted(*chosen, spec);
    }
    Status flags(std::string_view& rest, Spec& spec) {
        bool left = false;
        for (; !rest.empty() && std::string_view("-+ #0").find(rest[0]) != std::string_view::npos;
             rest.remove_prefix(1)) {
            if (rest[0] == '-') left = true;
            if (rest[0] == '#') spec.alternate = true;
            if (rest[0] == '+' || (rest[0] == ' ' && spec.sign != '+')) spec.sign = rest[0];
            if (rest[0] == '0') spec.fill = "0";
        }
        if (rest.starts_with('*')) {
            TRY(const Value width, next());
            if (!width.as_integer()) return fail(ErrorCode::invalid, "* wants int");
            spec.width = *width.as_integer();
            left = left || spec.width < 0;
            if (spec.width == INT64_MIN) spec.width = 0;
            spec.width = std::abs(spec.width);
            rest.remove_prefix(1);
        } else {
            spec.width = take_number(rest);
        }
        if (rest.starts_with('.')) {
            rest.remove_prefix(1);
            spec.precision = take_number(rest);
        }
        if (spec.width > kWidthMax || spec.precision > kWidthMax)
            return fail(ErrorCode::too_large, "The width of the format is too large.");
        if (left) spec.fill = " ";
        spec.align = left ? '<' : spec.fill == "0" ? '=' : '>';
        return {};
    }
    static Result<std::string> converted(const Value& value, Spec spec) {
        const char type = spec.type;
        if (type == 's' || type == 'r' || type == 'a') {
            TRY(std::string shown, type == 's' ? to_text(value) : to_repr(value));
            if (spec.precision >= 0) shown = character_slice(shown, 0, static_cast<std::size_t>(spec.precision));
            if (spec.align == '=') spec = Spec{" ", '>', '-', false, spec.width, '\0', -1, 's'};
            return padded("", shown, spec, '>');
        }
        if (const Undefined* undefined = value.as_undefined()) return fail(ErrorCode::invalid, undefined->message);
        if (type == 'c' && value.as_text()) return padded("", *value.as_text(), spec, '>');
        if (std::string_view("diuoxXc").find(type) != std::string_view::npos) {
            const double* floating = value.as_floating();
            const bool decimal = type == 'd' || type == 'i' || type == 'u';
            if (floating && decimal && std::fabs(*floating) < 9e18)
                return whole(static_cast<std::int64_t>(*floating), spec);
            if (!value.as_integer())
                return fail(ErrorCode::invalid,
                            std::string("%") + type + " format: a real number is required, not " + value.type_name());
            return whole(*value.as_integer(), spec);
        }
        if (std::string_view("eEfFgG").find(type) != std::string_view::npos) {
            if (!value.as_number()) return fail(ErrorCode::invalid, "must be real number, not " + value.type_name());
            return format_float(*value.as_number(), spec);
        }
        return fail(ErrorCode::invalid, std::string("unsupported format character '") + type + "'");
    }
    static Result<std::string> whole(std::int64_t number, Spec spec) {
        if (spec.type == 'i' || spec.type == 'u') spec.type = 'd';
        return format_integer(number, spec);
    }

    const Value& values_;
    std::vector<Value> items_;
    std::size_t next_ = 0;
};

}  // namespace

Result<std::string> percent_format(const std::string& format, const Value& arguments) {
    return PercentFormat(arguments).run(format);
}

Result<std::string> brace_format(Rendering& rendering, const std::string& format, const Arguments& arguments) {
    return BraceFormat(rendering, arguments).run(format, 0);
}

}  // namespace towline::jinja
