// Calls whose text depends on what their arguments say, not only on what they are: paths into documents, patterns,
// styles, formats.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/expression_parser.h"
#include "sql/function_text.h"
#include "sql/json_path.h"
#include "translate/translator.h"

namespace towline::translate {
namespace {

using sql::Dialect;
using sql::Expr;
using sql::ExprKind;
using Shape = Printed::Shape;

std::string quoted(std::string_view text) { return sql::quote_string(text, Dialect::duckdb); }

bool is_number(const Expr& expr, std::string_view text) { return expr.is(ExprKind::number) && expr.text == text; }

/// `$.a."b c"[0]` of sql/json_path's canonical text.
std::string dotted(std::string_view canonical) {
    constexpr std::string_view kKey = "KEY :this,";
    constexpr std::string_view kElement = "SUBSCRIPT :this,";
    std::string out = "$";
    bool element = false;
    for (const std::string& step : split(std::string(canonical), ",JSONPATH")) {
        if (step == "WILDCARD") out += element ? "[*]" : ".*";
        element = step.starts_with("SUBSCRIPT");
        if (step.starts_with(kElement)) {
            out += "[" + step.substr(kElement.size()) + "]";
        } else if (step.starts_with(kKey)) {
            const std::string name = step.substr(kKey.size());
            out += sql::is_plain_identifier(name) ? "." + name : ".\"" + name + "\"";
        }
    }
    return out;
}

/// Groups of a regular expression that keep what they match.
int groups_of(std::string_view pattern) {
    int count = 0;
    bool set = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\') {
            ++i;
        } else if (c == '[') {
            set = true;
        } else if (c == ']') {
            set = false;
        } else if (c == '(' && !set) {
            const std::string_view next = pattern.substr(i + 1, 3);
            if (!next.starts_with('?') || next == "?P<") ++count;
        }
    }
    return count;
}

/// How a document is looked into: `keys` are given one by one, a `path` in one text, a `key` alone.
enum class Steps : unsigned char { path, keys, key };
struct AccessRow {
    std::string_view name;
    std::string_view dialects;  ///< letters; "" all
    std::string_view open;
    std::string_view between;
    std::string_view close;
    Steps steps = Steps::path;
};
constexpr std::array<AccessRow, 17> kAccess = {{
    {"JSON_EXTRACT", "", "", " -> ", ""},
    {"JSON_EXTRACT_SCALAR", "d", "JSON_VALUE(", ", ", ") ->> '$'"},
    {"JSON_EXTRACT_SCALAR", "", "", " ->> ", ""},
    {"JSON_VALUE", "d", "JSON_VALUE(", ", ", ") ->> '$'"},
    {"JSON_VALUE", "m", "", " ->> ", ""},
    {"JSON_QUERY", "dm", "", " -> ", ""},
    {"JSON_EXTRACT_PATH", "cf", "", " -> ", "", Steps::keys},
    {"JSON_EXTRACT_PATH_TEXT", "cf", "", " ->> ", "", Steps::keys},
    {"JSON_EXTRACT_PATH_TEXT", "", "", " ->> ", ""},
    {"JSONEXTRACTSTRING", "p", "", " ->> ", "", Steps::keys},
    {"GET_JSON_OBJECT", "gh", "", " ->> ", ""},
    {"GET_PATH", "e", "", " -> ", ""},
    {"GET", "e", "", " -> ", "", Steps::key},
    {"JSON_EXTRACT_ARRAY", "d", "CAST(", " -> ", " AS JSON[])"},
    {"JSON_QUERY_ARRAY", "d", "CAST(", " -> ", " AS JSON[])"},
    {"JSON_VALUE_ARRAY", "d", "CAST(", " -> ", " AS TEXT[])"},
    {"JSON_EXTRACT_STRING_ARRAY", "d", "CAST(", " -> ", " AS TEXT[])"},
}};

