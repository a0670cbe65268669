#pragma once
#include <cstddef>

#include "sql/lexer.h"

namespace towline::sql {

/// Snowflake reads files of a stage where a table can stand: `FROM @db.stage/path`, `FROM @stage (PATTERN => '…')`,
/// `DIRECTORY(@stage)`. One past the path whose `@` is token `at`; `at` itself where that is a macro, a variable
/// (`FROM @name` alone may be either) or of another dialect. As SQLMesh tells them apart.
std::size_t staged_path_end(const TokenList& tokens, std::size_t at);

}  // namespace towline::sql
