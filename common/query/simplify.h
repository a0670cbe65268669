#pragma once
// sqlglot's `simplify`: constants folded, brackets that nothing asks for removed, conditions in order.

#include <functional>

#include "query/tree.h"

namespace towline::query {

/// Changes the tree in place. `is_boolean` says whether a column is known to be BOOLEAN. Requires: a tree after
/// `qualify`. Pure.
void simplify(Expr& query, sql::Dialect dialect, std::function<bool(const Expr& column)> is_boolean);
/// Takes the brackets off an expression in brackets where nothing asks for them. `parent` is the expression around it,
/// or null.
void drop_brackets(Expr& node, const Expr* parent);
/// What brackets ask of an expression around them: its kind and its word.
Expr kind_around(const Expr& node);

}  // namespace towline::query