struct NamedText {
    std::string_view name;
    std::string_view text;
};
constexpr std::array<NamedText, 29> kStyles = {{
    // clang-format off: a table of words
    {"0", "%b %d %Y %-I:%M%p"},     {"1", "%m/%d/%y"},           {"2", "%y.%m.%d"},
    {"3", "%d/%m/%y"},              {"4", "%d.%m.%y"},           {"5", "%d-%m-%y"},
    {"6", "%d %b %y"},              {"7", "%b %d, %y"},          {"8", "%H:%M:%S"},
    {"20", "%Y-%m-%d %H:%M:%S"},    {"21", "%Y-%m-%d %H:%M:%S.%f"}, {"23", "%Y-%m-%d"},
    {"24", "%H:%M:%S"},             {"25", "%Y-%m-%d %H:%M:%S.%f"}, {"100", "%b %d %Y %-I:%M%p"},
    {"101", "%m/%d/%Y"},            {"102", "%Y.%m.%d"},         {"103", "%d/%m/%Y"},
    {"104", "%d.%m.%Y"},            {"105", "%d-%m-%Y"},         {"106", "%d %b %Y"},
    {"107", "%b %d, %Y"},           {"108", "%H:%M:%S"},         {"110", "%m-%d-%Y"},
    {"111", "%Y/%m/%d"},            {"112", "%Y%m%d"},           {"120", "%Y-%m-%d %H:%M:%S"},
    {"121", "%Y-%m-%d %H:%M:%S.%f"}, {"126", "%Y-%m-%dT%H:%M:%S.%f"},
    // clang-format on
}};
// clang-format off: a table of words
constexpr std::array<NamedText, 9> kDateNames = {{{"YEAR", "%Y"}, {"YYYY", "%Y"}, {"MONTH", "%B"}, {"MM", "%B"},
                                                  {"M", "%B"}, {"DAY", "%d"}, {"DD", "%d"}, {"WEEKDAY", "%A"},
                                             // clang-format on
                                             {"DW", "%A"}}};
constexpr std::array<NamedText, 5> kHashes = {
    {{"MD5", "MD5"}, {"SHA", "SHA1"}, {"SHA1", "SHA1"}, {"SHA2_256", "SHA256"}, {"SHA2_512", "SHA256"}}};

/// The value of a text, raw ones too; nothing for what is no literal.
std::optional<std::string> literal_text(const Expr& expr, Dialect dialect) {
    if (expr.is(ExprKind::string)) return expr.text;
    const sql::TokenList tokens = sql::lex(expr.is(ExprKind::raw) ? std::string_view(expr.text) : "", dialect);
    if (tokens.size() != 1 || tokens.kind(0) != sql::TokenKind::string) return std::nullopt;
    return sql::string_value(expr.text, dialect);
}

template <std::size_t N>
std::optional<std::string> named(const std::array<NamedText, N>& rows, std::string_view name) {
    for (const NamedText& row : rows)
        if (row.name == name) return std::string(row.text);
    return std::nullopt;
}

bool has(std::string_view letters, Dialect dialect) {
    return letters.empty() || letters.find(table_letter(dialect)) != std::string_view::npos;
}

}  // namespace

/// The path into a document, as DuckDB reads it.
std::string Translator::path_of(const Expr& step) {
    if (!step.is(ExprKind::string)) return print(step).inside(true);
    if (sql::is_json_pointer(step.text)) return quoted(step.text);
    if (const auto path = sql::json_path(step.text, dialect_)) return quoted(dotted(*path));
    return quoted(step.text.starts_with('$') ? step.text : "$." + step.text);
}

std::optional<Printed> Translator::document_access(const Expr& expr, const std::string& name) {
    const std::vector<Expr>& arguments = expr.children;
    const auto* row = std::find_if(kAccess.begin(), kAccess.end(), [&](const AccessRow& each) {
        return each.name == name && has(each.dialects, dialect_);
    });
    if (row == kAccess.end() || arguments.empty()) return std::nullopt;
    std::string path = "'$'";
    if (arguments.size() > 1 && row->steps == Steps::path) {
        path = path_of(arguments[1]);
    } else if (arguments.size() > 1) {
        const auto keys = sql::json_path_of(arguments, 1, row->steps == Steps::key);
        path = keys ? quoted(dotted(*keys)) : print(arguments[1]).inside(true);
    }
    const std::string document =
        row->open.ends_with("JSON_VALUE(") ? text(arguments[0]) : print(arguments[0]).inside(true);
    const bool call = row->close.ends_with("])");
    return Printed{std::string(row->open) + document + std::string(row->between) + path + std::string(row->close),
                   call ? Shape::atomic : Shape::composed};
}

