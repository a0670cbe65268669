#include "plan/stages.h"

#include <algorithm>

#include "plan/changes.h"
#include "plan/defaults.h"
#include "plan/intervals.h"
#include "plan/naming.h"
#include "plan/starting_snapshots.h"
#include "plan/tasks.h"
#include "plan/view_tasks.h"
#include "time/timelike.h"

namespace towline::plan {
namespace {
using model::ChangeCategory;
using model::DataVersion;

bool supports_migration(const Snapshot& s) {
    return s.paused() && model::is_model(s.node) && !model::is_symbolic(s.node) && !model::is_seed(s.node);
}

bool requires_migration(const Snapshot& s) { return supports_migration(s) && takes_over_table(s); }

/// The versions that the plan's are compared with: the environment's or, for a new one, those of prod. Without either,
/// what new snapshots were made from.
std::map<std::string, DataVersion> compared_versions(const Plan& plan, const std::optional<Environment>& existing) {
    std::map<std::string, DataVersion> out;
    if (existing) {
        for (const TableInfo& info : existing->snapshots) out[info.name] = data_version(info);
        return out;
    }
    for (const Snapshot& s : plan.new_snapshots)
        if (!s.previous_versions.empty()) out[s.name] = s.previous_versions.back();
    return out;
}

/// Views and seeds that keep their version although what they show changed have to be made again.
void clear_for_rebuild(const Plan& plan, const std::optional<Environment>& existing,
                       std::map<SnapshotId, Snapshot>& snapshots, const std::map<SnapshotId, Snapshot>& known) {
    const auto compared = compared_versions(plan, existing);
    for (auto& [id, s] : snapshots) {
        const auto before = compared.find(id.name);
        if (!model::is_model(s.node) || before == compared.end() || before->second.version != s.version) continue;
        const SnapshotId old{id.name, before->second.fingerprint.to_identifier()};
        if (old == id) continue;
        const auto stored = known.find(old);
        Snapshot stand_in = s;
        stand_in.fingerprint = before->second.fingerprint;
        if (should_force_rebuild(stored == known.end() ? stand_in : stored->second, s)) s.intervals.clear();
    }
}

class Stages {
 public:
    Stages(const Plan& plan, const std::map<SnapshotId, Snapshot>& known, const std::optional<Environment>& existing,
           const std::optional<Environment>& prod)
        : plan_(plan),
          known_(known),
          existing_(existing),
          snapshots_(starting_snapshots(plan, known, existing, prod)) {}

    Result<std::vector<Stage>> run() {
        TRY_STATUS(check());
        graph_.emplace(snapshots_);
        TRY_STATUS(split());
        find_promoted();
        add_statements(StageKind::before_all);
        if (!plan_.new_snapshots.empty()) add(StageKind::create_snapshot_records);
        add_schemas();
        if (before_.empty() && after_.empty()) TRY_STATUS(add_create_tables());
        TRY_STATUS(add_audit_only());
        TRY_STATUS(add_backfill(before_));
        if (plan_.restate_all_snapshots && !plan_.restatements.empty()) add(StageKind::restatement);
        add(StageKind::environment_record_update);
        add_migrations();
        const bool unpauses = !plan_.is_dev && !promoted_.empty();
        if (unpauses && !plan_.use_finalized_state) add(StageKind::unpause);
        TRY_STATUS(add_backfill(after_));
        if (unpauses && plan_.use_finalized_state) add(StageKind::unpause);
        add(StageKind::create_views, create_view_tasks(context(), promoted_));
        add(StageKind::drop_views, drop_view_tasks(context(), demoted_, existing_));
        add(StageKind::finalize);
        add_statements(StageKind::after_all);
        return std::move(out_);
    }

 private:
    Status check() const {
        for (const SnapshotId& id : plan_.snapshots)
            if (!snapshots_.contains(id))
                return fail(ErrorCode::invalid, "the plan names an unknown snapshot of " + id.name);
        for (const auto& [id, s] : snapshots_)
            if (s.version.empty() || s.change_category == ChangeCategory::none)
                return fail(ErrorCode::invalid, "Plan has uncategorized snapshots: " + s.node.name,
                            "choose a category for it, or let changes be categorized automatically");
        return {};
    }

