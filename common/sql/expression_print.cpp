// SQL text of a tree, in sqlglot's spacing and case.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/expression_parser.h"

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

/// ARRAY(1, 2) for what others write [1, 2] or ARRAY[1, 2]. Oracle's is hashed as another list than [1, 2], which
/// stays.
bool writes_array_calls(Dialect dialect) {
    constexpr std::array<Dialect, 7> kDialects{Dialect::spark, Dialect::databricks,  Dialect::hive,    Dialect::mysql,
                                               Dialect::doris, Dialect::singlestore, Dialect::teradata};
    return std::find(kDialects.begin(), kDialects.end(), dialect) != kDialects.end();
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

/// A part of a clause by its name, if it has one value.
const Expr* part(const Expr& clause, std::string_view name) {
    for (const Expr& child : clause.children)
        if (child.text == name && child.children.size() == 1) return &child.children.front();
    return nullptr;
}

std::string part_sql(const Expr& clause, std::string_view name, Dialect dialect) {
    const Expr* found = part(clause, name);
    return found == nullptr ? "" : to_sql(*found, dialect);
}

/// LEADING 'x' FROM a
std::string worded(const std::vector<Expr>& items, Dialect dialect) {
    std::string out;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += ' ';
        out += to_sql(items[i], dialect);
    }
    return out;
}

std::string ordered(const Expr& expr, Dialect dialect) {
    const std::string descending = part_sql(expr, "desc", dialect);
    std::string out = part_sql(expr, "this", dialect);
    if (!descending.empty()) out += descending == "True" ? " DESC" : " ASC";
    const bool first = part_sql(expr, "nulls_first", dialect) == "True";
    if (first == nulls_first_by_default(descending == "True", dialect)) return out;
    return out + (first ? " NULLS FIRST" : " NULLS LAST");
}

std::string window(const Expr& expr, Dialect dialect) {
    std::vector<std::string> parts;
    bool bracket = false;
    if (const std::string alias = part_sql(expr, "alias", dialect); !alias.empty()) parts.push_back(alias);
    for (const Expr& child : expr.children) {
        if (child.text == "partition_by") {
            bracket = true;
            if (!child.children.empty()) parts.push_back("PARTITION BY " + list(child.children, dialect));
        } else if (child.text == "order" || child.text == "spec") {
            parts.push_back(list(child.children, dialect));
        }
    }
    const std::string inner = join(parts, " ");
    return part_sql(expr, "this", dialect) + " OVER " + (bracket ? "(" + inner + ")" : inner);
}

std::string frame(const Expr& expr, Dialect dialect) {
    const auto bound = [&](const std::string& key) {
        const std::string side = part_sql(expr, key + "_side", dialect);
        return part_sql(expr, key, dialect) + (side.empty() ? "" : " " + side);
    };
    const std::string end = bound("end");
    const std::string exclude = part_sql(expr, "exclude", dialect);
    return part_sql(expr, "kind", dialect) + (end.empty() ? " " : " BETWEEN ") + bound("start") +
           (end.empty() ? "" : " AND " + end) + (exclude.empty() ? "" : " EXCLUDE " + exclude);
}

/// SUM(x) IGNORE NULLS; DuckDB and BigQuery want the words in the brackets.
std::string null_treatment(const Expr& expr, Dialect dialect) {
    const Expr* call = part(expr, "this");
    const std::string words = expr.text == "IGNORENULLS" ? " IGNORE NULLS" : " RESPECT NULLS";
    std::string out = part_sql(expr, "this", dialect);
    const bool inside = dialect == Dialect::duckdb || dialect == Dialect::bigquery;
    if (!inside || call == nullptr || !call->is(ExprKind::function)) return out + words;
    const bool ordered = call->children.size() == 1 && call->children[0].is(ExprKind::clause);
    if (ordered) return out + words;
    out.pop_back();
    return out + words + ")";
}