/// REGEXP_SUBSTR(value, pattern, position, occurrence, flags, group)
std::optional<Printed> Translator::matched(const Expr& expr, const std::string& name) {
    const std::vector<Expr>& arguments = expr.children;
    const bool big = dialect_ == Dialect::bigquery;
    const bool known = (name == "REGEXP_SUBSTR" && has("def", dialect_)) ||
                       (big && (name == "REGEXP_EXTRACT" || name == "REGEXP_EXTRACT_ALL"));
    if (!known || arguments.size() < 2) return std::nullopt;
    std::string value = text(arguments[0]);
    const std::string pattern = text(arguments[1]);
    if (arguments.size() > 2 && !is_number(arguments[2], "1")) {
        value = "SUBSTRING(" + value + ", " + text(arguments[2]) + ")";
        if (dialect_ != Dialect::redshift) value = "NULLIF(" + value + ", '')";
    }
    std::string group;
    const auto literal = literal_text(arguments[1], dialect_);
    if (big && literal && groups_of(*literal) == 1) group = "1";
    if (arguments.size() > 5) group = text(arguments[5]);
    std::string flags;
    if (arguments.size() > 4) {
        if (!arguments[4].is(ExprKind::string)) refuse(name, "with flags that are computed");
        flags = arguments[4].text;
        std::erase(flags, 'e');
    }
    std::string rest = group.empty() && !flags.empty() ? ", 0" : group.empty() ? "" : ", " + group;
    if (!flags.empty()) rest += ", " + quoted(flags);
    if (name == "REGEXP_EXTRACT_ALL") return Printed{"REGEXP_EXTRACT_ALL(" + value + ", " + pattern + rest + ")"};
    if (arguments.size() < 4 || is_number(arguments[3], "1"))
        return Printed{"REGEXP_EXTRACT(" + value + ", " + pattern + rest + ")"};
    return Printed{"ARRAY_EXTRACT(REGEXP_EXTRACT_ALL(" + value + ", " + pattern + rest + "), " + text(arguments[3]) +
                   ")"};
}

/// REGEXP_REPLACE with more than value, pattern and replacement.
std::optional<Printed> Translator::replaced(const Expr& expr, const std::string& name) {
    const std::vector<Expr>& arguments = expr.children;
    if (name != "REGEXP_REPLACE" || arguments.size() < 4 || !has("cef", dialect_)) return std::nullopt;
    std::string value = text(arguments[0]);
    std::string before;
    std::string flags;
    const std::size_t last = dialect_ == Dialect::snowflake ? 5 : dialect_ == Dialect::redshift ? 4 : 3;
    if (arguments.size() > last && arguments[last].is(ExprKind::string)) flags = arguments[last].text;
    if (dialect_ == Dialect::snowflake) {
        if (!is_number(arguments[3], "1")) {
            const auto position = arguments[3].is(ExprKind::number) ? parse_int(arguments[3].text) : std::nullopt;
            if (!position) refuse(name, "from a position that is computed");
            before = "SUBSTRING(" + value + ", 1, " + std::to_string(position.value_or(1) - 1) + ") || ";
            value = "SUBSTRING(" + value + ", " + text(arguments[3]) + ")";
        }
        if (arguments.size() < 5 || is_number(arguments[4], "0")) flags += "g";
    }
    return Printed{before + "REGEXP_REPLACE(" + value + ", " + text(arguments[1]) + ", " + text(arguments[2]) +
                       (flags.empty() ? "" : ", " + quoted(flags)) + ")",
                   before.empty() ? Shape::atomic : Shape::composed};
}

/// DECODE(value, search, result, …, otherwise): NULL is found, too.
std::optional<Printed> Translator::decoded(const Expr& expr, const std::string& name) {
    const std::vector<Expr>& arguments = expr.children;
    if (name != "DECODE" || arguments.size() < 3) return std::nullopt;
    const std::string value = print(arguments[0]).inside(true);
    std::string out = "CASE";
    std::size_t i = 1;
    for (; i + 1 < arguments.size(); i += 2) {
        const Expr& search = arguments[i];
        const std::string wanted = print(search).inside(true);
        const bool literal = search.is(ExprKind::string) || search.is(ExprKind::number);
        std::string condition = value + " = " + wanted;
        if (search.is(ExprKind::null))
            condition = value + " IS NULL";
        else if (!literal)
            condition += " OR (" + value + " IS NULL AND " + wanted + " IS NULL)";
        out += " WHEN " + condition + " THEN " + text(arguments[i + 1]);
    }
    if (i < arguments.size()) out += " ELSE " + text(arguments[i]);
    return Printed{out + " END"};
}

/// CONVERT(VARCHAR(10), value, 120)
std::optional<Printed> Translator::styled(const Expr& expr) {
    const Expr& type = expr.children[0];
    const auto format = named(kStyles, expr.children[2].text);
    const std::string value = text(expr.children[1]);
    const std::string_view to = type.text;
    const bool words = to.ends_with("CHAR") || to == "TEXT";
    const bool date = to == "DATE";
    if (!words && !date && !to.starts_with("DATETIME") && !to.starts_with("TIMESTAMP"))
        return Printed{"TRY_CAST(" + value + " AS " + type_text(type) + ")"};
    if (!format) {
        refuse("CONVERT", "with this style");
        return Printed{};
    }
    const std::string how = quoted(sql::own_format(*format, Dialect::duckdb));
    if (words) return Printed{"TRY_CAST(STRFTIME(" + value + ", " + how + ") AS " + type_text(type) + ")"};
    const std::string moment = "STRPTIME(" + value + ", " + how + ")";
    return Printed{date ? "CAST(" + moment + " AS DATE)" : moment};
}

