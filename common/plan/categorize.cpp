#include <algorithm>

#include "plan/changes.h"
#include "plan/column_changes.h"
#include "plan/draft.h"

namespace towline::plan {
namespace {
using model::ChangeCategory;
using model::DataVersion;

/// Categories and flags of all new snapshots upstream of a node, as bits: they are passed down the graph
/// once.
struct Upstream {
    unsigned categories = 0;
    bool any_forward_only = false;
    bool any_other = false;

    static unsigned bit(ChangeCategory category) { return 1U << static_cast<unsigned>(category); }
    void add(const Upstream& other) {
        categories |= other.categories;
        any_forward_only = any_forward_only || other.any_forward_only;
        any_other = any_other || other.any_other;
    }
    void add(const Snapshot& snapshot) {
        categories |= bit(snapshot.change_category);
        (snapshot.forward_only ? any_forward_only : any_other) = true;
    }
    bool has(ChangeCategory category) const { return (categories & bit(category)) != 0; }
};

class Categorizer {
 public:
    explicit Categorizer(Draft& draft) : draft_(draft), diff_(draft.diff) {}

    Status run() {
        for (const SnapshotId& id : draft_.graph->order()) {
            collect_upstream(id);
            if (diff_.is_new(id)) TRY_STATUS(visit(diff_.snapshots.at(id)));
        }
        return {};
    }

 private:
    void collect_upstream(const SnapshotId& id) {
        Upstream& own = upstream_[id];
        for (const SnapshotId& parent : diff_.snapshots.at(id).parents) {
            const auto found = diff_.snapshots.find(parent);
            if (found == diff_.snapshots.end() || parent == id) continue;
            own.add(upstream_[parent]);
            if (diff_.is_new(parent)) own.add(found->second);
        }
    }

    Status set(Snapshot& snapshot, ChangeCategory category, bool forward_only, std::string reason) {
        draft_.reasons[snapshot.name] = std::move(reason);
        return categorize_as(snapshot, category, forward_only);
    }

    Status visit(Snapshot& snapshot) {
        bool forward_only = draft_.forward_only || is_forward_only_change(draft_, snapshot);
        const auto modified = diff_.modified.find(snapshot.name);
        if (modified != diff_.modified.end()) {
            const bool rebuilds = is_breaking_kind_change(*modified->second.before, snapshot);
            if (rebuilds || model::is_seed(snapshot.node)) forward_only = false;
        }
        const auto choice = draft_.options.categories.find(snapshot.name);
        if (choice != draft_.options.categories.end())
            return set(snapshot, choice->second, forward_only, "chosen by the user");
        if (diff_.added.contains(snapshot.id())) return set(snapshot, ChangeCategory::breaking, forward_only, "new");
        if (modified == diff_.modified.end()) return {};
        if (modified->second.data_change) return visit_direct(snapshot, modified->second, forward_only);
        if (diff_.indirectly_modified(snapshot.name)) return visit_indirect(snapshot, forward_only);
        return set(snapshot, ChangeCategory::metadata, forward_only, "only metadata changed");
    }

    std::string mode_of(const model::Node& node) const {
        const auto& modes = draft_.project.settings.plan.auto_categorize_changes;
        const auto found = modes.find(std::string(to_string(node.source_type)));
        if (found != modes.end()) return found->second;
        return model::is_model(node) ? "full" : "off";
    }

    /// A model (itself or below) whose columns are unknown, if any: then additions cannot be told from other
    /// changes.
    const Snapshot* with_unknown_columns(const Snapshot& snapshot) const {
        const auto unknown = [](const Snapshot& s) { return model::is_model(s.node) && !s.node.columns_to_types; };
        if (unknown(snapshot)) return &snapshot;
        const auto below = draft_.indirectly_modified.find(snapshot.id());
        if (below == draft_.indirectly_modified.end()) return nullptr;
        for (const SnapshotId& id : below->second)
            if (const Snapshot& child = diff_.snapshots.at(id); unknown(child)) return &child;
        return nullptr;
    }

