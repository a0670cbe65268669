#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace towline::dotenv {

using Variables = std::map<std::string, std::string>;

inline constexpr std::size_t kFileBytesMax = 1 << 20;
inline constexpr std::size_t kEntriesMax = 10'000;
inline constexpr std::size_t kValueBytesMax = 256 << 10;

/// What becomes of lines that cannot be read: `invalid` with "line N: …", or nothing, as in python-dotenv.
enum class Faults { refuse, pass_over };

/// The variables that a `.env` file sets, in python-dotenv's syntax: `export`, single and double quotes (over several
/// lines), escapes, comments, `${NAME}` and `${NAME:-default}` from earlier lines or `environment`. A name without `=`
/// sets nothing. A fault never quotes the text. Above the limits: `too_large`, whatever `faults` says.
Result<Variables> parse(std::string_view text, const Variables& environment, Faults faults);

}  // namespace towline::dotenv