/// Functions of T-SQL and MySQL that a word or a format decides.
std::optional<Printed> Translator::formatted(const Expr& expr, const std::string& name) {
    const std::vector<Expr>& arguments = expr.children;
    if (arguments.size() < 2) return std::nullopt;
    const bool transact = has("m", dialect_);
    if (transact && name == "HASHBYTES") {
        const auto hash = named(kHashes, upper(arguments[0].text));
        if (hash) return Printed{*hash + "(" + text(arguments[1]) + ")"};
    }
    if (transact && name == "DATENAME") {
        const auto format = named(kDateNames, upper(arguments[0].name().value_or(arguments[0].text)));
        if (!format) refuse(name, "of this part");
        return Printed{"STRFTIME(CAST(" + text(arguments[1]) + " AS TIMESTAMP), " + quoted(format.value_or("")) + ")"};
    }
    if (has("c", dialect_) && name == "FORMAT" && arguments[0].is(ExprKind::string) && arguments[0].text == "%s")
        return Printed{"FORMAT('{}', " + list(arguments, 1) + ")"};
    if (!arguments[1].is(ExprKind::string)) return std::nullopt;
    const std::string& format = arguments[1].text;
    if (name == "TO_DATE" && has("egh", dialect_) && sql::neutral_format(format, dialect_) == "%Y-%m-%d") {
        Expr plain = expr;  // the format that is read without being named
        plain.children.pop_back();
        return print(plain);
    }
    if (transact && name == "FORMAT") {
        const bool moment = format.size() > 1 && format.find_first_of("dDmMyYhHsS") != std::string::npos;
        if (!moment && format != "d") refuse(name, "of numbers or by one letter");
        const std::string neutral = format == "d" ? "%m/%d/%Y" : sql::neutral_format(format, dialect_);
        return Printed{"STRFTIME(" + text(arguments[0]) + ", " + quoted(sql::own_format(neutral, Dialect::duckdb)) +
                       ")"};
    }
    if (name == "STR_TO_DATE" && has("o", dialect_)) {
        constexpr std::string_view kTimes = "fHhIiklprSsT";
        bool timed = false;
        for (std::size_t i = 0; i + 1 < format.size(); ++i)
            timed = timed || (format[i] == '%' && kTimes.find(format[i + 1]) != std::string_view::npos);
        const std::string neutral = sql::neutral_format(format, dialect_);
        const std::string moment =
            "STRPTIME(" + text(arguments[0]) + ", " + quoted(sql::own_format(neutral, Dialect::duckdb)) + ")";
        return Printed{timed ? moment : "CAST(" + moment + " AS DATE)"};
    }
    return std::nullopt;
}

/// TO_NUMBER(value, precision, scale) of Snowflake.
std::optional<Printed> Translator::to_number(const Expr& expr, const std::string& name) {
    static constexpr std::array<std::string_view, 6> kNames = {"TO_NUMBER",     "TO_DECIMAL",     "TO_NUMERIC",
                                                               "TRY_TO_NUMBER", "TRY_TO_DECIMAL", "TRY_TO_NUMERIC"};
    const std::vector<Expr>& arguments = expr.children;
    const bool known = has("e", dialect_) && arguments.size() == 3 && arguments[1].is(ExprKind::number) &&
                       arguments[2].is(ExprKind::number) &&
                       std::find(kNames.begin(), kNames.end(), name) != kNames.end();
    if (!known) return std::nullopt;
    return Printed{"CAST(" + text(arguments[0]) + " AS DECIMAL(" + list(arguments, 1) + "))"};
}

/// FIRST_VALUE(value, TRUE) of Spark leaves NULL out.
std::optional<Printed> Translator::without_nulls(const Expr& expr, const std::string& name) {
    static constexpr std::array<std::string_view, 5> kNames = {"FIRST", "LAST", "FIRST_VALUE", "LAST_VALUE",
                                                               "ANY_VALUE"};
    const bool known = has("gh", dialect_) && expr.children.size() == 2 && expr.children[1].is(ExprKind::boolean) &&
                       std::find(kNames.begin(), kNames.end(), name) != kNames.end();
    if (!known) return std::nullopt;
    Expr plain = expr;
    plain.children.pop_back();
    if (!iequals(expr.children[1].text, "TRUE")) return print(plain);
    if (name == "FIRST") return Printed{"ANY_VALUE(" + text(expr.children[0]) + ")"};
    Expr ignoring;
    ignoring.kind = ExprKind::clause;
    ignoring.text = "IGNORENULLS";
    Expr part;
    part.kind = ExprKind::keyword_argument;
    part.text = "this";
    part.children.push_back(std::move(plain));
    ignoring.children.push_back(std::move(part));
    return print(ignoring);
}

