#pragma once
// Texts as Python sees them: sequences of characters (code points), not bytes. Private to common/jinja.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace towline::jinja {

/// Each character as a text of its own; bytes that are not UTF-8 count one each.
std::vector<std::string> characters_of(std::string_view text);
std::size_t character_count(std::string_view text);
/// The characters [begin, end) counted from 0. Requires: begin <= end.
std::string_view character_slice(std::string_view text, std::size_t begin, std::size_t end);
/// The code point at the start of the text, and how many bytes it takes. Requires: not empty.
struct CodePoint {
    std::uint32_t value = 0;
    std::size_t bytes = 1;
};
CodePoint first_code_point(std::string_view text);
void append_utf8(std::string& out, std::uint32_t code_point);

/// Letters beyond ASCII too, one to one.
std::string upper_text(std::string_view text);
std::string lower_text(std::string_view text);
/// First character in upper case, the others in lower case.
std::string capitalized(std::string_view text);

bool is_blank(char c);
/// Without the blanks (or the given characters) at the sides.
enum class Side { both, left, right };
std::string_view stripped(std::string_view text, Side side, std::optional<std::string_view> characters = {});
/// At runs of blanks, as str.split() does; at most `limit` cuts if it is not negative.
std::vector<std::string> split_blanks(std::string_view text, std::int64_t limit);
std::vector<std::string> split_lines(std::string_view text, bool keep_ends);

}  // namespace towline::jinja
