#pragma once
// The select lists of a query's outermost SELECTs, read off its tokens.

#include <string_view>
#include <vector>

#include "sql/lexer.h"

namespace towline::lint {

/// One item of a select list.
struct OuterProjection {
    bool star = false;      ///< `*` or `t.*`
    std::size_t begin = 0;  ///< bytes of the text; none if the star is not written
    std::size_t end = 0;
};

/// The select list of one branch of the query: one without a set operation, else one per operand.
struct OuterSelect {
    std::vector<OuterProjection> projections;
};

/// The branches, in order; empty if the text is no query that can be read.
std::vector<OuterSelect> outer_selects(std::string_view query, sql::Dialect dialect);

}  // namespace towline::lint
