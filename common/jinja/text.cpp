#include "jinja/text.h"

#include <locale.h>

#include <clocale>
#include <cwctype>

#include "base/strings.h"

namespace towline::jinja {
namespace {

/// Letters are mapped by the C library's Unicode tables, whatever the process's locale is.
locale_t unicode_locale() {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
}

template <class Map, class Ascii>
std::string mapped(std::string_view text, Map map, Ascii ascii) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const CodePoint point = first_code_point(text);
        if (point.value < 0x80 || point.bytes == 1 || unicode_locale() == nullptr)
            out += point.value < 0x80 ? ascii(text.front()) : text.front();
        else
            append_utf8(out, static_cast<std::uint32_t>(map(static_cast<wint_t>(point.value), unicode_locale())));
        text.remove_prefix(point.bytes);
    }
    return out;
}

char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

CodePoint first_code_point(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    const std::size_t bytes = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (bytes == 1 || text.size() < bytes) return {lead, 1};
    std::uint32_t value = lead & (0xFFU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {lead, 1};
        value = value << 6U | (byte(i) & 0x3FU);
    }
    return {value, bytes};
}

void append_utf8(std::string& out, std::uint32_t c) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (c < 0x80) return put(c);
    if (c < 0x800) {
        put(0xC0U | c >> 6U);
    } else if (c < 0x10000) {
        put(0xE0U | c >> 12U);
        put(0x80U | (c >> 6U & 0x3FU));
    } else {
        put(0xF0U | (c >> 18U & 7U));
        put(0x80U | (c >> 12U & 0x3FU));
        put(0x80U | (c >> 6U & 0x3FU));
    }
    put(0x80U | (c & 0x3FU));
}

std::vector<std::string> characters_of(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t bytes = first_code_point(text).bytes;
        out.emplace_back(text.substr(0, bytes));
        text.remove_prefix(bytes);
    }
    return out;
}

std::size_t character_count(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); ++count) text.remove_prefix(first_code_point(text).bytes);
    return count;
}

std::string_view character_slice(std::string_view text, std::size_t begin, std::size_t end) {
    std::size_t at = 0, first = text.size(), last = text.size();
    for (std::size_t count = 0; at <= text.size(); ++count) {
        if (count == begin) first = at;
        if (count == end) last = at;
        if (at == text.size() || count >= end) break;
        at += first_code_point(text.substr(at)).bytes;
    }
    return first < last ? text.substr(first, last - first) : std::string_view();
}

std::string upper_text(std::string_view text) {
    // The one common letter whose upper case is two.
    return replace_all(mapped(text, towupper_l, ascii_upper), "\u00df", "SS");
}
std::string lower_text(std::string_view text) { return mapped(text, towlower_l, ascii_lower); }

std::string capitalized(std::string_view text) {
    if (text.empty()) return {};
    const std::size_t bytes = first_code_point(text).bytes;
    return upper_text(text.substr(0, bytes)) + lower_text(text.substr(bytes));
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f'); }

std::string_view stripped(std::string_view text, Side side, std::optional<std::string_view> characters) {
    const auto drop = [&](std::string_view c) {
        return characters ? characters->find(c) != std::string_view::npos : is_blank(c.front());
    };
    while (side != Side::right && !text.empty()) {
        const std::size_t bytes = first_code_point(text).bytes;
        if (!drop(text.substr(0, bytes))) break;
        text.remove_prefix(bytes);
    }
    while (side != Side::left && !text.empty()) {
        std::size_t at = text.size() - 1;
        while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) --at;
        if (!drop(text.substr(at))) break;
        text.remove_suffix(text.size() - at);
    }
    return text;
}

std::vector<std::string> split_blanks(std::string_view text, std::int64_t limit) {
    std::vector<std::string> out;
    text = stripped(text, Side::left);
    while (!text.empty()) {
        if (limit >= 0 && static_cast<std::int64_t>(out.size()) == limit) {
            out.emplace_back(stripped(text, Side::right));
            break;
        }
        std::size_t end = 0;
        while (end < text.size() && !is_blank(text[end])) ++end;
        out.emplace_back(text.substr(0, end));
        text = stripped(text.substr(end), Side::left);
    }
    return out;
}

std::vector<std::string> split_lines(std::string_view text, bool keep_ends) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        std::size_t next = std::min(end + 1, text.size());
        if (end + 1 < text.size() && text[end] == '\r' && text[end + 1] == '\n') next = end + 2;
        out.emplace_back(text.substr(0, keep_ends ? next : end));
        text.remove_prefix(next);
    }
    return out;
}

}  // namespace towline::jinja
