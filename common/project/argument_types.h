#pragma once
// The types of expressions in a query where its text depends on them: PostgreSQL rounds no DOUBLE to decimals, DuckDB
// folds no number, so sqlglot's text casts such arguments first.

#include <functional>
#include <string>

#include "model/node.h"
#include "sql/expression.h"

namespace towline::project {

/// Answers with the name of a type (`DOUBLE`, `INT`, "" where it is not known) for expressions by where they stand in
/// `query`, which must outlive the answer, as must `node`. Types are looked at when it is first asked. Where the query
/// cannot be qualified, an expression of PostgreSQL has the type that it has with columns of unknown types, as in
/// SQLMesh.
std::function<std::string(const sql::Expr&)> argument_types(const model::Node& node, const std::string& query,
                                                            sql::Dialect dialect);

}  // namespace towline::project
