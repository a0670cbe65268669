// Finding the tables of a query without a grammar of the whole language.
//
// The token tree already says what is nested where, so one level of brackets is a flat list of words. On that
// level only a few words matter: WITH opens a list of names, FROM and JOIN are followed by a table, a comma
// inside a FROM clause is too, and clause words end it. Brackets are a query if their first word says so, a
// joined table if a table was expected, and an expression otherwise; inside an expression FROM means nothing
// (EXTRACT(day FROM x)). What is not understood is passed over, never rewritten. Depth is bounded by the
// bracket limit of TokenList::check.
#include "sql/query_walker.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace towline::sql {
namespace {

/// Words that end a table item; an alias without quotes is none of them.
constexpr std::array<std::string_view, 71> kClauseWords = {
    "ON",         "USING",      "WHERE",     "JOIN",        "LEFT",
    "RIGHT",      "FULL",       "INNER",     "CROSS",       "NATURAL",
    "GROUP",      "ORDER",      "HAVING",    "LIMIT",       "UNION",
    "EXCEPT",     "INTERSECT",  "MINUS",     "QUALIFY",     "WINDOW",
    "FETCH",      "OFFSET",     "FOR",       "TABLESAMPLE", "SAMPLE",
    "PIVOT",      "UNPIVOT",    "LATERAL",   "SET",         "WHEN",
    "VALUES",     "SELECT",     "SEMI",      "ANTI",        "ASOF",
    "POSITIONAL", "FINAL",      "PREWHERE",  "OUTER",       "MATCH_RECOGNIZE",
    "AT",         "BEFORE",     "WITH",      "GLOBAL",      "SORT",
    "CLUSTER",    "DISTRIBUTE", "RETURNING", "FROM",        "STRAIGHT_JOIN",
    "FORCE",      "USE",        "IGNORE",    "CONNECT",     "START",
    "SETTINGS",   "FORMAT",     "OPTION",    "PARTITION",   "VERSION",
    "INTO",       "AND",        "OR",        "NOT",         "THEN",
    "END",        "DEFAULT",    "TO",        "ADD",         "RENAME",
    "AS"};

/// Words that end a FROM clause.
constexpr std::array<std::string_view, 24> kFromEnders = {
    "WHERE",    "GROUP",     "ORDER",   "HAVING",     "LIMIT",  "UNION",    "EXCEPT", "INTERSECT",
    "MINUS",    "QUALIFY",   "WINDOW",  "FETCH",      "OFFSET", "SET",      "WHEN",   "VALUES",
    "PREWHERE", "RETURNING", "CLUSTER", "DISTRIBUTE", "SORT",   "SETTINGS", "SELECT", "CONNECT"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view w) { return iequals(w, word); });
}

bool is_identifier(const TokenList& tokens, std::size_t at) {
    return tokens.kind(at) == TokenKind::word || tokens.kind(at) == TokenKind::quoted_identifier;
}

NamePart part_of(const TokenList& tokens, std::size_t at) {
    return {identifier_text(tokens.text_of(at), tokens.dialect()),
            tokens.kind(at) == TokenKind::quoted_identifier};
}

}  // namespace

bool starts_query_at(const TokenList& tokens, std::size_t at) {
    while (tokens.is_symbol(at, "(")) ++at;
    return tokens.is_word(at, "SELECT") || tokens.is_word(at, "WITH") ||
           (tokens.is_word(at, "FROM") && tokens.dialect() == Dialect::duckdb);
}

bool is_clause_word(const TokenList& tokens, std::size_t at) {
    return tokens.kind(at) == TokenKind::word && contains(kClauseWords, tokens.text_of(at));
}

std::size_t read_table_name(const TokenList& tokens, std::size_t at, std::size_t end,
                            std::vector<NamePart>& parts) {
    const std::size_t begin = at;
    while (at < end) {
        NamePart part;
        const std::size_t first = at;
        if (tokens.kind(at) == TokenKind::quoted_identifier) {
            part = part_of(tokens, at++);
        } else {
            // Pieces without a gap make one part: 1a, and project-name where BigQuery allows dashes.
            while (at < end && (at == first || tokens.adjacent(at))) {
                const bool dash =
                    tokens.dialect() == Dialect::bigquery && tokens.is_symbol(at, "-") && at > first;
                const bool number = tokens.kind(at) == TokenKind::number && (at > first || at > begin);
                if (tokens.kind(at) != TokenKind::word && !number && !dash) break;
                part.text += tokens.text_of(at++);
                if (number && part.text.ends_with('.')) break;
            }
        }
        if (at == first) return begin;
        bool more = false;
        if (!part.quoted && part.text.ends_with('.')) {
            part.text.pop_back();
            more = true;
        }
        const bool dots_inside = part.quoted && tokens.dialect() == Dialect::bigquery;
        if (dots_inside) {
            for (const std::string& piece : split(part.text, ".")) parts.push_back({piece, true});
        } else {
            parts.push_back(std::move(part));
        }
        if (more) continue;
        if (!tokens.is_symbol(at, ".") || at >= end) break;
        ++at;
    }
    return at;
}

