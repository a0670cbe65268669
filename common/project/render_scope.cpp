#include "project/render_scope.h"

#include <algorithm>

#include "base/strings.h"
#include "json/json.h"
#include "project/jinja_blocks.h"
#include "project/limits.h"
#include "project/output_names.h"
#include "project/values.h"
#include "sql/expression.h"
#include "sql/scopes.h"
#include "time/civil.h"

namespace towline::project {
namespace {

using sql::MacroValue;

/// The dialect's name of a type.
std::string type_name(std::string_view type, sql::Dialect dialect) {
    if (dialect == sql::Dialect::bigquery && type == "TIMESTAMP") return "DATETIME";
    if (dialect == sql::Dialect::bigquery && type == "TIMESTAMPTZ") return "TIMESTAMP";
    const auto parsed = sql::parse_type(type, sql::Dialect::none);
    return parsed ? sql::type_sql(*parsed, dialect) : std::string(type);
}

/// Adds the time variables of a prefix ("start"): _dt, _date, _ds, … Types are named once for all prefixes.
class TimeVariables {
 public:
    explicit TimeVariables(sql::MacroScope& scope)
        : scope_(scope),
          timestamp_tz_(type_name("TIMESTAMPTZ", scope.dialect)),
          timestamp_(type_name("TIMESTAMP", scope.dialect)),
          date_(type_name("DATE", scope.dialect)) {}

    void add(const std::string& prefix, std::int64_t us) {
        const std::string timestamp = time::format_timestamp_us(us);
        const std::string with_zone = time::format_timestamp_tz_us(us);
        const std::int64_t ms = us / 1000 - (us % 1000 < 0 ? 1 : 0);
        const std::string date = time::format_date(ms);
        const auto put = [&](const char* suffix, MacroValue value) {
            scope_.locals.insert_or_assign(prefix + suffix, std::move(value));
        };
        put("_dt", cast(with_zone, timestamp_tz_));
        put("_dtntz", cast(timestamp, timestamp_));
        put("_date", cast(date, date_));
        put("_ds", MacroValue::string(date));
        put("_ts", MacroValue::string(timestamp));
        put("_tstz", MacroValue::string(with_zone));
        put("_epoch", MacroValue::number(json::number(static_cast<double>(ms) / 1000.0)));
        put("_millis", MacroValue::number(std::to_string(ms)));
        put("_hour", MacroValue::number(std::to_string(time::civil_from_ms(ms).hour)));
    }

 private:
    MacroValue cast(const std::string& value, const std::string& type) const {
        return MacroValue::sql("CAST(" + sql::quote_string(value, scope_.dialect) + " AS " + type + ")");
    }

