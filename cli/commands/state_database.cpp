#include "commands/state_database.h"

#include <fmt/core.h>

#include <array>
#include <filesystem>
#include <set>
#include <sstream>

#include "base/strings.h"
#include "commands/dev_engine.h"
#include "credentials/engine_set.h"
#include "json/json.h"
#include "project/config.h"

namespace towline::commands {
namespace {

using engines::QueryResult;
using project::Yaml;
using Variables = std::map<std::string, std::string>;

constexpr std::size_t kRowsMax = 5'000'000;

/// Where the state of a gateway is.
struct StateSource {
    Variables variables;  ///< of its connection
    std::string schema = "sqlmesh";
};

Result<StateSource> state_source(Session& session, const std::string& name) {
    TRY(const client::Settings* settings, session.settings());
    const std::string root = session.paths().front();
    const project::DiskFileSystem files;
    project::FaultList faults;
    const Yaml tree = project::read_config_layers(files, root, settings->environment, faults);
    if (!faults.empty()) return fail(ErrorCode::invalid, project::to_text(std::move(faults).sorted().front()));
    const Yaml* gateways = tree.find("gateways");
    const Yaml* gateway = nullptr;
    if (gateways != nullptr && gateways->is_map())
        for (const auto& [key, value] : gateways->members)
            if (iequals(key, name)) gateway = &value;
    if (gateway == nullptr)
        return fail(ErrorCode::not_found,
                    fmt::format("neither the configuration nor the environment has a gateway '{}'", name));
    const Yaml* connection = gateway->find("state_connection");
    if (connection == nullptr || !connection->is_map()) connection = gateway->find("connection");
    if (connection == nullptr || !connection->is_map())
        return fail(ErrorCode::invalid, fmt::format("gateway '{}' has no connection", name));
    StateSource out;
    const std::string folder = std::filesystem::absolute(root).lexically_normal().string();
    const DevEngineInput input{folder, folder + "/.towline", settings->environment};
    out.variables = connection_variables(lower(name), *connection, input);
    if (const Yaml* schema = gateway->find("state_schema")) out.schema = schema->text;
    return out;
}

/// One open session on the state database.
class StateTables {
 public:
    StateTables(std::unique_ptr<engines::Session> session, const std::string& schema)
        : session_(std::move(session)),
          prefix_(schema.empty() ? std::string() : "\"" + replace_all(schema, "\"", "\"\"") + "\".") {}

    Result<QueryResult> rows(std::string_view columns, std::string_view table, std::string_view rest = "") {
        return session_->query(fmt::format("SELECT {} FROM {}\"{}\"{}", columns, prefix_, table, rest), kRowsMax);
    }

