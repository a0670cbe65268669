#pragma once
// The query of a model under test, as text that DuckDB can run.

#include <cstdint>
#include <string>

#include "model_tests/test_case.h"
#include "sql/dialect.h"

namespace towline::model_tests {

/// The dialect that a model's query is written in; one without a dialect is DuckDB's.
sql::Dialect dialect_of(const model::Node& node);

/// The view that stands for an input in schema `schema`, quoted as `words` quotes.
std::string fixture_table(std::string_view schema, std::string_view fqn, sql::Dialect words = sql::Dialect::duckdb);

/// The query in its own dialect with the test's variables and times and the views in place of tables. `now_ms` is the
/// base of relative times. Fails where macros do. Pure but for the model's files.
Result<std::string> written_query(const TestCase& test, std::string_view schema, std::int64_t now_ms);

/// What `written_query` gave, in DuckDB's dialect. Fails with `unsupported`, the construct and its "file:line" if there
/// is no sure translation.
Result<std::string> translated_query(const TestCase& test, std::string_view schema, const TestProject& project,
                                     const std::string& written);

/// A query with CURRENT_DATE and its like as of the test's execution time; the query itself if the test has none.
Result<std::string> at_execution_time(const TestCase& test, const TestProject& project, std::int64_t now_ms,
                                      std::string query);

}  // namespace towline::model_tests
