#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace towline::credentials {

/// The ways in which a secret may stand in a text: as it is, URL-encoded, JSON-escaped (once and twice), as an SQL or
/// connection string's literal, in hexadecimal, and in base64 as it reads at each of the three places that it can have
/// inside a longer text. Each line of a secret of several lines counts as one more secret. Forms shorter than
/// `bytes_min` are left out, because they would mask half of every line. Pure.
std::vector<std::string> forms_of(std::string_view secret, std::size_t bytes_min);

}  // namespace towline::credentials
