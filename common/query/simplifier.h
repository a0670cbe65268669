#pragma once
// Internal to the module: the rules of simplify.h. Trees in simplify.cpp, conditions in simplify_conditions.cpp,
// values in simplify_values.cpp.

#include <functional>
#include <optional>

#include "query/simplify.h"

namespace towline::query {

class Simplifier {
 public:
    explicit Simplifier(sql::Dialect dialect) : dialect_(dialect) {}
    /// A query, or a part of one that is no expression.
    void tree(Expr& node);

 private:
    // simplify.cpp
    void condition(Expr& node);
    void step(Expr& node, const Expr* parent);
    void children(Expr& node);
    void mark_groups(Expr& select, std::vector<const Expr*>& final) const;
    std::string order_text(const Expr& node) const { return sql::gen(node, dialect_); }

    // simplify_conditions.cpp
    void between(Expr& node, const Expr* parent) const;
    void sort_operands(Expr& node) const;
    void negation(Expr& node) const;
    void connector(Expr& node, bool root) const;
    std::optional<Expr> connected(const std::string& op, const Expr& left, const Expr& right) const;
    std::optional<Expr> both(const Expr& left, const Expr& right, bool either) const;
    void case_when(Expr& node) const;
    void sort_comparison(Expr& node) const;

    // simplify_values.cpp
    void brackets(Expr& node, const Expr* parent) const;
    void concatenation(Expr& node) const;
    void literals(Expr& node, bool root) const;
    void equality(Expr& node) const;
    std::optional<Expr> folded(const Expr& operation, const Expr& left, const Expr& right, bool siblings) const;

    sql::Dialect dialect_;
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
/// The operands of a chain of one operator.
void operands(const Expr& node, const std::string& op, std::vector<Expr>& out);
/// A chain of operands again, left to right.
Expr chained(const std::string& op, std::vector<Expr> parts);
/// Joins the operands of a chain two by two for as long as some can be joined; the rest stays a chain.
void join_operands(Expr& node, const std::function<std::optional<Expr>(const Expr&, const Expr&)>& join);
/// The moment of a cast of a text to a date or timestamp, as a text that sorts; nothing if it is none.
std::optional<std::string> moment_of(const Expr& node);

}  // namespace towline::query
