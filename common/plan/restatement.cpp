#include <algorithm>

#include "plan/changes.h"
#include "plan/draft.h"
#include "plan/interval_log.h"
#include "plan/intervals.h"
#include "plan/node_schedule.h"
#include "plan/starts.h"
#include "time/civil.h"
#include "time/timelike.h"

namespace towline::plan {
namespace {
using model::ChangeCategory;

std::string version_of(const Snapshot& snapshot) {
    return snapshot.version.empty() ? snapshot.fingerprint.to_version() : snapshot.version;
}

bool is_no_preview(const Snapshot& s) {
    return s.forward_only && (s.change_category == ChangeCategory::metadata ||
                              s.change_category == ChangeCategory::indirect_non_breaking);
}

class Restatements {
 public:
    explicit Restatements(Draft& draft) : draft_(draft) {}

    Status run() {
        std::set<std::string> names = draft_.restate.value_or(std::set<std::string>{});
        if (names.empty() && needs_forward_only_preview(draft_)) {
            is_preview_ = true;
            names = preview_names();
        }
        if (names.empty()) return {};
        TRY_STATUS(find_range());
        for (const SnapshotId& id : draft_.graph->order()) {
            const Snapshot& snapshot = draft_.diff.snapshots.at(id);
            std::vector<const Snapshot*> parents;
            for (const SnapshotId& parent : snapshot.parents)
                if (draft_.restatements.contains(parent)) parents.push_back(&draft_.diff.snapshots.at(parent));
            if (is_preview_ && is_no_preview(snapshot)) continue;
            if (parents.empty() && !names.contains(snapshot.name)) continue;
            if (!may_restate(snapshot)) continue;
            TRY_STATUS(add(snapshot, parents));
        }
        return {};
    }

 private:
    std::set<std::string> preview_names() const {
        std::set<std::string> names;
        for (const SnapshotId& id : draft_.diff.new_ids) {
            const Snapshot& s = draft_.diff.snapshots.at(id);
            const bool changed = draft_.diff.directly_modified(s.name) || draft_.diff.indirectly_modified(s.name);
            const bool forward = s.forward_only || s.node.kind.forward_only;
            if (model::is_model(s.node) && !model::is_symbolic(s.node) && forward && !is_no_preview(s) && changed)
                names.insert(s.name);
        }
        return names;
    }

    Status find_range() {
        if (draft_.start) {
            TRY(start_, time::parse_timelike(*draft_.start, draft_.execution_ts));
        } else {
            TRY(start_, earliest_interval_start(draft_.diff.snapshots, draft_.execution_ts));
        }
        if (is_preview_ && draft_.preview_start) {
            TRY(start_, time::parse_timelike(*draft_.preview_start, draft_.execution_ts));
        }
        end_ = draft_.execution_ts;
        if (!draft_.end) return {};
        TRY(end_, time::parse_timelike(*draft_.end, draft_.execution_ts));
        end_is_date_ = time::is_date(*draft_.end);
        return {};
    }

    bool may_restate(const Snapshot& snapshot) {
        if (needs_forward_only_preview(draft_)) return true;
        const std::string name = "Cannot restate model '" + snapshot.node.name + "'";
        if (draft_.is_dev && !snapshot.paused()) {
            draft_.warnings.push_back(name +
                                      " because the current version is used in production. Run the restatement against "
                                      "the production environment instead to restate this model.");
            return false;
        }
        if (!draft_.is_dev && snapshot.node.kind.disable_restatement) {
            draft_.warnings.push_back(
                name +
                ". Restatement is disabled for this model to prevent possible data loss. If you want "
                "to restate this model, change the model's `disable_restatement` setting to `false`.");
            return false;
        }
        return !model::is_seed(snapshot.node);
    }

    Result<Interval> removal_interval(const Snapshot& snapshot) {
        Interval range{start_, end_};
        bool is_date = end_is_date_;
        if (model::depends_on_past(snapshot.node)) {
            range.end = draft_.execution_ts;
            is_date = false;
        }
        if (is_preview_ || !model::is_full_history_restatement_only(snapshot.node) || snapshot.intervals.empty())
            return inclusive_exclusive(snapshot.node, range, is_date, true);
        const Interval asked = range;
        range.start = snapshot.intervals.front().start;
        if (asked.start > range.start && model::is_incremental(snapshot.node))
            draft_.warnings.push_back("Model '" + snapshot.node.name + "' is '" +
                                      std::string(to_string(snapshot.node.kind.name)) +
                                      "' which does not support partial restatement. It is restated fully.");
        return inclusive_exclusive(snapshot.node, range, is_date, true);
    }

    Status add(const Snapshot& snapshot, const std::vector<const Snapshot*>& parents) {
        TRY(Interval range, removal_interval(snapshot));
        for (const Snapshot* parent : parents) {
            if (!model::is_incremental(parent->node)) continue;
            const Interval above = draft_.restatements.at(parent->id());
            range = {std::min(range.start, above.start), std::max(range.end, above.end)};
        }
        // An hour above restates the whole day below.
        TRY(const auto unit, interval_unit(snapshot.node));
        const TimestampMs floored = time::floor(unit, range.end);
        if (floored < range.end) range = {time::floor(unit, range.start), time::next(unit, floored)};
        // One that holds nothing counts too: what is below may have a range of its own, and the plan is one to restate.
        draft_.restatements[snapshot.id()] = {range.start, std::max(range.start, range.end)};
        return {};
    }

    Draft& draft_;
    bool is_preview_ = false;
    TimestampMs start_ = 0;
    TimestampMs end_ = 0;
    bool end_is_date_ = false;
};

}  // namespace

Result<TimestampMs> earliest_interval_start(const std::map<SnapshotId, Snapshot>& snapshots, TimestampMs execution_ts) {
    TRY(TimestampMs out, Starts(snapshots, execution_ts).earliest(execution_ts));
    for (const auto& [id, snapshot] : snapshots)
        if (!snapshot.intervals.empty()) out = std::min(out, snapshot.intervals.front().start);
    return out;
}

Status adjust_intervals(Draft& draft) {
    for (const auto& [name, modified] : draft.diff.modified) {
        Snapshot& now = draft.diff.snapshots.at(modified.current);
        const Snapshot& before = *modified.before;
        const bool models = model::is_model(now.node) && model::is_model(before.node);
        if (!models && (model::is_model(now.node) || model::is_model(before.node))) continue;
        const bool same_version = version_of(before) == version_of(now);
        if (models && same_version && should_force_rebuild(before, now)) {
            now.intervals.clear();
        } else if (draft.diff.is_new(modified.current)) {
            now.intervals.clear();
            now.dev_intervals.clear();
            if (!same_version) continue;
            const IntervalLog::Group writer{before.id().identifier, before.dev_version, before.intervals,
                                            before.dev_intervals};
            TRY_STATUS(inherit(now, writer, draft.execution_ts));
            for (const Interval& range : before.pending_restatement_intervals)
                model::add(now.pending_restatement_intervals, range);
            if (now.forward_only) now.dev_intervals = now.intervals;
        }
    }
    return {};
}

bool needs_forward_only_preview(const Draft& draft) {
    if (!draft.is_dev) return false;
    if (draft.forward_only) return true;
    if (!draft.enable_preview) return false;
    for (const auto& [id, s] : draft.diff.snapshots)
        if (model::is_model(s.node) && s.node.kind.forward_only && draft.is_modified_or_added(s)) return true;
    return false;
}

Status find_restatements(Draft& draft) { return Restatements(draft).run(); }

}  // namespace towline::plan
