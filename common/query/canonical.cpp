#include "query/canonical.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "query/own_forms.h"
#include "sql/printed_call.h"

namespace towline::query {
namespace {

using sql::Dialect;

tl::unexpected<Error> unknown(const std::string& what) {
    return fail(ErrorCode::unsupported, "How " + what + " is printed is not known.");
}

bool one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool one_of(Dialect dialect, std::initializer_list<Dialect> dialects) {
    return std::any_of(dialects.begin(), dialects.end(), [&](Dialect each) { return each == dialect; });
}

enum class KeyForm { path, kept, other };

/// a and a.b are paths without their beginning; a-b and 0 are read as no path, and stay.
KeyForm key_form(const std::string& key) {
    const std::vector<std::string> names = split(key, ".");
    if (std::all_of(names.begin(), names.end(), [](const std::string& name) { return sql::is_plain_identifier(name); }))
        return KeyForm::path;
    const bool words = std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    });
    const std::size_t dash = key.find('-');
    const bool dashed = dash != std::string::npos && sql::is_plain_identifier(key.substr(0, dash)) &&
                        !key.ends_with('-') && key.find("--") == std::string::npos;
    const bool digit = !key.empty() && key.front() >= '0' && key.front() <= '9' && dash == std::string::npos;
    return words && (dashed || digit) ? KeyForm::kept : KeyForm::other;
}

/// A key of JSON as DuckDB has it: a path.
Status json_operator(Expr& expr, Dialect dialect) {
    Expr& path = expr.children[1];
    if (path.is(ExprKind::number) && path.text.find_first_not_of("0123456789") == std::string::npos) {
        if (dialect == Dialect::postgres) return {};
        if (dialect == Dialect::duckdb) path = sql::string_literal("$[" + path.text + "]");
    }
    if (dialect == Dialect::duckdb && path.is(ExprKind::string) && !path.text.starts_with("$") &&
        !path.text.starts_with("/")) {
        const KeyForm form = key_form(path.text);
        if (form == KeyForm::other) return unknown("the path '" + path.text + "'");
        if (form == KeyForm::path) path.text.insert(0, "$.");
    }
    const bool value = path.is(ExprKind::column) || path.is(ExprKind::paren);
    if (dialect == Dialect::duckdb && value) return {};
    const bool keeps = one_of(dialect, {Dialect::duckdb, Dialect::postgres, Dialect::redshift});
    if (!keeps || !path.is(ExprKind::string)) return unknown("'" + expr.text + "'");
    return {};
}

