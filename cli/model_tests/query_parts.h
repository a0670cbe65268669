#pragma once
// What a unit test must know of a query's text.

#include <string>
#include <string_view>
#include <vector>

#include "sql/dialect.h"

namespace towline::model_tests {

struct CteText {
    std::string name;      ///< folded
    bool ordered = false;  ///< its query ends in ORDER BY
};

struct QueryParts {
    std::string with;  ///< "WITH a AS (…), b AS (…)"; empty without one
    std::vector<CteText> ctes;
    bool ordered = false;
};

/// Reads the outermost WITH clause and whether the query orders its rows.
QueryParts query_parts(std::string_view query, sql::Dialect dialect);

/// CURRENT_DATE, CURRENT_TIMESTAMP, NOW() and their like of DuckDB as constants of the given instant ("2024-01-01
/// 00:00:00"), which is UTC. With `zoned`, timestamps have a zone.
std::string with_frozen_time(std::string_view query, std::string_view instant, bool zoned = false);

}  // namespace towline::model_tests