    bool is_selected(const std::string& name) const {
        return !plan_.models_to_backfill || plan_.models_to_backfill->contains(name);
    }

    TaskContext context() const {
        TaskContext c{snapshots_,
                      *graph_,
                      index_,
                      plan_.environment.naming.name,
                      plan_.environment.naming,
                      plan_.execution_ts,
                      {},
                      plan_.allow_destructive_models,
                      plan_.allow_additive_models};
        for (const auto& [name, range] : plan_.restatements) c.restated.insert(name);
        return c;
    }

    /// What is missing, and on which side of promotion it is loaded (3.4).
    Status split() {
        TRY(const DeployabilityIndex index, plan_index(plan_, snapshots_));
        index_ = plan_.is_dev ? index : DeployabilityIndex::all();
        TRY(auto missing, missing_intervals(snapshots_, index_, missing_options(plan_)));
        // As in SQLMesh, also of models that are not selected.
        needs_backfill_ = !plan_.empty_backfill && !plan_.skip_backfill && !missing.empty();
        std::erase_if(missing, [&](const auto& entry) { return !is_selected(entry.first.name); });
        if (!needs_backfill_) return {};
        for (auto& [id, ranges] : missing) {
            const bool first = plan_.is_dev || index.is_representative(id) || model::is_seed(snapshots_.at(id).node);
            (first ? before_ : after_).emplace(id, std::move(ranges));
        }
        return {};
    }

    void find_promoted() {
        promoted_ = newly_promoted(plan_.environment, existing_, plan_.execution_ts);
        if (existing_) demoted_ = demoted_views(plan_.environment, model::promoted_snapshots(*existing_), *existing_);
    }

    void add(StageKind kind) { out_.push_back({kind, {}}); }
    void add(StageKind kind, std::vector<TaskSpec> tasks) {
        if (!tasks.empty()) out_.push_back({kind, std::move(tasks)});
    }

    void add_statements(StageKind kind) {
        const bool before = kind == StageKind::before_all;
        TaskSpec task;
        for (const EnvironmentStatements& statements : plan_.environment_statements)
            if (!(before ? statements.before_all : statements.after_all).empty()) task.statements.push_back(statements);
        if (task.statements.empty()) return;
        task.key = task.name = std::string(to_string(kind));
        task.kind = TaskKind::statements;
        task.before = before;
        task.environment = plan_.environment.naming.name;
        task.naming = plan_.environment.naming;
        task.execution_ts = plan_.execution_ts;
        task.interval = plan_range();
        out_.push_back({kind, {std::move(task)}});
    }

    Interval plan_range() const {
        const auto start = time::parse_timelike(plan_.start.value_or("1970-01-01"), plan_.execution_ts);
        const auto end =
            plan_.end ? time::exclusive_end(*plan_.end, plan_.execution_ts) : Result<TimestampMs>(plan_.execution_ts);
        return {start.value_or(0), end.value_or(plan_.execution_ts)};
    }

    /// Models whose table is made by this plan: selected for backfill or shown in the environment.
    std::set<SnapshotId> to_create() const {
        std::set<SnapshotId> out;
        const auto& promoted = plan_.environment.promoted_snapshot_ids;
        std::set<SnapshotId> shown;
        if (promoted) shown.insert(promoted->begin(), promoted->end());
        for (const auto& [id, s] : snapshots_) {
            if (!model::is_model(s.node) || model::is_symbolic(s.node)) continue;
            if (is_selected(id.name) || !promoted || shown.contains(id)) out.insert(id);
        }
        return out;
    }

    void add_schemas() { add(StageKind::create_schemas, create_schema_tasks(context(), to_create(), promoted_)); }