void QueryWalker::statement() {
    out_.is_query = starts_query_at(tokens_, 0);
    if (tokens_.kind(0) == TokenKind::word) first_word_ = upper(tokens_.text_of(0));
    walk(head(tokens_.size()), tokens_.size(), false);
}

/// The table that the start of a statement which is no query names. Returns where to go on.
std::size_t QueryWalker::head(std::size_t end) {
    const auto find = [&](std::size_t from, std::initializer_list<std::string_view> words) {
        for (std::size_t i = from; i < end; ++i) {
            if (tokens_.closing(i) < end) {
                i = tokens_.closing(i);
                continue;
            }
            for (const std::string_view w : words) {
                if (word(i, w)) return i;
            }
            if (word(i, "AS") || word(i, "SELECT")) break;
        }
        return end;
    };
    if (first_word_ == "UPDATE") return target(1, end, true);
    if (first_word_ == "TRUNCATE" && !word(1, "TABLE")) return target(1, end, false);
    if (first_word_ == "GRANT" || first_word_ == "REVOKE") {
        for (std::size_t i = 1; i < end; ++i) {
            if (!word(i, "ON")) continue;
            const std::size_t name_at = word(i + 1, "TABLE") || word(i + 1, "VIEW") ? i + 2 : i + 1;
            const bool other = word(i + 1, "SCHEMA") || word(i + 1, "DATABASE") || word(i + 1, "ALL") ||
                               word(i + 1, "FUNCTION");
            return other ? end : target(name_at, end, false);
        }
        return end;
    }
    const bool ddl = first_word_ == "CREATE" || first_word_ == "DROP" || first_word_ == "ALTER" ||
                     first_word_ == "TRUNCATE" || first_word_ == "COMMENT" || first_word_ == "INSERT" ||
                     first_word_ == "ANALYZE";
    if (!ddl) return 0;
    const std::size_t at = find(1, {"TABLE", "VIEW", "INDEX", "INTO"});
    if (at >= end || word(at, "INTO")) return 0;
    if (word(at, "INDEX")) {
        const std::size_t on = find(at, {"ON"});
        return on < end ? target(on + 1, end, false) : at + 1;
    }
    std::size_t name_at = at + 1;
    while (word(name_at, "IF") || word(name_at, "NOT") || word(name_at, "EXISTS") || word(name_at, "ONLY"))
        ++name_at;
    return target(name_at, end, false);
}

bool QueryWalker::from_of_distinct(std::size_t at) const {
    return at >= 2 && word(at - 1, "DISTINCT") && (word(at - 2, "IS") || word(at - 2, "NOT"));
}

void QueryWalker::walk(std::size_t at, std::size_t end, bool table_first) {
    const std::size_t outer_names = ctes_.size();
    const std::size_t outer_visible = visible_.size();
    bool in_from = table_first;
    bool expect = table_first;
    while (at < end) {
        if (expect) {
            expect = false;
            at = table_item(at, end);
            continue;
        }
        if (tokens_.closing(at) < end) {
            at = bracket(at);
            continue;
        }
        if (tokens_.is_symbol(at, ",")) expect = in_from;
        if (tokens_.kind(at) != TokenKind::word || (at > 0 && tokens_.is_symbol(at - 1, "."))) {
            ++at;
            continue;
        }
        if (word(at, "WITH")) {
            at = with_clause(at, end);
            continue;
        }
        if (word(at, "FROM") && !from_of_distinct(at)) {
            in_from = expect = true;
        } else if ((word(at, "JOIN") && !(at > 0 && word(at - 1, "ARRAY"))) || word(at, "STRAIGHT_JOIN")) {
            in_from = expect = true;
        } else if (word(at, "USING") && (first_word_ == "MERGE" || first_word_ == "DELETE") &&
                   !tokens_.is_symbol(at + 1, "(")) {
            in_from = expect = true;
        } else if (word(at, "INTO") &&
                   (first_word_ == "INSERT" || first_word_ == "MERGE" || first_word_ == "WITH")) {
            at = target(at + (word(at + 1, "TABLE") ? 2 : 1), end, first_word_ == "MERGE");
            continue;
        } else if (contains(kFromEnders, tokens_.text_of(at))) {
            in_from = false;
        }
        ++at;
    }
    ctes_.resize(outer_names);
    visible_.resize(outer_visible);
}

/// `open` is a bracket with a partner. Returns the token after the partner.
std::size_t QueryWalker::bracket(std::size_t open) {
    const std::size_t close = tokens_.closing(open);
    if (tokens_.is_symbol(open, "(") && starts_query_at(tokens_, open + 1)) {
        walk(open + 1, close, false);
    } else {
        expression(open + 1, close);
    }
    return close + 1;
}

void QueryWalker::expression(std::size_t at, std::size_t end) {
    while (at < end) at = tokens_.closing(at) < end ? bracket(at) : at + 1;
}

