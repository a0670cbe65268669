#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace towline::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT", the form every HTTP date is written in.
std::string http_date(std::chrono::system_clock::time_point time);
/// Reads that form only (the two obsolete ones are refused); nothing for anything else, or a day that does
/// not exist.
std::optional<std::chrono::system_clock::time_point> parse_http_date(std::string_view text);

}  // namespace towline::http
