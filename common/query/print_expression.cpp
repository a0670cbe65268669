// Expressions in sqlglot's layout.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "query/own_forms.h"
#include "query/printer.h"
#include "sql/function_text.h"
#include "sql/printed_call.h"

namespace towline::query {
namespace {

/// What MySQL casts to in place of a type that it only stores; "" if it casts to the type.
std::string_view mysql_target(std::string_view type) {
    // clang-format off: a table of words
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kRows = {
        {{"BIGINT", "SIGNED"}, {"BOOLEAN", "SIGNED"}, {"INT", "SIGNED"}, {"SMALLINT", "SIGNED"}, {"TINYINT", "SIGNED"},
         {"MEDIUMINT", "SIGNED"}, {"UBIGINT", "UNSIGNED"}, {"UINT", "UNSIGNED"}, {"USMALLINT", "UNSIGNED"},
         {"UTINYINT", "UNSIGNED"}, {"LONGTEXT", "CHAR"}, {"TEXT", "CHAR"}, {"VARCHAR", "CHAR"}}};
    // clang-format on
    for (const auto& [from, to] : kRows)
        if (from == type) return to;
    return {};
}

bool is_connector(const Expr& expr) { return expr.is(ExprKind::binary) && (expr.text == "AND" || expr.text == "OR"); }

/// CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE call END
Expr null_if_any_is(Expr call) {
    const auto is_null = [](const Expr& value) {
        Expr tested = value.is(ExprKind::binary) ? make(ExprKind::paren, {}, {value}) : value;
        return make(ExprKind::binary, "IS", {std::move(tested), make(ExprKind::null)});
    };
    Expr any = is_null(call.children.front());
    for (std::size_t i = 1; i < call.children.size(); ++i)
        any = operation("OR", std::move(any), is_null(call.children[i]));
    call.quoted = false;
    return make(ExprKind::case_when, {}, {std::move(any), make(ExprKind::null), std::move(call)});
}

/// DuckDB's grammar writes short names out: EXTRACT(DOW FROM d) is that of DAYOFWEEK.
std::string unit_of_extract(std::string_view written, sql::Dialect dialect) {
    if (dialect != sql::Dialect::duckdb) return upper(written);
    const std::string full = sql::full_unit('E', written);
    return full.substr(0, full.find(','));
}

}  // namespace

std::vector<std::string> Printer::texts(const std::vector<Expr>& exprs, std::size_t first) {
    std::vector<std::string> out;
    for (std::size_t i = first; i < exprs.size(); ++i) out.push_back(sql(exprs[i]));
    return out;
}

std::string Printer::name(const Expr& expr) const {
    const bool digit = !expr.text.empty() && expr.text.front() >= '0' && expr.text.front() <= '9';
    if (expr.quoted || digit) return sql::quote_identifier(expr.text, dialect_);
    return layout_.normalize ? lower(expr.text) : expr.text;
}

std::string Printer::column(const Expr& expr) {
    std::string out;
    for (const Expr& each : expr.children)
        out += (out.empty() ? "" : ".") + (each.is(ExprKind::star) ? star(each) : name(each));
    return out;
}

std::string Printer::star(const Expr& expr) {
    std::string out = "*";
    const bool exclude =
        dialect_ == sql::Dialect::duckdb || dialect_ == sql::Dialect::snowflake || dialect_ == sql::Dialect::redshift;
    for (const Expr& each : expr.children) {
        const std::string words = each.text == "EXCEPT" && exclude ? "EXCLUDE" : each.text;
        out += segment(words) + " (" + items(each.children, {.flat = true}) + ")";
    }
    return out;
}

std::string Printer::arguments(const std::vector<std::string>& texts, std::string_view separated) const {
    if (!layout_.pretty || !too_wide(texts)) return towline::join(texts, separated);
    return indented("\n" + towline::join(texts, std::string(trim(separated)) + "\n") + "\n",
                    {.skip_first = true, .skip_last = true});
}

std::string Printer::call(const std::string& name, const std::vector<std::string>& arguments) {
    const bool own = dialect_ == sql::Dialect::bigquery || dialect_ == sql::Dialect::clickhouse;
    const bool raised = layout_.functions == FunctionCase::upper && !own;
    const std::string shown = layout_.functions == FunctionCase::lower ? lower(name) : raised ? upper(name) : name;
    return shown + "(" + this->arguments(arguments) + ")";
}

std::string Printer::function(const Expr& expr) {
    const std::string name = upper(expr.text);
    if (name == "CONCAT_WS" && expr.quoted) return sql(null_if_any_is(expr));
    if (name == "INITCAP" && dialect_ == sql::Dialect::duckdb && expr.children.size() == 1)
        if (const auto written = capitalised(expr.children.front())) return sql(*written);
    if (name == "STRTOK" && dialect_ == sql::Dialect::duckdb && expr.children.size() == 3)
        if (const auto written = token(expr)) return sql(*written);
    if (expr.children.empty() && sql::prints_bare(name, dialect_)) return name;
    if (name == "EXTRACT" && expr.children.size() == 2 && dialect_ == sql::Dialect::snowflake)
        return "DATE_PART(" + upper(expr.children[0].text) + ", " + sql(expr.children[1]) + ")";
    if (name == "EXTRACT" && expr.children.size() == 2 && expr.children[0].is(ExprKind::raw))
        return "EXTRACT(" + unit_of_extract(expr.children[0].text, dialect_) + " FROM " + sql(expr.children[1]) + ")";
    if (name == "EXISTS" && expr.children.size() == 1 && is_query(expr.children[0]))
        return "EXISTS" + wrapped(sql(expr.children[0]));
    const bool worded = std::any_of(expr.children.begin(), expr.children.end(),
                                    [](const Expr& child) { return child.is(ExprKind::word); });
    if (worded) return expr.text + "(" + towline::join(texts(expr.children), " ") + ")";
    const bool one = expr.children.size() == 1 && is(expr.children[0], "SUBQUERY");
    const bool quantified = expr.children.size() == 1 && (name == "ANY" || name == "ALL");
    if (quantified && one) return name + " " + sql(expr.children[0]);
    if (quantified) return name + "(" + segment(indented(sql(expr.children[0]), {}), "") + segment(")", "");
    const Expr* first = expr.children.empty() ? nullptr : &expr.children.front();
    if (expr.children.size() > 1 && is(*first, "ORDER") && has(*first, "this")) {
        // The order of an aggregate of strings stands behind what parts them.
        const std::string last = operated("ORDER BY", *first);
        std::vector<std::string> all{sql(*part(*first, "this"))};
        for (std::string& each : texts(expr.children, 1)) all.push_back(std::move(each));
        all.back() += last;
        return call(expr.text, all);
    }
    return call(expr.text, texts(expr.children));
}

void Printer::flatten(const Expr& expr, std::vector<std::string>& out) {
    if (!is_connector(expr)) {
        out.push_back(sql(expr));
        return;
    }
    flatten(expr.children[0], out);
    std::vector<std::string> right;
    flatten(expr.children[1], right);
    std::string op = expr.text;
    if (const std::string comments = comments_text(expr); !comments.empty()) op += " " + comments;
    right.front().insert(0, op + " ");
    for (std::string& each : right) out.push_back(std::move(each));
}

std::string Printer::connector(const Expr& expr) {
    std::vector<std::string> parts;
    flatten(expr, parts);
    return towline::join(parts, layout_.pretty && too_wide(parts) ? "\n" : " ");
}

std::string Printer::binary(const Expr& expr) {
    if (is_connector(expr)) return connector(expr);
    std::string op = expr.text;
    if (op == "DIV" && dialect_ == sql::Dialect::duckdb) op = "//";
    const std::string left = sql(expr.children[0]);
    const std::string right = sql(expr.children[1]);
    const Expr& called = expr.children[1];
    if (op == "." && called.is(ExprKind::function))
        return left + "." + called.text + "(" + arguments(texts(called.children)) + ")";
    if (op == "." || op == ":") return left + op + right;
    if (op == "DIV" && dialect_ == sql::Dialect::mysql) return "CAST(" + left + " / " + right + " AS SIGNED)";
    if (op == "%" && dialect_ == sql::Dialect::bigquery) {
        const auto bare = [&](const Expr& each, const std::string& text) {
            return each.is(ExprKind::paren) ? sql(each.children.front()) : text;
        };
        return "MOD(" + bare(expr.children[0], left) + ", " + bare(expr.children[1], right) + ")";
    }
    if (op.starts_with("NOT ") && dialect_ == sql::Dialect::snowflake)
        return "NOT " + left + op.substr(3) + " " + right;
    if (const std::string comments = comments_text(expr); !comments.empty()) op += " " + comments;
    return left + " " + op + " " + right;
}

/// x BETWEEN SYMMETRIC a AND b of DuckDB, which has no such words.
std::string Printer::symmetric(const Expr& expr) {
    Expr up = expr;
    up.text.clear();
    Expr down = up;
    std::swap(down.children[1], down.children[2]);
    return "(" + sql(up) + " OR " + sql(down) + ")";
}

std::string Printer::case_when(const Expr& expr) {
    std::vector<std::string> parts{"CASE"};
    std::size_t i = 0;
    if (expr.text == "operand") parts.back() += " " + sql(expr.children[i++]);
    for (; i + 1 < expr.children.size(); i += 2) {
        parts.push_back("WHEN " + sql(expr.children[i]));
        parts.push_back("THEN " + sql(expr.children[i + 1]));
    }
    if (i < expr.children.size()) parts.push_back("ELSE " + sql(expr.children[i]));
    parts.emplace_back("END");
    if (!layout_.pretty || !too_wide(parts)) return towline::join(parts, " ");
    return indented(towline::join(parts, "\n"), {.skip_first = true, .skip_last = true});
}

std::string Printer::in(const Expr& expr) {
    const std::string value = sql(expr.children[0]);
    const bool query = expr.children.size() == 2 && is_query(expr.children[1]);
    if (query || expr.quoted) return value + " IN " + sql(expr.children[1]);
    const std::vector<Expr> list(expr.children.begin() + 1, expr.children.end());
    return value + " IN (" + items(list, {.dynamic = true, .new_line = true, .skip_ends = true}) + ")";
}

std::string Printer::interval(const Expr& expr) {
    const Expr& value = expr.children.front();
    const std::string unit = expr.text.empty() ? "" : " " + expr.text;
    const bool literal = value.is(ExprKind::string) || value.is(ExprKind::number);
    const bool single =
        dialect_ == sql::Dialect::postgres || dialect_ == sql::Dialect::snowflake || dialect_ == sql::Dialect::redshift;
    const bool span = unit.find(" TO ") != std::string::npos;
    if (single && literal && !span) return "INTERVAL " + sql::quote_string(value.text + unit, dialect_);
    if (literal) return "INTERVAL " + sql::quote_string(value.text, dialect_) + unit;
    const bool bare = value.is(ExprKind::paren) || (dialect_ != sql::Dialect::duckdb && value.is(ExprKind::column));
    return "INTERVAL " + (bare ? sql(value) : "(" + sql(value) + ")") + unit;
}

std::string Printer::cast(const Expr& expr) {
    const std::string_view target = dialect_ == sql::Dialect::mysql ? mysql_target(expr.children[1].text) : "";
    const std::string& type = expr.children[1].text;
    const bool moment = dialect_ == sql::Dialect::mysql && (type == "TIMESTAMPTZ" || type == "TIMESTAMPLTZ");
    if (moment) return "TIMESTAMP(" + sql(expr.children[0]) + ")";
    if (!target.empty()) {
        const std::vector<Expr>& sizes = expr.children[1].children;
        const std::string size = target == "CHAR" && sizes.size() == 1 ? "(" + sql(sizes.front()) + ")" : "";
        return "CAST(" + sql(expr.children[0]) + " AS " + std::string(target) + size + ")";
    }
    std::string name = expr.text == "TRY_CAST" ? "TRY_CAST" : "CAST";
    if (name == "TRY_CAST" && dialect_ == sql::Dialect::bigquery) name = "SAFE_CAST";
    return name + "(" + sql(expr.children[0]) + " AS " + sql::type_sql(expr.children[1], dialect_) + ")";
}

std::string Printer::ordered(const Expr& expr) {
    const bool descending = text(expr, "desc") == "True";
    std::string out = sql(*part(expr, "this"));
    if (descending) out += " DESC";
    if (text(expr, "desc") == "False") out += " ASC";
    const bool first = text(expr, "nulls_first") == "True";
    if (first == sql::nulls_first_by_default(descending, dialect_)) return out;
    return out + (first ? " NULLS FIRST" : " NULLS LAST");
}

std::string Printer::window(const Expr& expr) {
    const std::string inner = sql(*part(expr, "this"));
    std::vector<std::string> parts;
    if (const Expr* alias = part(expr, "alias")) parts.push_back(sql(*alias));
    const bool bracket = has(expr, "partition_by");
    if (!query::list(expr, "partition_by").empty())
        parts.push_back("PARTITION BY " + items(query::list(expr, "partition_by"), {.flat = true}));
    if (const Expr* order = part(expr, "order"))
        parts.push_back("ORDER BY " + items(query::list(*order, "expressions"), {.flat = true}));
    if (const Expr* spec = part(expr, "spec")) parts.push_back(sql(*spec));
    const std::string over = has(expr, "over") ? " OVER " : " AS ";  // that of a WINDOW clause
    if (parts.size() == 1 && has(expr, "alias")) return inner + over + parts.front();
    return inner + over + (bracket ? "(" + arguments(parts, " ") + ")" : "()");
}

std::string Printer::frame(const Expr& expr) {
    const auto bound = [&](const std::string& key) {
        const Expr* value = part(expr, key);
        const std::string side(text(expr, key + "_side"));
        return (value == nullptr ? "" : sql(*value)) + (side.empty() ? "" : " " + side);
    };
    std::string end = bound("end");
    if (end.empty()) end = "CURRENT ROW";
    const std::string exclude(text(expr, "exclude"));
    return std::string(text(expr, "kind")) + " BETWEEN " + bound("start") + " AND " + end +
           (exclude.empty() ? "" : " EXCLUDE " + exclude);
}

/// SUM(x) IGNORE NULLS; DuckDB and BigQuery want the words in the brackets.
std::string Printer::null_treatment(const Expr& expr) {
    const std::string words = expr.text == "IGNORENULLS" ? " IGNORE NULLS" : " RESPECT NULLS";
    std::string out = sql(*part(expr, "this"));
    const bool inside = dialect_ == sql::Dialect::duckdb || dialect_ == sql::Dialect::bigquery;
    if (!inside || !out.ends_with(')')) return out + words;
    out.pop_back();
    return out + words + ")";
}

std::string Printer::expression_clause(const Expr& expr) {
    const Expr* inner = part(expr, "this");
    const Expr* value = part(expr, "expression");
    if (expr.text == "WINDOW") return window(expr);
    if (expr.text == "WINDOWSPEC") return frame(expr);
    if (expr.text == "ORDERED") return ordered(expr);
    if (expr.text == "FILTER") return sql(*inner) + " FILTER(" + std::string(trim(sql(*value))) + ")";
    if (expr.text == "WITHINGROUP") return sql(*inner) + " WITHIN GROUP (" + sql(*value).substr(1) + ")";
    if (expr.text == "ORDER" && has(expr, "lined")) return sql(*inner) + operated("ORDER BY", expr);
    if (expr.text == "ORDER")
        return sql(*inner) + " ORDER BY " + items(query::list(expr, "expressions"), {.flat = true});
    if (expr.text == "LIMIT") return sql(*inner) + segment("LIMIT") + " " + sql(*value);
    if (expr.text.ends_with("NULLS")) return null_treatment(expr);
    if (expr.text == "HAVINGMAX")
        return sql(*inner) + " HAVING " + (text(expr, "max") == "True" ? "MAX " : "MIN ") + sql(*value);
    if (expr.text == "PARAMETERIZEDAGG") return sql(*inner) + "(" + arguments(texts(query::list(expr, "params"))) + ")";
    if (expr.text == "TOMAP") {
        std::vector<std::string> pairs;
        for (const Expr& pair : expr.children) pairs.push_back(sql(pair.children[0]) + ": " + sql(pair.children[1]));
        return "MAP {" + towline::join(pairs, ", ") + "}";
    }
    if (expr.text == "COMPREHENSION") {
        const Expr* condition = part(expr, "condition");
        return sql(*inner) + " FOR " + sql(*value) + " IN " + sql(*part(expr, "iterator")) +
               (condition == nullptr ? "" : " IF " + sql(*condition));
    }
    if (expr.text == "SLICE") {
        const Expr* step = part(expr, "step");
        return (inner == nullptr ? "" : sql(*inner)) + ":" + (value == nullptr ? "" : sql(*value)) +
               (step == nullptr ? "" : ":" + sql(*step));
    }
    return sql::to_sql(expr, dialect_);
}

/// DISTINCT a, b: where only one value can be distinct, it is a row, and NULL if one of them is.
std::string Printer::distinct(const Expr& expr) {
    const bool one = dialect_ == sql::Dialect::duckdb || dialect_ == sql::Dialect::postgres;
    if (expr.children.size() < 2 || !one) return "DISTINCT " + towline::join(texts(expr.children), ", ");
    Expr row = make(ExprKind::case_when);
    for (const Expr& each : expr.children) {
        Expr tested = each.is(ExprKind::binary) ? make(ExprKind::paren, {}, {each}) : each;
        row.children.push_back(make(ExprKind::binary, "IS", {std::move(tested), make(ExprKind::null, "NULL")}));
        row.children.push_back(make(ExprKind::null, "NULL"));
    }
    row.children.push_back(make(ExprKind::tuple, {}, expr.children));
    return "DISTINCT " + sql(row);
}

std::string Printer::expression(const Expr& expr) {
    const std::vector<Expr>& children = expr.children;
    switch (expr.kind) {
        case ExprKind::column:
            return column(expr);
        case ExprKind::identifier:
            return children.empty() ? name(expr) : name(expr) + " " + sql::type_sql(children[0], dialect_);
        case ExprKind::star:
            return star(expr);
        case ExprKind::raw:
        case ExprKind::string: {
            std::string out = expr.is(ExprKind::raw) ? expr.text : sql::quote_string(expr.text, dialect_);
            std::replace(out.begin(), out.end(), '\n', '\x1e');
            return out;
        }
        case ExprKind::function:
            return function(expr);
        case ExprKind::keyword_argument:
            return expr.text + (expr.quoted ? " => " : " := ") + sql(children[0]);
        case ExprKind::array: {
            const bool worded = dialect_ == sql::Dialect::postgres || dialect_ == sql::Dialect::trino;
            return (worded ? "ARRAY[" : "[") + arguments(texts(children)) + "]";
        }
        case ExprKind::tuple:
            return "(" + items(children, {.dynamic = true, .new_line = true, .skip_ends = true}) + ")";
        case ExprKind::paren:
            return "(" + segment(indented(sql(children[0]), {}), "") + segment(")", "");
        case ExprKind::structure: {
            std::vector<std::string> pairs;
            for (const Expr& pair : children)
                pairs.push_back(sql::quote_string(pair.text, dialect_) + ": " + sql(pair.children[0]));
            return "{" + towline::join(pairs, ", ") + "}";
        }
        case ExprKind::unary: {
            if (expr.text == "DISTINCT") return distinct(expr);
            const std::string inner = sql(children[0]);
            const bool test =
                children[0].is(ExprKind::in) || (children[0].is(ExprKind::binary) && children[0].text == "IS");
            if (expr.text == "NOT" && test && dialect_ == sql::Dialect::clickhouse) return "NOT (" + inner + ")";
            if (expr.text == "NOT") return "NOT " + inner;
            // ~- is an operator of its own to engines.
            if (expr.text == "~" && inner.starts_with('-') && dialect_ == sql::Dialect::duckdb)
                return "~" + sql(make(ExprKind::paren, {}, {children[0]}));
            return expr.text + (inner.starts_with(expr.text) ? " " : "") + inner;
        }
        case ExprKind::binary:
            return binary(expr);
        case ExprKind::between:
            if (expr.text == "SYMMETRIC" && dialect_ == sql::Dialect::duckdb) return symmetric(expr);
            return sql(children[0]) + " BETWEEN " + (expr.text.empty() ? "" : expr.text + " ") + sql(children[1]) +
                   " AND " + sql(children[2]);
        case ExprKind::in:
            return in(expr);
        case ExprKind::case_when:
            return case_when(expr);
        case ExprKind::cast:
            return cast(expr);
        case ExprKind::lambda: {
            const std::vector<Expr> parameters(children.begin(), children.end() - 1);
            const std::string names = items(parameters, {.flat = true});
            if (expr.text == "LAMBDA") return "LAMBDA " + names + " : " + sql(children.back());
            return (parameters.size() == 1 ? names : "(" + names + ")") + " -> " + sql(children.back());
        }
        case ExprKind::interval:
            return interval(expr);
        case ExprKind::alias: {
            const Expr name = identifier(expr.text, expr.quoted);
            return sql(children[0]) + " AS " + this->name(name);
        }
        case ExprKind::index:
            return sql(children[0]) + "[" + towline::join(texts(children, 1), ", ") + "]";
        default:
            return sql::to_sql(expr, dialect_);
    }
}

}  // namespace towline::query
