#pragma once
// How one string or number is spelled. Private to common/json.
#include <string>
#include <string_view>

namespace towline::json {

/// Appends a string literal with quotes. `ascii` spells everything outside printable ASCII as \u and four digits.
void append_quoted(std::string& out, std::string_view text, bool ascii);

}  // namespace towline::json
