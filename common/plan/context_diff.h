#pragma once
// Project against environment (reference 3.2). Private to common/plan.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "plan/known_fingerprints.h"

namespace towline::plan {

/// A node that both sides have, with different fingerprints.
struct Modified {
    SnapshotId current;
    const Snapshot* before = nullptr;  ///< in the StateView; never null
    bool data_change = false;
};

struct ContextDiff {
    bool is_new_environment = false;
    bool is_unfinalized = false;
    bool normalize_name = true;
    bool base_exists = false;
    std::map<SnapshotId, Snapshot> snapshots;  ///< of the project: the stored copy where one exists
    std::map<std::string, SnapshotId> by_name;
    std::set<SnapshotId> added;
    std::set<SnapshotId> new_ids;  ///< not in the state yet
    std::map<std::string, TableInfo> removed;
    std::map<std::string, Modified> modified;
    std::optional<std::string> previous_plan_id;
    std::set<SnapshotId> previously_promoted;
    std::vector<TableInfo> environment_snapshots;  ///< what was compared with
    std::optional<std::vector<TableInfo>> previous_finalized_snapshots;
    std::vector<EnvironmentStatements> environment_statements;
    bool statements_changed = false;
    bool gateway_managed_changed = false;

    bool directly_modified(const std::string& name) const;
    bool indirectly_modified(const std::string& name) const;
    /// Its own metadata is another: beside either of the two, or alone. Of a node that differs only because its
    /// parents' metadata does none of the three is true.
    bool metadata_updated(const std::string& name) const;
    bool has_snapshot_changes() const { return !added.empty() || !removed.empty() || !modified.empty(); }
    bool has_changes() const {
        return has_snapshot_changes() || is_new_environment || is_unfinalized || statements_changed ||
               gateway_managed_changed;
    }
    bool is_new(const SnapshotId& id) const { return new_ids.contains(id); }
};

/// The project's nodes with those of other projects that prod shows, each knowing the columns of the other side.
/// Absent: there are none of others.
std::optional<std::map<std::string, model::Node>> with_other_projects(const project::Project& project,
                                                                      const StateView& state);
/// The nodes the plan is about where they are not just the project's own: with those of other projects, and where a
/// selection was made with the environment's for the rest. Absent: the project's own, all of them.
Result<std::optional<std::map<std::string, model::Node>>> other_nodes(const project::Project& project,
                                                                      const StateView& state,
                                                                      const PlanOptions& options);
/// What an environment shows, or, with `finalized` and while a plan of it is not done, what it showed before.
const std::vector<TableInfo>& compared_snapshots(const Environment& environment, bool finalized);
/// `prints` are the fingerprints of the project's own nodes; null: they are computed.
Result<ContextDiff> context_diff(const project::Project& project, const Fingerprints* prints, const StateView& state,
                                 const PlanOptions& options);
/// Everything as the environment has it: restatements ignore local changes. Fails if there is no environment.
Result<ContextDiff> no_diff(const StateView& state, const PlanOptions& options);

}  // namespace towline::plan
