#pragma once
// sqlglot's `simplify`: constants folded, brackets that nothing asks for removed, conditions in order.

#include "query/tree.h"

namespace towline::query {

/// Changes the tree in place. Requires: a tree after `qualify`. Pure.
void simplify(Expr& query, sql::Dialect dialect);

}  // namespace towline::query
