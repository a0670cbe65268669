// Bracketed primaries of the expression parser: (…), […], {…}.
#include "base/strings.h"
#include "sql/expression_parser.h"

namespace towline::sql {
namespace {

Expr bracket_node(ExprKind kind, std::string text) {
    Expr expr;
    expr.kind = kind;
    expr.text = std::move(text);
    return expr;
}

}  // namespace

Result<Expr> ExpressionParser::parenthesised() {
    const std::size_t begin = at_;
    const std::size_t close = tokens_.closing(at_);
    if (close >= tokens_.size()) return unexpected("a closing ')'");
    if (starts_query(at_)) {
        Expr query = bracket_node(ExprKind::subquery, {});
        const Span inner{tokens_[at_].span.end, tokens_[close].span.begin};
        query.text = std::string(trim(inner.of(tokens_.text())));
        at_ = close + 1;
        return with_span(std::move(query), begin);
    }
    ++at_;
    Expr made = bracket_node(ExprKind::paren, {});
    bool comma = at_ == close;
    while (at_ < close) {
        TRY(Expr item, expression(true));
        // A word behind a value is its alias, DESC too.
        if (at_ < close && tokens_.kind(at_) == TokenKind::word && !item.is(ExprKind::alias)) {
            Expr alias = bracket_node(ExprKind::alias, std::string(tokens_.text_of(at_++)));
            alias.children.push_back(std::move(item));
            item = std::move(alias);
        }
        made.children.push_back(std::move(item));
        if (at_ == close) break;
        if (!take_symbol(",")) return unexpected("',' or ')'");
        comma = true;
    }
    if (comma) made.kind = ExprKind::tuple;
    at_ = close + 1;
    return with_span(std::move(made), begin);
}

Result<Expr> ExpressionParser::array() {
    const std::size_t begin = at_;
    const std::size_t close = tokens_.closing(at_);
    if (close >= tokens_.size()) return unexpected("a closing ']'");
    ++at_;
    Expr made = bracket_node(ExprKind::array, {});
    while (at_ < close) {
        TRY(Expr item, expression(true));
        if (word("FOR") && made.children.empty() && tokens_.dialect() == Dialect::duckdb) {
            TRY(item, comprehension(std::move(item)));
        }
        made.children.push_back(std::move(item));
        if (at_ < close && !take_symbol(",")) return unexpected("',' or ']'");
    }
    at_ = close + 1;
    return with_span(std::move(made), begin);
}

/// x + 1 FOR x IN y IF x > 2
Result<Expr> ExpressionParser::comprehension(Expr value) {
    ++at_;
    Expr made = bracket_node(ExprKind::clause, "COMPREHENSION");
    const auto add = [&](std::string key, Expr part) {
        made.children.push_back(bracket_node(ExprKind::keyword_argument, std::move(key)));
        made.children.back().children.push_back(std::move(part));
    };
    Expr name;
    if (!identifier_part(name) || !name.is(ExprKind::identifier)) return unexpected("a name");
    if (!take_word("IN")) return unexpected("IN");
    TRY(Expr iterator, disjunction());
    add("this", std::move(value));
    add("expression", std::move(name));
    add("iterator", std::move(iterator));
    if (take_word("IF")) {
        TRY(Expr condition, disjunction());
        add("condition", std::move(condition));
    }
    return made;
}

/// MAP {'a': 1, b: 2}: keys are values of any kind.
Result<Expr> ExpressionParser::map() {
    const std::size_t begin = at_++;
    const std::size_t close = tokens_.closing(at_);
    if (close >= tokens_.size()) return unexpected("a closing '}'");
    ++at_;
    Expr made = bracket_node(ExprKind::clause, "TOMAP");
    while (at_ < close) {
        Expr pair = bracket_node(ExprKind::keyword_argument, "pair");
        for (const bool key : {true, false}) {
            TRY(Expr value, expression(false));
            pair.children.push_back(std::move(value));
            if (key && !take_symbol(":")) return unexpected("':'");
        }
        made.children.push_back(std::move(pair));
        if (at_ < close && !take_symbol(",")) return unexpected("',' or '}'");
    }
    at_ = close + 1;
    return with_span(std::move(made), begin);
}

Result<Expr> ExpressionParser::structure() {
    const std::size_t begin = at_;
    const std::size_t close = tokens_.closing(at_);
    if (close >= tokens_.size()) return unexpected("a closing '}'");
    ++at_;
    Expr made = bracket_node(ExprKind::structure, {});
    while (at_ < close) {
        Expr pair = bracket_node(ExprKind::keyword_argument, {});
        if (tokens_.kind(at_) == TokenKind::string) {
            pair.text = string_value(tokens_.text_of(at_++), tokens_.dialect());
        } else {
            Expr key;
            if (!identifier_part(key)) return unexpected("a key");
            pair.text = key.text;
        }
        if (!take_symbol(":")) return unexpected("':'");
        TRY(Expr value, expression(false));
        pair.children.push_back(std::move(value));
        made.children.push_back(std::move(pair));
        if (at_ < close && !take_symbol(",")) return unexpected("',' or '}'");
    }
    at_ = close + 1;
    return with_span(std::move(made), begin);
}

/// value:key of Snowflake and Databricks.
bool ExpressionParser::starts_path() const {
    const Dialect dialect = tokens_.dialect();
    if (dialect != Dialect::snowflake && dialect != Dialect::databricks) return false;
    const TokenKind next = tokens_.kind(at_ + 1);
    return next == TokenKind::word || next == TokenKind::quoted_identifier || tokens_.is_symbol(at_ + 1, "[");
}

/// The text of key.key[0]['key']:key; a subscript that is no literal ends it.
Expr ExpressionParser::variant_path() {
    const std::size_t begin = ++at_;
    while (at_ < tokens_.size()) {
        const bool key = tokens_.kind(at_) == TokenKind::word || tokens_.kind(at_) == TokenKind::quoted_identifier;
        const bool first = at_ == begin || symbol(".") || symbol(":");
        const TokenKind inside = tokens_.kind(at_ + 1);
        const bool literal =
            inside == TokenKind::string || inside == TokenKind::number || tokens_.is_symbol(at_ + 1, "*");
        if (key && at_ == begin) {
            ++at_;
        } else if (symbol("[") && literal && tokens_.is_symbol(at_ + 2, "]")) {
            at_ += 3;
        } else if (first && !key && (inside == TokenKind::word || inside == TokenKind::quoted_identifier)) {
            at_ += 2;
        } else {
            break;
        }
    }
    return raw_from(begin);
}

}  // namespace towline::sql
