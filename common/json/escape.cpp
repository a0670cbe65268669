#include "json/escape.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>

#include "json/writer.h"

namespace towline::json {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

// The code point at `at` and its length; a malformed sequence gives U+FFFD for its longest well-formed start.
struct Decoded {
    std::uint32_t code;
    std::size_t length;
    bool valid;
};
Decoded decode(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(at);
    if (lead < 0x80) return {lead, 1, true};
    if (lead < 0xC2 || lead > 0xF4) return {kReplacement, 1, false};
    const std::size_t wanted = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t code = lead & (wanted == 2 ? 0x1FU : wanted == 3 ? 0x0FU : 0x07U);
    for (std::size_t i = 1; i < wanted; ++i) {
        if (at + i >= text.size()) return {kReplacement, i, false};
        const unsigned next = byte(at + i);
        unsigned low = 0x80;
        unsigned high = 0xBF;
        if (i == 1) {  // Overlong forms, surrogates and code points beyond U+10FFFF show in the second byte.
            if (lead == 0xE0) low = 0xA0;
            if (lead == 0xED) high = 0x9F;
            if (lead == 0xF0) low = 0x90;
            if (lead == 0xF4) high = 0x8F;
        }
        if (next < low || next > high) return {kReplacement, i, false};
        code = (code << 6U) | (next & 0x3FU);
    }
    return {code, wanted, true};
}

void append_code_unit(std::string& out, std::uint32_t unit) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += "\\u";
    for (unsigned shift = 16; shift > 0; shift -= 4) out += kDigits[(unit >> (shift - 4)) & 0xFU];
}

void append_ascii(std::string& out, std::uint32_t code) {
    if (code < 0x10000) return append_code_unit(out, code);
    append_code_unit(out, 0xD800 + ((code - 0x10000) >> 10U));
    append_code_unit(out, 0xDC00 + ((code - 0x10000) & 0x3FFU));
}

// The two-character escapes that every JSON printer uses.
const char* short_escape(unsigned char byte) {
    switch (byte) {
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case '\b':
            return "\\b";
        case '\f':
            return "\\f";
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            return nullptr;
    }
}

}  // namespace

void append_quoted(std::string& out, std::string_view text, bool ascii) {
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (const char* escaped = short_escape(byte)) {
            out += escaped;
            ++at;
        } else if (byte < 0x20 || (ascii && byte == 0x7F)) {
            append_code_unit(out, byte);
            ++at;
        } else if (byte < 0x80) {
            out += static_cast<char>(byte);
            ++at;
        } else {
            const Decoded decoded = decode(text, at);
            if (ascii) {
                append_ascii(out, decoded.code);
            } else if (decoded.valid) {
                out += text.substr(at, decoded.length);
            } else {
                out += "\xEF\xBF\xBD";
            }
            at += decoded.length;
        }
    }
    out += '"';
}

std::string quote(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 2);
    append_quoted(out, text, false);
    return out;
}

// Shortest digits that give the value back, plain from 1e-4 up to 1e16 and with an exponent outside:
// float.__repr__.
std::string number(double value) {
    if (!std::isfinite(value)) return "null";
    char buffer[40];
    const auto end = std::to_chars(std::begin(buffer), std::end(buffer), value, std::chars_format::scientific);
    const std::string_view scientific(buffer, static_cast<std::size_t>(end.ptr - buffer));
    const std::size_t e = scientific.find('e');
    int exponent = 0;
    const char* digits_of_exponent = scientific.data() + e + (scientific[e + 1] == '+' ? 2 : 1);
    std::from_chars(digits_of_exponent, end.ptr, exponent);
    if (exponent < -4 || exponent >= 16) return std::string(scientific);
    const auto fixed_end = std::to_chars(std::begin(buffer), std::end(buffer), value, std::chars_format::fixed);
    std::string fixed(buffer, fixed_end.ptr);
    if (fixed.find('.') == std::string::npos) fixed += ".0";
    return fixed;
}

}  // namespace towline::json
