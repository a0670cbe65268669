// Expressions of a query: the trees of sql/, with the queries in them and the comments put where sqlglot puts them.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "query/parser.h"

namespace towline::query {
namespace {

/// Of other operators, such as LIKE and ||, sqlglot forgets the comments.
bool keeps_comments(std::string_view op) {
    constexpr std::array<std::string_view, 13> kOperators = {"AND", "OR", "=", "<>", "<", "<=", ">",
                                                             ">=",  "+",  "-", "*",  "/", "%"};
    return std::find(kOperators.begin(), kOperators.end(), op) != kOperators.end();
}

/// The part of a tree that a comment behind (or before) a token belongs to: the innermost node that ends with the
/// token,
/// or the call or CASE that starts with it.
Expr* owner(Expr& expr, const sql::Span& token) {
    const bool holds = expr.span.begin <= token.begin && token.end <= expr.span.end;
    if (expr.span.size() > 0 && !holds) return nullptr;
    const bool query = is_query(expr);  // has its comments already
    if (query && !is(expr, "SUBQUERY")) return nullptr;
    for (Expr& child : expr.children) {
        if (query) break;
        Expr* found = owner(child, token);
        if (found == nullptr) continue;
        const Expr* call = is(expr, "WINDOW") ? part(expr, "this") : nullptr;
        return found == call ? &expr : found;
    }
    if (expr.span.size() == 0) return nullptr;
    const bool ends = expr.span.end == token.end;
    const bool starts = expr.span.begin == token.begin;
    switch (expr.kind) {
        case ExprKind::column:
        case ExprKind::number:
        case ExprKind::string:
        case ExprKind::null:
        case ExprKind::boolean:
        case ExprKind::star:
            return &expr;
        case ExprKind::cast:
            if (ends && expr.quoted) return &expr.children.front();  // the text of DATE '2024-01-01'
            return ends || starts ? &expr : nullptr;
        case ExprKind::function:
        case ExprKind::case_when:
            return ends || starts ? &expr : nullptr;
        case ExprKind::in:
        case ExprKind::paren:
        case ExprKind::array:
        case ExprKind::clause:
            return ends ? &expr : nullptr;
        case ExprKind::binary:  // behind its operator
            return keeps_comments(expr.text) && expr.children[0].span.end <= token.begin &&
                           token.end <= expr.children[1].span.begin
                       ? &expr
                       : nullptr;
        default:
            return nullptr;
    }
}

/// The parts of a column are no owners of comments; the column is.
void without_part_spans(Expr& expr) {
    if (expr.is(ExprKind::column)) {
        for (Expr& child : expr.children) child.span = {expr.span.end, expr.span.end};
        return;
    }
    for (Expr& child : expr.children) without_part_spans(child);
}

/// Places in a text that stands `by` bytes into another become places in that one.
void move_spans(Expr& expr, std::size_t by) {
    if (expr.span.end > 0) expr.span = {expr.span.begin + by, expr.span.end + by};
    for (Expr& child : expr.children) move_spans(child, by);
}

/// Texts that are kept as they were written and that sqlglot prints in the same way.
bool prints_as_written(const Expr& raw) {
    const std::string& text = raw.text;
    if (text.empty() || text.size() > 200) return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; });
}

/// E'…' as sqlglot prints it: an escaped backslash or quote loses its backslash, whatever that does to its meaning.
std::string escape_string(std::string_view written) {
    const std::string_view inner = written.substr(2, written.size() - 3);
    std::string out = "e'";
    for (std::size_t i = 0; i < inner.size(); ++i) {
        const bool escape = (inner[i] == '\\' || inner[i] == '\'') && i + 1 < inner.size() &&
                            (inner[i + 1] == '\\' || inner[i + 1] == '\'');
        if (escape) ++i;
        out += inner[i] == '\'' ? "''" : std::string(1, inner[i]);
    }
    return out + "'";
}

/// 1_000 is 1000 in DuckDB; in PostgreSQL sqlglot knows no such number, and none in hexadecimal.
bool plain_number(Expr& number, sql::Dialect dialect) {
    if (dialect == sql::Dialect::duckdb) std::erase(number.text, '_');
    if (dialect != sql::Dialect::postgres) return true;
    return number.text.find_first_of("_xXbB") == std::string::npos;
}

