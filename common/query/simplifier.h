#pragma once
// Internal to the module: the rules of simplify.h. Trees in simplify.cpp, conditions in simplify_conditions.cpp,
// values in simplify_values.cpp.

#include <functional>
#include <optional>
#include <set>

#include "query/simplify.h"
#include "sql/limits.h"

namespace towline::query {

class Simplifier {
 public:
    Simplifier(sql::Dialect dialect, std::function<bool(const Expr& column)> is_boolean_column)
        : dialect_(dialect), is_boolean_column_(std::move(is_boolean_column)) {}
    /// A query, or a part of one that is no expression.
    void tree(Expr& node);

 private:
    // simplify.cpp
    void condition(Expr& node);
    /// `connects`: what stands around it, but for brackets, is a connector.
    void step(Expr& node, const Expr* parent, bool connects);
    void mark_groups(Expr& select, std::set<const Expr*>& final) const;
    std::string order_text(const Expr& node) const { return sql::gen(node, dialect_); }

    // simplify_conditions.cpp
    void between(Expr& node, const Expr* parent) const;
    void sort_operands(Expr& node) const;
    void negation(Expr& node) const;
    void connector(Expr& node, bool root, bool connects) const;
    bool is_boolean(const Expr& node) const;
    bool all_boolean(const Expr& node, std::size_t first, std::size_t step) const;
    std::optional<Expr> connected(const std::string& op, const Expr& left, const Expr& right) const;
    std::optional<Expr> both(const Expr& left, const Expr& right, bool either) const;
    void case_when(Expr& node) const;
    void if_call(Expr& node, const Expr* parent) const;
    void sort_comparison(Expr& node) const;

    // simplify_absorption.cpp
    void absorb(Expr& node) const;

    // simplify_truncation.cpp
    void truncated_comparison(Expr& node) const;

    // simplify_values.cpp
    void concatenation(Expr& node) const;
    void separated_texts(Expr& node) const;
    void literals(Expr& node, bool root) const;
    void truncated(Expr& node) const;
    void equality(Expr& node) const;
    using Join = std::function<std::optional<Expr>(const Expr&, const Expr&)>;
    /// Joins the operands of a chain two by two for as long as some can be joined; the rest stays a chain. What is not
    /// `joinable` is joined with nothing.
    void join_operands(Expr& node, const std::function<bool(const Expr&)>& joinable, const Join& join) const;
    std::optional<Expr> folded(const Expr& operation, const Expr& left, const Expr& right, bool siblings) const;

    sql::Dialect dialect_;
    std::function<bool(const Expr& column)> is_boolean_column_;
    mutable std::size_t joins_ = sql::kJoinsMax;    ///< Pairs that may still be looked at.
    mutable Copies copies_{sql::kOperandNodesMax};  ///< Rules that would copy more leave what they see.
};

bool is_connector(const Expr& node);
bool is_comparison(const Expr& node);
/// A comparison, LIKE, BETWEEN, IN, EXISTS.
bool is_predicate(const Expr& node);
/// A value without columns: a literal, NULL, a date that is written out.
bool is_constant(const Expr& node);
bool is_number(const Expr& node);
bool is_true(const Expr& node);
bool is_false(const Expr& node);
bool is_zero(const Expr& node);
/// TRUE, or a number that is not zero.
bool is_always_true(const Expr& node);
const Expr& without_brackets(const Expr& node);
Expr& without_brackets(Expr& node);
/// The operands of a chain of one operator.
void operands(const Expr& node, const std::string& op, std::vector<Expr>& out);
/// A chain of operands again, left to right.
Expr chained(const std::string& op, std::vector<Expr> parts);
/// The moment of a cast of a text to a date or timestamp, as a text that sorts; nothing if it is none.
std::optional<std::string> moment_of(const Expr& node);

}  // namespace towline::query