    Status visit_direct(Snapshot& snapshot, const Modified& modified, bool forward_only) {
        if (draft_.options.no_auto_categorization) return {};
        if (is_breaking_kind_change(*modified.before, snapshot))
            return set(snapshot, ChangeCategory::breaking, false, "the model kind changed");
        const std::string mode = mode_of(snapshot.node);
        if (mode == "off") return {};
        if (const Snapshot* unknown = with_unknown_columns(snapshot)) {
            if (mode != "full") return {};
            return set(snapshot, ChangeCategory::breaking, forward_only,
                       "the columns of " + unknown->node.name + " are not known");
        }
        if (is_only_additions(snapshot.node, modified.before->node))
            return set(snapshot, ChangeCategory::non_breaking, forward_only, "only columns were added");
        if (mode != "full") return {};
        return set(snapshot, ChangeCategory::breaking, forward_only, "the change is more than added columns");
    }

    Status visit_indirect(Snapshot& snapshot, bool forward_only) {
        const bool materialized_view =
            snapshot.node.kind.name == model::KindName::view && snapshot.node.kind.materialized;
        if (materialized_view && !forward_only)
            return set(snapshot, ChangeCategory::indirect_breaking, false,
                       "a materialized view above which something changed");
        const Upstream& upstream = upstream_[snapshot.id()];
        if ((upstream.any_forward_only && !upstream.any_other) ||
            (model::is_model(snapshot.node) && snapshot.node.kind.forward_only))
            forward_only = true;
        Upstream parents;
        for (const SnapshotId& parent : snapshot.parents)
            if (diff_.is_new(parent)) parents.add(diff_.snapshots.at(parent));
        if (parents.has(ChangeCategory::breaking) || parents.has(ChangeCategory::indirect_breaking))
            return set(snapshot, ChangeCategory::indirect_breaking, forward_only, "a parent has a breaking change");
        if (parents.categories == 0)
            return set(snapshot, orphaned_category(snapshot), forward_only, "parents changed in earlier plans");
        if (upstream.categories == Upstream::bit(ChangeCategory::metadata))
            return set(snapshot, ChangeCategory::metadata, forward_only, "only metadata of its parents changed");
        return set(snapshot, ChangeCategory::indirect_non_breaking, forward_only, "no parent has a breaking change");
    }

    /// 1.11: parents were changed one by one in earlier plans, and this combination of them is new.
    ChangeCategory orphaned_category(const Snapshot& snapshot) const {
        std::map<std::string, SnapshotId> before;
        for (const SnapshotId& id : diff_.modified.at(snapshot.name).before->parents) before[id.name] = id;
        ChangeCategory result = ChangeCategory::none;
        for (const SnapshotId& id : snapshot.parents) {
            const auto found = diff_.snapshots.find(id);
            if (found == diff_.snapshots.end()) continue;
            const auto old = before.find(id.name);
            if (old == before.end()) return ChangeCategory::indirect_breaking;
            if (old->second == id) continue;
            const std::optional<unsigned> passed = categories_since(found->second, old->second);
            const auto has = [&](ChangeCategory c) { return passed && (*passed & Upstream::bit(c)) != 0; };
            if (!passed || has(ChangeCategory::breaking) || has(ChangeCategory::indirect_breaking))
                return ChangeCategory::indirect_breaking;
            if (has(ChangeCategory::non_breaking) || has(ChangeCategory::indirect_non_breaking))
                result = ChangeCategory::indirect_non_breaking;
            else if (*passed == Upstream::bit(ChangeCategory::metadata) && result == ChangeCategory::none)
                result = ChangeCategory::metadata;
        }
        return result == ChangeCategory::none ? ChangeCategory::indirect_breaking : result;
    }

    /// Categories of the versions after `old`, newest first; nothing if `old` is not in the history.
    static std::optional<unsigned> categories_since(const Snapshot& snapshot, const SnapshotId& old) {
        const auto versions = all_versions(model::table_info(snapshot));
        unsigned passed = 0;
        for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
            if (version->fingerprint.to_identifier() == old.identifier) return passed;
            passed |= Upstream::bit(version->change_category);
        }
        return {};
    }

