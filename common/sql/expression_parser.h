#pragma once
// Internal to the module: the recursive-descent parser behind expression.h.

#include <initializer_list>
#include <set>

#include "sql/expression.h"

namespace towline::sql {

inline constexpr const char* kTooDeep = "The expression is nested more than 200 deep.";

/// Parses from a token list. Every method starts at `at` and leaves it after what it took.
class ExpressionParser {
 public:
    ExpressionParser(const TokenList& tokens, std::size_t at) : tokens_(tokens), at_(at) {}

    Result<Expr> expression(bool alias_allowed);
    Result<Expr> field();
    Result<Expr> type();
    Result<Expr> ordered();
    Result<Expr> named_window();
    std::size_t at() const { return at_; }

 private:
    Result<Expr> disjunction();
    Result<Expr> conjunction();
    Result<Expr> negation();
    Result<Expr> comparison();
    Result<Expr> range();
    std::string_view pattern_operator(std::size_t index) const;
    Result<Expr> range_tail(Expr value, bool negated);
    Result<Expr> is_tail(Expr value);
    Result<Expr> in_tail(Expr value);
    Result<Expr> concatenation();
    Result<Expr> term();
    Result<Expr> factor();
    Result<Expr> exponent();
    Result<Expr> unary();
    Result<Expr> postfix();
    bool starts_path() const;
    Expr variant_path();
    Result<Expr> subscript(Expr value);
    Result<Expr> primary();
    Result<Expr> word_primary();
    bool sizes_at(std::size_t at, std::size_t close) const;
    Result<Expr> typed_literal(std::string_view canonical);
    Result<Expr> case_when();
    Result<Expr> cast(std::string name);
    Result<Expr> convert();
    Result<Expr> extract();
    Result<std::optional<Expr>> interval();
    bool interval_unit() const;
    Result<Expr> parenthesised();
    Result<Expr> array();
    Result<Expr> structure();
    Result<Expr> comprehension(Expr value);
    Result<Expr> map();
    Result<Expr> macro();
    Result<Expr> name();
    Result<Expr> call(std::string name, ExprKind kind, std::size_t begin);
    Result<Expr> argument();
    Status excluded(Expr& star);
    Result<Expr> argument_clauses(Expr value);
    Result<Expr> parameterised(Expr call);
    Result<Expr> call_clauses(Expr call);
    Result<Expr> order_clause(std::optional<Expr> value);
    Expr null_treatment(Expr value);
    Result<Expr> window(Expr call);
    Result<Expr> frame();
    Result<std::optional<Expr>> worded_call(std::string_view name);
    bool starts_order() const;
    bool frame_word() const;
    Result<Expr> type_head();
    Status type_parameters(Expr& parsed);
    bool has_paths(std::string_view type) const;
    Expr field_options();
    void time_zone(Expr& parsed, bool time);
    Result<Expr> nested_types(Expr outer, std::string_view close);
    void field_constraints(Expr& field);
    std::optional<std::vector<Expr>> lambda_parameters();
    bool identifier_part(Expr& out);
    bool starts_query(std::size_t index) const;
    bool word(std::string_view upper) const { return tokens_.is_word(at_, upper); }
    bool symbol(std::string_view text) const { return tokens_.is_symbol(at_, text); }
    Status link();
    bool take_word(std::string_view upper);
    bool take_symbol(std::string_view text);
    Expr raw_from(std::size_t begin_token) const;
    Expr with_span(Expr expr, std::size_t begin_token) const;
    tl::unexpected<Error> unexpected(std::string_view wanted) const;

    const TokenList& tokens_;
    std::size_t at_;
    int depth_ = 0;
    int links_ = 0;
    std::set<std::size_t> no_intervals_;  ///< words INTERVAL that were tried and are names: never tried again
};

}  // namespace towline::sql