 private:
    std::unique_ptr<engines::Session> session_;
    std::string prefix_;
};

using Row = std::vector<std::optional<std::string>>;

std::string text(const Row& row, std::size_t column) { return row.at(column).value_or(""); }
bool flag(const Row& row, std::size_t column) { return text(row, column) == "1"; }

/// A column and how its cell stands in JSON.
enum class As { text, number, flag, json };
struct Column {
    std::string_view name;
    As as;
};

std::string select_list(const std::vector<Column>& columns) {
    std::vector<std::string> out;
    for (const Column& column : columns)
        out.push_back(column.as == As::flag ? fmt::format("CAST({} AS INTEGER)", column.name)
                                            : std::string(column.name));
    return join(out, ", ");
}

void add_cells(json::Object& out, const std::vector<Column>& columns, const Row& row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto& cell = row.at(i);
        if (!cell) continue;
        switch (columns[i].as) {
            case As::text:
                out.str(columns[i].name, *cell);
                break;
            case As::flag:
                out.flag(columns[i].name, *cell == "1");
                break;
            case As::number:
            case As::json:
                out.raw(columns[i].name, *cell);
                break;
        }
    }
}

Result<json::Object> versions(StateTables& tables) {
    const auto found = tables.rows("schema_version, sqlglot_version, sqlmesh_version", "_versions");
    if (!found) return fail(found.error().in("there is no state of SQLMesh to read"));
    if (found->rows.size() != 1) return fail(ErrorCode::invalid, "the state database has no version");
    const Row& row = found->rows.front();
    json::Object out;
    out.raw("schema_version", text(row, 0)).str("sqlglot_version", text(row, 1));
    return out.str("sqlmesh_version", text(row, 2));
}

Result<json::Object> environments(StateTables& tables) {
    // clang-format off: a table of words
    static const std::vector<Column> kColumns{
        {"name", As::text},           {"snapshots", As::json},         {"start_at", As::text},
        {"end_at", As::text},         {"plan_id", As::text},           {"previous_plan_id", As::text},
        {"expiration_ts", As::number}, {"finalized_ts", As::number},   {"promoted_snapshot_ids", As::json},
        {"suffix_target", As::text},  {"catalog_name_override", As::text}, {"previous_finalized_snapshots", As::json},
        {"normalize_name", As::flag}, {"requirements", As::json},      {"gateway_managed", As::flag}};
    // clang-format on
    TRY(const QueryResult rows, tables.rows(select_list(kColumns), "_environments"));
    TRY(const QueryResult statements,
        tables.rows("environment_name, environment_statements", "_environment_statements"));
    std::map<std::string, std::string> statements_of;
    for (const Row& row : statements.rows) statements_of[text(row, 0)] = row.at(1).value_or("[]");
    json::Object out;
    for (const Row& row : rows.rows) {
        json::Object environment, one;
        add_cells(environment, kColumns, row);
        one.sub("environment", environment);
        if (const auto found = statements_of.find(text(row, 0)); found != statements_of.end())
            one.raw("statements", found->second);
        out.sub(text(row, 0), one);
    }
    return out;
}

Result<json::Array> snapshots(StateTables& tables) {
    static const std::vector<Column> kState{{"updated_ts", As::number},
                                            {"unpaused_ts", As::number},
                                            {"unrestorable", As::flag},
                                            {"forward_only", As::flag}};
    TRY(const QueryResult restatements,
        tables.rows("snapshot_name, snapshot_version, next_auto_restatement_ts", "_auto_restatements"));
    std::map<std::pair<std::string, std::string>, std::string> next_of;
    for (const Row& row : restatements.rows) next_of[{text(row, 0), text(row, 1)}] = text(row, 2);
    TRY(const QueryResult rows, tables.rows(select_list(kState) + ", name, version, snapshot", "_snapshots"));
    // clang-format off: a table of words
    const std::set<std::string_view> own{"updated_ts",   "unpaused_ts",  "unrestorable",
                                         "forward_only", "next_auto_restatement_ts", "intervals",
                                         "dev_intervals", "pending_restatement_intervals"};
    // clang-format on
    json::Array out;
    for (const Row& row : rows.rows) {
        TRY(const json::Document document, json::Document::parse(text(row, kState.size() + 2)));
        json::Object one;
        for (const auto& [key, value] : document.root().members())
            if (!own.contains(key)) one.raw(key, value.dump());
        add_cells(one, kState, row);
        if (const auto next = next_of.find({text(row, kState.size()), text(row, kState.size() + 1)});
            next != next_of.end() && !next->second.empty())
            one.raw("next_auto_restatement_ts", next->second);
        out.sub(one);
    }
    return out;
}

Status interval_logs(StateTables& tables, StoredState& out) {
    TRY(const QueryResult rows,
        tables.rows("name, version, identifier, dev_version, start_ts, end_ts, CAST(is_dev AS INTEGER), "
                    "CAST(is_removed AS INTEGER), CAST(is_pending_restatement AS INTEGER)",
                    "_intervals", " ORDER BY name, version, created_ts, is_removed, is_pending_restatement"));
    for (const Row& row : rows.rows) {
        plan::IntervalEntry entry{
            row.at(2),    row.at(3),    {parse_int(text(row, 4)).value_or(0), parse_int(text(row, 5)).value_or(0)},
            flag(row, 6), flag(row, 7), flag(row, 8)};
        out.logs[{text(row, 0), text(row, 1)}].fold(entry);
    }
    return {};
}

}  // namespace

Result<StoredState> read_state_database(Session& session, const std::string& gateway) {
    TRY(const StateSource source, state_source(session, gateway));
    const credentials::Gateways gateways = credentials::gateways_from(source.variables);
    if (!gateways.faults.empty()) return fail(ErrorCode::invalid, gateways.faults.front());
    credentials::EngineSet engines(credentials::make_engine);
    engines.configure(gateways);
    TRY(const std::shared_ptr<engines::Engine> engine, engines.engine(lower(gateway)));
    TRY(std::unique_ptr<engines::Session> opened, engine->open("towline state import"));
    StateTables tables(std::move(opened), source.schema);
    StoredState out;
    TRY(const json::Object version, versions(tables));
    TRY(const json::Object all, environments(tables));
    TRY(const json::Array list, snapshots(tables));
    TRY_STATUS(interval_logs(tables, out));
    out.in = std::make_unique<std::istringstream>(
        json::Object()
            .sub("metadata", json::Object().num("file_version", 1).flag("importable", true))
            .sub("versions", version)
            .list("snapshots", list)
            .sub("environments", all)
            .dump());
    return out;
}

}  // namespace towline::commands
