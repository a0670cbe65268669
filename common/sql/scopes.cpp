#include "sql/scopes.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/query_walker.h"

namespace towline::sql {
namespace {

Status check_brackets(const TokenList& tokens) {
    TRY_STATUS(tokens.check());
    std::vector<bool> closed(tokens.size(), false);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens.kind(i) != TokenKind::symbol) continue;
        const std::string_view text = tokens.text_of(i);
        if (text == "(" || text == "[" || text == "{") {
            if (tokens.closing(i) >= tokens.size()) {
                return fail(tokens.error(tokens[i].span.begin, ErrorCode::invalid,
                                         "This '" + std::string(text) + "' is never closed."));
            }
            closed[tokens.closing(i)] = true;
        } else if ((text == ")" || text == "]" || text == "}") && !closed[i]) {
            return fail(tokens.error(tokens[i].span.begin, ErrorCode::invalid,
                                     "This '" + std::string(text) + "' closes nothing."));
        }
    }
    return {};
}

/// Words that PostgreSQL or DuckDB take for a table's name behind a point, but for no alias without quotes.
constexpr std::array<std::string_view, 102> kNoAliases{
    "ALL",        "ANALYSE",    "ANALYZE",    "AND",           "ANTI",         "ANY",        "ARRAY",       "AS",
    "ASC",        "ASOF",       "ASYMMETRIC", "AUTHORIZATION", "BINARY",       "BOTH",       "CASE",        "CAST",
    "CHECK",      "COLLATE",    "COLLATION",  "COLUMN",        "CONCURRENTLY", "CONSTRAINT", "CREATE",      "CROSS",
    "DEFAULT",    "DEFERRABLE", "DESC",       "DESCRIBE",      "DISTINCT",     "DO",         "ELSE",        "END",
    "EXCEPT",     "FALSE",      "FETCH",      "FOR",           "FOREIGN",      "FREEZE",     "FROM",        "FULL",
    "GLOB",       "GRANT",      "GROUP",      "HAVING",        "ILIKE",        "IN",         "INITIALLY",   "INNER",
    "INTERSECT",  "INTO",       "IS",         "ISNULL",        "JOIN",         "LAMBDA",     "LATERAL",     "LEADING",
    "LEFT",       "LIKE",       "LIMIT",      "NATURAL",       "NOT",          "NOTNULL",    "NULL",        "OFFSET",
    "ON",         "ONLY",       "OR",         "ORDER",         "OUTER",        "OVERLAPS",   "PIVOT",       "PLACING",
    "POSITIONAL", "PRIMARY",    "QUALIFY",    "REFERENCES",    "RETURNING",    "RIGHT",      "SELECT",      "SEMI",
    "SHOW",       "SIMILAR",    "SOME",       "SUMMARIZE",     "SYMMETRIC",    "TABLE",      "TABLESAMPLE", "THEN",
    "TO",         "TRAILING",   "TRUE",       "UNION",         "UNIQUE",       "UNPIVOT",    "USER",        "USING",
    "VARIADIC",   "VERBOSE",    "WHEN",       "WHERE",         "WINDOW",       "WITH"};

/// The alias that stands for a table's own name, as its author wrote it where an engine takes it so.
std::string alias_of(const NamePart& name, Dialect dialect) {
    if (name.quoted || !is_plain_identifier(name.text)) return quote_identifier(name.text, dialect);
    const bool reserved = std::any_of(kNoAliases.begin(), kNoAliases.end(),
                                      [&](std::string_view word) { return iequals(word, name.text); });
    return reserved ? quote_identifier(normalize_identifier(name.text, false, dialect), dialect) : name.text;
}

}  // namespace

bool is_other_from(const TokenList& tokens, std::size_t at) {
    const auto word = [&](std::size_t place, std::string_view text) { return tokens.is_word(place, text); };
    if (at >= 2 && word(at - 1, "DISTINCT") && (word(at - 2, "IS") || word(at - 2, "NOT"))) return true;
    if (at >= 1 && word(at - 1, "SYSTEM_TIME")) return true;
    if (at >= 2 && tokens.is_symbol(at - 1, "(") && word(at - 2, "TRIM")) return true;
    return (word(at + 1, "FIRST") || word(at + 1, "LAST")) &&
           (word(at + 2, "IGNORE") || word(at + 2, "RESPECT") || word(at + 2, "OVER"));
}

