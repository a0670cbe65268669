#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "project/project.h"

namespace towline::project {
namespace {

constexpr std::size_t kNamesShown = 20;

std::string names_of(const std::vector<Share::LeftOut>& left_out, bool python, std::size_t& count) {
    std::vector<std::string> names;
    count = 0;
    for (const Share::LeftOut& item : left_out) {
        if (item.needs_python != python) continue;
        ++count;
        if (names.size() < kNamesShown) names.push_back(item.name);
    }
    std::string out = join(names, ", ");
    if (count > kNamesShown) out += fmt::format(" and {} more", count - kNamesShown);
    return out;
}

}  // namespace

std::string to_text(const Share& share) {
    if (share.left_out.empty()) return {};
    const std::size_t all = share.loaded + share.left_out.size();
    std::size_t python = 0, wrong = 0;
    const std::string python_names = names_of(share.left_out, true, python);
    const std::string wrong_names = names_of(share.left_out, false, wrong);
    const auto verb = [](std::size_t count, const char* one, const char* many) { return count == 1 ? one : many; };
    std::string out;
    if (python > 0)
        out = fmt::format("{} of {} models {} Python: {}", python, all, verb(python, "needs", "need"), python_names);
    if (wrong > 0)
        out += fmt::format("{}{} of {} models {} faults: {}", out.empty() ? "" : "; ", wrong, all,
                           verb(wrong, "has", "have"), wrong_names);
    out += fmt::format("; {} {} without {}", share.loaded, verb(share.loaded, "loads", "load"),
                       verb(share.left_out.size(), "it", "them"));
    if (share.below > 0)
        out += fmt::format(", {} of them {} from what is left out", share.below, verb(share.below, "reads", "read"));
    return out + ".";
}

}  // namespace towline::project
