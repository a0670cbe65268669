// Types of expressions.
#include <algorithm>
#include <array>
#include <span>

#include "base/strings.h"
#include "inference/scope.h"
#include "sql/function_text.h"

namespace towline::inference {
namespace {

Operand operand_of(const Node& node, Type type) {
    Operand out;
    out.value.literal = node.kind == NodeKind::string || node.kind == NodeKind::number;
    out.value.type = std::move(type);
    if (node.kind == NodeKind::interval) out.unit = node.text;
    if (node.kind == NodeKind::string) out.text = node.text;
    return out;
}

/// One letter an argument, as the tables of functions want them.
std::string kinds_of(const Node& call) {
    std::string out;
    for (const Node& child : call.children) {
        const bool zero = child.kind == NodeKind::number && child.text == "0";
        out += child.kind == NodeKind::string     ? 's'
               : child.kind == NodeKind::interval ? 'i'
               : child.kind == NodeKind::number   ? (zero ? 'z' : 'n')
                                                  : 'c';
    }
    return out;
}

bool is_word_of(const Node& node, std::span<const std::string_view> words) {
    if (node.kind != NodeKind::column || node.parts.size() != 1) return false;
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return iequals(word, node.parts[0].text); });
}

/// A bare word such as MONTH, or WEEK(MONDAY), is a unit where a function takes one, and no column. A short name of a
/// unit is replaced by the full one.
bool is_unit(const Node& call, std::size_t at, Node& argument, sql::Dialect dialect) {
    static constexpr std::array<std::string_view, 7> kDays = {"SUNDAY",   "MONDAY", "TUESDAY", "WEDNESDAY",
                                                              "THURSDAY", "FRIDAY", "SATURDAY"};
    static constexpr std::array<std::string_view, 25> kWords = {
        "YEAR",    "YEARS", "YY",    "QUARTER",     "MONTH",       "MONTHS",     "MM",     "WEEK",    "ISOWEEK",
        "WEEKS",   "DAY",   "DAYS",  "DD",          "HOUR",        "HOURS",      "MINUTE", "MINUTES", "SECOND",
        "SECONDS", "DATE",  "EPOCH", "MILLISECOND", "MICROSECOND", "NANOSECOND", "ISOYEAR"};
    if (argument.kind == NodeKind::call && argument.text == "WEEK" && argument.children.size() == 1)
        return dialect == sql::Dialect::bigquery && is_word_of(argument.children[0], kDays);
    if (argument.kind != NodeKind::column || argument.parts.size() != 1) return false;
    const bool quotes = sql::grammar(dialect) == sql::Dialect::tsql;
    if (argument.parts[0].quoted && !quotes) return false;
    // The tables have no rows of calls that are read by the value of the unit.
    static constexpr std::array<std::string_view, 7> kUnitFirst = {"DATENAME", "DATETRUNC", "DATE_PART",   "DATEPART",
                                                                   "DATEADD",  "DATEDIFF",  "DATEDIFF_BIG"};
    const auto named = std::find(kUnitFirst.begin(), kUnitFirst.end(), call.text);
    const bool first = at == 0 && named != kUnitFirst.end();
    if (first && named < kUnitFirst.begin() + 3 && (quotes || dialect == sql::Dialect::snowflake)) return true;
    constexpr std::size_t kNumbered = 9;  // of further arguments the tables say nothing
    if (at >= kNumbered && !is_word_of(argument, kWords)) return false;
    const bool text_first = call.children[0].kind == NodeKind::string;
    const auto row = sql::function_template(call.text, kinds_of(call),
                                            text_first ? std::string_view(call.children[0].text) : "", dialect);
    const auto unit = row ? sql::unit_of_argument(*row, at, argument.parts[0].text) : std::nullopt;
    if (unit) argument.parts[0].text = unit->substr(0, unit->find(','));
    if (unit || (first && quotes)) return true;
    // To sqlglot the words of a function that it does not know are columns.
    return is_word_of(argument, kWords) && (row || sql::is_known_function(call.text, dialect));
}

/// 0x1F, which in BigQuery and ClickHouse is a number.
bool is_hexadecimal(std::string_view text, sql::Dialect dialect) {
    return (text.starts_with("0x") || text.starts_with("0X")) && dialect != sql::Dialect::bigquery &&
           dialect != sql::Dialect::clickhouse;
}

/// Functions whose WITHIN GROUP belongs to their arguments.
bool takes_order(const Node& node, sql::Dialect dialect) {
    if (node.kind != NodeKind::call) return false;
    if (node.text == "STRING_AGG") return true;
    return node.text == "LISTAGG" && (dialect == sql::Dialect::duckdb || dialect == sql::Dialect::snowflake ||
                                      grammar(dialect) == sql::Dialect::trino || dialect == sql::Dialect::oracle ||
                                      dialect == sql::Dialect::exasol);
}

}  // namespace

