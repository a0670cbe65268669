#include "plan/tree.h"

#include "base/strings.h"

namespace towline::plan {
namespace {
constexpr std::size_t kShownMax = 10;

void print(const Branch& branch, const std::string& first, const std::string& rest, std::string& out) {
    bool head = true;
    for (const std::string& line : split(branch.label, "\n")) {
        out += (head ? first : rest) + line + "\n";
        head = false;
    }
    for (std::size_t i = 0; i < branch.children.size(); ++i) {
        const bool last = i + 1 == branch.children.size();
        print(branch.children[i], rest + (last ? "└── " : "├── "), rest + (last ? "    " : "│   "), out);
    }
}
}  // namespace

Branch& Branch::add(std::string text) {
    children.emplace_back(std::move(text));
    return children.back();
}

void Branch::fold(bool verbose) {
    if (verbose || children.size() <= kShownMax) return;
    std::vector<Branch> shown;
    shown.push_back(std::move(children.front()));
    shown.emplace_back(".... " + std::to_string(children.size() - 2) + " more ....");
    shown.push_back(std::move(children.back()));
    children = std::move(shown);
}

std::string Branch::text() const {
    std::string out;
    print(*this, "", "", out);
    return out;
}

}  // namespace towline::plan
