#include "query/query.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/strings.h"
#include "query/canonical.h"
#include "query/own_forms.h"
#include "query/parse.h"
#include "query/precedence.h"
#include "query/simplify.h"
#include "sql/limits.h"

namespace towline::query {
namespace {

std::string written_name(const Expr& table) {
    std::string out;
    for (const char* name : {"catalog", "db", "this"})
        if (const Expr* each = part(table, name)) out += (out.empty() ? "" : ".") + each->text;
    return out;
}

bool has_boolean(const Expr& node) {
    return node.is(ExprKind::boolean) || std::any_of(node.children.begin(), node.children.end(), has_boolean);
}

/// Sources by the name that columns call them: an FQN, or "" for a query and for a name that stands for several things.
void find_sources(const Expr& node, std::map<std::string, std::string>& out) {
    const bool table = is(node, "TABLE") && has(node, "db") && part(node, "this")->is(ExprKind::identifier);
    const bool named = is(node, "TABLE") || has(node, "alias");
    if (node.is(ExprKind::clause) && named) {
        const std::string fqn =
            table && (!has(node, "alias") || !has(*part(node, "alias"), "columns")) ? fqn_of(node) : "";
        const auto [at, first] = out.emplace(source_name(node), fqn);
        if (!first && at->second != fqn) at->second.clear();
    }
    for (const Expr& child : node.children) find_sources(child, out);
}

/// Answers for columns of tables; of what a query gives the type is not known here.
std::function<bool(const Expr&)> boolean_columns(const Expr& tree, const Context& context) {
    if (!context.is_boolean) return [](const Expr&) { return false; };
    std::map<std::string, std::string> sources;
    find_sources(tree, sources);
    return [sources = std::move(sources), known = context.is_boolean](const Expr& column) {
        if (column.children.size() != 2) return false;
        const auto found = sources.find(column.children[0].text);
        return found != sources.end() && !found->second.empty() && known(found->second, column.children[1].text);
    };
}

/// BigQuery and ClickHouse tell names of functions apart by their case.
bool capitalises_functions(sql::Dialect dialect) {
    return dialect != sql::Dialect::bigquery && dialect != sql::Dialect::clickhouse;
}

/// Names of schemas and methods stay: `s.f(a)`.
void capitalise_functions(Expr& node) {
    if (node.is(ExprKind::function) && node.text.find('.') == std::string::npos) node.text = upper(node.text);
    for (Expr& child : node.children) capitalise_functions(child);
}

/// PostgreSQL rounds no DOUBLE to decimals.
bool is_rounding(const Expr& node) {
    return node.is(ExprKind::function) && iequals(node.text, "ROUND") && node.children.size() == 2;
}

/// DuckDB's functions of texts take nothing else.
bool is_of_texts(const Expr& node) {
    static constexpr std::array<std::string_view, 14> kNames = {"LOWER", "LCASE",  "UPPER",   "UCASE",      "TRIM",
                                                                "LTRIM", "RTRIM",  "REPLACE", "REVERSE",    "SHA1",
                                                                "SHA",   "SHA256", "SHA2",    "STARTS_WITH"};
    return node.is(ExprKind::function) &&
           std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) { return iequals(node.text, name); });
}

bool is_text(const std::string& type) {
    static constexpr std::array<std::string_view, 10> kTypes = {"",         "TEXT", "VARCHAR", "CHAR", "NCHAR",
                                                                "NVARCHAR", "NAME", "NULL",    "BLOB", "VARBINARY"};
    return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

bool is_logical(const Expr& node) {
    static constexpr std::array<std::string_view, 4> kNames = {"BOOL_OR", "BOOL_AND", "LOGICAL_OR", "LOGICAL_AND"};
    return node.is(ExprKind::function) && node.children.size() == 1 &&
           std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) { return iequals(node.text, name); });
}

/// Says of aggregates whose text depends on types that they are as they shall be printed.
void settle(Expr& node) {
    if (is_logical(node) || (node.is(ExprKind::function) && iequals(node.text, "APPROX_QUANTILE"))) node.quoted = true;
    for (Expr& child : node.children) settle(child);
}

