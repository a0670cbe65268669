#include "sql/expression.h"

#include <algorithm>

#include "base/strings.h"
#include "sql/expression_parser.h"
#include "sql/type_names.h"

namespace towline::sql {
namespace {

void collect_columns(const Expr& expr, std::vector<std::string>& bound, std::vector<const Expr*>& out) {
    if (expr.is(ExprKind::column)) {
        const bool is_bound = std::any_of(bound.begin(), bound.end(), [&](const std::string& name) {
            return !expr.children.empty() && iequals(expr.children.front().text, name);
        });
        if (!is_bound) out.push_back(&expr);
        return;
    }
    if (expr.is(ExprKind::data_type)) return;  // VARCHAR(MAX)
    const std::size_t outer = bound.size();
    if (expr.is(ExprKind::lambda)) {
        for (std::size_t i = 0; i + 1 < expr.children.size(); ++i) bound.push_back(expr.children[i].text);
    }
    for (const Expr& child : expr.children) collect_columns(child, bound, out);
    bound.resize(outer);
}

/// schema.f: what stands before the name of a function is folded and quoted as columns are; its name is not.
std::string normalized_function(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    std::string out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool quoted = tokens.kind(i) == TokenKind::quoted_identifier;
        const bool folded = quoted || (tokens.kind(i) == TokenKind::word && i + 1 < tokens.size());
        const std::string part = quoted ? identifier_text(tokens.text_of(i), dialect) : std::string(tokens.text_of(i));
        out += folded ? quote_identifier(normalize_identifier(part, quoted, dialect), dialect) : part;
    }
    return out;
}

/// "db"."type" as the dialect folds its parts.
std::string folded_name(std::string_view text, Dialect dialect, bool quote) {
    const TokenList tokens = lex(text, dialect);
    std::string out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool quoted = tokens.kind(i) == TokenKind::quoted_identifier;
        const bool named = quoted || tokens.kind(i) == TokenKind::word;
        const std::string part = quoted ? identifier_text(tokens.text_of(i), dialect) : std::string(tokens.text_of(i));
        const std::string name = named ? normalize_identifier(part, quoted, dialect) : part;
        out += named && (quote || quoted) ? quote_identifier(name, dialect) : name;
    }
    return out;
}

void normalize_tree(Expr& expr, Dialect dialect) {
    if (expr.is(ExprKind::identifier)) {
        expr.text = normalize_identifier(expr.text, expr.quoted, dialect);
        expr.quoted = true;
        return;
    }
    const bool space = dialect == Dialect::bigquery &&
                       (starts_with_ignoring_case(expr.text, "SAFE.") || starts_with_ignoring_case(expr.text, "NET."));
    if (expr.is(ExprKind::function) && expr.text.find('.') != std::string::npos && !space)
        expr.text = normalized_function(expr.text, dialect);
    if (expr.is(ExprKind::data_type)) {
        fold_type_names(expr, dialect, true);
        return;
    }
    if (expr.is(ExprKind::alias)) {
        expr.text = normalize_identifier(expr.text, expr.quoted, dialect);
        expr.quoted = true;
    }
    for (Expr& child : expr.children) normalize_tree(child, dialect);
}

Result<Expr> whole(const TokenList& tokens, Result<Expr> parsed, std::size_t at) {
    if (!parsed) return parsed;
    if (at < tokens.size()) {
        return fail(tokens.error(tokens.offset_of(at), ErrorCode::invalid,
                                 "Unexpected '" + std::string(tokens.text_of(at)) + "' after the expression."));
    }
    return parsed;
}

void fold_own_types(Expr& type, Dialect dialect, bool quote) {
    if (is_own_type(type)) {
        const std::string word = upper(type.text);
        type.text = is_object_type(word) ? word : folded_name(type.text, dialect, quote);
    }
    for (Expr& child : type.children) fold_own_types(child, dialect, quote);
}

}  // namespace

