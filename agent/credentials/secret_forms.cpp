#include "credentials/secret_forms.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "json/json.h"

namespace towline::credentials {
namespace {

constexpr std::size_t kLineBytesMin = 12;  ///< A line of a key; shorter ones ("}", "-----") are no secrets.

/// The part of a secret's base64 that does not depend on what stands around it, for one of three alignments.
std::string aligned_base64(std::string_view secret, std::size_t bytes_before, bool url) {
    const std::string padded = std::string(bytes_before, 'x') + std::string(secret);
    std::string text = url ? crypto::base64url_encode(padded) : crypto::base64_encode(padded);
    while (!text.empty() && text.back() == '=') text.pop_back();
    // A digit holds 6 bits: those that share bits with a neighbour are cut off on both sides.
    const std::size_t first = (bytes_before * 8 + 5) / 6;
    const std::size_t last = padded.size() * 8 / 6;
    return last > first ? text.substr(first, last - first) : std::string();
}

/// How strictly a JSON writer escapes.
struct JsonStyle {
    bool ascii = false;    ///< everything outside ASCII as \u and four digits
    bool slashes = false;  ///< "/" as "\/"
    bool upper = false;    ///< hexadecimal digits in upper case
    bool html = false;     ///< < > & ' as \u and four digits too
};

/// The first character of valid UTF-8 and its length; nullopt for a byte that starts none.
std::optional<std::pair<std::uint32_t, std::size_t>> code_point(std::string_view text) {
    const auto byte = static_cast<unsigned char>(text[0]);
    const std::size_t size = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 0;
    if (size == 0 || size > text.size()) return std::nullopt;
    std::uint32_t value = size == 1 ? byte : byte & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xC0U) != 0x80U) return std::nullopt;
        value = (value << 6U) | (next & 0x3FU);
    }
    return std::pair{value, size};
}

std::string unicode_escape(std::uint32_t value, bool upper) {
    if (value > 0xFFFF) {
        const std::uint32_t rest = value - 0x10000;
        return unicode_escape(0xD800 + (rest >> 10U), upper) + unicode_escape(0xDC00 + (rest & 0x3FFU), upper);
    }
    return upper ? fmt::format("\\u{:04X}", value) : fmt::format("\\u{:04x}", value);
}

std::string json_escaped(std::string_view text, JsonStyle style) {
    constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
    constexpr std::string_view kLetters = "\"\\bfnrt";
    std::string out;
    while (!text.empty()) {
        const auto point = code_point(text);
        const char c = text[0];
        if (const std::size_t at = kShort.find(c); at != std::string_view::npos) {
            out += '\\';
            out += kLetters[at];
        } else if (c == '/' && style.slashes) {
            out += "\\/";
        } else if (point && (point->first < 0x20 || point->first == 0x7F || (style.ascii && point->first > 0x7F) ||
                             (style.html && std::string_view("<>&'").find(c) != std::string_view::npos))) {
            out += unicode_escape(point->first, style.upper);
        } else {
            out += text.substr(0, point ? point->second : 1);
        }
        text.remove_prefix(point ? point->second : 1);
    }
    return out;
}

/// %XX with digits in lower case.
std::string lower_escapes(std::string text) {
    for (std::size_t i = 0; i + 2 < text.size(); ++i) {
        if (text[i] != '%') continue;
        for (const std::size_t at : {i + 1, i + 2})
            text[at] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[at])));
    }
    return text;
}

void add_url_forms(std::string_view secret, std::vector<std::string>& out) {
    const std::string all = crypto::percent_encode(secret);
    for (const std::string& encoded : {all, replace_all(all, "%2F", "/")}) {
        for (const std::string& form : {encoded, replace_all(encoded, "%20", "+")}) {
            out.push_back(form);
            out.push_back(lower_escapes(form));
        }
    }
}

void add_json_forms(std::string_view secret, std::vector<std::string>& out) {
    for (const bool ascii : {false, true}) {
        for (const bool upper : {false, true}) {
            for (const bool slashes : {false, true}) {
                for (const bool html : {false, true}) {
                    const std::string once =
                        json_escaped(secret, {.ascii = ascii, .slashes = slashes, .upper = upper, .html = html});
                    out.push_back(once);
                    out.push_back(json_escaped(once, {}));  // JSON inside a JSON text.
                }
            }
        }
    }
}

void add_forms(std::string_view secret, std::vector<std::string>& out) {
    out.emplace_back(secret);
    add_url_forms(secret, out);
    add_json_forms(secret, out);
    out.push_back(replace_all(secret, "'", "''"));
    out.push_back(replace_all(secret, "\"", "\"\""));
    out.push_back(replace_all(replace_all(secret, "\\", "\\\\"), "'", "\\'"));
    out.push_back(crypto::to_hex(secret));
    out.push_back(upper(out.back()));
    for (std::size_t before = 0; before < 3; ++before) {
        for (const bool url : {false, true}) out.push_back(aligned_base64(secret, before, url));
    }
}

}  // namespace

std::vector<std::string> forms_of(std::string_view secret, std::size_t bytes_min) {
    std::vector<std::string> out;
    add_forms(secret, out);
    if (secret.find('\n') != std::string_view::npos) {
        for (const std::string& line : split(secret, "\n")) {
            if (trim(line).size() >= kLineBytesMin && !line.starts_with("-----")) add_forms(trim(line), out);
        }
        // A key out of an environment variable often has its line breaks written as \n.
        out.push_back(replace_all(secret, "\n", "\\n"));
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    std::erase_if(out, [&](const std::string& form) { return form.size() < bytes_min; });
    return out;
}

}  // namespace towline::credentials
