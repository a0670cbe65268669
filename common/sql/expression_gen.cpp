// sqlglot's `gen`: the minimal text of a tree. It enters fingerprints, so its oddities are kept exactly.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/canonical.h"
#include "sql/expression.h"
#include "sql/function_text.h"

namespace towline::sql {
namespace {

std::string identifier(const Expr& part) { return part.quoted ? "\"" + part.text + "\"" : part.text; }

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
constexpr std::array<OperatorRow, 33> kOperators = {{
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
}};
/// Operators on JSON, arrays and ranges: their operands are read in ways of their own.
constexpr std::array<std::string_view, 6> kRefusedOperators = {"->", "->>", "#>", "#>>", "@>", "<@"};

/// Dialects that count the elements of an array from one; canonical subscripts count from zero.
constexpr std::string_view kCountFromOne = "bcfjklpr";

/// Strings whose prefix is a node of its own: prefix, dialects ("" is all), what encloses the text.
struct PrefixRow {
    char prefix;
    std::string_view dialects;
    std::string_view open;
    std::string_view close;
};
constexpr std::array<PrefixRow, 4> kPrefixes = {{{'n', "", "NATIONAL :this,", ""},
                                                 {'r', "dghi", "RAWSTRING :this,", ""},
                                                 {'b', "d", "BYTESTRING :this,", ",:is_bytes,True"},
                                                 {'e', "bcr", "BYTESTRING :this,", ""}}};

bool holds(std::string_view dialects, Dialect dialect) {
    return dialects.empty() ||
           dialects.find(static_cast<char>('a' + static_cast<int>(dialect))) != std::string_view::npos;
}

/// Calls that the reference reads by their value or by a list of its own, which the tables do not hold.
bool reads_otherwise(const Expr& call, std::string_view name, Dialect dialect) {
    const auto& args = call.children;
    if (name == "MAP" || (name == "POSITION" && args.size() == 1 && args[0].is(ExprKind::in))) return true;
    if (dialect == Dialect::bigquery && name == "REGEXP_EXTRACT" && args.size() == 2)
        return args[1].text.find('(') != std::string::npos;
    if (dialect != Dialect::clickhouse) return false;
    static constexpr std::array<std::string_view, 9> kAggregates = {
        "UNIQEXACT", "UNIQCOMBINED", "UNIQHLL12", "GROUPARRAY", "GROUPUNIQARRAY", "TOPK", "SUMMAP", "MINMAP", "MAXMAP"};
    const bool combined = call.text.ends_with("If") || call.text.ends_with("State") || call.text.ends_with("Merge");
    return (combined && name != "MULTIIF" && name != "COUNTIF") ||
           std::find(kAggregates.begin(), kAggregates.end(), name) != kAggregates.end();
}

class Printer {
   public:
    explicit Printer(Dialect dialect) : dialect_(dialect) {}
    std::string gen(const Expr& expr);
    /// What the tables do not hold, or nothing.
    const std::string& refused() const { return refused_; }

   private:
    std::string list(const std::vector<Expr>& items, std::size_t first = 0) {
        std::string out;
        for (std::size_t i = first; i < items.size(); ++i) {
            if (i > first) out += ',';
            out += gen(items[i]);
        }
        return out;
    }
    /// Redshift and Oracle say of every function that it does not turn errors into NULL.
    bool notes_safety() const { return dialect_ == Dialect::redshift || dialect_ == Dialect::oracle; }
    std::string dotted(const Expr& expr, std::size_t point);
    std::string column(const Expr& expr);
    std::string function(const Expr& expr);
    static std::string literals_side_by_side(const std::string& concat, const std::string& args);
    std::string filled(std::string_view row, const Expr& expr);
    std::string data_type(const Expr& type);
    std::string type_name(const Expr& type) const;
    std::string cast(const Expr& expr);
    std::string binary(const Expr& expr);
    std::string subscript(const Expr& expr);
    std::string structure(const Expr& expr);
    std::string case_when(const Expr& expr);
    std::string macro_call(const Expr& expr);
    std::string lambda(const Expr& expr);
    std::string kept_text(const Expr& expr);

