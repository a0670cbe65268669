// The projections of the first SELECT of the outermost query: names, stars, comments.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/expression.h"
#include "sql/output_name.h"
#include "sql/projection_comment.h"
#include "sql/query_walker.h"

namespace towline::sql {
namespace {

/// After these words no alias can follow without AS, because they need an operand.
constexpr std::array<std::string_view, 22> kOperatorWords = {
    "AND",  "OR",   "NOT",  "IS",       "LIKE", "ILIKE",   "RLIKE", "IN",     "BETWEEN", "THEN", "ELSE",
    "WHEN", "CASE", "FROM", "DISTINCT", "ZONE", "COLLATE", "DIV",   "ESCAPE", "OVER",    "AS",   "INTERVAL"};
/// Words that end an expression and are no alias.
constexpr std::array<std::string_view, 4> kValueWords = {"END", "NULL", "TRUE", "FALSE"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view w) { return iequals(w, word); });
}

class ProjectionReader {
 public:
    ProjectionReader(const TokenList& tokens, QueryAnalysis& out) : tokens_(tokens), out_(out) {}

    void run(std::size_t select) {
        if (select >= tokens_.size()) return;
        std::size_t at = skip_select_modifiers(tokens_, select + 1);
        std::size_t begin = at;
        while (true) {
            const bool end = ends_select_list(tokens_, at);
            if (end || tokens_.is_symbol(at, ",")) {
                if (at > begin) add(begin, at);
                begin = at + 1;
            }
            if (end && tokens_.is_word(at, "FROM"))
                for (const Comment& comment : tokens_.comments(at))
                    if (!comment.trailing) out_.comment_of_from = std::string(trim(comment.text));
            if (end) return;
            at = after_type(at);
            at = tokens_.closing(at) < tokens_.size() ? tokens_.closing(at) + 1 : at + 1;
        }
    }

 private:
    /// The bracket behind ARRAY<…> or STRUCT<…>, whose commas part no projections; `at` for anything else.
    std::size_t after_type(std::size_t at) const {
        const bool typed = tokens_.is_word(at, "ARRAY") || tokens_.is_word(at, "STRUCT");
        if (!typed || !tokens_.is_symbol(at + 1, "<")) return at;
        int depth = 0;
        for (std::size_t i = at + 1; i < tokens_.size(); ++i) {
            depth += tokens_.is_symbol(i, "<") ? 1 : 0;
            depth -= tokens_.is_symbol(i, ">") ? 1 : tokens_.is_symbol(i, ">>") ? 2 : 0;
            if (depth > 0) continue;
            return tokens_.is_symbol(i + 1, "(") || tokens_.is_symbol(i + 1, "[") ? i + 1 : at;
        }
        return at;
    }

    void add(std::size_t begin, std::size_t end) {
        Projection projection;
        projection.span = {tokens_[begin].span.begin, tokens_[end - 1].span.end};
        std::size_t expression_end = end;
        const TokenKind last = tokens_.kind(end - 1);
        if (is_star(begin, end)) {
            projection.star = true;
        } else if (end - begin >= 3 && tokens_.is_word(end - 2, "AS")) {
            projection.aliased = true;
            expression_end = end - 2;
        } else if (end - begin >= 2 && (last == TokenKind::word || last == TokenKind::quoted_identifier) &&
                   implicit_alias(begin, end)) {
            projection.aliased = true;
            expression_end = end - 1;
        }
        projection.expression = {tokens_[begin].span.begin, tokens_[expression_end - 1].span.end};
        if (projection.aliased) {
            projection.name = alias_part(end - 1);
        } else if (!projection.star) {
            projection.name = unaliased_name(begin, end);
        }
        projection.comment = projection_comment(tokens_, begin, expression_end, end);
        out_.projections.push_back(std::move(projection));
    }

    std::optional<NamePart> unaliased_name(std::size_t begin, std::size_t end) const {
        std::size_t position = begin;
        if (const auto parsed = parse_expression_at(tokens_, position); parsed && position == end)
            return output_name(*parsed, tokens_.dialect());
        const Span span{tokens_[begin].span.begin, tokens_[end - 1].span.end};
        const auto alone = parse_expression(span.of(tokens_.text()), tokens_.dialect());
        return alone ? output_name(*alone, tokens_.dialect()) : std::nullopt;
    }

    NamePart alias_part(std::size_t at) const {
        if (tokens_.kind(at) == TokenKind::string) return {string_value(tokens_.text_of(at), tokens_.dialect()), true};
        return {identifier_text(tokens_.text_of(at), tokens_.dialect()),
                tokens_.kind(at) == TokenKind::quoted_identifier};
    }

