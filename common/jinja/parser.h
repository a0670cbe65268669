#pragma once
// The parser's two halves share one cursor. Private to common/jinja.

#include <initializer_list>

#include "jinja/syntax.h"

namespace towline::jinja {

/// A place in the tokens, and the failures that are told from there.
class Cursor {
 public:
    Cursor(std::string_view source, std::vector<Token> tokens) : source_(source), tokens_(std::move(tokens)) {}

    const Token& current() const { return tokens_[at_]; }
    const Token& ahead() const { return tokens_[at_ + 1 < tokens_.size() ? at_ + 1 : at_]; }
    void advance() {
        if (at_ + 1 < tokens_.size()) ++at_;
    }
    bool is(TokenKind kind) const { return current().kind == kind; }
    bool is_op(std::string_view op) const { return current().kind == TokenKind::op && current().text == op; }
    bool is_name(std::string_view name) const { return current().kind == TokenKind::name && current().text == name; }
    bool is_end_of_tag() const { return is(TokenKind::block_end) || is(TokenKind::variable_end) || is(TokenKind::end); }
    bool skip_op(std::string_view op) {
        if (!is_op(op)) return false;
        advance();
        return true;
    }
    bool skip_name(std::string_view name) {
        if (!is_name(name)) return false;
        advance();
        return true;
    }
    Status expect_op(std::string_view op);
    Status expect_name(std::string_view name);
    Result<std::string> take_name();
    Error error(std::string message, std::string hint = {}) const {
        return error_at(source_, current().offset, ErrorCode::invalid, std::move(message), std::move(hint));
    }
    Error error_here(std::size_t offset, ErrorCode code, std::string message, std::string hint = {}) const {
        return error_at(source_, offset, code, std::move(message), std::move(hint));
    }
    /// The index of the current token, and whether a name stands between one and here.
    std::size_t place() const { return at_; }
    bool named_since(std::size_t begin, std::string_view name) const {
        for (std::size_t i = begin; i < at_; ++i)
            if (tokens_[i].kind == TokenKind::name && tokens_[i].text == name) return true;
        return false;
    }
    /// How a message names the current token.
    std::string described() const;

 private:
    std::string_view source_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
};

/// Counts nesting while it lives.
class Nesting {
 public:
    explicit Nesting(int& depth) : depth_(depth) { ++depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { --depth_; }

 private:
    int& depth_;
};

/// Expressions, with Jinja's grammar and precedence.
class ExpressionParser {
 public:
    explicit ExpressionParser(Cursor& cursor) : cursor_(cursor) {}

    Result<Expr> expression(bool with_condition = true);
    /// Expressions with commas between them make a tuple. `end` is a word that ends it early.
    struct TupleRules {
        bool with_condition = true;
        bool explicit_parentheses = false;
        std::string_view end;
    };
    Result<Expr> tuple(const TupleRules& rules);
    /// Names, nested tuples of names; `a.b` if `with_namespace`. `end` as above.
    Result<Expr> target(bool with_namespace, std::string_view end = {});
    /// `name(args) | name …` after a missing operand: the head of a filter block.
    Result<Expr> filters(Expr operand, bool start_inline);
    Result<Expr> filter_chain_of_set();

 private:
    using Rule = Result<Expr> (ExpressionParser::*)();
    Result<Expr> disjunction();
    Result<Expr> conjunction();
    Result<Expr> negation();
    Result<Expr> comparison();
    Result<Expr> sum();
    Result<Expr> concatenation();
    Result<Expr> product();
    Result<Expr> power();
    Result<Expr> unary() { return unary_with(true); }
    Result<Expr> unary_with(bool with_filter);
    Result<Expr> primary();
    Result<Expr> target_item(bool with_namespace);
    Result<Expr> target_part(bool with_namespace, std::string_view end);
    Result<Expr> list();
    Result<Expr> dict();
    Result<Expr> postfix(Expr operand);
    Result<Expr> filters_and_tests(Expr operand);
    Result<Expr> test(Expr operand);
    Result<Expr> subscript(Expr operand);
    Result<Expr> subscribed();
    Status call_arguments(Expr& call);
    Result<Expr> chain(Rule operand, std::initializer_list<std::string_view> operators);
    Status links(int count) const;
    bool ends_tuple(std::string_view end) const;

    Cursor& cursor_;
    int depth_ = 0;
};

}  // namespace towline::jinja
