#pragma once
#include <string_view>

#include "sql/dialect.h"

namespace towline::sql {

/// sqlglot's canonical name of a one-word type in a dialect, "" if the word is no known type. Any case.
std::string_view canonical_type(std::string_view word, Dialect dialect);
/// How a dialect writes a canonical type name, with or without parameters after it.
std::string_view printed_type(std::string_view canonical, bool parameters, Dialect dialect);
/// True for PostgreSQL's types whose values name things of the database, and its pseudo-type: `REGCLASS`. Upper case.
bool is_object_type(std::string_view word);

}  // namespace towline::sql
