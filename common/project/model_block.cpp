#include "project/model_block.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "inference/infer.h"
#include "project/model_draft.h"
#include "project/render_scope.h"
#include "project/values.h"
#include "query/query.h"

namespace towline::project {
namespace {

/// What keeps its macros until run time is expanded while it loads too, so that unknown ones are found. Some can only
/// be when the model's table or its parents' columns are known.
Status check_macros(const std::string& value, const sql::MacroScope& scope, sql::Dialect dialect) {
    for (const std::string& name : sql::referenced_macros(value, dialect))
        if (name == "resolve_template" || name == "star" || name == "union") return {};
    if (auto expanded = sql::expand_macros(value, scope); !expanded) return fail(std::move(expanded).error());
    return {};
}

bool holds_cast_or_call(const sql::Expr& expr) {
    return expr.is(sql::ExprKind::cast) || expr.is(sql::ExprKind::function) ||
           std::any_of(expr.children.begin(), expr.children.end(), holds_cast_or_call);
}

/// The project's dialect: SQLMesh prints a block in it once its macros are expanded, and reads that again.
sql::Dialect printing_dialect(const Config& config, sql::Dialect dialect) {
    return sql::dialect_from(config.settings.default_dialect).value_or(dialect);
}

/// A list of expressions once macros of its block were expanded. In another dialect than the model's only its types are
/// printed and read again, by `Reread`.
std::string reprinted(const std::string& name, const std::string& value, sql::Dialect dialect, const Config& config) {
    constexpr std::array<std::string_view, 7> kLists{"unique_key",     "columns",      "grain",     "grains",
                                                     "partitioned_by", "clustered_by", "references"};
    const bool list = std::find(kLists.begin(), kLists.end(), name) != kLists.end();
    const auto parsed = list ? sql::parse_expression(value, dialect) : tl::unexpected(Error{});
    if (!parsed || !holds_cast_or_call(*parsed) || printing_dialect(config, dialect) != dialect) return value;
    return query::printed_expression(value, dialect).value_or(value);
}

/// What printing in the project's dialect and reading it again makes of values of another dialect.
class Reread {
 public:
    Reread(sql::Dialect printing, sql::Dialect own) : printing_(printing), own_(own) {}

    void properties(std::vector<sql::Property>& all) const {
        for (sql::Property& property : all) {
            if (is_rendered_late(property.name) || property.name == "merge_filter") continue;
            value(property.value);
            // Only ClickHouse keeps brackets around one partition.
            if (property.name == "partitioned_by" && property.value.is(sql::ExprKind::paren))
                property.value.kind = sql::ExprKind::tuple;
            properties(property.properties);
        }
    }

 private:
    void value(sql::Expr& expr) const {
        if (expr.is(sql::ExprKind::data_type)) {
            type(expr);
            return;
        }
        // CAST of Hive and Spark gives NULL for what it cannot cast, and is written so where there are words for it.
        if (expr.is(sql::ExprKind::cast) && casts_to_null(own_) && has_try_cast(printing_)) expr.text = "TRY_CAST";
        if (expr.is(sql::ExprKind::cast) && printing_ == sql::Dialect::bigquery)
            without_parameters(expr.children.back());
        for (sql::Expr& child : expr.children) value(child);
    }
    /// BigQuery casts to NUMERIC, not to NUMERIC(10, 2).
    static void without_parameters(sql::Expr& type) {
        std::erase_if(type.children, [](const sql::Expr& child) {
            return !child.is(sql::ExprKind::data_type) && !child.is(sql::ExprKind::alias);
        });
        for (sql::Expr& child : type.children) without_parameters(child);
    }
    /// What cannot be read stays, and what is a type of the user's own there: its name is the same.
    void type(sql::Expr& expr) const {
        const std::string text = sql::type_sql(expr, printing_);
        auto type = own_ == sql::Dialect::clickhouse  // where the types of others are nullable
                        ? sql::parse_type(inference::type_for(text, printing_, own_), own_)
                        : sql::parse_type(text, printing_);
        if (type && (sql::is_own_type(expr) || !sql::is_own_type(*type))) expr = std::move(*type);
    }
    static bool casts_to_null(sql::Dialect dialect) {
        return dialect == sql::Dialect::hive || dialect == sql::Dialect::spark;
    }
    static bool has_try_cast(sql::Dialect dialect) {
        const sql::Dialect grammar = sql::grammar(dialect);
        return grammar != sql::Dialect::postgres && grammar != sql::Dialect::mysql && !casts_to_null(dialect);
    }

