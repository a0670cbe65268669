#include <algorithm>
#include <array>

#include "base/strings.h"
#include "project/config.h"

// Nothing of a connection but its type and its catalog is ever stored: of the values of other keys only the type is
// looked at. What SQLMesh requires of a connection may be missing here: executors have it from their own environment.

namespace towline::project {
namespace {

/// `keys` are all that SQLMesh knows, each with the letter of its type: s text, i integer, b boolean, f false only,
/// l list, m map, a anything; `?` where null is allowed.
struct ConnectionType {
    std::string_view type;
    std::string_view dialect;
    std::string_view catalog_key;  ///< "" = the engine has no catalogs
    std::string_view keys;
};

constexpr std::string_view kCommonKeys =
    "type:s concurrent_tasks:i register_comments:b pre_ping:b pretty_sql:b schema_differ_overrides:m? "
    "catalog_type_overrides:m? check_import:a?";
constexpr std::string_view kDuckdbKeys =
    "database:s? catalogs:m? extensions:l connector_config:m secrets:a filesystems:l token:s? pre_ping:f";
constexpr std::string_view kPostgresKeys =
    "host:s user:s password:s port:i database:s keepalives_idle:i? connect_timeout:i role:s? sslmode:s? "
    "application_name:s?";
constexpr std::string_view kMssqlKeys =
    "host:s user:s? password:s? database:s? timeout:i? login_timeout:i? login_attempts:i? charset:s? appname:s? "
    "port:i? conn_properties:a? autocommit:b? tds_version:s? driver:s driver_name:s? trust_server_certificate:b? "
    "encrypt:b? odbc_properties:m? workspace_id:s tenant_id:s";
constexpr std::string_view kMysqlKeys =
    "host:s user:s password:s port:i? database:s? charset:s? collation:s? ssl_disabled:b? local_infile:b";

constexpr std::array<ConnectionType, 19> kTypes{{
    {"duckdb", "duckdb", "database", kDuckdbKeys},
    {"motherduck", "duckdb", "database", kDuckdbKeys},
    {"postgres", "postgres", "database", kPostgresKeys},
    {"gcp_postgres", "postgres", "db",
     "instance_connection_string:s user:s password:s? enable_iam_auth:b? db:s ip_type:s keyfile:s? keyfile_json:m? "
     "timeout:i? scopes:l driver:s"},
    {"snowflake", "snowflake", "database",
     "account:s user:s? password:s? warehouse:s? database:s? role:s? authenticator:s? token:s? host:s? port:i? "
     "application:s private_key:a? private_key_path:s? private_key_passphrase:s? session_parameters:m?"},
    {"bigquery", "bigquery", "project",
     "method:s project:s? execution_project:s? quota_project:s? location:s? keyfile:s? keyfile_json:m? token:s? "
     "refresh_token:s? client_id:s? client_secret:s? token_uri:s? scopes:l impersonated_service_account:s? "
     "job_creation_timeout_seconds:i? job_execution_timeout_seconds:i? job_retries:i? job_retry_deadline_seconds:i? "
     "priority:s? maximum_bytes_billed:i? reservation:s? pre_ping:f"},
    {"redshift", "redshift", "database",
     "user:s? password:s? database:s? host:s? port:i? source_address:s? unix_sock:s? ssl:b? sslmode:s? timeout:i? "
     "tcp_keepalive:b? application_name:s? preferred_role:s? principal_arn:s? credentials_provider:s? region:s? "
     "cluster_identifier:s? iam:b? db_user:s? is_serverless:b? serverless_acct_id:s? serverless_work_group:s? "
     "enable_merge:b?"},
    {"databricks", "databricks", "catalog",
     "server_hostname:s? http_path:s? access_token:s? auth_type:s? oauth_client_id:s? oauth_client_secret:s? "
     "catalog:s? "
     "http_headers:a? session_configuration:m? databricks_connect_server_hostname:s? "
     "databricks_connect_access_token:s? databricks_connect_cluster_id:s? databricks_connect_use_serverless:b "
     "force_databricks_connect:b disable_databricks_connect:b disable_spark_session:b pre_ping:f"},
    {"spark", "spark", "catalog", "config_dir:s? catalog:s? config:m wap_enabled:b pre_ping:f"},
    {"trino", "trino", "catalog",
     "method:s host:s user:s catalog:s port:i? http_scheme:s roles:m? http_headers:m? session_properties:m? retries:i "
     "timezone:s? password:s? verify:b? impersonation_user:s? keytab:s? krb5_config:s? principal:s? service_name:s "
     "hostname_override:s? mutual_authentication:b force_preemptive:b sanitize_mutual_error_response:b delegate:b "
     "jwt_token:s? client_certificate:s? client_private_key:s? cert:s? source:s schema_location_mapping:m? "
     "timestamp_mapping:m? pre_ping:f"},
    {"mysql", "mysql", "", kMysqlKeys},
    {"mssql", "tsql", "database", kMssqlKeys},
    {"azuresql", "tsql", "database", kMssqlKeys},
    {"fabric", "fabric", "database", kMssqlKeys},
    {"clickhouse", "clickhouse", "",
     "host:s username:s password:s? port:i? cluster:s? virtual_catalog:s? connect_timeout:i send_receive_timeout:i "
     "query_limit:i use_compression:b compression_method:s? connection_settings:m? http_proxy:s? verify:b ca_cert:s? "
     "client_cert:s? client_cert_key:s? https_proxy:s? server_host_name:s? tls_mode:s? secure:b "
     "connection_pool_options:m?"},
    {"athena", "athena", "catalog_name",
     "aws_access_key_id:s? aws_secret_access_key:s? role_arn:s? role_session_name:s? region_name:s? work_group:s? "
     "s3_staging_dir:s? schema_name:s? catalog_name:s? s3_warehouse_location:s? register_comments:f pre_ping:f"},
    {"risingwave", "risingwave", "database", "host:s user:s password:s? port:i database:s role:s? sslmode:s?"},
    {"starrocks", "starrocks", "", kMysqlKeys},
    {"db2", "db2", "database",
     "host:s port:i database:s db2_schema:s username:s password:s ssl:b ssl_cert:s? ssl_key:s? ssl_ca:s? "
     "connect_timeout:i"},
}};

/// Values of keys that are words.
struct Words {
    std::string_view key, words;
};
constexpr Words kWords[] = {
    {"http_scheme", "http https"},
    {"ip_type", "public private psc"},
    {"driver", "pymssql pyodbc mssql-python pg8000"},
    {"application", "Tobiko_SQLMesh"},
    {"method", "oauth oauth-secrets service-account service-account-json no-auth basic ldap kerberos jwt certificate"},
};

const ConnectionType* find_type(std::string_view type) {
    const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& row) { return row.type == type; });
    return found == kTypes.end() ? nullptr : &*found;
}

