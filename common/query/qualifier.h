#pragma once
// Internal to the module: one scope after the other, inner ones first, as sqlglot goes through a query.

#include <map>
#include <set>

#include "query/qualify.h"

namespace towline::query {

/// What a FROM clause brings into sight.
struct Source {
    std::string name;
    std::vector<std::string> columns;
    bool open = false;    ///< Its columns are not known: any name with its qualifier is one.
    int rank = 0;         ///< Where its columns stand in `*`: tables, then queries, then UNNEST, VALUES and LATERAL.
    bool hidden = false;  ///< The right side of a SEMI or ANTI join: only names with its qualifier are its columns.
    bool has(const std::string& column) const;
};

/// One SELECT while it is worked on.
struct Scope {
    Scope* outer = nullptr;
    std::vector<Source> sources;
    std::map<std::string, std::vector<std::string>> merged;  ///< Columns of USING and the sources they stand in.
    const Source* named(const std::string& name) const;
};

/// True if the call is an aggregate to sqlglot.
bool is_aggregate(const Expr& node);

class Qualifier {
 public:
    Qualifier(sql::Dialect dialect, const ColumnsOf& columns, bool early)
        : dialect_(dialect), columns_(columns), early_(early) {}
    /// Output columns. `names` are those that the alias of the query gives.
    Result<std::vector<std::string>> query(Expr& node, Scope* outer, const std::vector<std::string>& names);

 private:
    using Names = std::vector<std::string>;

    // qualify.cpp
    Status common_tables(Expr& with);
    Result<Names> select(Expr& node, Scope* outer, const Names& names);
    Status add_source(Expr& source, Scope& scope);
    Status add_nested(Expr& nested, Scope& scope);
    Status nested_conditions(Expr& source, Scope& scope);
    Status clauses(Expr& node, Scope& scope);
    Status columns(Expr& node, Scope& scope, const std::set<std::string>* kept);
    Status column(Expr& node, Scope& scope);
    Status queries(Expr& node, Scope& scope);
    Result<std::string> owner(const std::string& name, const Scope& scope) const;
    Status unresolved(Expr& node, Scope& scope);
    Status rest(Expr& node, Scope& scope, const std::set<std::string>* kept);

    // qualify_outputs.cpp
    Status expand_using(Expr& node, Scope& scope);
    void group_aliases(Expr& node) const;
    void bare_shadowed_keys(Expr& node) const;
    Status aliases(Expr& node, Scope& scope);
    Status replace_aliases(Expr& node, Scope& scope, bool having, bool inside_aggregate);
    std::set<std::string> shared_by_stars(const Expr& node, const Scope& scope) const;
    std::set<std::string> kept_names(const Expr& node, const std::set<std::string>& shared) const;
    Status keys_are_outputs(const Expr& node, const std::set<std::string>& shared) const;
    Status expand_stars(Expr& node, Scope& scope);
    Status expand_star(const Expr& star, Scope& scope, std::vector<Expr>& out, std::set<std::string>& merged);
    void name_outputs(Expr& node, const Names& names);
    Status positions(Expr& node);
    void ordered_by_name(Expr& node);

    sql::Dialect dialect_;
    const ColumnsOf& columns_;
    bool early_;
    std::vector<std::pair<std::string, Names>> ctes_;
    std::map<std::string, std::pair<Expr, int>> known_;  ///< Aliases of the SELECT worked on.
    int depth_ = 0;
};

}  // namespace towline::query