    sql::Dialect printing_;
    sql::Dialect own_;
};

/// `(@name INT, …)` with the variables as parts of names, `@{name}`, since a text is a name there; one in quotes,
/// because SQLMesh folds no text.
std::string with_variables_as_names(const std::string& columns, const sql::MacroScope& scope) {
    const sql::TokenList tokens = sql::lex(columns, scope.dialect);
    std::string out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool first = i == 1 || (i > 1 && tokens.is_symbol(i - 1, ","));
        const bool variable = first && tokens.kind(i) == sql::TokenKind::at && tokens.adjacent(i + 1) &&
                              tokens.kind(i + 1) == sql::TokenKind::word && !tokens.is_symbol(i + 2, "(");
        out += tokens.gap(i).of(tokens.text());
        if (!variable) {
            out += tokens.text_of(i);
            continue;
        }
        const std::string name(tokens.text_of(++i));
        const sql::MacroValue* value = scope.find(name);
        const bool text = value != nullptr && value->kind == sql::MacroValue::Kind::string;
        out += text ? sql::quote_identifier("@{" + name + "}", scope.dialect) : "@{" + name + "}";
    }
    return out;
}

/// The kind with its macros expanded, but for what keeps them until run time.
Result<std::string> expanded_kind(const sql::Property& kind, const sql::MacroScope& scope, sql::Dialect dialect,
                                  const Config& config) {
    // T-SQL has no TRUE: it is printed `(1 = 1)`, which no flag takes for a yes.
    const sql::Dialect printing = printing_dialect(config, dialect);
    const bool loses_true = sql::grammar(printing) == sql::Dialect::tsql;
    if (!kind.has_list) return sql::expand_macros(kind.raw, scope);
    std::vector<std::string> parts;
    for (const sql::Property& property : kind.properties) {
        std::string value = property.raw;
        if (property.name == "merge_filter") {
            TRY_STATUS(check_macros(value, scope, dialect));
        } else if (property.name != "auto_restatement_cron") {
            TRY(value, sql::expand_macros(value, scope));
        }
        if (loses_true && iequals(trim(value), "true")) value = "false";
        value = reprinted(property.name, value, dialect, config);
        parts.push_back((property.name.starts_with('@') ? std::string() : property.name + " ") + value);
    }
    return kind.value.name().value_or("") + " (" + join(parts, ", ") + ")";
}

}  // namespace

Result<sql::MacroScope> block_scope(sql::Dialect dialect, const Config& config, const model::Variables& blueprint) {
    model::Node times;  // gives the macros of the block their times: the epoch, as SQLMesh has it while it loads
    times.dialect = sql::to_string(dialect);
    times.query = "@";
    TRY(sql::MacroScope scope, macro_scope(times, RenderContext{}, true));
    for (const auto& [name, value] : config.variables) scope.variables.emplace(name, macro_value(value));
    scope.variables.emplace("gateway", sql::MacroValue::string(config.selected_gateway));
    for (const auto& [name, value] : blueprint) scope.blueprint.emplace(name, macro_value(value));
    return scope;
}

Result<sql::Block> render_block(const sql::Block& block, sql::Dialect dialect, const Config& config,
                                const model::Variables& blueprint) {
    bool macros = false;
    std::vector<const sql::Property*> late;
    for (const sql::Property& property : block.properties) {
        const bool own = property.name != "blueprints" && sql::has_macros(property.raw, dialect);
        if (own && is_rendered_late(property.name)) late.push_back(&property);
        macros = macros || property.name.starts_with('@') || (own && !is_rendered_late(property.name));
    }
    if (!macros && late.empty()) return block;
    TRY(sql::MacroScope scope, block_scope(dialect, config, blueprint));
    for (const sql::Property* property : late) TRY_STATUS(check_macros(property->raw, scope, dialect));
    if (!macros) return block;
    std::string text = block.kind == sql::BlockKind::audit ? "AUDIT (" : "MODEL (";
    for (const sql::Property& property : block.properties) {
        if (property.name == "blueprints") continue;
        std::string value = property.raw;
        if (!is_rendered_late(property.name)) {
            scope.names_stay_texts = property.name == "name";
            if (property.name == "columns") value = with_variables_as_names(value, scope);
            TRY(value, property.name == "kind" ? expanded_kind(property, scope, dialect, config)
                                               : sql::expand_macros(value, scope));
            if (property.name != "columns") value = reprinted(property.name, value, dialect, config);
        }
        text += "\n  " + (property.name.starts_with('@') ? std::string() : property.name + " ") + value + ",";
    }
    TRY(auto rendered, sql::parse_block(text + "\n)", dialect));
    rendered.description = block.description;
    if (const sql::Dialect printing = printing_dialect(config, dialect); printing != dialect)
        Reread(printing, dialect).properties(rendered.properties);
    return rendered;
}

}  // namespace towline::project
