#pragma once
// The graph of a set of snapshots. Private to common/plan.

#include <map>
#include <set>
#include <vector>

#include "model/snapshot.h"

namespace towline::plan {

/// Parents that are not in the set are ignored. Immutable; a copy of the ids, so the snapshots may change
/// meanwhile.
class Graph {
 public:
    explicit Graph(const std::map<model::SnapshotId, model::Snapshot>& snapshots);

    /// Parents before children; among equals by id, so that the order is always the same.
    const std::vector<model::SnapshotId>& order() const { return order_; }
    /// All descendants of a snapshot, without itself, parents before children.
    std::vector<model::SnapshotId> downstream(const model::SnapshotId& id) const;
    /// The given snapshots and all their ancestors.
    std::set<model::SnapshotId> with_upstream(const std::set<model::SnapshotId>& ids) const;

 private:
    std::vector<std::size_t> reach(std::vector<std::size_t> from,
                                   const std::vector<std::vector<std::size_t>>& edges) const;

    std::vector<model::SnapshotId> order_;
    std::map<model::SnapshotId, std::size_t> place_;  // position in order_
    std::vector<std::vector<std::size_t>> parents_;   // by position
    std::vector<std::vector<std::size_t>> children_;
};

}  // namespace towline::plan
