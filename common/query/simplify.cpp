#include "query/simplify.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "query/simplifier.h"

namespace towline::query {
namespace {

constexpr int kRoundsMax = 20;

/// What sqlglot calls a Condition: below it, only whole expressions are worked on.
bool is_condition(const Expr& node) {
    switch (node.kind) {
        case ExprKind::null:
        case ExprKind::boolean:
        case ExprKind::number:
        case ExprKind::string:
        case ExprKind::column:
        case ExprKind::function:
        case ExprKind::array:
        case ExprKind::structure:
        case ExprKind::paren:
        case ExprKind::binary:
        case ExprKind::between:
        case ExprKind::in:
        case ExprKind::case_when:
        case ExprKind::cast:
        case ExprKind::index:
            return true;
        case ExprKind::unary:
            return node.text != "DISTINCT";
        case ExprKind::clause:
            return node.text == "WINDOW";
        default:
            return false;
    }
}

/// The conditions that the rules go into.
bool is_simplifiable(const Expr& node) {
    if (node.is(ExprKind::lambda) || node.is(ExprKind::keyword_argument)) return true;
    return is_condition(node) && !node.is(ExprKind::column) && !node.is(ExprKind::clause) &&
           !node.is(ExprKind::index) && !node.is(ExprKind::number) && !node.is(ExprKind::string) &&
           !node.is(ExprKind::null) && !node.is(ExprKind::boolean);
}

bool contains(const Expr& node, const Expr& wanted) {
    if (node == wanted) return true;
    return std::any_of(node.children.begin(), node.children.end(),
                       [&](const Expr& child) { return contains(child, wanted); });
}

bool always_true(const Expr* node) { return node != nullptr && is_always_true(*node); }

}  // namespace

Expr kind_around(const Expr& node) {
    if (node.is(ExprKind::case_when)) return make(ExprKind::function, "IF");
    if (node.is(ExprKind::keyword_argument)) return make(ExprKind::binary, ":=");
    return make(node.kind, node.text);
}

void Simplifier::mark_groups(Expr& select, std::vector<const Expr*>& final) const {
    const Expr* group = part(select, "group");
    if (group == nullptr) return;
    final.push_back(group);
    const auto holds = [&](const Expr& node) {
        const std::vector<Expr>& keys = list(*group, "expressions");
        return std::any_of(keys.begin(), keys.end(), [&](const Expr& key) { return contains(node, key); });
    };
    for (const Expr& each : list(static_cast<const Expr&>(select), "expressions"))
        if (holds(each)) final.push_back(&each);
    if (const Expr* having = part(select, "having"); having != nullptr && holds(*having)) final.push_back(having);
}

void Simplifier::tree(Expr& node) {
    if (is_condition(node)) {
        condition(node);
        return;
    }
    std::vector<const Expr*> final;
    if (is(node, "SELECT")) mark_groups(node, final);
    for (Expr& entry : node.children) {
        if (std::find(final.begin(), final.end(), &entry) != final.end()) continue;
        if (!node.is(ExprKind::clause)) {
            tree(entry);
            continue;
        }
        for (Expr& child : entry.children)
            if (std::find(final.begin(), final.end(), &child) == final.end()) tree(child);
    }
    if (is(node, "SELECT")) {
        if (const Expr* where = part(node, "where"); where != nullptr && always_true(part(*where, "this")))
            remove(node, "where");
        return;
    }
    if (is(node, "JOIN") && always_true(part(node, "on")) && !has(node, "using") && !has(node, "method")) {
        const std::string_view side = text(node, "side");
        const std::string_view kind = text(node, "kind");
        const bool plain = side.empty() && (kind.empty() || kind == "INNER");
        if (!plain && !(side == "RIGHT" && (kind.empty() || kind == "OUTER"))) return;
        remove(node, "on");
        remove(node, "side");
        set(node, "kind", word("CROSS"));
    }
}

void Simplifier::condition(Expr& node) {
    for (int round = 0; round < kRoundsMax; ++round) {
        const Expr before = node;
        step(node, nullptr, false);
        if (node == before) return;
    }
}

void Simplifier::step(Expr& node, const Expr* parent, bool connects) {
    if (is_query(node)) {
        tree(node);
        return;
    }
    if (!is_simplifiable(node)) return;
    const bool root =
        parent == nullptr || !(is_connector(node) && parent->is(ExprKind::binary) && parent->text == node.text);
    between(node, parent);
    if (root && is_connector(node)) sort_operands(node);
    if (root && is_connector(node)) absorb(node);
    concatenation(node);
    case_when(node);
    if_call(node, parent);
    const Expr kind = kind_around(node);
    const bool inside = is_connector(node) || (node.is(ExprKind::paren) && connects);
    for (Expr& child : node.children) step(child, &kind, inside);
    negation(node);
    if (is_connector(node)) connector(node, root, connects);
    literals(node, root);
    equality(node);
    drop_brackets(node, parent);
    truncated_comparison(node);
    sort_comparison(node);
}

void simplify(Expr& query, sql::Dialect dialect, std::function<bool(const Expr& column)> is_boolean) {
    Simplifier(dialect, std::move(is_boolean)).tree(query);
}

}  // namespace towline::query
