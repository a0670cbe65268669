#include "sql/executed_text.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/lexer.h"

namespace towline::sql {
namespace {

/// Reserved by PostgreSQL or DuckDB, no type, in no clause of their queries (DEFAULT is in one of XMLTABLE, UNIQUE of
/// JSON), and a name to sqlglot wherever they stand.
constexpr std::array<std::string_view, 17> kWords{
    "ANALYSE",    "ANALYZE",    "AT",     "AUTHORIZATION", "CHECK",  "COLUMN",    "CONCURRENTLY",
    "CONSTRAINT", "DEFERRABLE", "DO",     "FOREIGN",       "FREEZE", "INITIALLY", "PRIMARY",
    "REFERENCES", "USER",       "VERBOSE"};

/// Words of the grammar that no clause of a query has where a value has to stand.
constexpr std::array<std::string_view, 14> kClauseWords{"END",  "LIMIT", "OFFSET", "WINDOW", "TABLE", "DESC",  "ASC",
                                                        "LEFT", "RIGHT", "FULL",   "TO",     "GROUP", "ORDER", "SHOW"};
constexpr std::array<std::string_view, 17> kBeforeValues{"SELECT", "DISTINCT", "WHERE", "AND",     "OR",   "NOT",
                                                         "ON",     "BY",       "WHEN",  "THEN",    "ELSE", "CASE",
                                                         "HAVING", "QUALIFY",  "LIKE",  "BETWEEN", "ILIKE"};
/// `*` is not among them: what follows it may be a clause.
constexpr std::array<std::string_view, 15> kSymbolsBeforeValues{".", ",", "(", "+",  "-",  "/",  "%", "||",
                                                                "=", "<", ">", "<>", "!=", "<=", ">="};
constexpr std::array<std::string_view, 9> kAfterNames{"FROM", "AS", "AND", "OR", "IS", "IN", "THEN", "ELSE", "END"};

template <std::size_t N>
bool word_of(const TokenList& tokens, std::size_t at, const std::array<std::string_view, N>& words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return tokens.is_word(at, word); });
}

/// A word of the grammar where a value has to stand, which makes it a column's name: `WHERE end > 1`.
bool stands_for_value(const TokenList& tokens, std::size_t at) {
    if (at == 0 || !word_of(tokens, at, kClauseWords)) return false;
    const bool behind_symbol = std::any_of(kSymbolsBeforeValues.begin(), kSymbolsBeforeValues.end(),
                                           [&](std::string_view text) { return tokens.is_symbol(at - 1, text); });
    if (!behind_symbol && !word_of(tokens, at - 1, kBeforeValues)) return false;
    if (tokens.is_symbol(at + 1, "(") || tokens.is_word(at + 1, "BY")) return false;
    if (at + 1 >= tokens.size() || tokens.kind(at + 1) == TokenKind::symbol) return true;
    if (word_of(tokens, at + 1, kAfterNames)) return true;
    // An alias without AS, or a clause; no clause begins so behind a value's place but `(TABLE t)` and `(SHOW t)`.
    const bool statement = tokens.is_word(at, "TABLE") || tokens.is_word(at, "SHOW");
    return !statement && tokens.kind(at + 1) == TokenKind::word;
}

bool is_reserved_name(const TokenList& tokens, std::size_t at) {
    if (tokens.kind(at) != TokenKind::word) return false;
    if (stands_for_value(tokens, at)) return true;
    const auto is_it = [&](std::string_view word) { return tokens.is_word(at, word); };
    if (std::none_of(kWords.begin(), kWords.end(), is_it)) return false;
    // A function's name, a named argument, and the operator AT TIME ZONE.
    for (const std::string_view next : {"(", ":=", "=>"})
        if (tokens.is_symbol(at + 1, next)) return false;
    return !(tokens.is_word(at, "AT") && (tokens.is_word(at + 1, "TIME") || tokens.is_word(at + 1, "LOCAL")));
}

/// ROWS UNBOUNDED PRECEDING AND …: a frame with two ends, to sqlglot with and without BETWEEN.
bool lacks_between(const TokenList& tokens, std::size_t at) {
    if (!tokens.is_word(at, "ROWS") && !tokens.is_word(at, "RANGE")) return false;
    const bool bound = tokens.is_word(at + 1, "UNBOUNDED") || tokens.kind(at + 1) == TokenKind::number;
    const bool side = tokens.is_word(at + 2, "PRECEDING") || tokens.is_word(at + 2, "FOLLOWING");
    const bool current = tokens.is_word(at + 1, "CURRENT") && tokens.is_word(at + 2, "ROW");
    return ((bound && side) || current) && tokens.is_word(at + 3, "AND");
}

}  // namespace

std::string executed_text(std::string_view query, Dialect dialect) {
    const TokenList tokens = lex(query, dialect);
    std::string out;
    std::size_t done = 0;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        const bool frame = lacks_between(tokens, at);
        if (!frame && !is_reserved_name(tokens, at)) continue;
        const std::string_view word = tokens.text_of(at);
        out += query.substr(done, tokens.offset_of(at) - done);
        out += frame ? std::string(word) + " BETWEEN" : quote_identifier(lower(word), dialect);
        done = tokens.offset_of(at) + word.size();
    }
    out += query.substr(done);
    return out;
}

}  // namespace towline::sql
