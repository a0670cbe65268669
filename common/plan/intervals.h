#pragma once
// Missing intervals by range arithmetic (reference sqlmesh_plan_run section 2): cost grows with ranges, not with ticks.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/snapshot.h"
#include "plan/deployability.h"

namespace towline::plan {

struct MissingOptions {
    std::optional<std::string> start;  ///< time-like
    std::optional<std::string> end;
    model::TimestampMs execution_ts = 0;
    bool ignore_cron = false;
    bool end_bounded = false;
    std::map<std::string, model::Interval> overrides;     ///< per FQN, 0 = not set
    std::map<std::string, model::Interval> restatements;  ///< ranges taken out of the recorded ones first
};

/// Missing ranges of one snapshot within [start, end) (2.4).
Result<model::Intervals> missing_of(const model::Snapshot& snapshot, model::Interval range, bool end_is_date,
                                    bool representative, const MissingOptions& options);

/// Missing ranges of a set of snapshots (2.5), by snapshot id. Only one snapshot per (name, version) is used.
Result<std::map<model::SnapshotId, model::Intervals>> missing_intervals(
    const std::map<model::SnapshotId, model::Snapshot>& snapshots, const DeployabilityIndex& index,
    const MissingOptions& options);

/// Start and end floored to the node's interval unit (2.2).
Result<model::Interval> inclusive_exclusive(const model::Node& node, model::Interval range, bool end_is_date,
                                            bool expand);

/// A node's own start, else the earliest of its parents', else one cron period before `relative_to`.
Result<model::TimestampMs> start_of(const model::SnapshotId& id,
                                    const std::map<model::SnapshotId, model::Snapshot>& snapshots,
                                    model::TimestampMs relative_to);

/// No plan has more batches than this; whoever needs them all asks for coarser ones.
inline constexpr std::size_t kBatchesMax = 100'000;

/// Contiguous ranges cut into batches of at most batch_size ticks (4.4).
std::vector<model::Interval> batches(const model::Node& node, const model::Intervals& missing);

}  // namespace towline::plan
