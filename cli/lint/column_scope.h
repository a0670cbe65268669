#pragma once
// Internal to the module: the tables that a SELECT can see, and what a column's name means among them.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/column_check.h"
#include "sql/expression.h"

namespace towline::lint {

using Names = std::vector<std::string>;

/// Stands in a list of names for columns that nobody knows: those of a table function, which SQLMesh leaves a star.
inline constexpr std::string_view kStar = "*";

/// One item of a FROM clause.
struct Source {
    std::string alias;           ///< folded
    std::optional<Names> names;  ///< absent: any column
    bool renamed = false;        ///< its alias lists names
    bool opaque = false;         ///< a table function or a file: SQLMesh finds its columns only by its alias
};
/// True if `*` over the source stays a star.
bool stays_star(const Source& source);

/// One SELECT. The outer one, if it is a subquery, must outlive it.
struct Scope {
    std::vector<Source> sources;
    Names aliases;            ///< of its own projections
    Names merged;             ///< columns of USING: those of several tables are one
    bool is_derived = false;  ///< in FROM or WITH: without sources of its own it may be lateral and use its neighbours'
    const Scope* outer = nullptr;

    bool sees_everything() const;  ///< columns of all sources are known, here and outside
    const Source* source(const std::string& alias) const;
    /// How many sources of this scope have the column.
    std::size_t count(const std::string& name) const;
    bool known_outside(const std::string& name) const;
};

/// What is wrong with a column in a scope; nothing if it may be right. `in_join`: part of a join's condition, where
/// only the tables so far count. `unknown` tells the problems that sqlglot finds first.
struct ScopedProblem {
    ColumnProblem problem;
    bool unknown = false;
};
std::optional<ScopedProblem> problem_of(const sql::Expr& column, const Scope& scope, sql::Dialect dialect,
                                        bool in_join);

}  // namespace towline::lint
