#include "plan/stages.h"

#include <algorithm>

#include "plan/changes.h"
#include "plan/defaults.h"
#include "plan/intervals.h"
#include "plan/naming.h"
#include "plan/tasks.h"
#include "plan/view_tasks.h"
#include "time/timelike.h"

namespace towline::plan {
namespace {
using model::ChangeCategory;

bool supports_migration(const Snapshot& s) {
    return s.paused() && model::is_model(s.node) && !model::is_symbolic(s.node) && !model::is_seed(s.node);
}

bool requires_migration(const Snapshot& s) {
    if (!supports_migration(s)) return false;
    const bool shares = !s.previous_versions.empty() && s.previous_versions.back().version == s.version;
    return shares || s.node.kind.forward_only || (s.node.physical_version && !s.node.physical_version->empty()) ||
           s.node.virtual_environment_mode != "full";
}

/// Views and seeds that keep their version although what they show changed have to be made again.
void clear_for_rebuild(const Plan& plan, const std::optional<Environment>& existing,
                       std::map<SnapshotId, Snapshot>& snapshots, const std::map<SnapshotId, Snapshot>& known) {
    std::set<SnapshotId> fresh;
    for (const Snapshot& s : plan.new_snapshots) fresh.insert(s.id());
    std::map<std::string, SnapshotId> before;
    if (existing)
        for (const TableInfo& info : existing->snapshots) before[info.name] = info.id();
    for (auto& [id, s] : snapshots) {
        if (!model::is_model(s.node) || s.previous_versions.empty()) continue;
        SnapshotId old{id.name, s.previous_versions.back().fingerprint.to_identifier()};
        if (existing) {
            const auto found = before.find(id.name);
            if (found == before.end() || found->second == id) continue;
            old = found->second;
        } else if (!fresh.contains(id)) {
            continue;
        }
        if (s.previous_versions.back().version != s.version) continue;
        const auto stored = known.find(old);
        Snapshot stand_in = s;
        stand_in.fingerprint = s.previous_versions.back().fingerprint;
        if (should_force_rebuild(stored == known.end() ? stand_in : stored->second, s)) s.intervals.clear();
    }
}

class Stages {
 public:
    Stages(const Plan& plan, const std::map<SnapshotId, Snapshot>& known, const std::optional<Environment>& existing)
        : plan_(plan), known_(known), existing_(existing), snapshots_(plan_snapshots(only_planned(plan), known)) {}

    Result<std::vector<Stage>> run() {
        TRY_STATUS(check());
        clear_for_rebuild(plan_, existing_, snapshots_, known_);
        for (const auto& [name, range] : plan_.restatements) restate(name, range);
        graph_.emplace(snapshots_);
        TRY_STATUS(split());
        find_promoted();
        add_statements(StageKind::before_all);
        if (!plan_.new_snapshots.empty()) add(StageKind::create_snapshot_records);
        add_schemas();
        if (!needs_backfill_) TRY_STATUS(add_create_tables());
        add_audit_only();
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
    static Plan only_planned(const Plan& plan) {
        Plan out;
        out.new_snapshots = plan.new_snapshots;
        out.snapshots = plan.snapshots;
        return out;
    }

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

    void restate(const std::string& name, Interval range) {
        for (auto& [id, s] : snapshots_) {
            if (id.name != name) continue;
            model::remove(s.intervals, range);
            model::remove(s.dev_intervals, range);
        }
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
        std::erase_if(missing, [&](const auto& entry) { return !is_selected(entry.first.name); });
        needs_backfill_ = !plan_.empty_backfill && !plan_.skip_backfill && !missing.empty();
        if (!needs_backfill_) return {};
        for (auto& [id, ranges] : missing) {
            const bool first = plan_.is_dev || index.is_representative(id) || model::is_seed(snapshots_.at(id).node);
            (first ? before_ : after_).emplace(id, std::move(ranges));
        }
        return {};
    }

    void find_promoted() {
        promoted_ = model::promoted_snapshots(plan_.environment);
        if (!existing_) return;
        const std::vector<TableInfo> before = model::promoted_snapshots(*existing_);
        demoted_ = demoted_views(plan_.environment, before, *existing_);
        const bool expired = existing_->expiration_ts && *existing_->expiration_ts <= plan_.execution_ts;
        const bool partial = existing_->finalized_ts && !expired && existing_->naming.name == "prod" &&
                             existing_->naming.gateway_managed == plan_.environment.naming.gateway_managed;
        if (!partial) return;
        std::set<SnapshotId> known;
        for (const TableInfo& info : before) known.insert(info.id());
        std::erase_if(promoted_, [&](const TableInfo& info) { return known.contains(info.id()); });
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
        // As in SQLMesh: a plan without batches also makes the dev tables of what reads its data from prod's.
        TRY(auto tasks, backfill_tasks(context(), {}, to_create()));
        add(StageKind::create_tables, std::move(tasks));
        return {};
    }

    void add_audit_only() {
        std::vector<TaskSpec> tasks;
        const TaskContext c = context();
        for (const SnapshotId& id : graph_->order()) {
            if (!plan_.audit_only.contains(id.name)) continue;
            const Snapshot& s = snapshots_.at(id);
            if (s.intervals.empty()) continue;
            TaskSpec task = snapshot_task(c, TaskKind::audit, s);
            task.key = "audit:" + s.node.name;
            task.interval = plan_range();
            tasks.push_back(std::move(task));
        }
        add(StageKind::audit_only, std::move(tasks));
    }

    Status add_backfill(const std::map<SnapshotId, Intervals>& missing) {
        if (missing.empty()) return {};
        // Tables without batches are made by the first backfill, so that later stages find them.
        const bool first = &missing == &before_ || before_.empty();
        TRY(auto tasks, backfill_tasks(context(), missing, first ? tables_needed() : std::set<SnapshotId>{}));
        add(StageKind::backfill, std::move(tasks));
        return {};
    }

    void add_migrations() {
        if (plan_.is_dev) return;
        std::set<SnapshotId> required;
        for (const auto& [id, s] : snapshots_)
            if (requires_migration(s)) required.insert(id);
        if (required.empty()) return;
        required = graph_->with_upstream(required);
        std::vector<TaskSpec> tasks;
        std::map<SnapshotId, std::string> keys;
        const TaskContext c = context();
        for (const SnapshotId& id : graph_->order()) {
            const Snapshot& s = snapshots_.at(id);
            if (!required.contains(id) || !supports_migration(s)) continue;
            TaskSpec task = snapshot_task(c, TaskKind::migrate, s);
            task.key = keys[id] = "migrate:" + s.node.name;
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

Result<std::vector<Stage>> plan_stages(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots,
                                       const std::optional<Environment>& existing) {
    return Stages(plan, snapshots, existing).run();
}

}  // namespace towline::plan
