#include "query/simplify.h"

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>
#include <utility>

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

/// Trees that are looked for inside others: by their hashes, as there may be many of both.
class Wanted {
 public:
    explicit Wanted(const std::vector<Expr>& trees) {
        bool found = false;
        for (const Expr& tree : trees) trees_.emplace(search(tree, found), &tree);
    }
    bool is_in(const Expr& node) const {
        bool found = false;
        search(node, found);
        return found;
    }

 private:
    /// The node's hash; on the way it looks for the trees in it.
    std::size_t search(const Expr& node, bool& found) const {
        std::size_t out = std::hash<std::string>()(node.text) + static_cast<std::size_t>(node.kind);
        for (const Expr& child : node.children) out = out * kFactor + search(child, found);
        const auto [first, last] = found ? std::pair(trees_.end(), trees_.end()) : trees_.equal_range(out);
        found = found || std::any_of(first, last, [&](const auto& each) { return *each.second == node; });
        return out;
    }

    static constexpr std::size_t kFactor = 1'000'003;
    std::unordered_multimap<std::size_t, const Expr*> trees_;
};

bool always_true(const Expr* node) { return node != nullptr && is_always_true(*node); }

}  // namespace

Expr kind_around(const Expr& node) {
    if (node.is(ExprKind::case_when)) return make(ExprKind::function, "IF");
    if (node.is(ExprKind::keyword_argument)) return make(ExprKind::binary, ":=");
    return make(node.kind, node.text);
}

void Simplifier::mark_groups(Expr& select, std::set<const Expr*>& final) const {
    const Expr* group = part(select, "group");
    if (group == nullptr) return;
    final.insert(group);
    const Wanted keys(list(*group, "expressions"));
    for (const Expr& each : list(static_cast<const Expr&>(select), "expressions"))
        if (keys.is_in(each)) final.insert(&each);
    if (const Expr* having = part(select, "having"); having != nullptr && keys.is_in(*having)) final.insert(having);
}

void Simplifier::tree(Expr& node) {
    if (is_condition(node)) {
        condition(node);
        return;
    }
    std::set<const Expr*> final;
    if (is(node, "SELECT")) mark_groups(node, final);
    for (Expr& entry : node.children) {
        if (final.contains(&entry)) continue;
        if (!node.is(ExprKind::clause)) {
            tree(entry);
            continue;
        }
        for (Expr& child : entry.children)
            if (!final.contains(&child)) tree(child);
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
