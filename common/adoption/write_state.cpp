#include "adoption/sqlmesh_node.h"
#include "adoption/sqlmesh_state.h"
#include "model/codec.h"
#include "plan/python_text.h"

namespace towline::adoption {
namespace {

using json::Object;

// The release whose state this is; SQLMesh compares its own.
constexpr std::int64_t kSchemaVersion = 102;
constexpr std::string_view kSqlglotVersion = "30.8.0";
constexpr std::string_view kSqlmeshVersion = "0.236.4";

Result<std::string> snapshot_text(const model::Snapshot& snapshot) {
    TRY(const json::Document document, json::Document::parse(model::to_json(snapshot, true)));
    TRY(const std::string node, node_to_sqlmesh(snapshot.node));
    Object out;
    for (const auto& [key, value] : document.root().members())
        if (key == "node")
            out.raw(key, node);
        else if (!value.is_null())
            out.raw(key, value.dump());
    return out.dump();
}

std::string statements_text(const model::EnvironmentStatements& statements) {
    Object environment;
    if (!statements.variables.empty())
        environment.sub("__sqlmesh__vars__",
                        Object().str("payload", plan::python_repr(statements.variables)).str("kind", "value"));
    Object out;
    out.strings("before_all", statements.before_all).strings("after_all", statements.after_all);
    out.sub("python_env", environment);
    if (!statements.project.empty()) out.str("project", statements.project);
    return out.dump();
}

}  // namespace

Result<std::string> write_state(const State& state, const Writing& how) {
    Object out;
    out.sub("metadata",
            Object().str("timestamp", how.timestamp).num("file_version", 1).flag("importable", how.importable));
    out.sub("versions", Object()
                            .num("schema_version", kSchemaVersion)
                            .str("sqlglot_version", kSqlglotVersion)
                            .str("sqlmesh_version", kSqlmeshVersion));
    json::Array snapshots;
    for (const model::Snapshot& snapshot : state.snapshots) {
        TRY(const std::string text, snapshot_text(snapshot));
        snapshots.raw(text);
    }
    Object environments;
    for (const StateEnvironment& one : state.environments) {
        json::Array statements;
        for (const model::EnvironmentStatements& each : one.statements) statements.raw(statements_text(each));
        environments.sub(one.environment.naming.name,
                         Object().raw("environment", model::to_json(one.environment)).list("statements", statements));
    }
    return out.list("snapshots", snapshots).sub("environments", environments).dump();
}

}  // namespace towline::adoption