/// "i?" of a key of the type; "" for an unknown key. What a type says of a common key counts first.
std::string type_of_key(const ConnectionType& row, std::string_view key, std::vector<std::string>& known) {
    for (std::string_view keys : {row.keys, kCommonKeys})
        for (const std::string& entry : split(keys, " ")) {
            const std::size_t colon = entry.find(':');
            if (std::string_view(entry).substr(0, colon) == key) return entry.substr(colon + 1);
            known.push_back(entry.substr(0, colon));
        }
    return {};
}

/// Lists and maps may be JSON texts, as environment variables have them.
bool is_json(const Yaml& value, char bracket) { return value.is_string() && trim(value.text).starts_with(bracket); }

bool has_type(const Yaml& value, std::string_view type) {
    if (value.is_null()) return type.ends_with('?');
    switch (type.front()) {
        case 's':
            return value.is_string();
        case 'i':
            return yaml_integer(value).has_value();
        case 'b':
            return yaml_boolean(value).has_value();
        case 'f':
            return value.type == Yaml::Type::boolean && value.text == "false";
        case 'l':
            return value.is_list() || is_json(value, '[');
        case 'm':
            return value.is_map() || is_json(value, '{');
        default:
            return true;
    }
}

Status check_keys(const ConnectionType& row, const Yaml& connection) {
    const std::string of = "A connection of type '" + std::string(row.type) + "'";
    for (const auto& [key, value] : connection.members) {
        std::vector<std::string> known;
        const std::string type = type_of_key(row, key, known);
        if (type.empty() || (row.dialect == "duckdb" && key == "check_import"))
            return fail(ErrorCode::invalid, of + " has no key '" + key + "'.", closest_hint(key, known));
        if (!has_type(value, type))
            return fail(ErrorCode::invalid,
                        of + " cannot have " + std::string(type_name(value.type)) + " as '" + key + "'.");
        if (key == "concurrent_tasks" && row.dialect != "duckdb" && yaml_integer(value).value_or(1) <= 0)
            return fail(ErrorCode::invalid, "The number of concurrent tasks must be an integer value greater than 0.");
        for (const Words& words : kWords) {
            const std::vector<std::string> all = split(words.words, " ");
            if (words.key == key && std::find(all.begin(), all.end(), value.text) == all.end())
                return fail(ErrorCode::invalid, of + " cannot have '" + value.text + "' as '" + key + "'.",
                            closest_hint(value.text, all));
        }
    }
    return {};
}

