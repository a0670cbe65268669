#pragma once
// A plan under construction (reference 3.3). Private to common/plan: the builder's steps share it.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plan/context_diff.h"
#include "plan/graph.h"
#include "plan/plan.h"

namespace towline::plan {

struct Draft {
    Draft(const project::Project& p, const StateView& s, const PlanOptions& o) : project(p), state(s), options(o) {}

    const project::Project& project;
    const Fingerprints* prints = nullptr;  ///< of the project's nodes, where they are known
    const StateView& state;
    const PlanOptions& options;
    bool is_dev = false;
    bool forward_only = false;
    bool enable_preview = true;
    TimestampMs execution_ts = 0;
    ContextDiff diff;
    std::optional<Graph> graph;
    std::optional<std::set<std::string>> restate;   ///< FQNs asked for
    std::optional<std::set<std::string>> backfill;  ///< FQNs selected for backfill
    std::set<std::string> allow_destructive;        ///< FQNs
    std::set<std::string> allow_additive;
    std::map<std::string, Interval> overrides;
    std::optional<std::string> start;  ///< as given, or what previews default to
    std::optional<std::string> end;    ///< as given, or prod's frontier
    std::optional<std::string> preview_start;
    DeployabilityIndex index;
    std::set<SnapshotId> directly_modified;
    std::map<SnapshotId, std::set<SnapshotId>> indirectly_modified;
    std::map<SnapshotId, Interval> restatements;
    std::map<std::string, std::string> reasons;  ///< FQN → why its category
    std::vector<std::string> warnings;

    const Snapshot& snapshot(const std::string& fqn) const { return diff.snapshots.at(diff.by_name.at(fqn)); }
    bool is_modified_or_added(const Snapshot& s) const {
        return diff.modified.contains(s.name) || diff.added.contains(s.id());
    }
};

/// Adds, directly and indirectly modified nodes to the draft.
void find_modified(Draft& draft);
/// True for a forward-only kind whose table exists already and survives the change.
bool is_forward_only_change(const Draft& draft, const Snapshot& snapshot);
/// Refuses or warns where a forward-only change would drop or add columns (3.3 step 6).
Status check_schema_changes(Draft& draft);
/// Gives every new snapshot its category and version (1.9, 1.12). Uncategorised ones keep
/// ChangeCategory::none.
Status categorize(Draft& draft);
/// What new snapshots inherit of recorded intervals (3.3 step 8).
Status adjust_intervals(Draft& draft);
/// True if a dev plan shows forward-only changes on tables of their own.
bool needs_forward_only_preview(const Draft& draft);
/// Ranges to load again, previews included (2.9).
Status find_restatements(Draft& draft);
/// The earliest start or recorded interval of all snapshots.
Result<TimestampMs> earliest_interval_start(const std::map<SnapshotId, Snapshot>& snapshots, TimestampMs execution_ts);

}  // namespace towline::plan
