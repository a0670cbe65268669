#pragma once
// What sqlglot calls the column of a projection without an alias: `a::INT` is "a", `payload -> 'id'` is "id",
// `COUNT(*)::INT` is "*". All who name columns ask here.

#include <optional>

#include "sql/expression.h"
#include "sql/scopes.h"

namespace towline::sql {

/// The name of the projection, as written: the caller folds it. Nothing if it has none, so that a query that SQLMesh
/// can qualify calls it `_col_` and its place. Stars have none here. Pure.
std::optional<NamePart> output_name(const Expr& projection, Dialect dialect);

}  // namespace towline::sql