Status check_duckdb(const ConnectionType& row, const Yaml& connection) {
    const Yaml* database = connection.find("database");
    const Yaml* catalogs = connection.find("catalogs");
    const bool named = database && !database->text.empty();
    if (named && catalogs && !(catalogs->members.empty() && catalogs->text.empty()))
        return fail(ErrorCode::invalid, "A DuckDB connection takes either `database` or `catalogs`, not both.");
    if (named && row.type == "duckdb" && database->text.starts_with("md:"))
        return fail(ErrorCode::invalid,
                    "A database of MotherDuck has the connection type 'motherduck', without the prefix `md:`.");
    if (catalogs && catalogs->is_map())
        for (const auto& [name, catalog] : catalogs->members)
            if (!catalog.is_string() && !(catalog.is_map() && catalog.find("type") && catalog.find("path")))
                return fail(ErrorCode::invalid,
                            "The catalog '" + name + "' must be a path, or a map with `type` and `path`.");
    return {};
}

Status check_virtual_catalog(const Yaml& connection) {
    const Yaml* name = connection.find("virtual_catalog");
    if (!name || name->is_null()) return {};
    if (trim(name->text).empty()) return fail(ErrorCode::invalid, "virtual_catalog cannot be an empty string.");
    if (name->text.find('.') != std::string::npos)
        return fail(ErrorCode::invalid, "virtual_catalog must be a single identifier with no dots.");
    return {};
}

/// Python's stem of the path: the base name without its last suffix.
std::string catalog_of_duckdb(const Yaml& connection) {
    const Yaml* database = connection.find("database");
    if (!database || database->text.empty()) {
        const Yaml* catalogs = connection.find("catalogs");
        return catalogs && catalogs->is_map() && !catalogs->members.empty() ? catalogs->members.front().key : "memory";
    }
    if (database->text == ":memory:") return "memory";
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
    TRY_STATUS(check_keys(*row, connection));
    TRY_STATUS(check_virtual_catalog(connection));
    Connection out{type->text, std::nullopt, true};
    if (row->dialect == "duckdb") {
        TRY_STATUS(check_duckdb(*row, connection));
        out.default_catalog = catalog_of_duckdb(connection);
        return out;
    }
    if (row->catalog_key.empty()) return out;
    const Yaml* catalog = connection.find(row->catalog_key);
    out.catalog_known = catalog && catalog->is_scalar() && !catalog->text.empty();
    if (out.catalog_known) out.default_catalog = out.type == "db2" ? upper(catalog->text) : catalog->text;
    if (!out.catalog_known && out.type == "athena") {
        out.default_catalog = "awsdatacatalog";
        out.catalog_known = true;
    }
    if (!out.catalog_known && out.type == "spark") {
        const Yaml* settings = connection.find("config");
        const Yaml* named = settings && settings->is_map() ? settings->find("spark.sql.defaultCatalog") : nullptr;
        out.default_catalog = named && named->is_scalar() && !named->text.empty() ? named->text : "spark_catalog";
        out.catalog_known = true;
    }
    return out;
}

}  // namespace towline::project