std::optional<std::string> Expr::name() const {
    if (kind == ExprKind::column && children.size() == 1 && children[0].is(ExprKind::identifier))
        return children[0].text;
    if (kind == ExprKind::identifier || kind == ExprKind::string) return text;
    return std::nullopt;
}

std::optional<bool> Expr::boolean() const {
    if (kind != ExprKind::boolean) return std::nullopt;
    return text == "TRUE";
}

std::vector<Expr> Expr::items() const {
    if (kind == ExprKind::tuple || kind == ExprKind::array || kind == ExprKind::paren) return children;
    return {*this};
}

bool Expr::operator==(const Expr& other) const {
    return kind == other.kind && text == other.text && quoted == other.quoted && children == other.children;
}

Expr string_literal(std::string value) {
    Expr expr;
    expr.kind = ExprKind::string;
    expr.text = std::move(value);
    return expr;
}

Expr number_literal(std::string digits) {
    Expr expr;
    expr.kind = ExprKind::number;
    expr.text = std::move(digits);
    return expr;
}

Expr column_of(std::string name, bool quoted) {
    Expr part;
    part.kind = ExprKind::identifier;
    part.text = std::move(name);
    part.quoted = quoted;
    Expr column;
    column.kind = ExprKind::column;
    column.children.push_back(std::move(part));
    return column;
}

Result<Expr> parse_expression(std::string_view text, Dialect dialect, Origin origin) {
    const TokenList tokens = lex(text, dialect, origin);
    TRY_STATUS(tokens.check());
    std::size_t at = 0;
    Result<Expr> parsed = parse_expression_at(tokens, at, true);
    return whole(tokens, std::move(parsed), at);
}

Result<Expr> parse_expression_at(const TokenList& tokens, std::size_t& position, bool alias_allowed) {
    ExpressionParser parser(tokens, position);
    Result<Expr> parsed = parser.expression(alias_allowed);
    position = parser.at();
    return parsed;
}

Result<Expr> parse_ordered_at(const TokenList& tokens, std::size_t& position) {
    ExpressionParser parser(tokens, position);
    Result<Expr> parsed = parser.ordered();
    position = parser.at();
    return parsed;
}

Result<Expr> parse_named_window_at(const TokenList& tokens, std::size_t& position) {
    ExpressionParser parser(tokens, position);
    Result<Expr> parsed = parser.named_window();
    position = parser.at();
    return parsed;
}

Result<Expr> parse_field_at(const TokenList& tokens, std::size_t& position) {
    ExpressionParser parser(tokens, position);
    Result<Expr> parsed = parser.field();
    position = parser.at();
    return parsed;
}

Result<Expr> parse_type(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    TRY_STATUS(tokens.check());
    std::size_t at = 0;
    Result<Expr> parsed = parse_type_at(tokens, at);
    return whole(tokens, std::move(parsed), at);
}

Result<Expr> parse_type_at(const TokenList& tokens, std::size_t& position) {
    ExpressionParser parser(tokens, position);
    Result<Expr> parsed = parser.type();
    position = parser.at();
    return parsed;
}

bool is_own_type(const Expr& type) {
    return type.is(ExprKind::data_type) && type.quoted && !type.text.starts_with("TIME");
}

void fold_fields(Expr& type, Dialect dialect, bool quote) {
    for (Expr& child : type.children) {
        if (child.is(ExprKind::alias)) {
            child.text = normalize_identifier(child.text, child.quoted, dialect);
            child.quoted = child.quoted || quote;
        }
        fold_fields(child, dialect, quote);
    }
}

void fold_type_names(Expr& type, Dialect dialect, bool quote) {
    fold_fields(type, dialect, quote);
    if (grammar(dialect) == Dialect::postgres) fold_own_types(type, dialect, quote);
}

Expr normalized(Expr expr, Dialect dialect) {
    normalize_tree(expr, dialect);
    return expr;
}

std::vector<const Expr*> columns_of(const Expr& expr) {
    std::vector<const Expr*> out;
    std::vector<std::string> bound;
    collect_columns(expr, bound, out);
    return out;
}

}  // namespace towline::sql
