// Calls that a dialect reads by what their arguments are: a cast to a date, a string of digits, the format of a time.
// What is rare of these is refused.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/function_text.h"
#include "sql/gen_printer.h"

namespace towline::sql {
namespace {

using Arguments = std::vector<Expr>;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool casts_to(const Expr& value, std::initializer_list<std::string_view> types) {
    return value.is(ExprKind::cast) && is_one_of(value.children[1].text, types);
}

/// The word of a unit, in quotes or without; nothing if it is none.
std::optional<std::string> unit_word(const Expr& argument) {
    return argument.is(ExprKind::raw) ? std::optional(argument.text) : argument.name();
}

/// Snowflake's unit in full, without what the tables say of it.
std::string snowflake_unit(std::string_view word) {
    const std::string unit = full_unit('E', word);
    return unit.substr(0, unit.find(','));
}

/// Snowflake tells numbers of seconds from texts by their form.
bool is_odd_moment(const Expr& value) {
    if (value.is(ExprKind::unary) || value.is(ExprKind::interval)) return true;
    if (value.is(ExprKind::number)) return value.text.find('.') != std::string::npos;
    return value.is(ExprKind::string) && !value.text.empty() &&
           value.text.find_first_not_of("0123456789.") == std::string::npos;
}

/// True if a format of MySQL names hours or what is less.
bool has_time(std::string_view format) {
    for (std::size_t i = 0; i + 1 < format.size(); ++i) {
        if (format[i] != '%') continue;
        if (std::string_view("fHhIiklprSsT").find(format[++i]) != std::string_view::npos) return true;
    }
    return false;
}

/// The unit that T-SQL's DATEPART prints for a short name; other words stay as they are.
std::string part_name(const std::string& word) {
    constexpr std::string_view kNames =
        " yy:YEAR yyyy:YEAR qq:QUARTER q:QUARTER mm:MONTH m:MONTH dy:DAYOFYEAR y:DAYOFYEAR dd:DAY d:DAY wk:WEEK "
        "ww:WEEK w:WEEK weekday:DAYOFWEEK dw:DAYOFWEEK hh:HOUR mi:MINUTE n:MINUTE ss:SECOND s:SECOND ms:MILLISECOND "
        "iso_week:WEEKISO isowk:WEEKISO isoww:WEEKISO ";
    const std::size_t at = kNames.find(" " + lower(word) + ":");
    if (at == std::string_view::npos) return word;
    const std::size_t value = kNames.find(':', at) + 1;
    return std::string(kNames.substr(value, kNames.find(' ', value) - value));
}

/// What DATENAME of T-SQL prints for a unit.
std::string_view name_format(std::string_view unit) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kFormats = {{{"year", "%Y"},
                                                                                                {"yyyy", "%Y"},
                                                                                                {"yy", "%y"},
                                                                                                {"month", "%B"},
                                                                                                {"mm", "%B"},
                                                                                                {"m", "%B"},
                                                                                                {"day", "%d"},
                                                                                                {"dd", "%d"},
                                                                                                {"dayofyear", "%j"},
                                                                                                {"week", "%W"},
                                                                                                {"wk", "%W"},
                                                                                                {"weekday", "%A"},
                                                                                                {"dw", "%A"},
                                                                                                {"iso_week", "%V"}}};
    for (const auto& [word, format] : kFormats) {
        if (iequals(word, unit)) return format;
    }
    return {};
}

}  // namespace

std::string GenPrinter::quoted_format(std::string_view format) const {
    return "'" + (format.empty() ? std::string("None") : neutral_format(format, dialect_)) + "'";
}

/// The argument in brackets if it is an operation, as the operands of what a call becomes are.
std::string GenPrinter::wrapped(const Expr& argument) {
    return argument.is(ExprKind::binary) ? "(" + gen(argument) + ")" : gen(argument);
}

