#include "project/config.h"

#include <algorithm>

#include "base/strings.h"
#include "project/config_keys.h"
#include "sql/dialect.h"

namespace towline::project {
namespace {

void add_fault(FaultList& faults, const Yaml& at, ErrorCode code, std::string message, std::string hint = {}) {
    faults.add(Fault{at.file, at.line, at.column, std::move(message), {}, std::move(hint), code});
}

bool all_of_type(const std::vector<Yaml>& items, Yaml::Type type) {
    return std::all_of(items.begin(), items.end(), [&](const Yaml& item) { return item.type == type; });
}

bool text_keys(const Yaml& map) {
    return map.is_map() && std::all_of(map.members.begin(), map.members.end(),
                                       [](const auto& member) { return member.value.text_key; });
}

bool is_one_of(std::string_view words, const std::string& text) {
    const std::vector<std::string> all = split(words, " ");
    return std::find(all.begin(), all.end(), text) != all.end();
}

bool fits(const Yaml& value, const ConfigKey& row) {
    switch (row.type) {
        case KeyType::text:
            return value.is_string();
        case KeyType::boolean:
            return yaml_boolean(value).has_value();
        case KeyType::integer:
            return yaml_integer(value).has_value();
        case KeyType::positive:
            return yaml_integer(value).value_or(0) > 0;
        case KeyType::text_list:
            return value.is_list() && all_of_type(value.items, Yaml::Type::string);
        case KeyType::word_list:
            return value.is_string() || (value.is_list() && all_of_type(value.items, Yaml::Type::string));
        case KeyType::word:
            return value.is_string() && is_one_of(row.words, value.text);
        case KeyType::flag_word:
            return value.is_string() || yaml_boolean(value).has_value();
        case KeyType::instant:
            return value.is_scalar() && !value.is_null();
        case KeyType::text_map:
            return text_keys(value) && std::all_of(value.members.begin(), value.members.end(),
                                                   [](const auto& member) { return member.value.is_string(); });
        case KeyType::map:
        case KeyType::variables:
        case KeyType::section:
            return text_keys(value);
        case KeyType::list:
            return value.is_list();
        case KeyType::sections:
            return value.is_list() && all_of_type(value.items, Yaml::Type::map);
        case KeyType::any:
            return true;
    }
    return true;
}

std::string wanted(const ConfigKey& row) {
    switch (row.type) {
        case KeyType::text:
            return "text";
        case KeyType::boolean:
            return "a boolean";
        case KeyType::integer:
            return "an integer";
        case KeyType::positive:
            return "an integer above zero";
        case KeyType::text_list:
        case KeyType::list:
            return "a list of texts";
        case KeyType::word_list:
            return "a text or a list of texts";
        case KeyType::word:
            return "one of " + replace_all(std::string(row.words), " ", ", ");
        case KeyType::flag_word:
            return "a text or a boolean";
        case KeyType::instant:
            return "a date or time";
        case KeyType::text_map:
            return "a map of texts";
        case KeyType::sections:
            return "a list of maps";
        default:
            return "a map";
    }
}

const ConfigKey* find_key(std::string_view section, std::string_view key) {
    for (const ConfigKey& row : config_keys())
        if (row.section == section && row.key == key) return &row;
    return nullptr;
}

class Reader {
 public:
    Reader(const LoadOptions& options, FaultList& faults) : options_(options), faults_(faults) {}

    Config read(const Yaml& tree) {
        section(tree, "", "");
        if (const Yaml* defaults = tree.find("model_defaults")) put_defaults(config_.model_defaults, *defaults);
        gateways(tree);
        select(tree);
        cross_checks(tree);
        return std::move(config_);
    }