    /// Tables that are read from: those of snapshots whose own table stands for them, unless a later backfill
    /// makes them.
    std::set<SnapshotId> tables_needed() const {
        std::set<SnapshotId> out = to_create();
        std::erase_if(out, [&](const SnapshotId& id) {
            return after_.contains(id) || (index_.is_representative(id) && !index_.is_deployable(id));
        });
        return out;
    }

    Status add_create_tables() {
        // As in SQLMesh: a plan of which nothing is missing also makes the dev tables of what reads its data from
        // prod's.
        TRY(auto tasks, backfill_tasks(context(), {}, needs_backfill_ ? tables_needed() : to_create()));
        add(StageKind::create_tables, std::move(tasks));
        return {};
    }

    /// Loaded data is looked at again with new audits. As in SQLMesh, the models are judged without their parents, so
    /// that most look at the table that prod will read, and one that is not there is made.
    Status add_audit_only() {
        std::map<SnapshotId, Snapshot> audited;
        for (const auto& [id, s] : snapshots_)
            if (plan_.audit_only.contains(id.name)) audited.emplace(id, s);
        if (audited.empty()) return {};
        TRY(const DeployabilityIndex alone, plan_index(plan_, audited));
        const DeployabilityIndex index = plan_.is_dev ? alone : DeployabilityIndex::all();
        MissingOptions options = missing_options(plan_);
        options.restatements.clear();
        for (const auto& [id, s] : audited) {
            TRY(options.restatements[id.name], looked_at_again(s));
        }
        TRY(const auto ranges, missing_intervals(audited, index, options));
        std::vector<TaskSpec> tasks;
        for (const auto& [id, missing] : ranges) TRY_STATUS(add_audits(snapshots_.at(id), missing, index, tasks));
        add(StageKind::audit_only, std::move(tasks));
        return {};
    }

    /// The plan's range; up to now for what depends on its past, although no plan loads that far. So nothing is looked
    /// at of a model without a start that begins, counted back from there, behind what the plan loads.
    Result<Interval> looked_at_again(const Snapshot& s) const {
        Interval range{0, plan_.execution_ts};
        bool is_date = false;
        if (plan_.start) {
            TRY(range.start, time::parse_timelike(*plan_.start, plan_.execution_ts));
        }
        if (plan_.end && !model::depends_on_past(s.node)) {
            TRY(range.end, time::parse_timelike(*plan_.end, plan_.execution_ts));
            is_date = time::is_date(*plan_.end);
        }
        return inclusive_exclusive(s.node, range, is_date, true);
    }

    Status add_audits(const Snapshot& s, const Intervals& missing, const DeployabilityIndex& index,
                      std::vector<TaskSpec>& tasks) const {
        const bool deployable = index.is_deployable(s.id());
        const auto task_of = [&](TaskKind kind, const std::string& key) {
            TaskSpec task = snapshot_task(context(), kind, s);
            task.key = key;
            task.snapshot->deployable = deployable;
            task.snapshot->representative = index.is_representative(s.id());
            return task;
        };
        const std::string make = "audited:" + s.node.name;
        const bool lacks = !model::is_seed(s.node) && (!deployable || s.intervals.empty());
        if (lacks) {
            tasks.push_back(task_of(TaskKind::create_table, make));
            tasks.back().create_table = true;
        }
        const std::vector<Interval> ranges = batches(s.node, missing);
        if (tasks.size() + ranges.size() > kBatchesMax)
            return fail(ErrorCode::too_large,
                        "the plan would audit more than " + std::to_string(kBatchesMax) + " batches",
                        "give a later start or a larger batch_size");
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            const std::string number = ranges.size() > 1 ? ":" + std::to_string(i) : "";
            TaskSpec task = task_of(TaskKind::audit, "audit:" + s.node.name + number);
            task.interval = ranges[i];
            task.batch_index = static_cast<int>(i);
            if (lacks) task.depends_on = {make};
            tasks.push_back(std::move(task));
        }
        return {};
    }

