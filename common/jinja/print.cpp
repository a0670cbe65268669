// How values are printed: Python's str(), repr() and json.dumps().

#include <algorithm>
#include <cmath>

#include "jinja/limits.h"
#include "jinja/text.h"
#include "jinja/value.h"
#include "json/writer.h"

namespace towline::jinja {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void append_hex(std::string& out, std::uint32_t value, int digits) {
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kHex[value >> shift & 15U];
}

/// Writes values into one text and stops at the size limit. `open_` holds what is being written: Python prints
/// `[...]` where a list holds itself.
class Printer {
 public:
    Result<std::string> repr(const Value& value) {
        TRY_STATUS(append(value));
        return std::move(out_);
    }

 private:
    Status append(const Value& value) {
        if (out_.size() > kTextBytesMax || open_.size() > static_cast<std::size_t>(kNestingDepthMax))
            return fail(ErrorCode::too_large, "The value is too large to print.");
        if (value.is_undefined()) {
            out_ += "Undefined";
        } else if (value.is_none()) {
            out_ += "None";
        } else if (const bool* flag = value.as_boolean()) {
            out_ += *flag ? "True" : "False";
        } else if (const auto number = value.as_integer()) {
            out_ += std::to_string(*number);
        } else if (const double* floating = value.as_floating()) {
            out_ += float_repr(*floating);
        } else if (const std::string* text = value.as_text()) {
            out_ += python_repr(*text);
        } else if (const Sequence* sequence = value.as_sequence()) {
            return append_sequence(*sequence);
        } else if (const Dict* dict = value.as_dict()) {
            return append_dict(*dict);
        } else {
            const auto shown = value.as_object()->repr();
            if (!shown) return fail(ErrorCode::unsupported, "Printing a " + value.type_name() + " is not supported.");
            out_ += *shown;
        }
        return {};
    }
    bool enter(const void* place, std::string_view shown) {
        if (std::find(open_.begin(), open_.end(), place) != open_.end()) {
            out_ += shown;
            return false;
        }
        open_.push_back(place);
        return true;
    }
    Status append_sequence(const Sequence& sequence) {
        if (sequence.kind == SequenceKind::generator)
            return fail(ErrorCode::unsupported, "Printing a generator is not supported.",
                        "Add `| list` or `| join(', ')`.");
        if (sequence.kind == SequenceKind::range) {
            out_ += sequence.shown;
            return {};
        }
        const bool tuple = sequence.kind == SequenceKind::tuple;
        if (!enter(&sequence, tuple ? "(...)" : "[...]")) return {};
        const bool view = sequence.kind > SequenceKind::range;
        if (view) out_ += Value(const_cast<Sequence&>(sequence)).type_name() + "(";
        out_ += tuple ? '(' : '[';
        bool first = true;
        for (const Value& item : sequence.items) {
            if (!first) out_ += ", ";
            first = false;
            TRY_STATUS(append(item));
        }
        if (tuple && sequence.items.size() == 1) out_ += ',';
        out_ += tuple ? ')' : ']';
        if (view) out_ += ')';
        open_.pop_back();
        return {};
    }
    Status append_dict(const Dict& dict) {
        if (!enter(&dict, "{...}")) return {};
        out_ += '{';
        bool first = true;
        for (const auto& [key, value] : dict.entries) {
            if (!first) out_ += ", ";
            first = false;
            TRY_STATUS(append(key));
            out_ += ": ";
            TRY_STATUS(append(value));
        }
        out_ += '}';
        open_.pop_back();
        return {};
    }

    std::string out_;
    std::vector<const void*> open_;
};

class JsonPrinter {
 public:
    explicit JsonPrinter(int indent) : indent_(indent) {}
    Result<std::string> print(const Value& value) {
        TRY_STATUS(append(value, 1));
        return std::move(out_);
    }

