#pragma once
// The tree of a query. It is made of sql::Expr alone: what is no expression is a node of kind `clause` whose text is
// sqlglot's
// name in upper case and whose children are its parts, each a `keyword_argument` with one value or a list:
//
//   SELECT     with, hint, distinct, kind, top, expressions, from, joins, laterals, where, group, having, qualify,
// windows, order,
//              limit, offset, locks, sample
//   UNION, EXCEPT, INTERSECT   this, expression, distinct, by_name, and the parts of SELECT from `order` on
//   WITH       expressions (CTE: this, alias, materialized), recursive
//   SUBQUERY   this, alias, pivots, sample; also brackets of a query inside expressions
//   TABLE      this (an identifier or a function), db, catalog, alias, sample, ordinality, joins
//   UNNEST, VALUES, LATERAL, JOIN, GROUP, TABLEALIAS
//
// Plain values without methods; the functions here find and change parts.

#include <string>
#include <string_view>
#include <vector>

#include "sql/expression.h"

namespace towline::query {

using sql::Expr;
using sql::ExprKind;

Expr make(ExprKind kind, std::string text = {}, std::vector<Expr> children = {});
/// An operation of two; nothing is copied, as it would be in `make` with both in braces.
Expr operation(std::string op, Expr left, Expr right);
Expr clause(std::string name);
Expr word(std::string text);
/// True or False, as sqlglot keeps what was said in words.
Expr flag(bool value);
Expr identifier(std::string text, bool quoted = false);
/// table.name, or name alone if the table is "".
Expr column(const std::string& table, const std::string& name);
/// value AS name
Expr aliased(Expr value, const std::string& name, bool quoted = false);

/// True if the node is a clause of that name.
bool is(const Expr& node, std::string_view name);
bool is_set_operation(const Expr& node);
/// SELECT, a set operation or a query in brackets.
bool is_query(const Expr& node);

/// The SELECT whose projections are those of the query; null if it has none.
const Expr* first_select(const Expr& query);
Expr* first_select(Expr& query);

/// The part of one value, or null.
const Expr* part(const Expr& node, std::string_view name);
Expr* part(Expr& node, std::string_view name);
/// The part as a list; an empty one if it is missing.
const std::vector<Expr>& list(const Expr& node, std::string_view name);
/// The part as a list, made if it is missing.
std::vector<Expr>& list(Expr& node, std::string_view name);
/// The text of a part that is a word; "" if it is missing.
std::string_view text(const Expr& node, std::string_view name);
bool has(const Expr& node, std::string_view name);
void set(Expr& node, std::string name, Expr value);
void set_list(Expr& node, std::string name, std::vector<Expr> values);
void remove(Expr& node, std::string_view name);

/// The name by which other parts of the query call a source: its alias, or a table's last name.
std::string source_name(const Expr& source);
/// The name a projection gives its column; "" if it has none, "*" for a star.
std::string output_name(const Expr& projection, sql::Dialect dialect);
/// Calls that are operators of two operands to sqlglot.
bool is_operator_call(const Expr& node);
/// True for `*` and `t.*`.
bool is_star(const Expr& projection);

/// How much may still be copied within one query. Copies of copies double: `a + a AS b, b + b AS c, …`.
class Copies {
 public:
    explicit Copies(std::size_t most) : left_(most) {}
    /// Counts one more copy of the tree; false, and nothing is counted, where that is too much or it is higher than
    /// this.
    bool take(const Expr& tree, int height = kAnyHeight);
    /// The same for as many nodes.
    bool take_nodes(std::size_t count);

 private:
    static constexpr int kAnyHeight = 1 << 30;
    std::size_t left_;
};

}  // namespace towline::query
