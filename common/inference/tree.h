#pragma once
// Trees of queries, as far as types need them. Built by parser.h, read by infer.cpp. Plain values without methods.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/expression.h"
#include "sql/scopes.h"

namespace towline::inference {

/// A data type as sql/ has it: kind data_type, text the canonical name, "UNKNOWN" or "NULL".
using Type = sql::Expr;

enum class NodeKind : std::uint8_t {
    column,      ///< parts
    star,        ///< parts: qualifier; children: `column` excluded, `alias` replaced, `property` renamed
    string,      ///< text is the value
    other_text,  ///< a literal whose type is in `type`: X'…', b'…'
    number,      ///< text
    null,
    boolean,
    call,       ///< text: upper-case name; children: arguments
    qualified,  ///< a call whose name has dots or quotes: always unknown; children: arguments
    cast,       ///< child, type
    binary,     ///< text: the operator, upper case
    predicate,  ///< anything that is true or false
    negation,   ///< NOT
    unary,      ///< -, ~
    case_when,  ///< children: results (and ELSE); the rest in `extra`
    paren,
    interval,  ///< text: the unit, upper case, or ""
    subquery,  ///< query
    array,
    array_query,  ///< ARRAY(SELECT …): query
    tuple,
    structure,
    map,    ///< MAP {…}: child is a structure
    index,  ///< child[…]
    slice,  ///< child[a:b]
    dot,    ///< child.text
    lambda,
    alias,     ///< child AS text
    property,  ///< text := child
    window,    ///< child OVER (…), FILTER, IGNORE NULLS; the rest in `extra`
    within,    ///< child WITHIN GROUP (ORDER BY extra)
    other,     ///< not understood: unknown
};

struct Query;

/// One node of an expression. `extra` holds expressions that name columns but give no type.
struct Node {
    Node();
    explicit Node(NodeKind of, std::string words = {});
    Node(Node&&) noexcept;
    Node& operator=(Node&&) noexcept;
    ~Node();

    NodeKind kind = NodeKind::other;
    std::string text;
    bool quoted = false;
    std::vector<sql::NamePart> parts;
    std::vector<Node> children;
    std::vector<Node> extra;
    std::optional<sql::NamePart> called;  ///< the name of a projection without an alias
    Type type;
    std::unique_ptr<Query> query;
    sql::Span span;  ///< where it stands; empty where it is not noted
};

enum class SourceKind : std::uint8_t { table, query, values, unnest, lateral, function };

/// One entry of `FOR name IN (…)`.
struct PivotValue {
    Node value;
    std::string text;           ///< what it adds to the names of columns
    bool named = false;         ///< it has an alias
    std::optional<Type> alias;  ///< the type of an alias that is a literal
};

/// `FOR name IN (…)`; `name` is a column that is left out, or with UNPIVOT the one that comes.
struct PivotField {
    Node name;
    std::vector<PivotValue> values;
};

/// PIVOT (results FOR …), UNPIVOT (results FOR …).
struct Pivot {
    bool unpivot = false;
    std::vector<Node> results;
    std::vector<std::string> endings;  ///< what the results add to the names of columns
    std::vector<PivotField> fields;
    std::vector<Node> group;
    std::optional<std::string> alias;
    std::vector<std::string> columns;  ///< of the alias
};

/// One item of a FROM clause with the join that brings it in.
struct Source {
    SourceKind kind = SourceKind::table;
    std::vector<sql::NamePart> parts;  ///< of a table
    std::unique_ptr<Query> query;
    std::string offset;       ///< UNNEST … WITH OFFSET AS offset; "" if there is none
    std::vector<Node> items;  ///< the first row of VALUES, the arguments of UNNEST and of functions
    std::optional<std::string> alias;
    std::vector<std::string> columns;  ///< of the alias
    bool lateral = false;
    bool semi = false;  ///< SEMI or ANTI join: gives no columns
    bool joined = false;
    bool pivoted = false;
    std::unique_ptr<Pivot> pivot;  ///< of `pivoted`, where it was understood
    std::vector<std::string> using_columns;
    std::vector<Node> on;
};

struct Cte {
    std::string name;
    std::vector<std::string> columns;
    std::unique_ptr<Query> query;
};

struct Select {
    std::vector<Node> projections;
    std::vector<Source> from;
    std::vector<Node> strict;  ///< WHERE, DISTINCT ON: unknown columns are errors
    std::vector<Node> group;
    std::vector<Node> lenient;  ///< HAVING, QUALIFY
    std::vector<Node> order;
    bool as_struct = false;  ///< SELECT AS STRUCT: a row is one value
};

/// A SELECT, a set operation of two queries, or a query in brackets (only `left`).
struct Query {
    std::vector<Cte> ctes;
    bool recursive = false;
    std::unique_ptr<Select> select;
    std::unique_ptr<Query> left;
    std::unique_ptr<Query> right;
    bool by_name = false;
    bool named_values = false;  ///< WITH 1 AS one: its names are not resolved
    bool is_cut = false;        ///< more set operations follow than are read, so it has no types
};

}  // namespace towline::inference
