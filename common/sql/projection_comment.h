#pragma once
#include <string>

#include "sql/lexer.h"

namespace towline::sql {

/// The comment that SQLMesh takes as the description of a projection, trimmed; "" if there is none. The
/// expression stands at tokens [begin, expression_end), with its alias it ends before `end`. A comment belongs
/// to one token, and only those of the outermost operation, the alias and the comma count; the last one wins.
std::string projection_comment(const TokenList& tokens, std::size_t begin, std::size_t expression_end, std::size_t end);

}  // namespace towline::sql
