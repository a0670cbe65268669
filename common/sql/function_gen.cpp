// Calls of functions in sqlglot's `gen`: by the tables in dialects/*.txt, and those that no table holds.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/function_text.h"
#include "sql/gen_printer.h"
#include "sql/json_path.h"

namespace towline::sql {
namespace {

/// Calls that the reference reads by their value or by a list of its own, which the tables do not hold.
bool reads_otherwise(const Expr& call, std::string_view name, Dialect dialect) {
    const auto& args = call.children;
    if (name == "MAP" && !(args.size() == 2 && in_dialects("abcjkl", dialect))) return true;
    if (name == "JSON_OBJECT" && args.size() == 1 && args[0].is(ExprKind::star)) return true;
    if ((name == "POSITION" && args.size() == 1 && args[0].is(ExprKind::in))) return true;
    static constexpr std::array<std::string_view, 5> kOperators = {"AND", "OR", "GLOB", "NOTLIKE", "NOTILIKE"};
    if (name == "RLIKE" && in_dialects("cfr", dialect)) return true;
    if (name == "VALUES" && dialect != Dialect::bigquery && dialect != Dialect::mysql) return true;
    // Their brackets hold more than values.
    // clang-format off: a table of words
    static constexpr std::array<std::string_view, 16> kOwnBrackets = {
        "JSON_TABLE",  "XMLELEMENT",      "XMLTABLE", "OPENJSON", "PREDICT", "FORECAST",           "GAP_FILL",
        "VECTOR_SEARCH", "FEATURES_AT_TIME", "COLUMNS", "INSERT", "METRIC",  "GENERATE_EMBEDDING", "APPLY",
        "CONNECT_BY_ROOT", "GENERATE_TEXT_EMBEDDING"};
    // clang-format on
    // Theirs hold no lambda: what looks like one is a path into JSON.
    static constexpr std::array<std::string_view, 19> kNoLambdas = {
        "IF",           "SUBSTRING",  "SUBSTR",     "TRIM",         "POSITION", "STRING_AGG", "LISTAGG",
        "GROUP_CONCAT", "STRINGAGG",  "OVERLAY",    "CHAR",         "CHR",      "DECODE",     "JSON_OBJECT",
        "EXTRACT",      "JSON_QUERY", "JSON_VALUE", "JSONB_EXISTS", "DATE_PART"};
    const bool lambda =
        std::any_of(args.begin(), args.end(), [](const Expr& argument) { return argument.is(ExprKind::lambda); });
    if (lambda && std::find(kNoLambdas.begin(), kNoLambdas.end(), name) != kNoLambdas.end()) return true;
    const bool part = name == "EXTRACT" && (args.empty() || !args[0].is(ExprKind::raw));
    if (in_dialects("fs", dialect) && (part || name == "EXISTS" || name == "STRUCT")) return true;
    if (in_dialects("abcjklp", dialect) && (name == "XOR" || name == "CONVERT" || name == "TRY_CONVERT")) return true;
    return std::find(kOperators.begin(), kOperators.end(), name) != kOperators.end() ||
           std::find(kOwnBrackets.begin(), kOwnBrackets.end(), name) != kOwnBrackets.end();
}

}  // namespace

std::string GenPrinter::function(const Expr& expr) {
    const std::string name = upper(expr.text);
    const auto& args = expr.children;
    if (const std::size_t point = expr.text.rfind('.'); point != std::string::npos) return dotted(expr, point);
    const bool words = std::any_of(args.begin(), args.end(), [](const Expr& arg) { return arg.is(ExprKind::word); });
    if (words) return worded(expr, name);
    if (auto text = query_call(expr, name)) return *text;
    if (auto json = json_function(expr, name)) return *json;
    if (auto aggregate = clickhouse_aggregate(expr)) return *aggregate;
    if (auto text = call_of_dialect(expr, name)) return *text;
    if (reads_otherwise(expr, name, dialect_)) refused_ = expr.text;
    if (auto text = by_argument(expr, name)) return *text;
    if (dialect_ == Dialect::bigquery && name == "TO_HEX" && args.size() == 1 && iequals(args[0].text, "MD5"))
        return "MD5(" + list(args[0].children) + ")";
    if (dialect_ == Dialect::bigquery && (name.starts_with("REGEXP_EXTRACT") || name == "REGEXP_SUBSTR") &&
        args.size() > 1 && (args[1].is(ExprKind::string) || args[1].is(ExprKind::raw)) &&
        args[1].text.find('(') != std::string::npos) {
        return grouped_pattern(expr);
    }
    if ((name == "LOWER" || name == "UPPER") && args.size() == 1 && args[0].is(ExprKind::function)) {
        // Hexadecimal digits in the other case are a function of their own.
        const std::string inner = gen(args[0]);
        const bool hex = inner.starts_with("HEX(") || inner.starts_with("LOWER_HEX(");
        if (hex) return (name == "LOWER" ? "LOWER_HEX" : "HEX") + inner.substr(inner.find('('));
    }
    const bool safety = notes_safety();
    if (name == "EXTRACT" && args.size() == 2 && args[0].is(ExprKind::raw))
        return "EXTRACT(" + args[0].text + "," + gen(args[1]) + (safety ? ",False)" : ")");
    if (name == "ANY") {
        if (dialect_ == Dialect::clickhouse) return "ANY_VALUE(" + list(args) + ")";
        return "ANY :this," + (args.size() == 1 ? "(" + gen(args[0]) + ")" : "TUPLE :expressions," + list(args));
    }
    if (name == "ALL" || name == "SOME") return name + "(" + list(args) + ")";
    if (name == "TRY_CONVERT" && args.size() > 1) return "CONVERT(" + list(args) + ",True)";
    if (name == "STRUCT" || (name == "TUPLE" && dialect_ == Dialect::clickhouse)) return structure(expr);
    const auto row = function_row(expr, dialect_);
    if (!row || *row == "=") return name + "(" + list(args) + ")";
    const bool named = std::any_of(args.begin(), args.end(), [](const Expr& argument) {
        return argument.is(ExprKind::keyword_argument) && argument.quoted;
    });
    if (*row == "!" || named) {
        refused_ = expr.text;
        return name + "(" + list(args) + ")";
    }
    if (expr.quoted) return literals_side_by_side(filled(*row, expr), list(args));
    const bool marked = dialect_ == Dialect::redshift || dialect_ == Dialect::oracle;
    std::string text = filled(*row, expr);
    if (marked && !safety && text.ends_with("False)")) {
        text.resize(text.size() - std::string_view("False)").size());
        if (text.ends_with(',')) text.pop_back();
        text += ')';
    }
    return text;
}

/// Calls that hold a query without brackets of its own: EXISTS(SELECT 1), = ANY (SELECT 1).
std::optional<std::string> GenPrinter::query_call(const Expr& expr, std::string_view name) {
    const bool bare = expr.children.size() == 1 && expr.children[0].is(ExprKind::subquery) && expr.children[0].quoted;
    if (!bare) return std::nullopt;
    const std::string query = gen(expr.children[0]);
    const bool any = name == "ANY" || name == "SOME";
    if (name == "ANY" && dialect_ != Dialect::clickhouse) return "ANY :this,(" + query + ")";
    if (any || name == "ALL") return std::string(any ? "ANY" : "ALL") + " :this," + query;
    if (name != "EXISTS" && name != "ARRAY") return std::nullopt;
    return std::string(name) + "(" + query + (notes_safety() ? ",False)" : ")");
}

/// Calls that one argument makes another function of.
std::optional<std::string> GenPrinter::by_argument(const Expr& expr, std::string_view name) {
    const auto& args = expr.children;
    if (name == "SPLITBYCHAR" && !args.empty() && args[0].is(ExprKind::string) && args[0].text.size() != 1)
        return "SPLITBYCHAR(" + list(args) + ")";
    if (name == "INITCAP" && args.size() == 1 && !in_dialects("deghi", dialect_)) {
        // What parts words, as the reference spells it.
        const std::string_view close = notes_safety() ? ",False)" : ")";
        return "INITCAP(" + gen(args[0]) + ",' \t\n\r\f\v!\"#$%&'()*+,\\-./:;<=>?@\\[\\]^_`{|}~'" + std::string(close);
    }
    if (name == "DATE_PART" && args.size() == 2 && args[0].is(ExprKind::string) && in_dialects("cfr", dialect_)) {
        const std::string_view close = notes_safety() ? ",False)" : ")";
        return "EXTRACT(" + args[0].text + "," + gen(args[1]) + std::string(close);
    }
    if (name == "ARRAY" && dialect_ == Dialect::redshift) {
        const bool safety = notes_safety();
        return "ARRAY(" + list(args) + (safety ? ",False)" : ")");
    }
    const bool truncates = (name == "DATE_TRUNC" && in_dialects("bejkl", dialect_)) ||
                           (name == "DATETRUNC" && dialect_ == Dialect::duckdb);
    const bool date = truncates && args.size() == 2 && args[1].is(ExprKind::cast) && args[1].children[1].text == "DATE";
    if (!date || !args[0].is(ExprKind::string) || dialect_ == Dialect::snowflake) return std::nullopt;
    if (args[0].text.size() < 3) refused_ = args[0].text;  // One letter or two stand for a unit.
    return "DATE_TRUNC('" + upper(args[0].text) + "'," + gen(args[1]) + ")";
}

/// BigQuery's REGEXP_EXTRACT of a pattern with one group gives that group.
std::string GenPrinter::grouped_pattern(const Expr& expr) {
    const std::string& pattern = expr.children[1].text;
    int groups = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\')
            ++i;
        else if (pattern[i] == '(')
            ++groups;
        // Groups with a mark, and sets of characters, are left to whoever reads patterns.
        if (i < pattern.size() && (pattern[i] == '[' || pattern.substr(i).starts_with("(?"))) refused_ = pattern;
    }
    if (groups != 1) refused_ = pattern;
    const bool all = iequals(expr.text, "REGEXP_EXTRACT_ALL");
    return (all ? "REGEXP_EXTRACT_ALL(" : "REGEXP_EXTRACT(") + list(expr.children) + (all ? ",1)" : ",1,True)");
}

