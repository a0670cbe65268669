#pragma once
// Every column with its table, every star written out, every projection with a name: sqlglot's `qualify`.

#include <functional>
#include <optional>

#include "query/tree.h"

namespace towline::query {

/// The columns of a table by its fully qualified name, or null if they are not known; none if any name may be one, as
/// of a model that reads itself. Valid during the call.
using ColumnsOf = std::function<const std::vector<std::string>*(const std::string& fqn)>;

/// A name that has no owner or several, in the words of sqlglot: "Unknown column: x", "Column 'x' could not be
/// resolved.".
struct Finding {
    std::string message;
    std::optional<std::size_t> last_byte;  ///< Of the name in the query's text, where sqlglot tells its place.
    bool place_in_brackets = false;        ///< It tells it as " (Line: 1, Col: 2)", else as " Line: 1, Col: 2".
};

/// What sqlglot finds wrong first, with which the tree is of no use; nothing if every name has its owner. Fails with
/// `unsupported` on what is not understood in full. Requires: a tree after `name_all`. Pure.
/// `early`: names of projections go before columns, as in queries that read no table.
Result<std::optional<Finding>> qualify(Expr& query, sql::Dialect dialect, const ColumnsOf& columns, bool early);

/// All tables outside the query, in the order in which sqlglot goes through scopes: inner ones first, of one SELECT
/// those of WITH, of FROM, and then the others. Requires: folded names. Valid as long as the query.
std::vector<const Expr*> tables_of(const Expr& query);

/// The fully qualified name of a table: its parts in double quotes.
std::string fqn_of(const Expr& table);

}  // namespace towline::query
