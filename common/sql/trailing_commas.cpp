#include "sql/trailing_commas.h"

#include <algorithm>
#include <array>

#include "sql/lexer.h"

namespace towline::sql {
namespace {

constexpr std::array<std::string_view, 9> kClauses{"FROM",  "WHERE", "GROUP",     "HAVING", "ORDER",
                                                   "LIMIT", "UNION", "INTERSECT", "EXCEPT"};

bool ends_a_list(const TokenList& tokens, std::size_t at) {
    if (at == tokens.size()) return true;
    if (tokens.is_symbol(at, ")") || tokens.is_symbol(at, "]")) return true;
    return std::any_of(kClauses.begin(), kClauses.end(), [&](auto word) { return tokens.is_word(at, word); });
}

}  // namespace

std::string without_trailing_commas(std::string_view query, Dialect dialect) {
    const TokenList tokens = lex(query, dialect);
    std::string out;
    std::size_t done = 0;
    for (std::size_t at = 1; at < tokens.size(); ++at) {
        if (!tokens.is_symbol(at, ",") || !ends_a_list(tokens, at + 1)) continue;
        out += query.substr(done, tokens.offset_of(at) - done);
        done = tokens.offset_of(at) + 1;
    }
    out += query.substr(done);
    return out;
}

}  // namespace towline::sql
