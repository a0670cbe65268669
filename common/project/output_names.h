#pragma once
// The names of a query's columns, where the engine would give others than SQLMesh.

#include <string>

#include "model/node.h"

namespace towline::project {

/// SQLMesh folds identifiers, gives the output columns that sqlglot can name an alias (`a::INT` is "a"), and in a query
/// that it can qualify every projection (the third of no name is "_col_2"). This puts what that changes into the
/// author's text; folded names only on DuckDB, which keeps the case they are written in. Requires: macros are
/// expanded, tables are named as the models are. What cannot be read stays as it is. Pure.
std::string with_output_names(const std::string& text, const model::Node& node);

}  // namespace towline::project
