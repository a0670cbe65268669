#pragma once
// Trees of text as `sqlmesh` draws them. Private to common/plan.

#include <string>
#include <utility>
#include <vector>

namespace towline::plan {

/// A label (of one or more lines) and what hangs below it.
struct Branch {
    explicit Branch(std::string text) : label(std::move(text)) {}

    std::string label;
    std::vector<Branch> children;

    /// The new child; the reference holds until the next one is added.
    Branch& add(std::string text);
    void add(Branch branch) { children.push_back(std::move(branch)); }
    /// More than ten children become the first, a count and the last.
    void fold(bool verbose);
    /// Every line ends with a newline.
    std::string text() const;
};

}  // namespace towline::plan
