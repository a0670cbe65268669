// Conditions: AND and OR, comparisons, CASE.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/strings.h"
#include "query/simplifier.h"

namespace towline::query {
namespace {

/// A connector inside another gets brackets.
Expr enclosed(Expr node) { return is_connector(node) ? make(ExprKind::paren, {}, {std::move(node)}) : node; }

std::string_view opposite(std::string_view op) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kRows = {
        {{"<", ">="}, {">", "<="}, {"<=", ">"}, {">=", "<"}, {"=", "<>"}, {"<>", "="}}};
    for (const auto& [from, to] : kRows)
        if (from == op) return to;
    return {};
}

std::string_view mirrored(std::string_view op) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kRows = {
        {{"<", ">"}, {">", "<"}, {"<=", ">="}, {">=", "<="}}};
    for (const auto& [from, to] : kRows)
        if (from == op) return to;
    return op;
}

/// Both constants as values that compare: below zero, zero, above; nothing if they do not.
std::optional<int> compared(const Expr& a, const Expr& b) {
    if (a.is(ExprKind::string) && b.is(ExprKind::string)) return a.text.compare(b.text);
    if (is_number(a) && is_number(b)) {
        const auto value = [](const Expr& node) {
            return node.is(ExprKind::unary) ? parse_double("-" + node.children[0].text) : parse_double(node.text);
        };
        const auto left = value(a);
        const auto right = value(b);
        if (!left || !right) return std::nullopt;
        return *left < *right ? -1 : *left > *right ? 1 : 0;
    }
    const auto left = moment_of(a);
    const auto right = moment_of(b);
    if (!left || !right || left->size() != right->size()) return std::nullopt;
    return left->compare(*right);
}

/// Something that is another value each time.
bool is_random(const Expr& node) {
    if (node.is(ExprKind::function)) {
        const std::string name = upper(node.text);
        for (const std::string_view word : {"RAND", "RANDOM", "RANDN"})
            if (name == word) return true;
    }
    return std::any_of(node.children.begin(), node.children.end(), is_random);
}

}  // namespace

const Expr& without_brackets(const Expr& node) {
    const Expr* at = &node;
    while (at->is(ExprKind::paren)) at = &at->children.front();
    return *at;
}

Expr& without_brackets(Expr& node) {
    Expr* at = &node;
    while (at->is(ExprKind::paren)) at = &at->children.front();
    return *at;
}

bool is_connector(const Expr& node) { return node.is(ExprKind::binary) && (node.text == "AND" || node.text == "OR"); }

bool is_comparison(const Expr& node) { return node.is(ExprKind::binary) && !opposite(node.text).empty(); }

bool is_predicate(const Expr& node) {
    if (node.is(ExprKind::between) || node.is(ExprKind::in) || is_comparison(node)) return true;
    if (node.is(ExprKind::function)) return node.text == "EXISTS";
    if (!node.is(ExprKind::binary)) return false;
    static constexpr std::array<std::string_view, 11> kWords = {
        "IS", "LIKE",   "ILIKE", "NOT LIKE",  "NOT ILIKE", "IS DISTINCT FROM", "IS NOT DISTINCT FROM",
        "~",  "ESCAPE", "GLOB",  "SIMILAR TO"};
    return std::find(kWords.begin(), kWords.end(), node.text) != kWords.end();
}

bool is_true(const Expr& node) { return node.is(ExprKind::boolean) && node.text == "TRUE"; }
bool is_false(const Expr& node) { return node.is(ExprKind::boolean) && node.text == "FALSE"; }

bool is_zero(const Expr& node) {
    return node.is(ExprKind::number) && node.text.find_first_not_of("0.") == std::string::npos;
}

bool is_always_true(const Expr& node) { return is_true(node) || (node.is(ExprKind::number) && !is_zero(node)); }

bool is_number(const Expr& node) {
    return node.is(ExprKind::number) ||
           (node.is(ExprKind::unary) && node.text == "-" && node.children[0].is(ExprKind::number));
}

bool is_constant(const Expr& node) {
    const Expr& value = node.is(ExprKind::unary) && node.text == "-" ? node.children[0] : node;
    return value.is(ExprKind::number) || value.is(ExprKind::string) || value.is(ExprKind::boolean) ||
           value.is(ExprKind::null) || moment_of(value).has_value();
}

void operands(const Expr& node, const std::string& op, std::vector<Expr>& out) {
    if (!node.is(ExprKind::binary) || node.text != op) {
        out.push_back(node);
        return;
    }
    operands(node.children[0], op, out);
    operands(node.children[1], op, out);
}

