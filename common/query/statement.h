#pragma once
// The text that sqlglot gives a statement: what SQLMesh keeps, and hashes, of statements that it does not keep as
// written.

#include <functional>
#include <string>
#include <string_view>

#include "sql/dialect.h"

namespace towline::query {

/// A statement in one line, with words in upper case and macros as they are. Fails with `unsupported` if how sqlglot
/// prints it is not known (comments are known of queries alone), and on anything that is no statement. Pure.
Result<std::string> printed_statement(std::string_view text, sql::Dialect dialect);

/// How a query that is a statement, or all that follows AS or INSERT INTO in one, is printed.
using PrintQuery = std::function<Result<std::string>(std::string_view query)>;
/// The same of a statement without macros, whose queries are printed as `query` says.
Result<std::string> printed_statement(std::string_view text, sql::Dialect dialect, const PrintQuery& query);

}  // namespace towline::query
