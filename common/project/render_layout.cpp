#include "project/render_layout.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "project/argument_types.h"
#include "project/limits.h"
#include "project/outer_comments.h"
#include "project/render_scope.h"
#include "query/query.h"
#include "query/statement.h"
#include "sql/executed_text.h"
#include "sql/lexer.h"
#include "sql/trailing_commas.h"

namespace towline::project {
namespace {

/// On one line and without comments, of which nothing is executed.
constexpr query::Layout kExecuted{.pretty = false, .comments = false};

/// The parts of a name in quotes: "db"."table".
std::vector<std::string> name_parts(const std::string& sql, sql::Dialect dialect) {
    const sql::TokenList tokens = sql::lex(sql, dialect);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens.kind(i) == sql::TokenKind::quoted_identifier)
            out.push_back(sql::identifier_text(tokens.text_of(i), dialect));
        if (tokens.kind(i) == sql::TokenKind::word) out.emplace_back(tokens.text_of(i));
    }
    return out;
}

/// The columns of what a model reads, by FQN.
std::map<std::string, std::vector<std::string>> known_columns(const model::Node& node) {
    std::map<std::string, std::vector<std::string>> out;
    for (const auto& [fqn, columns] : node.mapping_schema)
        for (const model::Column& column : columns) out[fqn].push_back(column.name);
    return out;
}

/// A column of what the model reads that is BOOLEAN by name.
bool reads_boolean(const model::Node& node, const std::string& fqn, const std::string& column) {
    const auto table = node.mapping_schema.find(fqn);
    if (table == node.mapping_schema.end()) return false;
    return std::any_of(table->second.begin(), table->second.end(), [&](const model::Column& each) {
        return each.name == column && (iequals(each.type, "BOOLEAN") || iequals(each.type, "BOOL"));
    });
}

/// `lenient`: to compare, not to print.
Result<query::Expr> tree_of(const model::Node& node, const RenderContext& context, int depth, bool lenient = false) {
    if (depth > kEmbeddedDepthMax) return fail(ErrorCode::too_large, "EMBEDDED models are nested too deep.");
    TRY(const std::string text, expanded_query(node, context));
    TRY(const sql::Dialect dialect, sql::dialect_from(node.dialect));
    const auto schema = known_columns(node);
    query::Context known;
    known.dialect = dialect;
    known.default_catalog = node.default_catalog.value_or("");
    known.self = node.fqn;
    known.optimize = node.optimize_query.value_or(true);
    known.had_macros = sql::has_macros(node.query, dialect);
    known.columns = [&](const std::string& fqn) -> const std::vector<std::string>* {
        const auto found = schema.find(fqn);
        return found == schema.end() ? nullptr : &found->second;
    };
    known.lenient = lenient;
    known.is_boolean = [&](const std::string& fqn, const std::string& column) {
        return reads_boolean(node, fqn, column);
    };
    known.type_of = argument_types(node, text, dialect);
    TRY(query::Expr tree, query::rendered(text, known));
    if (!lenient) query::fold_names(tree, dialect);
    if (!context.table_of && !context.embedded_of) return tree;
    TRY_STATUS(query::replace_tables(tree, [&](const std::string& fqn) -> Result<query::Replacement> {
        query::Replacement out;
        const model::Node* embedded = context.embedded_of ? context.embedded_of(fqn) : nullptr;
        if (embedded != nullptr) {
            RenderContext inner = context;
            inner.this_model.clear();
            TRY(query::Expr nested, tree_of(*embedded, inner, depth + 1));
            out.query.push_back(std::move(nested));
            return out;
        }
        const auto physical = context.table_of ? context.table_of(fqn) : std::nullopt;
        if (physical) out.name = name_parts(*physical, dialect);
        return out;
    }));
    return tree;
}

/// True if the text is read again as the query that it was printed from.
bool reads_as_itself(const std::string& text, sql::Dialect dialect) {
    query::Context as_is;
    as_is.dialect = dialect;
    as_is.named = false;
    const auto again = query::rendered(text, as_is);
    return again && query::print(*again, dialect, kExecuted) == text;
}

/// The same of a statement.
bool prints_as_itself(const std::string& text, sql::Dialect dialect) {
    const auto again = query::printed_statement(text, dialect);
    return again && *again == text;
}

/// Of comments nothing is executed, and where they stand in statements is not known.
std::string without_comments(const std::string& text, sql::Dialect dialect) {
    const sql::TokenList tokens = sql::lex(text, dialect);
    if (!tokens.check()) return text;
    std::string out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        out += tokens.comments(i).empty() ? std::string(tokens.gap(i).of(text)) : " ";
        out += tokens.text_of(i);
    }
    return out;
}

