#pragma once
// Comparison of two texts of a statement, for the planner: same meaning, only more projections, or something
// else.

#include <string>
#include <string_view>
#include <vector>

#include "sql/dialect.h"

namespace towline::sql {

/// The tokens that carry meaning: comments and blanks dropped, words and unquoted identifiers folded by the
/// dialect, a final `;` dropped. Two texts with equal sequences differ in layout only.
std::vector<std::string> canonical_tokens(std::string_view text, Dialect dialect);
/// The canonical tokens joined by one blank.
std::string canonical_text(std::string_view text, Dialect dialect);
/// True if the texts differ at most in layout, comments and case.
bool same_statement(std::string_view a, std::string_view b, Dialect dialect);

enum class QueryDiff {
    equal,                   ///< Same canonical tokens.
    only_projections_added,  ///< The old query is the new one less some projections (at any depth):
                             ///< non-breaking.
    other,
};
/// Compares two rendered queries. Inserted projections count only if no table function comes with them
/// outside a subquery.
QueryDiff compare_queries(std::string_view old_query, std::string_view new_query, Dialect dialect);

}  // namespace towline::sql