 private:
    void section(const Yaml& map, std::string_view name, const std::string& prefix) {
        for (const auto& [key, value] : map.members) {
            const ConfigKey* row = find_key(name, key);
            if (!row) {
                unknown(name, prefix + key, key, value);
                continue;
            }
            entry(*row, value, prefix + key);
        }
    }
    void unknown(std::string_view name, const std::string& shown, const std::string& key, const Yaml& value) {
        std::vector<std::string> known;
        for (const ConfigKey& row : config_keys())
            if (row.section == name) known.emplace_back(row.key);
        std::string hint = closest_hint(key, known);
        if (name.empty() && (key == "auto_categorize_changes" || key == "include_unmodified"))
            hint = "This key now stands below 'plan'.";
        add_fault(faults_, value, ErrorCode::invalid, "Unknown configuration key '" + shown + "'.", std::move(hint));
    }
    void entry(const ConfigKey& row, const Yaml& value, const std::string& shown) {
        if (value.is_null() && row.nullable) {
            if (row.apply) row.apply(config_, value, faults_);
            return;
        }
        if (!fits(value, row)) {
            const std::string given = value.is_string() ? "'" + value.text + "'" : std::string(type_name(value.type));
            add_fault(faults_, value, ErrorCode::invalid,
                      "'" + shown + "' must be " + wanted(row) + ", not " + given + ".",
                      row.type == KeyType::word ? closest_hint(value.text, split(row.words, " ")) : std::string());
            return;
        }
        if (row.type == KeyType::section) section(value, row.key, shown + ".");
        if (row.type == KeyType::sections) {
            for (const Yaml& item : value.items) {
                section(item, row.key, shown + ".");
                if (!item.find(row.words))
                    add_fault(faults_, item, ErrorCode::invalid,
                              "'" + shown + "' needs the key '" + std::string(row.words) + "'.");
            }
        }
        if (row.apply) row.apply(config_, value, faults_);
    }
    static void put_defaults(std::map<std::string, Yaml>& out, const Yaml& defaults) {
        for (const auto& [key, value] : defaults.members)
            if (!value.is_null()) out[key] = value;
    }
    static void put(model::Variables& out, std::string key, model::Value value) {
        for (auto& [known, old] : out)
            if (known == key) {
                old = std::move(value);
                return;
            }
        out.emplace_back(std::move(key), std::move(value));
    }
    model::Variables variables(const Yaml* map) {
        model::Variables out;
        if (!map || !map->is_map()) return out;
        for (const auto& [key, value] : map->members) {
            auto converted = yaml_variable(value);
            if (!converted)
                add_fault(faults_, value, ErrorCode::invalid, "Variable '" + key + "': " + converted.error().message);
            else
                put(out, lower(key), std::move(*converted));
        }
        return out;
    }