/// sqlglot says of a CONCAT whether it is safe, but not of the one it makes of 'a' 'b'.
std::string GenPrinter::literals_side_by_side(const std::string& concat, const std::string& args) {
    const std::size_t safe = concat.find(',', concat.find('(') + 1 + args.size());
    const std::size_t next = concat.find(',', safe + 1);
    if (safe == std::string::npos || next == std::string::npos) return concat;
    return concat.substr(0, safe) + concat.substr(next);
}

/// schema.f(x): a function of the user's own, or in BigQuery one of a namespace.
std::string GenPrinter::dotted(const Expr& expr, std::size_t point) {
    Expr last = expr;
    last.text = expr.text.substr(point + 1);
    const std::string space = expr.text.substr(0, point);
    if (dialect_ == Dialect::bigquery && (iequals(space, "SAFE") || iequals(space, "NET")))
        return upper(space) + "_FUNC(" + function(last) + ")";
    if (dialect_ == Dialect::bigquery && iequals(space, "AI")) refused_ = expr.text;
    const TokenList parts = lex(expr.text, dialect_);
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool quoted = parts.kind(i) == TokenKind::quoted_identifier;
        const std::string_view text = parts.text_of(i);
        if (quoted)
            out += "\"" + identifier_text(text, dialect_) + "\"";
        else
            out += i + 1 == parts.size() ? upper(text) : std::string(text);
    }
    return out + "(" + list(expr.children) + ")";
}

