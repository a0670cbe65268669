#include "project/inference.h"

#include <algorithm>

#include "inference/infer.h"
#include "project/render_scope.h"
#include "sql/lexer.h"
#include "sql/scopes.h"

namespace towline::project {
namespace {

/// Columns that the kind adds keep their place where the query has them.
void add_managed_columns(model::Node& node, sql::Dialect dialect) {
    if (!model::is_scd(node) || !node.columns_to_types) return;
    for (const std::string* quoted : {&node.kind.valid_from_name, &node.kind.valid_to_name}) {
        const std::string name = sql::identifier_text(*quoted, dialect);
        model::Columns& columns = *node.columns_to_types;
        const auto found = std::find_if(columns.begin(), columns.end(),
                                        [&](const model::Column& column) { return column.name == name; });
        if (found != columns.end()) {
            found->type = node.kind.time_data_type;
        } else {
            columns.push_back({name, node.kind.time_data_type});
        }
    }
}

bool has_macros(const model::Node& node, sql::Dialect dialect) {
    if (node.query.find('@') == std::string::npos) return false;
    const sql::TokenList tokens = sql::lex(node.query, dialect);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool named = tokens.kind(i) == sql::TokenKind::quoted_identifier &&
                           tokens.text_of(i).find('@') != std::string_view::npos;
        if (named || tokens.kind(i) == sql::TokenKind::at) return true;
    }
    return false;
}

/// A star that SQLMesh replaces by columns takes its comment with it: where it knows the columns of all parents.
bool replaces_stars(const model::Node& node) {
    const auto known = [&](const std::string& parent) { return node.mapping_schema.contains(parent); };
    return node.optimize_query.value_or(true) && std::all_of(node.depends_on.begin(), node.depends_on.end(), known);
}

/// True for a projection that is one macro as a whole: `@x`, `@{x}`, `@f(…)`.
bool is_macro(std::string_view projection, sql::Dialect dialect) {
    if (!projection.starts_with('@')) return false;
    const sql::TokenList tokens = sql::lex(projection, dialect);
    if (tokens.size() < 2 || tokens.kind(0) != sql::TokenKind::at) return false;
    const std::size_t bracket = tokens.is_symbol(1, "{") ? 1 : 2;
    return tokens.size() == 2 || tokens.closing(bracket) + 1 == tokens.size();
}

/// The comments of macros are gone with them: which projections have none for that. Empty if it cannot be said.
std::vector<bool> made_by_macros(const model::Node& node, const sql::QueryAnalysis& expanded, sql::Dialect dialect) {
    const auto written = sql::analyze_query(node.query, dialect);
    if (!written || written->projections.size() != expanded.projections.size()) return {};
    std::vector<bool> out;
    for (const sql::Projection& projection : written->projections)
        out.push_back(is_macro(projection.span.of(node.query), dialect));
    return out;
}

}  // namespace

void describe_columns(model::Node& node, const sql::QueryAnalysis& analysis, sql::Dialect dialect) {
    if (!node.column_descriptions.empty()) return;
    // SQLMesh prints a query whose macros it expanded and reads it again: a comment before FROM is then the last
    // column's.
    const bool macros = has_macros(node, dialect);
    const bool read_again = !analysis.comment_of_from.empty() && macros;
    const std::vector<bool> made = macros ? made_by_macros(node, analysis, dialect) : std::vector<bool>();
    for (const sql::Projection& projection : analysis.projections) {
        const bool last = &projection == &analysis.projections.back();
        const std::string& comment = read_again && last ? analysis.comment_of_from : projection.comment;
        if (comment.empty()) continue;
        if (!made.empty() && made[static_cast<std::size_t>(&projection - analysis.projections.data())]) continue;
        if (projection.star) node.column_descriptions["*"] = comment;
        if (projection.name)
            node.column_descriptions[sql::normalize_identifier(projection.name->text, projection.name->quoted,
                                                               dialect)] = comment;
    }
}

void infer_columns(model::Node& node, const std::string& expanded, std::map<std::string, std::string>* neutral) {
    const sql::Dialect dialect = sql::dialect_from(node.dialect).value_or(sql::Dialect::none);
    if (node.source_type == model::SourceType::seed) {
        node.columns_to_types = node.columns ? *node.columns : node.seed.derived_columns;
        return;
    }
    node.columns_to_types = node.columns;
    if (node.source_type != model::SourceType::sql) return;
    std::string late;
    if (expanded.empty()) {
        auto query = expanded_query(node, RenderContext{});
        if (!query) return;
        late = std::move(*query);
        if (const auto analysis = sql::analyze_query(late, dialect)) describe_columns(node, *analysis, dialect);
    }
    if (replaces_stars(node)) node.column_descriptions.erase("*");
    if (!node.columns) {
        inference::Context context{dialect,  node.default_catalog.value_or(""),  &node.mapping_schema,
                                   node.fqn, node.optimize_query.value_or(true), has_macros(node, dialect),
                                   neutral};
        node.columns_to_types = inference::query_columns(expanded.empty() ? late : expanded, context);
    }
    add_managed_columns(node, dialect);
}

}  // namespace towline::project
