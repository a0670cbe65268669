#pragma once
// Internal to the module: walks the token tree of a query and finds its tables. See query_walker.cpp.

#include "sql/scopes.h"

namespace towline::sql {

/// Walks one statement. CTE names are kept as a stack: a bracket's own names end with it.
class QueryWalker {
 public:
    QueryWalker(const TokenList& tokens, QueryAnalysis& out) : tokens_(tokens), out_(out) {}
    void statement();

 private:
    /// Where in a query the walk is.
    struct Clause {
        bool in_from = false;    ///< A comma is followed by another table.
        bool expect = false;     ///< The next token starts a table.
        bool in_select = false;  ///< Between SELECT and its FROM.
    };
    void walk(std::size_t at, std::size_t end, bool table_first);
    std::size_t step(std::size_t at, std::size_t end, Clause& clause);
    std::size_t lateral_view(std::size_t at, std::size_t end);
    std::size_t locking_clause(std::size_t at, std::size_t end, Clause& clause);
    void expression(std::size_t at, std::size_t end);
    std::size_t bracket(std::size_t open);
    std::size_t head(std::size_t end);
    std::size_t with_clause(std::size_t at, std::size_t end);
    std::size_t cte_body(std::size_t at, std::size_t end) const;
    std::size_t before_table(std::size_t at, std::size_t end) const;
    bool ends_item(std::size_t at, std::size_t end) const;
    std::size_t table_item(std::size_t at, std::size_t end);
    std::size_t target(std::size_t at, std::size_t end, bool alias_possible);
    std::size_t name(std::size_t at, std::size_t end, TableReference& out) const;
    std::size_t alias(std::size_t at, std::size_t end, TableReference& table) const;
    void add(TableReference table, bool may_be_column);
    bool is_column_of_table(const TableReference& table) const;
    bool is_cte(const TableReference& table) const;
    bool is_table_join(std::size_t at, bool in_from) const;
    bool word(std::size_t at, std::string_view upper) const { return tokens_.is_word(at, upper); }

    const TokenList& tokens_;
    QueryAnalysis& out_;
    std::vector<std::string> ctes_;
    std::vector<std::string> refs_;  ///< Names of the tables of the open FROM clause, folded.
    std::string first_word_;
};

/// True if a query starts at the token (opening brackets are skipped).
bool starts_query_at(const TokenList& tokens, std::size_t at);
/// True for words that end a FROM clause or cannot be an alias without quotes.
bool is_clause_word(const TokenList& tokens, std::size_t at);
/// Reads a dotted table name; returns the token after it, or `at` if there is none.
std::size_t read_table_name(const TokenList& tokens, std::size_t at, std::size_t end, std::vector<NamePart>& parts);
/// From the token after SELECT over DISTINCT, ALL, TOP n, hints and AS STRUCT to the first projection.
std::size_t skip_select_modifiers(const TokenList& tokens, std::size_t at);
/// True if the token ends a select list on its own bracket level.
bool ends_select_list(const TokenList& tokens, std::size_t at);
/// The SELECT that names the output of the query: through brackets and WITH lists. tokens.size() if there is none.
std::size_t outermost_select(const TokenList& tokens);
/// The projections of the SELECT at that token; without comments.
std::vector<Projection> select_list(const TokenList& tokens, std::size_t select);
/// Fills the projections of the first SELECT.
void find_projections(const TokenList& tokens, QueryAnalysis& out);

}  // namespace towline::sql
