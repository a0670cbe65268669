#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace towline::credentials {

using Variables = std::map<std::string, std::string>;

inline constexpr std::size_t kDotenvBytesMax = 1 << 20;
inline constexpr std::size_t kDotenvEntriesMax = 10'000;
inline constexpr std::size_t kVariableBytesMax = 256 << 10;

/// Reads a `.env` file in python-dotenv's syntax: `export`, single and double quotes (over several lines),
/// escapes, comments, `${NAME}` and `${NAME:-default}` from earlier lines or `environment`. A key without `=`
/// is skipped. Unlike python-dotenv, a line that cannot be read is an error: `invalid` with "line N: …",
/// which never quotes the text.
Result<Variables> parse_dotenv(std::string_view text, const Variables& environment);

}  // namespace towline::credentials