Status operation(Expr& expr, Dialect dialect) {
    const std::string& op = expr.text;
    // clang-format off: a table of words
    static constexpr std::array<std::string_view, 26> kSame = {
        "=",  "<>", "<", ">",  "<=", ">=",   "AND",   "OR",   "+",         "-",  "*",  "/",
        "%",  "||", "&", "|",  "<<", ">>",   "LIKE",  "IS",   "ILIKE",     "IS DISTINCT FROM",
        "IS NOT DISTINCT FROM", "NOT LIKE", "NOT ILIKE", "ESCAPE"};
    // clang-format on
    if (std::find(kSame.begin(), kSame.end(), op) != kSame.end()) {
        const bool bare = one_of(op, {"ILIKE", "NOT ILIKE"}) &&
                          !one_of(dialect, {Dialect::duckdb, Dialect::postgres, Dialect::snowflake, Dialect::redshift,
                                            Dialect::databricks, Dialect::clickhouse, Dialect::spark});
        const bool distinct =
            op.find("DISTINCT") != std::string::npos && one_of(dialect, {Dialect::mysql, Dialect::tsql});
        const bool pipes = op == "||" && one_of(dialect, {Dialect::tsql, Dialect::mysql});
        const bool bits = one_of(op, {"&", "|", "<<", ">>"}) &&
                          !one_of(dialect, {Dialect::duckdb, Dialect::postgres, Dialect::redshift, Dialect::bigquery,
                                            Dialect::mysql});
        // Some have no IS TRUE: what sqlglot makes of it depends on what stands before it.
        const bool truth =
            op == "IS" && expr.children[1].is(ExprKind::boolean) &&
            one_of(dialect, {Dialect::snowflake, Dialect::trino, Dialect::presto, Dialect::tsql, Dialect::clickhouse});
        if (bare || distinct || pipes || bits || truth) return unknown("'" + op + "'");
        if (op == "/" && one_of(dialect, {Dialect::snowflake, Dialect::clickhouse})) return {};
        return {};
    }
    if (op == "->" || op == "->>") return json_operator(expr, dialect);
    if (op == "<=>" && one_of(dialect, {Dialect::duckdb, Dialect::postgres})) {
        expr.text = "IS NOT DISTINCT FROM";
        return {};
    }
    if (op == "^" || op == "**") {
        if (!one_of(dialect, {Dialect::duckdb, Dialect::postgres, Dialect::redshift})) return unknown("'" + op + "'");
        expr.kind = ExprKind::function;
        expr.text = "POWER";
        return {};
    }
    if (own_operator(expr, dialect)) return {};
    if (op == "~") return dialect == Dialect::redshift ? Status() : Status(unknown("'~'"));
    if (op == "COLLATE" && expr.children[1].is(ExprKind::column) && expr.children[1].children.size() == 1) {
        Expr name = std::move(expr.children[1].children.front());  // COLLATE "C" has no column
        expr.children[1] = std::move(name);
    }
    if (op == "AT TIME ZONE" || op == "COLLATE" || op == ".") {
        const bool zone =
            op == "AT TIME ZONE" && !one_of(dialect, {Dialect::duckdb, Dialect::postgres, Dialect::redshift});
        return zone ? Status(unknown("'" + op + "'")) : Status();
    }
    const bool divides = op == "DIV" && one_of(dialect, {Dialect::duckdb, Dialect::mysql});
    return divides ? Status() : Status(unknown("'" + op + "'"));
}

/// Functions whose text depends on the types of their arguments, by dialect.
bool asks_for_types(std::string_view name, Dialect dialect) {
    if (dialect == Dialect::duckdb) return one_of(name, {"BOOL_OR", "BOOL_AND", "LOGICAL_OR", "LOGICAL_AND"});
    if (dialect == Dialect::trino) return name == "DATE_ADD";
    return false;
}