/// STRUCT(a, b AS x): fields have the names of their aliases, in Hive's family also of their columns.
std::string GenPrinter::structure(const Expr& expr) {
    const bool named = dialect_ == Dialect::hive || dialect_ == Dialect::spark || dialect_ == Dialect::databricks;
    std::string out;
    for (std::size_t i = 0; i < expr.children.size(); ++i) {
        const Expr& field = expr.children[i];
        std::string name;
        const Expr* value = &field;
        if (field.is(ExprKind::alias)) {
            name = gen_name(field);
            value = &field.children[0];
        } else if (named) {
            const bool column = field.is(ExprKind::column) && field.children.back().is(ExprKind::identifier);
            name = column ? gen_name(field.children.back()) : "col" + std::to_string(i + 1);
        }
        if (i > 0) out += ',';
        out += name.empty() ? gen(field) : "PROPERTYEQ :this," + name + ",:expression," + gen(*value);
    }
    return "STRUCT(" + out + ")";
}

std::string GenPrinter::filled(std::string_view row, const Expr& expr) {
    std::string out;
    const bool remainder = row == "$1 % $2";  // Its operands are put in brackets where they are operations.
    for (std::size_t i = 0; i < row.size(); ++i) {
        const char mark = row[i];
        const bool unit = mark == '%' && i + 2 < row.size() && row[i + 1] >= 'A' && row[i + 1] <= 'P';
        const std::size_t at = unit ? i + 2 : i + 1;
        const bool digit = at < row.size() && row[at] >= '1' && row[at] <= '9';
        if (mark == '$' && at < row.size() && row[at] == '*') {
            out += list(expr.children);
            i = at;
            continue;
        }
        if (!digit || (std::string_view("$^~#@&").find(mark) == std::string_view::npos && !unit)) {
            out += mark;
            continue;
        }
        const std::size_t position = static_cast<std::size_t>(row[at] - '1');
        if (position >= expr.children.size()) return out;
        const Expr& arg = expr.children[position];
        const bool week = (unit || mark == '^') && dialect_ == Dialect::bigquery && arg.is(ExprKind::function) &&
                          iequals(arg.text, "WEEK");
        if (week) {  // WEEK(MONDAY); other units stand in quotes where a row has them
            const bool quoted = out.ends_with("'");
            if (quoted) out.pop_back();
            out += "WEEK_START(" + list(arg.children) + ")";
            i = at + (quoted ? 1 : 0);
            continue;
        }
        const auto word = arg.is(ExprKind::raw) ? std::optional(arg.text) : arg.name();
        if (mark == '$') {
            out += remainder && arg.is(ExprKind::binary) ? "(" + gen(arg) + ")" : gen(arg);
        } else if (mark == '#' && !arg.children.empty()) {
            out += gen(arg.children[0]);
        } else if (mark == '@') {
            out += arg.text;
        } else if (mark == '&') {
            const bool pointer = dialect_ == Dialect::duckdb && arg.is(ExprKind::string) && is_json_pointer(arg.text);
            const auto path = arg.is(ExprKind::string) ? json_path(arg.text, dialect_) : std::nullopt;
            if (!path && !pointer) refused_ = expr.text;
            out += pointer ? gen(arg) : path.value_or("");
        } else if (!word) {
            refused_ = expr.text;
        } else if (mark == '~') {
            out += quoted_format(*word);
        } else {
            out += unit ? full_unit(row[i + 1], *word) : upper(*word);
        }
        i = at;
    }
    return out;
}

}  // namespace towline::sql