namespace {

std::size_t joinable_operands(const Expr& node, const std::string& op,
                              const std::function<bool(const Expr&)>& joinable) {
    if (!node.is(ExprKind::binary) || node.text != op) return joinable(node) ? 1 : 0;
    return joinable_operands(node.children[0], op, joinable) + joinable_operands(node.children[1], op, joinable);
}

}  // namespace

Expr chained(const std::string& op, std::vector<Expr> parts) {
    Expr out = std::move(parts.front());
    for (std::size_t i = 1; i < parts.size(); ++i) out = operation(op, std::move(out), std::move(parts[i]));
    return out;
}

void Simplifier::join_operands(Expr& node, const std::function<bool(const Expr&)>& joinable, const Join& join) const {
    if (joinable_operands(node, node.text, joinable) < 2) return;
    std::vector<Expr> queue;  // from the last to the first
    operands(node, node.text, queue);
    std::reverse(queue.begin(), queue.end());
    const std::size_t size = queue.size();
    std::vector<Expr> out;
    while (!queue.empty()) {
        Expr first = std::move(queue.back());
        queue.pop_back();
        bool joined = false;
        for (std::size_t i = joinable(first) ? queue.size() : 0; i-- > 0 && joins_ > 0 && !joined;) {
            if (!joinable(queue[i])) continue;
            --joins_;
            if (auto made = join(first, queue[i])) {
                queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(i));
                queue.push_back(std::move(*made));
                joined = true;
            }
        }
        if (!joined) out.push_back(std::move(first));
    }
    if (out.size() < size) node = chained(node.text, std::move(out));
}

/// x BETWEEN a AND b is x >= a AND x <= b.
void Simplifier::between(Expr& node, const Expr* parent) const {
    if (!node.is(ExprKind::between) || !copies_.take(node.children[0])) return;
    Expr low = operation(">=", node.children[0], node.children[1]);
    Expr high = operation("<=", node.children[0], node.children[2]);
    Expr out = operation("AND", std::move(low), std::move(high));
    const bool negated = parent != nullptr && parent->is(ExprKind::unary) && parent->text == "NOT";
    node = negated ? make(ExprKind::paren, {}, {std::move(out)}) : std::move(out);
}

/// Operands in the order of their texts, each once.
void Simplifier::sort_operands(Expr& node) const {
    std::vector<Expr> parts;
    operands(node, node.text, parts);
    std::vector<std::pair<std::string, Expr>> sorted;
    std::set<std::string> seen;
    bool in_order = true;
    for (const Expr& each : parts) {
        const Expr& bare = without_brackets(each);
        std::string text = order_text(bare);
        if (!seen.insert(text).second) continue;
        in_order = in_order && (sorted.empty() || sorted.back().first <= text);
        sorted.emplace_back(std::move(text), bare);
    }
    if (in_order && sorted.size() == parts.size()) return;
    if (!in_order)
        std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Expr> out;
    for (auto& [text, each] : sorted) out.push_back(sorted.size() > 1 ? enclosed(std::move(each)) : std::move(each));
    if (out.size() == 1) out.push_back(make(ExprKind::boolean, "TRUE"));
    const std::string op = sorted.size() == 1 ? "AND" : node.text;
    node = chained(op, std::move(out));
}

void Simplifier::negation(Expr& node) const {
    if (!node.is(ExprKind::unary) || node.text != "NOT") return;
    Expr& inner = node.children.front();
    const auto negated = [](const Expr& each) {
        return make(ExprKind::unary, "NOT", {is_connector(each) ? enclosed(each) : each});
    };
    const auto unknown = [] { return operation("AND", make(ExprKind::null, "NULL"), make(ExprKind::boolean, "TRUE")); };
    if (inner.is(ExprKind::null)) {
        node = unknown();
    } else if (is_comparison(inner)) {
        const bool subquery = inner.children[1].is(ExprKind::function) &&
                              (inner.children[1].text == "ANY" || inner.children[1].text == "ALL");
        if (subquery) return;
        Expr out = operation(std::string(opposite(inner.text)), inner.children[0], inner.children[1]);
        node = std::move(out);
    } else if (inner.is(ExprKind::paren)) {
        const Expr& bare = without_brackets(inner);
        if (bare.is(ExprKind::null)) {
            node = unknown();
            return;
        }
        if (!is_connector(bare)) return;
        Expr out = operation(bare.text == "AND" ? "OR" : "AND", negated(bare.children[0]), negated(bare.children[1]));
        node = make(ExprKind::paren, {}, {std::move(out)});
    } else if (is_always_true(inner)) {
        node = make(ExprKind::boolean, "FALSE");
    } else if (is_false(inner)) {
        node = make(ExprKind::boolean, "TRUE");
    } else if (inner.is(ExprKind::unary) && inner.text == "NOT" && dialect_ != sql::Dialect::mysql &&
               is_boolean(inner.children.front())) {
        Expr twice = inner.children.front();
        node = std::move(twice);
    }
}