std::string clause(const Expr& expr, Dialect dialect) {
    const std::string inner = part_sql(expr, "this", dialect);
    const std::string value = part_sql(expr, "expression", dialect);
    if (expr.text == "WINDOW") return window(expr, dialect);
    if (expr.text == "WINDOWSPEC") return frame(expr, dialect);
    if (expr.text == "FILTER") return inner + " FILTER(" + value + ")";
    if (expr.text == "WITHINGROUP") return inner + " WITHIN GROUP (" + value + ")";
    if (expr.text == "WHERE") return "WHERE " + inner;
    if (expr.text == "ORDERED") return ordered(expr, dialect);
    if (expr.text == "LIMIT") return inner + " LIMIT " + value;
    if (expr.text.ends_with("NULLS")) return null_treatment(expr, dialect);
    if (expr.text == "HAVINGMAX")
        return inner + " HAVING " + (part_sql(expr, "max", dialect) == "True" ? "MAX " : "MIN ") + value;
    if (expr.text == "PARAMETERIZEDAGG") return inner + "(" + list(expr.children.back().children, dialect) + ")";
    if (expr.text == "TOMAP") {
        std::vector<std::string> pairs;
        for (const Expr& pair : expr.children)
            pairs.push_back(to_sql(pair.children[0], dialect) + ": " + to_sql(pair.children[1], dialect));
        return "MAP {" + join(pairs, ", ") + "}";
    }
    if (expr.text == "COMPREHENSION") {
        const std::string condition = part_sql(expr, "condition", dialect);
        return inner + " FOR " + value + " IN " + part_sql(expr, "iterator", dialect) +
               (condition.empty() ? "" : " IF " + condition);
    }
    if (expr.text == "SLICE") {
        const std::string step = part_sql(expr, "step", dialect);
        return inner + ":" + value + (step.empty() ? "" : ":" + step);
    }
    // ORDER
    return inner + (inner.empty() ? "" : " ") + "ORDER BY " + list(expr.children.back().children, dialect);
}

std::string function(const Expr& expr, Dialect dialect) {
    const std::string name = upper(expr.text);
    // Written without brackets in every dialect that has them.
    if (expr.children.empty() && is_bare_function(name, dialect)) return name;
    if (name == "EXTRACT" && expr.children.size() == 2 && expr.children[0].is(ExprKind::raw)) {
        return "EXTRACT(" + expr.children[0].text + " FROM " + to_sql(expr.children[1], dialect) + ")";
    }
    const bool truncates = name == "DATE_TRUNC" && expr.children.size() == 2 && dialect != Dialect::bigquery;
    if (truncates && expr.children[0].is(ExprKind::string)) {
        Expr canonical = expr;
        canonical.children[0].text = upper(canonical.children[0].text);
        return "DATE_TRUNC(" + list(canonical.children, dialect) + ")";
    }
    if (name == "CONCAT" && expr.quoted) {  // 'a' 'b'
        std::string side_by_side = worded(expr.children, dialect);
        return side_by_side;
    }
    const bool words = std::any_of(expr.children.begin(), expr.children.end(),
                                   [](const Expr& child) { return child.is(ExprKind::word); });
    if (words) return name + "(" + worded(expr.children, dialect) + ")";
    if (!expr.children.empty() && name != "ARRAY_AGG") {
        // STRING_AGG(a ORDER BY b, ',') is written with the order at the end.
        const Expr& first = expr.children.front();
        const bool limit = first.is(ExprKind::clause) && first.text == "LIMIT";
        const Expr* order = limit ? part(first, "this") : &first;
        if (expr.children.size() > 1 && order != nullptr && order->is(ExprKind::clause) && order->text == "ORDER") {
            const std::string head = list(order->children[0].children, dialect);
            return name + "(" + head + ", " + list(expr.children, dialect, 1) + " ORDER BY " +
                   list(order->children.back().children, dialect) +
                   (limit ? " LIMIT " + list(first.children.back().children, dialect) : "") + ")";
        }
    }
    const bool dotted = expr.text.find('.') != std::string::npos || expr.text.find('"') != std::string::npos;
    // ClickHouse tells sumIf from SUMIF.
    const std::string& shown = dotted || dialect == Dialect::clickhouse ? expr.text : name;
    return shown + "(" + list(expr.children, dialect) + ")";
}

