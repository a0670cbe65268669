#pragma once
// Which rules a project wants, and what they find.

#include <string>
#include <vector>

#include "base/result.h"
#include "lint/rules.h"
#include "project/yaml.h"

namespace towline::lint {

/// The `linter:` section of a configuration.
struct LinterSettings {
    bool enabled = false;
    std::set<std::string> rules;
    std::set<std::string> warn_rules;
    std::set<std::string> ignored_rules;
};
/// Reads the section of a whole configuration.
LinterSettings linter_settings(const project::Yaml& config);

/// What the linter says about one model.
struct ModelReport {
    std::vector<Violation> errors;
    std::vector<Violation> warnings;
};

/// A checked selection of rules. `internal` for a rule that does not exist, or that shall both warn and fail.
class Linter {
 public:
    static Result<Linter> make(const LinterSettings& settings);
    /// Violations by line and rule. Fails if the model ignores a rule that does not exist.
    Result<ModelReport> check(const ModelContext& model) const;

 private:
    bool enabled_ = false;
    std::set<std::string> rules_;
    std::set<std::string> warn_rules_;
};

}  // namespace towline::lint