/// WITH [RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED] (query), …  Anything else after WITH is left
/// alone.
std::size_t QueryWalker::with_clause(std::size_t at, std::size_t end) {
    ++at;
    const bool recursive = word(at, "RECURSIVE") && is_identifier(tokens_, at + 1);
    if (recursive) ++at;
    while (at < end && is_identifier(tokens_, at)) {
        std::size_t i = at + 1;
        if (tokens_.is_symbol(i, "(") && tokens_.closing(i) < end) i = tokens_.closing(i) + 1;
        if (!word(i, "AS")) break;
        ++i;
        while (word(i, "NOT") || word(i, "MATERIALIZED")) ++i;
        if (!tokens_.is_symbol(i, "(") || tokens_.closing(i) >= end) break;
        const NamePart part = part_of(tokens_, at);
        const std::string folded = normalize_identifier(part.text, part.quoted, tokens_.dialect());
        if (recursive) ctes_.push_back(folded);
        walk(i + 1, tokens_.closing(i), false);
        if (!recursive) ctes_.push_back(folded);
        out_.cte_names.push_back(folded);
        at = tokens_.closing(i) + 1;
        if (!tokens_.is_symbol(at, ",")) break;
        ++at;
    }
    return at;
}

/// One item of a FROM clause. Returns the token after its name (an alias behind brackets is left to the
/// caller's loop).
std::size_t QueryWalker::table_item(std::size_t at, std::size_t end) {
    while (at < end && (word(at, "LATERAL") || word(at, "ONLY")) && !tokens_.is_symbol(at + 1, ".")) ++at;
    if (at >= end) return at;
    if (tokens_.is_symbol(at, "(") && tokens_.closing(at) < end) {
        if (starts_query_at(tokens_, at + 1)) return bracket(at);
        const std::size_t close = tokens_.closing(at);
        if (word(at + 1, "VALUES"))
            expression(at + 1, close);
        else
            walk(at + 1, close, true);
        return close + 1;
    }
    TableReference table;
    if (tokens_.kind(at) == TokenKind::string) {
        table.parts = {{string_value(tokens_.text_of(at), tokens_.dialect()), true}};
        table.span = tokens_[at].span;
        const std::size_t after = alias(at + 1, end, table);
        add(std::move(table));
        return after;
    }
    if (word(at, "VALUES") || word(at, "SELECT")) return at;
    const std::size_t after = name(at, end, table);
    if (after == at) return at + 1;
    if (tokens_.is_symbol(after, "(")) return after;  // A table function; its arguments are an expression.
    const std::size_t next = alias(after, end, table);
    add(std::move(table));
    return next;
}

/// The table a statement writes to or alters.
std::size_t QueryWalker::target(std::size_t at, std::size_t end, bool alias_possible) {
    TableReference table;
    const std::size_t after = name(at, end, table);
    if (after == at) return at;
    table.alias_possible = alias_possible;
    const std::size_t next = alias_possible ? alias(after, end, table) : after;
    add(std::move(table));
    return next;
}

std::size_t QueryWalker::name(std::size_t at, std::size_t end, TableReference& out) const {
    const std::size_t after = read_table_name(tokens_, at, end, out.parts);
    if (after > at) out.span = {tokens_[at].span.begin, tokens_[after - 1].span.end};
    return after;
}

std::size_t QueryWalker::alias(std::size_t at, std::size_t end, TableReference& table) const {
    // Time travel stands between name and alias: nothing may be put behind the name there.
    if (word(at, "FOR") || word(at, "AT") || word(at, "BEFORE") || word(at, "VERSION"))
        table.alias_possible = false;
    const bool as = word(at, "AS");
    const std::size_t i = as ? at + 1 : at;
    if (i >= end || !is_identifier(tokens_, i) || (!as && is_clause_word(tokens_, i))) return at;
    table.alias = part_of(tokens_, i);
    table.alias_span = tokens_[i].span;
    return i + 1;
}

bool QueryWalker::is_cte(const TableReference& table) const {
    const NamePart& last = table.parts.back();
    const std::string folded = normalize_identifier(last.text, last.quoted, tokens_.dialect());
    return std::find(ctes_.begin(), ctes_.end(), folded) != ctes_.end();
}

/// BigQuery unnests an array in FROM by naming it through its table: FROM d.t AS t, t.items.
bool QueryWalker::is_column_of_table(const TableReference& table) const {
    if (tokens_.dialect() != Dialect::bigquery || table.parts.size() < 2) return false;
    return std::find(visible_.begin(), visible_.end(), lower(table.parts.front().text)) != visible_.end();
}

void QueryWalker::add(TableReference table) {
    if (is_column_of_table(table)) return;
    visible_.push_back(lower(table.alias ? table.alias->text : table.parts.back().text));
    // Only the last part is compared, even of a qualified name: SQLMesh does so, and dependencies must agree
    // with it.
    if (!is_cte(table)) out_.tables.push_back(std::move(table));
}

}  // namespace towline::sql
