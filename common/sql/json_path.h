#pragma once
// Paths into JSON documents in canonical form.

#include <optional>
#include <string>
#include <string_view>

#include "sql/dialect.h"
#include "sql/expression.h"

namespace towline::sql {

/// The canonical text of a path such as `$.a.b[0]`, `a."b c"` or `$[*]`; nothing for what is no such path or is read
/// differently from dialect to dialect (names that are not words, filters, slices, JSON pointers).
std::optional<std::string> json_path(std::string_view text, Dialect dialect);
/// The canonical path of keys and indexes given one by one; nothing if one of them is not a literal. With `arrow` a
/// string is a key even if it looks like a number; `first` is the number of the first element of an array.
std::optional<std::string> json_path_of(const std::vector<Expr>& steps, std::size_t from, bool arrow, int first = 0);
/// True for what DuckDB takes as it is: `/a/b`, or a path that counts from the end, `$.a[#-1]`.
bool is_json_pointer(std::string_view text);
/// True for `->`, `->>`, `#>` and `#>>`.
bool is_json_operator(std::string_view op);

}  // namespace towline::sql
