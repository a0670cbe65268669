#pragma once
// Planning as a pure function: a loaded project, the state it meets and the options give a Plan; the plan and the state
// at apply time give stages. CLI and scheduler run this same code, so a client cannot make the scheduler inconsistent.
// Semantics: SQLMesh's plan builder and stages (docs/architecture.md names the sections of our reference).

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/snapshot.h"
#include "plan/deployability.h"
#include "plan/table_version.h"
#include "project/project.h"

namespace towline::plan {

using model::Environment;
using model::EnvironmentStatements;
using model::Interval;
using model::Intervals;
using model::Snapshot;
using model::SnapshotId;
using model::TableInfo;
using model::TimestampMs;

struct PlanOptions {
    std::string environment = "prod";  ///< sanitised
    std::optional<std::string> start;
    std::optional<std::string> end;
    std::optional<std::string> execution_time;
    std::string create_from = "prod";
    std::vector<std::string> restate_models;  ///< selectors
    std::vector<std::string> select_models;
    std::vector<std::string> backfill_models;
    std::vector<std::string> allow_destructive_models;
    std::vector<std::string> allow_additive_models;
    bool no_gaps = false;
    bool skip_backfill = false;
    bool empty_backfill = false;
    bool forward_only = false;
    std::optional<std::string> effective_from;
    bool include_unmodified = false;
    bool no_auto_categorization = false;
    bool run = false;  ///< --run: also load what is due, no end bound
    bool ignore_cron = false;
    std::optional<bool> enable_preview;
    std::optional<int> min_intervals;
    /// The user's own choices: FQN → category.
    std::map<std::string, model::ChangeCategory> categories;
};

/// What planning reads of the state. The caller fetches it; planning never does.
struct StateView {
    std::optional<Environment> target;         ///< the environment of the plan, if it exists
    std::optional<Environment> base;           ///< create_from, when the target is new
    std::optional<Environment> prod;           ///< for default ends
    TableEnds prod_ends;                       ///< of what prod shows, and showed when it was last finalized
    std::map<SnapshotId, Snapshot> snapshots;  ///< those of the environments and of the project that exist
    std::vector<EnvironmentStatements> target_statements;
    std::vector<EnvironmentStatements> prod_statements;  ///< where other projects' are kept
    TimestampMs now = 0;
};

enum class Change { added, removed, directly_modified, indirectly_modified, metadata_updated, unmodified };
std::string_view to_string(Change change);

/// One line of the differences between project and environment.
struct Difference {
    std::string name;  ///< FQN
    Change change = Change::unmodified;
    model::ChangeCategory category = model::ChangeCategory::none;
    bool forward_only = false;
    std::vector<std::string> indirect;  ///< FQNs of descendants that a direct change touches
    std::string text_diff;              ///< unified diff of the definition; for direct changes and of metadata
    std::string reason;                 ///< --explain: why this category
};

/// The evaluatable plan: everything the scheduler needs to apply it. Serialised by codec.h.
struct Plan {
    std::string plan_id;      ///< 32 hex digits; empty until submitted
    Environment environment;  ///< as it will be recorded
    bool is_dev = false;
    bool is_new_environment = false;
    std::string create_from;               ///< what a new environment starts from; empty: nothing
    std::set<std::string> restate_models;  ///< FQNs the user asked to restate; previews are not here
    std::vector<Snapshot> new_snapshots;
    std::vector<SnapshotId> snapshots;  ///< all of the environment, new and known
    std::vector<EnvironmentStatements> environment_statements;
    std::vector<Difference> differences;
    std::optional<std::string> start;
    std::optional<std::string> end;
    TimestampMs execution_ts = 0;
    std::map<std::string, Interval> restatements;             ///< FQN → range to clear and load again
    bool restate_all_snapshots = false;                       ///< prod: other environments' versions are cleared too
    std::optional<std::set<std::string>> models_to_backfill;  ///< absent = all
    std::map<std::string, Interval> interval_overrides;       ///< start/end per model (0 = not set)
    std::set<std::string> directly_modified;
    std::map<std::string, std::set<std::string>> indirectly_modified;
    std::set<std::string> metadata_updated;
    std::vector<TableInfo> removed;
    std::vector<SnapshotId> unpaused;  ///< prod: what it shows anew, from then on its data is loaded by runs
    std::set<std::string> audit_only;  ///< metadata changes of audits: they run once over the loaded data
    std::set<std::string> allow_destructive_models;
    std::set<std::string> allow_additive_models;
    bool no_gaps = false;
    bool skip_backfill = false;
    bool empty_backfill = false;
    bool forward_only = false;
    bool end_bounded = true;
    bool ignore_cron = false;
    bool use_finalized_state = false;
    bool has_changes = false;
    std::vector<std::string> warnings;
};

/// What is still to be loaded, for display and for the stages: FQN → merged ranges.
using MissingIntervals = std::map<std::string, Intervals>;

/// Steps 3.2 and 3.3 of the reference. Fails with ErrorCode::invalid and a sentence where SQLMesh raises.
Result<Plan> build_plan(const project::Project& project, const StateView& state, const PlanOptions& options);

/// All snapshots of the plan with intervals as the plan sees them (new ones included).
std::map<SnapshotId, Snapshot> plan_snapshots(const Plan& plan, const std::map<SnapshotId, Snapshot>& stored);

/// The missing intervals of a plan, by FQN.
Result<MissingIntervals> missing_intervals(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots);

/// True if applying would do nothing (no change, nothing missing, environment finalised).
bool is_noop(const Plan& plan, const MissingIntervals& missing, const std::optional<Environment>& target);

/// `sqlmesh plan`'s summary as plain text; `missing` from missing_intervals.
std::string summary(const Plan& plan, const MissingIntervals& missing, const std::map<SnapshotId, Snapshot>& snapshots,
                    bool verbose);
/// --explain: stages and, per model, why.
std::string explain(const Plan& plan, const MissingIntervals& missing, const std::map<SnapshotId, Snapshot>& snapshots);

}  // namespace towline::plan