/// What two operands of a connector come to; nothing if they stay.
std::optional<Expr> Simplifier::connected(const std::string& op, const Expr& left, const Expr& right) const {
    const auto boolean = [](bool value) { return make(ExprKind::boolean, value ? "TRUE" : "FALSE"); };
    const bool no_left = left.is(ExprKind::null);
    const bool no_right = right.is(ExprKind::null);
    const bool true_left = is_always_true(left);
    const bool true_right = is_always_true(right);
    if (op == "AND") {
        if (is_false(left) || is_false(right) || is_zero(left) || is_zero(right)) return boolean(false);
        if ((no_left && (no_right || true_right)) || (true_left && no_right)) return make(ExprKind::null, "NULL");
        if (true_left && true_right) return boolean(true);
        if (true_left) return right;
        if (true_right) return left;
        return both(left, right, false);
    }
    if (true_left || true_right) return boolean(true);
    const bool false_left = no_left || is_false(left) || is_zero(left);
    const bool false_right = no_right || is_false(right) || is_zero(right);
    if ((no_left && false_right) || (no_right && false_left)) return make(ExprKind::null, "NULL");
    if (is_false(left)) return right;
    if (is_false(right)) return left;
    return both(left, right, true);
}

/// Two comparisons of one thing with constants.
std::optional<Expr> Simplifier::both(const Expr& left, const Expr& right, bool either) const {
    if (!is_comparison(left) || !is_comparison(right)) return std::nullopt;
    // `1 < ANY(a)` is not turned around, and sqlglot looks at it as if it had been written the other way.
    const std::size_t thing = left.children[0] == right.children[0] ? 0 : 1;
    if (left.children[thing] != right.children[thing] || is_constant(left.children[thing])) return std::nullopt;
    const auto order = compared(left.children[1 - thing], right.children[1 - thing]);
    if (!order || is_random(left.children[thing])) return std::nullopt;
    const auto below = [](const Expr& node) { return node.text == "<" || node.text == "<="; };
    const auto above = [](const Expr& node) { return node.text == ">" || node.text == ">="; };
    if (below(left) && below(right)) return (either ? *order > 0 : *order <= 0) ? left : right;
    if (above(left) && above(right)) return (either ? *order < 0 : *order >= 0) ? left : right;
    if (either) return std::nullopt;
    const Expr never = make(ExprKind::boolean, "FALSE");
    for (const bool swapped : {false, true}) {
        const Expr& a = swapped ? right : left;
        const Expr& b = swapped ? left : right;
        const int o = swapped ? -*order : *order;
        if (a.text == "<" && above(b) && o <= 0) return never;
        if (a.text == ">" && below(b) && o >= 0) return never;
        if (a.text != "=") continue;
        if (b.text == "<") return o >= 0 ? never : a;
        if (b.text == "<=") return o > 0 ? never : a;
        if (b.text == ">") return o <= 0 ? never : a;
        if (b.text == ">=") return o < 0 ? never : a;
        if (b.text == "<>") return o == 0 ? never : a;
    }
    return std::nullopt;
}

/// Flattens brackets of the same connector and puts together what can be.
void Simplifier::connector(Expr& node, bool root, bool connects) const {
    for (Expr& child : node.children) {
        const Expr& bare = without_brackets(child);
        if (child.is(ExprKind::paren) && bare.is(ExprKind::binary) && bare.text == node.text) child = Expr(bare);
    }
    if (!root) return;
    const std::string op = node.text;
    join_operands(
        node, [](const Expr&) { return true; },
        [&](const Expr& left, const Expr& right) { return connected(op, left, right); });
    // What is left alone must be a condition still.
    const bool condition = is_connector(node) || node.is(ExprKind::boolean) || is_boolean(node);
    if (!condition && !connects) node = operation("AND", Expr(node), make(ExprKind::boolean, "TRUE"));
}

