#include "query/compare.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace towline::query {
namespace {

/// Functions that give tables: one among new projections outside a subquery changes the rows.
constexpr std::array<std::string_view, 10> kTableFunctions = {
    "UNNEST", "EXPLODE",      "EXPLODE_OUTER", "POSEXPLODE", "POSEXPLODE_OUTER",
    "INLINE", "INLINE_OUTER", "FLATTEN",       "ARRAYJOIN",  "GENERATOR"};

bool gives_rows(const Expr& node) {
    if (is(node, "UNNEST") || is(node, "LATERAL") || is(node, "VALUES")) return true;
    if (!node.is(ExprKind::function)) return false;
    const std::string name = upper(node.text);
    return std::find(kTableFunctions.begin(), kTableFunctions.end(), name) != kTableFunctions.end();
}

/// True if an added projection gives one value a row. A subquery in brackets does, whatever it reads.
bool keeps_rows(const Expr& node) {
    if (is(node, "SUBQUERY")) return true;
    return !gives_rows(node) && std::all_of(node.children.begin(), node.children.end(), keeps_rows);
}

bool is_ordinal(const Expr& key) {
    const Expr* value = is(key, "ORDERED") ? part(key, "this") : &key;
    return value != nullptr && value->is(ExprKind::number);
}

/// GROUP BY 1, ORDER BY 1.
bool has_ordinals(const Expr& query) {
    for (const char* name : {"order", "group"}) {
        const Expr* clause = part(query, name);
        if (clause == nullptr) continue;
        const std::vector<Expr>& keys = list(*clause, "expressions");
        if (std::any_of(keys.begin(), keys.end(), is_ordinal)) return true;
    }
    return false;
}

class Comparer {
 public:
    bool added() const { return added_; }

    /// `ordinals`: a set operation around the query orders by position.
    bool same(const Expr& before, const Expr& after, bool ordinals) {
        if (before.kind != after.kind || before.text != after.text || before.quoted != after.quoted) return false;
        if (before.children.size() != after.children.size()) return false;
        const bool select = is(before, "SELECT");
        const bool holds = before.is(ExprKind::keyword_argument) && ordinals;
        const bool below = holds || ((select || is_set_operation(before)) && (ordinals || has_ordinals(after)));
        for (std::size_t i = 0; i < before.children.size(); ++i) {
            const Expr& a = before.children[i];
            const Expr& b = after.children[i];
            const bool projections = select && a.is(ExprKind::keyword_argument) && a.text == "expressions";
            if (projections) {
                if (b.text != a.text || !only_safely_added(a.children, b.children, below)) return false;
            } else if (!same(a, b, is_branch(before, a) && below)) {
                return false;
            }
        }
        return true;
    }

 private:
    /// A branch of a set operation, or the part that holds it.
    static bool is_branch(const Expr& node, const Expr& child) {
        if (is_set_operation(node)) return child.text == "this" || child.text == "expression";
        return node.is(ExprKind::keyword_argument) && (is(child, "SELECT") || is_set_operation(child));
    }

    bool only_safely_added(const std::vector<Expr>& before, const std::vector<Expr>& after, bool ordinals) {
        std::size_t at = 0;
        bool before_another = false;
        for (const Expr& each : before) {
            for (; at < after.size() && each != after[at]; ++at) {
                if (!keeps_rows(after[at])) return false;
                before_another = true;
            }
            if (at == after.size()) return false;
            ++at;
        }
        for (std::size_t i = at; i < after.size(); ++i)
            if (!keeps_rows(after[i])) return false;
        added_ = added_ || after.size() > before.size();
        return !(before_another && ordinals);
    }

    bool added_ = false;
};

}  // namespace

Edit compare(const Expr& before, const Expr& after) {
    Comparer comparer;
    if (!comparer.same(before, after, false)) return Edit::other;
    return comparer.added() ? Edit::projections_added : Edit::none;
}

}  // namespace towline::query