bool is_whole(const std::string& type) {
    static constexpr std::array<std::string_view, 10> kTypes = {"INT",  "BIGINT",  "SMALLINT",  "TINYINT",  "INT128",
                                                                "UINT", "UBIGINT", "USMALLINT", "UTINYINT", "UINT128"};
    return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

bool is_digits(const Expr& node) {
    return node.is(ExprKind::number) && node.text.find_first_not_of("0123456789") == std::string::npos;
}

/// The element before: the number where one stands, with its sign.
bool shift_number(Expr& number, std::int64_t by) {
    const bool negative = number.is(ExprKind::unary) && number.text == "-" && is_digits(number.children[0]);
    if (!negative && !is_digits(number)) return false;
    const auto value = parse_int(negative ? number.children[0].text : number.text);
    if (!value) return false;
    const std::int64_t moved = (negative ? -*value : *value) + by;
    number = sql::number_literal(std::to_string(moved < 0 ? -moved : moved));
    number.quoted = true;  // its name is counted as well
    if (moved < 0) number = make(ExprKind::unary, "-", {Expr(std::move(number))});
    return true;
}

/// Columns and what is in them have no type when the reference reads a query.
bool is_untyped(const Expr& value) {
    return value.is(ExprKind::column) || value.is(ExprKind::index) || (value.is(ExprKind::binary) && value.text == ".");
}

/// An element by a literal: the one before, where the value turns out to be no array.
bool shift_literal(Expr& number, const Expr& enclosed, const Context& context) {
    const Expr* inside = &enclosed;
    while (inside->is(ExprKind::paren)) inside = &inside->children.front();
    const Expr& value = *inside;
    const std::string type = context.type_of(value);
    if (type.empty() || type == "ARRAY" || type == "LIST") return true;
    const bool told = value.is(ExprKind::cast) || value.is(ExprKind::string) || is(value, "TOMAP") ||
                      (value.is(ExprKind::binary) && value.text == "||");
    if (told) return true;
    return is_untyped(value) && type != "STRUCT" && shift_number(number, -1);
}

/// sqlglot counts from zero where it knows a number when it reads, and from one where it knows it when it prints, if it
/// knows of no other type than an array's: an element by a column of whole numbers is the one behind, one of a text by
/// a literal the one before. False if what it prints is not known; `untyped` becomes true if it is known only of a
/// query whose columns have no types.
bool shift_element(Expr& node, const Context& context, bool& untyped) {
    if (!node.is(ExprKind::index) || node.children.size() != 2) return true;
    Expr& number = node.children[1];
    if (is_digits(number) || (number.is(ExprKind::unary) && is_digits(number.children[0])))
        return shift_literal(number, node.children[0], context);
    const bool told = number.is(ExprKind::cast) || (number.is(ExprKind::function) &&
                                                    (iequals(number.text, "LEN") || iequals(number.text, "LENGTH")));
    if (told || !holds_column(number)) return true;
    const std::string type = context.type_of(number);
    const std::string value = context.type_of(node.children[0]);
    const bool array = value == "ARRAY" || value == "LIST";
    if (!value.empty() && !array) return true;
    if (type.empty()) {
        untyped = true;
        return value.empty();
    }
    if (!is_whole(type)) return true;
    const bool operation = number.is(ExprKind::binary);
    const bool sum = operation && number.text == "+" && number.children[0].is(ExprKind::column);
    if (!array || (!number.is(ExprKind::column) && !operation)) return false;
    if (sum) return shift_number(number.children[1], 1);
    if (operation) number = make(ExprKind::paren, {}, {Expr(std::move(number))});
    number = make(ExprKind::binary, "+", {Expr(std::move(number)), sql::number_literal("1")});
    return true;
}

bool shift_elements(Expr& node, const Context& context, bool& untyped) {
    for (Expr& child : node.children)
        if (!shift_elements(child, context, untyped)) return false;
    return shift_element(node, context, untyped);
}

bool is_of_bits(const Expr& node) {
    static constexpr std::array<std::string_view, 6> kNames = {"BIT_OR",         "BIT_AND",         "BIT_XOR",
                                                               "BITWISE_OR_AGG", "BITWISE_AND_AGG", "BITWISE_XOR_AGG"};
    return node.is(ExprKind::function) && node.children.size() == 1 &&
           std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) { return iequals(node.text, name); });
}