Result<QueryAnalysis> analyze_query(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    TRY_STATUS(check_brackets(tokens));
    QueryAnalysis out;
    QueryWalker(tokens, out).statement();
    if (out.is_query) find_projections(tokens, out);
    return out;
}

std::string replace_tables(std::string_view text, const QueryAnalysis& analysis,
                           const std::function<std::optional<std::string>(const TableReference&)>& replacement,
                           Dialect dialect) {
    std::vector<const TableReference*> order;
    for (const TableReference& table : analysis.tables) order.push_back(&table);
    std::sort(order.begin(), order.end(),
              [](const TableReference* a, const TableReference* b) { return a->span.begin < b->span.begin; });
    std::string out;
    std::size_t done = 0;
    for (const TableReference* table : order) {
        const std::optional<std::string> name = replacement(*table);
        if (!name || table->span.begin < done) continue;
        out += text.substr(done, table->span.begin - done);
        out += *name;
        if (!table->alias && table->alias_possible) {
            out += dialect == Dialect::oracle ? " " : " AS ";
            out += alias_of(table->parts.back(), dialect);
        }
        done = table->span.end;
    }
    out += text.substr(done);
    return out;
}

namespace {

bool has_strings(const TokenList& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i)
        if (tokens.kind(i) == TokenKind::string) return true;
    return false;
}

}  // namespace

Result<std::vector<NamePart>> parse_table_name(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    TRY_STATUS(tokens.check());
    std::vector<NamePart> parts;
    std::size_t after = 0;
    // A part of a name may be a string: the value of a variable, or where double quotes delimit strings (BigQuery,
    // Databricks).
    while (has_strings(tokens) && after < tokens.size()) {
        const TokenKind kind = tokens.kind(after);
        const bool text_part = kind == TokenKind::string;
        if (!text_part && kind != TokenKind::word && kind != TokenKind::quoted_identifier) break;
        parts.push_back(
            {text_part ? string_value(tokens.text_of(after), dialect) : identifier_text(tokens.text_of(after), dialect),
             kind != TokenKind::word});
        ++after;
        if (after + 1 >= tokens.size() || !tokens.is_symbol(after, ".")) break;
        ++after;
    }
    if (after < tokens.size() || parts.empty()) {
        parts.clear();
        after = read_table_name(tokens, 0, tokens.size(), parts);
    }
    if (after < tokens.size() || parts.empty() || parts.size() > 4) {
        const std::size_t offset = tokens.offset_of(std::min(after, tokens.size()));
        return fail(tokens.error(offset, ErrorCode::invalid, "'" + std::string(text) + "' is no table name."));
    }
    return parts;
}

std::string fqn(const std::vector<NamePart>& parts, Dialect dialect, std::string_view default_catalog) {
    std::vector<NamePart> all = parts;
    if (all.size() == 2 && !default_catalog.empty()) {
        // What cannot stand without quotes is quoted, and so keeps its case.
        const bool quoted = default_catalog.front() == '"' || !is_plain_identifier(default_catalog);
        all.insert(all.begin(), {default_catalog.front() == '"' ? identifier_text(default_catalog, Dialect::none)
                                                                : std::string(default_catalog),
                                 quoted});
    }
    const IdentifierRole role = all.size() > 1 ? IdentifierRole::qualified_table : IdentifierRole::unqualified_table;
    std::vector<std::string> quoted;
    for (const NamePart& part : all) {
        if (part.text.empty()) continue;
        quoted.push_back(quote_identifier(normalize_identifier(part.text, part.quoted, dialect, role), Dialect::none));
    }
    return join(quoted, ".");
}

Result<std::string> fqn(std::string_view name, Dialect dialect, std::string_view default_catalog) {
    TRY(const std::vector<NamePart> parts, parse_table_name(name, dialect));
    return fqn(parts, dialect, default_catalog);
}

std::vector<std::string> fqn_parts(std::string_view fqn_text) {
    std::vector<NamePart> parts;
    const TokenList tokens = lex(fqn_text, Dialect::none);
    read_table_name(tokens, 0, tokens.size(), parts);
    std::vector<std::string> out;
    for (NamePart& part : parts) out.push_back(std::move(part.text));
    return out;
}

Result<std::vector<std::string>> dependencies(std::string_view query, Dialect dialect,
                                              std::string_view default_catalog) {
    TRY(const QueryAnalysis analysis, analyze_query(query, dialect));
    std::vector<std::string> out;
    for (const TableReference& table : analysis.tables) out.push_back(fqn(table.parts, dialect, default_catalog));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

}  // namespace towline::sql