/// A literal with a prefix or in dollars: $$a$$ is a text as any other.
bool take_literal(Expr& raw, sql::Dialect dialect) {
    const bool known = dialect == sql::Dialect::duckdb || dialect == sql::Dialect::postgres;
    if (!known || raw.text.size() < 3) return false;
    if (raw.text.ends_with('$') && raw.text.starts_with('$')) {
        raw.text = sql::string_value(raw.text, dialect);
        raw.kind = ExprKind::string;
        raw.quoted = true;
        return true;
    }
    if (raw.text[1] != '\'' || !raw.text.ends_with('\'')) return false;
    const bool bits = std::string_view("bBxX").find(raw.text[0]) != std::string_view::npos;
    if (bits && dialect == sql::Dialect::postgres && raw.text.find('\'', 2) == raw.text.size() - 1) {
        raw.text[0] = raw.text[0] == 'b' || raw.text[0] == 'B' ? 'b' : 'x';
        return true;
    }
    if (raw.text[0] != 'e' && raw.text[0] != 'E') return false;
    raw.text = escape_string(raw.text);
    return true;
}

}  // namespace

std::vector<std::string> Parser::comments_of(std::size_t token) const {
    std::vector<std::string> out;
    if (token >= tokens_.size()) return out;
    for (const sql::Comment& comment : tokens_.comments(token))
        if (!comment.trailing || token == 0) out.push_back(comment.text);
    for (const sql::Comment& comment : tokens_.comments(token + 1))
        if (comment.trailing) out.push_back(comment.text);
    if (token + 1 == tokens_.size())  // what stands at the end belongs to the last token
        for (const sql::Comment& comment : tokens_.comments(token + 1))
            if (!comment.trailing) out.push_back(comment.text);
    return out;
}

Result<Expr> Parser::expression() {
    const std::size_t begin = at_;
    Result<Expr> parsed = sql::parse_expression_at(tokens_, at_, false);
    if (!parsed) {
        at_ = begin;
        return unknown();
    }
    if (parsed->is(ExprKind::star)) parsed->span = tokens_[begin].span;
    TRY_STATUS(complete(*parsed));
    take_comments(*parsed, begin, at_);
    return std::move(*parsed);
}

void Parser::take_comments(Expr& expr, std::size_t begin, std::size_t end) {
    bool any = false;
    for (std::size_t i = begin; i <= end && i <= tokens_.size(); ++i) any = any || !tokens_.comments(i).empty();
    if (!any) return;
    without_part_spans(expr);
    for (std::size_t i = begin; i < end; ++i) {
        std::vector<std::string> comments = comments_of(i);
        if (comments.empty()) continue;
        Expr* found = owner(expr, tokens_[i].span);
        if (found == nullptr) continue;
        for (std::string& comment : comments) found->comments.push_back(std::move(comment));
    }
}

/// `height` is that of the place in its expression.
Result<Expr> Parser::subquery(sql::Span span, bool brackets, int height) {
    const sql::TokenList tokens = sql::lex(span.of(tokens_.text()), dialect_);
    TRY(Expr inner, Parser(tokens, depth_ + 1, reading_, above_ + height).whole());
    move_spans(inner, span.begin);
    if (!brackets) return inner;
    if (is(inner, "VALUES")) return unknown();
    Expr out = clause("SUBQUERY");
    set(out, "this", std::move(inner));
    return out;
}

/// With the comments behind it.
sql::Span Parser::up_to_next_token(sql::Span span) const {
    return {span.begin, tokens_.offset_of(tokens_.token_at(span.end))};
}

/// Reads the queries inside an expression; fails on what the expression parser only kept.
Status Parser::complete(Expr& expr, int height) {
    if (above_ + height > kHeightMax) return fail(ErrorCode::too_large, "Expressions are nested too deep.");
    if (expr.is(ExprKind::raw) && !prints_as_written(expr) && !take_literal(expr, dialect_)) return unknown();
    if (expr.is(ExprKind::variable) && reading_ == Reading::to_run) return unknown();
    if (expr.is(ExprKind::macro_call)) return reading_ == Reading::to_ask ? Status() : unknown();
    // (VALUES (1), (2)) is a query, which the parser of expressions takes for a call.
    if (expr.is(ExprKind::function) && iequals(expr.text, "VALUES")) return unknown();
    if (expr.is(ExprKind::number) && !plain_number(expr, dialect_)) return unknown();
    if (expr.is(ExprKind::subquery)) {
        const sql::Span span = expr.span;
        const sql::Span inner = expr.quoted ? up_to_next_token(span) : sql::Span{span.begin + 1, span.end - 1};
        TRY(Expr query, subquery(inner, !expr.quoted, height));
        expr = std::move(query);
        expr.span = span;
        return {};
    }
    for (Expr& child : expr.children) TRY_STATUS(complete(child, height + 1));
    return {};
}

}  // namespace towline::query
