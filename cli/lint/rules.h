#pragma once
// The built-in rules.

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "project/project.h"

namespace towline::lint {

struct Violation {
    std::string rule;
    std::string message;
    int line = 0;  ///< from 1 in the model's file; 0: the model as a whole
};

/// What rules may ask about a model.
struct ModelContext {
    const model::Node& node;
    const project::Project& project;
    std::string_view file;                       ///< the text of its file; empty if there is none
    const std::set<std::string>& tested_models;  ///< names as unit tests write them
};

struct Rule {
    std::string_view name;
    std::string_view summary;
    std::vector<Violation> (*check)(const ModelContext& model) = nullptr;
};

/// Every rule, by name.
std::span<const Rule> builtin_rules();

}  // namespace towline::lint
