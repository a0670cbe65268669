#pragma once
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "core/work.h"
#include "plan/stages.h"
#include "store/store.h"

namespace towline::services {

using SnapshotMap = std::map<model::SnapshotId, model::Snapshot>;

/// What a person may ask of a run; a run made by the cron has the defaults. Stored as the run's document.
struct RunOptions {
    bool ignore_cron = false;
    std::optional<std::string> start;
    std::optional<std::string> end;
    std::vector<std::string> select_models;  ///< FQNs; empty = all
};
std::string to_json(const RunOptions& options);
Result<RunOptions> run_options_from_json(const json::Reader& reader);
/// Of a run that is in the store.
Result<RunOptions> stored_run_options(store::Store& store, const core::Work& run);
/// Of a work that is a plan and no cleanup.
Result<plan::Plan> stored_plan(store::Store& store, const core::Work& work);

/// Everything plan::run_stages needs, read from the store.
struct RunInput {
    plan::RunRequest request;
    SnapshotMap snapshots;
    /// Already in `snapshots`; to be stored before the run starts.
    std::vector<store::AutoRestatement> restatements;
};
/// The work need not be in the store. Nothing if the environment is not finalised (a plan is being applied); not_found
/// if there is no such environment.
Result<std::optional<RunInput>> load_run(store::Store& store, const core::Work& work, const RunOptions& options);

/// A queued run of the environment as it is now, with default options.
core::Work new_run(const std::string& project_id, const model::Environment& environment, model::TimestampMs now);

/// All snapshots of an environment with their intervals.
Result<SnapshotMap> environment_snapshots(store::Store& store, const std::string& project_id,
                                          const model::Environment& environment);
/// All snapshots of a plan, new ones included.
Result<SnapshotMap> load_plan_snapshots(store::Store& store, const std::string& project_id, const plan::Plan& plan);
/// The same with those snapshots of the environment whose tables the plan's have too, under another definition.
Result<SnapshotMap> load_plan_snapshots(store::Store& store, const std::string& project_id, const plan::Plan& plan,
                                        const std::optional<model::Environment>& compared);

}  // namespace towline::services
