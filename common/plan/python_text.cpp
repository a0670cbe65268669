#include "plan/python_text.h"

#include <algorithm>

#include "base/strings.h"
#include "json/json.h"

namespace towline::plan {
namespace {
using model::Value;

void append_escaped(std::string& out, unsigned char c, char quote) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    switch (c) {
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    if (c == static_cast<unsigned char>(quote)) {
        out += '\\';
        out += quote;
    } else if (c < 0x20 || c == 0x7f) {
        out += "\\x";
        out += kHex[c >> 4U];
        out += kHex[c & 15U];
    } else {
        out += static_cast<char>(c);
    }
}

std::string float_repr(const std::string& text) {
    const auto number = parse_double(text);
    return number ? json::number(*number) : text;
}

template <class Items, class Print>
std::string bracketed(char open, const Items& items, char close, Print print) {
    std::string out(1, open);
    for (const auto& item : items) {
        if (out.size() > 1) out += ", ";
        out += print(item);
    }
    return out + close;
}

std::string member_repr(const std::pair<std::string, Value>& member) {
    return python_repr(std::string_view(member.first)) + ": " + python_repr(member.second);
}
}  // namespace

std::string python_repr(std::string_view text) {
    const bool single = text.find('\'') != std::string_view::npos;
    const bool twofold = text.find('"') != std::string_view::npos;
    const char quote = single && !twofold ? '"' : '\'';
    std::string out(1, quote);
    for (const char c : text) append_escaped(out, static_cast<unsigned char>(c), quote);
    return out + quote;
}

std::string python_repr(const Value& value) {
    switch (value.type) {
        case Value::Type::null:
            return "None";
        case Value::Type::boolean:
            return python_bool(value.boolean);
        case Value::Type::integer:
            return value.text;
        case Value::Type::real:
            return float_repr(value.text);
        case Value::Type::string:
            return python_repr(std::string_view(value.text));
        case Value::Type::sql:
            return "SqlValue(sql=" + python_repr(std::string_view(value.text)) + ")";
        case Value::Type::list:
            return bracketed('[', value.items, ']', [](const Value& item) { return python_repr(item); });
        case Value::Type::map:
            return bracketed('{', value.members, '}', member_repr);
    }
    return "None";
}

std::string python_repr(const model::Variables& variables) {
    model::Variables sorted = variables;
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return bracketed('{', sorted, '}', member_repr);
}

}  // namespace towline::plan