    void gateways(const Yaml& tree) {
        const Yaml* map = tree.find("gateways");
        const Yaml* other = tree.find("gateway");
        if (map && other)
            add_fault(faults_, *other, ErrorCode::invalid, "Unknown configuration key 'gateway'.",
                      "There is 'gateways' too.");
        if (!map) map = other;
        const Yaml empty = Yaml::of_map();
        if (!map) map = &empty;
        if (!text_keys(*map)) {
            add_fault(faults_, *map, ErrorCode::invalid, "'gateways' must be a map.");
            map = &empty;
        }
        const bool single = is_single(*map);
        const Yaml* fallback = tree.find("default_connection");
        if (single || map->members.empty()) return gateway("", *map, fallback);
        for (const auto& [name, value] : map->members) gateway(lower(name), value, fallback);
        give_virtual_catalogs(*map);
    }
    /// One gateway without a name: a map that would do as a gateway. SQLMesh asks it in the same way.
    static bool is_single(const Yaml& map) {
        const auto fits_gateway = [](const auto& member) {
            const ConfigKey* row = find_key("gateway", member.key);
            if (!row) return false;
            const bool connection = member.key.ends_with("connection");
            return !connection || !member.value.is_map() || member.value.find("type") != nullptr;
        };
        return std::all_of(map.members.begin(), map.members.end(), fits_gateway);
    }
    /// Beside a gateway with a catalog, ClickHouse gets one that exists in names only, so that all names have as many
    /// parts.
    void give_virtual_catalogs(const Yaml& map) {
        auto& all = config_.settings.gateways;
        const auto has_catalog = [](const Gateway& gateway) { return gateway.default_catalog.has_value(); };
        if (std::none_of(all.begin(), all.end(), has_catalog)) return;
        for (Gateway& gateway : all) {
            if (gateway.type != "clickhouse" || gateway.default_catalog) continue;
            gateway.default_catalog = "__" + gateway.name + "__";
            for (const auto& [name, value] : map.members) {
                const Yaml* connection = lower(name) == gateway.name ? value.find("connection") : nullptr;
                const Yaml* own = connection ? connection->find("virtual_catalog") : nullptr;
                if (own && own->is_string() && !own->text.empty()) gateway.default_catalog = own->text;
            }
        }
    }
    void gateway(const std::string& name, const Yaml& value, const Yaml* fallback) {
        if (!value.is_map() && !value.is_null()) {
            add_fault(faults_, value, ErrorCode::invalid, "The gateway '" + name + "' must be a map.");
            return;
        }
        section(value, "gateway", name.empty() ? "gateways." : "gateways." + name + ".");
        Gateway out{name, {}, std::nullopt, variables(value.find("variables"))};
        const Yaml* connection = value.find("connection");
        if (!connection || connection->is_null()) connection = fallback;
        if (connection && !connection->is_null()) {
            auto read = read_connection(*connection);
            if (read) {
                out.type = read->type;
                out.default_catalog = read->default_catalog;
            } else {
                add_fault(faults_, *connection, read.error().code, "Gateway '" + name + "': " + read.error().message,
                          read.error().hint);
                out.type = "?";
            }
        }
        complete(out);
        if (const Yaml* defaults = value.find("model_defaults"))
            put_defaults(config_.gateway_model_defaults[name], *defaults);
        std::erase_if(config_.settings.gateways, [&](const Gateway& known) { return known.name == name; });
        config_.settings.gateways.push_back(std::move(out));
    }
    /// What executors reported fills what the project does not say.
    void complete(Gateway& gateway) const {
        for (const Gateway& known : options_.known_gateways) {
            if (lower(known.name) != gateway.name) continue;
            if (gateway.type.empty()) {
                gateway.type = known.type;
                gateway.default_catalog = known.default_catalog;
            } else if (!gateway.default_catalog && gateway.type == known.type) {
                gateway.default_catalog = known.default_catalog;
            }
        }
    }
    void adopt_known_gateways() {
        for (const Gateway& known : options_.known_gateways)
            if (!config_.gateway(lower(known.name)))
                config_.settings.gateways.push_back({lower(known.name), known.type, known.default_catalog, {}});
    }

    void select(const Yaml& tree) {
        std::string name = options_.gateway.value_or("");
        if (const auto chosen = options_.environment.find("SQLMESH_GATEWAY");
            name.empty() && chosen != options_.environment.end())
            name = chosen->second;
        if (name.empty()) name = config_.settings.default_gateway;
        const bool nothing_given = config_.settings.gateways.size() == 1 && config_.settings.gateways[0].type.empty();
        if (nothing_given || !name.empty()) adopt_known_gateways();
        name = lower(name);
        if (name.empty()) {
            name = config_.settings.gateways.empty() ? "" : config_.settings.gateways.front().name;
            for (const Gateway& gateway : config_.settings.gateways) {
                if (gateway.name.empty() && !(nothing_given && config_.settings.gateways.size() > 1))
                    name = "";
                else if (nothing_given && !gateway.name.empty() && name.empty())
                    name = gateway.name;
            }
        }
        config_.selected_gateway = name;
        const Gateway* selected = config_.gateway(name);
        if (!selected) {
            std::vector<std::string> known;
            for (const Gateway& gateway : config_.settings.gateways) known.push_back(gateway.name);
            std::string hint = closest_hint(name, known);
            if (hint.empty() && !known.empty()) hint = "Gateways are " + join(known, ", ") + ".";
            const Yaml* by = tree.find("default_gateway");
            const std::string what = "There is no gateway '" + name + "'.";
            if (by && lower(by->text) == name)
                add_fault(faults_, *by, ErrorCode::not_found, what, hint);
            else
                faults_.add("", ErrorCode::not_found, what, hint);
        } else if (const Yaml* given = tree.find("gateways");
                   selected->type.empty() && (!given || given->is_map() || given->is_null())) {
            faults_.add("", ErrorCode::unavailable,
                        "The gateway '" + name +
                            "' has no connection in the configuration, and no executor has reported its engine.",
                        "Start an executor that has this gateway, or give the connection's type and database in "
                        "config.yaml.");
        }
        if (selected) config_.default_catalog = selected->default_catalog;
        config_.root_variables = variables(tree.find("variables"));
        config_.variables = config_.variables_of(name);
        for (const auto& [key, value] : config_.gateway_model_defaults[name]) config_.model_defaults[key] = value;
    }
    void cross_checks(const Yaml& tree) {
        const Settings& settings = config_.settings;
        if (settings.environment_suffix_target == model::SuffixTarget::catalog &&
            !settings.environment_catalog_mapping.empty())
            add_fault(faults_, *tree.find("environment_catalog_mapping"), ErrorCode::invalid,
                      "environment_catalog_mapping cannot be combined with environment_suffix_target 'catalog'.");
        if (settings.plan.use_finalized_state && settings.virtual_environment_mode != "full")
            faults_.add(
                "", ErrorCode::invalid,
                "Using the finalized state is only supported when `virtual_environment_mode` is set to `full`.");
        const auto dialect = config_.model_defaults.find("dialect");
        if (dialect == config_.model_defaults.end()) {
            faults_.add("", ErrorCode::invalid, "The configuration has no 'model_defaults.dialect'.",
                        "Add model_defaults with the SQL dialect of the models.");
            return;
        }
        const std::string& text = dialect->second.text;
        const auto known = sql::dialect_from(text);
        if (!known)
            return add_fault(faults_, dialect->second, known.error().code, known.error().message, known.error().hint);
        if (text != lower(text))
            return add_fault(faults_, dialect->second, ErrorCode::unsupported,
                             "The settings of the dialect '" + text + "' must be written in lower case.");
        config_.settings.default_dialect = text;
        // As SQLMesh folds them: by the project's dialect, whatever the dialect of the model is.
        for (auto* names : {&config_.physical_schema_mapping, &config_.settings.environment_catalog_mapping})
            for (auto& [pattern, name] : *names) name = mapped_name(name, *known);
    }

