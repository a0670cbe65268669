#include <algorithm>

#include "plan/describe.h"
#include "plan/naming.h"
#include "plan/plan.h"
#include "plan/stages.h"
#include "plan/tree.h"
#include "project/render.h"

namespace towline::plan {
namespace {

using project::StatementSet;

bool has_statements(const Snapshot& s, StatementSet set) { return !project::run_statements(s.node, set).empty(); }

class Explanation {
 public:
    Explanation(const Plan& plan, const MissingIntervals& missing, const std::map<SnapshotId, Snapshot>& snapshots)
        : plan_(plan), missing_(missing), snapshots_(snapshots), names_(plan, snapshots, false) {}

    std::string run() {
        const auto stages = plan_stages(plan_, snapshots_, {}, {});
        if (!stages) return stages.error().message + "\n";
        Branch tree("Explained plan");
        const auto has = [&](StageKind kind) {
            return std::any_of(stages->begin(), stages->end(), [&](const Stage& s) { return s.kind == kind; });
        };
        const bool loads = has(StageKind::backfill);
        for (const Stage& stage : *stages) {
            Branch branch = describe(stage);
            branch.fold(false);
            if (!branch.label.empty()) tree.add(std::move(branch));
            if (stage.kind == StageKind::create_schemas && !loads && !has(StageKind::create_tables))
                tree.add("SKIP: No physical layer updates to perform");
            const bool last_before = stage.kind == StageKind::create_tables || stage.kind == StageKind::create_schemas;
            if (last_before && !loads && (stage.kind == StageKind::create_tables || !has(StageKind::create_tables)))
                tree.add("SKIP: No model batches to execute");
        }
        add_reasons(tree);
        return tree.text();
    }

 private:
    Branch describe(const Stage& stage) const {
        switch (stage.kind) {
            case StageKind::before_all:
                return Branch("Execute before all statements");
            case StageKind::after_all:
                return Branch("Execute after all statements");
            case StageKind::create_schemas:
                return schemas(stage);
            case StageKind::create_tables:
                return tables(stage);
            case StageKind::audit_only:
                return listed("Audit-only execution", stage, false);
            case StageKind::backfill:
                return backfill(stage);
            case StageKind::restatement:
                return Branch(
                    "Invalidate data intervals in state for development environments to prevent old data "
                    "from "
                    "being promoted\nThis only affects state and will not clear physical data from the "
                    "tables "
                    "until the next plan for each environment");
            case StageKind::migrate_schemas:
                return listed(
                    "Update schemas (add, drop, alter columns) of production physical tables to reflect "
                    "forward-only changes",
                    stage, true);
            case StageKind::create_views:
                return views(stage);
            default:
                return Branch("");
        }
    }

    static Branch schemas(const Stage& stage) {
        Branch tree("Create physical schemas if they do not exist");
        for (const TaskSpec& task : stage.tasks) tree.add(task.name);
        return tree;
    }

    /// "sushi.items -> memory.sqlmesh__sushi.sushi__items__123"
    std::string target(const TaskSpec& task) const {
        const auto found = snapshots_.find(task.snapshot->id);
        if (found == snapshots_.end()) return names_.name(task.name);
        return names_.name(task.name) + " -> " + table_name(found->second, task.snapshot->deployable).plain();
    }

    Branch listed(const char* label, const Stage& stage, bool with_table) const {
        Branch tree(label);
        for (const TaskSpec& task : stage.tasks) tree.add(with_table ? target(task) : names_.name(task.name));
        return tree;
    }

    Branch tables(const Stage& stage) const {
        Branch tree("Validate SQL and create physical layer tables and views if they do not exist");
        for (const TaskSpec& task : stage.tasks) {
            const Snapshot& s = snapshots_.at(task.snapshot->id);
            Branch& model = tree.add(target(task));
            if (has_statements(s, StatementSet::pre)) model.add("Run pre-statements");
            const bool view = s.node.kind.name == model::KindName::view;
            const bool clone = s.forward_only && !s.previous_versions.empty() && !view;
            Branch& create = model.add(view    ? "Create view if it doesn't exist"
                                       : clone ? "Clone " + table_name(s, true).plain() + " into " +
                                                     table_name(s, task.snapshot->deployable).plain() +
                                                     " and then update its schema if it doesn't exist"
                                               : "Create table if it doesn't exist");
            if (!task.snapshot->deployable) create.add("preview: data will NOT be reused in production");
            if (has_statements(s, StatementSet::post)) model.add("Run post-statements");
        }
        return tree;
    }

