#pragma once
// The order in which sqlglot goes through the queries inside a query.

#include <vector>

#include "sql/lexer.h"

namespace towline::lint {

/// A number for every token: that of the SELECT it stands in, counted as sqlglot walks scopes. Inner ones come first:
/// of one SELECT its CTEs, the operands of a set operation, the subqueries of FROM, and then the other subqueries.
std::vector<std::size_t> scope_order(const sql::TokenList& tokens);

}  // namespace towline::lint
