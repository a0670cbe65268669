#pragma once
#include <map>
#include <vector>

#include "base/result.h"
#include "model/snapshot.h"

namespace towline::plan {

/// --no-gaps: fails with `conflict` if an incremental model that gets another table would lack intervals that the
/// table of `previous` (what the environment shows until now) has. `target` are the environment's new snapshots.
Status ensure_no_gaps(const std::map<model::SnapshotId, model::Snapshot>& target,
                      const std::vector<model::Snapshot>& previous, model::TimestampMs now);

}  // namespace towline::plan
