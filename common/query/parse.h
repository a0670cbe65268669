#pragma once
// Text → tree of a query (tree.h). Expressions are read by sql/expression.h; what stands between them is read here.

#include <string_view>

#include "query/tree.h"

namespace towline::query {

/// What a query is read for: a query that is to run has no `@name`; conditions that are kept until then may. What is
/// only asked about may call macros too where an expression may stand, and hold what has no known text.
enum class Reading { to_run, to_keep, to_ask };

/// Parses one query. Fails with `unsupported` on anything that is not understood in full, so that nothing is ever
/// printed that says something else. Pure.
Result<Expr> parse(std::string_view text, sql::Dialect dialect, Reading reading = Reading::to_run);

}  // namespace towline::query
