#include "plan/context_diff.h"

#include <algorithm>

#include "plan/changes.h"
#include "plan/fingerprint.h"
#include "plan/selector.h"
#include "project/relink.h"

namespace towline::plan {
namespace {
using model::Node;

bool is_expired(const Environment& environment, TimestampMs now) {
    return environment.expiration_ts && *environment.expiration_ts <= now;
}

/// The environment that exists and is still valid, or none.
const Environment* existing_target(const project::Project& project, const StateView& state,
                                   const PlanOptions& options) {
    if (!state.target || is_expired(*state.target, state.now)) return nullptr;
    const bool recreate =
        project.settings.plan.always_recreate_environment && options.environment != options.create_from;
    return recreate ? nullptr : &*state.target;
}

/// What the project is compared with: the target, or the environment a new one is made from.
const Environment* base_of(const project::Project& project, const StateView& state, const PlanOptions& options) {
    if (const Environment* target = existing_target(project, state, options)) return target;
    if (state.base) return &*state.base;
    if (options.create_from == "prod" && state.prod) return &*state.prod;
    return nullptr;
}

/// Stored nodes of an environment, by FQN.
std::map<std::string, const Node*> environment_nodes(const Environment* environment, const StateView& state) {
    std::map<std::string, const Node*> out;
    if (!environment) return out;
    for (const TableInfo& info : environment->snapshots)
        if (const auto found = state.snapshots.find(info.id()); found != state.snapshots.end())
            out.emplace(info.name, &found->second.node);
    return out;
}

/// The names of the projects that are loaded; none if they are not told apart from others by one.
std::set<std::string_view> project_names(const project::Project& project) {
    std::set<std::string_view> names{project.settings.project};
    for (const auto& [fqn, node] : project.nodes) names.insert(node.project);
    for (const EnvironmentStatements& statements : project.environment_statements) names.insert(statements.project);
    return names.size() == 1 && names.contains("") ? std::set<std::string_view>() : names;
}

/// Nodes of other projects of the same installation live only in the state, in prod.
std::map<std::string, const Node*> foreign_nodes(const project::Project& project, const StateView& state) {
    const std::set<std::string_view> projects = project_names(project);
    if (projects.empty()) return {};
    auto out = environment_nodes(state.prod ? &*state.prod : nullptr, state);
    std::erase_if(out, [&](const auto& item) {
        return projects.contains(item.second->project) || project.nodes.contains(item.first);
    });
    return out;
}

/// Those of the project, and prod's of other projects.
std::vector<EnvironmentStatements> statements_of(const project::Project& project, const StateView& state) {
    std::vector<EnvironmentStatements> out = project.environment_statements;
    const std::set<std::string_view> projects = project_names(project);
    if (projects.empty() || !state.prod) return out;
    for (const EnvironmentStatements& statements : state.prod_statements)
        if (!statements.project.empty() && !projects.contains(statements.project)) out.push_back(statements);
    return out;
}

/// A parent taken from elsewhere may have other columns than the ones the child was loaded with. As in SQLMesh, models
/// that are gone locally stay as they are.
void refresh_parent_columns(std::map<std::string, Node>& nodes, const std::map<std::string, Node>& local) {
    for (auto& [fqn, node] : nodes) {
        if (!local.contains(fqn)) continue;
        for (const std::string& parent : node.depends_on) {
            const auto found = nodes.find(parent);
            if (found == nodes.end() || !found->second.columns_to_types) continue;
            if (const auto known = node.mapping_schema.find(parent); known != node.mapping_schema.end())
                known->second = *found->second.columns_to_types;
        }
    }
}

/// Ids of direct parents; EMBEDDED ones bring their own parents along.
std::vector<SnapshotId> parents_of(const Node& node, const std::map<std::string, Node>& nodes,
                                   const Fingerprints& prints) {
    std::set<std::string> names;
    std::vector<const Node*> open{&node};
    while (!open.empty()) {
        const Node* at = open.back();
        open.pop_back();
        for (const std::string& parent : at->depends_on) {
            const auto found = nodes.find(parent);
            if (found == nodes.end() || parent == node.fqn || !names.insert(parent).second) continue;
            if (found->second.kind.name == model::KindName::embedded) open.push_back(&found->second);
        }
    }
    std::vector<SnapshotId> out;
    for (const std::string& name : names) out.push_back({name, prints.at(name).to_identifier()});
    return out;
}

class Comparison {
 public:
    Comparison(const project::Project& project, const StateView& state, const PlanOptions& options)
        : project_(project), state_(state), options_(options) {}