std::optional<std::string> GenPrinter::call_of_dialect(const Expr& call, std::string_view name) {
    if (name == "STRUCT" && std::any_of(call.children.begin(), call.children.end(), [](const Expr& field) {
            return field.is(ExprKind::binary) && field.text == "=";
        })) {
        refused_ = call.text;  // The reference takes it for a name and a value.
    }
    switch (grammar(dialect_)) {
        case Dialect::snowflake:
            return call_in_snowflake(call, name);
        case Dialect::spark:
        case Dialect::databricks:
        case Dialect::hive:
            return call_in_hive(call, name);
        case Dialect::mysql:
            if (dialect_ == Dialect::doris && name == "DATE_TRUNC" && call.children.size() == 2)
                return truncation(call);
            // The formats of SingleStore's functions are told by no table.
            if (dialect_ == Dialect::singlestore) return std::nullopt;
            return call_in_mysql(call, name);
        case Dialect::tsql:
            return call_in_tsql(call, name);
        case Dialect::bigquery:
            if (name == "JSON_OBJECT" && !call.children.empty() && call.children[0].is(ExprKind::array))
                refused_ = call.text;
            if (name == "ARRAY") return "ARRAY(" + list(call.children) + (call.children.empty() ? "True)" : ",True)");
            return std::nullopt;
        default:
            return std::nullopt;
    }
}

std::optional<std::string> GenPrinter::call_in_snowflake(const Expr& call, std::string_view name) {
    const Arguments& args = call.children;
    if (args.empty()) {
        if (name == "LOCALTIMESTAMP") refused_ = call.text;  // With brackets it is another function than without.
        return name == "CURRENT_TIME" ? std::optional<std::string>("LOCALTIME()") : std::nullopt;
    }
    const bool moment = name.starts_with("TO_TIMESTAMP") || name.starts_with("TRY_TO_TIMESTAMP") ||
                        is_one_of(name, {"TO_DATE", "TRY_TO_DATE", "DATE", "TO_TIME"});
    if (moment && (is_odd_moment(args[0]) || (args.size() > 1 && !args[1].is(ExprKind::string) &&
                                              (!args[1].is(ExprKind::number) || is_odd_moment(args[1]))))) {
        refused_ = call.text;
    }
    if (name == "OBJECT_CONSTRUCT" && args.size() == 1 && args[0].is(ExprKind::star)) return "STAR_MAP(STAR)";
    const bool switched = name == "ARRAY_SORT" && args.size() > 1 && args[1].is(ExprKind::boolean);
    if (switched || (name == "TO_NUMBER" && args.size() > 1 && args[1].is(ExprKind::unary))) refused_ = call.text;
    if (is_one_of(name, {"DIV0", "DIV0NULL"}) && args.size() == 2) {
        const std::string value = wrapped(args[0]);
        const std::string by = wrapped(args[1]);
        const std::string test = name == "DIV0" ? " = 0 AND NOT " + value : " = 0 OR " + by;
        return "IF(" + by + test + " IS NULL,0," + value + " / " + by + ")";
    }
    if (args.size() != 2) return std::nullopt;
    const bool time =
        casts_to(args[0], {"DATE", "TIME", "DATETIME", "TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMPLTZ", "TIMESTAMPNTZ"});
    if (is_one_of(name, {"TO_CHAR", "TO_VARCHAR"}) && time) {
        const std::string format = args[1].is(ExprKind::string) ? quoted_format(args[1].text) : gen(args[1]);
        return "TIME_TO_STR(" + gen(args[0]) + "," + format + ")";
    }
    if (name == "DATE_TRUNC" && args[1].is(ExprKind::cast) && casts_to(args[1], {"DATE", "TIME"})) {
        const std::string unit = snowflake_unit(unit_word(args[0]).value_or(""));
        if (!is_one_of(unit, {"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"}) || casts_to(args[1], {"TIME"}))
            refused_ = call.text;
        return "DATE_TRUNC('" + unit + "'," + gen(args[1]) + ")";
    }
    if (is_one_of(name, {"TRUNC", "TRUNCATE"})) {
        if (args[1].is(ExprKind::string))
            return "DATE_TRUNC(" + gen(args[0]) + ",'" + snowflake_unit(args[1].text) + "')";
        const bool plain = args[0].is(ExprKind::column) || args[0].is(ExprKind::function);
        if (!plain || args[1].is(ExprKind::unary) || args[1].is(ExprKind::cast)) refused_ = call.text;
        return std::nullopt;
    }
    if (name == "DATE_PART") {
        const auto word = unit_word(args[0]);
        if (!word) return std::nullopt;
        const bool epoch = upper(*word).starts_with("EPOCH");
        if (epoch && !iequals(*word, "EPOCH_SECOND")) refused_ = call.text;
        std::string unit = epoch ? *word : iequals(*word, "isoweek") ? "WEEKISO" : snowflake_unit(*word);
        if (unit == upper(*word)) unit = *word;  // Only short names are replaced.
        const std::string quote = args[0].is(ExprKind::string) ? "'" : "";
        return "EXTRACT(" + quote + unit + quote + "," + gen(args[1]) + ")";
    }
    return std::nullopt;
}

