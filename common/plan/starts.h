#pragma once
// Where the data of a node begins (reference 2.5). Private to common/plan.

#include <map>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "model/snapshot.h"

namespace towline::plan {

/// Remembers the starts it has found. Not thread safe; holds references to the snapshots.
class Starts {
 public:
    Starts(const std::map<model::SnapshotId, model::Snapshot>& snapshots, model::TimestampMs now)
        : snapshots_(snapshots), now_(now) {}

    /// A node's own start, else the earliest of its parents', else one cron period before `relative_to`.
    Result<model::TimestampMs> of(const model::Snapshot& snapshot, model::TimestampMs relative_to);
    /// The earliest of all snapshots; the day before `relative_to` if there is none.
    Result<model::TimestampMs> earliest(model::TimestampMs relative_to);

 private:
    Result<model::TimestampMs> visit(const model::Snapshot& snapshot, model::TimestampMs relative_to);

    const std::map<model::SnapshotId, model::Snapshot>& snapshots_;
    model::TimestampMs now_;
    std::map<std::pair<std::string_view, model::TimestampMs>, model::TimestampMs> known_;  // names of the snapshots
};

}  // namespace towline::plan
