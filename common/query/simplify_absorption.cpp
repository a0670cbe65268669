// Operands of a connector that another operand makes superfluous.
#include <algorithm>

#include "query/simplifier.h"

namespace towline::query {
namespace {

using Parts = std::vector<Expr>;

constexpr std::size_t kOperandsMax = 64;  ///< Beyond that, nothing is absorbed: the work grows with the square.

/// The operands of a chain without brackets, as places in the tree.
void places(Expr& node, const std::string& op, std::vector<Expr*>& out) {
    if (node.is(ExprKind::binary) && node.text == op) {
        for (Expr& child : node.children) places(child, op, out);
    } else {
        out.push_back(&without_brackets(node));
    }
}

bool holds(const Parts& all, const Expr& one) { return std::find(all.begin(), all.end(), one) != all.end(); }

/// The operands of one operand, each once.
Parts parts_of(const Expr& node, const std::string& op) {
    Parts all;
    Parts out;
    operands(node, op, all);
    for (const Expr& each : all)
        if (const Expr& bare = without_brackets(each); !holds(out, bare)) out.push_back(bare);
    return out;
}

bool is_smaller(const Parts& part, const Parts& whole) {
    return part.size() < whole.size() &&
           std::all_of(part.begin(), part.end(), [&](const Expr& each) { return holds(whole, each); });
}

bool is_not(const Expr& node) { return node.is(ExprKind::unary) && node.text == "NOT"; }

/// One operand of the connector: itself, if it is a chain of the opposite connector with its parts.
struct Operand {
    Expr* place = nullptr;
    Expr original;
    bool chain = false;
    Parts parts;
    bool replaced = false;

    Expr& side(std::size_t i) const { return without_brackets(place->children[i]); }
    const Expr& was(std::size_t i) const { return without_brackets(original.children[i]); }
    void replace(const Expr& value) {
        if (!replaced) *place = value;
        replaced = true;
    }
};

std::vector<Operand> operands_of(Expr& node, const std::string& opposite) {
    std::vector<Expr*> found;
    places(node, node.text, found);
    std::vector<Operand> out;
    if (found.size() > kOperandsMax) return out;
    for (Expr* place : found) {
        Operand each;
        each.place = place;
        each.original = *place;
        each.chain = place->is(ExprKind::binary) && place->text == opposite;
        each.parts = each.chain ? parts_of(*place, opposite) : Parts{*place};
        out.push_back(std::move(each));
    }
    return out;
}

/// What is left of an operand and of another that differs by a NOT: (a AND b) OR (a AND NOT b) is a.
void eliminate(Operand& one, std::vector<Operand>& all) {
    const Expr& a = one.was(0);
    const Expr& b = one.was(1);
    const auto same = [&](const Expr& x, const Expr& y) { return (x == a && y == b) || (x == b && y == a); };
    for (Operand& other : all) {
        if (!other.chain) continue;
        const Expr left = other.was(0);
        const Expr right = other.was(1);
        if (is_not(left) && same(left.children[0], right)) {
            one.replace(right);
            other.replace(right);
        }
        if (is_not(right) && same(left, right.children[0])) {
            one.replace(left);
            other.replace(left);
        }
    }
}

}  // namespace

/// a AND (a OR b) is a; a AND (NOT a OR b) is a AND b; and the like for OR.
void Simplifier::absorb(Expr& node) const {
    const bool either = node.text == "OR";
    const Expr neutral = make(ExprKind::boolean, either ? "TRUE" : "FALSE");
    const Expr absorbed = make(ExprKind::boolean, either ? "FALSE" : "TRUE");
    std::vector<Operand> all = operands_of(node, either ? "AND" : "OR");
    if (std::none_of(all.begin(), all.end(), [](const Operand& each) { return each.chain; })) return;
    const auto is_operand = [&](const Expr& wanted) {
        return std::any_of(all.begin(), all.end(), [&](const Operand& each) { return each.original == wanted; });
    };
    for (Operand& each : all) {
        if (!each.chain) continue;
        bool done = false;
        for (std::size_t i = 0; i < 2 && !done; ++i) {
            if (!is_not(each.was(i)) || !is_operand(each.was(i).children[0])) continue;
            if (!each.replaced) each.side(i) = neutral;
            done = true;
        }
        if (done) continue;
        const bool superfluous = std::any_of(all.begin(), all.end(),
                                             [&](const Operand& other) { return is_smaller(other.parts, each.parts); });
        if (superfluous)
            each.replace(absorbed);
        else
            eliminate(each, all);
    }
}

}  // namespace towline::query
