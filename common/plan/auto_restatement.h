#pragma once
#include <map>
#include <optional>

#include "base/result.h"
#include "model/snapshot.h"

namespace towline::plan {

/// What a snapshot's auto_restatement_cron makes of it at some instant.
struct AutoRestated {
    model::Interval range;                      ///< to be loaded again; empty: nothing now
    std::optional<model::TimestampMs> next_ts;  ///< when the next range is due; nothing for models without such a cron
};

/// Models whose auto_restatement_cron has come, and everything below them, as `sqlmesh run` of prod finds them
/// (reference 2.9). Only snapshots for which something changes are in the result.
Result<std::map<model::SnapshotId, AutoRestated>> auto_restatements(
    const std::map<model::SnapshotId, model::Snapshot>& snapshots, model::TimestampMs execution_ts);

}  // namespace towline::plan
