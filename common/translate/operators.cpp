// Operators.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "translate/translator.h"

namespace towline::translate {
namespace {

using sql::Dialect;
using sql::Expr;
using sql::ExprKind;
using Shape = Printed::Shape;

/// Operators that become calls or other operators; `dialects` are letters in the order of enum class Dialect, "" all.
struct OperatorRow {
    std::string_view text;
    std::string_view dialects;
    std::string_view open;
    std::string_view between;
    std::string_view close;
};
constexpr std::string_view kPower = "bcfr";
constexpr std::array<OperatorRow, 27> kOperators = {{
    {"||", "o", "", " OR ", ""},
    {"&&", "o", "", " AND ", ""},
    {"MOD", "", "", " % ", ""},
    {"DIV", "", "", " // ", ""},
    {"<=>", "", "", " IS NOT DISTINCT FROM ", ""},
    {"NOT LIKE", "", "NOT ", " LIKE ", ""},
    {"NOT ILIKE", "", "NOT ", " ILIKE ", ""},
    {"NOT SIMILAR TO", "", "NOT ", " SIMILAR TO ", ""},
    {"NOT GLOB", "", "NOT ", " GLOB ", ""},
    {"RLIKE", "e", "REGEXP_FULL_MATCH(", ", ", ")"},
    {"NOT RLIKE", "e", "NOT REGEXP_FULL_MATCH(", ", ", ")"},
    {"RLIKE", "", "REGEXP_MATCHES(", ", ", ")"},
    {"NOT RLIKE", "", "NOT REGEXP_MATCHES(", ", ", ")"},
    {"~", "b", "REGEXP_FULL_MATCH(", ", ", ")"},
    {"~", "", "REGEXP_MATCHES(", ", ", ")"},
    {"!~", "b", "NOT REGEXP_FULL_MATCH(", ", ", ")"},
    {"!~", "", "NOT REGEXP_MATCHES(", ", ", ")"},
    {"~*", "", "REGEXP_MATCHES(", ", ", ", 'i')"},
    {"!~*", "", "NOT REGEXP_MATCHES(", ", ", ", 'i')"},
    {"^", kPower, "POWER(", ", ", ")"},
    {"^", "", "XOR(", ", ", ")"},
    {"**", "", "POWER(", ", ", ")"},
    {"#", "", "XOR(", ", ", ")"},
    {"^@", "", "STARTS_WITH(", ", ", ")"},
    {"IS DISTINCT FROM", "", "", " IS DISTINCT FROM ", ""},
    {"IS NOT DISTINCT FROM", "", "", " IS NOT DISTINCT FROM ", ""},
    {"?", "", "JSONB_CONTAINS(", ", ", ")"},
}};

bool named(std::string_view dialects, Dialect dialect) {
    return dialects.empty() ||
           dialects.find(static_cast<char>('a' + static_cast<int>(dialect))) != std::string_view::npos;
}

/// Division of two integers gives one.
bool divides_integers(Dialect dialect) { return named("cfjkmnqr", dialect); }
/// A division by zero is an error or NULL; DuckDB's is NULL.
bool is_integer(const Expr* type) {
    static constexpr std::array<std::string_view, 12> kIntegers = {"TINYINT", "SMALLINT", "INT",      "BIGINT",
                                                                   "INT128",  "INT256",   "UTINYINT", "USMALLINT",
                                                                   "UINT",    "UBIGINT",  "UINT128",  "MEDIUMINT"};
    return type != nullptr && std::find(kIntegers.begin(), kIntegers.end(), type->text) != kIntegers.end();
}

std::string path_text(std::string_view path) { return sql::quote_string("$." + std::string(path), Dialect::duckdb); }

}  // namespace

/// a LIKE ANY ('x', 'y')
Printed Translator::any_of(const Expr& expr, std::string_view op) {
    const Expr& patterns = expr.children[1];
    const bool negated = op.starts_with("NOT ");
    const std::string_view like = negated ? op.substr(4) : op;
    const std::string between = iequals(patterns.text, "ALL") ? " AND " : " OR ";
    std::string out = "(";
    std::vector<Expr> items = patterns.children;
    if (items.size() == 1 && (items[0].is(ExprKind::array) || items[0].is(ExprKind::tuple))) items = items[0].children;
    for (const Expr& pattern : items) {
        const bool rows = pattern.is(ExprKind::subquery) || pattern.is(ExprKind::column);
        if (rows) refuse(patterns.text, "of rows or an array");
        out += (out.size() > 1 ? between : "") + print(expr.children[0]).inside() + " " + std::string(like) + " " +
               text(pattern);
    }
    return {(negated ? "NOT " : "") + out + ")", Shape::operators};
}

Printed Translator::division(const Expr& expr) {
    const std::string plain = print(expr.children[0]).inside() + " / " + print(expr.children[1]).inside();
    const bool whole =
        divides_integers(dialect_) && is_integer(type_of(expr.children[0])) && is_integer(type_of(expr.children[1]));
    if (whole) return {"CAST(" + plain + " AS BIGINT)"};
    return {plain, Shape::operators};
}

/// a -> 'b': a key where the dialect has keys, a path elsewhere.
Printed Translator::arrow(const Expr& expr) {
    const Expr& key = expr.children[1];
    const std::string document = print(expr.children[0]).inside(true);
    if (expr.text.starts_with('#')) {
        refuse(expr.text);
        return {};
    }
    std::string path;
    if (key.is(ExprKind::number))
        path = sql::quote_string("$[" + key.text + "]", Dialect::duckdb);
    else if (key.is(ExprKind::string) && (key.text.starts_with('$') || key.text.starts_with('/')))
        path = text(key);
    else if (key.is(ExprKind::string))
        path = path_text(sql::is_plain_identifier(key.text) || !named(kPower, dialect_) ? key.text
                                                                                        : "\"" + key.text + "\"");
    else
        path = print(key).inside(true);
    return {document + " " + expr.text + " " + path, Shape::composed};
}

/// value:key.key[0]
Printed Translator::variant_path(const Expr& expr) {
    const sql::TokenList tokens = sql::lex(expr.children[1].text, dialect_);
    std::string path;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        const bool key = at > 0 && tokens.is_symbol(at - 1, "[") && tokens.kind(at) == sql::TokenKind::string;
        if (key) {  // ['k'] is .k
            path.back() = '.';
            path += sql::string_value(tokens.text_of(at), dialect_);
            ++at;
        } else if (tokens.is_symbol(at, ":")) {
            path += '.';
        } else if (tokens.kind(at) == sql::TokenKind::quoted_identifier) {
            path += "\"" + sql::identifier_text(tokens.text_of(at), dialect_) + "\"";
        } else {
            path += tokens.text_of(at);
        }
    }
    const std::string whole = path.starts_with("[") ? "$" + path : "$." + path;
    return {print(expr.children[0]).inside(true) + " -> " + sql::quote_string(whole, Dialect::duckdb), Shape::composed};
}

