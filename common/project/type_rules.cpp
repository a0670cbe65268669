#include <array>

#include "base/strings.h"
#include "project/inference.h"

// Types of expressions as a table of rules, after sqlglot's annotations. What has no rule is unknown: a wrong
// type would make a wrong table, an unknown one only asks the engine.

namespace towline::project {
namespace {

using sql::Expr;
using sql::ExprKind;

enum class Rule {
    bigint,
    int_of_engine,
    measure,  ///< a count of something: BIGINT on DuckDB, INT elsewhere
    real,
    text,
    date,
    timestamp,
    first,     ///< type of the first argument
    common,    ///< the arguments' common type
    branches,  ///< the common type of all but the first
    sum,       ///< BIGINT of integers, otherwise the argument's
};

struct FunctionRule {
    std::string_view name;
    Rule rule;
};

/// Window functions such as ROW_NUMBER are left out on purpose: sqlglot does not know their types either, and
/// a type that it does not know must stay unknown here, since types enter fingerprints.
constexpr FunctionRule kFunctions[] = {
    {"COUNT", Rule::bigint},      {"COUNT_IF", Rule::bigint},   {"APPROX_COUNT_DISTINCT", Rule::bigint},
    {"SUM", Rule::sum},           {"AVG", Rule::real},          {"STDDEV", Rule::real},
    {"STDDEV_POP", Rule::real},   {"STDDEV_SAMP", Rule::real},  {"VARIANCE", Rule::real},
    {"SQRT", Rule::real},         {"LN", Rule::real},           {"EXP", Rule::real},
    {"ROUND", Rule::real},        {"POWER", Rule::real},        {"CEIL", Rule::int_of_engine},
    {"MIN", Rule::first},         {"MAX", Rule::first},         {"ABS", Rule::first},
    {"ANY_VALUE", Rule::first},   {"NULLIF", Rule::first},      {"COALESCE", Rule::common},
    {"GREATEST", Rule::common},   {"LEAST", Rule::common},      {"IFNULL", Rule::common},
    {"IF", Rule::branches},       {"CONCAT", Rule::text},       {"CONCAT_WS", Rule::text},
    {"UPPER", Rule::text},        {"LOWER", Rule::text},        {"TRIM", Rule::text},
    {"SUBSTRING", Rule::text},    {"SUBSTR", Rule::text},       {"STRING_AGG", Rule::text},
    {"MD5", Rule::text},          {"LENGTH", Rule::measure},    {"EXTRACT", Rule::measure},
    {"DATE_DIFF", Rule::measure}, {"CURRENT_DATE", Rule::date}, {"CURRENT_TIMESTAMP", Rule::timestamp},
};

constexpr std::array<std::string_view, 5> kIntegers{"TINYINT", "SMALLINT", "INT", "BIGINT", "INT128"};

/// A canonical type's name in the dialect.
std::string named(std::string_view canonical, sql::Dialect dialect) {
    const auto type = sql::parse_type(canonical, sql::Dialect::none);
    return type ? sql::type_sql(*type, dialect) : std::string();
}

int integer_rank(const std::string& type, sql::Dialect dialect) {
    for (std::size_t i = 0; i < kIntegers.size(); ++i)
        if (type == named(kIntegers[i], dialect)) return static_cast<int>(i);
    return -1;
}

bool is_decimal(const std::string& type) {
    return type.starts_with("DECIMAL") || type.starts_with("NUMERIC");
}

/// The wider one of two types, or "" if the rules do not tell.
std::string coerced(const std::string& a, const std::string& b, sql::Dialect dialect) {
    if (a == b) return a;
    const int left = integer_rank(a, dialect);
    const int right = integer_rank(b, dialect);
    const bool a_number = left >= 0 || a == named("DOUBLE", dialect);
    const bool b_number = right >= 0 || b == named("DOUBLE", dialect);
    if (left >= 0 && right >= 0) return left > right ? a : b;
    if (a_number && b_number) return named("DOUBLE", dialect);
    if (is_decimal(a) && (b_number || is_decimal(b))) return a;
    if (is_decimal(b) && a_number) return b;
    const auto is_text = [&](const std::string& type) {
        return type == named("TEXT", dialect) || type == named("VARCHAR", dialect);
    };
    if (is_text(a) && is_text(b)) return named("TEXT", dialect);
    return {};
}

/// Integers divide to DOUBLE on DuckDB and to BIGINT where division is typed.
std::string quotient(const std::string& a, const std::string& b, sql::Dialect dialect) {
    if (a.empty() || b.empty()) return {};
    const std::string real = named("DOUBLE", dialect);
    if (a == real || b == real) return real;
    const bool a_integer = integer_rank(a, dialect) >= 0;
    const bool b_integer = integer_rank(b, dialect) >= 0;
    if ((is_decimal(a) && b_integer) || (is_decimal(b) && a_integer)) return named("DECIMAL", dialect);
    if (!a_integer || !b_integer) return {};
    if (dialect == sql::Dialect::duckdb) return real;
    return dialect == sql::Dialect::postgres ? named("BIGINT", dialect) : std::string();
}

using ColumnType = std::function<std::string(const Expr&)>;

std::string common_type(const std::vector<const Expr*>& items, sql::Dialect dialect,
                        const ColumnType& column) {
    std::string out;
    for (const Expr* item : items) {
        if (item->is(ExprKind::null)) continue;
        const std::string type = expression_type(*item, dialect, column);
        if (type.empty()) return {};
        out = out.empty() ? type : coerced(out, type, dialect);
        if (out.empty()) return {};
    }
    return out;
}

std::string function_type(const Expr& call, sql::Dialect dialect, const ColumnType& column) {
    const std::string name = upper(call.text);
    for (const FunctionRule& row : kFunctions) {
        if (row.name != name) continue;
        std::vector<const Expr*> arguments;
        for (const Expr& child : call.children)
            if (!child.is(ExprKind::raw)) arguments.push_back(&child);
        const std::string first =
            arguments.empty() ? std::string() : expression_type(*arguments.front(), dialect, column);
        switch (row.rule) {
            case Rule::bigint:
                return named("BIGINT", dialect);
            case Rule::int_of_engine:
                return named("INT", dialect);
            case Rule::measure:
                return named(dialect == sql::Dialect::duckdb ? "BIGINT" : "INT", dialect);
            case Rule::real:
                return named("DOUBLE", dialect);
            case Rule::text:
                return named("VARCHAR", dialect);
            case Rule::date:
                return named("DATE", dialect);
            case Rule::timestamp:
                return named("TIMESTAMP", dialect);
            case Rule::first:
                return first;
            case Rule::common:
                return common_type(arguments, dialect, column);
            case Rule::branches:
                if (!arguments.empty()) arguments.erase(arguments.begin());
                return common_type(arguments, dialect, column);
            case Rule::sum:
                return integer_rank(first, dialect) >= 0 ? named("BIGINT", dialect) : first;
        }
    }
    return {};
}

std::string binary_type(const Expr& expr, sql::Dialect dialect, const ColumnType& column) {
    for (std::string_view word :
         {"=", "<>", "<", ">", "<=", ">=", "AND", "OR", "LIKE", "ILIKE", "IS", "NOT LIKE", "IS NOT", "~"})
        if (expr.text == word) return named("BOOLEAN", dialect);
    if (expr.text == "||") return named("VARCHAR", dialect);
    if (expr.children.size() != 2) return {};
    const Expr& right = expr.children[1];
    if ((expr.text == "+" || expr.text == "-") && right.is(ExprKind::interval))
        return expression_type(expr.children[0], dialect, column);
    if (expr.text == "/")
        return quotient(expression_type(expr.children[0], dialect, column),
                        expression_type(right, dialect, column), dialect);
    if (expr.text == "+" || expr.text == "-" || expr.text == "*" || expr.text == "%")
        return common_type({&expr.children[0], &expr.children[1]}, dialect, column);
    return {};
}

std::string case_type(const Expr& expr, sql::Dialect dialect, const ColumnType& column) {
    std::vector<const Expr*> results;
    const std::size_t first = expr.text == "operand" ? 1 : 0;
    const std::size_t count = expr.children.size() - first;
    for (std::size_t i = 0; i < count; ++i)
        if (i % 2 == 1 || (i + 1 == count && count % 2 == 1)) results.push_back(&expr.children[first + i]);
    return common_type(results, dialect, column);
}

}  // namespace

std::string expression_type(const Expr& expr, sql::Dialect dialect, const ColumnType& column) {
    switch (expr.kind) {
        case ExprKind::boolean:
        case ExprKind::between:
        case ExprKind::in:
            return named("BOOLEAN", dialect);
        case ExprKind::number:
            return named(expr.text.find_first_of(".eE") == std::string::npos ? "INT" : "DOUBLE", dialect);
        case ExprKind::string:
            return named("VARCHAR", dialect);
        case ExprKind::column:
            return column(expr);
        case ExprKind::cast:
            return expr.children.size() > 1 ? sql::type_sql(expr.children[1], dialect) : std::string();
        case ExprKind::function:
            return function_type(expr, dialect, column);
        case ExprKind::binary:
            return binary_type(expr, dialect, column);
        case ExprKind::case_when:
            return case_type(expr, dialect, column);
        case ExprKind::unary:
            if (expr.text == "NOT") return named("BOOLEAN", dialect);
            return expr.children.empty() ? std::string() : expression_type(expr.children[0], dialect, column);
        case ExprKind::paren:
        case ExprKind::alias:
            return expr.children.empty() ? std::string() : expression_type(expr.children[0], dialect, column);
        default:
            return {};
    }
}

}  // namespace towline::project