std::optional<std::string> GenPrinter::call_in_hive(const Expr& call, std::string_view name) {
    const Arguments& args = call.children;
    const bool takes_nulls = is_one_of(name, {"FIRST", "LAST", "FIRST_VALUE", "LAST_VALUE", "ANY_VALUE"});
    if (takes_nulls && args.size() == 2 && (dialect_ != Dialect::hive || name != "ANY_VALUE")) {
        const auto ignores = args[1].boolean();
        if (!ignores) refused_ = call.text;
        const std::string inner = std::string(name) + "(" + gen(args[0]) + ")";
        return ignores.value_or(false) ? "IGNORENULLS :this," + inner : inner;
    }
    const bool from = name == "FROM_UTC_TIMESTAMP";
    if ((from || name == "TO_UTC_TIMESTAMP") && args.size() == 2 && dialect_ != Dialect::hive &&
        casts_to(args[0], {"TIMESTAMP", "TIMESTAMPTZ"})) {
        return std::string(from ? "ATTIMEZONE" : "FROMTIMEZONE") + " :this," + gen(args[0]) + ",:zone," + gen(args[1]);
    }
    if (name == "DATE_SUB" && args.size() == 2 && args[1].is(ExprKind::binary)) {
        if (args[1].text == "*") return std::nullopt;
        if (args[1].text != "+" && args[1].text != "-") refused_ = call.text;
        return "TS_OR_DS_ADD(" + gen(args[0]) + "," + wrapped(args[1]) + " * -1,DAY)";
    }
    const bool star = std::any_of(args.begin(), args.end(), [](const Expr& a) { return a.is(ExprKind::star); });
    if (name == "STRUCT" && star) {
        if (args.size() > 1) refused_ = call.text;
        return "STRUCT(STAR)";
    }
    // Names that strings or positions give are quoted in keys and nowhere else.
    if (name == "NAMED_STRUCT") refused_ = call.text;
    if (name == "STRUCT" && std::any_of(args.begin(), args.end(), [](const Expr& field) {
            return !field.is(ExprKind::alias) && !field.is(ExprKind::column) && !field.is(ExprKind::star);
        })) {
        refused_ = call.text;
    }
    if (name == "MAP" && args.size() % 2 == 0 && !star && dialect_ != Dialect::hive) {
        std::string keys;
        std::string values;
        for (std::size_t i = 0; i < args.size(); i += 2) {
            keys += (i > 0 ? "," : "") + gen(args[i]);
            values += (i > 0 ? "," : "") + gen(args[i + 1]);
        }
        return "VAR_MAP(ARRAY(" + keys + "),ARRAY(" + values + "))";
    }
    return std::nullopt;
}

/// Doris takes the unit on either side: it is the text without digits.
std::string GenPrinter::truncation(const Expr& call) {
    const auto is_unit = [](const Expr& value) {
        return value.is(ExprKind::string) && value.text.find_first_of("0123456789") == std::string::npos;
    };
    const std::size_t unit = is_unit(call.children[0]) ? 0 : 1;
    const auto word = unit_word(call.children[unit]);
    if (!word) refused_ = call.text;
    return "TIMESTAMP_TRUNC(" + gen(call.children[1 - unit]) + "," + upper(word.value_or("")) + ")";
}

