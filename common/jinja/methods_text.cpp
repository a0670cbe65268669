// Methods of texts.

#include <algorithm>

#include "base/strings.h"
#include "jinja/limits.h"
#include "jinja/methods.h"
#include "jinja/text.h"

namespace towline::jinja {
namespace {

using Out = Result<Value>;

const std::string& text_of(const Value& self) { return *self.as_text(); }

template <std::string (*kChange)(std::string_view)>
Out changed(Rendering&, const Value& self, const Slots&) {
    return Value::text(kChange(text_of(self)));
}

bool is_letter(const std::string& c) {
    return upper_text(c) != lower_text(c) || static_cast<unsigned char>(c[0]) >= 0x80;
}
bool is_digit(const std::string& c) { return c.size() == 1 && c[0] >= '0' && c[0] <= '9'; }

std::string swapped(std::string_view text) {
    std::string out;
    for (const std::string& c : characters_of(text)) out += upper_text(c) == c ? lower_text(c) : upper_text(c);
    return out;
}

/// Every run of letters begins with an upper-case one.
std::string titled(std::string_view text) {
    std::string out;
    bool inside = false;
    for (const std::string& c : characters_of(text)) {
        out += inside ? lower_text(c) : upper_text(c);
        inside = is_letter(c);
    }
    return out;
}

using Check = bool (*)(const std::string&);
template <Check kCheck>
Out all_are(Rendering&, const Value& self, const Slots&) {
    const auto all = characters_of(text_of(self));
    return Value::boolean(!all.empty() && std::all_of(all.begin(), all.end(), kCheck));
}
bool is_alphanumeric(const std::string& c) { return is_letter(c) || is_digit(c); }
bool is_space(const std::string& c) { return is_blank(c[0]); }

template <bool kUpper>
Out case_is(Rendering&, const Value& self, const Slots&) {
    const std::string& text = text_of(self);
    return Value::boolean(text == (kUpper ? upper_text(text) : lower_text(text)) &&
                          upper_text(text) != lower_text(text));
}

template <Side kSide>
Out strip(Rendering&, const Value& self, const Slots& slots) {
    if (!slots.maybe(0)) return Value::text(std::string(stripped(text_of(self), kSide)));
    TRY(const std::string characters, slots.text(0, ""));
    return Value::text(std::string(stripped(text_of(self), kSide, characters)));
}

Out replace(Rendering&, const Value& self, const Slots& slots) {
    TRY(const std::string from, slots.text(0, ""));
    TRY(const std::string to, slots.text(1, ""));
    TRY(const std::int64_t count, slots.integer(2, -1));
    TRY(std::string out, replaced(text_of(self), from, to, count));
    return Value::text(std::move(out));
}

Value text_list(Rendering& rendering, std::vector<std::string> texts) {
    std::vector<Value> items;
    for (std::string& text : texts) items.push_back(Value::text(std::move(text)));
    rendering.heap().work(items.size());
    return rendering.heap().list(std::move(items));
}

Out split_at(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const std::int64_t limit, slots.integer(1, -1));
    if (!slots.maybe(0)) return text_list(rendering, split_blanks(text_of(self), limit));
    TRY(const std::string separator, slots.text(0, ""));
    if (separator.empty()) return fail(ErrorCode::invalid, "empty separator");
    std::vector<std::string> out;
    std::string_view rest = text_of(self);
    while (limit < 0 || static_cast<std::int64_t>(out.size()) < limit) {
        const std::size_t at = rest.find(separator);
        if (at == std::string_view::npos) break;
        out.emplace_back(rest.substr(0, at));
        rest.remove_prefix(at + separator.size());
    }
    out.emplace_back(rest);
    return text_list(rendering, std::move(out));
}

Out split_from_right(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const std::int64_t limit, slots.integer(1, -1));
    std::string_view rest = text_of(self);
    std::vector<std::string> out;
    const auto more = [&] { return limit < 0 || static_cast<std::int64_t>(out.size()) < limit; };
    if (slots.maybe(0)) {
        TRY(const std::string separator, slots.text(0, ""));
        if (separator.empty()) return fail(ErrorCode::invalid, "empty separator");
        for (std::size_t at = rest.rfind(separator); more() && at != std::string_view::npos;
             at = rest.rfind(separator)) {
            out.emplace_back(rest.substr(at + separator.size()));
            rest = rest.substr(0, at);
        }
        out.emplace_back(rest);
    } else {
        rest = stripped(rest, Side::both);
        while (!rest.empty() && more()) {
            std::size_t begin = rest.size();
            while (begin > 0 && !is_blank(rest[begin - 1])) --begin;
            out.emplace_back(rest.substr(begin));
            rest = stripped(rest.substr(0, begin), Side::right);
        }
        if (!rest.empty()) out.emplace_back(rest);
    }
    std::reverse(out.begin(), out.end());
    return text_list(rendering, std::move(out));
}

