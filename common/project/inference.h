#pragma once
// Columns of a model and their types: declared ones, or what can be read off its query.

#include <map>
#include <string>

#include "model/node.h"
#include "sql/scopes.h"

namespace towline::project {

/// Takes column_descriptions from the comments of projections, if the model declares none.
void describe_columns(model::Node& node, const sql::QueryAnalysis& analysis, sql::Dialect dialect);

/// Fills node.columns_to_types. Needs node.mapping_schema.
/// An unknown type stays "", unknown columns stay absent: a star over an unknown table, an unnamed or a
/// repeated projection.
/// `expanded` is the query without macros, or empty to have it expanded and its columns described here.
/// `neutral`: see inference::Context.
void infer_columns(model::Node& node, const std::string& expanded = {},
                   std::map<std::string, std::string>* neutral = nullptr);

}  // namespace towline::project
