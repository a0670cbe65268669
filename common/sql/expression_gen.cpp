// sqlglot's `gen`: the minimal text of a tree. It enters fingerprints, so its oddities are kept exactly.
#include <array>

#include "base/strings.h"
#include "sql/canonical.h"
#include "sql/expression.h"

namespace towline::sql {
namespace {

std::string list(const std::vector<Expr>& items, std::size_t first = 0) {
    std::string out;
    for (std::size_t i = first; i < items.size(); ++i) {
        if (i > first) out += ',';
        out += gen(items[i]);
    }
    return out;
}

std::string identifier(const Expr& part) { return part.quoted ? "\"" + part.text + "\"" : part.text; }

std::string column(const Expr& expr) {
    std::string out;
    for (const Expr& part : expr.children) {
        if (!out.empty()) out += '.';
        out += part.is(ExprKind::identifier) ? identifier(part) : gen(part);
    }
    return out;
}

/// Functions whose tree holds more than their arguments; `after` is what gen prints for the rest.
struct FunctionRow {
    std::string_view name;
    std::string_view canonical;
    std::string_view after;
};
constexpr std::array<FunctionRow, 15> kFunctions = {{{"MAX", "MAX", ","},
                                                     {"MIN", "MIN", ","},
                                                     {"COUNT", "COUNT", ",,True"},
                                                     {"CONCAT", "CONCAT", ",True,True"},
                                                     {"GREATEST", "GREATEST", ",True"},
                                                     {"LEAST", "LEAST", ",True"},
                                                     {"TRUNCATE", "TRUNC", ""},
                                                     {"STRFTIME", "TIME_TO_STR", ""},
                                                     {"STRPTIME", "STR_TO_TIME", ""},
                                                     {"IFNULL", "COALESCE", ""},
                                                     {"NVL", "COALESCE", ""},
                                                     {"LEN", "LENGTH", ""},
                                                     {"DATE", "DATE", ","},
                                                     {"CONCAT_WS", "CONCAT_WS", ",True,True"},
                                                     {"REGEXP_MATCHES", "REGEXP_LIKE", ""}}};

std::string function(const Expr& expr) {
    const std::string name = upper(expr.text);
    const auto& args = expr.children;
    if (name == "DATE_TRUNC" && args.size() == 2) {
        const bool unit_first = args[0].is(ExprKind::string);
        if (!unit_first && args[1].name())
            return "DATE_TRUNC('" + upper(*args[1].name()) + "'," + gen(args[0]) + ")";
        const Expr& unit = args[unit_first ? 0 : 1];
        const Expr& value = args[unit_first ? 1 : 0];
        const std::string unit_text = unit.name() ? upper(*unit.name()) : gen(unit);
        return "TIMESTAMP_TRUNC(" + gen(value) + "," + unit_text + ")";
    }
    if (name == "EXTRACT" && args.size() == 2 && args[0].is(ExprKind::raw))
        return "EXTRACT(" + args[0].text + "," + gen(args[1]) + ")";
    for (const FunctionRow& row : kFunctions) {
        if (row.name == name)
            return std::string(row.canonical) + "(" + list(args) + std::string(row.after) + ")";
    }
    return name + "(" + list(args) + ")";
}

std::string data_type(const Expr& type) {
    std::string inner;
    bool nested = type.text == "ARRAY" || type.text == "STRUCT" || type.text == "MAP" || type.text == "LIST";
    for (const Expr& child : type.children) {
        if (!inner.empty()) inner += ',';
        if (child.is(ExprKind::data_type)) {
            inner += data_type(child);
        } else if (child.is(ExprKind::alias)) {
            inner += "COLUMNDEF :this," + identifier(child) + ",:kind," + data_type(child.children[0]) +
                     ",:constraints,";
        } else {
            inner += "DATATYPEPARAM :this," + gen(child);
        }
    }
    const std::string expressions = inner.empty() ? "" : ":expressions," + inner + ",";
    return type.text + " " + expressions + ":nested," + (nested ? "True" : "False");
}

std::string binary(const Expr& expr) {
    const std::string left = gen(expr.children[0]);
    const std::string right = gen(expr.children[1]);
    const std::string& op = expr.text;
    if (op == "||") return "DPIPE :this," + left + ",:expression," + right + ",:safe,True";
    if (op == "LIKE" || op == "NOT LIKE") return left + " Like " + right;
    if (op == "NOT ILIKE") return left + " ILIKE " + right;
    if (op == "&") return "BITWISEAND :this," + left + ",:expression," + right;
    if (op == "|") return "BITWISEOR :this," + left + ",:expression," + right;
    if (op == "ESCAPE") return "ESCAPE :this," + left + ",:expression," + right;
    if (op == "COLLATE") return "COLLATE(" + left + "," + right + ")";
    if (op == "AT TIME ZONE") return "ATTIMEZONE :this," + left + ",:zone," + right;
    if (op == "IS DISTINCT FROM") return "NULLSAFENEQ :this," + left + ",:expression," + right;
    if (op == "IS NOT DISTINCT FROM" || op == "<=>")
        return "NULLSAFEEQ :this," + left + ",:expression," + right;
    return left + " " + op + " " + right;
}

std::string case_when(const Expr& expr) {
    std::string out = "CASE(";
    std::size_t i = 0;
    if (expr.text == "operand") out += gen(expr.children[i++]) + ",";
    bool first = true;
    for (; i + 1 < expr.children.size(); i += 2) {
        if (!first) out += ',';
        first = false;
        out += "IF(" + gen(expr.children[i]) + "," + gen(expr.children[i + 1]) + ")";
    }
    if (i < expr.children.size()) out += "," + gen(expr.children[i]);
    return out + ")";
}

std::string macro_call(const Expr& expr) {
    if (expr.text.empty()) return "MACRO_STR_REPLACE(" + list(expr.children) + ")";
    if (iequals(expr.text, "SQL")) return "MACRO_S_Q_L(" + list(expr.children) + ")";
    return "MACRO_FUNC(" + upper(expr.text) + "(" + list(expr.children) + "))";
}

std::string lambda(const Expr& expr) {
    std::string out = "LAMBDA :this," + gen(expr.children.back()) + ",:expressions";
    for (std::size_t i = 0; i + 1 < expr.children.size(); ++i) out += "," + gen(expr.children[i]);
    return out;
}

}  // namespace

std::string gen(const Expr& expr) {
    switch (expr.kind) {
        case ExprKind::null:
            return "NULL";
        case ExprKind::boolean:
        case ExprKind::number:
            return expr.text;
        case ExprKind::string:
            return "'" + expr.text + "'";
        case ExprKind::column:
            return column(expr);
        case ExprKind::identifier:
            return identifier(expr);
        case ExprKind::star:
            return "STAR";
        case ExprKind::variable:
            return "MACROVAR :this," + expr.text;
        case ExprKind::macro_call:
            return macro_call(expr);
        case ExprKind::function:
            return function(expr);
        case ExprKind::keyword_argument:
            return "PROPERTYEQ :this," + expr.text + ",:expression," + list(expr.children);
        case ExprKind::array:
            return "ARRAY(" + list(expr.children) + ")";
        case ExprKind::tuple:
            return expr.children.empty() ? "TUPLE" : "TUPLE :expressions," + list(expr.children);
        case ExprKind::structure:
            return "STRUCT(" + list(expr.children) + ")";
        case ExprKind::paren:
            return "(" + list(expr.children) + ")";
        case ExprKind::unary:
            if (expr.text == "NOT") return "NOT " + list(expr.children);
            return expr.text == "~" ? "BITWISENOT :this," + list(expr.children) : "-" + list(expr.children);
        case ExprKind::binary:
            return binary(expr);
        case ExprKind::between:
            return gen(expr.children[0]) + " BETWEEN " + gen(expr.children[1]) + " AND " +
                   gen(expr.children[2]);
        case ExprKind::in:
            if (expr.children.size() == 2 && expr.children[1].is(ExprKind::subquery)) {
                return gen(expr.children[0]) + " IN (:query," + gen(expr.children[1]) + ")";
            }
            return gen(expr.children[0]) + " IN (:expressions," + list(expr.children, 1) + ")";
        case ExprKind::case_when:
            return case_when(expr);
        case ExprKind::cast: {
            const std::string inner = gen(expr.children[0]) + "," + data_type(expr.children[1]);
            return expr.text == "CAST" ? "CAST(" + inner + ")" : "TRY_CAST(" + inner + ",True)";
        }
        case ExprKind::data_type:
            return data_type(expr);
        case ExprKind::lambda:
            return lambda(expr);
        case ExprKind::interval:
            return "INTERVAL :this," + list(expr.children) + (expr.text.empty() ? "" : ",:unit," + expr.text);
        case ExprKind::alias:
            return list(expr.children) + " AS " + (expr.quoted ? "\"" + expr.text + "\"" : expr.text);
        case ExprKind::index:
            return gen(expr.children[0]) + "[" + list(expr.children, 1) + "]";
        case ExprKind::ordered:
            return list(expr.children) + " " + expr.text;
        case ExprKind::subquery:
            return "(" + canonical_text(expr.text, Dialect::none) + ")";
        case ExprKind::raw:
            return canonical_text(expr.text, Dialect::none);
    }
    return {};
}

}  // namespace towline::sql
