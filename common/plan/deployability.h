#pragma once
#include <map>
#include <optional>
#include <set>

#include "model/snapshot.h"

namespace towline::plan {

/// Per plan: does a snapshot write to and read from its prod table, or its dev table (reference 1.14).
struct DeployabilityIndex {
    bool all_deployable = false;
    std::set<model::SnapshotId> deployable;
    std::set<model::SnapshotId> representative;  ///< read from the prod table although not deployable

    static DeployabilityIndex all() { return {true, {}, {}}; }
    bool is_deployable(const model::SnapshotId& id) const { return all_deployable || deployable.contains(id); }
    bool is_representative(const model::SnapshotId& id) const {
        return is_deployable(id) || representative.contains(id);
    }
};

DeployabilityIndex deployability(const std::map<model::SnapshotId, model::Snapshot>& snapshots,
                                 std::optional<model::TimestampMs> start, model::TimestampMs now);

}  // namespace towline::plan
