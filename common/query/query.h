#pragma once
// A query as SQLMesh runs and prints it. The steps one by one are in the other headers.

#include "query/print.h"
#include "query/qualify.h"

namespace towline::query {

/// What a query may know of the world. `self` is the FQN of its model: reading itself needs no columns.
struct Context {
    sql::Dialect dialect = sql::Dialect::none;
    std::string default_catalog;
    std::string self;
    bool named = true;        ///< false: names stay as they are written
    bool optimize = true;     ///< false: nothing is qualified
    bool had_macros = false;  ///< sqlglot has printed it once before this reading, and written functions in capitals
    /// What has no known text stays as it is written: the tree may be compared, not printed.
    bool lenient = false;
    ColumnsOf columns;
    /// True if a column of a table, by its FQN, is known to be BOOLEAN; may be empty.
    std::function<bool(const std::string& fqn, const std::string& column)> is_boolean;
    /// The name of the type of an expression of the text, "" if it is not known; may be empty.
    std::function<std::string(const Expr& expression)> type_of;
};

/// The query's tree: named and quoted, and qualified and simplified where the columns of all it reads are known.
/// Fails with
/// `unsupported` on what is not understood in full. Pure.
Result<Expr> rendered(std::string_view text, const Context& context);

/// A query as a linter sees it.
struct Checked {
    Expr tree;  ///< Named; qualified too if everything it reads is known and nothing is wrong.
    bool qualified = false;
    std::optional<Finding> finding;  ///< Why it is not, where sqlglot says why.
};
/// Reads a query only to ask about it: calls need no known text. Fails with `unsupported` on what is not understood in
/// full. Pure.
Result<Checked> checked(std::string_view text, const Context& context);

/// The text that sqlglot gives an expression that stands in no query, without comments. Fails with `unsupported` on
/// what is not understood in full. Pure.
Result<std::string> printed_expression(std::string_view text, sql::Dialect dialect);

/// What stands in place of a table: parts of another name, or a query. Neither: the table stays.
struct Replacement {
    std::vector<std::string> name;
    std::vector<Expr> query;  ///< at most one
};
using ReplacementOf = std::function<Result<Replacement>(const std::string& fqn)>;

/// Folds all names, tables by their own rule. SQLMesh does it once more to a query that it runs or shows: names that
/// were literals are folded then.
void fold_names(Expr& tree, sql::Dialect dialect);

/// Replaces tables by their FQN; a comment behind a new name tells the old one, as in SQLMesh.
Status replace_tables(Expr& tree, const ReplacementOf& replacement);

}  // namespace towline::query