/// What the author wrote, made such that the engine reads it as sqlglot does.
std::string executed_as_written(const std::string& query, sql::Dialect dialect) {
    const std::string text = sql::executed_text(query, dialect);
    return dialect == sql::Dialect::postgres ? sql::without_trailing_commas(text, dialect) : text;
}

/// What is known of a query whose tables' columns are not.
query::Context unqualified(const std::string& text, const model::Node& node, sql::Dialect dialect) {
    query::Context out;
    out.dialect = dialect;
    out.default_catalog = node.default_catalog.value_or("");
    out.optimize = false;
    static const model::Node kNothing;
    out.type_of = argument_types(kNothing, text, dialect);
    return out;
}

}  // namespace

Result<std::string> render_laid_out(const model::Node& node, const RenderContext& context,
                                    const query::Layout& layout) {
    TRY(const query::Expr tree, tree_of(node, context, 0));
    TRY(const sql::Dialect dialect, sql::dialect_from(node.dialect));
    std::string out = query::print(tree, dialect, layout);
    if (out.size() > kRenderedBytesMax) return fail(ErrorCode::too_large, "The rendered statement is too large.");
    return out;
}

Result<std::string> executed_query(const model::Node& node, const RenderContext& context) {
    TRY(const sql::Dialect dialect, sql::dialect_from(node.dialect));
    auto printed = render_laid_out(node, context, kExecuted);
    if (!printed && printed.error().code != ErrorCode::unsupported) return printed;
    if (printed && reads_as_itself(*printed, dialect)) return printed;
    TRY(const std::string written, render_query(node, context));
    return executed_as_written(written, dialect);
}

std::string executed_audit(const RenderedAudit& audit, const model::Node& node, sql::Dialect dialect) {
    if (sql::dialect_from(audit.dialect).value_or(sql::Dialect::none) == dialect) {
        const auto tree = query::rendered(audit.query, unqualified(audit.query, node, dialect));
        const std::string printed = tree ? query::print(*tree, dialect, kExecuted) : "";
        if (tree && reads_as_itself(printed, dialect)) return printed;
    }
    return executed_as_written(audit.query, dialect);
}

Result<std::vector<std::string>> executed_statements(const model::Node& node, StatementSet set,
                                                     const RenderContext& context, sql::Dialect dialect) {
    TRY(std::vector<std::string> out, render_statements(node, set, context));
    if (sql::dialect_from(node.dialect).value_or(sql::Dialect::none) != dialect) return out;
    const auto named = [&](std::string_view query) -> Result<std::string> {
        const std::string text(query);
        TRY(query::Expr tree, query::rendered(text, unqualified(text, node, dialect)));
        query::fold_names(tree, dialect);
        std::string printed = query::print(tree, dialect, kExecuted);
        if (!reads_as_itself(printed, dialect))
            return fail(ErrorCode::unsupported, "It would be read as another query.");
        return printed;
    };
    for (std::string& each : out) {
        const auto printed = query::printed_statement(without_comments(each, dialect), dialect, named);
        if (printed && prints_as_itself(*printed, dialect)) each = *printed;
    }
    return out;
}

std::vector<std::string> executed_statements(std::vector<std::string> rendered, const std::string& written_in,
                                             sql::Dialect dialect) {
    if (sql::dialect_from(written_in).value_or(sql::Dialect::none) != dialect) return rendered;
    for (std::string& each : rendered) {
        const auto printed = query::printed_statement(without_comments(each, dialect), dialect);
        if (printed && prints_as_itself(*printed, dialect)) each = *printed;
    }
    return rendered;
}

Result<query::Edit> query_edit(const model::Node& before, const model::Node& now) {
    TRY(const query::Expr had, tree_of(before, {}, 0, true));
    TRY(const query::Expr has, tree_of(now, {}, 0, true));
    return query::compare(had, has);
}

Result<std::string> laid_out(const std::string& text, const model::Node& node, const query::Layout& layout,
                             bool named) {
    TRY(const sql::Dialect dialect, sql::dialect_from(node.dialect));
    query::Context known = unqualified(text, node, dialect);
    known.named = named;
    TRY(const query::Expr tree, query::rendered(text, known));
    return query::print(tree, dialect, layout);
}

std::string with_outer_comments(const model::Node& node, const std::string& file) {
    const auto dialect = sql::dialect_from(node.dialect);
    const std::size_t at = dialect ? file.find(node.query) : std::string::npos;
    const bool once = at != std::string::npos && file.find(node.query, at + 1) == std::string::npos;
    if (!once || node.query.empty() || starts_with_ignoring_case(node.query, "JINJA")) return node.query;
    const std::string_view whole = file;
    return commented(node.query, whole.substr(0, at), whole.substr(at + node.query.size()), *dialect);
}

}  // namespace towline::project