/// DuckDB's aggregates of bits take integers: of what is rounded first.
void round_bits(Expr& value, const std::string& type) {
    static constexpr std::array<std::string_view, 2> kRounded = {"DOUBLE", "FLOAT"};
    static constexpr std::array<std::string_view, 7> kCast = {"DECIMAL", "TEXT",     "VARCHAR", "CHAR",
                                                              "NCHAR",   "NVARCHAR", "NAME"};
    const bool rounded = std::find(kRounded.begin(), kRounded.end(), type) != kRounded.end();
    if (!rounded && std::find(kCast.begin(), kCast.end(), type) == kCast.end()) return;
    if (value.is(ExprKind::string)) return;  // known without types
    if (rounded) value = make(ExprKind::function, "ROUND", {Expr(std::move(value))});
    value = make(ExprKind::cast, "CAST", {Expr(std::move(value)), make(ExprKind::data_type, "INT")});
}

/// Casts arguments whose type decides what sqlglot prints.
void cast_arguments(Expr& node, const Context& context) {
    const bool duckdb = context.dialect == sql::Dialect::duckdb;
    if (duckdb && is_logical(node)) node.quoted = true;
    const bool truths = duckdb && is_logical(node) && !is_condition(node.children.front());
    const bool rounds = context.dialect == sql::Dialect::postgres && is_rounding(node);
    const bool texts = context.dialect == sql::Dialect::duckdb && is_of_texts(node);
    for (Expr& child : node.children) {
        std::string_view type;
        if (rounds && &child == &node.children.front() && context.type_of(child) == "DOUBLE") type = "DECIMAL";
        if (texts && !child.is(ExprKind::word) && !is_text(context.type_of(child))) type = "TEXT";
        if (truths && context.type_of(child) != "BOOLEAN") type = "BOOLEAN";
        const std::string bits = duckdb && is_of_bits(node) ? context.type_of(child) : "";
        cast_arguments(child, context);
        if (!bits.empty()) round_bits(child, bits);
        if (!type.empty())
            child =
                make(ExprKind::cast, "CAST", {Expr(std::move(child)), make(ExprKind::data_type, std::string(type))});
    }
}

/// How many nodes are printed: the texts of a CONCAT_WS that is NULL if one of them is stand there twice.
std::size_t printed_nodes(const Expr& node) {
    std::size_t count = 1;
    for (const Expr& child : node.children) count = std::min(count + printed_nodes(child), sql::kPrintedNodesMax + 1);
    return node.is(ExprKind::function) && node.quoted ? count * 2 : count;
}

/// True if such calls stand in each other so deep that their text would have no end.
bool is_too_large(const Expr& node) {
    const bool doubled = node.is(ExprKind::function) && node.quoted && printed_nodes(node) > sql::kPrintedNodesMax;
    return doubled || std::any_of(node.children.begin(), node.children.end(), is_too_large);
}

/// Names everything and qualifies it, if that can be.
Result<Checked> named(Expr tree, const Context& context) {
    Checked out{std::move(tree), false, std::nullopt};
    TRY_STATUS(name_all(out.tree, context.dialect, context.default_catalog));
    if (!context.optimize) return out;
    const std::vector<const Expr*> tables = tables_of(out.tree);
    static const std::vector<std::string> kUnknown;
    const ColumnsOf columns = [&](const std::string& fqn) -> const std::vector<std::string>* {
        const std::vector<std::string>* known = context.columns ? context.columns(fqn) : nullptr;
        return known != nullptr || fqn != context.self ? known : &kUnknown;
    };
    const auto is_known = [&](const Expr* table) { return columns(fqn_of(*table)) != nullptr; };
    if (!std::all_of(tables.begin(), tables.end(), is_known)) return out;
    Expr qualified = out.tree;
    fold_outputs(qualified, context.dialect);
    auto finding = qualify(qualified, context.dialect, columns, tables.empty());
    if (!finding) return out;
    out.finding = std::move(*finding);
    out.qualified = !out.finding;
    if (out.qualified) out.tree = std::move(qualified);
    return out;
}

}  // namespace

