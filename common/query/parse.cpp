#include "query/parse.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "query/parser.h"

namespace towline::query {
namespace {

/// Words that go on with the query where an alias could stand.
bool is_clause_word(std::string_view upper) {
    // clang-format off: a table of words
    static constexpr std::array<std::string_view, 64> kWords = {
        "ALL",        "ANTI",      "ANY",        "ARRAY",       "AS",        "ASOF",       "AT",        "BEFORE",
        "CHANGES",    "CLUSTER",   "CONNECT",    "CROSS",       "DISTRIBUTE", "EXCEPT",    "FETCH",     "FINAL",
        "FOR",        "FORMAT",    "FROM",       "FULL",        "GLOBAL",    "GROUP",      "HAVING",    "INNER",
        "INTERSECT",  "INTO",      "JOIN",       "LATERAL",     "LEFT",      "LIMIT",      "MATCH_CONDITION",
        "MATCH_RECOGNIZE", "MINUS", "NATURAL",   "OFFSET",      "ON",        "OPTION",     "ORDER",     "OUTER",
        "OVER",       "PIVOT",     "POSITIONAL", "PREWHERE",    "QUALIFY",   "RIGHT",      "SAMPLE",    "SELECT",
        "SEMI",       "SET",       "SETTINGS",   "SORT",        "START",     "STRAIGHT_JOIN", "TABLESAMPLE", "THEN",
        "UNION",      "UNPIVOT",   "USING",      "VALUES",      "WHEN",      "WHERE",      "WINDOW",    "WITH",
        "END"};
    // clang-format on
    return std::find(kWords.begin(), kWords.end(), upper) != kWords.end();
}

/// VALUES as a common table expression is a query of its own to sqlglot.
Expr selected(Expr values) {
    Expr alias = clause("TABLEALIAS");
    set(alias, "this", identifier("_values"));
    set(values, "alias", std::move(alias));
    Expr from = clause("FROM");
    set(from, "this", std::move(values));
    Expr out = clause("SELECT");
    list(out, "expressions").push_back(make(ExprKind::star));
    set(out, "from", std::move(from));
    return out;
}

}  // namespace

bool Parser::any(Words words) const {
    return std::any_of(words.begin(), words.end(), [&](std::string_view each) { return word(each); });
}

bool Parser::take_word(std::string_view upper) {
    if (!word(upper)) return false;
    ++at_;
    return true;
}

bool Parser::take_words(std::string_view first, std::string_view second) {
    if (!words(first, second)) return false;
    at_ += 2;
    return true;
}

bool Parser::take_symbol(std::string_view text) {
    if (!symbol(text)) return false;
    ++at_;
    return true;
}

bool Parser::identifier_at(std::size_t at) const {
    return tokens_.kind(at) == sql::TokenKind::word || tokens_.kind(at) == sql::TokenKind::quoted_identifier;
}

bool Parser::alias_at(std::size_t at) const {
    if (tokens_.kind(at) == sql::TokenKind::quoted_identifier) return true;
    return tokens_.kind(at) == sql::TokenKind::word && !is_clause_word(upper(tokens_.text_of(at)));
}

Expr Parser::take_identifier() {
    const bool quoted = tokens_.kind(at_) == sql::TokenKind::quoted_identifier;
    const std::string_view token = tokens_.text_of(at_);
    Expr out = identifier(quoted ? sql::identifier_text(token, dialect_) : std::string(token), quoted);
    out.span = tokens_[at_].span;
    out.comments = comments_of(at_);
    ++at_;
    return out;
}

bool Parser::starts_query(std::size_t at) const {
    while (tokens_.is_symbol(at, "(")) ++at;
    const bool from = dialect_ == sql::Dialect::duckdb && tokens_.is_word(at, "FROM");
    return from || tokens_.is_word(at, "SELECT") || tokens_.is_word(at, "WITH");
}

tl::unexpected<Error> Parser::unknown() const {
    const std::string what =
        at_ < tokens_.size() ? "'" + std::string(tokens_.text_of(at_)) + "'" : "the end of the query";
    return fail(
        tokens_.error(tokens_.offset_of(at_), ErrorCode::unsupported, "The layout of " + what + " is not known."));
}

Result<Expr> Parser::whole() {
    if (depth_ > kQueryDepthMax) return fail(ErrorCode::too_large, "Queries are nested too deep.");
    TRY_STATUS(tokens_.check());
    TRY(Expr out, query());
    while (take_symbol(";")) continue;
    if (at_ < tokens_.size()) return unknown();
    return out;
}

Result<Expr> Parser::query() {
    Expr with;
    const bool named = word("WITH");
    if (named) {
        TRY(with, with_clause());
    }
    TRY(Expr out, operand());
    for (int count = 0;; ++count) {
        TRY(const bool more, set_operation(out));
        if (!more) break;
        if (count > kQueryDepthMax) return fail(ErrorCode::too_large, "There are too many set operations in a row.");
    }
    if (is(out, "SUBQUERY")) {
        TRY_STATUS(clauses(out));
    }
    if (named) {
        if (has(out, "with")) return unknown();
        set(out, "with", std::move(with));
    }
    return out;
}

/// A SELECT or a query in brackets.
Result<Expr> Parser::operand() {
    if (symbol("(") && starts_query(at_ + 1)) {
        const std::size_t close = tokens_.closing(at_);
        if (close >= tokens_.size()) return unknown();
        const sql::Span inner{tokens_[at_].span.end, tokens_[close].span.begin};
        at_ = close + 1;
        return subquery(inner, true);
    }
    if (word("VALUES") && tokens_.is_symbol(at_ + 1, "(")) return values();
    if (word("FROM") && dialect_ == sql::Dialect::duckdb) return from_first();
    if (!word("SELECT")) return unknown();
    return select();
}

/// FROM t SELECT a, and FROM t alone, which means all columns.
Result<Expr> Parser::from_first() {
    Expr made = clause("SELECT");
    TRY_STATUS(from(made));
    if (word("SELECT")) {
        TRY(Expr out, select());
        if (has(out, "from")) return unknown();
        for (Expr& each : made.children) out.children.push_back(std::move(each));
        return out;
    }
    list(made, "expressions").push_back(make(ExprKind::star));
    TRY_STATUS(clauses(made));
    return made;
}

Result<Expr> Parser::with_clause() {
    Expr out = clause("WITH");
    out.comments = comments_of(at_++);
    if (take_word("RECURSIVE")) set(out, "recursive", flag(true));
    do {
        const bool name = identifier_at(at_) && (tokens_.is_word(at_ + 1, "AS") || tokens_.is_symbol(at_ + 1, "("));
        const bool value = !name && dialect_ == sql::Dialect::clickhouse && reading_ == Reading::to_ask;
        if (value) {  // 1 AS k, which the reference takes for no column
            TRY(const Expr named, projection());
            continue;
        }
        TRY(Expr made, cte());
        list(out, "expressions").push_back(std::move(made));
    } while (take_symbol(","));
    return out;
}

Result<Expr> Parser::cte() {
    if (!identifier_at(at_)) return unknown();
    Expr out = clause("CTE");
    Expr alias = clause("TABLEALIAS");
    set(alias, "this", take_identifier());
    const bool bare = reading_ == Reading::to_ask && starts_query(at_ + 1);  // Spark's `WITH x (SELECT 1)`
    if (symbol("(") && !bare) {
        TRY(std::vector<Expr> columns, identifiers());
        set_list(alias, "columns", std::move(columns));
    }
    if (!take_word("AS") && !bare) return unknown();
    const bool negated = take_word("NOT");
    if (take_word("MATERIALIZED")) set(out, "materialized", flag(!negated));
    const std::size_t close = tokens_.closing(at_);
    if (!symbol("(") || close >= tokens_.size()) return unknown();
    const sql::Span inner{tokens_[at_].span.end, tokens_[close].span.begin};
    at_ = close + 1;
    TRY(Expr query, subquery(inner, false));
    if (is(query, "VALUES")) query = selected(std::move(query));
    for (std::string& comment : comments_of(close)) alias.comments.push_back(std::move(comment));
    set(out, "this", std::move(query));
    set(out, "alias", std::move(alias));
    return out;
}

Result<Expr> Parser::select() {
    Expr out = clause("SELECT");
    out.comments = comments_of(at_++);
    TRY_STATUS(select_head(out));
    while (take_symbol(",")) continue;
    while (at_ < tokens_.size() && !word("FROM")) {
        TRY(Expr item, projection());
        list(out, "expressions").push_back(std::move(item));
        if (!symbol(",")) break;
        for (std::string& comment : comments_of(at_))
            list(out, "expressions").back().comments.push_back(std::move(comment));
        while (take_symbol(",")) continue;
    }
    if (list(out, "expressions").empty()) return unknown();
    TRY_STATUS(clauses(out));
    return out;
}

Status Parser::select_head(Expr& out) {
    if (tokens_.kind(at_) == sql::TokenKind::hint) return unknown();
    if (take_word("ALL")) return {};
    if (take_word("DISTINCT")) {
        Expr distinct = clause("DISTINCT");
        if (word("ON") && tokens_.is_symbol(at_ + 1, "(")) {
            ++at_;
            TRY(std::vector<Expr> keys, expressions());
            set(distinct, "on", make(ExprKind::tuple, {}, std::move(keys)));
        }
        set(out, "distinct", std::move(distinct));
    }
    const bool transact = sql::grammar(dialect_) == sql::Dialect::tsql;
    if (transact && word("TOP")) {
        ++at_;
        Expr top = clause("LIMIT");
        const bool bracket = take_symbol("(");
        TRY(Expr count, expression());
        if (bracket && !take_symbol(")")) return unknown();
        if (any({"PERCENT", "WITH"}) || !count.is(ExprKind::number)) return unknown();
        set(top, "expression", std::move(count));
        set(out, "limit", std::move(top));
    }
    if (word("AS") && (tokens_.is_word(at_ + 1, "STRUCT") || tokens_.is_word(at_ + 1, "VALUE"))) {
        set(out, "kind", query::word(upper(tokens_.text_of(at_ + 1))));
        at_ += 2;
    }
    return {};
}

Result<Expr> Parser::projection() {
    const std::size_t begin = at_;
    const bool transact = sql::grammar(dialect_) == sql::Dialect::tsql;
    if (transact && identifier_at(at_) && tokens_.is_symbol(at_ + 1, "=")) return unknown();
    if (dialect_ == sql::Dialect::duckdb && identifier_at(at_) && tokens_.is_symbol(at_ + 1, ":")) {
        const Expr name = take_identifier();  // name: value
        if (!name.comments.empty() || !comments_of(at_).empty()) return unknown();
        ++at_;
        TRY(Expr named, expression());
        if (is_star(named) || word("AS") || alias_at(at_) || !named.comments.empty()) return unknown();
        return aliased(std::move(named), name.text, name.quoted);
    }
    TRY(Expr value, expression());
    if (is_star(value)) {
        TRY_STATUS(star_tail(value));
        return value;
    }
    const std::size_t as = at_;
    const bool worded = take_word("AS");
    const bool text = tokens_.kind(at_) == sql::TokenKind::string && (worded || at_ > begin);
    if (!text && !(worded ? identifier_at(at_) : alias_at(at_)))
        return worded ? Result<Expr>(unknown()) : std::move(value);
    Expr out = make(ExprKind::alias);
    if (worded) out.comments = comments_of(as);
    if (text) {
        out.text = sql::string_value(tokens_.text_of(at_), dialect_);
        out.quoted = true;
        ++at_;
    } else {
        const Expr name = take_identifier();
        out.text = name.text;
        out.quoted = name.quoted;
        for (const std::string& comment : name.comments) out.comments.push_back(comment);
    }
    out.children.push_back(std::move(value));
    Expr& inner = out.children.front();
    if (out.comments.empty()) out.comments.swap(inner.comments);
    return out;
}

/// What EXCEPT leaves out: id, t.id or 'id'.
Result<Expr> Parser::excepted() {
    if (tokens_.kind(at_) == sql::TokenKind::string && dialect_ == sql::Dialect::duckdb)
        return sql::string_literal(sql::string_value(tokens_.text_of(at_++), dialect_));
    if (!identifier_at(at_)) return unknown();
    Expr name = take_identifier();
    if (!symbol(".")) return name;
    Expr column = make(ExprKind::column, {}, {std::move(name)});
    while (take_symbol(".")) {
        if (!identifier_at(at_)) return unknown();
        column.children.push_back(take_identifier());
    }
    return column;
}

/// EXCEPT, REPLACE and RENAME behind a star.
Status Parser::star_tail(Expr& star) {
    Expr& holder = star.is(ExprKind::star) ? star : star.children.back();
    if (alias_at(at_) && !any({"REPLACE", "RENAME", "EXCLUDE"})) return unknown();
    const auto more = [&] {
        if (any({"EXCLUDE", "REPLACE", "RENAME"})) return true;
        if (!word("EXCEPT")) return false;
        const auto after = [&](std::string_view each) { return tokens_.is_word(at_ + 1, each); };
        const bool operation = after("SELECT") || after("ALL") || after("DISTINCT") || after("FROM") ||
                               after("VALUES") || after("BY") || after("WITH");
        return tokens_.is_symbol(at_ + 1, "(") ? !starts_query(at_ + 2) : identifier_at(at_ + 1) && !operation;
    };
    while (more()) {
        const std::string name = word("EXCLUDE") ? "EXCEPT" : upper(tokens_.text_of(at_));
        ++at_;
        const bool bracket = take_symbol("(");
        Expr items = make(ExprKind::keyword_argument, name);
        do {
            if (name == "EXCEPT") {
                TRY(Expr left_out, excepted());
                items.children.push_back(std::move(left_out));
                continue;
            }
            TRY(Expr value, expression());
            if (!take_word("AS") || !identifier_at(at_)) return unknown();
            const Expr target = take_identifier();
            items.children.push_back(aliased(std::move(value), target.text, target.quoted));
        } while (bracket && take_symbol(",") && !symbol(")"));
        if (bracket && !take_symbol(")")) return unknown();
        holder.children.push_back(std::move(items));
    }
    return {};
}

/// left UNION right: what ends the right SELECT belongs to the whole. False if no operation starts here.
Result<bool> Parser::set_operation(Expr& left) {
    if (!any({"UNION", "EXCEPT", "INTERSECT"})) return false;
    Expr out = clause(upper(tokens_.text_of(at_)));
    out.comments = comments_of(at_++);
    const bool clickhouse = dialect_ == sql::Dialect::clickhouse;
    const bool asks = dialect_ == sql::Dialect::bigquery || (clickhouse && is(out, "UNION"));
    if (asks && !any({"ALL", "DISTINCT"})) return unknown();
    const bool all = take_word("ALL") || (clickhouse && !is(out, "UNION") && !word("DISTINCT"));
    if (!all) take_word("DISTINCT");
    set(out, "distinct", flag(!all));
    if (take_words("BY", "NAME")) set(out, "by_name", flag(true));
    if (word("CORRESPONDING") || word("STRICT")) return unknown();
    TRY(Expr right, operand());
    if (is(right, "SELECT")) {
        for (const char* name : {"order", "limit", "offset"}) {
            for (Expr& child : right.children)
                if (child.text == name) out.children.push_back(std::move(child));
            remove(right, name);
        }
        std::erase_if(right.children, [](const Expr& child) { return child.text.empty(); });
    }
    set(out, "this", std::move(left));
    set(out, "expression", std::move(right));
    if (!is(*part(out, "expression"), "SELECT")) {
        TRY_STATUS(clauses(out));
    }
    left = std::move(out);
    return true;
}

Result<std::vector<Expr>> Parser::identifiers() {
    std::vector<Expr> out;
    if (!take_symbol("(")) return unknown();
    do {
        if (!identifier_at(at_)) return unknown();
        out.push_back(take_identifier());
    } while (take_symbol(","));
    if (!take_symbol(")")) return unknown();
    return out;
}

Result<std::vector<Expr>> Parser::expressions() {
    std::vector<Expr> out;
    const std::size_t close = tokens_.closing(at_);
    if (!take_symbol("(") || close >= tokens_.size()) return unknown();
    while (at_ < close) {
        TRY(Expr value, expression());
        out.push_back(std::move(value));
        if (at_ < close && !take_symbol(",")) return unknown();
    }
    at_ = close + 1;
    return out;
}

Result<Expr> parse(std::string_view text, sql::Dialect dialect, Reading reading) {
    const sql::TokenList tokens = sql::lex(text, dialect);
    TRY(Expr out, Parser(tokens, 0, reading).whole());
    if (is(out, "VALUES")) return fail(tokens.error(0, ErrorCode::unsupported, "The layout of 'VALUES' is not known."));
    return out;
}

}  // namespace towline::query
