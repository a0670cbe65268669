// Filters on texts.

#include <algorithm>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "jinja/filters.h"
#include "jinja/limits.h"
#include "jinja/text.h"

namespace towline::jinja {
namespace {

using Out = Result<Value>;

template <std::string (*kChange)(std::string_view)>
Out changed(Rendering&, const Value& self, const Slots&) {
    TRY(const std::string text, to_text(self));
    return Value::text(kChange(text));
}

Out as_text(Rendering&, const Value& self, const Slots&) {
    TRY(std::string text, to_text(self));
    return Value::text(std::move(text));
}

/// A letter after a blank, a hyphen or an opening bracket is upper case, all others lower.
std::string titled(std::string_view text) {
    std::string out;
    bool start = true;
    for (const std::string& c : characters_of(text)) {
        out += start ? upper_text(c) : lower_text(c);
        start = is_blank(c[0]) || std::string_view("-({[<").find(c[0]) != std::string_view::npos;
    }
    return out;
}

Out trimmed(Rendering&, const Value& self, const Slots& slots) {
    TRY(const std::string text, to_text(self));
    if (!slots.maybe(0)) return Value::text(std::string(stripped(text, Side::both)));
    TRY(const std::string characters, slots.text(0, ""));
    return Value::text(std::string(stripped(text, Side::both, characters)));
}

Out replace(Rendering&, const Value& self, const Slots& slots) {
    TRY(const std::string text, to_text(self));
    TRY(const std::string from, to_text(slots[0]));
    TRY(const std::string to, to_text(slots[1]));
    const Value* limit = slots.maybe(2);
    TRY(const std::int64_t count, limit ? slots.integer(2, -1) : Result<std::int64_t>(-1));
    TRY(std::string out, replaced(text, from, to, count));
    return Value::text(std::move(out));
}

Out centered(Rendering&, const Value& self, const Slots& slots) {
    TRY(const std::string text, to_text(self));
    TRY(const std::int64_t width, slots.integer(0, 80));
    if (width > kWidthMax) return fail(ErrorCode::too_large, "The width is too large.");
    const auto used = static_cast<std::int64_t>(character_count(text));
    const std::int64_t missing = std::max<std::int64_t>(0, width - used);
    // Python puts the odd blank to the left where the width is odd too.
    const std::int64_t left = missing / 2 + (missing & width & 1);
    return Value::text(std::string(static_cast<std::size_t>(left), ' ') + text +
                       std::string(static_cast<std::size_t>(missing - left), ' '));
}

Out indented(Rendering&, const Value& self, const Slots& slots) {
    if (!self.as_text()) return fail(ErrorCode::invalid, "indent needs a text, got '" + self.type_name() + "'");
    const std::string& text = *self.as_text();
    std::string indent;
    if (slots.given(0) && slots[0].as_text()) {
        indent = *slots[0].as_text();
    } else {
        TRY(const std::int64_t width, slots.integer(0, 4));
        if (width > kWidthMax) return fail(ErrorCode::too_large, "The width is too large.");
        indent = std::string(static_cast<std::size_t>(std::max<std::int64_t>(0, width)), ' ');
    }
    const std::vector<std::string> lines = split_lines(text + "\n", false);
    const bool blank = slots.flag(2, false);
    TRY_STATUS(check_size(text.size() + lines.size() * indent.size()));
    std::string out = slots.flag(1, false) ? indent : std::string();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0) out += '\n';
        if (i > 0 && (blank || !lines[i].empty())) out += indent;
        out += lines[i];
    }
    return Value::text(std::move(out));
}

Out truncated(Rendering&, const Value& self, const Slots& slots) {
    TRY(const std::int64_t count, length_of(self));
    TRY(const std::int64_t length, slots.integer(0, 255));
    TRY(const std::string end, slots.text(2, "..."));
    const Value* given_leeway = slots.maybe(3);
    TRY(const std::int64_t leeway, given_leeway ? slots.integer(3, 5) : Result<std::int64_t>(5));
    const auto end_length = static_cast<std::int64_t>(character_count(end));
    if (length < end_length || leeway < 0)
        return fail(ErrorCode::invalid,
                    "expected length >= " + std::to_string(end_length) + ", got " + std::to_string(length));
    if (count <= length + leeway) return self;
    if (!self.as_text()) return fail(ErrorCode::unsupported, "Truncating a " + self.type_name() + " is not supported.");
    const std::string& text = *self.as_text();
    std::string cut(character_slice(text, 0, static_cast<std::size_t>(length - end_length)));
    if (!slots.flag(1, false))
        if (const std::size_t blank = cut.rfind(' '); blank != std::string::npos) cut.resize(blank);
    return Value::text(cut + end);
}