Type Inference::annotate_children(Node& node, Frame* frame, Unknown unknown, std::size_t sources) {
    Type first = unknown_type();
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        Type type = annotate(node.children[i], frame, unknown, sources);
        if (i == 0) first = std::move(type);
    }
    for (Node& extra : node.extra) annotate(extra, frame, unknown, sources);
    return first;
}

std::vector<Argument> Inference::arguments(Node& node, Frame* frame, Unknown unknown, std::size_t sources) {
    std::vector<Argument> out;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        Node& child = node.children[i];
        const bool bare = node.kind == NodeKind::call && is_unit(node, i, child, typing_.dialect);
        Argument argument;
        argument.value.literal = child.kind == NodeKind::string || child.kind == NodeKind::number;
        argument.value.type = annotate(child, frame, bare ? Unknown::ignored : unknown, sources);
        argument.node = &child;
        out.push_back(std::move(argument));
    }
    for (Node& extra : node.extra) annotate(extra, frame, unknown, sources);
    return out;
}

Type Inference::within(Node& node, Frame* frame, Unknown unknown, std::size_t sources) {
    Node& called = node.children.front();
    Type type = annotate(called, frame, unknown, sources);
    Type ordered = unknown_type();
    for (Node& extra : node.extra) ordered = annotate(extra, frame, unknown, sources);
    if (takes_order(called, typing_.dialect)) return type;
    if (typing_.rules() != sql::Dialect::snowflake) return unknown_type();
    const bool percentile = called.text == "PERCENTILE_CONT" || called.text == "PERCENTILE_DISC";
    return percentile && node.extra.size() == 1 ? ordered : type;
}

Type Inference::subquery(Node& node, Frame* frame) {
    if (!node.query) return unknown_type();
    Output output = query(*node.query, frame, frame ? frame->ctes : nullptr, {});
    const bool rows = node.kind == NodeKind::array_query && node.query->select && node.query->select->as_struct;
    if (rows && !output.star) {
        Type row = type_named("STRUCT");
        for (const OutColumn& column : output.columns) {
            Type field;
            field.kind = sql::ExprKind::alias;
            field.text = column.name;
            field.children.push_back(type_of(column));
            if (is_unknown(field.children.front())) return unknown_type();
            row.children.push_back(std::move(field));
        }
        return row;
    }
    if (output.columns.size() != 1 || output.star) return unknown_type();
    return type_of(output.columns.front());
}

/// DuckDB's pointers into JSON, '/a/b' and what counts from the end: to sqlglot texts and no paths.
bool is_pointer(const Node& node, sql::Dialect dialect) {
    return dialect == sql::Dialect::duckdb && node.kind == NodeKind::string &&
           (node.text.starts_with("/") || node.text.find("[#") != std::string::npos);
}

Type Inference::binary(Node& node, Frame* frame, Unknown unknown, std::size_t sources) {
    Operand left = operand_of(node.children[0], annotate(node.children[0], frame, unknown, sources));
    const bool collation =
        node.text == "COLLATE" && node.children[1].kind == NodeKind::column && node.children[1].parts.size() == 1;
    if (collation) node.children[1] = Node(NodeKind::other);  // its name is no column
    Operand right = operand_of(node.children[1], annotate(node.children[1], frame, unknown, sources));
    if (node.text == "/") return quotient_type(left.value.type, right.value.type, typing_);
    const bool or_of_mysql =
        (node.text == "||" || node.text == "&&") && grammar(typing_.dialect) == sql::Dialect::mysql;
    if (or_of_mysql) return type_named("BOOLEAN");
    if (node.text == "||") return type_named("VARCHAR");
    if (node.text == "**" || (node.text == "^" && caret_is_power(typing_.dialect))) return type_named("DOUBLE");
    if (node.text == "AT TIME ZONE")
        return typing_.rules() == sql::Dialect::spark || typing_.rules() == sql::Dialect::databricks
                   ? type_named("TIMESTAMP")
                   : unknown_type();
    if (node.text == "COLLATE" && typing_.rules() == sql::Dialect::snowflake) return type_named("VARCHAR");
    const bool arrow = node.text.starts_with("->");
    if (node.text == ":" || (arrow && !is_pointer(node.children[1], typing_.dialect)) || node.text == "??")
        return unknown_type();
    return binary_type(left, right, typing_);
}

