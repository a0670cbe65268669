#include "base/strings.h"
#include "plan/defaults.h"
#include "plan/describe.h"
#include "plan/plan.h"
#include "plan/tree.h"

// Words, order and tree shapes are those of `sqlmesh plan`.

namespace towline::plan {
namespace {

class Summary {
 public:
    Summary(const Plan& plan, const MissingIntervals& missing, const std::map<SnapshotId, Snapshot>& snapshots,
            bool verbose)
        : plan_(plan), missing_(missing), snapshots_(snapshots), verbose_(verbose), names_(plan, snapshots, verbose) {}

    std::string run() {
        if (plan_.restate_models.empty() || plan_.restatements.empty())
            add_headline();
        else
            add_restated();
        if (plan_.has_changes) {
            add_differences("Models", true);
            add_differences("Standalone Audits", false);
        }
        add_categories();
        add_missing();
        return std::move(out_);
    }

 private:
    void add_headline() {
        const std::string& name = plan_.environment.naming.name;
        if (plan_.is_new_environment) {
            out_ += plan_.create_from.empty()
                        ? "\n`" + name + "` environment will be initialized\n\n"
                        : "\nNew environment `" + name + "` will be created from `" + plan_.create_from + "`\n\n";
            if (plan_.differences.empty()) return;
        }
        if (!plan_.has_changes) {
            out_ += "\nNo changes to plan: project files match the `" + name + "` environment\n\n";
            return;
        }
        if (!plan_.is_new_environment || !plan_.create_from.empty())
            out_ += "\nDifferences from the `" + (plan_.is_new_environment ? plan_.create_from : name) +
                    "` environment:\n\n";
    }

    void add_restated() {
        Branch tree(
            "Models selected for restatement:\n"
            "This causes backfill of the model itself as well as affected downstream models");
        for (const std::string& name : plan_.restate_models) tree.add(names_.name(name));
        out_ += tree.text() + "\n";
    }

    bool is_model(const Difference& difference) const {
        const Snapshot* s = names_.snapshot(difference.name);
        return s ? model::is_model(s->node) : difference.name.starts_with('"');
    }

    void add_differences(const char* header, bool models) {
        struct Group {
            Change change;
            const char* title;
            bool folds;
        };
        constexpr Group kGroups[] = {{Change::added, "Added:", true},
                                     {Change::removed, "Removed:", true},
                                     {Change::directly_modified, "Directly Modified:", false},
                                     {Change::indirectly_modified, "Indirectly Modified:", true},
                                     {Change::metadata_updated, "Metadata Updated:", false}};
        Branch tree(std::string(header) + ":");
        for (const Group& group : kGroups) {
            Branch branch(group.title);
            for (const Difference& d : plan_.differences)
                if (d.change == group.change && is_model(d) == models) branch.add(names_.name(d.name));
            if (group.folds) branch.fold(verbose_);
            if (!branch.children.empty()) tree.add(std::move(branch));
        }
        if (!tree.children.empty()) out_ += tree.text();
    }

    std::string category_of(const std::string& name) const {
        const Snapshot* s = names_.snapshot(name);
        return " (" + std::string(to_string(s ? s->change_category : model::ChangeCategory::none)) + ")";
    }

    void add_categories() {
        for (const Difference& d : plan_.differences) {
            const bool direct = d.change == Change::directly_modified;
            if (!direct && !plan_.metadata_updated.contains(d.name)) continue;
            if (!d.text_diff.empty()) out_ += "\n--- \n\n+++ \n\n" + d.text_diff;
            Branch tree(direct ? "\nDirectly Modified: " + names_.name(d.name) + category_of(d.name)
                               : "\nMetadata Updated: " + names_.name(d.name));
            if (direct && !d.indirect.empty()) {
                Branch& below = tree.add("Indirectly Modified Children:");
                for (const std::string& name : d.indirect) below.add(names_.name(name) + category_of(name));
                below.fold(verbose_);
            }
            out_ += tree.text();
        }
    }

    void add_missing() {
        if (plan_.skip_backfill || plan_.empty_backfill || missing_.empty()) return;
        const auto index = plan_.is_dev ? plan_index(plan_, snapshots_) : DeployabilityIndex::all();
        Branch tree("Models needing backfill:");
        for (const auto& [name, ranges] : missing_) {
            const Snapshot* s = names_.snapshot(name);
            if (!s || !model::is_model(s->node)) continue;
            const bool preview = index && !index->is_deployable(s->id());
            tree.add(names_.name(name) + ": [" + backfill_text(s->node, ranges) + "]" + (preview ? " (preview)" : ""));
        }
        tree.fold(verbose_);
        out_ += tree.text();
    }

    const Plan& plan_;
    const MissingIntervals& missing_;
    const std::map<SnapshotId, Snapshot>& snapshots_;
    bool verbose_;
    Describer names_;
    std::string out_;
};

}  // namespace

std::string summary(const Plan& plan, const MissingIntervals& missing, const std::map<SnapshotId, Snapshot>& snapshots,
                    bool verbose) {
    return Summary(plan, missing, snapshots, verbose).run();
}

}  // namespace towline::plan
