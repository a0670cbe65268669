#include "plan/graph.h"

#include <algorithm>

namespace towline::plan {
using model::SnapshotId;

Graph::Graph(const std::map<SnapshotId, model::Snapshot>& snapshots) {
    std::map<SnapshotId, std::size_t> waiting;
    std::map<SnapshotId, std::vector<SnapshotId>> children;
    std::set<SnapshotId> level;
    for (const auto& [id, snapshot] : snapshots) {
        std::size_t known = 0;
        for (const SnapshotId& parent : std::set(snapshot.parents.begin(), snapshot.parents.end())) {
            if (parent == id || !snapshots.contains(parent)) continue;
            children[parent].push_back(id);
            ++known;
        }
        waiting[id] = known;
        if (known == 0) level.insert(id);
    }
    while (!level.empty()) {
        std::set<SnapshotId> next;
        for (const SnapshotId& id : level) {
            order_.push_back(id);
            for (const SnapshotId& child : children[id])
                if (--waiting[child] == 0) next.insert(child);
        }
        level = std::move(next);
    }
    parents_.resize(order_.size());
    children_.resize(order_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) place_[order_[i]] = i;
    for (std::size_t i = 0; i < order_.size(); ++i)
        for (const SnapshotId& child : children[order_[i]]) {
            const auto found = place_.find(child);
            if (found == place_.end()) continue;
            children_[i].push_back(found->second);
            parents_[found->second].push_back(i);
        }
}

std::vector<std::size_t> Graph::reach(std::vector<std::size_t> from,
                                      const std::vector<std::vector<std::size_t>>& edges) const {
    std::vector<bool> seen(order_.size());
    std::vector<std::size_t> out;
    while (!from.empty()) {
        const std::size_t at = from.back();
        from.pop_back();
        if (seen[at]) continue;
        seen[at] = true;
        out.push_back(at);
        from.insert(from.end(), edges[at].begin(), edges[at].end());
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<SnapshotId> Graph::downstream(const SnapshotId& id) const {
    const auto found = place_.find(id);
    if (found == place_.end()) return {};
    std::vector<SnapshotId> out;
    for (const std::size_t at : reach({found->second}, children_))
        if (at != found->second) out.push_back(order_[at]);
    return out;
}

std::set<SnapshotId> Graph::with_upstream(const std::set<SnapshotId>& ids) const {
    std::vector<std::size_t> from;
    for (const SnapshotId& id : ids)
        if (const auto found = place_.find(id); found != place_.end()) from.push_back(found->second);
    std::set<SnapshotId> out;
    for (const std::size_t at : reach(std::move(from), parents_)) out.insert(order_[at]);
    return out;
}

}  // namespace towline::plan
