#pragma once
// What a restatement in prod takes from the other environments (reference 3.7): their own versions of what was loaded
// again, and of all that reads it there, were made of data that is no longer.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/snapshot.h"
#include "plan/table_version.h"

namespace towline::plan {

/// Ranges of other versions that are to be loaded again, by snapshot.
struct Elsewhere {
    std::map<model::SnapshotId, std::pair<std::string, model::Interval>> ranges;  ///< version and range
    std::set<std::string> names() const;
};

/// What a plan restates, by name, parents before children.
using Restated = std::vector<std::pair<std::string, model::Interval>>;

/// Brings a plan's restatements into that order; `planned` are the plan's snapshots. Pure.
Restated in_order(const std::map<std::string, model::Interval>& restatements,
                  const std::map<model::SnapshotId, model::Snapshot>& planned);

/// Versions that environments show and prod does not: of the restated models and of their descendants in each of
/// them, without `kept` (names of models whose data is never loaded again). A descendant loses the range of the first
/// restated model above it. Pure.
Elsewhere restated_elsewhere(const Restated& restatements, const std::set<TableVersion>& prod,
                             const std::set<std::string>& kept, const std::vector<model::Environment>& environments);

/// The ranges by table. `stored` are the snapshots of those names: versions that no environment shows lose the widest
/// range of their model, and what can only be loaded as a whole loses all up to its end. Fails where a model's cron or
/// unit cannot be read.
Result<std::map<TableVersion, model::Interval>> ranges_elsewhere(const Elsewhere& found,
                                                                 const std::vector<model::Snapshot>& stored,
                                                                 const std::set<TableVersion>& prod,
                                                                 const std::set<model::SnapshotId>& expired,
                                                                 model::TimestampMs now);

}  // namespace towline::plan
