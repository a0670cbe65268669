#pragma once
// Internal to the module: the recursive-descent parser behind parse.h.

#include <initializer_list>

#include "query/parse.h"

namespace towline::query {

inline constexpr int kQueryDepthMax = 80;  ///< Queries within queries, and set operations in a row.

/// Steps on one way down a tree, through the queries in its expressions too: what walks it recurses.
inline constexpr int kHeightMax = 1'800;

/// Parses one text; its subqueries are texts of their own. `above` is the height of the expressions around it.
class Parser {
 public:
    Parser(const sql::TokenList& tokens, int depth, Reading reading, int above = 0)
        : tokens_(tokens), dialect_(tokens.dialect()), depth_(depth), reading_(reading), above_(above) {}

    /// The whole text as one query.
    Result<Expr> whole();

 private:
    using Words = std::initializer_list<std::string_view>;

    // parse.cpp
    Result<Expr> query();
    Result<Expr> operand();
    Result<Expr> from_first();
    Result<Expr> with_clause();
    Result<Expr> cte();
    Result<Expr> select();
    Status select_head(Expr& out);
    Result<Expr> projection();
    Status star_tail(Expr& star);
    Result<Expr> excepted();
    Status clauses(Expr& out);
    Result<bool> clause_at(Expr& out);
    Result<bool> modifier(Expr& out);
    Result<bool> lock(Expr& out);
    Result<Expr> group();
    Result<Expr> grouping(std::string_view name);
    Result<Expr> order();
    Result<Expr> limit();
    Status named_windows(Expr& out);
    Result<bool> set_operation(Expr& left);

    // parse_from.cpp
    Status from(Expr& out);
    Result<Expr> source();
    Result<Expr> bracketed_source();
    bool starts_nested() const;
    Result<Expr> nested_source();
    Result<Expr> table();
    Result<Expr> values();
    Result<Expr> unnest();
    Result<Expr> lateral();
    Result<Expr> lateral_view();
    Status source_tail(Expr& out);
    Result<Expr> table_alias();
    Result<Expr> sample();
    Result<Expr> pivot();
    Result<Expr> pivot_field(bool unpivot);
    Result<Expr> aggregate();
    Result<bool> join(Expr& out);

    // parse_expression.cpp
    Result<Expr> expression();
    Result<Expr> subquery(sql::Span span, bool brackets, int height = 0);
    sql::Span up_to_next_token(sql::Span span) const;
    Status complete(Expr& expr, int height = 0);
    void take_comments(Expr& expr, std::size_t begin, std::size_t end);
    /// The comments that sqlglot gives the token: those behind it on its line, and those on lines of their own before
    /// it.
    std::vector<std::string> comments_of(std::size_t token) const;

    bool word(std::string_view upper) const { return tokens_.is_word(at_, upper); }
    bool words(std::string_view first, std::string_view second) const {
        return word(first) && tokens_.is_word(at_ + 1, second);
    }
    /// Takes the comma behind an item of a list, and those that no item follows: sqlglot reads over them. True if one
    /// more item comes.
    bool next_item();
    bool any(Words words) const;
    bool symbol(std::string_view text) const { return tokens_.is_symbol(at_, text); }
    bool take_word(std::string_view upper);
    bool take_words(std::string_view first, std::string_view second);
    bool take_symbol(std::string_view text);
    bool identifier_at(std::size_t at) const;
    bool alias_at(std::size_t at) const;
    Expr take_identifier();
    Result<std::vector<Expr>> identifiers();
    Result<std::vector<Expr>> expressions();
    bool starts_query(std::size_t at) const;
    tl::unexpected<Error> unknown() const;

    const sql::TokenList& tokens_;
    sql::Dialect dialect_;
    int depth_;
    Reading reading_;
    int above_;
    std::size_t at_ = 0;
    int groupings_ = 0;  ///< Groupings inside groupings, brackets of joins inside each other.
};

}  // namespace towline::query
