#pragma once
// What a call of a function looks like when sqlglot prints it again in the dialect it was read in: IFNULL(a, b) is
// COALESCE(a, b). The texts are rows of dialects/printed.txt.

#include "sql/expression.h"

namespace towline::sql {

/// The call as it is printed; a function that no row names stays. Fails with `unsupported` where the tables hold no
/// text.
/// Requires: a node of kind `function` whose arguments are printed already.
Result<Expr> printed_call(const Expr& call, Dialect dialect);

/// True for a function (its name in upper case) that is printed without brackets if it has no arguments.
bool prints_bare(std::string_view name, Dialect dialect);

}  // namespace towline::sql
