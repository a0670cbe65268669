#pragma once
// Comments that stand around a query in its file. They belong to no hash but Athena's, and `render` shows them.

#include <string>
#include <string_view>

#include "sql/dialect.h"

namespace towline::project {

/// The query between the comments at the end of `before` and at the beginning of `behind`, as `/* … */`. A comment on
/// the line of what ends before it belongs to that. Pure.
std::string commented(std::string_view query, std::string_view before, std::string_view behind, sql::Dialect dialect);

/// The comments of a text that holds nothing else, as sqlglot prints them. Pure.
std::string comments_of(std::string_view text, sql::Dialect dialect);

}  // namespace towline::project
