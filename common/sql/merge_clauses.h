#pragma once
// The WHEN clauses of a MERGE, as `when_matched` of INCREMENTAL_BY_UNIQUE_KEY holds them.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/expression.h"

namespace towline::sql {

enum class MergeAction { do_nothing, remove, update, insert };

/// One clause. `assignments` and `where` belong to UPDATE, `columns` and `values` to INSERT.
struct MergeClause {
    bool matched = true;
    bool by_source = false;
    std::optional<Expr> condition;
    MergeAction action = MergeAction::do_nothing;
    std::vector<Expr> assignments;  ///< `a = b` each, or one star.
    std::optional<Expr> where;
    std::optional<Expr> columns;  ///< A tuple, a star, or `raw` for ROW.
    std::optional<Expr> values;   ///< A tuple.

    /// Calls `visit` for each expression of the clause; it may change it.
    void for_each(const std::function<void(Expr&)>& visit);
};

/// Parses `WHEN [NOT] MATCHED …` one or more times, with or without brackets around the whole. Fails with line
/// and caret on anything else.
Result<std::vector<MergeClause>> parse_merge_clauses(std::string_view text, Dialect dialect);
/// sqlglot's minimal text of the clauses, as it enters fingerprints.
std::string gen(const std::vector<MergeClause>& clauses, Dialect dialect = Dialect::none);
/// The same; fails as `checked_gen` of an expression does.
Result<std::string> checked_gen(const std::vector<MergeClause>& clauses, Dialect dialect);
/// The clauses in brackets, in canonical spacing; a WHERE of an UPDATE is left out as sqlglot does.
std::string to_sql(const std::vector<MergeClause>& clauses, Dialect dialect);

}  // namespace towline::sql
