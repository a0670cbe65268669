#include "plan/deployability.h"

#include "plan/graph.h"
#include "plan/intervals.h"
#include "plan/node_schedule.h"
#include "plan/starts.h"

namespace towline::plan {
namespace {
using model::Snapshot;
using model::SnapshotId;
using model::TimestampMs;

bool is_forward_only_kind(const Snapshot& snapshot) {
    return model::is_model(snapshot.node) && snapshot.node.kind.forward_only &&
           snapshot.change_category != model::ChangeCategory::metadata;
}

/// What a plan loads from `start` on can only go to prod if no older data is missing below it; this matters
/// to models that build on their own past.
bool is_valid_start(const Snapshot& snapshot, TimestampMs start, TimestampMs own_start, TimestampMs now) {
    const auto unit = interval_unit(snapshot.node);
    if (!model::depends_on_past(snapshot.node) || !unit) return true;
    const TimestampMs floored = time::floor(*unit, start);
    if (snapshot.intervals.empty()) {
        TimestampMs first = time::floor(*unit, own_start);
        if (first < own_start) first = time::next(*unit, first);
        return first >= floored;
    }
    MissingOptions options;
    options.execution_ts = now;
    const auto missing = missing_of(snapshot, {own_start, now}, false, true, options);
    return !missing || missing->empty() || missing->front().start >= floored;
}

class Judge {
 public:
    Judge(const std::map<SnapshotId, Snapshot>& snapshots, std::optional<TimestampMs> start, TimestampMs now)
        : snapshots_(snapshots), start_(start), now_(now), starts_(snapshots, now) {}

    DeployabilityIndex run() {
        const Graph graph(snapshots_);
        for (const SnapshotId& id : graph.order()) visit(id, snapshots_.at(id));
        return std::move(index_);
    }

 private:
    bool parents_allow(const Snapshot& snapshot) const {
        for (const SnapshotId& parent : snapshot.parents) {
            const auto allowed = children_.find(parent);
            if (allowed != children_.end() && !allowed->second) return false;
        }
        return true;
    }

    bool starts_validly(const Snapshot& snapshot) {
        if (!start_) return true;
        const auto own = starts_.of(snapshot, now_);
        return !own || is_valid_start(snapshot, *start_, *own, now_);
    }

    void visit(const SnapshotId& id, const Snapshot& snapshot) {
        const bool full = !model::is_model(snapshot.node) || snapshot.node.virtual_environment_mode == "full";
        if (!full || !parents_allow(snapshot)) {
            children_[id] = false;
            if (!snapshot.paused()) index_.representative.insert(id);
            return;
        }
        const bool restates = model::is_model(snapshot.node) && snapshot.node.kind.auto_restatement_cron.has_value();
        const bool valid = starts_validly(snapshot);
        const bool shares = snapshot.change_category == model::ChangeCategory::indirect_non_breaking;
        const bool forward = snapshot.forward_only || snapshot.change_category == model::ChangeCategory::forward_only;
        bool children = valid && !restates;
        if (forward || shares || is_forward_only_kind(snapshot) || restates || !valid) {
            // Not deployable by nature; but it may be what prod has now.
            if (!snapshot.paused() || (shares && !snapshot.intervals.empty()))
                index_.representative.insert(id);
            else
                children = false;
        } else {
            index_.deployable.insert(id);
        }
        children_[id] = children;
    }

    const std::map<SnapshotId, Snapshot>& snapshots_;
    std::optional<TimestampMs> start_;
    TimestampMs now_;
    Starts starts_;
    std::map<SnapshotId, bool> children_;
    DeployabilityIndex index_;
};

}  // namespace

DeployabilityIndex deployability(const std::map<SnapshotId, Snapshot>& snapshots, std::optional<TimestampMs> start,
                                 TimestampMs now) {
    return Judge(snapshots, start, now).run();
}

}  // namespace towline::plan
