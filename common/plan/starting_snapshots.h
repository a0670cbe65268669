#pragma once
// What a plan starts from.

#include <map>
#include <optional>

#include "plan/plan.h"

namespace towline::plan {

/// The plan's snapshots with the intervals that it starts from: what is made anew or loaded again has none, and new
/// forward-only ones begin in dev as a copy of what prod has. `snapshots`, `existing` and `prod` are those of
/// `plan_stages`.
std::map<SnapshotId, Snapshot> starting_snapshots(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots,
                                                  const std::optional<Environment>& existing,
                                                  const std::optional<Environment>& prod);

}  // namespace towline::plan