    Branch backfill(const Stage& stage) const {
        Branch tree("Backfill models by running their queries and run standalone audits");
        std::set<SnapshotId> shown;
        for (const TaskSpec& task : stage.tasks) {
            if (task.kind == TaskKind::create_table || !shown.insert(task.snapshot->id).second) continue;
            const Snapshot& s = snapshots_.at(task.snapshot->id);
            if (!model::is_model(s.node)) {
                tree.add(names_.name(s.name) + " [standalone audit]");
                continue;
            }
            add_model(tree.add(target(task)), s, task);
        }
        return tree;
    }

    void add_model(Branch& model, const Snapshot& s, const TaskSpec& task) const {
        for (const model::Call& signal : s.node.signals) model.add("Check '" + signal.name + "' signal");
        if (has_statements(s, StatementSet::pre)) model.add("Run pre-statements");
        std::string how = "Fully refresh table";
        const auto& recorded = task.snapshot->deployable ? s.intervals : s.dev_intervals;
        const auto missing = missing_.find(s.name);
        if (model::is_incremental(s.node) && !recorded.empty() && missing != missing_.end())
            how = "Incrementally insert records within the range [" + ranges_text(s.node, missing->second) + "]";
        else if (s.node.kind.name == model::KindName::view)
            how = "Recreate view";
        Branch& load = model.add(how);
        if (!task.snapshot->deployable) load.add("preview: data will NOT be reused in production");
        if (has_statements(s, StatementSet::post)) model.add("Run post-statements");
        for (const model::Call& audit : s.node.audits) model.add("Run '" + audit.name + "' audit");
    }

    /// Views that stay as they are in prod are not made again.
    bool is_shown(const TaskSpec& task) const {
        if (plan_.is_dev || plan_.is_new_environment) return true;
        const auto names_it = [&](const auto& listed) { return listed.name == task.name; };
        return std::any_of(plan_.differences.begin(), plan_.differences.end(), names_it) ||
               std::any_of(plan_.new_snapshots.begin(), plan_.new_snapshots.end(), names_it);
    }

    Branch views(const Stage& stage) const {
        Branch tree("Update the virtual layer for environment '" + plan_.environment.naming.name + "'");
        Branch promoted("Create or update views in the virtual layer to point at new physical tables and views");
        for (const TaskSpec& task : stage.tasks) {
            if (!is_shown(task)) continue;
            const Snapshot& s = snapshots_.at(task.snapshot->id);
            promoted.add(names_.name(s.name) + " -> " + table_name(s, task.snapshot->representative).plain());
        }
        Branch demoted("Delete views in the virtual layer for models that were removed");
        for (const TableInfo& info : plan_.removed)
            if (info.is_model && info.kind_name != "EMBEDDED" && info.kind_name != "EXTERNAL")
                demoted.add(names_.name(info.name));
        promoted.fold(false);
        demoted.fold(false);
        if (!promoted.children.empty()) tree.add(std::move(promoted));
        if (!demoted.children.empty()) tree.add(std::move(demoted));
        return tree.children.empty() ? Branch("") : tree;
    }

    void add_reasons(Branch& tree) const {
        Branch reasons("Why models are categorized as they are");
        for (const Difference& d : plan_.differences)
            if (!d.reason.empty())
                reasons.add(names_.name(d.name) + " (" + std::string(to_string(d.category)) +
                            (d.forward_only ? ", forward-only" : "") + "): " + d.reason);
        reasons.fold(false);
        if (!reasons.children.empty()) tree.add(std::move(reasons));
    }

    const Plan& plan_;
    const MissingIntervals& missing_;
    const std::map<SnapshotId, Snapshot>& snapshots_;
    Describer names_;
};

}  // namespace

std::string explain(const Plan& plan, const MissingIntervals& missing,
                    const std::map<SnapshotId, Snapshot>& snapshots) {
    return Explanation(plan, missing, snapshots).run();
}

}  // namespace towline::plan