Out lines(Rendering& rendering, const Value& self, const Slots& slots) {
    return text_list(rendering, split_lines(text_of(self), slots.flag(0, false)));
}

template <bool kLast>
Out partition(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const std::string separator, slots.text(0, ""));
    if (separator.empty()) return fail(ErrorCode::invalid, "empty separator");
    const std::string& text = text_of(self);
    const std::size_t at = kLast ? text.rfind(separator) : text.find(separator);
    std::vector<Value> parts;
    if (at == std::string::npos) {
        for (const std::string& part : {kLast ? std::string() : text, std::string(), kLast ? text : std::string()})
            parts.push_back(Value::text(part));
    } else {
        parts = {Value::text(text.substr(0, at)), Value::text(separator),
                 Value::text(text.substr(at + separator.size()))};
    }
    return rendering.heap().tuple(std::move(parts));
}

Out join(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(const auto items, iterate(rendering.heap(), slots[0]));
    for (std::size_t i = 0; i < items.size(); ++i)
        if (!items[i].as_text())
            return fail(ErrorCode::invalid, "sequence item " + std::to_string(i) + ": expected str instance, " +
                                                items[i].type_name() + " found");
    TRY(std::string out, joined(items, text_of(self)));
    return Value::text(std::move(out));
}

template <bool kStart>
Out begins(Rendering&, const Value& self, const Slots& slots) {
    std::vector<Value> words{slots[0]};
    if (slots[0].is_sequence(SequenceKind::tuple)) words = slots[0].as_sequence()->items;
    for (const Value& word : words) {
        if (!word.as_text())
            return fail(ErrorCode::invalid,
                        "the first argument must be str or a tuple of str, not " + word.type_name());
        const std::string& text = text_of(self);
        if (kStart ? text.starts_with(*word.as_text()) : text.ends_with(*word.as_text())) return Value::boolean(true);
    }
    return Value::boolean(false);
}

template <bool kLast, bool kMustBeThere>
Out find(Rendering&, const Value& self, const Slots& slots) {
    TRY(const std::string word, slots.text(0, ""));
    const std::string& text = text_of(self);
    const std::size_t at = kLast ? text.rfind(word) : text.find(word);
    if (at != std::string::npos)
        return Value::integer(static_cast<std::int64_t>(character_count(std::string_view(text).substr(0, at))));
    if (kMustBeThere) return fail(ErrorCode::invalid, "substring not found");
    return Value::integer(-1);
}

Out count(Rendering&, const Value& self, const Slots& slots) {
    TRY(const std::string word, slots.text(0, ""));
    const std::string& text = text_of(self);
    if (word.empty()) return Value::integer(static_cast<std::int64_t>(character_count(text)) + 1);
    std::int64_t out = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + word.size())) ++out;
    return Value::integer(out);
}