    /// A text as the one name that SQLMesh reads from it, folded.
    static std::string mapped_name(const std::string& text, sql::Dialect dialect) {
        const bool quoted =
            text.size() > 1 && text.front() == text.back() && (text.front() == '"' || text.front() == '`');
        return sql::normalize_identifier(quoted ? text.substr(1, text.size() - 2) : text, quoted, dialect);
    }

    const LoadOptions& options_;
    FaultList& faults_;
    Config config_;
};

}  // namespace

Result<sql::Dialect> Config::dialect(std::string_view word) const {
    TRY(const sql::Dialect asked, sql::dialect_from(word));
    if (asked.declared_folding()) return asked;
    const auto own = sql::dialect_from(settings.default_dialect);
    const bool inherits = own && own->declared_folding() && sql::inherits_folding(*own, asked);
    return inherits ? asked.folding(own->declared_folding()) : asked;
}

void Config::set_dialect(model::Node& node, std::string_view word) const {
    const auto known = dialect(word);
    const bool settings_written = word.find(',') != std::string_view::npos;
    const bool of_two_names = iequals(trim(word), "spark2");  // read as Spark, but hashed under its own name
    node.dialect = settings_written || !known || of_two_names ? lower(trim(word)) : std::string(sql::to_string(*known));
    node.written_dialect.reset();
    if (settings_written || !known || !known->declared_folding()) return;
    node.written_dialect = node.dialect;
    node.dialect += lower(std::string_view(settings.default_dialect).substr(settings.default_dialect.find(',')));
}

const Gateway* Config::gateway(std::string_view lower_name) const {
    for (const Gateway& gateway : settings.gateways)
        if (gateway.name == lower_name) return &gateway;
    return nullptr;
}

model::Variables Config::variables_of(std::string_view gateway_name) const {
    model::Variables out = root_variables;
    const Gateway* of = gateway(gateway_name.empty() ? selected_gateway : lower(gateway_name));
    if (!of) return out;
    for (const auto& [key, value] : of->variables) {
        const auto known = std::find_if(out.begin(), out.end(),
                                        [&, k = std::string_view(key)](const auto& v) { return v.first == k; });
        if (known == out.end())
            out.emplace_back(key, value);
        else
            known->second = value;
    }
    return out;
}

Config make_config(const Yaml& tree, const LoadOptions& options, FaultList& faults) {
    return Reader(options, faults).read(tree);
}

}  // namespace towline::project
