#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "adoption/python_literal.h"
#include "adoption/sqlmesh_node.h"
#include "base/strings.h"
#include "model/codec.h"
#include "plan/python_text.h"
#include "project/values.h"
#include "sql/scopes.h"

// SQLMesh refuses members that it does not know, so what each kind of node has is listed.

namespace towline::adoption {
namespace {

using json::Object;
using json::Reader;
using model::Node;

using Members = std::set<std::string_view>;

constexpr std::string_view kMacros =
    R"("packages":{},"global_objs":{},"create_builtins_module":"sqlmesh.utils.jinja","top_level_packages":[])";

const Members& audit_members() {
    static const Members members{"name",       "dialect", "skip",        "blocking", "query", "description",
                                 "owner",      "stamp",   "cron",        "cron_tz",  "tags",  "default_catalog",
                                 "depends_on", "project", "expressions", "start",    "end",   "interval_unit"};
    return members;
}

const Members& model_members() {
    static const Members members{"name",
                                 "project",
                                 "description",
                                 "owner",
                                 "start",
                                 "end",
                                 "cron",
                                 "cron_tz",
                                 "interval_unit",
                                 "tags",
                                 "stamp",
                                 "dialect",
                                 "table_format",
                                 "storage_format",
                                 "partitioned_by",
                                 "clustered_by",
                                 "default_catalog",
                                 "depends_on",
                                 "columns",
                                 "column_descriptions",
                                 "audits",
                                 "grains",
                                 "references",
                                 "allow_partials",
                                 "signals",
                                 "physical_version",
                                 "gateway",
                                 "optimize_query",
                                 "virtual_environment_mode",
                                 "audit_definitions",
                                 "mapping_schema",
                                 "pre_statements",
                                 "post_statements",
                                 "on_virtual_update",
                                 "query"};
    return members;
}

/// What SQLMesh's class of a kind has, beside what all of its family have.
const Members& kind_members(model::KindName name) {
    using enum model::KindName;
    static const Members none{"name"};
    static const std::map<model::KindName, Members> incremental{
        {incremental_by_time_range,
         {"dialect", "batch_size", "batch_concurrency", "lookback", "time_column", "auto_restatement_intervals",
          "partition_by_time_column"}},
        {incremental_by_unique_key,
         {"dialect", "batch_size", "batch_concurrency", "lookback", "unique_key", "when_matched", "merge_filter"}},
        {incremental_by_partition, {}},
        {incremental_unmanaged, {"insert_overwrite"}},
        {scd_type_2, {}},
        {scd_type_2_by_time, {}},
        {scd_type_2_by_column, {}},
    };
    static const auto all = [] {
        std::map<model::KindName, Members> out{{view, {"name", "materialized"}},
                                               {seed, {"name", "path", "batch_size", "csv_settings"}}};
        for (auto [kind, members] : incremental) {
            members.insert({"name", "on_destructive_change", "on_additive_change", "auto_restatement_cron",
                            "forward_only", "disable_restatement"});
            if (kind == scd_type_2 || kind == scd_type_2_by_time || kind == scd_type_2_by_column)
                members.insert({"dialect", "unique_key", "valid_from_name", "valid_to_name", "invalidate_hard_deletes",
                                "time_data_type", "batch_size", "updated_at_name"});
            if (kind == scd_type_2_by_column)
                members.insert({"columns", "execution_time_as_valid_from"});
            else if (members.contains("updated_at_name"))
                members.insert("updated_at_as_valid_from");
            out.emplace(kind, std::move(members));
        }
        return out;
    }();
    const auto found = all.find(name);
    return found == all.end() ? none : found->second;
}

std::string quoted(const std::string& text) { return "'" + replace_all(text, "'", "''") + "'"; }

/// {"a": "1"} → "(a = 1)".
std::string tuple(const model::Properties& properties) {
    std::vector<std::string> items;
    for (const auto& [key, value] : properties) {
        const bool written = project::property_name(key) != key;
        const bool word =
            written || std::all_of(key.begin(), key.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
        items.push_back((word ? key : quoted(key)) + " = " + value);
    }
    return "(" + join(items, ", ") + ")";
}

/// ('select' = ('ann', 'ben')): a tuple even of one.
std::string grants_tuple(const model::Grants& grants) {
    std::vector<std::string> items;
    for (const auto& [privilege, grantees] : grants) {
        std::vector<std::string> names;
        for (const std::string& name : grantees) names.push_back(quoted(name));
        items.push_back(quoted(privilege) + " = (" + join(names, ", ") + (names.size() == 1 ? ",)" : ")"));
    }
    return "(" + join(items, ", ") + (items.size() == 1 ? ",)" : ")");
}

/// The inverse of what Python prints for a CSV setting.
std::string csv_setting(const std::string& name, const std::string& text) {
    if (name == "doublequote" || name == "skipinitialspace" || name == "keep_default_na")
        return text == "True" ? "true" : "false";
    if (name == "na_values" && text.starts_with('['))
        if (const auto list = python_literal(text)) return model::to_json(*list);
    return json::quote(text);
}

Object kind_object(const Reader& in, const Node& node) {
    const Members& known = kind_members(node.kind.name);
    Object out;
    for (const auto& [key, value] : in.members()) {
        if (!known.contains(key) || value.is_null()) continue;
        if (key != "csv_settings") {
            out.raw(key, value.dump());
            continue;
        }
        Object settings;
        for (const auto& [name, text] : node.kind.csv_settings) settings.raw(name, csv_setting(name, text));
        out.sub(key, settings);
    }
    return out;
}

Object python_environment(const Node& node) {
    const auto entry = [](const model::Variables& variables) {
        return Object().str("payload", plan::python_repr(variables)).str("kind", "value");
    };
    Object out;
    if (!node.blueprint_variables.empty()) out.sub("__sqlmesh__blueprint__vars__", entry(node.blueprint_variables));
    if (!node.variables.empty()) out.sub("__sqlmesh__vars__", entry(node.variables));
    if (!node.metadata_variables.empty())
        out.sub("__sqlmesh__vars__metadata__", entry(node.metadata_variables).flag("is_metadata", true));
    return out;
}

std::string jinja_macros(const Reader& in) {
    const auto macros = in.maybe_sub("jinja_macros");
    const auto root = macros ? macros->maybe_sub("root_macros") : std::nullopt;
    return "{" + std::string(kMacros) + ",\"root_macros\":" + (root ? root->dump() : "{}") + "}";
}

/// A model's audits carry the same members as a node, and their macros.
Object audit_definitions(const Reader& in) {
    Object out;
    for (const auto& [name, audit] : in.members()) {
        Object one;
        for (const auto& [key, value] : audit.members()) one.raw(key, value.dump());
        out.sub(name, one.raw("jinja_macros", "{" + std::string(kMacros) + ",\"root_macros\":{}}"));
    }
    return out;
}

void add_model(Object& out, const Reader& in, const Node& node) {
    if (const auto kind = in.maybe_sub("kind")) out.sub("kind", kind_object(*kind, node));
    const auto parts = sql::fqn_parts(node.fqn);
    const std::string plain = "sqlmesh__" + (parts.size() > 1 ? parts[parts.size() - 2] : std::string("default"));
    if (!node.physical_schema.empty() && node.physical_schema != plain)
        out.str("physical_schema_override", node.physical_schema);
    if (!node.physical_properties.empty()) out.str("physical_properties", tuple(node.physical_properties));
    if (!node.virtual_properties.empty()) out.str("virtual_properties", tuple(node.virtual_properties));
    if (node.session_properties && !node.session_properties->empty())
        out.str("session_properties", tuple(*node.session_properties));
    if (!node.ignored_rules.empty()) out.strings("ignored_rules", node.ignored_rules);
    if (node.grants) out.str("grants", grants_tuple(*node.grants));
    out.flag("enabled", true).str("grants_target_layer", node.grants_target_layer);
    out.flag("extract_dependencies_from_query", true);
    if (!model::is_seed(node)) return;
    Object hashes, types;
    for (const auto& [column, hash] : node.seed.column_hashes) hashes.str(column, hash);
    for (const model::Column& column : node.seed.derived_columns) types.str(column.name, column.type);
    const bool is_hydrated = !node.seed.content.empty();
    out.sub("seed", Object().str("content", node.seed.content)).flag("is_hydrated", is_hydrated);
    if (is_hydrated) return;
    out.sub("column_hashes", hashes).sub("derived_columns_to_types", types);
}

}  // namespace

Result<std::string> node_to_sqlmesh(const Node& node) {
    TRY(const json::Document document, json::Document::parse(model::to_json(node)));
    const Reader in = document.root();
    const bool audit = node.source_type == model::SourceType::audit;
    const Members& known = audit ? audit_members() : model_members();
    const bool has_statements = node.source_type == model::SourceType::sql || model::is_seed(node);
    Object out;
    for (const auto& [key, value] : in.members()) {
        if (!known.contains(key) || value.is_null()) continue;
        const bool statement = key.ends_with("_statements") || key == "on_virtual_update";
        if (statement && !has_statements) continue;
        if (key == "audit_definitions")
            out.sub(key, audit_definitions(value));
        else if (key != "depends_on" || !node.depends_on.empty())
            out.raw(key, value.dump());
    }
    out.sub("python_env", python_environment(node)).raw("jinja_macros", jinja_macros(in));
    if (audit)
        out.flag("standalone", true).sub("defaults", Object());
    else
        add_model(out, in, node);
    TRY_STATUS(in.status());
    return out.str("source_type", model::to_string(node.source_type)).dump();
}

}  // namespace towline::adoption
