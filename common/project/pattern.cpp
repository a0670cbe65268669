#include "project/pattern.h"

#include <fnmatch.h>

#include <vector>

#include "base/strings.h"
#include "project/python_pattern.h"

namespace towline::project {
namespace {

bool components_match(const std::vector<std::string>& path, std::size_t i, const std::vector<std::string>& pattern,
                      std::size_t j) {
    if (j == pattern.size()) return i == path.size();
    if (pattern[j] == "**") {
        for (std::size_t skip = i; skip <= path.size(); ++skip)
            if (components_match(path, skip, pattern, j + 1)) return true;
        return false;
    }
    return i < path.size() && fnmatch(pattern[j].c_str(), path[i].c_str(), 0) == 0 &&
           components_match(path, i + 1, pattern, j + 1);
}

}  // namespace

Result<bool> matches_at_start(const std::string& pattern, const std::string& text) {
    TRY(const PythonPattern compiled, PythonPattern::compile(pattern));
    return compiled.matches_at_start(text);
}

bool path_matches(std::string_view path, std::string_view pattern) {
    const std::vector<std::string> parts = split(path, "/");
    while (pattern.starts_with("./")) pattern.remove_prefix(2);
    const std::vector<std::string> wanted = split(pattern, "/");
    if (wanted.size() > 50 || parts.size() > 200) return false;
    if (components_match(parts, 0, wanted, 0)) return true;
    for (std::size_t i = 1; i < parts.size(); ++i)
        if (components_match(parts, i, wanted, 0)) return true;
    return false;
}

}  // namespace towline::project
