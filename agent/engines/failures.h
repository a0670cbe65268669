#pragma once
// What a refusal of an engine means for the task: the only place that decides what is worth another try.

#include <string_view>

#include "base/result.h"

namespace towline::engines {

/// The code that stands for a PostgreSQL SQLSTATE; unknown ones are ErrorCode::engine.
ErrorCode code_of_sqlstate(std::string_view sqlstate);
/// The code that stands for a DuckDB message ("IO Error: Could not set lock on file …").
ErrorCode code_of_duckdb_message(std::string_view message);
/// True if the same task may succeed when it is run again with nothing changed by people.
bool is_retryable(ErrorCode code);

}  // namespace towline::engines
