#pragma once
// Queries inside expressions that stand in no query: in the condition of a MERGE, in the argument of an audit
// (`id IN (SELECT id FROM other)`). The parser of expressions keeps them as text.

#include <functional>

#include "query/tree.h"

namespace towline::query {

/// Folds and quotes all names of the queries inside, as `sql::normalized` does outside of them, and shows each tree to
/// `change`. A query that is not understood in full stays as it is written. Pure.
void normalize_inner_queries(Expr& expression, sql::Dialect dialect, const std::function<void(Expr&)>& change);

/// Gives the queries inside their minimal text, sqlglot's `gen`, which `sql::checked_gen` needs of them. A query that
/// is not understood in full gets none. Pure.
void add_gen(Expr& expression, sql::Dialect dialect);

}  // namespace towline::query
