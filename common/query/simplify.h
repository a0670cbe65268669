#pragma once
// sqlglot's `simplify`: constants folded, brackets that nothing asks for removed, conditions in order.

#include <functional>

#include "query/tree.h"

namespace towline::query {

/// Changes the tree in place. `is_boolean` says whether a column is known to be BOOLEAN. Requires: a tree after
/// `qualify`. Pure.
void simplify(Expr& query, sql::Dialect dialect, std::function<bool(const Expr& column)> is_boolean);

}  // namespace towline::query
