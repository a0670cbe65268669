#pragma once
// How one string is spelled, for those who write JSON piece by piece.
#include <string>
#include <string_view>

namespace towline::json {

/// Appends a string literal with quotes. `ascii` spells everything outside printable ASCII as \u and four digits.
void append_quoted(std::string& out, std::string_view text, bool ascii);

}  // namespace towline::json
