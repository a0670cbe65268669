#pragma once
// What is certainly no query.

#include <string_view>

#include "base/result.h"
#include "sql/dialect.h"

namespace towline::sql {

/// Fails, with line and caret, on a text that sqlglot refuses to read as a query: a bracket that is never closed, an
/// operator or a clause with nothing behind it, a CASE without END, a word where none can stand. Only what is certain:
/// success does not mean that the text is a query. Macros and what stands in their brackets may be anything. Pure.
Status check_query(std::string_view text, Dialect dialect);

}  // namespace towline::sql
