#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/session.h"
#include "project/project.h"

namespace towline::commands {

/// Loads the project of -p natively. All faults of a load are printed, then `invalid` says how many there
/// were. With `partial` the models with faults are left out, and what they are is printed.
Result<project::Project> load_project(Session& session, const std::vector<std::string>& paths,
                                      const project::KnownGateways& known, bool partial = false);

/// The environment that a command names, or the configuration's default_target_environment. Only the configuration is
/// read; where there is none, or none that can be read, it is `prod`.
Result<std::string> target_environment(Session& session, const Arguments& arguments);

/// What executors reported of their gateways.
Result<project::KnownGateways> known_gateways(client::SchedulerClient& scheduler);

/// Fails if nothing tells what kind of engine the default gateway is: such a project cannot be planned.
Status check_gateways(const project::Project& project);

/// Prints the models whose dialect is not their engine's and fails with `unsupported` if there are any: they can
/// be loaded and planned, but nobody can execute them.
Status check_dialects(Session& session, const project::Project& project);

}  // namespace towline::commands
