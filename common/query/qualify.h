#pragma once
// Every column with its table, every star written out, every projection with a name: sqlglot's `qualify`.

#include <functional>

#include "query/tree.h"

namespace towline::query {

/// The columns of a table by its fully qualified name, or null if they are not known; none if any name may be one, as
/// of a model that reads itself. Valid during the call.
using ColumnsOf = std::function<const std::vector<std::string>*(const std::string& fqn)>;

/// Fails with `invalid` if a name has no owner or several, as sqlglot does; the tree is of no use then.
/// Requires: a tree after `name_all`. Pure.
/// `early`: names of projections go before columns, as in queries that read no table.
Status qualify(Expr& query, sql::Dialect dialect, const ColumnsOf& columns, bool early);

/// Names of all tables outside the query, fully qualified, in order. Requires: a tree after `name_all`.
std::vector<std::string> tables_of(const Expr& query);

/// The fully qualified name of a table: its parts in double quotes.
std::string fqn_of(const Expr& table);

}  // namespace towline::query