    /// `*`, `t.*`, `* EXCEPT (…)`, `COLUMNS(…)`.
    bool is_star(std::size_t begin, std::size_t end) const {
        std::size_t at = begin;
        while (at + 1 < end && tokens_.is_symbol(at + 1, ".")) at += 2;
        if (tokens_.is_symbol(at, "*")) {
            return at + 1 == end || tokens_.kind(at + 1) == TokenKind::word;
        }
        return tokens_.is_word(begin, "COLUMNS") && tokens_.is_symbol(begin + 1, "(");
    }

    /// '1 day' after INTERVAL needs no unit behind it.
    bool has_unit(std::size_t at) const {
        const std::string_view text = tokens_.text_of(at);
        return std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
    }

    bool implicit_alias(std::size_t begin, std::size_t end) const {
        const std::size_t before = end - 2;
        if (contains(kValueWords, tokens_.text_of(end - 1)) && tokens_.kind(end - 1) == TokenKind::word) return false;
        switch (tokens_.kind(before)) {
            case TokenKind::word:
                if (contains(kOperatorWords, tokens_.text_of(before))) return false;
                break;
            case TokenKind::quoted_identifier:
                break;
            case TokenKind::number:
            case TokenKind::string:
                if (before > begin && tokens_.is_word(before - 1, "INTERVAL") && !has_unit(before)) return false;
                break;
            case TokenKind::symbol:
                if (!tokens_.is_symbol(before, ")") && !tokens_.is_symbol(before, "]") &&
                    !tokens_.is_symbol(before, "}"))
                    return false;
                break;
            default:
                return false;
        }
        // `a::double precision` ends in a type of two words, not in an alias.
        return !(tokens_.is_word(before, "DOUBLE") && tokens_.is_word(end - 1, "PRECISION"));
    }

    const TokenList& tokens_;
    QueryAnalysis& out_;
};

}  // namespace

std::size_t skip_select_modifiers(const TokenList& tokens, std::size_t at) {
    while (at < tokens.size()) {
        if (tokens.kind(at) == TokenKind::hint || tokens.is_word(at, "ALL")) {
            ++at;
        } else if (tokens.is_word(at, "DISTINCT")) {
            ++at;
            if (tokens.is_word(at, "ON") && tokens.is_symbol(at + 1, "(")) at = tokens.closing(at + 1) + 1;
        } else if (tokens.is_word(at, "TOP") && tokens.kind(at + 1) == TokenKind::number) {
            at += 2;
        } else if (tokens.is_word(at, "AS") && (tokens.is_word(at + 1, "STRUCT") || tokens.is_word(at + 1, "VALUE"))) {
            at += 2;
        } else {
            break;
        }
    }
    return at;
}

bool ends_select_list(const TokenList& tokens, std::size_t at) {
    if (at >= tokens.size() || tokens.is_symbol(at, ")") || tokens.is_symbol(at, ";")) return true;
    static constexpr std::array<std::string_view, 11> kWords = {
        "FROM", "WHERE", "HAVING", "LIMIT", "UNION", "INTERSECT", "MINUS", "QUALIFY", "WINDOW", "INTO", "OFFSET"};
    if (tokens.kind(at) != TokenKind::word || at == 0 || tokens.is_symbol(at - 1, ".")) return false;
    if (tokens.is_word(at, "FROM") && is_other_from(tokens, at)) return false;
    // WITHIN GROUP (…) belongs to a call.
    if (tokens.is_word(at, "GROUP") || tokens.is_word(at, "ORDER"))
        return tokens.is_word(at + 1, "BY") || tokens.is_word(at + 1, "SIBLINGS");
    if (tokens.is_word(at, "EXCEPT")) return !tokens.is_symbol(at - 1, "*");
    return contains(kWords, tokens.text_of(at)) && !tokens.is_word(at - 1, "AS");
}

std::size_t outermost_select(const TokenList& tokens) {
    std::size_t at = 0;
    while (at < tokens.size() && !tokens.is_word(at, "SELECT")) {
        const bool enter = tokens.is_symbol(at, "(") && starts_query_at(tokens, at + 1) &&
                           !(at > 0 && (tokens.is_word(at - 1, "AS") || tokens.is_word(at - 1, "MATERIALIZED")));
        at = !enter && tokens.closing(at) < tokens.size() ? tokens.closing(at) + 1 : at + 1;
    }
    return at;
}

std::vector<Projection> select_list(const TokenList& tokens, std::size_t select) {
    QueryAnalysis found;
    ProjectionReader(tokens, found).run(select);
    return std::move(found.projections);
}

void find_projections(const TokenList& tokens, QueryAnalysis& out) {
    ProjectionReader(tokens, out).run(outermost_select(tokens));
}

}  // namespace towline::sql