Status function(Expr& expr, Dialect dialect) {
    const std::string name = upper(expr.text);
    if (name == "IIF" && dialect == Dialect::tsql && expr.children.size() > 1 && is_condition(expr.children[0])) {
        expr.text = name;
        return {};
    }
    if (own_call(expr, dialect)) return {};
    const bool worded = std::any_of(expr.children.begin(), expr.children.end(),
                                    [](const Expr& child) { return child.is(ExprKind::word); });
    if (worded) {
        const bool keeps = one_of(dialect, {Dialect::postgres, Dialect::redshift}) &&
                           !(name == "POSITION" && dialect == Dialect::redshift);
        return keeps && one_of(name, {"SUBSTRING", "TRIM", "POSITION"}) ? Status() : Status(unknown(name));
    }
    if (name == "CONCAT" && expr.quoted) {
        if (one_of(dialect, {Dialect::duckdb, Dialect::postgres})) {
            std::string all;
            for (const Expr& each : expr.children) all += each.text;
            expr = sql::string_literal(std::move(all));
            return {};
        }
        if (!one_of(dialect, {Dialect::bigquery, Dialect::databricks, Dialect::spark, Dialect::mysql}))
            return unknown("texts side by side");
        expr.quoted = false;
    }
    if (name == "EXTRACT" && expr.children.size() == 2 && expr.children[0].is(ExprKind::raw)) {
        if (dialect == Dialect::tsql || dialect == Dialect::clickhouse) return unknown(name);
        // There it becomes DATE_PART, whose words are not all the same.
        const bool same = one_of(upper(expr.children[0].text),
                                 {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "EPOCH"});
        return dialect == Dialect::snowflake && !same ? Status(unknown(name)) : Status();
    }
    if (one_of(name, {"EXISTS", "ANY", "ALL", "SOME"}) && expr.children.size() == 1) {
        // There ANY is an aggregate, and the case of names counts.
        if (dialect == Dialect::clickhouse && name != "EXISTS") return unknown(name);
        if (name == "SOME") expr.text = "ANY";
        expr.text = upper(expr.text);
        const bool selects = name != "EXISTS" && is_query(expr.children[0]) && !is(expr.children[0], "SUBQUERY");
        if (selects && one_of(dialect, {Dialect::duckdb, Dialect::postgres})) {
            Expr brackets = clause("SUBQUERY");
            set(brackets, "this", std::move(expr.children[0]));
            expr.children[0] = std::move(brackets);
        }
        if (is_query(expr.children[0]) == (name == "EXISTS")) return {};
        return is(expr.children[0], "SUBQUERY") ? Status() : Status(unknown(name));
    }
    if (asks_for_types(name, dialect)) {
        if (!expr.quoted) return unknown(name);
        expr.quoted = false;  // its arguments were looked at
        expr.text = name.ends_with("OR") ? "BOOL_OR" : "BOOL_AND";
        return {};
    }
    const bool extracts = dialect == Dialect::duckdb &&
                          one_of(name, {"JSON_EXTRACT", "JSON_EXTRACT_STRING", "JSON_EXTRACT_SCALAR"}) &&
                          expr.children.size() == 2 && expr.children[1].is(ExprKind::string);
    if (extracts) {
        expr.kind = ExprKind::binary;
        expr.text = name == "JSON_EXTRACT" ? "->" : "->>";
        return json_operator(expr, dialect);
    }
    const bool distinct = !expr.children.empty() && expr.children[0].is(ExprKind::unary) &&
                          expr.children[0].text == "DISTINCT" && expr.children[0].children.size() > 1;
    const bool rough = dialect == Dialect::duckdb && name == "APPROX_QUANTILE" && expr.children.size() == 2;
    if (rough && !expr.children[1].is(ExprKind::number)) return unknown(name);  // several, which are no number
    if (rough && !expr.quoted) {
        expr.text = name;
        expr = make(ExprKind::cast, "CAST", {Expr(std::move(expr)), make(ExprKind::data_type, "DOUBLE")});
        return {};
    }
    if (rough) expr.quoted = false;
    const bool counted = name == "COUNT" && expr.children.size() == 1 && dialect != Dialect::trino;
    if (distinct && !counted && one_of(dialect, {Dialect::duckdb, Dialect::postgres, Dialect::trino}))
        return unknown("DISTINCT of several values");
    const std::vector<std::string> comments = expr.comments;
    TRY(Expr printed, sql::printed_call(expr, dialect));
    expr = std::move(printed);
    if (dialect == Dialect::duckdb) date_texts(expr);
    return {};
}

Status type(const Expr& expr, Dialect dialect) {
    if (expr.is(ExprKind::alias)) return type(expr.children.front(), dialect);
    if (!expr.is(ExprKind::data_type)) return {};
    for (const Expr& child : expr.children) {
        if (child.is(ExprKind::alias) && expr.text != "STRUCT") return unknown("the type " + expr.text);
        TRY_STATUS(type(child, dialect));
    }
    return {};
}

/// Types that some have no length of in a cast: Spark casts to STRING then, BigQuery knows lengths of columns only.
void without_lengths(Expr& type, Dialect dialect, bool attempt) {
    for (Expr& child : type.children) without_lengths(child, dialect, attempt);
    if (!type.is(ExprKind::data_type) || type.children.empty()) return;
    const bool text = one_of(type.text, {"VARCHAR", "CHAR", "NVARCHAR", "NCHAR", "TEXT"});
    const bool number = one_of(type.text, {"DECIMAL", "BIGDECIMAL", "BINARY", "VARBINARY"});
    const bool numbers = type.children.front().is(ExprKind::number);
    if (one_of(dialect, {Dialect::databricks, Dialect::spark, Dialect::hive}) && text && numbers) {
        type.text = "TEXT";
        type.children.clear();
    } else if (dialect == Dialect::bigquery && !attempt && (text || number) && numbers) {
        type.children.clear();
    }
}