    Draft& draft_;
    ContextDiff& diff_;
    std::map<SnapshotId, Upstream> upstream_;
};

struct SchemaChange {
    std::vector<std::string> dropped;
    std::vector<std::string> added;
};

bool all_known(const std::optional<model::Columns>& columns) {
    return columns && !columns->empty() && std::all_of(columns->begin(), columns->end(), [](const auto& c) {
               return !c.type.empty() && c.type != "UNKNOWN";
           });
}

/// What an executor would do to the table. A type that may not be altered is a loss and no addition.
SchemaChange schema_change(const model::Columns& before, const model::Columns& now, sql::Dialect dialect) {
    SchemaChange out;
    for (ColumnOperation& operation : column_operations(before, now, dialect)) {
        std::vector<std::string>& names = operation.destructive ? out.dropped : out.added;
        if (names.empty() || names.back() != operation.column) names.push_back(std::move(operation.column));
    }
    return out;
}

std::string list_of(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "'" : ", '") + name + "'";
    return out;
}

}  // namespace

bool is_forward_only_change(const Draft& draft, const Snapshot& snapshot) {
    if (!draft.diff.directly_modified(snapshot.name) && !draft.diff.indirectly_modified(snapshot.name)) return false;
    if (!model::is_model(snapshot.node)) return false;
    if (is_breaking_kind_change(*draft.diff.modified.at(snapshot.name).before, snapshot)) return false;
    return snapshot.node.kind.forward_only && !snapshot.previous_versions.empty();
}

void find_modified(Draft& draft) {
    std::set<SnapshotId> indirect;
    for (const auto& [id, snapshot] : draft.diff.snapshots) {
        if (draft.diff.added.contains(id))
            draft.directly_modified.insert(id);
        else if (draft.diff.modified.contains(id.name))
            (draft.diff.directly_modified(id.name) ? draft.directly_modified : indirect).insert(id);
    }
    if (indirect.empty()) return;
    for (const SnapshotId& id : draft.directly_modified)
        for (const SnapshotId& below : draft.graph->downstream(id))
            if (indirect.contains(below)) draft.indirectly_modified[id].insert(below);
}

Status check_schema_changes(Draft& draft) {
    for (const SnapshotId& id : draft.directly_modified) {
        const auto modified = draft.diff.modified.find(id.name);
        const Snapshot& now = draft.diff.snapshots.at(id);
        // Other kinds have no say in what may change.
        if (modified == draft.diff.modified.end() || !model::is_incremental(now.node)) continue;
        if (!draft.forward_only && !is_forward_only_change(draft, now)) continue;
        const auto& before = modified->second.before->node.columns_to_types;
        if (!all_known(before) || !all_known(now.node.columns_to_types)) continue;
        const auto dialect = sql::dialect_from(now.node.dialect).value_or(sql::Dialect::none);
        const SchemaChange change = schema_change(*before, *now.node.columns_to_types, dialect);
        const auto judge = [&](const std::vector<std::string>& names, const std::string& policy, const char* what,
                               const std::set<std::string>& allowed) -> Status {
            const bool allows = allowed.contains(id.name);
            if (names.empty() || allows || policy == "ALLOW" || policy == "IGNORE") return {};
            const std::string text = "Plan requires " + std::string(what) + " change to forward-only model '" +
                                     now.node.name + "' (columns " + list_of(names) + ").";
            if (policy != "WARN")
                return fail(ErrorCode::invalid, text, "allow it for this model or change the column back");
            draft.warnings.push_back(text);
            return {};
        };
        const model::Kind& kind = now.node.kind;
        TRY_STATUS(judge(change.dropped, kind.on_destructive_change, "a destructive", draft.allow_destructive));
        TRY_STATUS(judge(change.added, kind.on_additive_change, "an additive", draft.allow_additive));
    }
    return {};
}

Status categorize(Draft& draft) { return Categorizer(draft).run(); }

}  // namespace towline::plan
