// JSON operators, subscripts, clauses of aggregates and calls with words in sqlglot's `gen`.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/function_text.h"
#include "sql/gen_printer.h"
#include "sql/json_path.h"

namespace towline::sql {
namespace {

/// Dialects whose JSON arrows take a key or an index, no path.
constexpr std::string_view kKeyArrows = "cfr";

/// The clauses that stand behind the brackets of a call.
bool continues(std::string_view clause) {
    return clause == "WINDOW" || clause == "FILTER" || clause == "WITHINGROUP" || clause == "IGNORENULLS" ||
           clause == "RESPECTNULLS";
}

}  // namespace

/// PostgreSQL's arrows take one key; those of the others a path.
std::string GenPrinter::json_operator(const Expr& expr) {
    const Expr& path = expr.children[1];
    const bool scalar = expr.text.ends_with(">>");
    const std::string safety = notes_safety() ? ",False)" : ")";
    const std::string document = inner(expr.children[0]);
    if (expr.text.starts_with("#"))
        return (scalar ? "JSONB_EXTRACT_SCALAR(" : "JSONB_EXTRACT(") + document + "," + gen(path) + safety;
    const std::string open = (scalar ? "JSON_EXTRACT_SCALAR(" : "JSON_EXTRACT(") + document + ",";
    if (in_dialects(kKeyArrows, dialect_)) {
        const auto keys = json_path_of(expr.children, 1, true);
        return keys ? open + *keys + ",True" + safety : open + gen(path) + safety;
    }
    std::string where = gen(path);
    const bool pointer = dialect_ == Dialect::duckdb && path.is(ExprKind::string) && is_json_pointer(path.text);
    if ((path.is(ExprKind::string) || path.is(ExprKind::number)) && !pointer) {
        const auto known = json_path(path.is(ExprKind::number) ? "[" + path.text + "]" : path.text, dialect_);
        if (!known) refused_ = path.text;
        where = known.value_or(where);
    }
    const std::string_view only_scalars = dialect_ == Dialect::bigquery ? ",True" : ",False";
    return open + where + ",False" + (scalar ? std::string(only_scalars) : "") + safety;
}

/// Functions whose keys are given one by one.
std::optional<std::string> GenPrinter::json_function(const Expr& expr, std::string_view name) {
    const bool clickhouse = dialect_ == Dialect::clickhouse && expr.text == "JSONExtractString";
    const bool path = name == "JSON_EXTRACT_PATH" || name == "JSON_EXTRACT_PATH_TEXT";
    if (!clickhouse && !(path && in_dialects(kKeyArrows, dialect_))) return std::nullopt;
    const auto keys = json_path_of(expr.children, 1, false, clickhouse ? 1 : 0);
    if (expr.children.size() < 2 || !keys) {
        refused_ = expr.text;
        return gen(expr.children.empty() ? Expr() : expr.children[0]);
    }
    return (name == "JSON_EXTRACT_PATH" ? "JSON_EXTRACT(" : "JSON_EXTRACT_SCALAR(") + gen(expr.children[0]) + "," +
           *keys + ",False" + (notes_safety() ? ",False)" : ")");
}

/// POSITION(a IN b), TRIM(LEADING 'x' FROM a), SUBSTRING(a FROM 1 FOR 2).
std::string GenPrinter::worded(const Expr& expr, std::string_view name) {
    const std::string close = notes_safety() ? ",False)" : ")";
    std::string side;
    std::vector<std::pair<std::string, std::string>> values;  // The word before a value, and the value.
    std::string before;
    bool swapped = false;
    for (const Expr& part : expr.children) {
        if (!part.is(ExprKind::word)) {
            values.emplace_back(before, gen(part));
        } else if (name == "TRIM" && part.text == ",") {
            swapped = true;  // the text comes first there
        } else if (name == "TRIM" && part.text != "FROM") {
            side = part.text;
        }
        before = part.is(ExprKind::word) ? part.text : "";
    }
    if (name == "POSITION" && values.size() == 2) {
        const char* clamped = dialect_ == Dialect::snowflake ? ",True" : "";
        return "STR_POSITION(" + values[1].second + "," + values[0].second + clamped + close;
    }
    if (swapped && values.size() == 2) std::swap(values[0], values[1]);
    if (name == "TRIM" && !values.empty() && values.size() <= 2) {
        const std::string characters = values.size() == 2 ? "," + values[0].second : "";
        return "TRIM(" + values.back().second + (side.empty() ? "" : "," + side) + characters + close;
    }
    if (name == "SUBSTRING" && values.size() == 2 && values[1].first == "FOR")
        return "SUBSTRING(" + values[0].second + ",1," + values[1].second + close;
    if (name == "SUBSTRING" && (values.size() == 2 || (values.size() == 3 && values[1].first == "FROM")))
        return "SUBSTRING(" + values[0].second + "," + values[1].second +
               (values.size() == 3 ? "," + values[2].second : "") + close;
    refused_ = expr.text;
    return {};
}

/// groupArray(10)(a)
std::string GenPrinter::parameterised(const Expr& expr) {
    const Expr& call = expr.children[0].children[0];
    const std::vector<Expr>& arguments = expr.children[1].children;
    const std::string inside = list(call.children);
    const bool quantile = iequals(call.text, "QUANTILE") || iequals(call.text, "MEDIAN");
    if (quantile && !arguments.empty() && call.children.size() == 1)
        return "QUANTILE(" + gen(arguments[0]) + "," + inside + ")";
    const auto suffixes = aggregate_suffixes(call.text);
    if (!suffixes || is_known_aggregate(call.text)) refused_ = call.text;
    const std::string name = suffixes.value_or(0) > 0 ? "COMBINED_PARAMETERIZED_AGG(" : "PARAMETERIZED_AGG(";
    return name + call.text + "," + inside + "," + list(arguments) + ")";
}

/// sumIf(a, b): aggregates that only ClickHouse has, in its spelling.
std::optional<std::string> GenPrinter::clickhouse_aggregate(const Expr& expr) {
    if (dialect_ != Dialect::clickhouse) return std::nullopt;
    const auto suffixes = aggregate_suffixes(expr.text);
    const bool counts = expr.text == "countIf" && expr.children.size() > 1;
    if (!suffixes || (is_known_aggregate(expr.text) && !counts)) return std::nullopt;
    return (*suffixes > 0 ? "COMBINED_AGG_FUNC(" : "ANONYMOUS_AGG_FUNC(") + expr.text + "," + list(expr.children) + ")";
}

namespace {

/// Snowflake's FIRST_VALUE and its like are of all rows of the partition unless a frame is told.
bool has_default_frame(const Expr& window) {
    const Expr* called = &window.children.front();
    while (!called->children.empty() && !called->is(ExprKind::function)) called = &called->children.front();
    const std::string name = upper(called->text);
    return called->is(ExprKind::function) && (name == "FIRST_VALUE" || name == "LAST_VALUE" || name == "NTH_VALUE");
}

}  // namespace

std::string GenPrinter::clause(const Expr& expr) {
    if (expr.text == "PARAMETERIZEDAGG") return parameterised(expr);
    if (expr.text == "COMPREHENSION") refused_ = expr.text;
    if (expr.text == "TOMAP") {
        std::string pairs;
        for (const Expr& pair : expr.children)
            pairs += (pairs.empty() ? "" : ",") + std::string("PROPERTYEQ :this,") + gen(pair.children[0]) +
                     ",:expression," + gen(pair.children[1]);
        return "TO_MAP(STRUCT(" + pairs + "))";
    }
    std::string out;
    bool framed = dialect_ != Dialect::snowflake || expr.text != "WINDOW" || !has_default_frame(expr);
    for (const Expr& part : expr.children) {
        if (part.children.empty()) continue;
        framed = framed || part.text == "spec";
        if (!framed && (part.text == "alias" || part.text == "over")) {
            out +=
                ",:spec,WINDOWSPEC :kind,ROWS,:start,UNBOUNDED,:start_side,PRECEDING,:end,UNBOUNDED,"
                ":end_side,FOLLOWING";
            framed = true;
        }
        out += out.empty() ? " :" : ",:";
        continued_ = part.text == "this" && continues(expr.text);
        out += part.text + "," + list(part.children);
        continued_ = false;
    }
    return expr.text + out;
}

/// The text of an element's number. BigQuery names the counting, OFFSET(0) or ORDINAL(1), which the text does not show.
/// Where the first is one, the reference subtracts one from what it knows to be a whole number, unless it knows that
/// the value is no array.
std::string GenPrinter::element(const Expr& expr, const Expr& item) {
    const auto number_of = [](const Expr& text) -> std::optional<std::int64_t> {
        if (text.is(ExprKind::number)) return parse_int(text.text);
        const bool negative = text.is(ExprKind::unary) && text.text == "-";
        if (!negative || !text.children[0].is(ExprKind::number)) return std::nullopt;
        const auto value = parse_int(text.children[0].text);
        return value ? std::optional(-*value) : std::nullopt;
    };
    const std::string name = item.is(ExprKind::function) ? upper(item.text) : std::string();
    static constexpr std::array<std::string_view, 4> kCounts = {"OFFSET", "ORDINAL", "SAFE_OFFSET", "SAFE_ORDINAL"};
    const bool call = dialect_ == Dialect::bigquery && item.is(ExprKind::function) && item.children.size() == 1;
    if (call && std::find(kCounts.begin(), kCounts.end(), name) != kCounts.end()) {
        // Of an array that is written out, a named count takes the mark away.
        if (expr.children[0].is(ExprKind::array)) refused_ = item.text;
        return gen(item.children[0]);
    }
    const bool one = expr.children.size() == 2 && !item.is(ExprKind::clause);
    if (!one || !facts(dialect_).counts_from_one) return gen(item);
    const Expr& value = expr.children[0];
    static constexpr std::array<std::string_view, 13> kArrays = {
        "SPLIT",   "STRING_SPLIT", "STR_SPLIT", "STRING_TO_ARRAY", "REGEXP_EXTRACT_ALL", "ARRAY_AGG",      "LIST",
        "MAP_AGG", "LIST_SORT",    "COALESCE",  "SPLITBYCHAR",     "JSON_EXTRACT",       "STR_SPLIT_REGEX"};
    const bool array = std::find(kArrays.begin(), kArrays.end(), upper(value.text)) != kArrays.end();
    if (value.is(ExprKind::clause)) refused_ = value.text;
    if (value.is(ExprKind::string) || value.is(ExprKind::structure)) return gen(item);
    if (value.is(ExprKind::cast) && value.children[1].text != "ARRAY") return gen(item);
    const auto number = number_of(item);
    if (!number && !item.is(ExprKind::column) && !item.is(ExprKind::string)) refused_ = expr.text;
    if (value.is(ExprKind::function) && !array) refused_ = value.text;
    return number ? std::to_string(*number - 1) : gen(item);
}

/// value[i, …]
std::string GenPrinter::subscript(const Expr& expr) {
    const std::string value = inner(expr.children[0]);
    if (grammar(dialect_) == Dialect::tsql) refused_ = value + "[";  // An alias in brackets.
    std::string out = value + "[";
    for (std::size_t i = 1; i < expr.children.size(); ++i) out += (i > 1 ? "," : "") + element(expr, expr.children[i]);
    return out + "]";
}

}  // namespace towline::sql
