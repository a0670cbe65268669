#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/session.h"
#include "project/project.h"

namespace towline::commands {

/// Loads the project of -p natively. All faults of a load are printed, then `invalid` says how many there
/// were.
Result<project::Project> load_project(Session& session, const std::vector<std::string>& paths,
                                      const project::KnownGateways& known);

/// What executors reported of their gateways.
Result<project::KnownGateways> known_gateways(client::SchedulerClient& scheduler);

/// Fails if nothing tells what kind of engine the default gateway is: such a project cannot be planned.
Status check_gateways(const project::Project& project);

}  // namespace towline::commands