Printed Translator::binary(const Expr& expr) {
    const std::string& op = expr.text;
    if (op == "/") return division(expr);
    if (op == ":") return variant_path(expr);
    if (op.starts_with("->") || op.starts_with('#')) {
        if (op != "#") return arrow(expr);
    }
    if (op.starts_with('?') || op == "@@") {  // of PostgreSQL's JSON and texts
        refuse(op);
        return {};
    }
    const Expr& other = expr.children[1];
    const bool many = op.ends_with("LIKE") && other.is(ExprKind::function) &&
                      (iequals(other.text, "ANY") || iequals(other.text, "ALL") || iequals(other.text, "SOME"));
    if (many) return any_of(expr, op);
    const std::string left = print(expr.children[0]).inside();
    const std::string right = print(other).inside();
    if (op == ".") return {left + "." + right};
    if (op == "<@") return {right + " @> " + left, Shape::operators};
    if (op == "XOR")
        return {"(" + left + " AND (NOT " + right + ")) OR ((NOT " + left + ") AND " + right + ")", Shape::composed};
    for (const OperatorRow& row : kOperators) {
        if (row.text != op || !named(row.dialects, dialect_)) continue;
        const bool call = row.close.starts_with(")") || row.close.ends_with(")");
        return {std::string(row.open) + left + std::string(row.between) + right + std::string(row.close),
                call && !row.open.starts_with("NOT ") ? Shape::atomic : Shape::operators};
    }
    return {left + " " + op + " " + right, Shape::operators};
}

}  // namespace towline::translate
