#include "query/precedence.h"

#include <algorithm>
#include <array>
#include <utility>

namespace towline::query {
namespace {

constexpr std::array<std::string_view, 4> kOfSums = {"+", "-", "%", "COLLATE"};
constexpr std::array<std::string_view, 3> kOfProducts = {"*", "/", "DIV"};

template <std::size_t N>
bool is_one_of(const Expr& node, const std::array<std::string_view, N>& operators) {
    return node.is(ExprKind::binary) && std::find(operators.begin(), operators.end(), node.text) != operators.end();
}

bool is_arithmetic(const Expr& node) { return is_one_of(node, kOfSums) || is_one_of(node, kOfProducts); }

/// Operands and operators in the order of the text; operators are nodes without children.
struct Chain {
    std::vector<Expr> operands;
    std::vector<Expr> operators;

    void take(Expr node) {
        if (!is_arithmetic(node)) {
            operands.push_back(std::move(node));
            return;
        }
        std::vector<Expr> sides = std::move(node.children);
        node.children.clear();
        take(std::move(sides[0]));
        operators.push_back(std::move(node));
        take(std::move(sides[1]));
    }

    /// Carries out, from left to right, the operators that `chosen` says.
    template <class Chosen>
    void join(const Chosen& chosen) {
        Chain out;
        out.operands.push_back(std::move(operands.front()));
        for (std::size_t i = 0; i < operators.size(); ++i) {
            if (!chosen(operators[i])) {
                out.operators.push_back(std::move(operators[i]));
                out.operands.push_back(std::move(operands[i + 1]));
                continue;
            }
            Expr& left = out.operands.back();
            Expr joined = std::move(operators[i]);
            joined.span = {left.span.begin, operands[i + 1].span.end};
            joined.children.push_back(std::move(left));
            joined.children.push_back(std::move(operands[i + 1]));
            left = std::move(joined);
        }
        *this = std::move(out);
    }
};

bool has_modulo(const Expr& node) {
    return is_arithmetic(node) && (node.text == "%" || has_modulo(node.children[0]) || has_modulo(node.children[1]));
}

}  // namespace

void group_as_reference(Expr& tree) {
    if (has_modulo(tree)) {
        Chain chain;
        chain.take(std::move(tree));
        chain.join([](const Expr& node) { return is_one_of(node, kOfProducts); });
        chain.join([](const Expr&) { return true; });
        tree = std::move(chain.operands.front());
    }
    for (Expr& child : tree.children) group_as_reference(child);
}

}  // namespace towline::query
