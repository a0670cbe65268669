#pragma once
#include <string>
#include <string_view>

#include "sql/dialect.h"

namespace towline::sql {

/// A query in which names without quotes that DuckDB and PostgreSQL reserve, and sqlglot does not, stand in quotes:
/// `user`, `check`, `at` of AT TIME ZONE only where it is none. SQLMesh quotes every name when it executes; without
/// this, `SELECT at FROM t` fails and `SELECT user FROM t` silently names who is connected. Words that are part of the
/// grammar of queries (`end`, `order`, `limit`) stay: the author has to quote them. Everything else stays byte for
/// byte.
std::string with_reserved_names_quoted(std::string_view query, Dialect dialect);

}  // namespace towline::sql
