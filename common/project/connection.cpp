#include <algorithm>
#include <array>

#include "base/strings.h"
#include "project/config.h"

// Nothing of a connection but its type and its catalog is ever stored: values of other keys are not even
// copied.

namespace towline::project {
namespace {

struct ConnectionType {
    std::string_view type;
    std::string_view dialect;
    std::string_view catalog_keys;  ///< in order; "" = the engine has no catalogs
    std::string_view keys;          ///< every known key; "" = keys are not checked
};

constexpr std::string_view kCommonKeys =
    "type concurrent_tasks register_comments pre_ping pretty_sql schema_differ_overrides "
    "catalog_type_overrides "
    "check_import";
constexpr std::string_view kDuckdbKeys =
    "database catalogs extensions connector_config secrets filesystems token";
constexpr std::string_view kPostgresKeys =
    "host user password port database keepalives_idle connect_timeout role sslmode application_name";

constexpr std::array<ConnectionType, 20> kTypes{{
    {"duckdb", "duckdb", "database", kDuckdbKeys},
    {"motherduck", "duckdb", "database", kDuckdbKeys},
    {"postgres", "postgres", "database", kPostgresKeys},
    {"gcp_postgres", "postgres", "db", ""},
    {"snowflake", "snowflake", "database", ""},
    {"bigquery", "bigquery", "project", ""},
    {"redshift", "redshift", "database", ""},
    {"databricks", "databricks", "catalog", ""},
    {"spark", "spark", "catalog", ""},
    {"trino", "trino", "catalog", ""},
    {"mysql", "mysql", "", ""},
    {"mssql", "tsql", "database", ""},
    {"azuresql", "tsql", "database", ""},
    {"fabric", "fabric", "database", ""},
    {"clickhouse", "clickhouse", "", ""},
    {"athena", "athena", "catalog_name", ""},
    {"risingwave", "risingwave", "database", ""},
    {"starrocks", "starrocks", "", ""},
    {"doris", "doris", "", ""},
    {"db2", "db2", "database", ""},
}};

const ConnectionType* find_type(std::string_view type) {
    const auto found =
        std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& row) { return row.type == type; });
    return found == kTypes.end() ? nullptr : &*found;
}

std::vector<std::string> words(std::string_view text) { return split(text, " "); }

/// Python's stem of the path: the base name without its last suffix.
std::string catalog_of_duckdb(const Yaml& connection) {
    if (const Yaml* catalogs = connection.find("catalogs");
        catalogs && catalogs->is_map() && !catalogs->members.empty())
        return catalogs->members.front().key;
    const Yaml* database = connection.find("database");
    if (!database || database->text.empty() || database->text == ":memory:") return "memory";
    std::string_view name = database->text;
    if (const std::size_t slash = name.find_last_of("/\\"); slash != std::string_view::npos)
        name.remove_prefix(slash + 1);
    const std::size_t dot = name.rfind('.');
    return std::string(dot == std::string_view::npos || dot == 0 || dot + 1 == name.size() ? name
                                                                                          : name.substr(0, dot));
}

}  // namespace

std::string_view dialect_of_connection(std::string_view type) {
    const ConnectionType* row = find_type(type);
    return row ? row->dialect : std::string_view();
}

Result<Connection> read_connection(const Yaml& connection) {
    if (!connection.is_map()) return fail(ErrorCode::invalid, "A connection must be a map.");
    const Yaml* type = connection.find("type");
    if (!type || !type->is_string() || type->text.empty())
        return fail(ErrorCode::invalid, "The connection has no type.");
    const ConnectionType* row = find_type(type->text);
    if (!row) {
        std::vector<std::string> known;
        for (const ConnectionType& candidate : kTypes) known.emplace_back(candidate.type);
        return fail(ErrorCode::invalid, "Unknown connection type '" + type->text + "'.",
                    closest_hint(type->text, known));
    }
    if (!row->keys.empty()) {
        std::vector<std::string> known = words(kCommonKeys);
        for (std::string& key : words(row->keys)) known.push_back(std::move(key));
        for (const auto& [key, value] : connection.members)
            if (std::find(known.begin(), known.end(), key) == known.end())
                return fail(ErrorCode::invalid,
                            "A connection of type '" + type->text + "' has no key '" + key + "'.",
                            closest_hint(key, known));
    }
    Connection out{type->text, std::nullopt, true};
    if (row->dialect == "duckdb") {
        const Yaml* database = connection.find("database");
        if (database && !database->is_null() && connection.find("catalogs") &&
            !connection.find("catalogs")->is_null())
            return fail(ErrorCode::invalid,
                        "A DuckDB connection takes either `database` or `catalogs`, not both.");
        out.default_catalog = catalog_of_duckdb(connection);
        return out;
    }
    if (row->catalog_keys.empty()) return out;
    const Yaml* catalog = connection.find(row->catalog_keys);
    out.catalog_known = catalog && catalog->is_scalar() && !catalog->text.empty();
    if (out.catalog_known) out.default_catalog = catalog->text;
    if (!out.catalog_known && out.type == "athena") {
        out.default_catalog = "awsdatacatalog";
        out.catalog_known = true;
    }
    return out;
}

}  // namespace towline::project
