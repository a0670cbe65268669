#pragma once
#include <string>
#include <string_view>

#include "sql/dialect.h"

namespace towline::sql {

/// A query without the commas that stand before FROM, another clause, a closing bracket or the end. sqlglot and DuckDB
/// read over them, so projects have them; other engines refuse the query. Everything else stays byte for byte. Only for
/// dialects that reserve the words of clauses, such as PostgreSQL's: elsewhere one could be a column.
std::string without_trailing_commas(std::string_view query, Dialect dialect);

}  // namespace towline::sql
