#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace towline::project {

/// Python's re.match: does the pattern match at the start of the text? See PythonPattern.
Result<bool> matches_at_start(const std::string& pattern, const std::string& text);

/// Python's PurePath.match for a relative pattern: components from the right, `*` and `?` inside one
/// component. `**` also stands for any number of folders.
bool path_matches(std::string_view path, std::string_view pattern);

}  // namespace towline::project