    /// `known`: fingerprints of the project's own nodes, or null.
    Result<ContextDiff> run(const Fingerprints* known) {
        TRY(other_, other_nodes(project_, state_, options_));
        if (known != nullptr && !other_) {
            prints_ = known;
        } else {
            TRY(computed_, fingerprints(nodes()));
        }
        describe_environment();
        for (const TableInfo& info : diff_.environment_snapshots) before_.emplace(info.name, &info);
        for (const auto& [fqn, node] : nodes()) TRY_STATUS(compare(node));
        for (const auto& [name, info] : before_)
            if (!nodes().contains(name)) diff_.removed.emplace(name, *info);
        for (const auto& [name, id] : diff_.by_name) diff_.snapshots.at(id).node = nodes().at(name);
        return std::move(diff_);
    }

 private:
    const std::map<std::string, Node>& nodes() const { return other_ ? *other_ : project_.nodes; }

    void describe_environment() {
        const Environment* target = existing_target(project_, state_, options_);
        const Environment* base = base_of(project_, state_, options_);
        diff_.is_new_environment = target == nullptr;
        diff_.base_exists = base != nullptr;
        diff_.is_unfinalized = base && !base->finalized_ts;
        diff_.normalize_name = diff_.is_new_environment || base->naming.normalize_name;
        if (target) {
            diff_.previous_plan_id = target->plan_id;
            for (const TableInfo& info : model::promoted_snapshots(*target))
                diff_.previously_promoted.insert(info.id());
        } else if (state_.target && project_.settings.plan.always_recreate_environment) {
            diff_.previous_plan_id = state_.target->plan_id;
        }
        if (base) {
            diff_.environment_snapshots = compared_snapshots(*base, project_.settings.plan.use_finalized_state);
            diff_.previous_finalized_snapshots = base->previous_finalized_snapshots;
        }
        auto by_project = [](const EnvironmentStatements& a, const EnvironmentStatements& b) {
            return a.project < b.project;
        };
        diff_.environment_statements = statements_of(project_, state_);
        auto local = diff_.environment_statements;
        auto stored = state_.target_statements;
        std::sort(local.begin(), local.end(), by_project);
        std::sort(stored.begin(), stored.end(), by_project);
        diff_.statements_changed = local != stored;
        const bool managed = base && base->naming.gateway_managed;
        diff_.gateway_managed_changed = managed != project_.settings.gateway_managed_virtual_layer;
    }

    /// Without its node, which is moved in when all are compared.
    Snapshot fresh(const Node& node) const {
        Snapshot s;
        s.name = node.fqn;
        s.fingerprint = prints_->at(node.fqn);
        s.parents = parents_of(node, nodes(), *prints_);
        s.created_ts = s.updated_ts = state_.now;
        const project::SnapshotSettings settings = project_.snapshot_settings(node.fqn);
        s.ttl = settings.ttl;
        s.table_naming_convention = settings.table_naming_convention;
        return s;
    }

    Status compare(const Node& node) {
        const model::Fingerprint& print = prints_->at(node.fqn);
        const SnapshotId id{node.fqn, print.to_identifier()};
        const auto before = before_.find(node.fqn);
        const TableInfo* info = before == before_.end() ? nullptr : before->second;
        if (info && info->is_model != model::is_model(node)) {
            diff_.removed.emplace(info->name, *info);
            info = nullptr;
        }
        const bool modified = info && info->fingerprint != print;
        if (!info) diff_.added.insert(id);
        diff_.by_name[node.fqn] = id;

        Snapshot& current = diff_.snapshots[id];
        if (const auto stored = state_.snapshots.find(id); stored != state_.snapshots.end()) {
            current = stored->second;
        } else {
            current = fresh(node);
            diff_.new_ids.insert(id);
            if (modified) current.previous_versions = all_versions(*info);
        }
        if (!modified) return {};
        const auto old = state_.snapshots.find(info->id());
        if (old == state_.snapshots.end())
            return fail(ErrorCode::internal,
                        "the state lacks the snapshot of " + node.name + " that the environment names");
        current.node = node;
        diff_.modified[node.fqn] = {id, &old->second, is_data_change(current, old->second)};
        return {};
    }