template <int kSide>
Out justified(Rendering&, const Value& self, const Slots& slots) {
    TRY(const std::int64_t width, slots.integer(0, 0));
    TRY(const std::string fill, slots.text(1, " "));
    if (width > kWidthMax) return fail(ErrorCode::too_large, "The width is too large.");
    if (character_count(fill) != 1)
        return fail(ErrorCode::invalid, "The fill character must be exactly one character long");
    const std::string& text = text_of(self);
    const std::int64_t missing = std::max<std::int64_t>(0, width - static_cast<std::int64_t>(character_count(text)));
    const std::int64_t left = kSide < 0 ? 0 : kSide > 0 ? missing : missing / 2 + (missing & width & 1);
    std::string out;
    for (std::int64_t i = 0; i < left; ++i) out += fill;
    out += text;
    for (std::int64_t i = left; i < missing; ++i) out += fill;
    return Value::text(std::move(out));
}

Out zero_filled(Rendering&, const Value& self, const Slots& slots) {
    TRY(const std::int64_t width, slots.integer(0, 0));
    if (width > kWidthMax) return fail(ErrorCode::too_large, "The width is too large.");
    const std::string& text = text_of(self);
    const std::int64_t missing = std::max<std::int64_t>(0, width - static_cast<std::int64_t>(character_count(text)));
    const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    return Value::text(text.substr(0, sign) + std::string(static_cast<std::size_t>(missing), '0') + text.substr(sign));
}

template <bool kStart>
Out without(Rendering&, const Value& self, const Slots& slots) {
    TRY(const std::string word, slots.text(0, ""));
    const std::string& text = text_of(self);
    if (kStart) return Value::text(text.starts_with(word) ? text.substr(word.size()) : text);
    return Value::text(text.ends_with(word) ? text.substr(0, text.size() - word.size()) : text);
}

Out format(Rendering& rendering, const Value& self, const Slots& slots) {
    TRY(std::string out, brace_format(rendering, text_of(self), slots.all()));
    return Value::text(std::move(out));
}

constexpr Native kRows[] = {
    {"capitalize", changed<capitalized>},
    {"casefold", changed<lower_text>},
    {"center", justified<0>, {"width", "fillchar"}, 1},
    {"count", count, {"sub"}, 1},
    {"endswith", begins<false>, {"suffix"}, 1},
    {"find", find<false, false>, {"sub"}, 1},
    {"format", format, {}, 0, true},
    {"index", find<false, true>, {"sub"}, 1},
    {"isalnum", all_are<is_alphanumeric>},
    {"isalpha", all_are<is_letter>},
    {"isdecimal", all_are<is_digit>},
    {"isdigit", all_are<is_digit>},
    {"islower", case_is<false>},
    {"isnumeric", all_are<is_digit>},
    {"isspace", all_are<is_space>},
    {"isupper", case_is<true>},
    {"join", join, {"iterable"}, 1},
    {"ljust", justified<-1>, {"width", "fillchar"}, 1},
    {"lower", changed<lower_text>},
    {"lstrip", strip<Side::left>, {"chars"}},
    {"partition", partition<false>, {"sep"}, 1},
    {"removeprefix", without<true>, {"prefix"}, 1},
    {"removesuffix", without<false>, {"suffix"}, 1},
    {"replace", replace, {"old", "new", "count"}, 2},
    {"rfind", find<true, false>, {"sub"}, 1},
    {"rindex", find<true, true>, {"sub"}, 1},
    {"rjust", justified<1>, {"width", "fillchar"}, 1},
    {"rpartition", partition<true>, {"sep"}, 1},
    {"rsplit", split_from_right, {"sep", "maxsplit"}},
    {"rstrip", strip<Side::right>, {"chars"}},
    {"split", split_at, {"sep", "maxsplit"}},
    {"splitlines", lines, {"keepends"}},
    {"startswith", begins<true>, {"prefix"}, 1},
    {"strip", strip<Side::both>, {"chars"}},
    {"swapcase", changed<swapped>},
    {"title", changed<titled>},
    {"upper", changed<upper_text>},
    {"zfill", zero_filled, {"width"}, 1},
};

}  // namespace

std::span<const Native> text_methods() { return kRows; }

}  // namespace towline::jinja