std::optional<Printed> Translator::structure_call(const Expr& expr, const std::string& name) {
    const std::vector<Expr>& arguments = expr.children;
    if ((name == "ROW" && has("j", dialect_)) || (name == "TUPLE" && has("p", dialect_)))
        return Printed{struct_of(arguments)};
    if (name != "NAMED_STRUCT" || !has("gh", dialect_) || arguments.size() % 2 != 0) return std::nullopt;
    std::string out = "{";
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        if (!arguments[i].is(ExprKind::string)) refuse(name, "with names that are computed");
        out += (i > 0 ? ", " : "") + text(arguments[i]) + ": " + text(arguments[i + 1]);
    }
    return Printed{out + "}"};
}

std::optional<Printed> Translator::by_value(const Expr& expr, const std::string& name) {
    const std::vector<Expr>& arguments = expr.children;
    const bool clickhouse = has("p", dialect_);
    if (clickhouse && name == "ANY" && arguments.size() == 1 && !arguments[0].is(ExprKind::subquery))
        return Printed{"ANY_VALUE(" + text(arguments[0]) + ")"};
    if (clickhouse && name == "POSITION" && arguments.size() == 2) return Printed{"STRPOS(" + list(arguments) + ")"};
    for (auto rule :
         {&Translator::document_access, &Translator::matched, &Translator::replaced, &Translator::decoded,
          &Translator::formatted, &Translator::to_number, &Translator::without_nulls, &Translator::structure_call})
        if (auto made = (this->*rule)(expr, name)) return made;
    return std::nullopt;
}

/// GROUP_CONCAT(a ORDER BY b SEPARATOR ';'), which the parser of expressions keeps as text.
std::optional<Printed> Translator::concatenated(const Expr& raw) {
    const sql::TokenList tokens = sql::lex(raw.text, dialect_);
    const std::size_t end = tokens.size();
    const bool shaped = end > 4 && tokens.is_word(0, "GROUP_CONCAT") && tokens.is_symbol(1, "(") &&
                        tokens.closing(1) + 1 == end && tokens.is_word(end - 3, "SEPARATOR") &&
                        tokens.kind(end - 2) == sql::TokenKind::string;
    if (!shaped) return std::nullopt;
    const std::string head = raw.text.substr(0, tokens[end - 4].span.end) + ")";
    auto call = sql::parse_expression(head, dialect_);
    if (!call || !call->is(ExprKind::function) || call->children.size() != 1) return std::nullopt;
    call->text = "LISTAGG";
    call->children.push_back(sql::string_literal(sql::string_value(tokens.text_of(end - 2), dialect_)));
    return print(*call);
}

/// ARRAY<INT64>[1, 2] and STRUCT<a INT64>(1) of BigQuery.
std::optional<Printed> Translator::constructed(const Expr& raw) {
    const sql::TokenList tokens = sql::lex(raw.text, dialect_);
    const bool array = tokens.is_word(0, "ARRAY");
    if ((!array && !tokens.is_word(0, "STRUCT")) || !tokens.is_symbol(1, "<")) return std::nullopt;
    std::size_t at = 0;
    const auto type = sql::parse_type_at(tokens, at);
    const bool open = type && tokens.is_symbol(at, array ? "[" : "(") && tokens.closing(at) + 1 == tokens.size();
    if (!open) return std::nullopt;
    const auto values = sql::parse_expression(raw.text.substr(tokens.offset_of(at)), dialect_);
    if (!values) return std::nullopt;
    const std::string inner = array ? text(*values) : "ROW(" + list(values->children) + ")";
    return Printed{"CAST(" + inner + " AS " + type_text(*type) + ")"};
}

/// quantile(0.9)(x)
std::optional<Printed> Translator::parameterized(const Expr& expr) {
    const Expr* call = part_of(expr, "this");
    if (call == nullptr || !iequals(call->text, "QUANTILE") || call->children.size() != 1) return std::nullopt;
    for (const Expr& part : expr.children)
        if (part.text == "params" && part.children.size() == 1)
            return Printed{"QUANTILE(" + text(part.children[0]) + ", " + text(call->children[0]) + ")"};
    return std::nullopt;
}

}  // namespace towline::translate
