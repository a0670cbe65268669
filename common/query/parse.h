#pragma once
// Text → tree of a query (tree.h). Expressions are read by sql/expression.h; what stands between them is read here.

#include <string_view>

#include "query/tree.h"

namespace towline::query {

/// What becomes of `@name`: a query that is to run has none; conditions that are kept until then may.
enum class Variables { refused, kept };

/// Parses one query without macros. Fails with `unsupported` on anything that is not understood in full, so that
/// nothing
/// is ever printed that says something else. Pure.
Result<Expr> parse(std::string_view text, sql::Dialect dialect, Variables variables = Variables::refused);

}  // namespace towline::query
