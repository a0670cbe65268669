#pragma once
// Statements that put the rows of a query into a table (reference sqlmesh_plan_run 5.3 to 5.6). Pure: values
// in, SQL out. Who executes them keeps them in one transaction.

#include <optional>
#include <string>
#include <vector>

#include "model/node.h"
#include "runner/creatable.h"

namespace towline::runner {

using Statements = std::vector<std::string>;

/// Where rows go and where they come from.
struct Load {
    std::string target;                ///< quoted
    std::vector<std::string> columns;  ///< of the target, bare, in order
    std::string query;
    /// Columns the query gives; empty = all of the target's. Others are loaded as NULL.
    std::vector<std::string> source_columns;
    model::Columns types = {};  ///< of the target's columns; empty = as the query gives them
};

/// `SELECT columns FROM (query) AS "_subquery"`, with `WHERE condition` unless it is empty.
std::string select_columns(const Load& load, const std::string& condition);
/// INSERT only.
Statements append(const Load& load);
/// DELETE of what the condition covers, then INSERT of what the query gives inside it.
Statements replace_range(const Load& load, const std::string& condition);
/// DELETE of everything, then INSERT.
Statements replace_rows(const Load& load);
/// The same for a query that reads the target: its rows pass through `temp`.
Statements replace_rows_through(const Load& load, const std::string& temp);
/// CREATE TABLE AS; with `types`, columns are cast to them. `or_replace` where the engine can.
struct CreateAs {
    std::string target;
    std::string query;
    model::Columns types;
    bool or_replace = false;
    Creatable type = {};
};
Statements create_as(const CreateAs& create);

/// Rows that share a key are replaced: `unique` keeps one row per key, otherwise all rows of the query are
/// kept (partitions). Goes through `temp`.
struct KeyedLoad {
    Load load;
    std::vector<std::string> keys;  ///< expressions over quoted columns
    std::string temp;
    bool unique = true;
};
Statements replace_by_key(const KeyedLoad& keyed);

/// MERGE by key. `when_matched` is the author's list of WHEN clauses, `merge_filter` goes in front of the key
/// condition.
struct MergeLoad {
    Load load;
    std::vector<std::string> keys;
    std::optional<std::string> when_matched;
    std::optional<std::string> merge_filter;
};
Statements merge(const MergeLoad& merge);

}  // namespace towline::runner