bool Simplifier::all_boolean(const Expr& node, std::size_t first, std::size_t step) const {
    for (std::size_t i = first; i < node.children.size(); i += step)
        if (!is_boolean(node.children[i])) return false;
    return true;
}

/// True if the type is known to be BOOLEAN; what is not sure is not.
bool Simplifier::is_boolean(const Expr& node) const {
    if (node.is(ExprKind::boolean) || is_connector(node) || is_predicate(node)) return true;
    if (node.is(ExprKind::unary)) return node.text == "NOT";
    if (node.is(ExprKind::column)) return is_boolean_column_(node);
    if (node.is(ExprKind::paren)) return is_boolean(node.children.front());
    if (node.is(ExprKind::cast)) return node.children[1].text == "BOOLEAN";
    if (!node.is(ExprKind::case_when) || node.text == "operand") return false;
    const bool otherwise = node.children.size() % 2 == 1;
    return (!otherwise || is_boolean(node.children.back())) && all_boolean(node, 1, 2);
}

/// IF(TRUE, a, b) is a.
void Simplifier::if_call(Expr& node, const Expr* parent) const {
    const bool call = node.is(ExprKind::function) && (node.text == "IF" || node.text == "IFF" || node.text == "IIF");
    if (!call || node.children.size() < 2 || (parent != nullptr && parent->is(ExprKind::case_when))) return;
    const Expr& condition = node.children.front();
    std::optional<Expr> value;
    if (is_always_true(condition)) {
        value = node.children[1];
    } else if (is_false(condition) || is_zero(condition) || condition.is(ExprKind::null)) {
        value = node.children.size() > 2 ? node.children[2] : make(ExprKind::null, "NULL");
    }
    if (value) node = std::move(*value);
}

/// CASE x WHEN a is CASE WHEN x = a; branches that are never taken go.
void Simplifier::case_when(Expr& node) const {
    if (!node.is(ExprKind::case_when)) return;
    if (node.text == "operand") {
        for (std::size_t i = 1; i + 1 < node.children.size(); i += 2)
            if (!copies_.take(node.children.front())) return;
        Expr operand = std::move(node.children.front());
        node.children.erase(node.children.begin());
        node.text.clear();
        const auto bracketed = [](Expr each) {
            return each.is(ExprKind::binary) ? make(ExprKind::paren, {}, {std::move(each)}) : each;
        };
        operand = bracketed(std::move(operand));
        for (std::size_t i = 0; i + 1 < node.children.size(); i += 2)
            node.children[i] = operation("=", operand, bracketed(std::move(node.children[i])));
    }
    // The first that is always true stands for the whole, whatever comes before it, and the one behind one that is
    // never true is passed over until the next round: that is how the reference reads its list, and so are SQLMesh's
    // rows.
    std::vector<Expr> rest;
    for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
        const Expr& when = node.children[i];
        if (is_always_true(when)) {
            Expr value = std::move(node.children[i + 1]);
            node = std::move(value);
            return;
        }
        // A branch that goes takes the look at the next one with it.
        if (is_false(when) || when.is(ExprKind::null) || is_zero(when)) i += 2;
        for (std::size_t k = i; k < i + 2 && k < node.children.size(); ++k) rest.push_back(std::move(node.children[k]));
    }
    if (node.children.size() % 2 == 1 && rest.size() % 2 == 0) rest.push_back(std::move(node.children.back()));
    node.children = std::move(rest);
    if (node.children.size() >= 2) return;
    Expr value = node.children.empty() ? make(ExprKind::null, "NULL") : std::move(node.children.front());
    node = std::move(value);
}

/// The column before the constant, and two of a kind in the order of their texts.
void Simplifier::sort_comparison(Expr& node) const {
    if (!is_comparison(node)) return;
    const Expr& left = node.children[0];
    const Expr& right = node.children[1];
    const bool left_column = left.is(ExprKind::column);
    const bool right_column = right.is(ExprKind::column);
    const bool subquery =
        right.is(ExprKind::function) && (right.text == "ANY" || right.text == "ALL" || right.text == "EXISTS");
    if ((left_column && !right_column) || (is_constant(right) && !is_constant(left)) || subquery) return;
    const bool swap = (right_column && !left_column) || (is_constant(left) && !is_constant(right)) ||
                      order_text(left) > order_text(right);
    if (!swap) return;
    node.text = std::string(mirrored(node.text));
    std::swap(node.children[0], node.children[1]);
}

}  // namespace towline::query
