// SQL text of a tree, in sqlglot's spacing and case.
#include "base/strings.h"
#include "sql/expression.h"

namespace towline::sql {
namespace {

std::string list(const std::vector<Expr>& items, Dialect dialect, std::size_t first = 0) {
    std::string out;
    for (std::size_t i = first; i < items.size(); ++i) {
        if (i > first) out += ", ";
        out += to_sql(items[i], dialect);
    }
    return out;
}

std::string identifier(const std::string& text, bool quoted, Dialect dialect) {
    return quoted ? quote_identifier(text, dialect) : text;
}

std::string column(const Expr& expr, Dialect dialect) {
    std::string out;
    for (const Expr& part : expr.children) {
        if (!out.empty()) out += '.';
        out += to_sql(part, dialect);
    }
    return out;
}

std::string case_when(const Expr& expr, Dialect dialect) {
    std::string out = "CASE";
    std::size_t i = 0;
    if (expr.text == "operand") out += " " + to_sql(expr.children[i++], dialect);
    for (; i + 1 < expr.children.size(); i += 2) {
        out += " WHEN " + to_sql(expr.children[i], dialect) + " THEN " + to_sql(expr.children[i + 1], dialect);
    }
    if (i < expr.children.size()) out += " ELSE " + to_sql(expr.children[i], dialect);
    return out + " END";
}

std::string function(const Expr& expr, Dialect dialect) {
    const std::string name = upper(expr.text);
    // Written without brackets in every dialect that has them.
    if (expr.children.empty() && (name.starts_with("CURRENT_") || name == "LOCALTIMESTAMP")) return name;
    if (name == "EXTRACT" && expr.children.size() == 2 && expr.children[0].is(ExprKind::raw)) {
        return "EXTRACT(" + expr.children[0].text + " FROM " + to_sql(expr.children[1], dialect) + ")";
    }
    if (name == "DATE_TRUNC" && expr.children.size() == 2 && expr.children[0].is(ExprKind::string)) {
        Expr canonical = expr;
        canonical.children[0].text = upper(canonical.children[0].text);
        return "DATE_TRUNC(" + list(canonical.children, dialect) + ")";
    }
    const bool dotted = expr.text.find('.') != std::string::npos || expr.text.find('"') != std::string::npos;
    const bool query = expr.children.size() == 1 && expr.children[0].is(ExprKind::subquery);
    return (dotted ? expr.text : name) + "(" + (query ? expr.children[0].text : list(expr.children, dialect)) + ")";
}

std::string lambda(const Expr& expr, Dialect dialect) {
    std::vector<Expr> parameters(expr.children.begin(), expr.children.end() - 1);
    const std::string names = list(parameters, dialect);
    return (parameters.size() == 1 ? names : "(" + names + ")") + " -> " + to_sql(expr.children.back(), dialect);
}

std::string structure(const Expr& expr, Dialect dialect) {
    std::vector<std::string> parts;
    for (const Expr& pair : expr.children) {
        parts.push_back(quote_string(pair.text, dialect) + ": " + list(pair.children, dialect));
    }
    return "{" + join(parts, ", ") + "}";
}

std::string macro_call(const Expr& expr, Dialect dialect) {
    if (expr.text.empty()) return "@" + list(expr.children, dialect);
    return "@" + expr.text + "(" + list(expr.children, dialect) + ")";
}

}  // namespace

std::string to_sql(const Expr& expr, Dialect dialect) {
    switch (expr.kind) {
        case ExprKind::null:
            return "NULL";
        case ExprKind::boolean:
        case ExprKind::number:
        case ExprKind::raw:
            return expr.text;
        case ExprKind::string:
            return quote_string(expr.text, dialect);
        case ExprKind::column:
            return column(expr, dialect);
        case ExprKind::identifier:
            return identifier(expr.text, expr.quoted, dialect);
        case ExprKind::star:
            return "*";
        case ExprKind::variable:
            return "@" + expr.text;
        case ExprKind::macro_call:
            return macro_call(expr, dialect);
        case ExprKind::function:
            return function(expr, dialect);
        case ExprKind::keyword_argument:
            return expr.text + (expr.quoted ? " => " : " := ") + list(expr.children, dialect);
        case ExprKind::array: {
            const bool word = dialect == Dialect::postgres || dialect == Dialect::trino || dialect == Dialect::presto ||
                              dialect == Dialect::athena || dialect == Dialect::risingwave;
            return (word ? "ARRAY[" : "[") + list(expr.children, dialect) + "]";
        }
        case ExprKind::tuple:
        case ExprKind::paren:
            return "(" + list(expr.children, dialect) + ")";
        case ExprKind::structure:
            return structure(expr, dialect);
        case ExprKind::unary: {
            const std::string inner = list(expr.children, dialect);
            if (expr.text == "NOT" || expr.text == "DISTINCT") return expr.text + " " + inner;
            return expr.text + (inner.starts_with(expr.text) ? " " : "") + inner;
        }
        case ExprKind::binary:
            return to_sql(expr.children[0], dialect) + " " + expr.text + " " + to_sql(expr.children[1], dialect);
        case ExprKind::between:
            return to_sql(expr.children[0], dialect) + " BETWEEN " + to_sql(expr.children[1], dialect) + " AND " +
                   to_sql(expr.children[2], dialect);
        case ExprKind::in: {
            const bool query = expr.quoted || (expr.children.size() == 2 && expr.children[1].is(ExprKind::subquery));
            const std::string items = list(expr.children, dialect, 1);
            return to_sql(expr.children[0], dialect) + " IN " + (query ? items : "(" + items + ")");
        }
        case ExprKind::case_when:
            return case_when(expr, dialect);
        case ExprKind::cast:
            return expr.text + "(" + to_sql(expr.children[0], dialect) + " AS " + type_sql(expr.children[1], dialect) +
                   ")";
        case ExprKind::data_type:
            return type_sql(expr, dialect);
        case ExprKind::lambda:
            return lambda(expr, dialect);
        case ExprKind::interval:
            return "INTERVAL " + list(expr.children, dialect) + (expr.text.empty() ? "" : " " + expr.text);
        case ExprKind::alias:
            return list(expr.children, dialect) + " AS " + identifier(expr.text, expr.quoted, dialect);
        case ExprKind::index:
            return to_sql(expr.children[0], dialect) + "[" + list(expr.children, dialect, 1) + "]";
        case ExprKind::ordered:
            return list(expr.children, dialect) + " " + expr.text;
        case ExprKind::subquery:
            return "(" + expr.text + ")";
    }
    return {};
}

}  // namespace towline::sql
