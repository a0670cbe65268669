// sqlglot's `gen`: the minimal text of a tree. It enters fingerprints, so its oddities are kept exactly.
#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "sql/canonical.h"
#include "sql/expression.h"
#include "sql/gen_printer.h"
#include "sql/json_path.h"

namespace towline::sql {
namespace {

/// Operators whose node is printed by its name: text → opening, what stands between the operands, closing.
struct OperatorRow {
    std::string_view text;
    std::string_view dialects;  ///< As in dialects/functions.txt; "" is all. The first row that matches counts.
    std::string_view open;
    std::string_view between;
    std::string_view close;
};
constexpr std::string_view kPower = "bcfr";  // duckdb, postgres, redshift, risingwave
constexpr std::string_view kUnsafe = "jkl";  // trino, presto, athena
constexpr std::string_view kSnowflake = "e";
constexpr std::string_view kMysql = "o";
constexpr std::array<OperatorRow, 47> kOperators = {{
    {"||", kMysql, "", " OR ", ""},
    {"||", kUnsafe, "DPIPE :this,", ",:expression,", ",:safe,False"},
    {"||", "", "DPIPE :this,", ",:expression,", ",:safe,True"},
    {"&&", kMysql, "", " AND ", ""},
    {"XOR", "", "XOR(", ",", ")"},
    {"MOD", "", "", " % ", ""},
    {"LIKE", "", "", " Like ", ""},
    {"NOT LIKE", kSnowflake, "NOT ", " Like ", ""},
    {"NOT LIKE", "", "", " Like ", ""},
    {"NOT ILIKE", kSnowflake, "NOT ", " ILIKE ", ""},
    {"NOT ILIKE", "", "", " ILIKE ", ""},
    {"RLIKE", kSnowflake, "REGEXP_LIKE(", ",", ",True)"},
    {"RLIKE", "", "REGEXP_LIKE(", ",", ")"},
    {"NOT RLIKE", kSnowflake, "NOT REGEXP_LIKE(", ",", ",True)"},
    {"NOT RLIKE", "", "NOT REGEXP_LIKE(", ",", ")"},
    {"~", "b", "REGEXP_FULL_MATCH(", ",", ")"},
    {"~", "", "REGEXP_LIKE(", ",", ")"},
    {"!~", "b", "NOT REGEXP_FULL_MATCH(", ",", ")"},
    {"!~", "", "NOT REGEXP_LIKE(", ",", ")"},
    {"~*", "", "REGEXP_I_LIKE(", ",", ")"},
    {"!~*", "", "NOT REGEXP_I_LIKE(", ",", ")"},
    {"GLOB", "", "GLOB :this,", ",:expression,", ""},
    {"&", "", "BITWISEAND :this,", ",:expression,", ""},
    {"|", "", "BITWISEOR :this,", ",:expression,", ""},
    {"^", kPower, "POWER(", ",", ")"},
    {"^", "", "BITWISEXOR :this,", ",:expression,", ""},
    {"**", "", "POWER(", ",", ")"},
    {"&&", "", "ARRAY_OVERLAPS(", ",", ")"},
    {"ESCAPE", "", "ESCAPE :this,", ",:expression,", ""},
    {"COLLATE", "", "COLLATE(", ",", ")"},
    {"AT TIME ZONE", "", "ATTIMEZONE :this,", ",:zone,", ""},
    {"IS DISTINCT FROM", "", "NULLSAFENEQ :this,", ",:expression,", ""},
    {"IS NOT DISTINCT FROM", "", "NULLSAFEEQ :this,", ",:expression,", ""},
    {"<=>", "", "NULLSAFEEQ :this,", ",:expression,", ""},
    {".", "", "", ".", ""},
    {"<<", "", "BITWISELEFTSHIFT :this,", ",:expression,", ""},
    {">>", "", "BITWISERIGHTSHIFT :this,", ",:expression,", ""},
    {"#", "", "BITWISEXOR :this,", ",:expression,", ""},
    {"@>", "", "ARRAY_CONTAINS_ALL(", ",", ")"},
    {"?", "", "JSONB_CONTAINS(", ",", ")"},
    {"?|", "", "J_S_O_N_B_CONTAINS_ANY_TOP_KEYS(", ",", ")"},
    {"?&", "", "J_S_O_N_B_CONTAINS_ALL_TOP_KEYS(", ",", ")"},
    {"#-", "", "J_S_O_N_B_DELETE_AT_PATH(", ",", ")"},
    {"^@", "", "STARTS_WITH(", ",", ")"},
    {"SIMILAR TO", "", "SIMILARTO :this,", ",:expression,", ""},
    {"NOT SIMILAR TO", "", "NOT SIMILARTO :this,", ",:expression,", ""},
    {"OVERLAPS", "", "OVERLAPS :this,", ",:expression,", ""},
}};
/// Strings whose prefix is a node of its own: prefix, dialects ("" is all), what encloses the text.
struct PrefixRow {
    char prefix;
    std::string_view dialects;
    std::string_view open;
    std::string_view close;
};
constexpr std::array<PrefixRow, 7> kPrefixes = {{{'n', "", "NATIONAL :this,", ""},
                                                 {'r', "dghi", "RAWSTRING :this,", ""},
                                                 {'$', "bcefpr", "RAWSTRING :this,", ""},
                                                 {'x', "ceghjkloqr", "HEXSTRING :this,", ""},
                                                 {'b', "d", "BYTESTRING :this,", ",:is_bytes,True"},
                                                 {'b', "cor", "BITSTRING :this,", ""},
                                                 {'e', "bcr", "BYTESTRING :this,", ""}}};

/// ",:unit,DAY"; YEAR TO MONTH is a node of its own.
std::string interval_unit(const std::string& unit) {
    if (unit.empty()) return {};
    const std::size_t to = unit.find(" TO ");
    if (to == std::string::npos) return ",:unit," + unit;
    return ",:unit,INTERVALSPAN :this," + unit.substr(0, to) + ",:expression," + unit.substr(to + 4);
}

}  // namespace

std::string GenPrinter::column(const Expr& expr) {
    std::string out;
    for (const Expr& part : expr.children) {
        if (!out.empty()) out += '.';
        out += part.is(ExprKind::identifier) ? gen_name(part) : gen(part);
    }
    return out;
}

/// Text that no tree was made of. Its tokens stand in for it; whoever hashes asks `refused`.
std::string GenPrinter::kept_text(const Expr& expr) {
    for (const PrefixRow& row : kPrefixes) {
        const bool string = expr.text.size() > 2 && lower(expr.text.substr(0, 1)).front() == row.prefix &&
                            (expr.text[1] == '\'' || expr.text[1] == '"' || row.prefix == '$');
        if (string && in_dialects(row.dialects, dialect_) && lex(expr.text, dialect_).size() == 1)
            return std::string(row.open) + string_value(expr.text, dialect_) + std::string(row.close);
    }
    refused_ = expr.text;
    return canonical_text(expr.text, dialect_);
}

/// The query of a `subquery`, whose text somebody else works out.
std::string GenPrinter::query_text(const Expr& expr) {
    if (!expr.children.empty()) return list(expr.children);
    refused_ = expr.text;
    return canonical_text(expr.text, Dialect::none);
}

/// Numbers in hexadecimal, with a suffix that names their type, or with `_` between digits: where a dialect has none
/// of these, the rest of the word is an alias.
std::string GenPrinter::number(const std::string& text) {
    if (text.find_first_not_of("0123456789.eE+-") == std::string::npos) return text;
    if (in_dialects("bp", dialect_) && text.find_first_not_of("0123456789_") == std::string::npos) {
        std::string digits = text;
        std::erase(digits, '_');
        return digits;
    }
    const std::string digits = text.substr(std::min<std::size_t>(text.size(), 2));
    const bool prefixed = text.starts_with("0x") || text.starts_with("0X");
    if (prefixed && digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos) {
        if (in_dialects("ceghjklmnoqr", dialect_)) return "HEXSTRING :this," + digits;
        if (in_dialects("dp", dialect_)) return "HEXSTRING :this," + digits + ",:is_integer,True";
    }
    if (text.starts_with("0b") && in_dialects("op", dialect_)) return "BITSTRING :this," + digits;
    const bool starts_word = in_dialects("ghio", dialect_) && !prefixed;
    if (starts_word && text.find_first_not_of("0123456789_") == std::string::npos) return text;
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSuffixes = {
        {{"BD", "DECIMAL"}, {"L", "BIGINT"}, {"S", "SMALLINT"}, {"Y", "TINYINT"}, {"D", "DOUBLE"}, {"F", "FLOAT"}}};
    for (const auto& [suffix, type] : kSuffixes) {
        if (!starts_word || grammar(dialect_) == Dialect::mysql || !upper(text).ends_with(suffix)) continue;
        const std::string value = text.substr(0, text.size() - suffix.size());
        if (value.find_first_not_of("0123456789.eE+-") == std::string::npos)
            return (dialect_ == Dialect::databricks ? "CAST(" : "TRY_CAST(") + value + "," + std::string(type) +
                   " :nested,False)";
    }
    refused_ = text;
    return text;
}

/// Hive and Spark cast without failing; Redshift and Oracle note that a NULL stays one.
std::string GenPrinter::cast(const Expr& expr) {
    const bool safety = notes_safety();
    const bool postfix = expr.text == "::";
    if (postfix && dialect_ == Dialect::singlestore) refused_ = "::";  // A key of JSON, no type.
    const std::string value = postfix ? inner(expr.children[0]) : gen(expr.children[0]);
    const std::string inside = value + "," + data_type(expr.children[1]);
    if (expr.quoted && expr.children[1].text == "JSON") return "PARSE_JSON(" + value + ")";
    if (expr.quoted) return "CAST(" + inside + ")";
    const std::string_view tried = dialect_ == Dialect::snowflake ? ",True,True)" : ",True)";
    if (expr.text == "!:>") return "TRY_CAST(" + inside + ")";
    if (expr.text == "TRY_CAST") return "TRY_CAST(" + inside + std::string(tried);
    if (facts(dialect_).lenient_casts) return "TRY_CAST(" + inside + ")";
    return "CAST(" + inside + (safety ? ",False)" : ")");
}

std::string GenPrinter::binary(const Expr& expr) {
    if (is_json_operator(expr.text)) return json_operator(expr);
    if (expr.text == ":") return variant_path(expr);
    const std::string left = expr.text == "." ? inner(expr.children[0]) : gen(expr.children[0]);
    const std::string right = expr.text.ends_with("LIKE") ? pattern(expr.children[1]) : gen(expr.children[1]);
    if (expr.text == "@@") return "MATCH_AGAINST(" + right + "," + left + ")";
    if (expr.text == "<@") return "ARRAY_CONTAINS_ALL(" + right + "," + left + ")";
    for (const OperatorRow& row : kOperators) {
        if (row.text != expr.text || !in_dialects(row.dialects, dialect_)) continue;
        return std::string(row.open) + left + std::string(row.between) + right + std::string(row.close);
    }
    return left + " " + expr.text + " " + right;
}

/// What stands behind LIKE: there ANY, ALL and SOME are words of the operator, elsewhere they can be calls.
std::string GenPrinter::pattern(const Expr& expr) {
    const std::string name = expr.is(ExprKind::function) ? upper(expr.text) : std::string();
    const bool any = name == "ANY" || name == "SOME";
    if (!any && name != "ALL") return gen(expr);
    const auto& args = expr.children;
    return std::string(any ? "ANY" : "ALL") + " :this," +
           (args.size() == 1 ? "(" + gen(args[0]) + ")" : "TUPLE :expressions," + list(args));
}

std::string GenPrinter::case_when(const Expr& expr) {
    const bool safety = notes_safety();
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
    return out + (safety ? ",False)" : ")");
}

/// a IN b and a IN UNNEST(b): nothing stands in brackets.
std::string GenPrinter::in_value(const Expr& expr) {
    const Expr& list_of = expr.children[1];
    const std::string value = gen(expr.children[0]);
    if (list_of.is(ExprKind::function) && iequals(list_of.text, "UNNEST"))
        return value + " IN (:unnest,UNNEST(" + list(list_of.children) +
               (dialect_ == Dialect::starrocks ? ", AS unnest(unnest),False))" : ",False))");
    if (!list_of.is(ExprKind::column)) refused_ = "IN";
    return value + " IN (:field," + gen(list_of) + ")";
}

std::string GenPrinter::macro_call(const Expr& expr) {
    if (expr.text.empty()) return "MACRO_STR_REPLACE(" + list(expr.children) + ")";
    if (iequals(expr.text, "SQL")) return "MACRO_S_Q_L(" + list(expr.children) + ")";
    return "MACRO_FUNC(" + upper(expr.text) + "(" + list(expr.children) + "))";
}

std::string GenPrinter::lambda(const Expr& expr) {
    std::string out = "LAMBDA :this," + gen(expr.children.back()) + ",:expressions";
    for (std::size_t i = 0; i + 1 < expr.children.size(); ++i) out += "," + gen(expr.children[i]);
    return out + (expr.text == "LAMBDA" ? ",:colon,True" : "");
}

/// {'a': 1}: keys that are no words are quoted names; in ClickHouse it is a parameter of the query.
std::string GenPrinter::braces(const Expr& expr) {
    if (dialect_ == Dialect::clickhouse) refused_ = "{";
    std::string out;
    for (const Expr& pair : expr.children) {
        const std::string key = is_plain_identifier(pair.text) ? pair.text : "\"" + pair.text + "\"";
        if (!out.empty()) out += ",";
        out += "PROPERTYEQ :this," + key + ",:expression," + list(pair.children);
    }
    return "STRUCT(" + out + ")";
}

std::string GenPrinter::array(const Expr& expr) {
    const bool marked = dialect_ == Dialect::redshift && notes_safety();
    const std::string items = list(expr.children);
    if (dialect_ == Dialect::redshift) return "ARRAY(" + items + (marked ? ",True,False)" : ",True)");
    if (dialect_ == Dialect::oracle) return "ARRAY(" + items + (notes_safety() ? ",False)" : ")");
    return "ARRAY(" + items + (dialect_ == Dialect::bigquery ? ",True)" : ")");
}

std::string GenPrinter::inner(const Expr& expr) {
    continued_ = true;
    return gen(expr);
}

std::string GenPrinter::gen(const Expr& expr) {
    const bool outer = std::exchange(bare_, std::exchange(continued_, false));
    std::string text = node(expr);
    bare_ = outer;
    return text;
}

std::string GenPrinter::node(const Expr& expr) {
    switch (expr.kind) {
        case ExprKind::null:
            return "NULL";
        case ExprKind::boolean:
            return expr.text;
        case ExprKind::number:
            return number(expr.text);
        case ExprKind::string:
            return "'" + expr.text + "'";
        case ExprKind::column:
            return column(expr);
        case ExprKind::identifier:
            return gen_name(expr);
        case ExprKind::star:
            return "STAR";
        case ExprKind::variable:
            return "MACROVAR :this," + expr.text;
        case ExprKind::macro_call:
            return macro_call(expr);
        case ExprKind::function:
            return function(expr);
        case ExprKind::keyword_argument:
            return std::string(expr.quoted ? "KWARG" : "PROPERTYEQ") + " :this," + expr.text + ",:expression," +
                   list(expr.children);
        case ExprKind::array:
            return array(expr);
        case ExprKind::tuple:
            return expr.children.empty() ? "TUPLE" : "TUPLE :expressions," + list(expr.children);
        case ExprKind::structure:
            return braces(expr);
        case ExprKind::paren:
            return "(" + list(expr.children) + ")";
        case ExprKind::unary:
            if (expr.text == "NOT") return "NOT " + list(expr.children);
            if (expr.text == "DISTINCT") return "DISTINCT :expressions," + list(expr.children);
            return expr.text == "~" ? "BITWISENOT :this," + list(expr.children) : "-" + list(expr.children);
        case ExprKind::binary:
            return binary(expr);
        case ExprKind::between:
            return gen(expr.children[0]) + " BETWEEN " + gen(expr.children[1]) + " AND " + gen(expr.children[2]) +
                   (expr.text.empty()          ? ""
                    : expr.text == "SYMMETRIC" ? " True"
                                               : " False");
        case ExprKind::in:
            if (expr.children.size() == 2 && expr.children[1].is(ExprKind::subquery)) {
                return gen(expr.children[0]) + " IN (:query," + gen(expr.children[1]) + ")";
            }
            if (expr.quoted) return in_value(expr);
            return gen(expr.children[0]) + " IN (:expressions," + list(expr.children, 1) + ")";
        case ExprKind::case_when:
            return case_when(expr);
        case ExprKind::cast:
            return cast(expr);
        case ExprKind::data_type:
            return data_type(expr);
        case ExprKind::lambda:
            return lambda(expr);
        case ExprKind::interval:
            return "INTERVAL :this," + list(expr.children) + interval_unit(expr.text);
        case ExprKind::alias:
            return list(expr.children) + " AS " + (expr.quoted ? "\"" + expr.text + "\"" : expr.text);
        case ExprKind::index:
            return subscript(expr);
        case ExprKind::subquery:
            return expr.quoted ? query_text(expr) : "(" + query_text(expr) + ")";
        case ExprKind::raw:
            return kept_text(expr);
        case ExprKind::clause:
            return clause(expr);
        case ExprKind::word:
            return expr.text;
    }
    return {};
}

std::string gen(const Expr& expr, Dialect dialect) { return GenPrinter(dialect).gen(expr); }

Result<std::string> checked_gen(const Expr& expr, Dialect dialect) {
    GenPrinter printer(dialect);
    std::string text = printer.gen(expr);
    if (printer.refused().empty()) return text;
    return fail(ErrorCode::unsupported, "'" + printer.refused() + "' cannot be read here, so its hash is not known.",
                "Write it with other functions, or without it.");
}

bool is_partition_transform(const Expr& expr, Dialect dialect) {
    return expr.is(ExprKind::function) && expr.children.size() == 2 && dialect != Dialect::clickhouse &&
           (iequals(expr.text, "BUCKET") || iequals(expr.text, "TRUNCATE"));
}

bool notes_brackets(const Expr& expr, Dialect dialect) {
    const bool notes = dialect == Dialect::redshift || dialect == Dialect::oracle;
    return notes && (expr.is(ExprKind::function) || expr.is(ExprKind::cast));
}

Result<std::string> checked_partition_gen(const Expr& expr, Dialect dialect) {
    if (expr.is(ExprKind::paren) && is_partition_transform(expr.children[0], dialect))
        return checked_gen(expr.children[0], dialect);
    if (!is_partition_transform(expr, dialect)) {
        TRY(std::string text, checked_gen(expr, dialect));
        constexpr std::string_view kNoted = ",False)";
        if (notes_brackets(expr, dialect) && text.ends_with(kNoted)) text.replace(text.size() - kNoted.size(), 6, "");
        return text;
    }
    const bool bucket = iequals(expr.text, "BUCKET");
    const bool number_first = expr.children[0].is(ExprKind::number);
    TRY(const std::string column, checked_gen(expr.children[number_first ? 1 : 0], dialect));
    TRY(const std::string number, checked_gen(expr.children[number_first ? 0 : 1], dialect));
    return std::string(bucket ? "PARTITIONEDBYBUCKET" : "PARTITIONBYTRUNCATE") + " :this," + column + ",:expression," +
           number;
}

}  // namespace towline::sql
