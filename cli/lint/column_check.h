#pragma once
// Whether every column of a query belongs to one of its tables.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/node.h"
#include "sql/dialect.h"

namespace towline::lint {

/// A column that cannot be resolved, in sqlglot's words: "Unknown column: x", "Column 'x' could not be resolved".
struct ColumnProblem {
    std::string message;
    std::optional<std::size_t> last_byte;  ///< of the column's name in the query, where sqlglot tells the place
};

struct ColumnCheck {
    /// Names of the result, `*` put out, repeated ones repeated; nothing if they cannot be known.
    std::optional<std::vector<std::string>> columns;
    std::optional<ColumnProblem> problem;
};

/// Reads a macro-free query. What it does not understand is taken to be right. `tables` are the columns of tables by
/// FQN; a table that is not there may have any column.
ColumnCheck check_columns(std::string_view query, sql::Dialect dialect, const std::string& default_catalog,
                          const std::map<std::string, model::Columns>& tables);

}  // namespace towline::lint
