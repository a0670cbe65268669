// Calls: by the rows of functions.txt, or by hand where arguments are more than values.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/expression_parser.h"
#include "sql/function_text.h"
#include "translate/translator.h"

namespace towline::translate {
namespace {

using sql::Dialect;
using sql::Expr;
using sql::ExprKind;
using Shape = Printed::Shape;

std::string quoted(std::string_view text) { return sql::quote_string(text, Dialect::duckdb); }

/// The letter of a type in the signatures of functions.txt.
char letter_of(std::string_view type) {
    struct Row {
        std::string_view type;
        char letter;
    };
    static constexpr std::array<Row, 46> kRows = {{
        {"TINYINT", 'I'},      {"SMALLINT", 'I'},     {"INT", 'I'},          {"BIGINT", 'I'},
        {"INT128", 'I'},       {"UTINYINT", 'I'},     {"USMALLINT", 'I'},    {"UINT", 'I'},
        {"UBIGINT", 'I'},      {"MEDIUMINT", 'I'},    {"FLOAT", 'F'},        {"DOUBLE", 'F'},
        {"DECIMAL", 'N'},      {"BIGDECIMAL", 'N'},   {"MONEY", 'N'},        {"VARCHAR", 'V'},
        {"TEXT", 'V'},         {"CHAR", 'V'},         {"NCHAR", 'V'},        {"NVARCHAR", 'V'},
        {"NAME", 'V'},         {"DATE", 'D'},         {"DATE32", 'D'},       {"TIMESTAMP", 'T'},
        {"DATETIME", 'T'},     {"DATETIME2", 'T'},    {"TIMESTAMPNTZ", 'T'}, {"SMALLDATETIME", 'T'},
        {"TIMESTAMP_S", 'T'},  {"TIMESTAMP_MS", 'T'}, {"TIMESTAMP_NS", 'T'}, {"TIMESTAMPTZ", 'Z'},
        {"TIMESTAMPLTZ", 'Z'}, {"TIME", 't'},         {"TIMETZ", 't'},       {"BOOLEAN", 'B'},
        {"ARRAY", 'A'},        {"LIST", 'A'},         {"JSON", 'J'},         {"JSONB", 'J'},
        {"VARIANT", 'J'},      {"SUPER", 'J'},        {"BINARY", 'X'},       {"VARBINARY", 'X'},
        {"STRUCT", 'S'},       {"MAP", 'M'},
    }};
    for (const Row& row : kRows)
        if (row.type == type) return row.letter;
    return 'c';
}

/// Words that a unit of time may be where no table of the dialect says more.
std::optional<std::string> plain_unit(std::string_view word) {
    static constexpr std::array<std::string_view, 32> kUnits = {
        "YEAR",         "QUARTER",      "MONTH",        "WEEK",          "DAY",        "HOUR",       "MINUTE",
        "SECOND",       "ISOWEEK",      "MILLISECOND",  "MICROSECOND",   "NANOSECOND", "ISOYEAR",    "DAYOFWEEK",
        "DAYOFYEAR",    "DAYOFMONTH",   "EPOCH",        "DOW",           "DOY",        "ISODOW",     "WEEKISO",
        "DAYOFWEEKISO", "DECADE",       "CENTURY",      "DATE",          "TIME",       "WEEKOFYEAR", "YEAROFWEEK",
        "EPOCH_SECOND", "WEEK(MONDAY)", "WEEK(SUNDAY)", "WEEK(SATURDAY)"};
    std::string folded = upper(word);
    if (std::find(kUnits.begin(), kUnits.end(), folded) != kUnits.end()) return folded;
    if (!folded.empty() && folded.back() == 'S') folded.pop_back();
    if (std::find(kUnits.begin(), kUnits.end(), folded) != kUnits.end()) return folded;
    return std::nullopt;
}

/// What stands for the ends of lines in functions.txt, which has one row a line.
struct Break {
    std::string_view mark;
    std::string_view text;
};
constexpr std::array<Break, 2> kBreaks = {{{"\xE2\x90\xA4", "\n"}, {"\xE2\x90\x8D", "\r"}}};

/// The value inside DISTINCT, ORDER BY and their like.
const Expr& value_of(const Expr& argument) {
    const Expr* out = &argument;
    while ((out->is(ExprKind::clause) || (out->is(ExprKind::unary) && out->text == "DISTINCT")) &&
           !out->children.empty()) {
        const Expr* inner = out->is(ExprKind::unary) ? &out->children.front() : part_of(*out, "this");
        if (inner == nullptr) break;
        out = inner;
    }
    return *out;
}

/// The word of a unit as an argument has it; "" if it can be none.
std::string unit_word(const Expr& argument) {
    if (argument.is(ExprKind::raw) || argument.is(ExprKind::string)) return argument.text;
    if (argument.is(ExprKind::word)) return argument.text;
    if (argument.is(ExprKind::function) && argument.children.empty()) return argument.text;
    if (argument.is(ExprKind::column)) return argument.name().value_or("");
    if (argument.is(ExprKind::function) && iequals(argument.text, "WEEK") && argument.children.size() == 1)
        return "WEEK(" + upper(argument.children[0].text) + ")";
    return {};
}

/// True if brackets, commas or nothing stand on both sides of a place in a template.
bool stands_alone(std::string_view before, std::string_view after) {
    while (before.ends_with(' ')) before.remove_suffix(1);
    while (after.starts_with(' ')) after.remove_prefix(1);
    const bool left = before.empty() || std::string_view("(,[{:").find(before.back()) != std::string_view::npos;
    const bool right = after.empty() || std::string_view("),]}").find(after.front()) != std::string_view::npos ||
                       after.starts_with("AS ") || after.starts_with("ORDER BY ");
    const bool condition = before.ends_with("WHEN") && after.starts_with("THEN");
    return condition || (left && right);
}

}  // namespace

char Translator::kind_of(const Expr& expr) {
    const Expr& value = value_of(expr);
    if (value.is(ExprKind::string)) return 's';
    if (value.is(ExprKind::number)) return value.text == "0" ? 'z' : value.text == "1" ? 'o' : 'n';
    if (value.is(ExprKind::interval)) return 'i';
    if (value.is(ExprKind::cast)) return letter_of(value.children[1].text);
    const Expr* type = type_of(value);
    return type == nullptr ? 'c' : letter_of(type->text);
}

std::vector<ArgumentKind> Translator::kinds_of(const Expr& call, const std::vector<Expr>& arguments) {
    std::vector<ArgumentKind> out;
    const auto canonical = sql::function_row(call, dialect_);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        ArgumentKind made;
        made.kind = kind_of(arguments[i]);
        if (const std::string word = unit_word(arguments[i]); !word.empty()) {
            const auto known = canonical ? sql::unit_of_argument(*canonical, i, word) : std::nullopt;
            if (known) made.unit = replace_all(known->substr(0, known->find(',')), "WEEK_START(", "WEEK(");
            if (!made.unit || !plain_unit(*made.unit)) {
                // The dialect's table of short names, or plain English.
                const std::string full = sql::full_unit('A', word);
                made.unit = plain_unit(word) ? plain_unit(word) : plain_unit(full);
            }
        }
        out.push_back(std::move(made));
    }
    return out;
}