    Dialect dialect_;
    std::string refused_;
};

std::string Printer::column(const Expr& expr) {
    std::string out;
    for (const Expr& part : expr.children) {
        if (!out.empty()) out += '.';
        out += part.is(ExprKind::identifier) ? identifier(part) : gen(part);
    }
    return out;
}

/// Text that no tree was made of. Its tokens stand in for it; whoever hashes asks `refused`.
std::string Printer::kept_text(const Expr& expr) {
    for (const PrefixRow& row : kPrefixes) {
        const bool string = expr.text.size() > 2 && lower(expr.text.substr(0, 1)).front() == row.prefix &&
                            (expr.text[1] == '\'' || expr.text[1] == '"');
        if (string && holds(row.dialects, dialect_) && lex(expr.text, dialect_).size() == 1)
            return std::string(row.open) + string_value(expr.text, dialect_) + std::string(row.close);
    }
    refused_ = expr.text;
    return canonical_text(expr.text, dialect_);
}

std::string Printer::function(const Expr& expr) {
    const std::string name = upper(expr.text);
    const auto& args = expr.children;
    if (const std::size_t point = expr.text.rfind('.'); point != std::string::npos) return dotted(expr, point);
    if (reads_otherwise(expr, name, dialect_)) refused_ = expr.text;
    if (dialect_ == Dialect::bigquery && name == "TO_HEX" && args.size() == 1 && iequals(args[0].text, "MD5"))
        return "MD5(" + list(args[0].children) + ")";
    if (name == "EXTRACT" && args.size() == 2 && args[0].is(ExprKind::raw))
        return "EXTRACT(" + args[0].text + "," + gen(args[1]) + (notes_safety() ? ",False)" : ")");
    if (name == "ANY" || name == "ALL" || name == "SOME") {
        if (dialect_ == Dialect::clickhouse) return "ANY_VALUE(" + list(args) + ")";
        return name + " :this," + (args.size() == 1 ? "(" + gen(args[0]) + ")" : "TUPLE :expressions," + list(args));
    }
    if (name == "TRY_CONVERT" && args.size() > 1) return "CONVERT(" + list(args) + ",True)";
    if (name == "STRUCT" || (name == "TUPLE" && dialect_ == Dialect::clickhouse)) return structure(expr);
    const auto row = function_row(expr, dialect_);
    if (!row || *row == "=") return name + "(" + list(args) + ")";
    if (*row == "!") {
        refused_ = expr.text;
        return name + "(" + list(args) + ")";
    }
    if (expr.quoted) return literals_side_by_side(filled(*row, expr), list(args));
    return filled(*row, expr);
}

/// sqlglot says of a CONCAT whether it is safe, but not of the one it makes of 'a' 'b'.
std::string Printer::literals_side_by_side(const std::string& concat, const std::string& args) {
    const std::size_t safe = concat.find(',', concat.find('(') + 1 + args.size());
    const std::size_t next = concat.find(',', safe + 1);
    if (safe == std::string::npos || next == std::string::npos) return concat;
    return concat.substr(0, safe) + concat.substr(next);
}

/// schema.f(x): a function of the user's own, or in BigQuery one of a namespace.
std::string Printer::dotted(const Expr& expr, std::size_t point) {
    Expr last = expr;
    last.text = expr.text.substr(point + 1);
    const std::string space = expr.text.substr(0, point);
    const bool quoted = expr.text.find_first_of("\"`[") != std::string::npos;
    if (dialect_ == Dialect::bigquery && (iequals(space, "SAFE") || iequals(space, "NET")))
        return upper(space) + "_FUNC(" + function(last) + ")";
    if (quoted) refused_ = expr.text;
    return space + "." + upper(last.text) + "(" + list(expr.children) + ")";
}

/// STRUCT(a, b AS x): fields have the names of their aliases, in Hive's family also of their columns.
std::string Printer::structure(const Expr& expr) {
    const bool named = dialect_ == Dialect::hive || dialect_ == Dialect::spark || dialect_ == Dialect::databricks;
    std::string out;
    for (std::size_t i = 0; i < expr.children.size(); ++i) {
        const Expr& field = expr.children[i];
        std::string name;
        const Expr* value = &field;
        if (field.is(ExprKind::alias)) {
            name = identifier(field);
            value = &field.children[0];
        } else if (named) {
            const bool column = field.is(ExprKind::column) && field.children.back().is(ExprKind::identifier);
            name = column ? identifier(field.children.back()) : "col" + std::to_string(i + 1);
        }
        if (i > 0) out += ',';
        out += name.empty() ? gen(field) : "PROPERTYEQ :this," + name + ",:expression," + gen(*value);
    }
    return "STRUCT(" + out + ")";
}

std::string Printer::filled(std::string_view row, const Expr& expr) {
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
        if (!digit || (std::string_view("$^~#@").find(mark) == std::string_view::npos && !unit)) {
            out += mark;
            continue;
        }
        const std::size_t position = static_cast<std::size_t>(row[at] - '1');
        if (position >= expr.children.size()) return out;
        const Expr& arg = expr.children[position];
        const auto word = arg.is(ExprKind::raw) ? std::optional(arg.text) : arg.name();
        if (mark == '$') {
            out += remainder && arg.is(ExprKind::binary) ? "(" + gen(arg) + ")" : gen(arg);
        } else if (mark == '#' && !arg.children.empty()) {
            out += gen(arg.children[0]);
        } else if (mark == '@') {
            out += arg.text;
        } else if (!word) {
            refused_ = expr.text;
        } else if (mark == '~') {
            out += "'" + neutral_format(*word, dialect_) + "'";
        } else {
            out += unit ? full_unit(row[i + 1], *word) : upper(*word);
        }
        i = at;
    }
    return out;
}

/// Types read with other words than their name (`WITH TIME ZONE`) say nothing of nesting.
bool says_nesting(const Expr& type) { return !type.quoted && !type.text.starts_with("INTERVAL"); }

std::string Printer::type_name(const Expr& type) const {
    if (type.text.starts_with("INTERVAL ")) return {};
    const bool text_only = dialect_ == Dialect::hive || dialect_ == Dialect::spark || dialect_ == Dialect::databricks;
    if (text_only && (type.text == "VARCHAR" || type.text == "CHAR")) return "TEXT";
    return type.text;
}

std::string Printer::data_type(const Expr& type) {
    const bool clickhouse = dialect_ == Dialect::clickhouse;
    if (type.text == "NULLABLE" && type.children.size() == 1) {
        std::string inner = data_type(type.children[0]);
        constexpr std::string_view kNotNullable = ",:nullable,False";
        if (inner.ends_with(kNotNullable)) inner.resize(inner.size() - kNotNullable.size());
        return inner + ",:nullable,True";
    }
    const std::string name = type_name(type);
    std::vector<std::string> facts;
    std::string inner;
    std::string size;
    for (const Expr& child : type.children) {
        if (name == "TEXT" && type.text != "TEXT") break;
        std::string text;
        if (child.is(ExprKind::data_type)) {
            text = data_type(child);
        } else if (child.is(ExprKind::alias)) {
            text = "COLUMNDEF :this," + identifier(child) + ",:kind," + data_type(child.children[0]) + ",:constraints,";
        } else if (type.text == "ARRAY") {
            size = ",:values," + gen(child);
            continue;
        } else if (type.text.starts_with("ENUM")) {
            text = child.is(ExprKind::raw) ? child.text : gen(child);
        } else {
            text = "DATATYPEPARAM :this," + (child.is(ExprKind::column) ? upper(gen(child)) : gen(child));
        }
        inner += (inner.empty() ? "" : ",") + text;
    }
    if (!inner.empty()) facts.push_back(":expressions," + inner);
    const bool zone =
        type.quoted && (type.text == "TIMESTAMPTZ" || type.text == "TIMETZ" || type.text == "TIMESTAMPLTZ");
    if (type.quoted && !zone) {
        facts.push_back(":kind," + type.text);
        return "USERDEFINED " + join(facts, ",");
    }
    static constexpr std::array<std::string_view, 9> kNested = {"ARRAY",  "STRUCT", "MAP",   "LIST",          "NESTED",
                                                                "OBJECT", "UNION",  "RANGE", "LOWCARDINALITY"};
    const bool nested = std::find(kNested.begin(), kNested.end(), type.text) != kNested.end();
    if (says_nesting(type)) facts.push_back(std::string(":nested,") + (nested ? "True" : "False") + size);
    if (clickhouse) facts.push_back(":nullable,False");
    return name + " " + join(facts, ",");
}

/// Hive and Spark cast without failing; Redshift and Oracle note that a NULL stays one.
std::string Printer::cast(const Expr& expr) {
    const std::string inner = gen(expr.children[0]) + "," + data_type(expr.children[1]);
    if (expr.text != "CAST") return "TRY_CAST(" + inner + (dialect_ == Dialect::snowflake ? ",True,True)" : ",True)");
    if (dialect_ == Dialect::hive || dialect_ == Dialect::spark) return "TRY_CAST(" + inner + ")";
    return "CAST(" + inner + (notes_safety() ? ",False)" : ")");
}

std::string Printer::binary(const Expr& expr) {
    const std::string left = gen(expr.children[0]);
    const std::string right = gen(expr.children[1]);
    for (const OperatorRow& row : kOperators) {
        if (row.text != expr.text || !holds(row.dialects, dialect_)) continue;
        return std::string(row.open) + left + std::string(row.between) + right + std::string(row.close);
    }
    if (std::find(kRefusedOperators.begin(), kRefusedOperators.end(), expr.text) != kRefusedOperators.end())
        refused_ = expr.text;
    return left + " " + expr.text + " " + right;
}

/// value[i, …]; BigQuery names the counting: OFFSET(0), ORDINAL(1).
std::string Printer::subscript(const Expr& expr) {
    const auto from_zero = [&](const Expr& item, bool one) {
        if (!one || !item.is(ExprKind::number)) return gen(item);
        const auto number = parse_int(item.text);
        return number ? std::to_string(*number - 1) : gen(item);
    };
    std::string out = gen(expr.children[0]) + "[";
    for (std::size_t i = 1; i < expr.children.size(); ++i) {
        const Expr& item = expr.children[i];
        if (i > 1) out += ',';
        const std::string name = item.is(ExprKind::function) ? upper(item.text) : std::string();
        const bool ordinal = name == "ORDINAL" || name == "SAFE_ORDINAL";
        const bool offset = name == "OFFSET" || name == "SAFE_OFFSET";
        if ((ordinal || offset) && item.children.size() == 1) {
            out += from_zero(item.children[0], ordinal);
        } else {
            out += from_zero(item, kCountFromOne.find(static_cast<char>('a' + static_cast<int>(dialect_))) !=
                                       std::string_view::npos);
        }
    }
    return out + "]";
}

std::string Printer::case_when(const Expr& expr) {
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
    return out + (notes_safety() ? ",False)" : ")");
}

std::string Printer::macro_call(const Expr& expr) {
    if (expr.text.empty()) return "MACRO_STR_REPLACE(" + list(expr.children) + ")";
    if (iequals(expr.text, "SQL")) return "MACRO_S_Q_L(" + list(expr.children) + ")";
    return "MACRO_FUNC(" + upper(expr.text) + "(" + list(expr.children) + "))";
}

std::string Printer::lambda(const Expr& expr) {
    std::string out = "LAMBDA :this," + gen(expr.children.back()) + ",:expressions";
    for (std::size_t i = 0; i + 1 < expr.children.size(); ++i) out += "," + gen(expr.children[i]);
    return out;
}

std::string Printer::gen(const Expr& expr) {
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
            return "ARRAY(" + list(expr.children) + (dialect_ == Dialect::bigquery ? ",True)" : ")");
        case ExprKind::tuple:
            return expr.children.empty() ? "TUPLE" : "TUPLE :expressions," + list(expr.children);
        case ExprKind::structure:
            return "STRUCT(" + list(expr.children) + ")";
        case ExprKind::paren:
            return "(" + list(expr.children) + ")";
        case ExprKind::unary:
            if (expr.text == "NOT") return "NOT " + list(expr.children);
            if (expr.text == "DISTINCT") return "DISTINCT :expressions," + list(expr.children);
            return expr.text == "~" ? "BITWISENOT :this," + list(expr.children) : "-" + list(expr.children);
        case ExprKind::binary:
            return binary(expr);
        case ExprKind::between:
            return gen(expr.children[0]) + " BETWEEN " + gen(expr.children[1]) + " AND " + gen(expr.children[2]);
        case ExprKind::in:
            if (expr.children.size() == 2 && expr.children[1].is(ExprKind::subquery)) {
                return gen(expr.children[0]) + " IN (:query," + gen(expr.children[1]) + ")";
            }
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
            return "INTERVAL :this," + list(expr.children) + (expr.text.empty() ? "" : ",:unit," + expr.text);
        case ExprKind::alias:
            return list(expr.children) + " AS " + (expr.quoted ? "\"" + expr.text + "\"" : expr.text);
        case ExprKind::index:
            return subscript(expr);
        case ExprKind::ordered:
            return list(expr.children) + " " + expr.text;
        case ExprKind::subquery:
            return "(" + canonical_text(expr.text, Dialect::none) + ")";
        case ExprKind::raw:
            return kept_text(expr);
    }
    return {};
}

}  // namespace

