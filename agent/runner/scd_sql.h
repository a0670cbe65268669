#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/node.h"

namespace towline::runner {

/// What the query of a slowly changing dimension needs to know.
struct ScdInput {
    std::string target;      ///< quoted
    model::Columns columns;  ///< of the target by the catalogue, managed ones included
    std::string query;
    model::Kind kind;  ///< SCD_TYPE_2, _BY_TIME or _BY_COLUMN
    std::int64_t execution_ms = 0;
    bool first_load = false;  ///< the table's rows do not count
};

/// One query that gives the whole new content of the table: rows that are closed, rows that stay or are
/// closed now, and new versions (reference sqlmesh_plan_run 5.7). Pure.
std::string scd_query(const ScdInput& input);

}  // namespace towline::runner