Printed Translator::filled(std::string_view row, const std::vector<Expr>& arguments,
                           const std::vector<ArgumentKind>& kinds) {
    std::string out;
    const auto argument = [&](char digit) -> std::size_t {
        const auto at = static_cast<std::size_t>(digit - '1');
        if (at < arguments.size()) return at;
        refuse(row);
        return 0;
    };
    if (row == "$1") return print(arguments[0]);
    for (std::size_t i = 0; i < row.size() && !refusal_; ++i) {
        const char mark = row[i];
        const bool bare = mark == '#' && i + 1 < row.size() && row[i + 1] == '#';
        const std::size_t digit = i + (bare ? 2 : 1);
        const char next = digit < row.size() ? row[digit] : ' ';
        if (mark == '$' && (next == '*' || next == '|')) {
            std::vector<std::string> texts;
            for (const Expr& value : arguments) texts.push_back(next == '*' ? text(value) : print(value).inside(true));
            out += join(texts, next == '*' ? ", " : " || ");
            i = digit;
            continue;
        }
        if (std::string_view("$%~&#@").find(mark) == std::string_view::npos || next < '1' || next > '9') {
            out += mark;
            continue;
        }
        const std::size_t at = argument(next);
        const Expr& value = arguments[at];
        i = digit;
        if (mark == '$') {
            // DISTINCT stands with the aggregate alone, not where its value is looked at again.
            const bool again = row.substr(0, digit - 1).find(row.substr(digit - 1, 2)) != std::string_view::npos;
            const Printed printed = print(again ? value_of(value) : value);
            const bool alone = stands_alone(row.substr(0, digit - 1), row.substr(digit + 1));
            out += alone ? printed.text : printed.inside(true);
        } else if (mark == '%') {
            out += kinds[at].unit.value_or("");
        } else if (mark == '~') {
            out += quoted(sql::own_format(sql::neutral_format(value.text, dialect_), Dialect::duckdb));
        } else if (mark == '&') {
            out += quoted(value.text.starts_with('$') ? value.text : "$." + value.text);
        } else if (mark == '#') {
            const std::string number = value.children.empty() ? std::string() : value.children[0].text;
            out += bare ? number : quoted(number);
        } else {
            out += value.text;
        }
    }
    if (row.find(kBreaks[0].mark) != std::string_view::npos)
        for (const Break& each : kBreaks) out = replace_all(out, each.mark, each.text);
    const bool plain = out.find_first_of(" (") == std::string::npos;
    const bool whole_case = out.starts_with("CASE ") && out.ends_with(" END") && out.find(" END ") == std::string::npos;
    const bool atomic = plain || is_single_call(out) || whole_case || out.starts_with("{") || out.starts_with("[");
    return {out, atomic ? Shape::atomic : Shape::composed};
}

