#include "credentials/gateways.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "json/json.h"

namespace towline::credentials {
namespace {

/// The settings below one connection: "database" or "catalogs__main" → variable and value.
struct Item {
    std::string variable;
    std::string value;
};
using Items = std::map<std::string, Item>;

constexpr std::array<std::string_view, 6> kOtherParts{"state_connection", "test_connection", "state_schema",
                                                      "scheduler",        "variables",       "model_defaults"};
// Accepted from SQLMesh's users; they tune its own client and change nothing here.
constexpr std::array<std::string_view, 6> kIgnoredKeys{
    "register_comments", "pre_ping", "pretty_sql", "check_import", "schema_differ_overrides", "catalog_type_overrides"};
// What SQLMesh connects to besides duckdb and postgres. A word that is not here may be a mistaken secret.
constexpr std::array<std::string_view, 17> kForeignTypes{
    "athena", "azuresql", "bigquery", "clickhouse", "databricks", "db2",   "fabric",    "gcp_postgres", "motherduck",
    "mssql",  "mysql",    "redshift", "risingwave", "snowflake",  "spark", "starrocks", "trino"};

template <class List>
bool contains(const List& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

/// pydantic's lax integer: blanks around, a sign, single '_' between digits, ".0" at the end.
std::optional<std::int64_t> lax_int(std::string_view text) {
    std::string digits(trim(text));
    if (const std::size_t dot = digits.find('.'); dot != std::string::npos && dot > 0) {
        if (digits.find_first_not_of('0', dot + 1) != std::string::npos) return std::nullopt;
        digits.resize(dot);
    }
    for (std::size_t i = digits.find('_'); i != std::string::npos; i = digits.find('_', i)) {
        const auto is_digit = [&](std::size_t at) {
            return at < digits.size() && digits[at] >= '0' && digits[at] <= '9';
        };
        if (i == 0 || !is_digit(i - 1) || !is_digit(i + 1)) return std::nullopt;
        digits.erase(i, 1);
    }
    return parse_int(digits);
}

/// Takes settings out of one connection and notes what is wrong; what is left at the end is unknown.
class ConnectionReader {
 public:
    ConnectionReader(std::string gateway, Items items, Gateways& out)
        : gateway_(std::move(gateway)), items_(std::move(items)), out_(out) {}

    void fault(std::string_view variable, std::string_view what) {
        out_.faults.push_back(fmt::format("{}: {}", variable, what));
    }
    std::string variable(std::string_view key) const {
        return fmt::format("SQLMESH__GATEWAYS__{}__CONNECTION__{}", upper(gateway_), upper(key));
    }
    std::optional<Item> take(const std::string& key) {
        const auto found = items_.find(key);
        if (found == items_.end()) return std::nullopt;
        Item item = std::move(found->second);
        items_.erase(found);
        return item;
    }
    std::string text(const std::string& key) {
        const auto item = take(key);
        return item ? item->value : std::string();
    }
    std::string required(const std::string& key) {
        const auto item = take(key);
        if (item) return item->value;
        fault(variable(key), "is required for this type of connection and not set");
        return {};
    }
    std::optional<int> number(const std::string& key, int least, int most) {
        const auto item = take(key);
        if (!item) return std::nullopt;
        const auto value = lax_int(item->value);
        if (value && *value >= least && *value <= most) return static_cast<int>(*value);
        fault(item->variable, fmt::format("expected a whole number from {} to {}", least, most));
        return std::nullopt;
    }
    /// A map: nested variables, or one that holds a JSON object.
    std::vector<std::pair<std::string, std::string>> map(const std::string& key);
    void ignore_known() {
        for (const std::string_view key : kIgnoredKeys) take(std::string(key));
    }
    void refuse(const std::string& key) {
        const auto item = take(key);
        if (!item) return;
        const std::string_view value = trim(item->value);
        if (value.empty() || value == "[]" || value == "{}") return;
        fault(item->variable, "this setting is not supported yet");
    }
    void finish(std::string_view type) {
        for (const auto& [key, item] : items_)
            fault(item.variable, fmt::format("a {} connection has no such setting", type));
    }

 private:
    void map_from_json(const Item& item, std::vector<std::pair<std::string, std::string>>& out);

    std::string gateway_;
    Items items_;
    Gateways& out_;
};

std::vector<std::pair<std::string, std::string>> ConnectionReader::map(const std::string& key) {
    std::vector<std::pair<std::string, std::string>> out;
    if (const auto item = take(key)) map_from_json(*item, out);
    const std::string prefix = key + "__";
    for (auto it = items_.lower_bound(prefix); it != items_.end() && it->first.starts_with(prefix);) {
        out.emplace_back(it->first.substr(prefix.size()), it->second.value);
        it = items_.erase(it);
    }
    return out;
}

void ConnectionReader::map_from_json(const Item& item, std::vector<std::pair<std::string, std::string>>& out) {
    if (trim(item.value).empty()) return;
    auto document = json::Document::parse(item.value, {.bytes_max = dotenv::kValueBytesMax, .depth_max = 4});
    if (!document || !document->root().is_object()) return fault(item.variable, "expected a JSON object");
    for (const auto& [name, value] : document->root().members()) {
        if (value.is_string()) {
            out.emplace_back(name, value.as_str());
        } else if (value.is_object()) {
            // A catalogue with options: only plain DuckDB files that are written to.
            const bool plain = value.str("type", "duckdb") == "duckdb" && !value.flag("read_only", false) &&
                               !value.flag("encrypted", false) && value.has("path");
            if (!plain) {
                fault(item.variable, "only catalogs of type duckdb that are not read-only are supported yet");
            } else {
                out.emplace_back(name, value.str("path"));
            }
        } else {
            out.emplace_back(name, value.dump());
        }
    }
    if (!document->root().status()) fault(item.variable, "the JSON object holds a value of the wrong type");
}

engines::PostgresSettings read_postgres(ConnectionReader& reader, Gateways& out) {
    engines::PostgresSettings settings;
    settings.host = reader.required("host");
    settings.user = reader.required("user");
    settings.database = reader.required("database");
    std::string password = reader.required("password");
    settings.password = engines::Password(password);
    if (!password.empty()) out.secrets.push_back(password);
    crypto::wipe(password);
    settings.port = reader.number("port", 1, 65535).value_or(settings.port);
    settings.sslmode = reader.text("sslmode");
    settings.sslrootcert = reader.text("sslrootcert");
    settings.role = reader.text("role");
    settings.application_name = reader.text("application_name");
    if (const auto seconds = reader.number("connect_timeout", 1, 3600))
        settings.connect_timeout = std::chrono::seconds(*seconds);
    settings.keepalives_idle = reader.number("keepalives_idle", 0, std::numeric_limits<int>::max());
    settings.concurrent_tasks = reader.number("concurrent_tasks", 1, 1000).value_or(settings.concurrent_tasks);
    return settings;
}

engines::DuckDbSettings read_duckdb(ConnectionReader& reader) {
    engines::DuckDbSettings settings;
    const std::string database_variable = reader.variable("database");
    settings.database = reader.text("database");
    settings.catalogs = reader.map("catalogs");
    settings.connector_config = reader.map("connector_config");
    settings.concurrent_tasks = reader.number("concurrent_tasks", 1, 1000).value_or(settings.concurrent_tasks);
    if (!settings.database.empty() && !settings.catalogs.empty())
        reader.fault(database_variable, "database and catalogs exclude each other");
    const auto remote = [](std::string_view path) {
        return path.starts_with("md:") || path.starts_with("motherduck:");
    };
    if (remote(settings.database)) reader.fault(database_variable, "MotherDuck is not supported yet");
    for (const char* key : {"extensions", "secrets", "filesystems", "token"}) reader.refuse(key);
    return settings;
}

/// SHA-256 over all settings; only compared, never shown.
std::string revision_of(const Items& items) {
    std::string all;
    for (const auto& [key, item] : items)
        all += fmt::format("{}:{}={}:{};", key.size(), key, item.value.size(), item.value);
    std::string revision = crypto::sha256(all);
    crypto::wipe(all);
    return revision;
}

/// What such a gateway is connected with is never used, but a log must not show it either.
void note_foreign(const std::string& name, const std::string& type, const Items& items, Gateways& out) {
    out.foreign.push_back({name, type});
    for (const auto& [key, item] : items) {
        for (const std::string_view word : {"password", "secret", "token", "key", "credential"}) {
            if (key.find(word) != std::string::npos && !item.value.empty()) out.secrets.push_back(item.value);
        }
    }
}

void read_gateway(const std::string& name, Items items, Gateways& out) {
    const auto named = items.find("type");
    if (named != items.end() && contains(kForeignTypes, named->second.value))
        return note_foreign(name, named->second.value, items, out);
    GatewaySettings gateway{name, {}, revision_of(items)};
    ConnectionReader reader(name, std::move(items), out);
    reader.ignore_known();
    const std::string type = reader.required("type");
    if (type == "postgres") {
        gateway.connection = read_postgres(reader, out);
    } else if (type == "duckdb") {
        gateway.connection = read_duckdb(reader);
    } else {
        if (!type.empty())
            reader.fault(reader.variable("type"),
                         "this type of connection is not supported yet; known are duckdb and postgres");
        return;
    }
    reader.finish(type);
    out.items.push_back(std::move(gateway));
}

/// The parts of "SQLMESH__GATEWAYS__A__B" after the first, lower case; nothing for other variables.
std::optional<std::vector<std::string>> parts_of(std::string_view variable) {
    if (!starts_with_ignoring_case(variable, "sqlmesh__")) return std::nullopt;
    std::vector<std::string> parts = split(lower(variable), "__");
    parts.erase(parts.begin());
    return parts;
}

void choose_default(std::optional<std::string> wanted, Gateways& out) {
    const auto exists = [&](std::string_view name) {
        return std::any_of(out.items.begin(), out.items.end(),
                           [&](const GatewaySettings& g) { return g.name == name; });
    };
    if (wanted && !wanted->empty()) {
        out.default_name = lower(*wanted);
    } else if (!out.items.empty()) {
        out.default_name = exists("") ? std::string() : out.items.front().name;
    }
    const bool none = out.items.empty();
    for (const ForeignGateway& gateway : out.foreign) {
        const bool first = !none && (!wanted || wanted->empty()) && gateway.name < out.default_name;
        if (!none && !first && gateway.name != out.default_name) continue;
        out.faults.push_back(fmt::format(
            "SQLMESH__GATEWAYS__{}__CONNECTION__TYPE: this type of connection is not supported yet; known are duckdb "
            "and postgres{}",
            upper(gateway.name), first ? "; name one of these in SQLMESH__DEFAULT_GATEWAY" : ""));
        return;
    }
    if (wanted && !wanted->empty() && !exists(out.default_name) && out.faults.empty())
        out.faults.push_back("SQLMESH__DEFAULT_GATEWAY: there is no gateway of that name in the environment");
}

}  // namespace

int GatewaySettings::concurrent_tasks() const {
    return std::visit([](const auto& settings) { return settings.concurrent_tasks; }, connection);
}

Gateways gateways_from(const Variables& environment) {
    Gateways out;
    std::map<std::string, Items> connections;
    std::optional<std::string> wanted;
    for (const auto& [variable, value] : environment) {
        const auto parts = parts_of(variable);
        if (!parts || parts->empty()) continue;
        if (parts->front() == "default_gateway" && parts->size() == 1) wanted = value;
        if (parts->front() != "gateways") continue;
        if (parts->size() < 3 || parts->back().empty()) {
            out.faults.push_back(variable + ": expected SQLMESH__GATEWAYS__<NAME>__CONNECTION__<SETTING>");
        } else if ((*parts)[2] == "connection" && parts->size() > 3) {
            const std::vector<std::string> rest(parts->begin() + 3, parts->end());
            connections[(*parts)[1]][join(rest, "__")] = {variable, value};
        } else if (!contains(kOtherParts, (*parts)[2])) {
            out.faults.push_back(variable + ": a gateway has no such setting");
        }
    }
    for (auto& [name, items] : connections) read_gateway(name, std::move(items), out);
    choose_default(wanted, out);
    return out;
}

}  // namespace towline::credentials
