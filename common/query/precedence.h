#pragma once
#include "query/tree.h"

namespace towline::query {

/// Brings operators together as sqlglot's parser does: it counts `%` among those of a sum, so that `a + b % c` is
/// `(a + b) % c` to it. Its text does not show that, but what it simplifies does: `a + (b + c) % d` loses its brackets.
/// Requires: a tree as it was parsed. Pure.
void group_as_reference(Expr& tree);

}  // namespace towline::query
