#include "project/render.h"

#include <array>

#include "base/strings.h"
#include "project/jinja_blocks.h"
#include "project/output_names.h"
#include "project/render_scope.h"
#include "project/values.h"
#include "sql/expression.h"
#include "sql/scopes.h"
#include "sql/statements.h"
#include "time/civil.h"

namespace towline::project {
namespace {

constexpr std::string_view kAuditedTable = "_q_0";  ///< alias of @this_model inside audits

/// The word in front of a type's parameters, upper case: DECIMAL of "DECIMAL(10, 2)".
std::string base_type(const model::Node& node, std::string_view column) {
    if (!node.columns_to_types) return {};
    const auto dialect = sql::dialect_from(node.dialect);
    for (const model::Column& known : *node.columns_to_types)
        if (dialect && sql::quote_identifier(known.name, *dialect) == column)
            return upper(known.type.substr(0, known.type.find('(')));
    return {};
}

bool contains(const std::string& text, std::string_view word) { return text.find(word) != std::string::npos; }

bool is_numeric(const std::string& type) {
    constexpr std::array<std::string_view, 14> kNumeric{"INT",     "INTEGER", "BIGINT",  "SMALLINT",        "TINYINT",
                                                        "HUGEINT", "DECIMAL", "NUMERIC", "DOUBLE",          "FLOAT",
                                                        "REAL",    "INT64",   "NUMBER",  "DOUBLE PRECISION"};
    for (std::string_view word : kNumeric)
        if (trim(type) == word) return true;
    return false;
}

std::string audited_table(const model::Node& node, const RenderContext& context) {
    const std::string table = context.this_model.empty() ? node.fqn : context.this_model;
    if (!node.kind.time_column) return table;
    auto condition = time_range_condition(node, context.interval);
    return condition ? "(SELECT * FROM " + table + " WHERE " + *condition + ")" : table;
}

std::string audit_dialect(const model::Node& node, const model::AuditDefinition& audit) {
    return audit.dialect.empty() ? node.dialect : audit.dialect;
}

/// Custom audits: @this_model is a name of ours until the query's tables are replaced, so that the subquery
/// gets an alias.
Result<std::string> custom_audit_query(const model::Node& node, const model::AuditDefinition& audit,
                                       const model::Call* call, const RenderContext& context) {
    const bool standalone = node.source_type == model::SourceType::audit;
    RenderContext inner = context;
    if (!standalone) inner.this_model = "\"" + std::string(kAuditedTable) + "\"";
    model::Node as_audit = node;
    as_audit.dialect = audit_dialect(node, audit);
    if (!standalone) as_audit.jinja_macros.clear();  // SQLMesh gives a model's audits none
    JinjaArguments arguments;
    TRY(auto scope, macro_scope(as_audit, inner, standalone || !model::is_only_execution_time(node)));
    for (const auto& [name, value] : audit.defaults) {
        scope.locals[lower(name)] = sql::MacroValue::sql(value);
        arguments[lower(name)] = value;
    }
    if (call) {
        for (const auto& [name, value] : call->arguments) {
            TRY(auto text, sql::expand_macros(argument_sql(value), scope));
            scope.locals[lower(name)] = sql::MacroValue::sql(text);
            arguments[lower(name)] = text;
        }
    }
    for (const std::string& statement : audit.statements)
        if (sql::is_definition(bare_statement(statement), scope.dialect))
            TRY_STATUS(sql::define(bare_statement(statement), scope));
    const bool with_range = standalone || !model::is_only_execution_time(node);
    TRY(const auto written, query_text(audit.query, as_audit, inner, with_range, arguments));
    TRY(auto text, sql::expand_macros(written, scope));
    if (standalone) return with_physical_tables(bare_statement(text), node, context);
    RenderContext tables = context;
    const std::string placeholder = "\"" + std::string(kAuditedTable) + "\"";
    const std::string audited = audited_table(node, context);
    tables.table_of = [&](std::string_view name) -> std::optional<std::string> {
        if (name == placeholder) return audited;
        return context.table_of ? context.table_of(name) : std::nullopt;
    };
    return with_physical_tables(bare_statement(text), as_audit, tables);
}

/// A statement of an environment, expanded; a @DEF enters the scope instead.
Status add_expanded(const std::string& text, sql::MacroScope& scope, std::vector<std::string>& out) {
    if (text.empty()) return {};
    if (sql::is_definition(text, scope.dialect)) return sql::define(text, scope);
    TRY(auto expanded, sql::expand_statement(text, scope));
    for (const std::string& statement : expanded)
        if (std::string bare = bare_statement(statement); !bare.empty()) out.push_back(std::move(bare));
    return {};
}

}  // namespace

std::string_view to_string(RuntimeStage stage) {
    constexpr std::array<std::string_view, 9> kWords{"loading",  "creating", "evaluating", "promoting", "demoting",
                                                     "auditing", "testing",  "before_all", "after_all"};
    return kWords[static_cast<std::size_t>(stage)];
}

Result<std::string> render_query(const model::Node& node, const RenderContext& context) {
    TRY(auto text, expanded_query(node, context));
    return with_physical_tables(with_output_names(text, node), node, context);
}

Result<std::optional<std::string>> render_merge_filter(const model::Node& node, const RenderContext& context) {
    if (!node.kind.merge_filter) return std::optional<std::string>();
    TRY(const auto scope, macro_scope(node, context, true));
    TRY(std::string text, sql::expand_macros(*node.kind.merge_filter, scope));
    return std::optional<std::string>(std::move(text));
}

std::span<const std::string> run_statements(const model::Node& node, StatementSet set) {
    const std::span<const std::string> all = set == StatementSet::pre    ? node.pre_statements
                                             : set == StatementSet::post ? node.post_statements
                                                                         : node.on_virtual_update;
    if (all.empty() || set == StatementSet::on_virtual_update || !all.back().ends_with(';')) return all;
    const std::string& last = all.back();
    const bool again = all.size() > 1              ? all[all.size() - 2] == last
                       : set == StatementSet::post ? node.query == last
                                                   : starts_with_ignoring_case(last, "MODEL");
    return again ? all.first(all.size() - 1) : all;
}

Result<std::vector<std::string>> render_statements(const model::Node& node, StatementSet set,
                                                   const RenderContext& context) {
    const bool is_virtual = set == StatementSet::on_virtual_update;
    const std::span<const std::string> statements = run_statements(node, set);
    std::vector<std::string> out;
    if (statements.empty()) return out;
    TRY(auto scope, macro_scope(node, context, true));
    TRY_STATUS(take_definitions(node, scope));
    for (const std::string& written : statements) {
        TRY(const auto texts, statement_texts(written, node, context));
        for (const std::string& text : texts) {
            if (text.empty() || sql::is_definition(text, scope.dialect) ||
                iequals(replace_all(text, " ", ""), "@insert_seed()"))
                continue;
            TRY(auto expanded, sql::expand_statement(text, scope));
            for (const std::string& statement : expanded) {
                // The view of a promoted model has the model's own name, which must not become the physical
                // table again.
                TRY(auto rendered,
                    with_physical_tables(bare_statement(statement), node, context, 0, is_virtual ? node.fqn : ""));
                if (!rendered.empty()) out.push_back(std::move(rendered));
            }
        }
    }
    return out;
}

Result<RenderedAudit> render_audit(const model::Node& node, const model::Call& written, const RenderContext& context) {
    RenderedAudit out;
    model::Call call = written;
    out.name = call.name;
    std::optional<bool> blocking;
    std::erase_if(call.arguments, [&](const auto& argument) {
        if (argument.first != "blocking") return false;
        const std::string word = lower(argument.second);
        blocking = word == "true" || word == "1" || word == "'true'";
        return true;
    });
    const auto custom = node.audit_definitions.find(call.name);
    if (custom != node.audit_definitions.end()) {
        TRY(out.query, custom_audit_query(node, custom->second, &call, context));
        out.dialect = audit_dialect(node, custom->second);
        out.blocking = blocking.value_or(custom->second.blocking);
        out.skip = custom->second.skip;
        return out;
    }
    constexpr std::string_view kSuffix = "_non_blocking";
    std::string base = call.name;
    const bool suffixed = base.ends_with(kSuffix);
    if (suffixed) base.resize(base.size() - kSuffix.size());
    TRY(auto scope, macro_scope(node, context, !model::is_only_execution_time(node)));
    for (auto& [name, value] : call.arguments) {
        TRY(value, sql::expand_macros(argument_sql(value), scope));
    }
    const std::string from =
        audited_table(node, context) + " AS " + sql::quote_identifier(kAuditedTable, scope.dialect);
    TRY(out.query, builtin_audit_query(base, call.arguments, from, scope.dialect));
    out.dialect = node.dialect;
    out.blocking = blocking.value_or(!suffixed);
    return out;
}

Result<RenderedAudit> render_standalone_audit(const model::Node& audit, const RenderContext& context) {
    RenderedAudit out;
    out.name = audit.name;
    out.blocking = audit.blocking;
    out.skip = audit.skip;
    const auto known = audit.audit_definitions.find(audit.name);
    model::AuditDefinition definition;
    if (known != audit.audit_definitions.end()) definition = known->second;
    definition.query = audit.query;
    definition.statements = audit.pre_statements;
    definition.dialect = audit.dialect;
    TRY(out.query, custom_audit_query(audit, definition, nullptr, context));
    out.dialect = audit_dialect(audit, definition);
    return out;
}

Result<std::vector<std::string>> render_environment_statements(const model::EnvironmentStatements& statements,
                                                               bool before, const RenderContext& context) {
    model::Node carrier;  // only its dialect and variables are looked at
    carrier.dialect = statements.dialect;
    carrier.variables = statements.variables;
    RenderContext inner = context;
    inner.stage = before ? RuntimeStage::before_all : RuntimeStage::after_all;
    TRY(auto scope, macro_scope(carrier, inner, true));
    std::vector<std::string> out;
    for (const std::string& item : before ? statements.before_all : statements.after_all) {
        TRY(auto parts, sql::split_statements(item, scope.dialect));
        for (const sql::Statement& part : parts) {
            TRY(const auto texts, statement_texts(part.text, carrier, inner));
            for (const std::string& text : texts) TRY_STATUS(add_expanded(text, scope, out));
        }
    }
    return out;
}

std::string time_column_value(const model::Node& node, std::int64_t us) {
    const sql::Dialect dialect = sql::dialect_from(node.dialect).value_or(sql::Dialect::none);
    const auto& column = node.kind.time_column;
    const std::string type = column ? base_type(node, column->column) : std::string();
    const auto literal = [&](std::string_view text) { return sql::quote_string(text, dialect); };
    if (trim(type) == "DATE" || trim(type) == "DATE32")
        return "CAST(" + literal(time::format_date(us / 1000)) + " AS DATE)";
    if (contains(type, "TIMESTAMPTZ") || contains(type, "WITH TIME ZONE") || contains(type, "TIMESTAMPLTZ"))
        return "CAST(" + literal(time::format_timestamp_tz_us(us)) + " AS " + type + ")";
    if (contains(type, "TIMESTAMP") || contains(type, "DATETIME"))
        return "CAST(" + literal(time::format_timestamp_us(us)) + " AS " + type + ")";
    auto text = time::strftime(column ? column->format : "%Y-%m-%d", us);
    const std::string value = text ? *text : time::format_date(us / 1000);
    return is_numeric(type) ? value : literal(value);
}

Result<std::string> time_range_condition(const model::Node& node, model::Interval interval) {
    if (!node.kind.time_column) return fail(ErrorCode::internal, "Model " + node.name + " has no time column.");
    return node.kind.time_column->column + " BETWEEN " + time_column_value(node, interval.start * 1000) + " AND " +
           time_column_value(node, interval.end * 1000 - 1);
}

}  // namespace towline::project
