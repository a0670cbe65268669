// Values: brackets, texts side by side, numbers and dates that can be worked out.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "query/constants.h"
#include "query/simplifier.h"

namespace towline::query {
namespace {

bool is_operation(const Expr& node, std::initializer_list<std::string_view> ops) {
    return node.is(ExprKind::binary) && std::find(ops.begin(), ops.end(), node.text) != ops.end();
}

}  // namespace

std::optional<std::string> moment_of(const Expr& node) {
    const auto found = dated(node);
    if (!found) return std::nullopt;
    return written(found->moment, false);
}

void drop_brackets(Expr& node, const Expr* parent) {
    if (!node.is(ExprKind::paren)) return;
    const Expr& inner = node.children.front();
    if (is_query(inner)) return;
    const bool subquery_predicate = parent != nullptr && parent->is(ExprKind::function) &&
                                    (parent->text == "EXISTS" || parent->text == "ANY" || parent->text == "ALL");
    if (subquery_predicate || (parent != nullptr && parent->is(ExprKind::index))) return;
    const bool in_predicate = parent != nullptr && is_predicate(*parent);
    const bool in_binary = parent != nullptr && parent->is(ExprKind::binary);
    const bool in_negative = parent != nullptr && parent->is(ExprKind::unary) && parent->text == "-";
    const auto unwrap = [&] {
        Expr bare = inner;
        for (std::string& comment : node.comments) bare.comments.push_back(comment);
        node = std::move(bare);
    };
    if (is_predicate(inner) && !in_predicate && !in_negative && !(in_binary && !is_connector(*parent))) {
        unwrap();
        return;
    }
    const bool zone = inner.is(ExprKind::binary) && inner.text == "AT TIME ZONE";  // no operation of two to sqlglot
    const bool binary = (inner.is(ExprKind::binary) && !zone) || is_operator_call(inner);
    const bool negated = (inner.is(ExprKind::unary) && inner.text == "NOT") || is_operation(inner, {"IS"});
    const bool free = parent == nullptr || parent->is(ExprKind::paren) || parent->is(ExprKind::lambda) ||
                      (!binary && !(negated && in_predicate)) ||
                      (is_operation(inner, {"+"}) && is_operation(*parent, {"+"})) ||
                      (is_operation(inner, {"*"}) && is_operation(*parent, {"*", "+", "-"}));
    // Behind NOT, BETWEEN and IN need theirs to read as the same again.
    const bool range = inner.is(ExprKind::between) && parent != nullptr && (in_binary || in_predicate);
    if (free && !range) unwrap();
}

/// CONCAT_WS('-', 'a', 'b', x) is CONCAT_WS('-', 'a-b', x). A call that went through here is NULL if any of its texts
/// is, in dialects whose own leaves NULLs out: sqlglot forgets that they do. `quoted` marks it for the printer.
void Simplifier::separated_texts(Expr& node) const {
    if (!node.is(ExprKind::function) || node.text != "CONCAT_WS" || node.children.size() < 2) return;
    const Expr separator = node.children.front();
    if (!separator.is(ExprKind::string)) return;
    std::vector<Expr> out;
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        Expr& each = node.children[i];
        if (each.is(ExprKind::string) && !out.empty() && out.back().is(ExprKind::string))
            out.back().text += separator.text + each.text;
        else
            out.push_back(std::move(each));
    }
    if (out.size() == 1 && out.front().is(ExprKind::string)) {
        node = Expr(std::move(out.front()));
        return;
    }
    out.insert(out.begin(), separator);
    node.children = std::move(out);
    node.quoted = sql::facts(dialect_).joins_without_nulls;
}

namespace {

/// Brackets that `||` needs not.
bool is_bracketed_part(const Expr& node) {
    return node.is(ExprKind::paren) && !is_predicate(node.children[0]) && !is_connector(node.children[0]);
}

/// A chain of `||` that stands to the left already, without brackets and texts side by side.
bool is_plain_chain(const Expr& node) {
    bool text_behind = false;
    for (const Expr* at = &node;; at = &at->children[0]) {
        const bool chain = is_operation(*at, {"||"});
        const Expr& part = chain ? at->children[1] : *at;
        const bool text = part.is(ExprKind::string);
        if (is_bracketed_part(part) || (chain && is_operation(part, {"||"})) || (text && text_behind)) return false;
        if (!chain) return true;
        text_behind = text;
    }
}

}  // namespace

/// 'a' || 'b' is 'ab'.
void Simplifier::concatenation(Expr& node) const {
    separated_texts(node);
    const bool pipes = is_operation(node, {"||"});
    const bool call = node.is(ExprKind::function) && node.text == "CONCAT";
    if ((!pipes && !call) || (pipes && is_plain_chain(node))) return;
    std::vector<Expr> parts;
    if (pipes)
        operands(node, "||", parts);
    else
        parts = node.children;
    std::vector<Expr> out;
    for (Expr& each : parts) {
        Expr bare = each;
        while (pipes && is_bracketed_part(bare)) {
            Expr inner = bare.children.front();
            bare = std::move(inner);
        }
        if (bare.is(ExprKind::string) && !out.empty() && out.back().is(ExprKind::string))
            out.back().text += bare.text;
        else
            out.push_back(std::move(bare));
    }
    if (out.size() == 1 && out.front().is(ExprKind::string)) {
        Expr text = std::move(out.front());
        node = std::move(text);
    } else if (pipes) {
        Expr chain = chained("||", std::move(out));
        node = std::move(chain);
    } else {
        node.children = std::move(out);
    }
}

