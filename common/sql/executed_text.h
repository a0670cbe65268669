#pragma once
#include <string>
#include <string_view>

#include "sql/dialect.h"

namespace towline::sql {

/// The author's query as an engine can run it where sqlglot, which prints every query anew before SQLMesh executes it,
/// makes up for what is written. Names without quotes that DuckDB and PostgreSQL reserve, and sqlglot does not, stand
/// in quotes (`user`, `check`, `at` where it is not of AT TIME ZONE): without, `SELECT at FROM t` fails and `SELECT
/// user FROM t` silently names who is connected. So do words of the grammar (`end`, `order`, `limit`, `window`) where
/// only a value can stand. A frame of a window with two ends has its BETWEEN. Everything else stays byte for byte.
std::string executed_text(std::string_view query, Dialect dialect);

}  // namespace towline::sql