bool is_single_call(std::string_view text) {
    const sql::TokenList tokens = sql::lex(text, Dialect::duckdb);
    if (tokens.size() < 3 || tokens.kind(0) != sql::TokenKind::word || !tokens.is_symbol(1, "(")) return false;
    std::size_t last = tokens.closing(1);
    if (tokens.is_word(last + 1, "FILTER") && tokens.is_symbol(last + 2, "(")) last = tokens.closing(last + 2);
    return last + 1 == tokens.size() && !tokens.is_word(0, "CASE");
}

Printed Translator::by_row(const Expr& expr, const std::string& name, const std::vector<Expr>& arguments) {
    const auto kinds = kinds_of(expr, arguments);
    const FunctionRow row = function_row(name, kinds, dialect_);
    if (row.search == RowSearch::found) return filled(row.text, arguments, kinds);
    if (row.search == RowSearch::refused) {
        refuse(expr.text + "()", "with these arguments");
        return {};
    }
    const bool dotted = name.find_first_of(".\"`[") != std::string::npos;
    if (dotted && dialect_ != Dialect::duckdb) {
        refuse(expr.text + "()");
        return {};
    }
    return {name + "(" + list(arguments) + ")"};
}

/// STRUCT(a, b AS c)
std::string Translator::struct_of(const std::vector<Expr>& fields) {
    std::string out = "{";
    int unnamed = 0;
    for (const Expr& field : fields) {
        const bool aliased = field.is(ExprKind::alias);
        const bool column = field.is(ExprKind::column);
        const bool spark = table_letter(dialect_) == 'g' || table_letter(dialect_) == 'h';
        std::string name = spark ? "col" + std::to_string(unnamed + 1) : "_" + std::to_string(unnamed);
        if (aliased) name = field.text;
        if (column) name = field.children.back().text;
        if (column && field.children.back().is(ExprKind::star)) refuse("STRUCT(*)");
        ++unnamed;
        out += (out.size() > 1 ? ", " : "") + quoted(sql::normalize_identifier(name, false, dialect_)) + ": " +
               (aliased ? text(field.children[0]) : text(field));
    }
    return out + "}";
}

/// COUNT(DISTINCT a, b) counts no row with a NULL.
std::string Translator::counted(const Expr& distinct) {
    std::string out = "COUNT(DISTINCT CASE";
    for (const Expr& value : distinct.children) out += " WHEN " + print(value).inside(true) + " IS NULL THEN NULL";
    return out + " ELSE (" + list(distinct.children) + ") END)";
}