Result<Checked> checked(std::string_view text, const Context& context) {
    TRY(Expr tree, parse(text, context.dialect, Reading::to_ask));
    group_as_reference(tree);
    TRY_STATUS(canonical(tree, context.dialect, true));
    return named(std::move(tree), context);
}

Result<Expr> rendered(std::string_view text, const Context& context) {
    TRY(Expr tree, parse(text, context.dialect));
    if (context.had_macros && capitalises_functions(context.dialect)) capitalise_functions(tree);
    const auto unknown_element = [] {
        return fail(ErrorCode::unsupported, "How an element of an array is printed is not known.");
    };
    bool untyped = false;
    const bool counts = context.type_of && (context.dialect == sql::Dialect::duckdb ||  // others count from zero
                                            context.dialect == sql::Dialect::postgres);
    if (counts && !shift_elements(tree, context, untyped)) return unknown_element();
    if (context.type_of) cast_arguments(tree, context);
    if (!context.named) settle(tree);
    if (context.named && context.dialect == sql::Dialect::postgres) name_types(tree);
    group_as_reference(tree);
    TRY_STATUS(canonical(tree, context.dialect, context.lenient));
    if (!context.named) return tree;
    TRY(Checked done, named(std::move(tree), context));
    if (!done.qualified) return std::move(done.tree);
    Expr& qualified = done.tree;
    if (untyped) return unknown_element();
    simplify(qualified, context.dialect, boolean_columns(qualified, context));
    if (is_too_large(qualified)) return fail(ErrorCode::unsupported, "CONCAT_WS is printed too often in itself.");
    // T-SQL has no word for what a condition comes to.
    const bool transact = sql::grammar(context.dialect) == sql::Dialect::tsql;
    if (!context.lenient && transact && has_boolean(qualified))
        return fail(ErrorCode::unsupported, "How TRUE is printed is not known.");
    return std::move(qualified);
}

Result<std::string> printed_expression(std::string_view text, sql::Dialect dialect) {
    TRY(Expr tree, parse("SELECT " + std::string(text), dialect));
    TRY_STATUS(canonical(tree, dialect));
    const std::vector<Expr>& items = list(static_cast<const Expr&>(tree), "expressions");
    if (!is(tree, "SELECT") || tree.children.size() != 1 || items.size() != 1)
        return fail(ErrorCode::unsupported, "'" + std::string(text) + "' is no expression.");
    Layout layout;
    layout.pretty = false;
    layout.comments = false;
    return print(items.front(), dialect, layout);
}

Status replace_tables(Expr& tree, const ReplacementOf& replacement) {
    const Expr* name = is(tree, "TABLE") ? part(tree, "this") : nullptr;
    if (name != nullptr && name->is(ExprKind::identifier)) {
        TRY(Replacement made, replacement(fqn_of(tree)));
        if (!made.query.empty()) {
            Expr subquery = clause("SUBQUERY");
            set(subquery, "this", std::move(made.query.front()));
            if (const Expr* alias = part(tree, "alias")) {
                Expr only = clause("TABLEALIAS");
                set(only, "this", *part(*alias, "this"));
                set(subquery, "alias", std::move(only));
            }
            tree = std::move(subquery);
        } else if (!made.name.empty()) {
            tree.comments = {written_name(tree)};
            static constexpr std::array<const char*, 3> kParts = {"this", "db", "catalog"};
            for (std::size_t i = 0; i < kParts.size(); ++i) {
                if (i < made.name.size())
                    set(tree, kParts[i], identifier(made.name[made.name.size() - 1 - i], true));
                else
                    remove(tree, kParts[i]);
            }
        }
        return {};
    }
    for (Expr& child : tree.children) TRY_STATUS(replace_tables(child, replacement));
    return {};
}

}  // namespace towline::query
