#include "plan/cleanup.h"

#include <set>
#include <tuple>

#include "plan/view_tasks.h"

namespace towline::plan {
namespace {

using Place = std::tuple<std::string, std::string, std::string>;  // gateway, catalog, schema

Place place_of(const TaskSpec& view) { return {view.gateway.value_or(""), view.view_catalog, view.view_schema}; }

/// A model that became EMBEDDED left the view behind that it had before; it goes with the schema, as in SQLMesh.
void add_left_views(const TaskContext& context, const Environment& environment, std::vector<TaskSpec>& views) {
    if (environment.naming.suffix_target != model::SuffixTarget::schema) return;
    std::set<Place> places;
    for (const TaskSpec& view : views) places.insert(place_of(view));
    std::vector<TableInfo> left;
    for (TableInfo info : environment.snapshots) {
        if (info.kind_name != "EMBEDDED") continue;
        info.kind_name = "VIEW";  // what had a view
        left.push_back(std::move(info));
    }
    for (TaskSpec& view : drop_view_tasks(context, left, environment))
        if (places.contains(place_of(view))) views.push_back(std::move(view));
}

/// One task per schema of the dropped views, or per catalog (no schema), where these carry the environment's name.
std::vector<TaskSpec> drop_schema_tasks(const Environment& environment, const std::vector<TaskSpec>& views) {
    std::vector<TaskSpec> out;
    if (environment.naming.suffix_target == model::SuffixTarget::table) return out;
    const bool catalogs = environment.naming.suffix_target == model::SuffixTarget::catalog;
    std::set<Place> done;
    for (const TaskSpec& view : views) {
        if (catalogs && view.view_catalog.empty()) continue;
        const std::string schema = catalogs ? "" : view.view_schema;
        if (!done.emplace(view.gateway.value_or(""), view.view_catalog, schema).second) continue;
        TaskSpec task;
        task.kind = TaskKind::drop_schema;
        task.catalog = view.view_catalog;
        task.schema = schema;
        task.name = task.catalog.empty() || catalogs ? task.catalog + task.schema : task.catalog + "." + task.schema;
        task.key = "drop_schema:" + view.gateway.value_or("") + ":" + task.name;
        task.environment = view.environment;
        task.naming = view.naming;
        task.execution_ts = view.execution_ts;
        task.gateway = view.gateway;
        out.push_back(std::move(task));
    }
    return out;
}

std::string drop_key(const PhysicalTable& table) {
    return "drop_table:" + table.info.model_gateway.value_or("") + ":" + table.name().plain();
}

}  // namespace

std::vector<PhysicalTable> physical_tables(const TableInfo& info) {
    std::vector<PhysicalTable> out;
    if (!info.is_model || info.kind_name == "EMBEDDED" || info.kind_name == "EXTERNAL") return out;
    if (info.physical_schema.empty()) return out;  // no name without it
    if (!info.version.empty() && info.virtual_environment_mode == "full") out.push_back({info, false});
    if (!info.dev_version.empty()) out.push_back({info, true});
    return out;
}

std::vector<Stage> environment_cleanup_stages(const Environment& environment,
                                              const std::map<SnapshotId, Snapshot>& snapshots,
                                              TimestampMs execution_ts) {
    const Graph graph(snapshots);
    const DeployabilityIndex index = DeployabilityIndex::all();
    const TaskContext context{snapshots, graph, index, environment.naming.name, environment.naming, execution_ts,
                              {},        {},    {}};
    // A promotion that failed half-way may have made views that are not promoted: every model is looked at.
    std::vector<TaskSpec> views = drop_view_tasks(context, environment.snapshots, environment);
    add_left_views(context, environment, views);
    for (TaskSpec& view : views) view.snapshot.reset();  // the name says it all; the definition may be gone
    std::vector<TaskSpec> schemas = drop_schema_tasks(environment, views);
    std::vector<Stage> out;
    if (!views.empty()) out.push_back({StageKind::drop_views, std::move(views)});
    if (!schemas.empty()) out.push_back({StageKind::drop_schemas, std::move(schemas)});
    out.push_back({StageKind::delete_environment, {}});
    return out;
}

std::vector<Stage> table_cleanup_stages(const std::vector<PhysicalTable>& tables, TimestampMs execution_ts) {
    std::map<std::string, TaskSpec> tasks;
    std::map<SnapshotId, std::set<std::string>> keys_of;
    for (const PhysicalTable& table : tables) {
        TaskSpec task;
        task.kind = TaskKind::drop_table;
        task.key = drop_key(table);
        task.name = table.name().plain();
        task.gateway = table.info.model_gateway;
        task.table = table.info;
        task.dev_table = table.dev;
        task.execution_ts = execution_ts;
        keys_of[table.info.id()].insert(task.key);
        tasks.emplace(task.key, std::move(task));
    }
    // Engines that know dependencies refuse to drop what a view still reads.
    std::set<std::pair<std::string, std::string>> edges;
    for (const PhysicalTable& table : tables)
        for (const SnapshotId& parent : table.info.parents)
            if (const auto above = keys_of.find(parent); above != keys_of.end())
                for (const std::string& key : above->second)
                    if (const std::string own = drop_key(table);
                        key != own && !edges.contains({own, key}) && edges.emplace(key, own).second)
                        tasks.at(key).depends_on.push_back(own);
    std::vector<Stage> out;
    if (tasks.empty()) return out;
    Stage drops{StageKind::drop_tables, {}};
    for (auto& [key, task] : tasks) drops.tasks.push_back(std::move(task));
    out.push_back(std::move(drops));
    out.push_back({StageKind::forget_tables, {}});
    return out;
}

}  // namespace towline::plan