Out formatted(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const std::string text, to_text(self));
    const Arguments& all = slots.all();
    if (!all.positional.empty() && !all.named.empty())
        return fail(ErrorCode::invalid, "can't handle positional and keyword arguments at the same time");
    Value values;
    if (all.named.empty()) {
        values = rendering.heap().tuple(all.positional);
    } else {
        Dict& dict = rendering.heap().dict();
        for (const auto& [name, value] : all.named) TRY_STATUS(dict.set(Value::text(name), value));
        values = Value(dict);
    }
    TRY(std::string out, percent_format(text, values));
    return Value::text(std::move(out));
}

Out escaped(Rendering&, const Value& self, const Slots&) {
    TRY(std::string text, to_text(self));
    constexpr std::pair<std::string_view, std::string_view> kNames[] = {
        {"&", "&amp;"}, {">", "&gt;"}, {"<", "&lt;"}, {"'", "&#39;"}, {"\"", "&#34;"}};
    for (const auto& [from, to] : kNames) text = replace_all(text, from, to);
    TRY_STATUS(check_size(text.size()));
    return Value::text(std::move(text));
}

Out word_count(Rendering&, const Value& self, const Slots&) {
    TRY(const std::string text, to_text(self));
    std::int64_t count = 0;
    bool inside = false;
    for (const char c : text) {
        const bool word =
            std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) >= 0x80;
        count += word && !inside ? 1 : 0;
        inside = word;
    }
    return Value::integer(count);
}

std::string url_quoted(std::string_view text, bool keep_slash) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 || c == '_' || c == '.' || c == '-' || c == '~');
        if (plain || (keep_slash && c == '/')) {
            out += c;
        } else {
            out += '%';
            out += kHex[byte >> 4U];
            out += kHex[byte & 15U];
        }
    }
    return out;
}

Out url_encoded(Rendering& rendering, const Value& self, const Slots&) {
    if (!self.as_dict() && !self.as_sequence()) {
        TRY(const std::string text, to_text(self));
        return Value::text(url_quoted(text, true));
    }
    std::string out;
    std::vector<std::pair<Value, Value>> pairs;
    if (const Dict* dict = self.as_dict()) pairs = dict->entries;
    if (self.as_sequence()) {
        TRY(const auto items, iterate(rendering.heap(), self));
        for (const Value& item : items) {
            TRY(auto pair, iterate(rendering.heap(), item));
            if (pair.size() != 2) return fail(ErrorCode::invalid, "urlencode expects pairs of key and value");
            pairs.emplace_back(std::move(pair[0]), std::move(pair[1]));
        }
    }
    for (const auto& [key, value] : pairs) {
        TRY(const std::string name, to_text(key));
        TRY(const std::string text, to_text(value));
        if (!out.empty()) out += '&';
        // Query texts spell a blank as a plus sign.
        out +=
            replace_all(url_quoted(name, false), "%20", "+") + "=" + replace_all(url_quoted(text, false), "%20", "+");
    }
    return Value::text(std::move(out));
}

Out json_text(Rendering&, const Value& self, const Slots& slots) {
    TRY(const std::int64_t indent, slots.maybe(0) ? slots.integer(0, -1) : Result<std::int64_t>(-1));
    if (indent > 100) return fail(ErrorCode::too_large, "The indent is too large.");
    if (const Undefined* undefined = self.as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    TRY(std::string out, to_json(self, static_cast<int>(indent)));
    return Value::text(std::move(out));
}

Out from_base64(Rendering&, const Value& self, const Slots&) {
    const std::string* text = self.as_text();
    auto out = text ? crypto::base64_decode(*text) : std::nullopt;
    if (!out) return fail(ErrorCode::invalid, "Incorrect base64 text.");
    return Value::text(std::move(*out));
}

Out to_base64(Rendering&, const Value& self, const Slots&) {
    const std::string* text = self.as_text();
    if (!text) return fail(ErrorCode::invalid, "b64encode needs a text, got '" + self.type_name() + "'");
    return Value::text(crypto::base64_encode(*text));
}

constexpr Native kRows[] = {
    {"b64decode", from_base64},
    {"b64encode", to_base64},
    {"capitalize", changed<capitalized>},
    {"center", centered, {"width"}},
    {"e", escaped},
    {"escape", escaped},
    {"forceescape", escaped},
    {"format", formatted, {}, 0, true},
    {"indent", indented, {"width", "first", "blank"}},
    {"lower", changed<lower_text>},
    {"replace", replace, {"old", "new", "count"}, 2},
    {"safe", as_text},
    {"string", as_text},
    {"title", changed<titled>},
    {"tojson", json_text, {"indent"}},
    {"trim", trimmed, {"chars"}},
    {"truncate", truncated, {"length", "killwords", "end", "leeway"}},
    {"upper", changed<upper_text>},
    {"urlencode", url_encoded},
    {"wordcount", word_count},
};

}  // namespace

std::span<const Native> text_filters() { return kRows; }

}  // namespace towline::jinja