std::optional<Expr> Simplifier::folded(const Expr& operation, const Expr& left, const Expr& right,
                                       bool siblings) const {
    const std::string& op = operation.text;
    if (op == "IS") {
        const bool null = right.is(ExprKind::null);
        if (null && (left.is(ExprKind::number) || left.is(ExprKind::string))) return make(ExprKind::boolean, "FALSE");
        if (null && left.is(ExprKind::null)) return make(ExprKind::boolean, "TRUE");
        return std::nullopt;
    }
    const auto a = decimal_of(left);
    const auto b = decimal_of(right);
    if (a && b && (op == "+" || op == "*" || (op == "-" && siblings))) return calculated(op, *a, *b);
    if (a && b && op == "/" && siblings) return divided(*a, *b);
    Decimal low = a.value_or(Decimal{});
    Decimal high = b.value_or(Decimal{});
    const bool numbers = a && b && align(low, high);
    const bool texts = left.is(ExprKind::string) && right.is(ExprKind::string);
    const auto first = dated(left);
    const auto second = dated(right);
    if (is_comparison(operation) && (numbers || texts || (first && second))) {
        int order = 0;
        if (numbers) {
            order = low.digits < high.digits ? -1 : low.digits > high.digits ? 1 : 0;
        } else if (texts) {
            order = left.text.compare(right.text);
        } else {
            const auto compared = compare(*first, *second);
            if (!compared && op != "=" && op != "<>") return std::nullopt;
            order = compared.value_or(1);
        }
        const bool truth = op == "="    ? order == 0
                           : op == "<>" ? order != 0
                           : op == "<"  ? order < 0
                           : op == ">"  ? order > 0
                           : op == "<=" ? order <= 0
                                        : order >= 0;
        return make(ExprKind::boolean, truth ? "TRUE" : "FALSE");
    }
    const bool sum = op == "+" || op == "-";
    if (sum && first && right.is(ExprKind::interval) && !operation.quoted) {
        bool timed = false;
        const auto later = moved(first->moment, right, op == "+" ? 1 : -1, timed);
        if (!later) return std::nullopt;
        Expr out = left;
        Expr* text = &out;
        Expr literal = make(ExprKind::string, written(*later, first->date && !timed));
        text->children[0] = std::move(literal);
        return out;
    }
    return std::nullopt;
}

/// DATE_TRUNC('month', CAST('2024-05-06' AS DATE)) is a date.
void Simplifier::truncated(Expr& node) const {
    const bool known = dialect_ == sql::Dialect::duckdb || dialect_ == sql::Dialect::postgres;
    if (!known || !node.is(ExprKind::function) || !iequals(node.text, "DATE_TRUNC") || node.children.size() != 2)
        return;
    const Expr& unit = node.children[0];
    const auto found = dated(node.children[1]);
    if (!found || !unit.is(ExprKind::string)) return;
    const auto first = floored(found->moment.midnight_ms, upper(unit.text));
    if (!first) return;
    Moment moment = found->moment;
    moment.midnight_ms = *first;
    Expr out = node.children[1];
    out.children[0] = make(ExprKind::string, written(moment, found->date));
    node = std::move(out);
}

void Simplifier::literals(Expr& node, bool) const {
    truncated(node);
    if (node.is(ExprKind::unary) && node.text == "-" && node.children[0].is(ExprKind::unary) &&
        node.children[0].text == "-") {
        Expr inner = node.children[0].children[0];
        node = std::move(inner);
        return;
    }
    if (!node.is(ExprKind::binary) || is_connector(node)) return;
    if (auto value = folded(node, node.children[0], node.children[1], true)) {
        node = std::move(*value);
        return;
    }
    // x + 1 + 2 is x + 3.
    const bool chain = std::any_of(node.children.begin(), node.children.end(), [&](const Expr& child) {
        return child.is(ExprKind::binary) && child.text == node.text;
    });
    if (!chain || (node.text != "+" && node.text != "*")) return;
    const auto foldable = [](const Expr& each) { return decimal_of(each) || dated(each) || is_interval(each); };
    join_operands(node, foldable,
                  [&](const Expr& left, const Expr& right) { return folded(node, left, right, false); });
}

/// x + 1 = 3 is x = 3 - 1.
void Simplifier::equality(Expr& node) const {
    if (!is_comparison(node) || !is_operation(node.children[0], {"+", "-"})) return;
    const Expr left = node.children[0];
    const Expr right = node.children[1];
    const bool number = is_number(right);
    if (!number && !moment_of(right)) return;
    const auto constant = [&](const Expr& each) { return number ? is_number(each) : moment_of(each).has_value(); };
    const auto step = [&](const Expr& each) { return number ? is_number(each) : is_interval(each); };
    std::size_t value = 2;
    if (!constant(left.children[0]) && step(left.children[1]))
        value = 0;
    else if (!constant(left.children[1]) && step(left.children[0]))
        value = 1;
    if (value > 1) return;
    // sqlglot makes `x > 120` of `100 - x > 20`, and such are the rows that SQLMesh gets.
    Expr other = operation(left.text == "+" ? "-" : "+", right, left.children[1 - value]);
    node.children = {left.children[value], std::move(other)};
}

}  // namespace towline::query