/// USER, which is a function without brackets in two dialects.
bool is_user(const Expr& column, Dialect dialect) {
    const bool bare = column.children.size() == 1 && !column.children[0].quoted;
    return bare && one_of(dialect, {Dialect::redshift, Dialect::exasol}) && iequals(column.children[0].text, "USER");
}

Status node(Expr& expr, Dialect dialect) {
    switch (expr.kind) {
        case ExprKind::binary:
            return operation(expr, dialect);
        case ExprKind::function:
            return function(expr, dialect);
        case ExprKind::column:
            if (is_user(expr, dialect)) expr = make(ExprKind::function, "CURRENT_USER");
            return {};
        case ExprKind::cast: {
            if (expr.text == "TRY_CAST" && one_of(dialect, {Dialect::redshift, Dialect::mysql, Dialect::clickhouse}))
                return unknown("TRY_CAST");
            if (dialect == Dialect::postgres) expr.text = "CAST";
            if (dialect == Dialect::clickhouse || dialect == Dialect::mysql) {
                if (expr.children[1].text == "NULLABLE") return unknown("CAST");
            }
            if (sql::is_own_type(expr.children[1]) && !has_own_name(expr.children[1], dialect))
                return unknown("a type of a user");
            without_lengths(expr.children[1], dialect, expr.text == "TRY_CAST");
            return type(expr.children[1], dialect);
        }
        case ExprKind::interval: {
            const Expr& value = expr.children.front();
            const bool literal = value.is(ExprKind::string) || value.is(ExprKind::number);
            const bool single = one_of(dialect, {Dialect::postgres, Dialect::snowflake, Dialect::redshift});
            return literal || !single ? Status() : Status(unknown("an interval of a value"));
        }
        case ExprKind::between:
            if (expr.text == "ASYMMETRIC" && dialect == Dialect::duckdb) expr.text.clear();
            return expr.text.empty() || one_of(dialect, {Dialect::duckdb, Dialect::postgres})
                       ? Status()
                       : Status(unknown(expr.text));
        case ExprKind::in:
            if (expr.children.size() < 2) return unknown("IN without values");
            if (dialect == Dialect::duckdb && expr.children[1].is(ExprKind::column)) return {};
            return expr.quoted && !is_query(expr.children[1]) ? Status(unknown("IN without brackets")) : Status();
        case ExprKind::array:
            return one_of(dialect, {Dialect::duckdb, Dialect::postgres, Dialect::bigquery, Dialect::trino,
                                    Dialect::snowflake, Dialect::clickhouse})
                       ? Status()
                       : Status(unknown("an array"));
        case ExprKind::index:
            return expr.children.size() == 2 ? Status() : Status(unknown("'[…]'"));
        case ExprKind::structure:
            return dialect == Dialect::duckdb ? Status() : Status(unknown("'{…}'"));
        case ExprKind::clause: {
            if (expr.text == "WITHINGROUP" && dialect == Dialect::duckdb)
                return quantile(expr) ? Status() : Status(unknown("WITHIN GROUP"));
            if (expr.text.ends_with("NULLS") && dialect == Dialect::duckdb)
                return null_treatment(expr) ? Status() : Status(unknown("IGNORE NULLS"));
            if (expr.text == "TOMAP") key_texts(expr);
            const bool around = one_of(expr.text, {"FILTER", "WINDOW"}) && has(expr, "this");
            if (around && part(expr, "this")->is(ExprKind::cast)) return unknown(expr.text + " of a cast");
            if (expr.text.ends_with("NULLS") && one_of(dialect, {Dialect::postgres, Dialect::mysql, Dialect::tsql}))
                return unknown("IGNORE NULLS");
            const bool orders = expr.text == "ORDERED" &&
                                one_of(dialect, {Dialect::tsql, Dialect::mysql, Dialect::bigquery}) &&
                                (text(expr, "nulls_first") == "True") !=
                                    sql::nulls_first_by_default(text(expr, "desc") == "True", dialect);
            if (orders) return unknown("NULLS FIRST");
            const bool modified = is_set_operation(expr) && (has(expr, "order") || has(expr, "limit"));
            if (modified && one_of(dialect, {Dialect::tsql, Dialect::clickhouse}))
                return unknown("the end of a set operation");
            if (expr.text == "VALUES" && one_of(dialect, {Dialect::redshift, Dialect::mysql, Dialect::bigquery}))
                return unknown("VALUES");
            if (expr.text == "JOIN" && dialect == Dialect::postgres && one_of(text(expr, "kind"), {"SEMI", "ANTI"}))
                return unknown("SEMI JOIN");
            if (expr.text == "JOIN" && text(expr, "side") == "FULL" && dialect == Dialect::mysql)
                return unknown("FULL JOIN");
            if (expr.text == "UNNEST" && dialect == Dialect::bigquery) return unknown("UNNEST");
            if (expr.text == "LIMIT" && has(expr, "expression") && dialect == Dialect::tsql && has(expr, "this"))
                return unknown("LIMIT");
            return {};
        }
        default:
            return {};
    }
}

