// Primaries of the expression parser: literals, names, calls, CASE, CAST, macros.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/expression_parser.h"
#include "sql/function_text.h"
#include "sql/limits.h"
#include "sql/type_names.h"

namespace towline::sql {
namespace {

/// Functions that are written without brackets, and the dialects (their letters) where
/// the word is a column.
struct BareFunction {
    std::string_view name;
    std::string_view column_in;
};
constexpr std::array<BareFunction, 14> kBareFunctions = {{{"SYSTEM_USER", "abcdefghijklopqrstuvwxyzABC"},
                                                          {"CURRENT_DATE", "u"},
                                                          {"CURRENT_TIMESTAMP", "p"},
                                                          {"CURRENT_TIME", "ghi"},
                                                          {"CURRENT_DATETIME", "abcefghijklmnopqrstuvwxyzABC"},
                                                          {"CURRENT_USER", ""},
                                                          {"LOCALTIMESTAMP", "dghimnpqtzABC"},
                                                          {"LOCALTIME", "dghimnpqstzABC"},
                                                          {"SESSION_USER", "deijklopqstuvwyzABC"},
                                                          {"CURRENT_CATALOG", "deghikmnopqstuvwzABC"},
                                                          {"CURRENT_SCHEMA", "abdeghijklmnopqsuvwyzABC"},
                                                          {"SYSDATE", "abcdeghijklmnopqrtuvwxyzABC"},
                                                          {"CURDATE", "abcdefhijklmnopqrstuvwxyzABC"},
                                                          {"SYSTIMESTAMP", "abcdefghijklmnopqruvwxyzABC"}}};

/// True for a string whose prefix is part of its meaning (N'x', r'x', b'x', x'4D', U&'x', $$x$$).
bool is_prefixed(std::string_view token) {
    const char first = token.empty() ? '\0' : token.front();
    return std::string_view("nNrRbBeExXuU$").find(first) != std::string_view::npos;
}

Expr node(ExprKind kind, std::string text);

/// True for '2024-01-01 10:00 Europe/Paris' and '… 10:00 +02': after a colon stands a letter or a sign.
bool names_zone(std::string_view text) {
    const std::size_t colon = text.find(':');
    return colon != std::string_view::npos &&
           text.substr(colon).find_first_of("+-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") !=
               std::string_view::npos;
}

/// DATE_TRUNC(ds, MONTH): a word where the function takes a unit is no column. It stays text, in full.
void mark_units(Expr& call, Dialect dialect) {
    const bool transact = grammar(dialect) == Dialect::tsql;
    const bool part = (dialect == Dialect::snowflake && iequals(call.text, "DATE_PART")) ||
                      (transact && iequals(call.text, "DATEPART"));
    if (part && call.children.size() == 2 && call.children[0].is(ExprKind::column)) {
        if (const auto word = call.children[0].name()) call.children[0] = node(ExprKind::raw, *word);
    }
    const auto row = function_row(call, dialect);
    if (!row || row->find_first_of("^%") == std::string_view::npos) return;
    for (std::size_t i = 0; i < call.children.size(); ++i) {
        Expr& argument = call.children[i];
        const bool week = dialect == Dialect::bigquery && argument.is(ExprKind::function) &&
                          iequals(argument.text, "WEEK") && argument.children.size() == 1;
        if (week) {  // WEEK(MONDAY)
            if (const auto day = argument.children[0].name()) argument.children[0] = node(ExprKind::word, *day);
        }
        if (!argument.is(ExprKind::column) || argument.children.size() != 1 || argument.children[0].quoted) continue;
        const auto word = argument.name();
        const auto unit = word ? unit_of_argument(*row, i, *word) : std::nullopt;
        if (unit) argument = node(ExprKind::raw, unit->substr(0, unit->find(',')));
    }
}

Expr node(ExprKind kind, std::string text) {
    Expr expr;
    expr.kind = kind;
    expr.text = std::move(text);
    return expr;
}

}  // namespace

bool is_bare_function(std::string_view name, Dialect dialect) {
    const char letter = letter_of(dialect);
    return std::any_of(kBareFunctions.begin(), kBareFunctions.end(), [&](const BareFunction& bare) {
        return bare.name == name && bare.column_in.find(letter) == std::string_view::npos;
    });
}

bool ExpressionParser::starts_query(std::size_t index) const {
    const std::size_t first = index;
    while (tokens_.is_symbol(index, "(")) ++index;
    const bool from = tokens_.dialect() == Dialect::duckdb && index > first && tokens_.is_word(index, "FROM");
    return from || tokens_.is_word(index, "SELECT") || tokens_.is_word(index, "WITH");
}

Result<Expr> ExpressionParser::field() {
    const std::size_t begin = at_;
    if (symbol("-") || symbol("+")) return unexpected("a value");
    TRY(Expr value, primary());
    return with_span(std::move(value), begin);
}

Result<Expr> ExpressionParser::primary() {
    if (at_ >= tokens_.size()) return unexpected("a value");
    if (++depth_ > kNestingDepthMax) return fail(ErrorCode::too_large, kTooDeep);
    const std::size_t begin = at_;
    Result<Expr> parsed = [&]() -> Result<Expr> {
        switch (tokens_.kind(at_)) {
            case TokenKind::string: {
                if (is_prefixed(tokens_.text_of(at_))) {
                    ++at_;
                    return raw_from(begin);
                }
                Expr value = string_literal(string_value(tokens_.text_of(at_), tokens_.dialect()));
                ++at_;
                if (tokens_.kind(at_) != TokenKind::string) return value;
                Expr all = node(ExprKind::function, "CONCAT");  // literals side by side are one text
                all.quoted = true;                              // and no call of the user's, see expression_gen
                all.children.push_back(std::move(value));
                while (tokens_.kind(at_) == TokenKind::string)
                    all.children.push_back(string_literal(string_value(tokens_.text_of(at_++), tokens_.dialect())));
                return all;
            }
            case TokenKind::number:
                return number_literal(std::string(tokens_.text_of(at_++)));
            case TokenKind::at:
                return macro();
            case TokenKind::word:
                return word_primary();
            case TokenKind::quoted_identifier:
                return name();
            case TokenKind::symbol:
                break;
            case TokenKind::hint:
            case TokenKind::error:
                return unexpected("a value");
        }
        if (symbol("(")) return parenthesised();
        if (symbol("[")) return array();
        if (symbol("{")) return structure();
        if (take_symbol("*")) return node(ExprKind::star, {});
        if (symbol(".") && tokens_.kind(at_ + 1) == TokenKind::number && tokens_.adjacent(at_ + 1)) {
            at_ += 2;
            return number_literal("0." + std::string(tokens_.text_of(at_ - 1)));
        }
        if (symbol("?") || symbol("$") || symbol(":")) {
            ++at_;
            if (at_ < tokens_.size() && tokens_.adjacent(at_) && tokens_.kind(at_) != TokenKind::symbol) ++at_;
            return raw_from(begin);
        }
        return unexpected("a value");
    }();
    --depth_;
    if (!parsed) return parsed;
    return with_span(std::move(*parsed), begin);
}

Result<Expr> ExpressionParser::word_primary() {
    const std::size_t begin = at_;
    const std::string_view text = tokens_.text_of(at_);
    if (text.starts_with("0b") || text.starts_with("0x")) return number_literal(std::string(tokens_.text_of(at_++)));
    const bool plain = !tokens_.is_symbol(at_ + 1, ".") && !tokens_.is_symbol(at_ + 1, "(");
    const bool glued = at_ + 1 < tokens_.size() && tokens_.adjacent(at_ + 1) &&
                       (tokens_.kind(at_ + 1) == TokenKind::at || tokens_.is_symbol(at_ + 1, "{"));
    if (word("INTERVAL") && !glued && !tokens_.is_symbol(at_ + 1, ".")) {
        TRY(std::optional<Expr> made, interval());
        if (made) return std::move(*made);
    }
    const bool typed = word("ARRAY") || word("STRUCT");
    if (typed && tokens_.dialect() == Dialect::bigquery && tokens_.is_symbol(at_ + 1, "<")) {
        TRY_STATUS(type());  // ARRAY<INT64>[1], STRUCT<a INT64>(1)
        if (tokens_.closing(at_) < tokens_.size()) at_ = tokens_.closing(at_) + 1;
        return raw_from(begin);
    }
    if (plain && !glued) {
        if (word("TRUE") || word("FALSE")) return node(ExprKind::boolean, upper(tokens_.text_of(at_++)));
        if (take_word("NULL")) return node(ExprKind::null, "NULL");
        if (word("CASE")) return case_when();
        if (word("MAP") && tokens_.is_symbol(at_ + 1, "{") && tokens_.dialect() == Dialect::duckdb) return map();
        if (word("ARRAY") && tokens_.is_symbol(at_ + 1, "[")) {
            ++at_;
            return array();
        }
        if (std::string bare = upper(tokens_.text_of(at_)); is_bare_function(bare, tokens_.dialect())) {
            ++at_;
            return node(ExprKind::function, std::move(bare));
        }
        const bool zone = (word("TIME") || word("TIMESTAMP")) &&
                          (tokens_.is_word(at_ + 1, "WITH") || tokens_.is_word(at_ + 1, "WITHOUT")) &&
                          tokens_.is_word(at_ + 2, "TIME") && tokens_.is_word(at_ + 3, "ZONE") &&
                          tokens_.kind(at_ + 4) == TokenKind::string;
        const bool many = tokens_.is_symbol(at_ + 1, "[") && tokens_.is_symbol(at_ + 2, "]") &&
                          tokens_.kind(at_ + 3) == TokenKind::string;
        if (tokens_.kind(at_ + 1) == TokenKind::string || zone || many) {
            const std::string_view canonical = canonical_type(tokens_.text_of(at_), tokens_.dialect());
            if (!canonical.empty()) return typed_literal(canonical);
        }
    }
    if (tokens_.is_symbol(at_ + 1, "(") && !glued) {
        const std::size_t close = tokens_.closing(at_ + 1);
        const bool zone = (word("TIME") || word("TIMESTAMP")) && close < tokens_.size() &&
                          (tokens_.is_word(close + 1, "WITH") || tokens_.is_word(close + 1, "WITHOUT")) &&
                          tokens_.is_word(close + 2, "TIME") && tokens_.is_word(close + 3, "ZONE");
        const std::size_t literal = close + (zone ? 4 : 1);
        if (close < tokens_.size() && tokens_.kind(literal) == TokenKind::string && sizes_at(at_ + 2, close)) {
            const std::string_view canonical = canonical_type(tokens_.text_of(at_), tokens_.dialect());
            if (!canonical.empty()) return typed_literal(canonical);  // DECIMAL(4, 2) '1.23'
        }
        if (word("CASE") && tokens_.is_word(tokens_.closing(at_ + 1) + 1, "WHEN")) return case_when();
        if (word("CAST") || word("TRY_CAST") || word("SAFE_CAST")) return cast(upper(tokens_.text_of(at_)));
        const bool converts = grammar(tokens_.dialect()) == Dialect::tsql || tokens_.dialect() == Dialect::redshift;
        if (grammar(tokens_.dialect()) == Dialect::mysql && word("CONVERT")) return convert();
        if (converts && (word("CONVERT") || word("TRY_CONVERT"))) return convert();
        if (word("EXTRACT") && tokens_.kind(at_ + 2) == TokenKind::word && tokens_.is_word(at_ + 3, "FROM"))
            return extract();
        std::string callee(tokens_.text_of(at_++));
        return call(std::move(callee), ExprKind::function, begin);
    }
    return name();
}

/// True for numbers and commas up to the token `close`.
bool ExpressionParser::sizes_at(std::size_t at, std::size_t close) const {
    for (; at < close; ++at)
        if (tokens_.kind(at) != TokenKind::number && !tokens_.is_symbol(at, ",")) return false;
    return true;
}

/// EXTRACT(unit FROM value): a function whose first argument is the unit.
Result<Expr> ExpressionParser::extract() {
    const std::size_t begin = at_;
    Expr made = node(ExprKind::function, "EXTRACT");
    made.children.push_back(node(ExprKind::raw, upper(tokens_.text_of(at_ + 2))));
    at_ += 4;
    TRY(Expr value, expression(false));
    made.children.push_back(std::move(value));
    if (!take_symbol(")")) return unexpected("')'");
    return with_span(std::move(made), begin);
}

Result<Expr> ExpressionParser::typed_literal(std::string_view canonical) {
    const std::size_t begin = at_;
    TRY(Expr to, type());
    if (tokens_.kind(at_) != TokenKind::string) return unexpected("a string after the type " + std::string(canonical));
    Expr value = string_literal(string_value(tokens_.text_of(at_++), tokens_.dialect()));
    while (tokens_.dialect() != Dialect::singlestore && take_symbol("::")) {  // DATE '…'::TEXT casts the string first
        TRY_STATUS(link());
        TRY(Expr inner, type());
        Expr cast = node(ExprKind::cast, "CAST");
        cast.children.push_back(std::move(value));
        cast.children.push_back(std::move(inner));
        value = std::move(cast);
    }
    Expr cast = node(ExprKind::cast, "CAST");
    cast.quoted = true;
    const bool zoned = grammar(tokens_.dialect()) == Dialect::trino || tokens_.dialect() == Dialect::presto ||
                       tokens_.dialect() == Dialect::athena;
    if (zoned && to.text == "TIMESTAMP" && value.is(ExprKind::string) && names_zone(value.text)) {
        to.text = "TIMESTAMPTZ";
        to.quoted = true;
    }
    cast.children.push_back(std::move(value));
    cast.children.push_back(std::move(to));
    return with_span(std::move(cast), begin);
}

bool ExpressionParser::identifier_part(Expr& out) {
    out = node(ExprKind::identifier, {});
    if (tokens_.kind(at_) == TokenKind::quoted_identifier) {
        out.text = identifier_text(tokens_.text_of(at_), tokens_.dialect());
        out.quoted = true;
        ++at_;
        return true;
    }
    // Words and macro pieces without a gap between them make one identifier: p_@{x}_q.
    const std::size_t begin = at_;
    while (at_ < tokens_.size() && (at_ == begin || tokens_.adjacent(at_))) {
        if (tokens_.kind(at_) == TokenKind::word || (at_ > begin && tokens_.kind(at_) == TokenKind::number)) {
            ++at_;
        } else if ((tokens_.kind(at_) == TokenKind::at || (at_ > begin && tokens_.text_of(at_ - 1).ends_with('@'))) &&
                   tokens_.is_symbol(at_ + (tokens_.kind(at_) == TokenKind::at ? 1 : 0), "{")) {
            const std::size_t open = at_ + (tokens_.kind(at_) == TokenKind::at ? 1 : 0);
            if (tokens_.closing(open) >= tokens_.size()) break;
            at_ = tokens_.closing(open) + 1;
        } else if (tokens_.kind(at_) == TokenKind::at && tokens_.kind(at_ + 1) == TokenKind::word && at_ == begin) {
            at_ += 2;
            if (at_ >= tokens_.size() || !tokens_.adjacent(at_) || tokens_.kind(at_) != TokenKind::at) {
                out.kind = ExprKind::variable;
                out.text = std::string(tokens_.text_of(at_ - 1));
                return true;
            }
        } else {
            break;
        }
    }
    if (at_ == begin) return false;
    out = with_span(std::move(out), begin);
    out.text = std::string(out.span.of(tokens_.text()));
    return true;
}

Result<Expr> ExpressionParser::name() {
    const std::size_t begin = at_;
    Expr column = node(ExprKind::column, {});
    while (true) {
        if (!column.children.empty() && take_symbol("*")) {
            column.children.push_back(node(ExprKind::star, {}));
            break;
        }
        Expr part;
        if (!identifier_part(part)) return unexpected("a name");
        if (tokens_.dialect() == Dialect::bigquery && part.quoted) {  // `a.b` is `a`.`b`
            for (std::size_t dot = part.text.find('.'); dot != std::string::npos; dot = part.text.find('.')) {
                column.children.push_back(node(ExprKind::identifier, part.text.substr(0, dot)));
                column.children.back().quoted = true;
                part.text.erase(0, dot + 1);
            }
        }
        column.children.push_back(std::move(part));
        if (!take_symbol(".")) break;
    }
    if (symbol("(") && column.children.size() > 1) {
        const Span span{tokens_.offset_of(begin), tokens_[at_ - 1].span.end};
        return call(std::string(span.of(tokens_.text())), ExprKind::function, begin);
    }
    if (column.children.size() == 1 && column.children[0].is(ExprKind::variable)) return column.children[0];
    return with_span(std::move(column), begin);
}

Result<Expr> ExpressionParser::macro() {
    const std::size_t begin = at_;
    if (tokens_.kind(at_ + 1) == TokenKind::string && tokens_.adjacent(at_ + 1)) {
        at_ += 2;
        Expr text = node(ExprKind::macro_call, {});
        text.children.push_back(string_literal(string_value(tokens_.text_of(at_ - 1), tokens_.dialect())));
        return text;
    }
    if (tokens_.kind(at_ + 1) == TokenKind::word && tokens_.is_symbol(at_ + 2, "(")) {
        std::string callee(tokens_.text_of(at_ + 1));
        at_ += 2;
        return call(std::move(callee), ExprKind::macro_call, begin);
    }
    return name();
}

std::optional<std::vector<Expr>> ExpressionParser::lambda_parameters() {
    std::vector<Expr> parameters;
    const bool quoted = tokens_.kind(at_) == TokenKind::quoted_identifier;
    if ((tokens_.kind(at_) == TokenKind::word || quoted) && tokens_.is_symbol(at_ + 1, "->")) {
        parameters.push_back(node(ExprKind::identifier, identifier_text(tokens_.text_of(at_), tokens_.dialect())));
        parameters.back().quoted = quoted;
        at_ += 2;
        return parameters;
    }
    const auto named = [&](std::size_t at) {
        return tokens_.kind(at) == TokenKind::word || tokens_.kind(at) == TokenKind::quoted_identifier;
    };
    // DuckDB's LAMBDA x, y : x + y
    if (word("LAMBDA") && tokens_.dialect() == Dialect::duckdb && named(at_ + 1)) {
        std::size_t at = at_ + 1;
        while (named(at)) {
            parameters.push_back(node(ExprKind::identifier, identifier_text(tokens_.text_of(at), tokens_.dialect())));
            parameters.back().quoted = tokens_.kind(at) == TokenKind::quoted_identifier;
            if (!tokens_.is_symbol(at + 1, ",")) break;
            at += 2;
        }
        if (!named(at) || !tokens_.is_symbol(at + 1, ":")) return std::nullopt;
        at_ = at + 2;
        return parameters;
    }
    const std::size_t close = tokens_.closing(at_);
    if (!symbol("(") || close >= tokens_.size() || !tokens_.is_symbol(close + 1, "->")) return std::nullopt;
    for (std::size_t i = at_ + 1; i < close; ++i) {
        if (tokens_.kind(i) == TokenKind::word)
            parameters.push_back(node(ExprKind::identifier, std::string(tokens_.text_of(i))));
        if (tokens_.kind(i) != TokenKind::quoted_identifier) continue;
        parameters.push_back(node(ExprKind::identifier, identifier_text(tokens_.text_of(i), tokens_.dialect())));
        parameters.back().quoted = true;
    }
    at_ = close + 2;
    return parameters;
}

Result<Expr> ExpressionParser::argument() {
    const std::size_t begin = at_;
    if (auto parameters = lambda_parameters()) {
        Expr made = node(ExprKind::lambda, tokens_.is_symbol(at_ - 1, ":") ? "LAMBDA" : "");
        TRY(Expr body, expression(true));
        made.children = std::move(*parameters);
        made.children.push_back(std::move(body));
        return with_span(std::move(made), begin);
    }
    if (tokens_.kind(at_) == TokenKind::word &&
        (tokens_.is_symbol(at_ + 1, ":=") || tokens_.is_symbol(at_ + 1, "=>"))) {
        Expr pair = node(ExprKind::keyword_argument, std::string(tokens_.text_of(at_)));
        pair.quoted = tokens_.is_symbol(at_ + 1, "=>");
        at_ += 2;
        if (++depth_ > kNestingDepthMax) return fail(ErrorCode::too_large, kTooDeep);
        TRY(Expr value, argument());
        --depth_;
        pair.children.push_back(std::move(value));
        return with_span(std::move(pair), begin);
    }
    const bool from = word("FROM") && tokens_.dialect() == Dialect::duckdb;
    if ((from || starts_query(at_)) && !symbol("(")) {
        const std::size_t first = at_;
        while (at_ < tokens_.size() && !symbol(")"))
            at_ = tokens_.closing(at_) < tokens_.size() ? tokens_.closing(at_) + 1 : at_ + 1;
        Expr query = raw_from(first);
        query.kind = ExprKind::subquery;
        query.quoted = true;
        return query;
    }
    const bool spread = word("VARIADIC") && tokens_.dialect() == Dialect::postgres &&
                        !tokens_.is_symbol(at_ + 1, ",") && !tokens_.is_symbol(at_ + 1, ")") &&
                        !tokens_.is_symbol(at_ + 1, ".");
    if (spread) ++at_;
    TRY(Expr value, expression(true));
    if (spread) {
        Expr made = node(ExprKind::unary, "VARIADIC ");
        made.children.push_back(std::move(value));
        return with_span(std::move(made), begin);
    }
    if (value.is(ExprKind::star) && tokens_.dialect() == Dialect::duckdb && word("EXCLUDE")) {
        TRY_STATUS(excluded(value));
    }
    return argument_clauses(std::move(value));
}

/// COLUMNS(* EXCLUDE (a, b)) of DuckDB
Status ExpressionParser::excluded(Expr& star) {
    ++at_;
    const bool bracket = take_symbol("(");
    Expr names = node(ExprKind::keyword_argument, "EXCEPT");
    do {
        Expr name;
        if (!identifier_part(name) || !name.is(ExprKind::identifier)) return unexpected("a name");
        names.children.push_back(std::move(name));
    } while (bracket && take_symbol(","));
    if (bracket && !take_symbol(")")) return unexpected("')'");
    star.children.push_back(std::move(names));
    return {};
}

Result<Expr> ExpressionParser::call(std::string name, ExprKind kind, std::size_t begin) {
    const std::size_t close = tokens_.closing(at_);
    if (close >= tokens_.size()) return unexpected("a closing ')'");
    bool regular = true;
    const int depth = depth_;  // what is given up in the middle leaves it higher
    if (kind == ExprKind::function) {
        const std::size_t open = at_;
        Result<std::optional<Expr>> worded = worded_call(upper(name));
        if (worded && *worded) return with_span(std::move(**worded), begin);
        regular = worded.has_value();
        at_ = open;
        depth_ = depth;
    }
    Expr made = node(kind, std::move(name));
    ++at_;
    if (regular && kind == ExprKind::function && word("DISTINCT") && at_ + 1 < close &&
        !tokens_.is_symbol(at_ + 1, ",")) {
        const bool one = iequals(made.text, "STRING_AGG") || iequals(made.text, "LISTAGG");
        Expr distinct = node(ExprKind::unary, "DISTINCT");
        ++at_;
        bool more = true;
        while (regular && more && at_ < close) {
            Result<Expr> parsed = expression(false);
            regular = parsed.has_value();
            if (regular) distinct.children.push_back(std::move(*parsed));
            more = !one && regular && take_symbol(",");
        }
        Result<Expr> ordered = regular ? argument_clauses(std::move(distinct)) : unexpected("an argument");
        regular = ordered.has_value() && (at_ == close || take_symbol(","));
        if (regular) made.children.push_back(std::move(*ordered));
    }
    while (regular && at_ < close) {
        if (kind == ExprKind::function && take_symbol(",")) continue;  // the reference reads over doubled commas
        Result<Expr> parsed = argument();
        // Text inside the brackets that is no list of expressions (OVERLAY, statements given to @IF) stays text.
        regular = parsed.has_value() && (at_ == close || take_symbol(","));
        if (regular) made.children.push_back(std::move(*parsed));
    }
    at_ = close + 1;
    depth_ = depth;
    if (regular && kind == ExprKind::function && symbol("(") && tokens_.dialect() == Dialect::clickhouse) {
        TRY(made, parameterised(std::move(made)));
        return call_clauses(with_span(std::move(made), begin));
    }
    if (regular && kind == ExprKind::function) {
        mark_units(made, tokens_.dialect());
        return call_clauses(with_span(std::move(made), begin));
    }
    if (word("OVER") || word("FILTER") || (word("WITHIN") && tokens_.is_word(at_ + 1, "GROUP"))) {
        while (at_ < tokens_.size() && tokens_.kind(at_) == TokenKind::word) ++at_;
        if (symbol("(") && tokens_.closing(at_) < tokens_.size()) at_ = tokens_.closing(at_) + 1;
        regular = false;
    }
    if (!regular) return raw_from(begin);
    return with_span(std::move(made), begin);
}

Result<Expr> ExpressionParser::case_when() {
    const std::size_t begin = at_++;
    Expr made = node(ExprKind::case_when, {});
    if (!word("WHEN")) {
        TRY(Expr operand, expression(false));
        made.text = "operand";
        made.children.push_back(std::move(operand));
    }
    while (take_word("WHEN")) {
        TRY(Expr condition, expression(false));
        if (!take_word("THEN")) return unexpected("THEN");
        TRY(Expr result, expression(false));
        made.children.push_back(std::move(condition));
        made.children.push_back(std::move(result));
    }
    if (take_word("ELSE")) {
        TRY(Expr otherwise, expression(false));
        made.children.push_back(std::move(otherwise));
    }
    if (!take_word("END")) return unexpected("END of CASE");
    return with_span(std::move(made), begin);
}

Result<Expr> ExpressionParser::cast(std::string name) {
    const std::size_t begin = at_;
    at_ += 2;
    TRY(Expr value, expression(false));
    if (!take_word("AS")) return unexpected("AS");
    TRY(Expr to, type());
    if (word("FORMAT")) {
        at_ = tokens_.closing(begin + 1) + 1;
        return raw_from(begin);
    }
    if (!take_symbol(")")) return unexpected("')'");
    Expr made = node(ExprKind::cast, name == "CAST" ? "CAST" : "TRY_CAST");
    made.children.push_back(std::move(value));
    made.children.push_back(std::move(to));
    return with_span(std::move(made), begin);
}

/// CONVERT(type, value [, style]): a function whose first argument is a type.
Result<Expr> ExpressionParser::convert() {
    const std::size_t begin = at_;
    const bool may_fail = word("TRY_CONVERT");
    at_ += 2;
    Expr made = node(ExprKind::function, "CONVERT");
    if (grammar(tokens_.dialect()) == Dialect::mysql) {
        TRY(Expr value, expression(false));
        if (!take_symbol(",")) return unexpected("',' and a type");
        TRY(Expr target, type());
        if (!take_symbol(")")) return unexpected("')'");
        made = node(ExprKind::cast, "CAST");
        made.children.push_back(std::move(value));
        made.children.push_back(std::move(target));
        return with_span(std::move(made), begin);
    }
    TRY(Expr to, type());
    made.children.push_back(std::move(to));
    while (take_symbol(",")) {
        TRY(Expr value, expression(false));
        made.children.push_back(std::move(value));
    }
    if (!take_symbol(")")) return unexpected("')'");
    if (tokens_.dialect() == Dialect::redshift && made.children.size() == 2) {
        made.kind = ExprKind::cast;
        made.text = "CAST";
        std::swap(made.children[0], made.children[1]);
    }
    if (may_fail) made.text = "TRY_CONVERT";
    return with_span(std::move(made), begin);
}

}  // namespace towline::sql