/// The type in words that read as the same type again: the dialect's own, or those of the author.
std::string readable_type(const Expr& type, Dialect dialect) {
    std::string own = type_sql(type, dialect);
    const std::string zoned = type.text == "TIMETZ"         ? "TIME WITH TIME ZONE"
                              : type.text == "TIMESTAMPLTZ" ? "TIMESTAMP WITH LOCAL TIME ZONE"
                                                            : "TIMESTAMP WITH TIME ZONE";
    const std::string neutral = type_sql(type, Dialect::none);
    const std::string parameters = own.substr(std::min(own.find('('), own.size()));
    const std::string precise = zoned.substr(0, zoned.find(' ')) + parameters + zoned.substr(zoned.find(' '));
    for (const std::string& words :
         {own, neutral, type.text + parameters, zoned, precise, type.text, std::string("CHARACTER VARYING")}) {
        const auto again = parse_type(words, dialect);
        if (again && *again == type) return words;
    }
    return own;
}

/// 'text' or 'text'::DATE behind the type of a literal.
std::string cast_literal(const Expr& value, Dialect dialect) {
    if (!value.is(ExprKind::cast)) return to_sql(value, dialect);
    return cast_literal(value.children[0], dialect) + "::" + readable_type(value.children[1], dialect);
}

/// CAST(a AS INT); where the text of a hash shows how it was written, a::INT and DATE '…' stay as they are.
std::string cast(const Expr& expr, Dialect dialect) {
    const std::string value = to_sql(expr.children[0], dialect);
    const std::string type = readable_type(expr.children[1], dialect);
    if (expr.text == "::") return value + "::" + type;
    if (expr.text == "!:>") return value + " !:> " + type;
    const bool told = dialect == Dialect::redshift || dialect == Dialect::oracle || facts(dialect).lenient_casts ||
                      expr.children[1].text == "JSON";
    if (expr.quoted && told) return type + " " + cast_literal(expr.children[0], dialect);
    return expr.text + "(" + value + " AS " + type + ")";
}

std::string lambda(const Expr& expr, Dialect dialect) {
    std::vector<Expr> parameters(expr.children.begin(), expr.children.end() - 1);
    const std::string names = list(parameters, dialect);
    if (expr.text == "LAMBDA") return "LAMBDA " + names + " : " + to_sql(expr.children.back(), dialect);
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
        case ExprKind::star: {
            std::string out = "*";
            for (const Expr& names : expr.children)
                out += (names.text == "EXCEPT" ? " EXCLUDE (" : " " + names.text + " (") +
                       list(names.children, dialect) + ")";
            return out;
        }
        case ExprKind::variable:
            return "@" + expr.text;
        case ExprKind::macro_call:
            return macro_call(expr, dialect);
        case ExprKind::function:
            return function(expr, dialect);
        case ExprKind::keyword_argument:
            return expr.text + (expr.quoted ? " => " : " := ") + list(expr.children, dialect);
        case ExprKind::array: {
            if (writes_array_calls(dialect)) return "ARRAY(" + list(expr.children, dialect) + ")";
            const bool word = grammar(dialect) == Dialect::postgres || grammar(dialect) == Dialect::trino ||
                              dialect == Dialect::presto || dialect == Dialect::athena || dialect == Dialect::redshift;
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
            if (expr.text == "." || expr.text == ":")
                return to_sql(expr.children[0], dialect) + expr.text + to_sql(expr.children[1], dialect);
            return to_sql(expr.children[0], dialect) + " " + expr.text + " " + to_sql(expr.children[1], dialect);
        case ExprKind::between:
            return to_sql(expr.children[0], dialect) + " BETWEEN " + (expr.text.empty() ? "" : expr.text + " ") +
                   to_sql(expr.children[1], dialect) + " AND " + to_sql(expr.children[2], dialect);
        case ExprKind::in: {
            const bool query = expr.quoted || (expr.children.size() == 2 && expr.children[1].is(ExprKind::subquery));
            const std::string items = list(expr.children, dialect, 1);
            return to_sql(expr.children[0], dialect) + " IN " + (query || expr.quoted ? items : "(" + items + ")");
        }
        case ExprKind::case_when:
            return case_when(expr, dialect);
        case ExprKind::cast:
            return cast(expr, dialect);
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
        case ExprKind::subquery:
            return expr.quoted ? expr.text : "(" + expr.text + ")";
        case ExprKind::clause:
            return clause(expr, dialect);
        case ExprKind::word:
            return expr.text;
    }
    return {};
}

}  // namespace towline::sql
