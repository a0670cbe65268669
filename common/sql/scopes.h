#pragma once
// Scopes of a query: which tables it reads, and what it gives. Found on the token tree, with byte positions,
// so that table references can be replaced in place.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/lexer.h"

namespace towline::sql {

/// One part of a dotted name.
struct NamePart {
    std::string text;
    bool quoted = false;
    bool operator==(const NamePart&) const = default;
};

/// A table named in a FROM, JOIN, USING or DML target. CTE names are not reported.
struct TableReference {
    std::vector<NamePart> parts;  ///< 1–4, as written.
    Span span;                    ///< Of the name alone, without alias.
    std::optional<NamePart> alias;
    Span alias_span;             ///< Of the alias word if there is one.
    bool alias_possible = true;  ///< False where SQL takes no alias (INSERT INTO t, CREATE INDEX … ON t).
};

/// One projection of the outermost SELECT.
struct Projection {
    std::optional<NamePart> name;  ///< Alias, or the last part of a plain column; nothing if unnamed.
    bool star = false;             ///< `*`, `t.*`, with or without EXCEPT/REPLACE.
    bool aliased = false;
    Span span;  ///< Of expression and alias.
    Span expression;
    std::string comment;  ///< Last comment attached to it, trimmed: its column description.
};

struct QueryAnalysis {
    std::vector<TableReference> tables;   ///< In order of appearance; every occurrence.
    std::vector<Projection> projections;  ///< Of the first SELECT of the outermost query.
    std::string comment_of_from;          ///< Last comment that stands before the FROM after them, trimmed.
    std::vector<std::string> cte_names;   ///< All, normalised.
    bool is_query = false;                ///< False for other statements.
};

/// Analyses a query, or finds the tables of another statement (pre- and post-statements). The text must be
/// free of macros. Fails with line and caret on broken brackets or strings.
Result<QueryAnalysis> analyze_query(std::string_view text, Dialect dialect);

/// True for a FROM that opens no table list: IS DISTINCT FROM x, NTH_VALUE(…) FROM FIRST, FOR SYSTEM_TIME FROM a TO b,
/// TRIM(FROM a).
bool is_other_from(const TokenList& tokens, std::size_t at);

/// Replaces references in place; everything else stays byte for byte. The callback gives the new table text,
/// or nothing to leave it. A replaced table without an alias gets ` AS <its last name>` where one may stand.
std::string replace_tables(std::string_view text, const QueryAnalysis& analysis,
                           const std::function<std::optional<std::string>(const TableReference&)>& replacement,
                           Dialect dialect);

/// A parsed table name of 1–4 parts; fails if the text is anything else.
Result<std::vector<NamePart>> parse_table_name(std::string_view text, Dialect dialect);
/// `"cat"."db"."tbl"`: folded by the dialect, the default catalog put in front of a two-part name (never of
/// one part).
Result<std::string> fqn(std::string_view name, Dialect dialect, std::string_view default_catalog);
std::string fqn(const std::vector<NamePart>& parts, Dialect dialect, std::string_view default_catalog);
/// The bare parts of an FQN (doubled quotes undone).
std::vector<std::string> fqn_parts(std::string_view fqn);
/// FQNs of all tables a query reads, sorted, without duplicates.
Result<std::vector<std::string>> dependencies(std::string_view query, Dialect dialect,
                                              std::string_view default_catalog);

}  // namespace towline::sql
