#pragma once
// Small text functions over ASCII. SQL and configuration keys are ASCII where case matters; other bytes pass unchanged.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace towline {

std::string lower(std::string_view text);
std::string upper(std::string_view text);
bool iequals(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
/// Splits at every occurrence; "a,,b" gives three parts, "" gives one empty part.
std::vector<std::string> split(std::string_view text, std::string_view separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);
/// Whole text as a decimal number, optional sign; nothing else is accepted.
std::optional<std::int64_t> parse_int(std::string_view text);
std::optional<double> parse_double(std::string_view text);
/// Line and column (both from 1, column in bytes) of a byte offset.
struct LineColumn {
    int line = 1;
    int column = 1;
};
LineColumn line_column(std::string_view text, std::size_t offset);
/// The line that holds the offset, and a second line with a caret below the column. Tabs are kept so the caret aligns.
std::string source_excerpt(std::string_view text, std::size_t offset);
/// True if every byte sequence is well-formed UTF-8 (no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

}  // namespace towline
