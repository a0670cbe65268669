#include "sql/letter_case.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/strings.h"

namespace towline::sql {
namespace {

constexpr char32_t kSigma = 0x3A3;                    // Σ
constexpr std::string_view kFinalSigma = "\xcf\x82";  // ς

struct Letter {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

/// The letter that begins at `at`.
Letter letter_at(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || at + bytes > text.size()) return {};
    char32_t code = lead & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[at + i]);
        if ((next & 0xC0U) != 0x80U) return {};
        code = (code << 6U) | (next & 0x3FU);
    }
    return {code, bytes, true};
}

void append_utf8(std::string& out, char32_t code) {
    const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0U | (code >> 6U));
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0U | (code >> 12U));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0U | (code >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

/// Appends the letter's other case; false if it has none.
bool append_changed(std::string& out, const LetterCase& other, char32_t code) {
    const auto several = std::lower_bound(other.texts.begin(), other.texts.end(), code,
                                          [](const CaseText& each, char32_t value) { return each.letter < value; });
    if (several != other.texts.end() && several->letter == code) {
        out += several->text;
        return true;
    }
    const auto run = std::lower_bound(other.runs.begin(), other.runs.end(), code,
                                      [](const CaseRun& each, char32_t value) { return each.last < value; });
    if (run == other.runs.end() || code < run->first || (code - run->first) % static_cast<char32_t>(run->step) != 0)
        return false;
    append_utf8(out, static_cast<char32_t>(static_cast<std::int64_t>(code) + run->distance));
    return true;
}

bool has_case(char32_t code) {
    if (code < 0x80) return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
    std::string unused;
    return append_changed(unused, kLowerCase, code) || append_changed(unused, kUpperCase, code);
}

/// A capital sigma at the end of a word has a form of its own. Marks that Python looks past (an apostrophe, a dot) end
/// the word here: they do not stand in names.
bool ends_word(std::string_view text, std::size_t at, std::optional<char32_t> before) {
    if (!before || !has_case(*before)) return false;
    const std::size_t next = at + 2;  // bytes of Σ
    return next >= text.size() || !has_case(letter_at(text, next).code);
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string changed(std::string_view text, const LetterCase& other, char (*ascii)(char)) {
    std::string out;
    out.reserve(text.size());
    std::optional<char32_t> before;
    const bool lowers = &other == &kLowerCase;
    for (std::size_t at = 0; at < text.size();) {
        const Letter letter = letter_at(text, at);
        if (letter.valid && letter.code < 0x80) {
            out += ascii(text[at]);
        } else if (lowers && letter.code == kSigma && ends_word(text, at, before)) {
            out += kFinalSigma;
        } else if (!letter.valid || !append_changed(out, other, letter.code)) {
            out += text.substr(at, letter.bytes);
        }
        before = letter.code;
        at += letter.bytes;
    }
    return out;
}

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

std::string lower_letters(std::string_view text) {
    return is_ascii(text) ? lower(text) : changed(text, kLowerCase, ascii_lower);
}
std::string upper_letters(std::string_view text) {
    return is_ascii(text) ? upper(text) : changed(text, kUpperCase, ascii_upper);
}

}  // namespace towline::sql
