#pragma once
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace towline::policy {

inline constexpr std::size_t kPolicyBytesMax = 256 << 10;
inline constexpr std::size_t kRulesMax = 500;

/// What a rule can ask of a task.
struct TaskFacts {
    std::string work;  ///< plan | run
    std::string kind;  ///< of the task: evaluate, create_view, …
    std::string environment;
    std::string gateway;  ///< "" = the default one
    std::string name;     ///< quoted parts of a model, schema or view
};

/// Minutes of a day, end exclusive; over midnight if the end is not after the start.
struct Hours {
    int from = 0;
    int to = 0;
};

struct Rule {
    std::string name;
    bool allow = false;
    // An empty set or list fits everything.
    std::set<std::string> works, kinds, environments, gateways;
    std::vector<std::string> models;
    std::set<unsigned> days;  ///< 0 = Sunday
    std::optional<Hours> hours;
};

/// Which tasks this executor may carry out. Immutable; any thread.
class Policy {
 public:
    /// Allows everything.
    Policy() = default;
    /// `invalid` with file and line for anything that is not understood: a misspelt rule must not pass for no rule.
    static Result<Policy> parse(std::string_view text, std::string_view file);

    /// The sentence that names the rule which refuses this task now; nothing if it is allowed.
    std::optional<std::string> refusal(const TaskFacts& task, std::chrono::system_clock::time_point now) const;
    const std::vector<Rule>& rules() const { return rules_; }

 private:
    std::vector<Rule> rules_;
    bool allow_rest_ = true;
};

}  // namespace towline::policy
