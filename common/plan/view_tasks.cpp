#include "plan/view_tasks.h"

#include <tuple>

#include "plan/naming.h"

namespace towline::plan {
namespace {

bool has_view(const TableInfo& info, const model::EnvironmentNaming& naming) {
    if (!info.is_model || info.kind_name == "EMBEDDED" || info.kind_name == "EXTERNAL") return false;
    return naming.name != "prod" || info.virtual_environment_mode == "full";
}

/// Views are made by the default gateway unless each gateway manages its own.
std::optional<std::string> view_gateway(const TableInfo& info, const model::EnvironmentNaming& naming) {
    return naming.gateway_managed ? info.model_gateway : std::nullopt;
}

void set_view(TaskSpec& task, const TableName& view) {
    task.view_catalog = view.catalog;
    task.view_schema = view.schema;
    task.view_name = view.table;
}

std::string dialect_of(const TaskContext& context, const SnapshotId& id) {
    if (const auto found = context.snapshots.find(id); found != context.snapshots.end())
        return found->second.node.dialect;
    // A demoted model is gone; the dialect only folds the environment's name, and its neighbours fold it
    // alike.
    return context.snapshots.empty() ? std::string() : context.snapshots.begin()->second.node.dialect;
}

}  // namespace

std::vector<TaskSpec> create_schema_tasks(const TaskContext& context, const std::set<SnapshotId>& tables,
                                          const std::vector<TableInfo>& views) {
    std::set<std::tuple<std::string, std::string, std::string>> schemas;
    for (const SnapshotId& id : tables) {
        const Snapshot& s = context.snapshots.at(id);
        const TableName table = table_name(s, context.index.is_deployable(id));
        if (!table.schema.empty()) schemas.emplace(s.node.gateway.value_or(""), table.catalog, table.schema);
    }
    for (const TableInfo& info : views) {
        if (!has_view(info, context.naming)) continue;
        const TableName view = view_name(info.name, context.naming, dialect_of(context, info.id()));
        if (!view.schema.empty())
            schemas.emplace(view_gateway(info, context.naming).value_or(""), view.catalog, view.schema);
    }
    std::vector<TaskSpec> out;
    for (const auto& [gateway, catalog, schema] : schemas) {
        TaskSpec task;
        task.kind = TaskKind::create_schema;
        task.name = catalog.empty() ? schema : catalog + "." + schema;
        task.key = "schema:" + (gateway.empty() ? std::string() : gateway + ":") + task.name;
        task.environment = context.environment;
        task.naming = context.naming;
        task.execution_ts = context.execution_ts;
        if (!gateway.empty()) task.gateway = gateway;
        task.catalog = catalog;
        task.schema = schema;
        out.push_back(std::move(task));
    }
    return out;
}

std::vector<TableInfo> newly_promoted(const Environment& environment, const std::optional<Environment>& existing,
                                      TimestampMs execution_ts) {
    std::vector<TableInfo> out = model::promoted_snapshots(environment);
    if (!existing) return out;
    const bool expired = existing->expiration_ts && *existing->expiration_ts <= execution_ts;
    const bool partial = existing->finalized_ts && !expired && existing->naming.name == "prod" &&
                         existing->naming.gateway_managed == environment.naming.gateway_managed;
    if (!partial) return out;
    std::set<SnapshotId> known;
    for (const TableInfo& info : model::promoted_snapshots(*existing)) known.insert(info.id());
    std::erase_if(out, [&](const TableInfo& info) { return known.contains(info.id()); });
    return out;
}

std::vector<TaskSpec> create_view_tasks(const TaskContext& context, const std::vector<TableInfo>& promoted) {
    std::map<SnapshotId, const TableInfo*> shown;
    for (const TableInfo& info : promoted)
        if (has_view(info, context.naming)) shown.emplace(info.id(), &info);
    std::vector<TaskSpec> out;
    for (const SnapshotId& id : context.graph.order()) {
        const auto found = shown.find(id);
        if (found == shown.end()) continue;
        const Snapshot& s = context.snapshots.at(id);
        TaskSpec task = snapshot_task(context, TaskKind::create_view, s);
        task.key = "view:" + s.node.name;
        task.gateway = view_gateway(*found->second, context.naming);
        set_view(task, view_name(s.name, context.naming, s.node.dialect));
        // A view reads only its table; statements that run after it may name the views of parents.
        if (!s.node.on_virtual_update.empty())
            for (const SnapshotId& parent : s.parents)
                if (shown.contains(parent)) task.depends_on.push_back("view:" + context.snapshots.at(parent).node.name);
        out.push_back(std::move(task));
    }
    return out;
}

std::vector<TableInfo> demoted_views(const Environment& environment, const std::vector<TableInfo>& before,
                                     const Environment& existing) {
    std::set<std::string> names;
    for (const TableInfo& info : model::promoted_snapshots(environment)) names.insert(info.name);
    std::vector<TableInfo> out;
    for (const TableInfo& info : before) {
        const bool moved = view_name(info.name, existing.naming, "") != view_name(info.name, environment.naming, "");
        if (!names.contains(info.name) || moved) out.push_back(info);
    }
    return out;
}

std::vector<TaskSpec> drop_view_tasks(const TaskContext& context, const std::vector<TableInfo>& demoted,
                                      const std::optional<Environment>& existing) {
    std::vector<TaskSpec> out;
    if (!existing) return out;
    for (const TableInfo& info : demoted) {
        if (!has_view(info, existing->naming)) continue;
        const TableName view = view_name(info.name, existing->naming, dialect_of(context, info.id()));
        TaskSpec task;
        task.kind = TaskKind::drop_view;
        task.name = info.name;
        task.key = "drop_view:" + view.plain();
        task.snapshot = SnapshotUse{info.id(), true, true};
        task.environment = context.environment;
        task.naming = existing->naming;
        task.execution_ts = context.execution_ts;
        task.gateway = view_gateway(info, existing->naming);
        set_view(task, view);
        out.push_back(std::move(task));
    }
    return out;
}

}  // namespace towline::plan
