#include "sql/staged_files.h"

#include <algorithm>
#include <array>

namespace towline::sql {
namespace {

bool is_any_word(const TokenList& tokens, std::size_t at, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return tokens.is_word(at, word); });
}

/// True behind the comma at `at` if it parts tables: FROM is the last clause before it between the same brackets.
bool parts_tables(const TokenList& tokens, std::size_t at) {
    std::size_t closed = 0;
    while (at > 0) {
        --at;
        if (tokens.is_symbol(at, ")")) ++closed;
        if (tokens.is_symbol(at, "(") && closed-- == 0) return false;
        if (closed > 0) continue;
        if (is_any_word(tokens, at, {"FROM"})) return true;
        if (is_any_word(tokens, at, {"SELECT", "WHERE", "GROUP", "ORDER", "ON", "HAVING", "QUALIFY"})) return false;
    }
    return false;
}

bool is_table_position(const TokenList& tokens, std::size_t at) {
    if (at == 0) return false;
    if (is_any_word(tokens, at - 1, {"FROM", "JOIN", "INTO"})) return true;
    return tokens.is_symbol(at - 1, ",") && parts_tables(tokens, at - 1);
}

}  // namespace

std::size_t staged_path_end(const TokenList& tokens, std::size_t at) {
    if (tokens.dialect() != Dialect::snowflake || tokens.kind(at) != TokenKind::at) return at;
    const bool directory = at > 1 && tokens.is_symbol(at - 1, "(") && tokens.is_word(at - 2, "DIRECTORY");
    if (!directory && !is_table_position(tokens, at)) return at;
    if (at + 1 >= tokens.size() || !tokens.adjacent(at + 1) || tokens.kind(at + 1) == TokenKind::string) return at;
    std::size_t end = at + 1;
    while (end < tokens.size() && tokens.adjacent(end) && !tokens.is_symbol(end, ",") && !tokens.is_symbol(end, "(") &&
           !tokens.is_symbol(end, ")") && !tokens.is_symbol(end, ";")) {
        if (tokens.is_symbol(end, "{")) return at;
        ++end;
    }
    if (tokens.is_symbol(end, "(")) return is_any_word(tokens, end + 1, {"FILE_FORMAT", "PATTERN"}) ? end : at;
    return directory || end > at + 2 ? end : at;
}

}  // namespace towline::sql