 private:
    Status append(const Value& value, int depth) {
        if (out_.size() > kTextBytesMax || depth > kNestingDepthMax)
            return fail(ErrorCode::too_large, "The value is too large for JSON.");
        if (value.is_none()) {
            out_ += "null";
        } else if (const bool* flag = value.as_boolean()) {
            out_ += *flag ? "true" : "false";
        } else if (const double* number = value.as_floating()) {
            out_ += std::isnan(*number)   ? "NaN"
                    : std::isinf(*number) ? (*number > 0 ? "Infinity" : "-Infinity")
                                          : float_repr(*number);
        } else if (const auto whole = value.as_integer()) {
            out_ += std::to_string(*whole);
        } else if (const std::string* text = value.as_text()) {
            append_text(*text);
        } else if (value.is_sequence(SequenceKind::list) || value.is_sequence(SequenceKind::tuple)) {
            return append_list(*value.as_sequence(), depth);
        } else if (const Dict* dict = value.as_dict()) {
            return append_dict(*dict, depth);
        } else {
            return fail(ErrorCode::invalid, "Object of type " + value.type_name() + " is not JSON serializable");
        }
        return {};
    }
    void line(int depth) {
        if (indent_ >= 0) out_ += "\n" + std::string(static_cast<std::size_t>(indent_ * depth), ' ');
    }
    void comma(bool& first, int depth) {
        if (!first) out_ += indent_ < 0 ? ", " : ",";
        first = false;
        line(depth);
    }
    Status append_list(const Sequence& list, int depth) {
        out_ += '[';
        bool first = true;
        for (const Value& item : list.items) {
            comma(first, depth);
            TRY_STATUS(append(item, depth + 1));
        }
        if (!first) line(depth - 1);
        out_ += ']';
        return {};
    }
    Status append_dict(const Dict& dict, int depth) {
        std::vector<std::pair<std::string, const Value*>> members;
        for (const auto& [key, value] : dict.entries) {
            if (!key.as_text() && !key.as_number() && !key.is_none())
                return fail(ErrorCode::invalid, "keys must be str, int, float, bool or None, not " + key.type_name());
            if (key.as_text()) {
                members.emplace_back(*key.as_text(), &value);
            } else {
                TRY(auto name, to_json(key, -1));
                members.emplace_back(name, &value);
            }
        }
        std::stable_sort(members.begin(), members.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        out_ += '{';
        bool first = true;
        for (const auto& [name, value] : members) {
            comma(first, depth);
            append_text(name);
            out_ += ": ";
            TRY_STATUS(append(*value, depth + 1));
        }
        if (!first) line(depth - 1);
        out_ += '}';
        return {};
    }
    void append_unicode(std::uint32_t unit) {
        out_ += "\\u";
        append_hex(out_, unit, 4);
    }
    void append_text(std::string_view text) {
        out_ += '"';
        while (!text.empty()) {
            const CodePoint point = first_code_point(text);
            text.remove_prefix(point.bytes);
            append_character(point.value);
        }
        out_ += '"';
    }
    void append_character(std::uint32_t c) {
        constexpr std::string_view kNamed = "\b\f\n\r\t\"\\";
        constexpr std::string_view kLetters = "bfnrt\"\\";
        const std::size_t named = c < 0x80 ? kNamed.find(static_cast<char>(c)) : std::string_view::npos;
        if (named != std::string_view::npos) {
            out_ += '\\';
            out_ += kLetters[named];
        } else if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == '\'' ||
                   (c >= 0x7f && c < 0x10000 && c != 0x7f)) {
            append_unicode(c);
        } else if (c >= 0x10000) {
            append_unicode(0xD800U + ((c - 0x10000U) >> 10U));
            append_unicode(0xDC00U + ((c - 0x10000U) & 0x3FFU));
        } else {
            out_ += static_cast<char>(c);
        }
    }

    int indent_;
    std::string out_;
};

}  // namespace

std::string float_repr(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    return json::number(value);
}

std::string python_repr(std::string_view text) {
    const bool single = text.find('\'') != std::string_view::npos;
    const bool twofold = text.find('"') != std::string_view::npos;
    const char quote = single && !twofold ? '"' : '\'';
    std::string out(1, quote);
    while (!text.empty()) {
        const CodePoint point = first_code_point(text);
        const std::uint32_t c = point.value;
        if (c == static_cast<std::uint32_t>(quote) || c == '\\') {
            out += '\\';
            out += static_cast<char>(c);
        } else if (c == '\n' || c == '\r' || c == '\t') {
            out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
        } else if (c < 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad) {
            out += "\\x";
            append_hex(out, c, 2);
        } else if ((c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) || c == 0x3000 || c == 0xfeff) {
            out += "\\u";
            append_hex(out, c, 4);
        } else {
            out += text.substr(0, point.bytes);
        }
        text.remove_prefix(point.bytes);
    }
    return out + quote;
}

Result<std::string> to_repr(const Value& value) { return Printer().repr(value); }

Result<std::string> to_text(const Value& value) {
    if (const std::string* text = value.as_text()) return *text;
    if (value.is_undefined()) return std::string();
    if (const Object* object = value.as_object()) {
        auto text = object->text();
        if (text) return std::move(*text);
    }
    return to_repr(value);
}

Result<std::string> to_json(const Value& value, int indent) { return JsonPrinter(indent).print(value); }

}  // namespace towline::jinja
