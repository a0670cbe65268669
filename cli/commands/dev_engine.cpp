#include "commands/dev_engine.h"

#include <filesystem>

#include "base/strings.h"
#include "json/json.h"
#include "project/config.h"

namespace towline::commands {
namespace {

using Variables = std::map<std::string, std::string>;
using project::Yaml;

// A YAML value as the text of a variable: scalars as they are, the rest as JSON.
std::string json_of(const Yaml& value) {
    switch (value.type) {
        case Yaml::Type::list: {
            json::Array out;
            for (const Yaml& item : value.items) out.raw(json_of(item));
            return out.dump();
        }
        case Yaml::Type::map: {
            json::Object out;
            for (const auto& [key, member] : value.members) out.raw(key, json_of(member));
            return out.dump();
        }
        case Yaml::Type::null:
            return "null";
        case Yaml::Type::boolean:
            return lower(value.text);
        case Yaml::Type::integer:
        case Yaml::Type::real:
            return value.text;
        case Yaml::Type::date:
        case Yaml::Type::string:
            return json::quote(value.text);
    }
    return "null";
}

std::string text_of(const Yaml& value) { return value.is_scalar() ? value.text : json_of(value); }

bool is_file_path(std::string_view text) {
    return !text.empty() && text != ":memory:" && text.front() != '/' && text.find(':') == std::string_view::npos;
}

// SQLMesh opens relative database files from where it was started: the project.
std::string absolute_in(const std::string& folder, const std::string& path) {
    return (std::filesystem::absolute(folder) / path).lexically_normal().string();
}

// Executors run in another folder than the project's.
void make_absolute(Yaml& connection, const std::string& project) {
    if (Yaml* database = connection.find("database"); database != nullptr && is_file_path(database->text))
        database->text = absolute_in(project, database->text);
    Yaml* catalogs = connection.find("catalogs");
    if (catalogs == nullptr || !catalogs->is_map()) return;
    for (auto& [name, catalog] : catalogs->members)
        if (catalog.is_scalar() && is_file_path(catalog.text)) catalog.text = absolute_in(project, catalog.text);
}

void add_connection(const std::string& gateway, Yaml connection, const DevEngineInput& input, Variables& out) {
    const std::string prefix = "SQLMESH__GATEWAYS__" + upper(gateway) + "__CONNECTION__";
    const Yaml* type = connection.find("type");
    if (type == nullptr) {
        out[prefix + "TYPE"] = "duckdb";
        out[prefix + "DATABASE"] = absolute_in(input.folder, gateway + ".duckdb");
        return;
    }
    if (type->text == "duckdb") {
        make_absolute(connection, input.project);
        const Yaml* database = connection.find("database");
        // An in-memory database would be another one in every executor.
        if (connection.find("catalogs") == nullptr && (database == nullptr || database->text == ":memory:"))
            connection.at("database") = Yaml::of_string(absolute_in(input.folder, "memory.duckdb"));
    }
    for (const auto& [key, value] : connection.members)
        if (!value.is_null()) out[prefix + upper(key)] = text_of(value);
}

}  // namespace

Variables connection_variables(const std::string& gateway, const Yaml& connection, const DevEngineInput& input) {
    Variables out;
    add_connection(gateway, connection, input, out);
    return out;
}

Result<Variables> dev_engine_variables(const DevEngineInput& input) {
    for (const auto& [name, value] : input.environment)
        if (name.rfind("SQLMESH__GATEWAYS__", 0) == 0) return Variables{};
    const project::DiskFileSystem files;
    project::FaultList faults;
    const Yaml tree = project::read_config_layers(files, input.project, input.environment, faults);
    if (!faults.empty()) {
        const std::vector<project::Fault> list = std::move(faults).sorted();
        return fail(ErrorCode::invalid, project::to_text(list.front()));
    }
    Variables out;
    std::string first;
    const Yaml* gateways = tree.find("gateways");
    if (gateways != nullptr && gateways->is_map()) {
        for (const auto& [name, gateway] : gateways->members) {
            const Yaml* connection = gateway.find("connection");
            add_connection(name, connection != nullptr && connection->is_map() ? *connection : Yaml::of_map(), input,
                           out);
            if (first.empty()) first = name;
        }
    }
    if (first.empty()) {
        const Yaml* connection = tree.find("default_connection");
        first = "local";
        add_connection(first, connection != nullptr && connection->is_map() ? *connection : Yaml::of_map(), input, out);
    }
    const Yaml* chosen = tree.find("default_gateway");
    const bool is_set = input.environment.contains("SQLMESH__DEFAULT_GATEWAY");
    if (!is_set) out["SQLMESH__DEFAULT_GATEWAY"] = chosen != nullptr && !chosen->text.empty() ? chosen->text : first;
    return out;
}

}  // namespace towline::commands
