#pragma once
// Which expressions of a query are of type DOUBLE: PostgreSQL rounds none to decimals, so sqlglot's text casts them
// first.

#include <functional>
#include <string>

#include "model/node.h"
#include "sql/expression.h"

namespace towline::project {

/// Answers for expressions by where they stand in `query`, which must outlive the answer, as must `node`. Types are
/// looked at when it is first asked. Where the query cannot be qualified, an expression has the type that it has with
/// columns of unknown types, as in SQLMesh.
std::function<bool(const sql::Expr&)> double_types(const model::Node& node, const std::string& query,
                                                   sql::Dialect dialect);

}  // namespace towline::project
