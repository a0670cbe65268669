#pragma once
// The first steps on a query that was read: what sqlglot calls things, and which names it gives them.

#include "query/tree.h"

namespace towline::query {

/// Functions and operators as sqlglot prints them in the dialect. Fails with `unsupported` on what is not known, or
/// leaves it as it is written if `lenient`: enough to compare it with itself. Pure.
Status canonical(Expr& tree, sql::Dialect dialect, bool lenient = false);

/// Tables with an alias and the catalog they are in, names folded by the dialect, the outermost projections named,
/// and all of
/// that in quotes: what SQLMesh does to every query. Pure.
Status name_all(Expr& query, sql::Dialect dialect, const std::string& default_catalog);
/// Folds the names of the outermost projections, of literals too: what is done to a query that is qualified.
void fold_outputs(Expr& query, sql::Dialect dialect);

/// All names in quotes.
void quote_all(Expr& tree);

}  // namespace towline::query
