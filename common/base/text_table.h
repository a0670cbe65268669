#pragma once
// Tables that are kept as text and searched where they stand: a row a line, words between blanks, the name first.

#include <string_view>

namespace towline {

/// What stands before the first `mark`, or all; it and the mark are cut off the text.
std::string_view cut_at(std::string_view& text, char mark);

/// The rows from the first one of that name on, or from where it would stand. Requires: rows sorted by name, as bytes.
std::string_view rows_from(std::string_view table, std::string_view name);

}  // namespace towline
