#pragma once
#include "base/result.h"
#include "core/work.h"
#include "services/run_options.h"
#include "store/store.h"

namespace towline::services {

/// Everything that environments, and plans that have not ended, have a table of. The work `except` is left out.
Result<std::vector<model::TableInfo>> tables_in_use(store::Store& store, const std::string& project_id,
                                                    const std::string& except);

/// The stages of a cleanup (core::is_cleanup) against the state as it is now; none if there is nothing left to do, for
/// example because the environment was planned again.
Result<std::vector<plan::Stage>> cleanup_stages(store::Store& store, const core::Work& work, model::TimestampMs now);

/// A scheduler stage of a cleanup.
Status perform_cleanup_stage(store::Store& store, const core::Work& work, plan::StageKind kind);

/// True if a cleanup that has not ended drops a table which the plan is about to build under the same name.
Result<bool> waits_for_cleanup(store::Store& store, const core::Work& work, const SnapshotMap& snapshots);

}  // namespace towline::services
