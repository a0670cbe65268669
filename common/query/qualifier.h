#pragma once
// Internal to the module: one scope after the other, inner ones first, as sqlglot goes through a query.

#include <map>
#include <set>
#include <unordered_set>

#include "query/qualify.h"
#include "sql/limits.h"

namespace towline::query {

/// What a FROM clause brings into sight.
struct Source {
    std::string name;
    std::vector<std::string> columns;
    bool open = false;    ///< Its columns are not known: any name with its qualifier is one.
    bool loose = false;   ///< They are known, and yet any name with its qualifier may be one.
    bool fields = false;  ///< Fields of structures are columns of it too, which are not known.
    std::string table;    ///< What it is called before a PIVOT, if it is a table.
    std::string path;     ///< Its whole name, if it is a table with a catalog.
    int rank = 0;         ///< Where its columns stand in `*`: tables, then queries, then UNNEST, VALUES and LATERAL.
    bool hidden = false;  ///< The right side of a SEMI or ANTI join: only names with its qualifier are its columns.
    bool has(const std::string& column) const;
    /// Makes `has` quick where there are many columns; they do not change any more.
    void settle();

 private:
    std::unordered_set<std::string> names_;
};

/// When sqlglot comes upon something in a scope, in order.
enum class Stage { functions, joins, projections, limit, clauses, late, inner, stars, positions };

/// Something wrong in a scope.
struct Found {
    Stage stage = Stage::clauses;
    std::size_t place = 0;  ///< In the text.
    Finding finding;
    bool qualified = false;  ///< A column with a table.
};

/// One SELECT while it is worked on.
struct Scope {
    Scope* outer = nullptr;    ///< Whose columns it may read too.
    bool correlated = false;   ///< Inside a query in an expression, however deep.
    bool transformed = false;  ///< It reads a PIVOT.
    std::vector<Source> sources;
    std::map<std::string, std::vector<std::string>> merged;  ///< Columns of USING and the sources they stand in.
    std::vector<std::string> parameters;                     ///< Of the lambdas around what is worked on.
    std::size_t joined = 0;  ///< How many sources stand up to the join whose condition is worked on; 0 outside of them.
    Stage stage = Stage::clauses;
    std::vector<Found> raised;      ///< At once, by sqlglot's qualification.
    std::vector<Found> unresolved;  ///< Columns that its validation finds without a table.
    const Source* named(const std::string& name) const;
    bool is_parameter(const std::string& name) const;
};

/// Names that stay without a table in a clause: those of projections, or all of them, as in HAVING and QUALIFY.
struct Kept {
    const std::set<std::string>* names = nullptr;
    bool all = false;
    bool holds(const std::string& name) const { return all || (names != nullptr && names->contains(name)); }
};

/// The parameters of a lambda, in sight for as long as the value lives: they are no columns.
class Parameters {
 public:
    Parameters(const Expr& lambda, Scope& scope) : scope_(scope), before_(scope.parameters.size()) {
        for (std::size_t i = 0; i + 1 < lambda.children.size(); ++i)
            scope.parameters.push_back(lambda.children[i].text);
    }
    ~Parameters() { scope_.parameters.resize(before_); }
    Parameters(const Parameters&) = delete;
    Parameters& operator=(const Parameters&) = delete;

 private:
    Scope& scope_;
    std::size_t before_;
};

/// True if what stands in the child is no output of an ORDER BY around the node: keys of a call's own.
bool has_own_keys(const Expr& node, const Expr& child);
/// When sqlglot comes to a clause of a SELECT.
Stage stage_of(std::string_view clause);
/// True if the call is an aggregate to sqlglot.
bool is_aggregate(const Expr& node, sql::Dialect dialect);

/// What a column stands in, within its SELECT: an aggregate of an aggregate keeps its column, but in a window.
enum class Enclosing { nothing, aggregate, window };

class Qualifier {
 public:
    Qualifier(sql::Dialect dialect, const ColumnsOf& columns, bool early)
        : dialect_(dialect), columns_(columns), early_(early) {}
    /// Output columns. `names` are those that the alias of the query gives.
    Result<std::vector<std::string>> query(Expr& node, Scope* outer, const std::vector<std::string>& names);
    /// What sqlglot says: what its qualification raises, then the first of what its validation finds.
    Result<std::optional<Finding>> finding() const;

 private:
    using Names = std::vector<std::string>;

    // qualify.cpp
    Status common_tables(Expr& with);
    Result<Names> select(Expr& node, Scope* outer, const Names& names);
    Status add_source(Expr& source, Scope& scope);
    Status add_nested(Expr& nested, Scope& scope);
    Status nested_conditions(Expr& source, Scope& scope);
    Status clauses(Expr& node, Scope& scope);
    Status ordered_by_calls(Expr& node, Scope& scope);
    Status columns(Expr& node, Scope& scope, const std::set<std::string>* kept);
    void column(Expr& node, Scope& scope);
    Status queries(Expr& node, Scope& scope);
    std::string owner(const std::string& name, const Scope& scope, std::size_t joined = 0) const;
    void look_up(const std::string& name, const Source& source, Scope& scope, Stage stage, const Expr& at);

    // qualify_rest.cpp
    void validate(Expr& node, Scope& scope);
    void rest(Expr& node, Scope& scope, const Kept& kept);
    void rest_of_source(Expr& source, Scope& scope);
    void rest_of_column(Expr& node, Scope& scope, const Kept& kept);
    void unresolved(Expr& node, Scope& scope);
    void note(const Expr& column, Scope& scope);
    void inside_pivot(const Expr& pivot, const Source& source, const Names& known, Scope& scope);
    void raise(Scope* scope, Stage stage, std::string message, const Expr& at);
    void leave(Scope& scope);

    // qualify_outputs.cpp
    Expr merged_column(const std::string& name, const Names& tables);
    Status expand_using(Expr& node, Scope& scope);
    Status group_aliases(Expr& node);
    void bare_shadowed_keys(Expr& node) const;
    Status aliases(Expr& node, Scope& scope);
    Status replace_alias(Expr& column, const Expr& around, Scope& scope, bool having, Enclosing enclosing);
    bool is_shadowed(const Expr& column, const Scope& scope) const;
    Status replace_aliases(Expr& node, Scope& scope, bool having, Enclosing enclosing);
    std::set<std::string> output_names(const Expr& node) const;
    Status expand_stars(Expr& node, Scope& scope);
    Status expand_star(const Expr& star, Scope& scope, std::vector<Expr>& out, std::set<std::string>& merged);
    void name_outputs(Expr& node, const Names& names);
    Status positions(Expr& node, Scope* scope);

    sql::Dialect dialect_;
    const ColumnsOf& columns_;
    bool early_;
    std::vector<std::pair<std::string, Names>> ctes_;
    std::map<std::string, std::pair<Expr, int>> known_;  ///< Aliases of the SELECT worked on.
    /// BigQuery's HAVING takes the name of a table for the projection of that name: those of the SELECT worked on,
    /// until one is met, and whether it was.
    std::optional<std::set<std::string>> shadowing_;
    bool shadowed_ = false;
    Copies copies_{sql::kAliasNodesMax};
    Copies expanded_{sql::kStarNodesMax};
    bool too_large_ = false;  ///< Something was left as it is because of that.
    int depth_ = 0;
    bool correlated_ = false;
    bool unsure_ = false;  ///< Something is wrong for all that is known, which is not all.
    std::optional<Finding> raised_, unresolved_, ambiguous_;  ///< The first of each in the order of sqlglot's scopes.
};

}  // namespace towline::query