/// An operation that a call became binds weaker than the operation around it.
bool needs_brackets(const Expr& was, const Expr& now) { return was.is(ExprKind::function) && now.is(ExprKind::binary); }

/// DATE '…' is a cast to most dialects, which is how it was read.
void as_cast(Expr& tree, Dialect dialect) {
    const bool own = one_of(dialect, {Dialect::spark, Dialect::hive, Dialect::oracle});
    if (tree.is(ExprKind::cast) && !own && tree.children[1].text != "JSON") tree.quoted = false;
}

}  // namespace

Status canonical(Expr& tree, Dialect dialect, bool lenient) {
    // Those that the tables of printed text hold.
    static constexpr std::array<Dialect::Name, 12> kPrinted = {
        Dialect::none,      Dialect::duckdb,   Dialect::postgres,   Dialect::bigquery,
        Dialect::snowflake, Dialect::redshift, Dialect::databricks, Dialect::spark,
        Dialect::trino,     Dialect::tsql,     Dialect::mysql,      Dialect::clickhouse};
    if (!lenient && std::find(kPrinted.begin(), kPrinted.end(), dialect) == kPrinted.end())
        return unknown("the dialect '" + std::string(sql::to_string(dialect)) + "'");
    const bool operation = tree.is(ExprKind::binary) && tree.text != "AND" && tree.text != "OR";
    for (Expr& child : tree.children) {
        const Expr before = operation ? make(child.kind, child.text) : Expr();
        TRY_STATUS(canonical(child, dialect, lenient));
        if (lenient || !operation || !needs_brackets(before, child) || stands_bare(before.text, child, tree)) continue;
        return unknown("an operation inside an operation");
    }
    const bool shifted = dialect == Dialect::duckdb && operation &&
                         std::any_of(tree.children.begin(), tree.children.end(), [](const Expr& child) {
                             return child.is(ExprKind::binary) && one_of(child.text, {"<<", ">>"});
                         });
    if (!lenient && shifted && one_of(tree.text, {"&", "|", "<<", ">>"})) return unknown("a shift inside an operation");
    // It means OR there and binds as OR does.
    if (tree.is(ExprKind::binary) && tree.text == "||" && dialect == Dialect::mysql) return unknown("'||'");
    const Status done = node(tree, dialect);
    if (lenient) as_cast(tree, dialect);
    return lenient ? Status() : done;
}

}  // namespace towline::query
