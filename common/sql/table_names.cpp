// Names of tables as tokens: where one may stand, where it ends, what its parts are in each dialect.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/query_walker.h"

namespace towline::sql {
namespace {

/// Words that end a table item; an alias without quotes is none of them.
constexpr std::array<std::string_view, 71> kClauseWords = {
    "ON",        "USING",         "WHERE",     "JOIN",       "LEFT",   "RIGHT",    "FULL",       "INNER",
    "CROSS",     "NATURAL",       "GROUP",     "ORDER",      "HAVING", "LIMIT",    "UNION",      "EXCEPT",
    "INTERSECT", "MINUS",         "QUALIFY",   "WINDOW",     "FETCH",  "OFFSET",   "FOR",        "TABLESAMPLE",
    "SAMPLE",    "PIVOT",         "UNPIVOT",   "LATERAL",    "SET",    "WHEN",     "VALUES",     "SELECT",
    "SEMI",      "ANTI",          "ASOF",      "POSITIONAL", "FINAL",  "PREWHERE", "OUTER",      "MATCH_RECOGNIZE",
    "AT",        "BEFORE",        "WITH",      "GLOBAL",     "SORT",   "CLUSTER",  "DISTRIBUTE", "RETURNING",
    "FROM",      "STRAIGHT_JOIN", "FORCE",     "USE",        "IGNORE", "CONNECT",  "START",      "SETTINGS",
    "FORMAT",    "OPTION",        "PARTITION", "VERSION",    "INTO",   "AND",      "OR",         "NOT",
    "THEN",      "END",           "DEFAULT",   "TO",         "ADD",    "RENAME",   "AS"};

/// The text of a word as a part of a name: T-SQL marks temporary tables with `#`, which is no part of it.
std::string_view word_part(const TokenList& tokens, std::size_t at) {
    std::string_view text = tokens.text_of(at);
    if (grammar(tokens.dialect()) == Dialect::tsql) {
        while (text.starts_with('#')) text.remove_prefix(1);
    }
    return text;
}

/// Unquoted pieces without a gap make one part: 1a, and in BigQuery project-name and events_*.
NamePart unquoted_part(const TokenList& tokens, std::size_t& at, std::size_t end, bool first_of_name) {
    const std::size_t first = at;
    const bool bigquery = tokens.dialect() == Dialect::bigquery;
    NamePart part;
    while (at < end && (at == first || tokens.adjacent(at))) {
        const bool dash = bigquery && tokens.is_symbol(at, "-") && at > first;
        const bool wildcard = bigquery && tokens.is_symbol(at, "*") && (at > first || !first_of_name);
        const bool number = tokens.kind(at) == TokenKind::number && (at > first || !first_of_name);
        if (tokens.kind(at) != TokenKind::word && !number && !dash && !wildcard) break;
        part.text += word_part(tokens, at++);
        if (number && part.text.ends_with('.')) break;
    }
    return part;
}

/// BigQuery's views of metadata are one part: `INFORMATION_SCHEMA.TABLES`.
void join_information_schema(std::vector<NamePart>& parts) {
    if (parts.size() < 2 || !iequals(parts[parts.size() - 2].text, "INFORMATION_SCHEMA")) return;
    const std::string view = parts.back().text;
    parts.pop_back();
    parts.back() = {parts.back().text + "." + view, true};
}

}  // namespace

bool starts_query_at(const TokenList& tokens, std::size_t at) {
    while (tokens.is_symbol(at, "(")) ++at;
    return tokens.is_word(at, "SELECT") || tokens.is_word(at, "WITH") ||
           (tokens.is_word(at, "FROM") &&
            (tokens.dialect() == Dialect::duckdb || tokens.dialect() == Dialect::bigquery ||
             tokens.dialect() == Dialect::databricks || tokens.dialect() == Dialect::none));
}

bool is_clause_word(const TokenList& tokens, std::size_t at) {
    if (tokens.kind(at) != TokenKind::word) return false;
    const std::string_view text = tokens.text_of(at);
    return std::any_of(kClauseWords.begin(), kClauseWords.end(),
                       [&](std::string_view word) { return iequals(word, text); });
}

std::size_t read_table_name(const TokenList& tokens, std::size_t at, std::size_t end, std::vector<NamePart>& parts) {
    const std::size_t begin = at;
    while (at < end) {
        NamePart part;
        const std::size_t first = at;
        bool more = false;
        if (tokens.kind(at) == TokenKind::quoted_identifier) {
            part = {identifier_text(tokens.text_of(at++), tokens.dialect()), true};
        } else if (tokens.kind(at) == TokenKind::string && tokens.is_symbol(at + 1, ".")) {
            part = {string_value(tokens.text_of(at++), tokens.dialect()), true};  // 'schema'.table
        } else if (tokens.is_symbol(at, ".") && at > begin) {
            // `db..t`: the part between the points is empty; the second point is taken below.
        } else {
            part = unquoted_part(tokens, at, end, first == begin);
            if (at == first) return begin;
            if (part.text.ends_with('.')) {
                part.text.pop_back();
                more = true;
            }
        }
        if (part.quoted && tokens.dialect() == Dialect::bigquery) {
            for (const std::string& piece : split(part.text, ".")) parts.push_back({piece, true});
        } else {
            parts.push_back(std::move(part));
        }
        if (more) continue;
        if (!tokens.is_symbol(at, ".") || at >= end) break;
        ++at;
    }
    if (tokens.dialect() == Dialect::bigquery) join_information_schema(parts);
    return at;
}

}  // namespace towline::sql
