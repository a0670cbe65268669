#pragma once
// Rows of a test as SQL for DuckDB.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model_tests/test_case.h"

namespace towline::model_tests {

/// A YAML value as a literal of DuckDB.
std::string literal(const project::Yaml& value);
/// The type that SQLMesh gives to a column with this value in its first row; "" where DuckDB itself knows
/// (lists, maps). Nothing for null.
std::optional<std::string> inferred_type(const project::Yaml& value);
/// "Detected unknown column(s)" with both lists, unless all of `given` are in `known`.
Status check_columns(const std::vector<std::string>& known, const std::vector<std::string>& given);

/// Columns and types of an input: the model's where they are known, those of the test, and what the first row
/// tells. `node` is the input's model or null.
Result<model::Columns> input_columns(const RowSet& rows, const model::Node* node, const std::string& name,
                                     const std::string& path);
/// SELECT … that gives the rows with these columns and types; for rows, not for a query.
Result<std::string> rows_query(const RowSet& rows, const model::Columns& columns);

}  // namespace towline::model_tests
