#pragma once
// Columns of a model and their types: declared ones, or what can be read off its query.

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "model/node.h"
#include "sql/expression.h"
#include "sql/scopes.h"

namespace towline::project {

/// Takes column_descriptions from the comments of projections, if the model declares none.
void describe_columns(model::Node& node, const sql::QueryAnalysis& analysis, sql::Dialect dialect);

/// Fills node.columns_to_types. Needs node.mapping_schema.
/// An unknown type stays "", unknown columns stay absent: a star over an unknown table, an unnamed or a
/// repeated projection.
/// `expanded` is the query without macros, or empty to have it expanded and its columns described here.
void infer_columns(model::Node& node, const std::string& expanded = {});

/// Output columns of a macro-free query; `tables` gives the columns of a table by FQN.
std::optional<model::Columns> query_columns(std::string_view query, sql::Dialect dialect,
                                            const std::string& default_catalog,
                                            const std::map<std::string, model::Columns>& tables);

/// Type of a literal, function or operator, given the types of its operands; "" if no rule knows it. `column`
/// gives the type of a column expression.
std::string expression_type(const sql::Expr& expr, sql::Dialect dialect,
                            const std::function<std::string(const sql::Expr&)>& column);

}  // namespace towline::project
