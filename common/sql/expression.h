#pragma once
// Syntax trees of expressions: property values, keys, partition expressions, audit arguments, macro
// arguments. Queries are NOT parsed to trees (they stay text and tokens); a subquery inside an expression is
// kept as its text.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/lexer.h"

namespace towline::sql {

enum class ExprKind {
    null,
    boolean,           ///< text "TRUE" or "FALSE"
    number,            ///< text as written
    string,            ///< text is the value; quoted: between dollars, $$a$$
    column,            ///< children: 1–4 `identifier` (or a final `star`)
    identifier,        ///< text, quoted; alone only as an alias or a part of something
    star,              ///< children: arguments of EXCEPT/EXCLUDE if any
    variable,          ///< @x: text is the name
    macro_call,        ///< @f(…): text is the name as written
    function,          ///< text is the name as written; children the arguments
    keyword_argument,  ///< name := value, or quoted: name => value; text is the name, one child
    array,             ///< [a, b] or ARRAY[a, b]
    tuple,             ///< (a, b), (a,), ()
    structure,         ///< {'k': v}: children `keyword_argument`
    paren,             ///< (a)
    unary,             ///< text: "-", "+", "~", "NOT"
    binary,            ///< text: the operator in canonical form: "=", "<>", "+", "AND", "OR", "||", "LIKE", "IS", …
    between,           ///< value, low, high
    in,                ///< value, then the items (or one `subquery`); quoted: without brackets, IN UNNEST(a)
    case_when,         ///< text "operand" if the first child is one; then condition/result pairs; a last odd child
                       ///< is ELSE
    cast,              ///< text CAST, TRY_CAST or "::" (where it matters); value, then `data_type`; quoted: a literal,
                       ///< DATE '…'
    data_type,         ///< text: canonical name (sqlglot's); children: parameters and nested types
    lambda,            ///< children: parameters (`identifier`), the last one is the body
    interval,          ///< value, text is the unit (upper case) or ""
    alias,             ///< value; text is the alias, quoted
    index,             ///< value[children…]
    subquery,          ///< text is the query's text without the outer brackets; a child is its text for `gen`; quoted:
                       ///< without brackets of its own, EXISTS(SELECT 1)
    raw,               ///< text as written: something this module keeps but does not look into
    clause,            ///< text is sqlglot's name in upper case (WINDOW, FILTER, ORDERED, …); children: its parts as
                       ///< `keyword_argument`s
    word,              ///< a word of a clause or of a call such as POSITION(a IN b), text as printed
};

/// One node. A plain value: copying copies the tree. `span` is where it stood in the parsed text.
struct Expr {
    ExprKind kind = ExprKind::null;
    std::string text;
    bool quoted = false;
    std::vector<Expr> children;
    Span span;
    std::vector<std::string> comments;  ///< what the printer of queries writes behind the node; no parser fills it

    bool is(ExprKind k) const { return kind == k; }
    /// Name of a one-part column, an identifier, or the value of a string: what `owner jen` and `owner 'jen'`
    /// both mean.
    std::optional<std::string> name() const;
    /// The value of a boolean literal.
    std::optional<bool> boolean() const;
    /// The elements of a tuple, array or paren; the node itself otherwise.
    std::vector<Expr> items() const;
    /// Equality of trees; spans and comments do not count.
    bool operator==(const Expr& other) const;
};

/// Builders for values that do not come from text.
Expr string_literal(std::string value);
Expr number_literal(std::string digits);
Expr column_of(std::string name, bool quoted = false);

/// Parses exactly one expression; anything left over is an error with line and caret.
Result<Expr> parse_expression(std::string_view text, Dialect dialect, Origin origin = {});
/// Parses the expression that starts at token `position` and leaves `position` after it. `alias_allowed` also
/// takes `AS x`.
Result<Expr> parse_expression_at(const TokenList& tokens, std::size_t& position, bool alias_allowed = false);
/// One primary: literal, name, call, tuple, array, macro; no operators. This is what most MODEL properties
/// accept.
Result<Expr> parse_field_at(const TokenList& tokens, std::size_t& position);
/// One key of ORDER BY with its words: a `clause` ORDERED with the parts this, desc and nulls_first.
Result<Expr> parse_ordered_at(const TokenList& tokens, std::size_t& position);
/// One window of a WINDOW clause, `w AS (PARTITION BY a)`: a `clause` WINDOW whose `this` is the name.
Result<Expr> parse_named_window_at(const TokenList& tokens, std::size_t& position);
/// Where ORDER BY puts NULL if nobody says: the reference's NULL_ORDERING.
bool nulls_first_by_default(bool descending, Dialect dialect);
/// True for a function (its name in upper case) that the dialect writes without brackets.
bool is_bare_function(std::string_view name, Dialect dialect);
/// A data type such as `DECIMAL(18, 2)`, `TIMESTAMP WITH TIME ZONE`, `INT[]`, `STRUCT<a INT>`, canonically
/// named.
Result<Expr> parse_type(std::string_view text, Dialect dialect);
Result<Expr> parse_type_at(const TokenList& tokens, std::size_t& position);

/// sqlglot's minimal text of a node, as it enters fingerprints: functions and units in the neutral dialect's names.
std::string gen(const Expr& expr, Dialect dialect = Dialect::none);
/// The same; fails with `unsupported` on text whose canonical form is not known, so that no wrong hash is made of it.
Result<std::string> checked_gen(const Expr& expr, Dialect dialect);
/// The same for an expression of `partitioned_by (…)`, where BUCKET and TRUNCATE are transforms of a partition.
Result<std::string> checked_partition_gen(const Expr& expr, Dialect dialect);
/// True for a call of BUCKET or TRUNCATE with two arguments, which in the brackets of `partitioned_by (…)` is a
/// transform. A partition that stands in brackets itself is such a call without the brackets of the list.
bool is_partition_transform(const Expr& expr, Dialect dialect);
/// True if the canonical text of the expression tells whether it stood in brackets: functions of Redshift and Oracle.
bool notes_brackets(const Expr& expr, Dialect dialect);
/// SQL text in sqlglot's canonical spacing and case; types take the dialect's names.
std::string to_sql(const Expr& expr, Dialect dialect);
/// The tree with every column's identifiers folded by the dialect and quoted.
Expr normalized(Expr expr, Dialect dialect);
/// True for a type of the user's own; not for one in words (`TIMESTAMP WITH TIME ZONE`), which are told the same way.
bool is_own_type(const Expr& type);
/// Folds the names in a type: fields of structures, and the user's own types where they are identifiers, which they are
/// to PostgreSQL and its kin (others read texts). `quote`: those stand in quotes then, as everywhere but in `columns`.
void fold_type_names(Expr& type, Dialect dialect, bool quote);
/// Of these the fields alone.
void fold_fields(Expr& type, Dialect dialect, bool quote);
/// A data type's canonical name in a dialect: INT → `INT` (duckdb), DOUBLE → `DOUBLE PRECISION` (postgres), …
std::string type_sql(const Expr& type, Dialect dialect);
/// All columns of an expression, depth first, lambdas' own parameters left out.
std::vector<const Expr*> columns_of(const Expr& expr);

}  // namespace towline::sql
