#pragma once
// Backfill as tasks with dependencies (reference 4.4, 4.5). Private to common/plan.

#include <map>
#include <set>
#include <vector>

#include "plan/deployability.h"
#include "plan/graph.h"
#include "plan/stages.h"

namespace towline::plan {

/// What all tasks of a plan or run have in common.
struct TaskContext {
    const std::map<SnapshotId, Snapshot>& snapshots;
    const Graph& graph;
    const DeployabilityIndex& index;
    std::string environment;
    model::EnvironmentNaming naming;
    TimestampMs execution_ts = 0;
    std::set<std::string> restated;           ///< FQNs
    std::set<std::string> allow_destructive;  ///< FQNs
    std::set<std::string> allow_additive;
};

/// A task about a snapshot, with what it reads, without key and dependencies.
TaskSpec snapshot_task(const TaskContext& context, TaskKind kind, const Snapshot& snapshot);
/// True if the task's table may be missing, so that somebody has to create it.
bool may_lack_table(const TaskContext& context, const Snapshot& snapshot);

/// Tasks that load the missing ranges, and tables that only have to exist (`to_create`). Dependencies stay
/// inside the list. Fails with `too_large` if there are more batches than a plan may have.
Result<std::vector<TaskSpec>> backfill_tasks(const TaskContext& context, const std::map<SnapshotId, Intervals>& missing,
                                             const std::set<SnapshotId>& to_create);

}  // namespace towline::plan
