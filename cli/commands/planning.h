#pragma once
// From project and options to a built plan: what the scheduler is asked for, and the pure planning on top of
// it.

#include "commands/session.h"
#include "plan/fingerprint.h"
#include "plan/plan.h"

namespace towline::commands {

/// A plan with everything needed to show and submit it.
struct Planned {
    plan::Plan plan;
    plan::StateView state;
    std::map<plan::SnapshotId, plan::Snapshot> snapshots;
    plan::MissingIntervals missing;
};

/// Options of `towline plan` as PlanOptions; defaults come from the project's configuration.
Result<plan::PlanOptions> plan_options(const Arguments& arguments, const project::Project& project);

/// Asks for the state and builds the plan. `now` moves the clock (tests); empty takes the scheduler's.
Result<Planned> make_plan(client::SchedulerClient& scheduler, const project::Project& project,
                          const plan::PlanOptions& options, const std::string& now);

/// What is asked of the scheduler's state.
struct StateRequest {
    std::string environment;
    std::string create_from = "prod";
    std::set<plan::SnapshotId> ids;  ///< snapshots beside those of the environments
    bool all = false;                ///< every snapshot of the project
};
/// Asks in pages, so that neither side ever holds a large state as one text.
Result<plan::StateView> fetch_state(client::SchedulerClient& scheduler, const StateRequest& request);

/// The record of an environment and its statements, without its snapshots.
Result<plan::StateView> environment_record(client::SchedulerClient& scheduler, const std::string& environment);

/// What the scheduler has of an environment: the record (`target`, absent if there is none) and its snapshots.
Result<plan::StateView> environment_state(client::SchedulerClient& scheduler, const std::string& environment);

/// The same, and of the project's own snapshots those that are stored.
Result<plan::StateView> project_state(client::SchedulerClient& scheduler, const project::Project& project,
                                      const std::string& environment);

/// Ends of the names for display: FQN → name in the environment.
std::map<std::string, std::string> display_names(const Planned& planned);
std::map<std::string, std::string> kind_names(const Planned& planned);

/// The plan as `-o json` prints it; `work` is the scheduler's answer, or empty.
std::string plan_document(const Planned& planned, const std::string& work);
/// As build_plan's failures end `sqlmesh plan` with 1, not with the code for wrong arguments.
Error planning_error(Error error);

/// Body of POST plans.
std::string submission(const plan::Plan& plan);

}  // namespace towline::commands