/// Arrays, structs, maps and what is taken out of them.
Type Inference::collection(Node& node, Frame* frame, Unknown unknown, std::size_t sources) {
    const auto children = [&] { return annotate_children(node, frame, unknown, sources); };
    switch (node.kind) {
        case NodeKind::array_query: {
            Type inner = subquery(node, frame);
            const bool known = typing_.rules() == sql::Dialect::bigquery && !is_unknown(inner);
            return known                                        ? array_of(std::move(inner))
                   : typing_.rules() == sql::Dialect::snowflake ? type_named("ARRAY")
                                                                : unknown_type();
        }
        case NodeKind::array: {
            if (typing_.rules() == sql::Dialect::snowflake) {
                children();
                return type_named("ARRAY");
            }
            std::vector<TypedValue> values;
            for (const Argument& argument : arguments(node, frame, unknown, sources)) values.push_back(argument.value);
            Type inner = common_type(values, typing_);
            return is_unknown(inner) && !values.empty() ? inner : array_of(std::move(inner));
        }
        case NodeKind::structure:
            return struct_type(arguments(node, frame, unknown, sources), typing_.dialect);
        case NodeKind::map: {
            const Type fields = children();
            Type out = type_named("MAP");
            if (is_type(fields, "STRUCT") && !fields.children.empty())
                out.children = {type_named("VARCHAR"), fields.children.front().is(sql::ExprKind::alias)
                                                           ? fields.children.front().children.front()
                                                           : fields.children.front()};
            return out;
        }
        case NodeKind::index: {
            const Type of = children();
            if (node.children.size() < 2 || is_type(of, "ARRAY")) return element_of(of);
            return map_value(node.children[0], of, node.children[1]);
        }
        case NodeKind::slice:
            return children();
        case NodeKind::dot: {
            Type of = children();
            return field(std::move(of), {node.text}, 0);
        }
        default:
            return unknown_type();
    }
}

/// TO_CHAR(x, format) of Snowflake: sqlglot knows it as the text of a time where it sees that x is one before it knows
/// any column.
bool Inference::reads_time_as_text(Node& call) const {
    if (typing_.dialect != sql::Dialect::snowflake || call.children.size() != 2) return false;
    if (call.text != "TO_CHAR" && call.text != "TO_VARCHAR") return false;
    Context blind = context_;
    blind.places = nullptr;
    Inference alone(blind, {typing_.dialect, true}, false);
    const bool time = is_in(alone.annotate(call.children[0], nullptr, Unknown::ignored, 0), TypeSet::temporal);
    if (!time) call.text = "TO_CHAR_OF_ANY";  // found once, however often the call is looked at
    return time;
}

Type Inference::annotate_node(Node& node, Frame* frame, Unknown unknown, std::size_t sources) {
    const auto children = [&] { return annotate_children(node, frame, unknown, sources); };
    switch (node.kind) {
        case NodeKind::column:
            return column(node, frame, unknown, sources);
        case NodeKind::string:
            return type_named("VARCHAR");
        case NodeKind::number:
            if (is_hexadecimal(node.text, typing_.dialect)) return type_named("BINARY");
            return type_named(
                node.text.find_first_of(".eE") == std::string::npos || node.text.starts_with("0x") ? "INT" : "DOUBLE");
        case NodeKind::null:
            return type_named("NULL");
        case NodeKind::boolean:
            return type_named("BOOLEAN");
        case NodeKind::predicate:
        case NodeKind::negation:
            children();
            return type_named("BOOLEAN");
        case NodeKind::other_text:
            return node.type;
        case NodeKind::cast:
            children();
            return context_.had_macros ? reread_type(node.type, typing_.dialect) : node.type;
        case NodeKind::call:
            if (reads_time_as_text(node)) node.text = "TIME_TO_STR";
            return call_type(node.text, arguments(node, frame, unknown, sources), typing_);
        case NodeKind::binary:
            return binary(node, frame, unknown, sources);
        case NodeKind::case_when: {
            std::vector<TypedValue> values;
            for (const Argument& argument : arguments(node, frame, unknown, sources)) values.push_back(argument.value);
            return common_type(values, typing_);
        }
        case NodeKind::alias:
            // T-SQL has no TRUE: after macros the query is read again with a 1 in its place.
            if (context_.had_macros && sql::grammar(typing_.dialect) == sql::Dialect::tsql &&
                node.children.front().kind == NodeKind::boolean)
                return type_named("INT");
            return children();
        case NodeKind::unary:
        case NodeKind::paren:
        case NodeKind::property:
        case NodeKind::window:
            return children();
        case NodeKind::within:
            return within(node, frame, unknown, sources);
        case NodeKind::interval:
            children();
            return type_named("INTERVAL");
        case NodeKind::subquery:
            return subquery(node, frame);
        case NodeKind::array_query:
        case NodeKind::array:
        case NodeKind::structure:
        case NodeKind::map:
        case NodeKind::index:
        case NodeKind::slice:
        case NodeKind::dot:
            return collection(node, frame, unknown, sources);
        case NodeKind::star:
        case NodeKind::qualified:
        case NodeKind::tuple:
        case NodeKind::lambda:
        case NodeKind::other:
            children();
            return unknown_type();
    }
    return unknown_type();
}

Type Inference::field(Type type, const std::vector<std::string>& path, std::size_t from) const {
    for (std::size_t i = from; i < path.size(); ++i) {
        if (!is_type(type, "STRUCT")) return unknown_type();
        std::optional<Type> found;
        for (const Type& entry : type.children)
            if (!found && entry.is(sql::ExprKind::alias) && entry.text == path[i]) found = entry.children.front();
        if (!found) return unknown_type();
        type = std::move(*found);
    }
    return type;
}

}  // namespace towline::inference