    sql::MacroScope& scope_;
    std::string timestamp_tz_, timestamp_, date_;
};

void put_variables(std::map<std::string, MacroValue>& out, const model::Variables& variables) {
    for (const auto& [name, value] : variables) out.insert_or_assign(lower(name), macro_value(value));
}

MacroValue text_list(const std::vector<std::string>& texts) {
    std::vector<MacroValue> items;
    for (const std::string& text : texts) items.push_back(MacroValue::string(text));
    return MacroValue::list(std::move(items));
}

std::optional<std::vector<sql::ColumnType>> known_columns(const model::Node& node, sql::Dialect dialect,
                                                          std::string_view relation) {
    const auto name = sql::fqn(relation, dialect, node.default_catalog.value_or(""));
    const auto found = name ? node.mapping_schema.find(*name) : node.mapping_schema.end();
    if (found == node.mapping_schema.end()) return std::nullopt;
    std::vector<sql::ColumnType> out;
    for (const model::Column& column : found->second) {
        auto type = sql::parse_type(column.type.empty() ? "UNKNOWN" : column.type, dialect);
        if (!type) return std::nullopt;
        sql::ColumnType entry;
        entry.name = column.name;
        entry.type = std::move(*type);
        out.push_back(std::move(entry));
    }
    return out;
}

/// Without the sign no text of the node can name a variable or define one.
bool has_macro_sign(const model::Node& node) {
    const auto has = [](const std::string& text) { return text.find('@') != std::string::npos; };
    const auto any = [&](const std::vector<std::string>& texts) {
        return std::any_of(texts.begin(), texts.end(), has);
    };
    return has(node.query) || (node.kind.merge_filter && has(*node.kind.merge_filter)) || any(node.pre_statements) ||
           any(node.post_statements) || any(node.on_virtual_update);
}

}  // namespace

Result<sql::MacroScope> macro_scope(const model::Node& node, const RenderContext& context, bool with_range) {
    sql::MacroScope scope;
    TRY(scope.dialect, sql::dialect_from(node.dialect));
    put_variables(scope.variables, node.metadata_variables);
    put_variables(scope.variables, node.variables);
    put_variables(scope.blueprint, node.blueprint_variables);
    TimeVariables times(scope);
    if (with_range) {
        times.add("start", context.interval.start * 1000);
        times.add("end", context.interval.end * 1000 - 1);
    }
    times.add("execution", context.execution_ms * 1000);
    times.add("latest", context.execution_ms * 1000);
    auto& locals = scope.locals;
    locals["runtime_stage"] = MacroValue::string(std::string(to_string(context.stage)));
    locals["default_catalog"] =
        node.default_catalog ? MacroValue::string(*node.default_catalog) : MacroValue::null_value();
    locals["this_model"] = MacroValue::sql(context.this_model.empty() ? node.fqn : context.this_model);
    if (node.gateway) locals["gateway"] = MacroValue::string(*node.gateway);
    if (context.stage != RuntimeStage::loading)
        locals["model_kind_name"] = MacroValue::string(std::string(model::to_string(node.kind.name)));
    if (context.snapshot_table_exists)
        locals["snapshot_table_exists"] = MacroValue::boolean(*context.snapshot_table_exists);
    if (context.environment) {
        locals["this_env"] = MacroValue::string(context.environment->name);
        locals["schemas"] = text_list(context.environment->schemas);
        locals["views"] = text_list(context.environment->views);
    }
    const sql::Dialect dialect = scope.dialect;
    scope.columns = [&node, dialect](std::string_view relation) { return known_columns(node, dialect, relation); };
    return scope;
}

Status take_definitions(const model::Node& node, sql::MacroScope& scope) {
    for (const auto* statements : {&node.pre_statements, &node.post_statements, &node.on_virtual_update})
        for (const std::string& text : *statements)
            if (sql::is_definition(bare_statement(text), scope.dialect))
                TRY_STATUS(sql::define(bare_statement(text), scope));
    return {};
}

std::string bare_statement(std::string_view text) {
    text = trim(text);
    while (text.ends_with(';')) text = trim(text.substr(0, text.size() - 1));
    return std::string(text);
}

Result<std::string> expanded_query(const model::Node& node, const RenderContext& context) {
    const bool with_range = !model::is_only_execution_time(node);
    JinjaArguments defaults;  // of a standalone audit
    const bool audit = node.source_type == model::SourceType::audit;
    if (const auto own = node.audit_definitions.find(node.name); audit && own != node.audit_definitions.end())
        for (const auto& [name, value] : own->second.defaults) defaults[lower(name)] = value;
    TRY(const auto written, query_text(node.query, node, context, with_range, defaults));
    if (!has_macro_sign(node) && written.find('@') == std::string::npos) return written;
    TRY(auto scope, macro_scope(node, context, with_range));
    for (const auto& [name, value] : defaults) scope.locals[name] = MacroValue::sql(value);
    TRY_STATUS(take_definitions(node, scope));
    const auto text = sql::expand_macros(written, scope);
    if (!text) return fail(after_jinja(text.error(), node.query));
    return bare_statement(*text);
}

Result<std::string> with_physical_tables(const std::string& text, const model::Node& node, const RenderContext& context,
                                         int depth, std::string_view keep) {
    if (!context.table_of && !context.embedded_of) return text;
    if (depth > kEmbeddedDepthMax) return fail(ErrorCode::too_large, "EMBEDDED models are nested too deep.");
    TRY(auto dialect, sql::dialect_from(node.dialect));
    TRY(auto analysis, sql::analyze_query(text, dialect));
    Status status;
    const auto replacement = [&](const sql::TableReference& table) -> std::optional<std::string> {
        const std::string name = sql::fqn(table.parts, dialect, node.default_catalog.value_or(""));
        if (name == keep || !status) return std::nullopt;
        const model::Node* embedded = context.embedded_of ? context.embedded_of(name) : nullptr;
        if (!embedded) return context.table_of ? context.table_of(name) : std::nullopt;
        RenderContext inner = context;
        inner.this_model.clear();
        auto query = expanded_query(*embedded, inner);
        if (query) query = with_physical_tables(with_output_names(*query, *embedded), *embedded, inner, depth + 1);
        if (!query) {
            status = fail(Error(query.error()).in("EMBEDDED model " + embedded->name));
            return std::nullopt;
        }
        return "(" + *query + "\n)";
    };
    std::string out = sql::replace_tables(text, analysis, replacement, dialect);
    TRY_STATUS(status);
    if (out.size() > kRenderedBytesMax) return fail(ErrorCode::too_large, "The rendered statement is too large.");
    return out;
}

}  // namespace towline::project