std::string gen(const Expr& expr, Dialect dialect) { return Printer(dialect).gen(expr); }

Result<std::string> checked_gen(const Expr& expr, Dialect dialect) {
    Printer printer(dialect);
    std::string text = printer.gen(expr);
    if (printer.refused().empty()) return text;
    return fail(ErrorCode::unsupported, "'" + printer.refused() + "' cannot be read here, so its hash is not known.",
                "Write it with other functions, or without it.");
}

Result<std::string> checked_partition_gen(const Expr& expr, Dialect dialect) {
    const bool transform = expr.is(ExprKind::function) && expr.children.size() == 2 && dialect != Dialect::clickhouse;
    const bool bucket = transform && iequals(expr.text, "BUCKET");
    if (!bucket && !(transform && iequals(expr.text, "TRUNCATE"))) return checked_gen(expr, dialect);
    const bool number_first = expr.children[0].is(ExprKind::number);
    TRY(const std::string column, checked_gen(expr.children[number_first ? 1 : 0], dialect));
    TRY(const std::string number, checked_gen(expr.children[number_first ? 0 : 1], dialect));
    return std::string(bucket ? "PARTITIONEDBYBUCKET" : "PARTITIONBYTRUNCATE") + " :this," + column + ",:expression," +
           number;
}

}  // namespace towline::sql
