#pragma once
#include "base/result.h"
#include "model/node.h"
#include "runner/load_sql.h"

namespace towline::runner {

/// A seed's columns with their types: the declared ones, or those derived from the file. Fails if a type is
/// missing.
Result<model::Columns> seed_columns(const model::Node& node);
/// INSERT … VALUES statements of at most `rows_per_statement` rows for the seed's content (reference
/// sqlmesh_project 9): numbers bare, booleans by pandas' truthy list, everything else as text that the engine
/// converts. Pure.
Result<Statements> seed_inserts(const model::Node& node, const std::string& target, std::size_t rows_per_statement);

}  // namespace towline::runner
