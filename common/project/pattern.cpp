#include "project/pattern.h"

#include <fnmatch.h>
#include <regex.h>

#include <memory>
#include <vector>

#include "base/strings.h"

namespace towline::project {
namespace {

constexpr std::size_t kPatternBytesMax = 1000;

bool components_match(const std::vector<std::string>& path, std::size_t i,
                      const std::vector<std::string>& pattern, std::size_t j) {
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
    if (pattern.size() > kPatternBytesMax) return fail(ErrorCode::too_large, "The pattern is too long.");
    if (pattern.find("(?") != std::string::npos)
        return fail(ErrorCode::unsupported,
                    "The pattern '" + pattern + "' uses (?…), which is not supported.");
    const std::string posix = "^(" + replace_all(pattern, "\\d", "[0-9]") + ")";
    regex_t compiled;
    if (regcomp(&compiled, posix.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
        return fail(ErrorCode::invalid, "The pattern '" + pattern + "' is not a regular expression.");
    const std::unique_ptr<regex_t, decltype(&regfree)> guard(&compiled, regfree);
    return regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
}

bool path_matches(std::string_view path, std::string_view pattern) {
    const std::vector<std::string> parts = split(path, "/");
    const std::vector<std::string> wanted = split(pattern, "/");
    if (wanted.size() > 50 || parts.size() > 200) return false;
    if (components_match(parts, 0, wanted, 0)) return true;
    for (std::size_t i = 1; i < parts.size(); ++i)
        if (components_match(parts, i, wanted, 0)) return true;
    return false;
}

}  // namespace towline::project
