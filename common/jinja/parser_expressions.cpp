#include <array>

#include "jinja/filters.h"
#include "jinja/limits.h"
#include "jinja/parser.h"

namespace towline::jinja {
namespace {

Expr node(ExprKind kind, std::size_t offset, std::string text = {}) {
    Expr out;
    out.kind = kind;
    out.offset = offset;
    out.text = std::move(text);
    return out;
}

Expr constant(std::size_t offset, Value value) {
    Expr out = node(ExprKind::constant, offset);
    out.constant = std::move(value);
    return out;
}

}  // namespace

Status Cursor::expect_op(std::string_view op) {
    if (skip_op(op)) return {};
    return fail(error("expected '" + std::string(op) + "', got " + described()));
}
Status Cursor::expect_name(std::string_view name) {
    if (skip_name(name)) return {};
    return fail(error("expected '" + std::string(name) + "', got " + described()));
}
Result<std::string> Cursor::take_name() {
    if (!is(TokenKind::name)) return fail(error("expected a name, got " + described()));
    std::string out = current().text;
    advance();
    return out;
}
std::string Cursor::described() const {
    switch (current().kind) {
        case TokenKind::end:
            return "the end of the template";
        case TokenKind::variable_end:
            return "'end of print statement'";
        case TokenKind::block_end:
            return "'end of statement block'";
        case TokenKind::integer:
        case TokenKind::floating:
            return "a number";
        case TokenKind::text:
            return python_repr(current().text.substr(0, 40));
        default:
            return "'" + current().text.substr(0, 40) + "'";
    }
}

Status ExpressionParser::links(int count) const {
    if (depth_ <= kNestingDepthMax && count <= kNestingDepthMax) return {};
    return fail(cursor_.error_here(cursor_.current().offset, ErrorCode::too_large,
                                   "The expression is nested too deep or too long."));
}

Result<Expr> ExpressionParser::expression(bool with_condition) {
    const Nesting nesting(depth_);
    TRY_STATUS(links(0));
    TRY(Expr left, disjunction());
    if (!with_condition) return left;
    for (int count = 0; cursor_.is_name("if"); ++count) {
        TRY_STATUS(links(count));
        Expr choice = node(ExprKind::condition, cursor_.current().offset);
        cursor_.advance();
        TRY(Expr test, disjunction());
        Expr otherwise = node(ExprKind::absent, cursor_.current().offset);
        if (cursor_.skip_name("else")) {
            TRY(otherwise, expression(true));
        }
        choice.children.push_back(std::move(left));
        choice.children.push_back(std::move(test));
        choice.children.push_back(std::move(otherwise));
        left = std::move(choice);
    }
    return left;
}

Result<Expr> ExpressionParser::disjunction() {
    TRY(Expr left, conjunction());
    if (!cursor_.is_name("or")) return left;
    Expr out = node(ExprKind::disjunction, left.offset);
    out.children.push_back(std::move(left));
    while (cursor_.skip_name("or")) {
        TRY(Expr right, conjunction());
        out.children.push_back(std::move(right));
    }
    return out;
}

Result<Expr> ExpressionParser::conjunction() {
    TRY(Expr left, negation());
    if (!cursor_.is_name("and")) return left;
    Expr out = node(ExprKind::conjunction, left.offset);
    out.children.push_back(std::move(left));
    while (cursor_.skip_name("and")) {
        TRY(Expr right, negation());
        out.children.push_back(std::move(right));
    }
    return out;
}

Result<Expr> ExpressionParser::negation() {
    if (!cursor_.is_name("not")) return comparison();
    const Nesting nesting(depth_);
    TRY_STATUS(links(0));
    Expr out = node(ExprKind::negation, cursor_.current().offset);
    cursor_.advance();
    TRY(Expr operand, negation());
    out.children.push_back(std::move(operand));
    return out;
}

Result<Expr> ExpressionParser::comparison() {
    constexpr std::array<std::string_view, 6> kOperators{"==", "!=", "<", "<=", ">", ">="};
    TRY(Expr left, sum());
    Expr out = node(ExprKind::comparison, left.offset);
    out.children.push_back(std::move(left));
    for (;;) {
        std::string word;
        for (const std::string_view op : kOperators)
            if (cursor_.is_op(op)) word = op;
        if (!word.empty()) {
            out.offset = cursor_.current().offset;
            cursor_.advance();
        } else if (cursor_.is_name("in")) {
            cursor_.advance();
            word = "in";
        } else if (cursor_.is_name("not") && cursor_.ahead().kind == TokenKind::name && cursor_.ahead().text == "in") {
            cursor_.advance();
            cursor_.advance();
            word = "not in";
        } else {
            break;
        }
        out.words.push_back(std::move(word));
        TRY(Expr right, sum());
        out.children.push_back(std::move(right));
    }
    return out.words.empty() ? std::move(out.children[0]) : std::move(out);
}

Result<Expr> ExpressionParser::chain(Rule operand, std::initializer_list<std::string_view> operators) {
    TRY(Expr left, (this->*operand)());
    for (int count = 0;; ++count) {
        std::string_view found;
        for (const std::string_view op : operators)
            if (cursor_.is_op(op)) found = op;
        if (found.empty()) return left;
        TRY_STATUS(links(count));
        Expr out = node(ExprKind::arithmetic, cursor_.current().offset, std::string(found));
        cursor_.advance();
        TRY(Expr right, (this->*operand)());
        out.children.push_back(std::move(left));
        out.children.push_back(std::move(right));
        left = std::move(out);
    }
}

Result<Expr> ExpressionParser::sum() { return chain(&ExpressionParser::concatenation, {"+", "-"}); }
Result<Expr> ExpressionParser::product() { return chain(&ExpressionParser::power, {"*", "/", "//", "%"}); }
Result<Expr> ExpressionParser::power() { return chain(&ExpressionParser::unary, {"**"}); }

Result<Expr> ExpressionParser::concatenation() {
    TRY(Expr left, product());
    if (!cursor_.is_op("~")) return left;
    Expr out = node(ExprKind::concatenation, cursor_.current().offset);
    out.children.push_back(std::move(left));
    while (cursor_.skip_op("~")) {
        TRY(Expr right, product());
        out.children.push_back(std::move(right));
    }
    return out;
}

Result<Expr> ExpressionParser::unary_with(bool with_filter) {
    const Nesting nesting(depth_);
    TRY_STATUS(links(0));
    const std::size_t offset = cursor_.current().offset;
    Expr out;
    if (cursor_.is_op("-") || cursor_.is_op("+")) {
        out = node(cursor_.is_op("-") ? ExprKind::minus : ExprKind::plus, offset);
        cursor_.advance();
        TRY(Expr operand, unary_with(false));
        out.children.push_back(std::move(operand));
    } else {
        TRY(out, primary());
    }
    TRY(out, postfix(std::move(out)));
    if (!with_filter) return out;
    return filters_and_tests(std::move(out));
}

Result<Expr> ExpressionParser::primary() {
    const Token& token = cursor_.current();
    const std::size_t offset = token.offset;
    if (token.kind == TokenKind::name) {
        const std::string word = token.text;
        cursor_.advance();
        if (word == "true" || word == "True") return constant(offset, Value::boolean(true));
        if (word == "false" || word == "False") return constant(offset, Value::boolean(false));
        if (word == "none" || word == "None") return constant(offset, Value());
        return node(ExprKind::name, offset, word);
    }
    if (token.kind == TokenKind::text) {
        std::string text;
        for (; cursor_.is(TokenKind::text); cursor_.advance()) text += cursor_.current().text;
        return constant(offset, Value::text(std::move(text)));
    }
    if (token.kind == TokenKind::integer || token.kind == TokenKind::floating) {
        Value value =
            token.kind == TokenKind::integer ? Value::integer(token.integer) : Value::floating(token.floating);
        cursor_.advance();
        return constant(offset, std::move(value));
    }
    if (cursor_.skip_op("(")) {
        TRY(Expr out, tuple({true, true, {}}));
        TRY_STATUS(cursor_.expect_op(")"));
        return out;
    }
    if (cursor_.is_op("[")) return list();
    if (cursor_.is_op("{")) return dict();
    return fail(cursor_.error("unexpected " + cursor_.described()));
}

Result<Expr> ExpressionParser::list() {
    Expr out = node(ExprKind::list, cursor_.current().offset);
    cursor_.advance();
    while (!cursor_.is_op("]")) {
        if (!out.children.empty()) TRY_STATUS(cursor_.expect_op(","));
        if (cursor_.is_op("]")) break;
        TRY(Expr item, expression());
        out.children.push_back(std::move(item));
    }
    cursor_.advance();
    return out;
}

Result<Expr> ExpressionParser::dict() {
    Expr out = node(ExprKind::dict, cursor_.current().offset);
    cursor_.advance();
    while (!cursor_.is_op("}")) {
        if (!out.children.empty()) TRY_STATUS(cursor_.expect_op(","));
        if (cursor_.is_op("}")) break;
        TRY(Expr key, expression());
        TRY_STATUS(cursor_.expect_op(":"));
        TRY(Expr value, expression());
        out.children.push_back(std::move(key));
        out.children.push_back(std::move(value));
    }
    cursor_.advance();
    return out;
}

bool ExpressionParser::ends_tuple(std::string_view end) const {
    return cursor_.is_end_of_tag() || cursor_.is_op(")") || (!end.empty() && cursor_.is_name(end));
}

Result<Expr> ExpressionParser::tuple(const TupleRules& rules) {
    Expr out = node(ExprKind::tuple, cursor_.current().offset);
    bool is_tuple = false;
    for (;;) {
        if (!out.children.empty()) TRY_STATUS(cursor_.expect_op(","));
        if (ends_tuple(rules.end)) break;
        TRY(Expr item, expression(rules.with_condition));
        out.children.push_back(std::move(item));
        if (!cursor_.is_op(",")) break;
        is_tuple = true;
    }
    if (is_tuple) return out;
    if (!out.children.empty()) return std::move(out.children[0]);
    if (!rules.explicit_parentheses) return fail(cursor_.error("Expected an expression, got " + cursor_.described()));
    return out;
}

Result<Expr> ExpressionParser::target(bool with_namespace, std::string_view end) {
    return target_part(with_namespace, end);
}

Result<Expr> ExpressionParser::target_part(bool with_namespace, std::string_view end) {
    Expr out = node(ExprKind::tuple, cursor_.current().offset);
    bool is_tuple = false;
    for (;;) {
        if (!out.children.empty()) TRY_STATUS(cursor_.expect_op(","));
        if (ends_tuple(end) || cursor_.is_op("=")) break;
        TRY(Expr item, target_item(with_namespace));
        out.children.push_back(std::move(item));
        if (!cursor_.is_op(",")) break;
        is_tuple = true;
    }
    if (out.children.empty()) return fail(cursor_.error("Expected a name, got " + cursor_.described()));
    return is_tuple ? std::move(out) : std::move(out.children[0]);
}

Result<Expr> ExpressionParser::target_item(bool with_namespace) {
    const Nesting nesting(depth_);
    TRY_STATUS(links(0));
    const std::size_t offset = cursor_.current().offset;
    if (cursor_.skip_op("(")) {
        TRY(Expr inner, target_part(with_namespace, {}));
        TRY_STATUS(cursor_.expect_op(")"));
        return inner;
    }
    TRY(std::string name, cursor_.take_name());
    for (const char* word : {"true", "false", "none", "True", "False", "None"})
        if (name == word) return fail(cursor_.error_here(offset, ErrorCode::invalid, "can't assign to '" + name + "'"));
    if (!with_namespace || !cursor_.skip_op(".")) return node(ExprKind::name, offset, std::move(name));
    Expr out = node(ExprKind::namespace_target, offset);
    out.words.push_back(std::move(name));
    TRY(out.text, cursor_.take_name());
    return out;
}

Result<Expr> ExpressionParser::postfix(Expr operand) {
    for (int count = 0;; ++count) {
        TRY_STATUS(links(count));
        if (cursor_.is_op(".") || cursor_.is_op("[")) {
            TRY(operand, subscript(std::move(operand)));
        } else if (cursor_.is_op("(")) {
            Expr call = node(ExprKind::call, operand.offset);
            call.children.push_back(std::move(operand));
            TRY_STATUS(call_arguments(call));
            operand = std::move(call);
        } else {
            return operand;
        }
    }
}

Result<Expr> ExpressionParser::filters_and_tests(Expr operand) {
    for (int count = 0;; ++count) {
        TRY_STATUS(links(count));
        if (cursor_.is_op("|")) {
            TRY(operand, filters(std::move(operand), false));
        } else if (cursor_.is_name("is")) {
            TRY(operand, test(std::move(operand)));
        } else if (cursor_.is_op("(")) {  // calls are valid both after postfix expressions and after filters
            TRY(operand, postfix(std::move(operand)));
        } else {
            return operand;
        }
    }
}

Result<Expr> ExpressionParser::filters(Expr operand, bool start_inline) {
    for (int count = 0; start_inline || cursor_.is_op("|"); ++count) {
        TRY_STATUS(links(count));
        if (!start_inline) cursor_.advance();
        start_inline = false;
        Expr out = node(ExprKind::filter, cursor_.current().offset);
        TRY(out.text, cursor_.take_name());
        while (cursor_.skip_op(".")) {
            TRY(std::string part, cursor_.take_name());
            out.text += "." + part;
        }
        out.children.push_back(std::move(operand));
        if (cursor_.is_op("(")) TRY_STATUS(call_arguments(out));
        operand = std::move(out);
    }
    return operand;
}

Result<Expr> ExpressionParser::filter_chain_of_set() {
    Expr none = node(ExprKind::absent, cursor_.current().offset);
    if (!cursor_.is_op("|")) return none;
    return filters(std::move(none), false);
}

Result<Expr> ExpressionParser::test(Expr operand) {
    cursor_.advance();
    const std::size_t offset = cursor_.current().offset;
    const bool negated = cursor_.skip_name("not");
    Expr out = node(ExprKind::test, offset);
    TRY(out.text, cursor_.take_name());
    while (cursor_.skip_op(".")) {
        TRY(std::string part, cursor_.take_name());
        out.text += "." + part;
    }
    out.children.push_back(std::move(operand));
    const TokenKind kind = cursor_.current().kind;
    const bool starts_argument = kind == TokenKind::name || kind == TokenKind::text || kind == TokenKind::integer ||
                                 kind == TokenKind::floating || cursor_.is_op("[") || cursor_.is_op("{");
    if (cursor_.is_op("(")) {
        TRY_STATUS(call_arguments(out));
    } else if (starts_argument && !cursor_.is_name("else") && !cursor_.is_name("or") && !cursor_.is_name("and")) {
        if (cursor_.is_name("is")) return fail(cursor_.error("You cannot chain multiple tests with is"));
        TRY(Expr argument, primary());
        TRY(argument, postfix(std::move(argument)));
        out.positional.push_back(std::move(argument));
    }
    if (!negated) return out;
    Expr negation = node(ExprKind::negation, offset);
    negation.children.push_back(std::move(out));
    return negation;
}

Result<Expr> ExpressionParser::subscript(Expr operand) {
    const std::size_t offset = cursor_.current().offset;
    if (cursor_.skip_op(".")) {
        const Token token = cursor_.current();
        if (token.kind != TokenKind::name && token.kind != TokenKind::integer)
            return fail(cursor_.error("expected name or number"));
        cursor_.advance();
        const bool name = token.kind == TokenKind::name;
        Expr out = node(name ? ExprKind::attribute : ExprKind::item, offset, name ? token.text : std::string());
        out.children.push_back(std::move(operand));
        if (!name) out.children.push_back(constant(token.offset, Value::integer(token.integer)));
        return out;
    }
    cursor_.advance();
    Expr out = node(ExprKind::item, offset);
    out.children.push_back(std::move(operand));
    Expr keys = node(ExprKind::tuple, offset);
    while (!cursor_.is_op("]")) {
        if (!keys.children.empty()) TRY_STATUS(cursor_.expect_op(","));
        TRY(Expr key, subscribed());
        keys.children.push_back(std::move(key));
    }
    cursor_.advance();
    const bool single = keys.children.size() == 1;
    out.children.push_back(single ? std::move(keys.children[0]) : std::move(keys));
    return out;
}

Result<Expr> ExpressionParser::subscribed() {
    Expr out = node(ExprKind::slice, cursor_.current().offset);
    const auto absent = [&] { return node(ExprKind::absent, cursor_.current().offset); };
    if (cursor_.is_op(":")) {
        out.children.push_back(absent());
    } else {
        TRY(Expr begin, expression());
        if (!cursor_.is_op(":")) return begin;
        out.children.push_back(std::move(begin));
    }
    for (int part = 0; part < 2; ++part) {
        const bool given = cursor_.skip_op(":") && !cursor_.is_op(":") && !cursor_.is_op("]") && !cursor_.is_op(",");
        if (given) {
            TRY(Expr value, expression());
            out.children.push_back(std::move(value));
        } else {
            out.children.push_back(absent());
        }
    }
    return out;
}

Status ExpressionParser::call_arguments(Expr& call) {
    const Nesting nesting(depth_);
    TRY_STATUS(links(0));
    TRY_STATUS(cursor_.expect_op("("));
    const auto misplaced = [&] { return fail(cursor_.error("invalid syntax for function call expression")); };
    bool first = true;
    while (!cursor_.is_op(")")) {
        if (!first) TRY_STATUS(cursor_.expect_op(","));
        first = false;
        if (cursor_.is_op(")")) break;
        if (cursor_.is_op("*") || cursor_.is_op("**")) {
            auto& spread = cursor_.is_op("*") ? call.spread : call.spread_named;
            if (!spread.empty() || !call.spread_named.empty()) return misplaced();
            cursor_.advance();
            TRY(Expr value, expression());
            spread.push_back(std::move(value));
        } else if (cursor_.is(TokenKind::name) && cursor_.ahead().kind == TokenKind::op &&
                   cursor_.ahead().text == "=") {
            if (!call.spread_named.empty()) return misplaced();
            std::string name = cursor_.current().text;
            cursor_.advance();
            cursor_.advance();
            TRY(Expr value, expression());
            call.named.push_back(NamedExpr{std::move(name), std::move(value)});
        } else {
            if (!call.spread.empty() || !call.spread_named.empty() || !call.named.empty()) return misplaced();
            TRY(Expr value, expression());
            call.positional.push_back(std::move(value));
        }
    }
    cursor_.advance();
    return {};
}

}  // namespace towline::jinja
