#pragma once
// Compares two tables of one engine.

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engines/engine.h"
#include "model/node.h"

namespace towline::table_diff {

/// One of the tables.
struct Side {
    std::string name;        ///< quoted, as statements write it
    model::Columns columns;  ///< with the engine's types
};

struct Options {
    std::vector<std::string> on;  ///< key columns
    std::vector<std::string> skip_columns;
    std::string where;  ///< a condition on each table; may be empty
    int decimals = 3;
    bool ignore_case = false;  ///< of column names when schemas are compared
    std::size_t sample_rows = 0;
};

struct SchemaDiff {
    model::Columns added;
    model::Columns removed;
    /// Name, type in the source, type in the target.
    std::vector<std::pair<std::string, std::pair<std::string, std::string>>> modified;
    bool empty() const { return added.empty() && removed.empty() && modified.empty(); }
};
SchemaDiff schema_diff(const model::Columns& source, const model::Columns& target, bool ignore_case);

/// How rows agree. Percentages have two decimals.
struct RowDiff {
    std::int64_t source_count = 0;
    std::int64_t target_count = 0;
    std::int64_t join_count = 0;
    std::int64_t full_match_count = 0;
    std::int64_t null_grain_count = 0;
    std::int64_t distinct_source = 0;
    std::int64_t distinct_target = 0;
    std::vector<std::pair<std::string, double>> column_match;  ///< without key columns, in percent
    engines::QueryResult differing;                            ///< joined rows that differ: keys, then s__x, t__x
    engines::QueryResult source_only;
    engines::QueryResult target_only;

    std::int64_t partial_match_count() const { return join_count - full_match_count; }
    std::int64_t source_only_count() const { return source_count - join_count; }
    std::int64_t target_only_count() const { return target_count - join_count; }
    bool empty() const { return source_count == 0 && target_count == 0; }
    /// Keys that repeat or are NULL make the counts doubtful.
    bool grain_is_doubtful() const {
        return null_grain_count > 0 || distinct_source != source_count || distinct_target != target_count;
    }
};

/// The statement that counts; for tests.
Result<std::string> stats_query(const Side& source, const Side& target, const Options& options);
/// Asks the engine. Fails with `invalid` if a key column is missing on one side.
Result<RowDiff> row_diff(engines::Session& session, const Side& source, const Side& target, const Options& options);

}  // namespace towline::table_diff
