#include "query/tree.h"

#include <algorithm>
#include <array>

#include "sql/output_name.h"

namespace towline::query {
namespace {

const Expr* entry(const Expr& node, std::string_view name) {
    if (!node.is(ExprKind::clause)) return nullptr;
    for (const Expr& child : node.children)
        if (child.text == name) return &child;
    return nullptr;
}

}  // namespace

Expr make(ExprKind kind, std::string text, std::vector<Expr> children) {
    Expr out;
    out.kind = kind;
    out.text = std::move(text);
    out.children = std::move(children);
    return out;
}

Expr operation(std::string op, Expr left, Expr right) {
    Expr out = make(ExprKind::binary, std::move(op));
    out.children.reserve(2);
    out.children.push_back(std::move(left));
    out.children.push_back(std::move(right));
    return out;
}

Expr clause(std::string name) { return make(ExprKind::clause, std::move(name)); }
Expr word(std::string text) { return make(ExprKind::word, std::move(text)); }
Expr flag(bool value) { return word(value ? "True" : "False"); }

Expr identifier(std::string text, bool quoted) {
    Expr out = make(ExprKind::identifier, std::move(text));
    out.quoted = quoted;
    return out;
}

Expr column(const std::string& table, const std::string& name) {
    Expr out = make(ExprKind::column);
    if (!table.empty()) out.children.push_back(identifier(table));
    out.children.push_back(identifier(name));
    return out;
}

Expr aliased(Expr value, const std::string& name, bool quoted) {
    Expr out = make(ExprKind::alias, name);
    out.quoted = quoted;
    out.children.push_back(std::move(value));
    return out;
}

bool is(const Expr& node, std::string_view name) { return node.is(ExprKind::clause) && node.text == name; }

bool is_set_operation(const Expr& node) { return is(node, "UNION") || is(node, "EXCEPT") || is(node, "INTERSECT"); }

bool is_query(const Expr& node) { return is(node, "SELECT") || is(node, "SUBQUERY") || is_set_operation(node); }

const Expr* first_select(const Expr& query) {
    const Expr* at = &query;
    while (at != nullptr && !is(*at, "SELECT")) at = part(*at, "this");
    return at;
}

Expr* first_select(Expr& query) {
    return const_cast<Expr*>(first_select(static_cast<const Expr&>(query)));  // NOLINT: the query is not const
}

const Expr* part(const Expr& node, std::string_view name) {
    const Expr* found = entry(node, name);
    return found != nullptr && found->children.size() == 1 ? &found->children.front() : nullptr;
}

Expr* part(Expr& node, std::string_view name) {
    return const_cast<Expr*>(part(static_cast<const Expr&>(node), name));  // NOLINT: the node is not const
}

const std::vector<Expr>& list(const Expr& node, std::string_view name) {
    static const std::vector<Expr> kNone;
    const Expr* found = entry(node, name);
    return found == nullptr ? kNone : found->children;
}

std::vector<Expr>& list(Expr& node, std::string_view name) {
    for (Expr& child : node.children)
        if (child.text == name) return child.children;
    node.children.push_back(make(ExprKind::keyword_argument, std::string(name)));
    return node.children.back().children;
}

std::string_view text(const Expr& node, std::string_view name) {
    const Expr* found = part(node, name);
    return found == nullptr ? std::string_view() : std::string_view(found->text);
}

bool has(const Expr& node, std::string_view name) { return entry(node, name) != nullptr; }

void set(Expr& node, std::string name, Expr value) {
    std::vector<Expr> values;
    values.push_back(std::move(value));
    set_list(node, std::move(name), std::move(values));
}

void set_list(Expr& node, std::string name, std::vector<Expr> values) { list(node, name) = std::move(values); }

void remove(Expr& node, std::string_view name) {
    std::erase_if(node.children, [&](const Expr& child) { return child.text == name; });
}

std::string source_name(const Expr& source) {
    if (const Expr* alias = part(source, "alias"); alias != nullptr) {
        const std::string_view name = text(*alias, "this");
        if (!name.empty()) return std::string(name);
    }
    const Expr* table = is(source, "TABLE") ? part(source, "this") : nullptr;
    return table != nullptr && table->is(ExprKind::identifier) ? table->text : std::string();
}

bool is_star(const Expr& projection) {
    return projection.is(ExprKind::star) || (projection.is(ExprKind::column) && !projection.children.empty() &&
                                             projection.children.back().is(ExprKind::star));
}

std::string output_name(const Expr& projection, sql::Dialect dialect) {
    if (is_star(projection)) return "*";
    if (is(projection, "SUBQUERY")) return has(projection, "alias") ? source_name(projection) : std::string();
    const auto name = sql::output_name(projection, dialect);
    return name ? name->text : std::string();
}

bool is_operator_call(const Expr& node) {
    static constexpr std::array<std::string_view, 4> kNames = {"POWER", "REGEXP_MATCHES", "REGEXP_LIKE",
                                                               "ARRAY_CONTAINS"};
    return node.is(ExprKind::function) && std::find(kNames.begin(), kNames.end(), node.text) != kNames.end();
}

namespace {

/// Nodes of a tree, counted until there are more than `most`; more than that, too, if it is higher than `height`.
std::size_t nodes(const Expr& tree, std::size_t most, int height) {
    if (height <= 0) return most + 1;
    std::size_t count = 1;
    for (const Expr& child : tree.children) {
        if (count > most) break;
        count += nodes(child, most - count, height - 1);
    }
    return count;
}

}  // namespace

bool Copies::take(const Expr& tree, int height) { return take_nodes(nodes(tree, left_, height)); }

bool Copies::take_nodes(std::size_t count) {
    if (count > left_) return false;
    left_ -= count;
    return true;
}

}  // namespace towline::query