std::optional<std::string> GenPrinter::call_in_mysql(const Expr& call, std::string_view name) {
    const Arguments& args = call.children;
    if (args.size() != 2 || !args[1].is(ExprKind::string)) return std::nullopt;
    if (name == "STR_TO_DATE") {
        return std::string(has_time(args[1].text) ? "STR_TO_TIME(" : "STR_TO_DATE(") + gen(args[0]) + "," +
               quoted_format(args[1].text) + ")";
    }
    if (name == "FROM_UNIXTIME") return "UNIX_TO_TIME(" + gen(args[0]) + "," + quoted_format(args[1].text) + ")";
    return std::nullopt;
}

std::optional<std::string> GenPrinter::call_in_tsql(const Expr& call, std::string_view name) {
    const Arguments& args = call.children;
    if (name == "SYSTEM_USER" && args.empty()) return "CURRENT_USER()";
    const bool ordered = name == "JSON_ARRAYAGG" && !args.empty() && args[0].is(ExprKind::clause);
    const bool of_number = name.starts_with("DATEDIFF") && args.size() == 3 && args[1].is(ExprKind::number) &&
                           args[1].text.find('.') != std::string::npos;
    if (name == "OPENJSON" || ordered || of_number) refused_ = call.text;
    if (name == "DATEPART" && args.size() == 2) {
        const auto word = unit_word(args[0]);
        if (!word) refused_ = call.text;
        return "EXTRACT(" + part_name(word.value_or("")) + "," + gen(args[1]) + ")";
    }
    if (name == "DATENAME" && args.size() == 2) {
        const auto word = unit_word(args[0]);
        const std::string_view format = word ? name_format(*word) : std::string_view();
        if (format.empty()) refused_ = call.text;
        return "TIME_TO_STR(CAST(" + gen(args[1]) + ",DATETIME2 ),'" + std::string(format) + "')";
    }
    if (name == "FORMAT" && args.size() > 1 && args[1].is(ExprKind::string)) {
        const std::string& format = args[1].text;
        const std::string culture = args.size() > 2 ? "," + list(args, 2) + ")" : ")";
        const bool number = format == "N" || format == "C" || format.find_first_of("dDmMyYhHsS") == std::string::npos;
        if (number) return "NUMBER_TO_STR(" + gen(args[0]) + "," + gen(args[1]) + culture;
        if (format.size() == 1) refused_ = call.text;
        return "TIME_TO_STR(" + gen(args[0]) + "," + quoted_format(format) + culture;
    }
    return std::nullopt;
}

/// value:key.key[0]: a path into a document, written behind it. `path` is its text.
std::string GenPrinter::variant_path(const Expr& expr) {
    const TokenList path = lex(expr.children[1].text, dialect_);
    std::string parts;
    bool escape = false;
    for (std::size_t at = 0; at < path.size(); ++at) {
        const bool bracket = path.is_symbol(at, "[");
        if (!bracket && (path.is_symbol(at, ".") || path.is_symbol(at, ":"))) continue;
        if (!bracket) {
            escape = escape || path.kind(at) == TokenKind::quoted_identifier;
            parts += ",JSONPATHKEY :this," + identifier_text(path.text_of(at), dialect_);
            continue;
        }
        ++at;
        if (path.kind(at) == TokenKind::string) {
            escape = true;
            parts += ",JSONPATHKEY :this," + string_value(path.text_of(at), dialect_);
        } else {
            parts += ",JSONPATHSUBSCRIPT :this," +
                     (path.is_symbol(at, "*") ? std::string("JSONPATHWILDCARD") : std::string(path.text_of(at)));
        }
        ++at;
    }
    return "JSON_EXTRACT(" + gen(expr.children[0]) + ",JSONPATH :expressions,JSONPATHROOT" + parts +
           (escape ? ",:escape,True" : "") + (dialect_ == Dialect::snowflake ? ",True,True)" : ",True,False)");
}

}  // namespace towline::sql
