#include "model_tests/query_parts.h"

#include "base/strings.h"
#include "sql/lexer.h"

namespace towline::model_tests {
namespace {

using sql::TokenKind;
using sql::TokenList;

bool is_identifier(const TokenList& tokens, std::size_t at) {
    return tokens.kind(at) == TokenKind::word || tokens.kind(at) == TokenKind::quoted_identifier;
}

/// ORDER BY outside brackets between two tokens.
bool has_order(const TokenList& tokens, std::size_t begin, std::size_t end) {
    for (std::size_t at = begin; at < end; ++at) {
        if (tokens.is_word(at, "ORDER") && tokens.is_word(at + 1, "BY")) return true;
        if (const std::size_t close = tokens.closing(at); close < end) at = close;
    }
    return false;
}

struct FrozenWord {
    std::string_view word;
    std::string_view type;
    bool call_only;  ///< a plain word may be a column's name
};
constexpr FrozenWord kFrozen[] = {
    // clang-format off: a table of words
    {"CURRENT_DATE", "DATE", false},         {"CURRENT_TIMESTAMP", "TIMESTAMP", false},
    {"CURRENT_DATETIME", "TIMESTAMP", false}, {"CURRENT_TIME", "TIME", false},
    {"NOW", "TIMESTAMP", true},              {"TODAY", "DATE", true},
    {"GETDATE", "TIMESTAMP", true},          {"GET_CURRENT_TIMESTAMP", "TIMESTAMP", true},
    // clang-format on
    {"TRANSACTION_TIMESTAMP", "TIMESTAMP", true},
};

/// The row for the token, or null. `last` becomes the last token of the word with its brackets.
const FrozenWord* frozen_at(const TokenList& tokens, std::size_t at, std::size_t& last) {
    if (tokens.kind(at) != TokenKind::word || tokens.is_symbol(at + 1, ".")) return nullptr;
    if (at > 0 && (tokens.is_symbol(at - 1, ".") || tokens.is_word(at - 1, "AS"))) return nullptr;
    for (const FrozenWord& row : kFrozen) {
        if (!tokens.is_word(at, row.word)) continue;
        const bool called = tokens.is_symbol(at + 1, "(") && tokens.closing(at + 1) < tokens.size();
        if (row.call_only && !called) return nullptr;
        last = called ? tokens.closing(at + 1) : at;
        return &row;
    }
    return nullptr;
}

}  // namespace

QueryParts query_parts(std::string_view query, sql::Dialect dialect) {
    const TokenList tokens = sql::lex(query, dialect);
    QueryParts out;
    std::size_t at = 0;
    if (tokens.is_word(0, "WITH")) {
        at = tokens.is_word(1, "RECURSIVE") ? 2 : 1;
        while (is_identifier(tokens, at)) {
            const bool quoted = tokens.kind(at) == TokenKind::quoted_identifier;
            CteText cte;
            cte.name = sql::normalize_identifier(sql::identifier_text(tokens.text_of(at), dialect), quoted, dialect);
            ++at;
            if (tokens.is_symbol(at, "(")) at = tokens.closing(at) + 1;
            if (!tokens.is_word(at, "AS")) return out;
            ++at;
            while (tokens.is_word(at, "NOT") || tokens.is_word(at, "MATERIALIZED")) ++at;
            const std::size_t close = tokens.closing(at);
            if (close >= tokens.size()) return out;
            cte.ordered = has_order(tokens, at + 1, close);
            out.ctes.push_back(std::move(cte));
            out.with = std::string(query.substr(0, tokens[close].span.end));
            at = close + 1;
            if (!tokens.is_symbol(at, ",")) break;
            ++at;
        }
    }
    out.ordered = has_order(tokens, at, tokens.size());
    return out;
}

std::string with_frozen_time(std::string_view query, std::string_view instant, bool zoned) {
    const TokenList tokens = sql::lex(query, sql::Dialect::duckdb);
    std::string out;
    std::size_t copied = 0;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        std::size_t last = at;
        const FrozenWord* row = frozen_at(tokens, at, last);
        if (row == nullptr) continue;
        out += query.substr(copied, tokens[at].span.begin - copied);
        const bool with_zone = zoned && row->word.ends_with("TIMESTAMP");
        out += "CAST('" + std::string(instant) + (with_zone ? "+00:00" : "") + "' AS " + std::string(row->type) +
               (with_zone ? "TZ)" : ")");
        copied = tokens[last].span.end;
        at = last;
    }
    out += query.substr(copied);
    return out;
}

}  // namespace towline::model_tests
