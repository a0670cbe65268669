// Operators of the expression parser, from loosest to tightest binding, in sqlglot's order.
#include "sql/expression_parser.h"

#include <array>

#include "base/strings.h"
#include "sql/limits.h"

namespace towline::sql {
namespace {

/// Children are moved in one by one: a brace list would copy whole trees.
template <class... Children>
Expr node(ExprKind kind, std::string text, Children... children) {
    Expr expr;
    expr.kind = kind;
    expr.text = std::move(text);
    expr.children.reserve(sizeof...(children));
    (expr.children.push_back(std::move(children)), ...);
    if (!expr.children.empty()) expr.span = {expr.children.front().span.begin, expr.children.back().span.end};
    return expr;
}

Expr binary(std::string op, Expr left, Expr right) {
    return node(ExprKind::binary, std::move(op), std::move(left), std::move(right));
}
Expr negate(Expr value) { return node(ExprKind::unary, "NOT", std::move(value)); }

}  // namespace

bool ExpressionParser::take_word(std::string_view upper) {
    if (!word(upper)) return false;
    ++at_;
    return true;
}

bool ExpressionParser::take_symbol(std::string_view text) {
    if (!symbol(text)) return false;
    ++at_;
    return true;
}

tl::unexpected<Error> ExpressionParser::unexpected(std::string_view wanted) const {
    const std::string found =
        at_ < tokens_.size() ? "'" + std::string(tokens_.text_of(at_)) + "'" : "the end of the text";
    return fail(tokens_.error(tokens_.offset_of(at_), ErrorCode::invalid,
                              "Expected " + std::string(wanted) + ", found " + found + "."));
}

/// Chains of operators nest to the left without recursion of the parser; what walks the tree later recurses.
Status ExpressionParser::link() {
    if (++links_ > kExpressionLinksMax)
        return fail(ErrorCode::too_large, "The expression has more than 1,500 operators.");
    return {};
}

Expr ExpressionParser::with_span(Expr expr, std::size_t begin_token) const {
    expr.span = {tokens_.offset_of(begin_token),
                 at_ > begin_token ? tokens_[at_ - 1].span.end : tokens_.offset_of(begin_token)};
    return expr;
}

Expr ExpressionParser::raw_from(std::size_t begin_token) const {
    Expr expr;
    expr.kind = ExprKind::raw;
    expr = with_span(std::move(expr), begin_token);
    expr.text = std::string(expr.span.of(tokens_.text()));
    return expr;
}

Result<Expr> ExpressionParser::expression(bool alias_allowed) {
    if (++depth_ > kNestingDepthMax) return fail(ErrorCode::too_large, kTooDeep);
    const std::size_t begin = at_;
    TRY(Expr value, disjunction());
    --depth_;
    if (symbol(":=")) {
        if (auto key = value.name()) {
            const bool quoted = value.is(ExprKind::column) && value.children[0].quoted;
            if (quoted) key = "\"" + *key + "\"";
            ++at_;
            if (++depth_ > kNestingDepthMax) return fail(ErrorCode::too_large, kTooDeep);
            TRY(Expr right, expression(false));
            --depth_;
            Expr pair = node(ExprKind::keyword_argument, *key, std::move(right));
            return with_span(std::move(pair), begin);
        }
    }
    if (alias_allowed && take_word("AS")) {
        Expr part;
        const std::size_t alias_at = at_;
        if (tokens_.kind(at_) == TokenKind::string) {
            part.text = string_value(tokens_.text_of(at_++), tokens_.dialect());
            part.quoted = true;
        } else if (!identifier_part(part)) {
            at_ = alias_at;
            return unexpected("an alias");
        }
        Expr alias = node(ExprKind::alias, std::move(part.text), std::move(value));
        alias.quoted = part.quoted;
        return with_span(std::move(alias), begin);
    }
    return with_span(std::move(value), begin);
}

Result<Expr> ExpressionParser::disjunction() {
    TRY(Expr left, conjunction());
    while (take_word("OR") || word("XOR")) {
        if (take_word("XOR")) {
            TRY_STATUS(link());
            TRY(Expr other, conjunction());
            left = binary("XOR", std::move(left), std::move(other));
            continue;
        }
        TRY_STATUS(link());
        TRY(Expr right, conjunction());
        left = binary("OR", std::move(left), std::move(right));
    }
    return left;
}

Result<Expr> ExpressionParser::conjunction() {
    TRY(Expr left, negation());
    while (take_word("AND")) {
        TRY_STATUS(link());
        TRY(Expr right, negation());
        left = binary("AND", std::move(left), std::move(right));
    }
    return left;
}

Result<Expr> ExpressionParser::negation() {
    if (!take_word("NOT") && !(tokens_.dialect() != Dialect::snowflake && take_symbol("!"))) return comparison();
    if (++depth_ > kNestingDepthMax) return fail(ErrorCode::too_large, kTooDeep);
    TRY(Expr value, negation());
    --depth_;
    return negate(std::move(value));
}

Result<Expr> ExpressionParser::comparison() {
    TRY(Expr left, range());
    while (tokens_.kind(at_) == TokenKind::symbol) {
        const std::string_view text = tokens_.text_of(at_);
        std::string op;
        if (text == "=" || text == "==")
            op = "=";
        else if (text == "<>" || text == "!=")
            op = "<>";
        else if (text == "<" || text == ">" || text == "<=" || text == ">=" || text == "<=>")
            op = std::string(text);
        else
            break;
        TRY_STATUS(link());
        ++at_;
        TRY(Expr right, range());
        left = binary(std::move(op), std::move(left), std::move(right));
    }
    return left;
}

/// The canonical word of an operator of pattern matching, "" if the token is none.
std::string_view ExpressionParser::pattern_operator(std::size_t index) const {
    struct Row {
        std::string_view written;
        std::string_view canonical;
    };
    static constexpr std::array<Row, 24> kRows = {{{"LIKE", "LIKE"},      {"ILIKE", "ILIKE"},
                                                   {"RLIKE", "RLIKE"},    {"REGEXP", "RLIKE"},
                                                   {"GLOB", "GLOB"},      {"~", "~"},
                                                   {"~*", "~*"},          {"!~", "!~"},
                                                   {"!~*", "!~*"},        {"~~", "LIKE"},
                                                   {"~~*", "ILIKE"},      {"!~~", "NOT LIKE"},
                                                   {"!~~*", "NOT ILIKE"}, {"~~~", "GLOB"},
                                                   {"@>", "@>"},          {"<@", "<@"},
                                                   {"&&", "&&"},          {"^@", "^@"},
                                                   {"?|", "?|"},          {"?&", "?&"},
                                                   {"#-", "#-"},          {"OVERLAPS", "OVERLAPS"},
                                                   {"<->", "<->"},        {"SIMILAR", "SIMILAR TO"}}};
    for (const Row& row : kRows) {
        if (tokens_.is_word(index, row.written) || tokens_.is_symbol(index, row.written)) return row.canonical;
    }
    return {};
}

Result<Expr> ExpressionParser::range() {
    TRY(Expr value, concatenation());
    while (true) {
        const std::size_t next = at_ + (word("NOT") ? 1 : 0);
        if (word("ISNULL") || word("NOTNULL")) {
            const bool filled = tokens_.is_word(at_++, "NOTNULL");
            TRY_STATUS(link());
            Expr is = binary("IS", std::move(value), node(ExprKind::null, "NULL"));
            value = filled ? negate(std::move(is)) : std::move(is);
            continue;
        }
        const bool filled = word("NOT") && tokens_.is_word(at_ + 1, "NULL") &&
                            (tokens_.dialect() == Dialect::duckdb || tokens_.dialect() == Dialect::postgres);
        if (filled) {
            at_ += 2;
            TRY_STATUS(link());
            value = negate(binary("IS", std::move(value), node(ExprKind::null, "NULL")));
            continue;
        }
        const bool matches = tokens_.dialect() == Dialect::postgres && tokens_.kind(at_) == TokenKind::at &&
                             tokens_.kind(at_ + 1) == TokenKind::at && tokens_.adjacent(at_ + 1);
        if (matches) {  // @@ of PostgreSQL's texts
            TRY_STATUS(link());
            at_ += 2;
            TRY(Expr right, concatenation());
            value = binary("@@", std::move(value), std::move(right));
            continue;
        }
        const bool any = tokens_.is_word(next, "IN") || tokens_.is_word(next, "BETWEEN") ||
                         !pattern_operator(next).empty() || (tokens_.is_word(next, "IS") && next == at_);
        if (!any) return value;
        TRY_STATUS(link());
        const bool negated = next > at_;
        at_ = next;
        TRY(value, range_tail(std::move(value), negated));
    }
}

Result<Expr> ExpressionParser::range_tail(Expr value, bool negated) {
    if (take_word("IS")) return is_tail(std::move(value));
    if (take_word("IN")) {
        TRY(Expr in, in_tail(std::move(value)));
        return negated ? negate(std::move(in)) : std::move(in);
    }
    if (take_word("BETWEEN")) {
        const std::string flag = word("SYMMETRIC") || word("ASYMMETRIC") ? upper(tokens_.text_of(at_++)) : "";
        TRY(Expr low, concatenation());
        if (!take_word("AND")) return unexpected("AND of BETWEEN");
        TRY(Expr high, concatenation());
        Expr between = node(ExprKind::between, flag, std::move(value), std::move(low), std::move(high));
        return negated ? negate(std::move(between)) : std::move(between);
    }
    const std::string op(pattern_operator(at_++));
    if (op == "SIMILAR TO" && !take_word("TO")) return unexpected("TO");
    TRY(Expr pattern, concatenation());
    Expr like = binary(negated ? "NOT " + op : op, std::move(value), std::move(pattern));
    if (take_word("ESCAPE")) {
        TRY(Expr escape, primary());
        like = binary("ESCAPE", std::move(like), std::move(escape));
    }
    return like;
}

Result<Expr> ExpressionParser::is_tail(Expr value) {
    const bool negated = take_word("NOT");
    if (word("DISTINCT") && tokens_.is_word(at_ + 1, "FROM")) {
        at_ += 2;
        TRY(Expr right, concatenation());
        return binary(negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM", std::move(value), std::move(right));
    }
    if (word("JSON")) return unexpected("NULL, TRUE or FALSE");
    Expr right = node(ExprKind::null, "NULL");
    if (!take_word("UNKNOWN")) {
        TRY(right, primary());
    }
    Expr is = binary("IS", std::move(value), std::move(right));
    return negated ? negate(std::move(is)) : std::move(is);
}

Result<Expr> ExpressionParser::in_tail(Expr value) {
    const bool bracket = symbol("(") || symbol("[");
    TRY(Expr list, bracket ? primary() : postfix());
    std::vector<Expr> children;
    children.push_back(std::move(value));
    const bool listed = list.is(ExprKind::tuple) || list.is(ExprKind::paren) || list.is(ExprKind::array);
    if (bracket && listed) {
        for (Expr& item : list.children) children.push_back(std::move(item));
    } else {
        children.push_back(std::move(list));
    }
    Expr in = node(ExprKind::in, {});
    in.quoted = !bracket;
    in.children = std::move(children);
    in.span = {in.children.front().span.begin, tokens_[at_ - 1].span.end};
    return in;
}

Result<Expr> ExpressionParser::concatenation() {
    TRY(Expr left, term());
    while (tokens_.kind(at_) == TokenKind::symbol) {
        const std::string_view text = tokens_.text_of(at_);
        const bool shift = (text == "<" || text == ">") && tokens_.is_symbol(at_ + 1, text);
        if (!shift && text != "||" && text != "&" && text != "|" && text != "^" && text != "**" &&
            (text != "#" || grammar(tokens_.dialect()) != Dialect::postgres)) {
            break;
        }
        TRY_STATUS(link());
        at_ += shift ? 2 : 1;
        TRY(Expr right, term());
        std::string op(text);
        left = binary(shift ? op + op : std::move(op), std::move(left), std::move(right));
    }
    return left;
}

Result<Expr> ExpressionParser::term() {
    TRY(Expr left, factor());
    while (symbol("+") || symbol("-") || word("COLLATE")) {
        TRY_STATUS(link());
        const std::string op = upper(tokens_.text_of(at_++));
        TRY(Expr right, factor());
        const bool collation = op == "COLLATE" && right.is(ExprKind::column) && right.children.size() == 1 &&
                               right.children[0].is(ExprKind::identifier) && !right.children[0].quoted;
        if (collation) right = node(ExprKind::word, right.children[0].text);  // no column
        left = binary(op, std::move(left), std::move(right));
    }
    return left;
}

Result<Expr> ExpressionParser::factor() {
    TRY(Expr left, exponent());
    while (word("AT") && tokens_.is_word(at_ + 1, "TIME") && tokens_.is_word(at_ + 2, "ZONE")) {
        TRY_STATUS(link());
        at_ += 3;
        TRY(Expr zone, unary());
        left = binary("AT TIME ZONE", std::move(left), std::move(zone));
    }
    while (symbol("*") || symbol("/") || symbol("%") || symbol("//") || word("DIV") ||
           (word("MOD") && grammar(tokens_.dialect()) == Dialect::mysql)) {
        TRY_STATUS(link());
        const std::string op = symbol("//") ? "DIV" : upper(tokens_.text_of(at_));
        ++at_;
        TRY(Expr right, exponent());
        left = binary(op, std::move(left), std::move(right));
    }
    return left;
}

/// a ^ b where that is a power; elsewhere it is an operator on bits.
Result<Expr> ExpressionParser::exponent() {
    TRY(Expr left, unary());
    const Dialect dialect = tokens_.dialect();
    const bool power =
        dialect == Dialect::duckdb || grammar(dialect) == Dialect::postgres || dialect == Dialect::redshift;
    while (power && (symbol("^") || (symbol("**") && dialect == Dialect::duckdb))) {
        TRY_STATUS(link());
        const std::string op(tokens_.text_of(at_++));
        TRY(Expr right, unary());
        left = binary(op, std::move(left), std::move(right));
    }
    return left;
}

Result<Expr> ExpressionParser::unary() {
    const std::size_t begin = at_;
    const bool negation = symbol("!") && tokens_.dialect() != Dialect::snowflake;
    if (!symbol("-") && !symbol("+") && !symbol("~") && !negation) return postfix();
    const std::string op(negation ? "NOT" : tokens_.text_of(at_));
    ++at_;
    if (++depth_ > kNestingDepthMax) return fail(ErrorCode::too_large, kTooDeep);
    TRY(Expr value, unary());
    --depth_;
    if (op == "+") return value;
    return with_span(node(ExprKind::unary, op, std::move(value)), begin);
}

Result<Expr> ExpressionParser::postfix() {
    const std::size_t begin = at_;
    TRY(Expr value, primary());
    while (true) {
        if (take_symbol("::")) {
            TRY_STATUS(link());
            TRY(Expr to, type());
            const bool told = tokens_.dialect() == Dialect::redshift || tokens_.dialect() == Dialect::oracle ||
                              tokens_.dialect() == Dialect::singlestore;
            value = with_span(node(ExprKind::cast, told ? "::" : "CAST", std::move(value), std::move(to)), begin);
        } else if (symbol(":>") || symbol("!:>")) {  // SingleStore
            TRY_STATUS(link());
            const char* call = symbol(":>") ? "CAST" : "!:>";
            ++at_;
            TRY(Expr to, type());
            value = with_span(node(ExprKind::cast, call, std::move(value), std::move(to)), begin);
        } else if (symbol("[") && !value.is(ExprKind::star)) {
            TRY_STATUS(link());
            TRY(value, subscript(std::move(value)));
            value = with_span(std::move(value), begin);
        } else if (symbol(":") && starts_path()) {
            TRY_STATUS(link());
            Expr path = variant_path();
            value = with_span(binary(":", std::move(value), std::move(path)), begin);
        } else if (symbol("->") || symbol("->>") || symbol("#>") || symbol("#>>")) {
            TRY_STATUS(link());
            const std::string op(tokens_.text_of(at_++));
            const bool negative = symbol("-") && tokens_.kind(at_ + 1) == TokenKind::number;
            TRY(Expr path, negative ? unary() : primary());
            value = with_span(binary(op, std::move(value), std::move(path)), begin);
        } else if (symbol("?") && tokens_.dialect() == Dialect::postgres) {
            TRY_STATUS(link());
            ++at_;
            TRY(Expr key, primary());
            value = with_span(binary("?", std::move(value), std::move(key)), begin);
        } else if (symbol(".") && !value.is(ExprKind::star) && tokens_.kind(at_ + 1) != TokenKind::number) {
            TRY_STATUS(link());
            ++at_;
            Expr part;
            if (!identifier_part(part)) return unexpected("a name");
            if (symbol("(")) return unexpected("an operator");
            value = with_span(binary(".", std::move(value), std::move(part)), begin);
        } else {
            return value;
        }
    }
}

/// value[a], value[1:2]
Result<Expr> ExpressionParser::subscript(Expr value) {
    const std::size_t close = tokens_.closing(at_);
    if (close >= tokens_.size()) return unexpected("a closing ']'");
    ++at_;
    if (at_ == close) return unexpected("an index");
    Expr index = node(ExprKind::index, {}, std::move(value));
    while (at_ < close) {
        Expr item;
        if (!symbol(":")) {
            TRY(item, expression(false));
        }
        if (take_symbol(":")) {
            Expr slice = node(ExprKind::clause, "SLICE");
            if (!item.is(ExprKind::null) || !item.text.empty())
                slice.children.push_back(node(ExprKind::keyword_argument, "this", std::move(item)));
            if (at_ < close && !symbol(":")) {
                TRY(Expr end, expression(false));
                slice.children.push_back(node(ExprKind::keyword_argument, "expression", std::move(end)));
            }
            if (take_symbol(":")) {
                TRY(Expr step, unary());
                slice.children.push_back(node(ExprKind::keyword_argument, "step", std::move(step)));
            }
            item = std::move(slice);
        }
        index.children.push_back(std::move(item));
        if (at_ < close && !take_symbol(",")) return unexpected("',' or ']'");
    }
    at_ = close + 1;
    return index;
}

}  // namespace towline::sql