    Status add_backfill(const std::map<SnapshotId, Intervals>& missing) {
        if (missing.empty()) return {};
        // Tables without batches are made by the first backfill, so that later stages find them.
        const bool first = &missing == &before_ || before_.empty();
        TRY(auto tasks, backfill_tasks(context(), missing, first ? tables_needed() : std::set<SnapshotId>{}));
        add(StageKind::backfill, std::move(tasks));
        return {};
    }

    /// A table of that version was made earlier, or is by what this plan loads before its promotion.
    bool has_table(const Snapshot& s) const {
        const auto same = [&](const auto& entry) {
            return entry.first.name == s.name && entry.second.version == s.version && !entry.second.intervals.empty();
        };
        return before_.contains(s.id()) || !s.intervals.empty() ||
               (!s.previous_versions.empty() && s.previous_versions.back().version == s.version) ||
               std::any_of(known_.begin(), known_.end(), same);
    }

    void add_migrations() {
        if (plan_.is_dev) return;
        std::set<SnapshotId> required;
        for (const auto& [id, s] : snapshots_)
            if (requires_migration(s)) required.insert(id);
        if (required.empty()) return;
        required = graph_->with_upstream(required);
        std::erase_if(required, [&](const SnapshotId& id) { return !supports_migration(snapshots_.at(id)); });
        // As in SQLMesh: unless one of the tables is there, none is made here, and first loads make theirs as their
        // queries give them.
        const bool none = std::none_of(required.begin(), required.end(),
                                       [&](const SnapshotId& id) { return has_table(snapshots_.at(id)); });
        std::vector<TaskSpec> tasks;
        std::map<SnapshotId, std::string> keys;
        const TaskContext c = context();
        for (const SnapshotId& id : graph_->order()) {
            const Snapshot& s = snapshots_.at(id);
            if (!required.contains(id)) continue;
            TaskSpec task = snapshot_task(c, TaskKind::migrate, s);
            task.key = keys[id] = "migrate:" + s.node.name;
            task.create_table = !none || !after_.contains(id);
            for (const SnapshotId& parent : s.parents)
                if (const auto key = keys.find(parent); key != keys.end()) task.depends_on.push_back(key->second);
            tasks.push_back(std::move(task));
        }
        add(StageKind::migrate_schemas, std::move(tasks));
    }

    const Plan& plan_;
    const std::map<SnapshotId, Snapshot>& known_;
    const std::optional<Environment>& existing_;
    std::map<SnapshotId, Snapshot> snapshots_;
    std::optional<Graph> graph_;
    DeployabilityIndex index_;
    bool needs_backfill_ = false;
    std::map<SnapshotId, Intervals> before_;
    std::map<SnapshotId, Intervals> after_;
    std::vector<TableInfo> promoted_;
    std::vector<TableInfo> demoted_;
    std::vector<Stage> out_;
};

}  // namespace

bool takes_over_table(const Snapshot& s) {
    const bool shares = !s.previous_versions.empty() && s.previous_versions.back().version == s.version;
    return shares || s.node.kind.forward_only || (s.node.physical_version && !s.node.physical_version->empty()) ||
           s.node.virtual_environment_mode != "full";
}

std::map<SnapshotId, Snapshot> starting_snapshots(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots,
                                                  const std::optional<Environment>& existing,
                                                  const std::optional<Environment>& prod) {
    std::map<SnapshotId, Snapshot> out = plan_snapshots(plan, snapshots);
    clear_for_rebuild(plan, existing ? existing : prod, out, snapshots);
    for (const Snapshot& fresh : plan.new_snapshots)
        if (Snapshot& s = out.at(fresh.id()); s.forward_only) s.dev_intervals = s.intervals;
    for (auto& [id, s] : out) {
        const auto again = plan.restatements.find(id.name);
        if (again == plan.restatements.end()) continue;
        model::remove(s.intervals, again->second);
        model::remove(s.dev_intervals, again->second);
    }
    return out;
}

Result<std::vector<Stage>> plan_stages(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots,
                                       const std::optional<Environment>& existing,
                                       const std::optional<Environment>& prod) {
    return Stages(plan, snapshots, existing, prod).run();
}

}  // namespace towline::plan