/// POSITION(a IN b), SUBSTRING(a FROM b FOR c), TRIM(LEADING a FROM b)
std::string Translator::worded(const Expr& expr, const std::string& name) {
    std::vector<std::string> values;
    std::string side;
    bool only_for = false;
    for (const Expr& part : expr.children) {
        if (!part.is(ExprKind::word)) {
            values.push_back(text(part));
        } else if (part.text == "LEADING" || part.text == "TRAILING") {
            side = part.text;
        } else if (part.text == "FOR" && values.size() == 1) {
            only_for = true;
        }
    }
    if (name == "POSITION" && values.size() == 2) return "STRPOS(" + values[1] + ", " + values[0] + ")";
    if (name == "SUBSTRING" && only_for) values.insert(values.begin() + 1, "1");
    if (name == "SUBSTRING") return "SUBSTRING(" + join(values, ", ") + ")";
    const std::string trim = side == "LEADING" ? "LTRIM(" : side == "TRAILING" ? "RTRIM(" : "TRIM(";
    if (name == "TRIM" && values.size() == 2) return trim + values[1] + ", " + values[0] + ")";
    if (name == "TRIM" && values.size() == 1) return trim + values[0] + ")";
    refuse(name);
    return {};
}

/// Calls that the rows do not hold.
std::optional<Printed> Translator::special(const Expr& expr, const std::string& name) {
    const auto& arguments = expr.children;
    const bool words =
        std::any_of(arguments.begin(), arguments.end(), [](const Expr& child) { return child.is(ExprKind::word); });
    if (words) return Printed{worded(expr, name)};
    if (auto made = by_value(expr, name)) return made;
    if (name == "CONCAT" && expr.quoted) {  // 'a' 'b'
        std::vector<std::string> texts;
        for (const Expr& piece : arguments) texts.push_back(text(piece));
        return Printed{join(texts, " || "), Shape::composed};
    }
    const bool query = arguments.size() == 1 && arguments[0].is(ExprKind::subquery);
    if (query && (name == "EXISTS" || name == "ARRAY" || name == "ANY" || name == "ALL" || name == "SOME"))
        return Printed{name + subquery(arguments[0])};
    if (name == "ANY" || name == "ALL" || name == "SOME" || name == "ROW")
        return Printed{name + "(" + list(arguments) + ")"};
    if (name == "ARRAY") return Printed{"[" + list(arguments) + "]"};
    if (name == "STRUCT" && dialect_ != Dialect::duckdb) return Printed{struct_of(arguments)};
    if (name == "POSITION" && arguments.size() == 2)
        return Printed{"STRPOS(" + text(arguments[1]) + ", " + text(arguments[0]) + ")"};
    if (name == "TRIM") return Printed{"TRIM(" + list(arguments) + ")"};
    if ((name == "CONVERT" || name == "TRY_CONVERT") && arguments.size() == 2 && arguments[0].is(ExprKind::data_type))
        return Printed{"TRY_CAST(" + text(arguments[1]) + " AS " + type_text(arguments[0]) + ")"};
    if ((name == "CONVERT" || name == "TRY_CONVERT") && arguments.size() == 3 && arguments[0].is(ExprKind::data_type))
        return styled(expr);
    if (name == "CONVERT" || name == "TRY_CONVERT") {
        refuse(name, "with these arguments");
        return Printed{};
    }
    if (name == "COUNT" && arguments.size() == 1 && arguments[0].is(ExprKind::unary) &&
        arguments[0].text == "DISTINCT" && arguments[0].children.size() > 1)
        return Printed{counted(arguments[0])};
    return std::nullopt;
}

Printed Translator::function(const Expr& expr) {
    const std::string name = upper(expr.text);
    if (auto made = special(expr, name)) return std::move(*made);
    std::vector<Expr> arguments = expr.children;
    std::string order;
    std::string limit;
    // f(a ORDER BY b LIMIT c): the clauses stand around the argument, or as the last one.
    for (Expr& argument : arguments) {
        if (argument.is(ExprKind::clause) && argument.text == "LIMIT") {
            limit = " LIMIT " + text(*part_of(argument, "expression"));
            Expr inner = *part_of(argument, "this");
            argument = std::move(inner);
        }
        if (argument.is(ExprKind::clause) && argument.text == "ORDER") {
            order = order_keys(argument);
            const Expr* inner = part_of(argument, "this");
            Expr value = inner == nullptr ? Expr() : *inner;
            argument = std::move(value);
        }
    }
    Printed out = by_row(expr, name, arguments);
    if (order.empty() && limit.empty()) return out;
    return {with_order(out.text, order + limit, expr)};
}

}  // namespace towline::translate