    const project::Project& project_;
    const StateView& state_;
    const PlanOptions& options_;
    std::optional<std::map<std::string, Node>> other_;
    Fingerprints computed_;
    const Fingerprints* prints_ = &computed_;
    std::map<std::string, const TableInfo*> before_;
    ContextDiff diff_;
};

/// A definition whose table was altered since is no longer what its snapshot says, whoever it comes from.
Status restamp(std::map<std::string, Node>& nodes, const StateView& state) {
    TRY(const Fingerprints prints, fingerprints(nodes));
    for (auto& [fqn, node] : nodes) {
        const SnapshotId id{fqn, prints.at(fqn).to_identifier()};
        const auto found = state.snapshots.find(id);
        if (found != state.snapshots.end() && found->second.unrestorable) node.stamp = "revert to " + id.identifier;
    }
    return {};
}

}  // namespace

bool ContextDiff::directly_modified(const std::string& name) const {
    const auto found = modified.find(name);
    return found != modified.end() && found->second.data_change;
}

bool ContextDiff::indirectly_modified(const std::string& name) const {
    const auto found = modified.find(name);
    if (found == modified.end() || found->second.data_change) return false;
    return snapshots.at(found->second.current).fingerprint.parent_data_hash !=
           found->second.before->fingerprint.parent_data_hash;
}

bool ContextDiff::metadata_updated(const std::string& name) const {
    const auto found = modified.find(name);
    return found != modified.end() && snapshots.at(found->second.current).fingerprint.metadata_hash !=
                                          found->second.before->fingerprint.metadata_hash;
}

std::optional<std::map<std::string, Node>> with_other_projects(const project::Project& project,
                                                               const StateView& state) {
    const auto foreign = foreign_nodes(project, state);
    if (foreign.empty()) return std::nullopt;
    std::map<std::string, Node> out = project.nodes;
    std::set<std::string> names;
    for (const auto& [fqn, node] : foreign) {
        out.emplace(fqn, *node);
        names.insert(fqn);
    }
    project::relink(out, names);
    return out;
}

Result<std::optional<std::map<std::string, Node>>> other_nodes(const project::Project& project, const StateView& state,
                                                               const PlanOptions& options) {
    auto merged = with_other_projects(project, state);
    if (!merged && options.select_models.empty()) return merged;
    std::map<std::string, Node> local = merged ? std::move(*merged) : project.nodes;
    if (options.select_models.empty()) return std::optional(std::move(local));
    const auto stored = environment_nodes(base_of(project, state, options), state);
    std::map<std::string, Node> universe = local;
    for (const auto& [fqn, node] : stored) universe.emplace(fqn, *node);
    TRY(const auto selected, select_models(universe, local, options.select_models));
    std::map<std::string, Node> out;
    for (const auto& [fqn, node] : universe) {
        const auto found = local.find(fqn);
        if (selected.contains(fqn) || !model::is_model(node)) {
            if (found != local.end()) out.emplace(fqn, found->second);
        } else if (const auto known = stored.find(fqn); known != stored.end()) {
            out.emplace(fqn, *known->second);
        }
    }
    refresh_parent_columns(out, local);
    TRY_STATUS(restamp(out, state));
    return std::optional(std::move(out));
}

const std::vector<TableInfo>& compared_snapshots(const Environment& environment, bool finalized) {
    if (finalized && !environment.finalized_ts && environment.previous_finalized_snapshots)
        return *environment.previous_finalized_snapshots;
    return environment.snapshots;
}

Result<ContextDiff> context_diff(const project::Project& project, const Fingerprints* prints, const StateView& state,
                                 const PlanOptions& options) {
    return Comparison(project, state, options).run(prints);
}

Result<ContextDiff> no_diff(const StateView& state, const PlanOptions& options) {
    if (!state.target)
        return fail(ErrorCode::not_found, "Environment '" + options.environment + "' must exist for this operation.");
    ContextDiff diff;
    diff.normalize_name = state.target->naming.normalize_name;
    diff.base_exists = true;
    diff.previous_plan_id = state.target->plan_id;
    diff.environment_snapshots = state.target->snapshots;
    diff.previous_finalized_snapshots = state.target->previous_finalized_snapshots;
    diff.environment_statements = state.target_statements;
    for (const TableInfo& info : model::promoted_snapshots(*state.target)) diff.previously_promoted.insert(info.id());
    for (const TableInfo& info : state.target->snapshots) {
        const auto stored = state.snapshots.find(info.id());
        if (stored == state.snapshots.end())
            return fail(ErrorCode::internal,
                        "the state lacks the snapshot of " + info.name + " that the environment names");
        diff.snapshots.emplace(info.id(), stored->second);
        diff.by_name[info.name] = info.id();
    }
    return diff;
}

}  // namespace towline::plan
