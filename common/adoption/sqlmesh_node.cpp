#include "adoption/sqlmesh_node.h"

#include <fmt/core.h>

#include <array>
#include <set>

#include "adoption/python_literal.h"
#include "base/strings.h"
#include "model/codec.h"
#include "project/stored_node.h"
#include "project/values.h"
#include "sql/expression.h"

namespace towline::adoption {
namespace {

using json::Object;
using json::Reader;
using model::Node;

constexpr std::string_view kVariables = "__sqlmesh__vars__";
constexpr std::string_view kMetadataVariables = "__sqlmesh__vars__metadata__";
constexpr std::string_view kBlueprintVariables = "__sqlmesh__blueprint__vars__";

/// Members whose values our codec spells in another way; the rest is taken as it is.
bool is_rewritten(std::string_view key) {
    static const std::set<std::string_view> keys{"physical_properties",
                                                 "virtual_properties",
                                                 "session_properties",
                                                 "kind",
                                                 "interval_unit",
                                                 "python_env",
                                                 "seed",
                                                 "partitioned_by",
                                                 "column_hashes",
                                                 "derived_columns_to_types",
                                                 "physical_schema_override",
                                                 "grants"};
    return keys.contains(key);
}

std::string key_of(const sql::Expr& expr) {
    return expr.name().value_or(expr.is(sql::ExprKind::string) ? expr.text : std::string());
}

/// "(a = 1, b = 'x')" → {"a": "1", "b": "'x'"}.
Result<Object> properties(const std::string& text, sql::Dialect dialect, bool as_written) {
    TRY(const sql::Expr tuple, sql::parse_expression(text, dialect));
    Object out;
    for (const sql::Expr& item : tuple.items()) {
        const bool pair = item.is(sql::ExprKind::binary) && item.text == "=" && item.children.size() == 2;
        const std::string key = pair ? key_of(item.children[0]) : std::string();
        if (key.empty()) return fail(ErrorCode::invalid, "a property is no `key = value`");
        out.str(as_written ? sql::to_sql(item.children[0], dialect) : key, sql::to_sql(item.children[1], dialect));
    }
    return out;
}

/// "('select' = ('ann', 'ben'))" → {"select": ["ann", "ben"]}.
Result<Object> grants(const std::string& text, sql::Dialect dialect) {
    TRY(const sql::Expr tuple, sql::parse_expression(text, dialect));
    Object out;
    for (const sql::Expr& item : tuple.items()) {
        const bool pair = item.is(sql::ExprKind::binary) && item.text == "=" && item.children.size() == 2;
        if (!pair) return fail(ErrorCode::invalid, "a grant is no `privilege = (grantees)`");
        std::vector<std::string> grantees;
        for (const sql::Expr& grantee : item.children[1].items()) grantees.push_back(key_of(grantee));
        out.strings(key_of(item.children[0]), grantees);
    }
    return out;
}

/// How our codec keeps a CSV setting: as Python prints it.
std::string csv_setting(const Reader& value) {
    if (value.is_bool()) return value.as_flag() ? "True" : "False";
    if (value.is_string()) return value.as_str();
    if (!value.is_array()) return value.dump();
    std::vector<std::string> items;
    for (const Reader& item : value.items())
        items.push_back("'" + (item.is_string() ? item.as_str() : item.dump()) + "'");
    return "[" + join(items, ", ") + "]";
}

Object kind_object(const Reader& in) {
    Object out;
    for (const auto& [key, value] : in.members()) {
        if (key != "csv_settings") {
            out.raw(key, value.dump());
            continue;
        }
        Object settings;
        for (const auto& [name, setting] : value.members())
            if (!setting.is_null()) settings.str(name, csv_setting(setting));
        out.sub(key, settings);
    }
    return out;
}

/// Variables are the only values of the Python environment that a SQL project has.
Status add_python_environment(const Reader& in, Object& own) {
    const auto environment = in.maybe_sub("python_env");
    if (!environment) return {};
    for (const auto& [name, entry] : environment->members()) {
        const bool known = name == kVariables || name == kMetadataVariables || name == kBlueprintVariables;
        if (!known || entry.str("kind", "") != "value")
            return fail(ErrorCode::unsupported, fmt::format("it uses '{}', which needs Python", name));
        TRY(const model::Value values, python_literal(entry.str("payload", "")));
        own.raw(name == kVariables           ? "variables"
                : name == kMetadataVariables ? "metadata_variables"
                                             : "blueprint_variables",
                model::to_json(values));
    }
    return {};
}

void add_seed(const Reader& in, Object& own) {
    Object seed;
    if (const auto stored = in.maybe_sub("seed")) seed.str("content", stored->str("content", ""));
    if (const auto hashes = in.maybe_sub("column_hashes")) seed.raw("column_hashes", hashes->dump());
    if (const auto types = in.maybe_sub("derived_columns_to_types")) seed.raw("derived_columns", types->dump());
    own.sub("seed", seed);
}

Result<std::string> own_json(const Reader& in, const std::string& fqn, sql::Dialect dialect) {
    Object out, own;
    const std::string type = in.str("source_type", "");
    if (type == "python") return fail(ErrorCode::unsupported, "it is a Python model");
    for (const auto& [key, value] : in.members())
        if (!value.is_null() && !is_rewritten(key)) out.raw(key, value.dump());
    for (const char* key : {"physical_properties", "virtual_properties", "session_properties"}) {
        const auto text = in.maybe_str(key);
        if (!text) continue;
        TRY(const Object object, properties(*text, dialect, std::string_view(key) == "session_properties"));
        out.sub(key, object);
    }
    if (const auto text = in.maybe_str("grants")) {
        TRY(const Object object, grants(*text, dialect));
        out.sub("grants", object);
    }
    if (const auto kind = in.maybe_sub("kind")) out.sub("kind", kind_object(*kind));
    out.str("interval_unit", in.str("interval_unit", ""));
    if (type == "audit") out.sub("audit_definitions", Object().raw(in.str("name"), in.dump()));
    own.str("fqn", fqn).str("physical_schema", in.str("physical_schema_override", ""));
    own.strings("partitioned_by", in.strings("partitioned_by"));
    TRY_STATUS(add_python_environment(in, own));
    if (type == "seed") add_seed(in, own);
    TRY_STATUS(in.status());
    return out.sub("towline", own).dump();
}

}  // namespace

Result<Node> node_from_sqlmesh(const Reader& in, const std::string& fqn) {
    const sql::Dialect dialect = sql::dialect_from(in.str("dialect", "")).value_or(sql::Dialect::none);
    TRY(const std::string text, own_json(in, fqn, dialect));
    TRY(const json::Document document, json::Document::parse(text));
    TRY(Node node, model::node_from_json(document.root()));
    // What cannot be read now keeps what it says itself; its fingerprint then tells that it is not whole.
    const Status completed = project::complete_stored_node(node);
    static_cast<void>(completed);
    return node;
}

}  // namespace towline::adoption
