#pragma once
// Planning for a caller that has fingerprinted the project already: that is half of an unchanged plan's work.

#include <map>
#include <string>

#include "plan/plan.h"

namespace towline::plan {

using Fingerprints = std::map<std::string, model::Fingerprint>;  ///< by FQN

/// build_plan; `prints` are fingerprints(project.nodes).
Result<Plan> build_plan(const project::Project& project, const Fingerprints& prints, const StateView& state,
                        const PlanOptions& options);

}  // namespace towline::plan
