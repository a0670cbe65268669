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

/// Words that end a FROM clause.
constexpr std::array<std::string_view, 24> kFromEnders = {
    "WHERE",    "GROUP",     "ORDER",   "HAVING",     "LIMIT",  "UNION",    "EXCEPT", "INTERSECT",
    "MINUS",    "QUALIFY",   "WINDOW",  "FETCH",      "OFFSET", "SET",      "WHEN",   "VALUES",
    "PREWHERE", "RETURNING", "CLUSTER", "DISTRIBUTE", "SORT",   "SETTINGS", "SELECT", "CONNECT"};

/// Those of them that name a table too.
constexpr std::array<std::string_view, 9> kTableNames = {"LIMIT",      "WINDOW", "OFFSET",   "SET",    "CLUSTER",
                                                         "DISTRIBUTE", "SORT",   "SETTINGS", "CONNECT"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view w) { return iequals(w, word); });
}

bool is_identifier(const TokenList& tokens, std::size_t at) {
    return tokens.kind(at) == TokenKind::word || tokens.kind(at) == TokenKind::quoted_identifier;
}

IdentifierRole role_of(const TableReference& table) {
    return table.parts.size() > 1 ? IdentifierRole::qualified_table : IdentifierRole::unqualified_table;
}

NamePart part_of(const TokenList& tokens, std::size_t at) {
    return {identifier_text(tokens.text_of(at), tokens.dialect()), tokens.kind(at) == TokenKind::quoted_identifier};
}

}  // namespace

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
            const bool other =
                word(i + 1, "SCHEMA") || word(i + 1, "DATABASE") || word(i + 1, "ALL") || word(i + 1, "FUNCTION");
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
    while (word(name_at, "IF") || word(name_at, "NOT") || word(name_at, "EXISTS") || word(name_at, "ONLY")) ++name_at;
    return target(name_at, end, false);
}

bool QueryWalker::is_table_join(std::size_t at, bool in_from) const {
    if (word(at, "STRAIGHT_JOIN")) return in_from;
    // ARRAY JOIN takes expressions; USE INDEX FOR JOIN (i) is a hint.
    return word(at, "JOIN") && !(at > 0 && (word(at - 1, "ARRAY") || word(at - 1, "FOR")));
}

void QueryWalker::walk(std::size_t at, std::size_t end, bool table_first) {
    const std::size_t outer_names = ctes_.size();
    std::vector<std::string> outer_refs = table_first ? refs_ : std::vector<std::string>();
    std::swap(refs_, outer_refs);
    Clause clause{.in_from = table_first, .expect = table_first};
    while (at < end) {
        if (clause.expect) {
            clause.expect = false;
            at = table_item(at, end);
        } else if (tokens_.closing(at) < end) {
            at = bracket(at);
        } else {
            at = step(at, end, clause);
        }
    }
    ctes_.resize(outer_names);
    std::swap(refs_, outer_refs);
}

/// One token outside of brackets that is no table name. Returns where to go on.
std::size_t QueryWalker::step(std::size_t at, std::size_t end, Clause& clause) {
    if (tokens_.is_symbol(at, ",")) clause.expect = clause.in_from;
    // A word behind a point or colon is a field: t.from, a:from.
    const bool field = at > 0 && (tokens_.is_symbol(at - 1, ".") || tokens_.is_symbol(at - 1, ":"));
    if (tokens_.kind(at) != TokenKind::word || field) return at + 1;
    if (word(at, "WITH")) return with_clause(at, end);
    if (word(at, "LATERAL") && word(at + 1, "VIEW")) return lateral_view(at + 2, end);
    if (word(at, "SELECT")) {
        clause = {.in_select = true};
    } else if (word(at, "FROM") && !is_other_from(tokens_, at)) {
        clause = {.in_from = true, .expect = true};
        refs_.clear();
    } else if (is_table_join(at, clause.in_from)) {
        clause = {.in_from = true, .expect = true};
    } else if (word(at, "USING") && !tokens_.is_symbol(at + 1, "(")) {
        const bool dml = first_word_ == "MERGE" || first_word_ == "DELETE";
        clause = {.in_from = dml, .expect = dml};
    } else if (word(at, "INTO") && !word(at - 1, "AS") &&
               (clause.in_select || first_word_ == "INSERT" || first_word_ == "MERGE" || first_word_ == "WITH")) {
        ++at;
        while (word(at, "TABLE") || word(at, "TEMPORARY") || word(at, "TEMP") || word(at, "UNLOGGED")) ++at;
        return std::max(at, target(at, end, first_word_ == "MERGE"));
    } else if (word(at, "FOR") && clause.in_from) {
        return locking_clause(at, end, clause);
    } else if (word(at, "ARRAY") && word(at + 1, "JOIN")) {
        clause.in_from = false;
    } else if (contains(kFromEnders, tokens_.text_of(at))) {
        clause = {};
    }
    return at + 1;
}

/// LATERAL VIEW [OUTER] f(…) [alias] [AS column, …]: the list of columns is no list of tables.
std::size_t QueryWalker::lateral_view(std::size_t at, std::size_t end) {
    if (word(at, "OUTER")) ++at;
    while (at < end && !tokens_.is_symbol(at, "(")) ++at;
    if (at >= end || tokens_.closing(at) >= end) return at;
    at = bracket(at);
    if (is_identifier(tokens_, at) && !is_clause_word(tokens_, at)) ++at;
    if (!word(at, "AS")) return at;
    do ++at;
    while (at + 1 < end && is_identifier(tokens_, at) && tokens_.is_symbol(++at, ","));
    return at;
}

/// FOR behind the tables: FOR UPDATE OF t names tables again, FOR XML … and FOR JSON … name none.
std::size_t QueryWalker::locking_clause(std::size_t at, std::size_t end, Clause& clause) {
    if (word(at + 1, "SYSTEM_TIME") || word(at + 1, "SYSTEM") || word(at + 1, "TIMESTAMP") || word(at + 1, "VERSION"))
        return at + 2;
    clause.in_from = false;
    for (std::size_t i = at + 1; i < end && i <= at + 4 && tokens_.kind(i) == TokenKind::word; ++i) {
        if (!word(i, "OF")) continue;
        clause = {.in_from = true, .expect = true};
        return i + 1;
    }
    return at + 1;
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
    while (at < end) {
        const bool first = at > 0 && (tokens_.is_symbol(at - 1, "(") || tokens_.is_symbol(at - 1, ","));
        if (tokens_.closing(at) < end) {
            at = bracket(at);
        } else if (tokens_.dialect() == Dialect::bigquery && first && (word(at, "TABLE") || word(at, "MODEL")) &&
                   is_identifier(tokens_, at + 1)) {
            at = std::max(at + 1, target(at + 1, end, false));
        } else {
            ++at;
        }
    }
}

/// WITH [RECURSIVE] name [(columns)] [USING KEY (…)] [AS] [[NOT] MATERIALIZED] (query), …  Anything else after
/// WITH is left alone; ClickHouse's `WITH expression AS name` is passed over.
std::size_t QueryWalker::with_clause(std::size_t at, std::size_t end) {
    ++at;
    const bool recursive = word(at, "RECURSIVE") && !word(at + 1, "AS") && !tokens_.is_symbol(at + 1, "(");
    if (recursive) ++at;
    while (at < end) {
        const std::size_t body = cte_body(at, end);
        if (body < end) {
            const std::string folded =
                tokens_.kind(at) == TokenKind::string
                    ? string_value(tokens_.text_of(at), tokens_.dialect())
                    : normalize_identifier(part_of(tokens_, at).text, tokens_.kind(at) == TokenKind::quoted_identifier,
                                           tokens_.dialect());
            // SQLMesh sees neither the tables nor the name of a PIVOT statement used as a CTE.
            const bool pivot = word(body + 1, "PIVOT") || word(body + 1, "UNPIVOT");
            if (recursive && !pivot) ctes_.push_back(folded);
            if (!pivot) walk(body + 1, tokens_.closing(body), false);
            if (!recursive && !pivot) ctes_.push_back(folded);
            out_.cte_names.push_back(folded);
            at = tokens_.closing(body) + 1;
        } else if (tokens_.dialect() == Dialect::clickhouse) {
            while (at < end && !tokens_.is_symbol(at, ",") && !word(at, "SELECT"))
                at = tokens_.closing(at) < end ? bracket(at) : at + 1;
        } else {
            break;
        }
        if (!tokens_.is_symbol(at, ",")) break;
        ++at;
    }
    return at;
}

/// The opening bracket of the query of the CTE whose name stands at `at`; `end` if none stands there.
std::size_t QueryWalker::cte_body(std::size_t at, std::size_t end) const {
    if (!is_identifier(tokens_, at) && tokens_.kind(at) != TokenKind::string) return end;
    std::size_t i = at + 1;
    if (tokens_.is_symbol(i, "(") && tokens_.closing(i) < end) {
        if (starts_query_at(tokens_, i + 1) && tokens_.dialect() != Dialect::clickhouse) return i;
        i = tokens_.closing(i) + 1;
    }
    if (word(i, "USING") && word(i + 1, "KEY") && tokens_.closing(i + 2) < end) i = tokens_.closing(i + 2) + 1;
    if (!word(i, "AS")) return end;
    ++i;
    while (word(i, "NOT") || word(i, "MATERIALIZED")) ++i;
    return tokens_.is_symbol(i, "(") && tokens_.closing(i) < end ? i : end;
}

/// Words before the name of a table, and DuckDB's `alias: table`.
std::size_t QueryWalker::before_table(std::size_t at, std::size_t end) const {
    const auto prefix = [&](std::size_t i) {
        if (word(i, "LATERAL") || word(i, "ONLY")) return true;
        switch (tokens_.dialect()) {
            case Dialect::databricks:
                return word(i, "STREAM") && is_identifier(tokens_, i + 1) && !is_clause_word(tokens_, i + 1);
            case Dialect::redshift:
                return word(i, "UNPIVOT");
            case Dialect::duckdb:
                return (word(i, "DESCRIBE") || word(i, "SUMMARIZE") || word(i, "PIVOT") || word(i, "UNPIVOT")) &&
                       is_identifier(tokens_, i + 1) && !word(i + 1, "AS");
            default:
                return false;
        }
    };
    while (at < end) {
        if (prefix(at) && !tokens_.is_symbol(at + 1, ".")) {
            ++at;
        } else if (tokens_.dialect() == Dialect::duckdb && is_identifier(tokens_, at) &&
                   tokens_.is_symbol(at + 1, ":")) {
            at += 2;
        } else {
            break;
        }
    }
    return at;
}

/// Nothing stands here that a clause would hold: FROM a, settings AS s is a table, FROM a, SETTINGS x = 1 is not.
bool QueryWalker::ends_item(std::size_t at, std::size_t end) const {
    if (word(at, "AS") && is_identifier(tokens_, at + 1))
        at += 2;
    else if (at < end && is_identifier(tokens_, at) && !is_clause_word(tokens_, at) && !word(at, "BY"))
        ++at;
    return at >= end || tokens_.is_symbol(at, ",") || tokens_.is_symbol(at, ".") || is_clause_word(tokens_, at);
}

/// One item of a FROM clause. Returns the token after its name (an alias behind brackets is left to the
/// caller's loop).
std::size_t QueryWalker::table_item(std::size_t at, std::size_t end) {
    at = before_table(at, end);
    if (at >= end) return at;
    if (tokens_.is_symbol(at, "(") && tokens_.closing(at) < end) {
        if (starts_query_at(tokens_, at + 1)) return bracket(at);
        const std::size_t close = tokens_.closing(at);
        const bool pivot = tokens_.dialect() == Dialect::duckdb && (word(at + 1, "PIVOT") || word(at + 1, "UNPIVOT"));
        if (word(at + 1, "VALUES"))
            expression(at + 1, close);
        else if (pivot)  // One table; the names after ON are columns.
            expression(table_item(at + 2, close), close);
        else
            walk(at + 1, close, true);
        return close + 1;
    }
    TableReference table;
    std::size_t after = at + 1;
    if (tokens_.kind(at) == TokenKind::string) {
        table.parts = {{string_value(tokens_.text_of(at), tokens_.dialect()), true}};
        table.span = tokens_[at].span;
    } else {
        // A comma may stand before the end of the list: FROM a, b, WHERE …
        if (word(at, "VALUES") || word(at, "SELECT")) return at;
        const bool comma = at > 0 && tokens_.is_symbol(at - 1, ",");
        const std::string_view text = tokens_.text_of(at);
        if (comma && contains(kFromEnders, text) && !(contains(kTableNames, text) && ends_item(at + 1, end))) return at;
        if (word(at, "ROWS") && word(at + 1, "FROM") && tokens_.is_symbol(at + 2, "(")) return at + 2;
        after = name(at, end, table);
        if (after == at) return at + 1;
        if (tokens_.is_symbol(after, "(") && word(at, "SEMANTIC_VIEW")) {
            target(after + 1, end, false);
            return after;
        }
        if (tokens_.is_symbol(after, "(")) return after;  // A table function; its arguments are an expression.
    }
    const std::size_t next = alias(after, end, table);
    const bool joined = !word(at > 0 ? at - 1 : at, "FROM");
    add(std::move(table), joined && !word(next, "ON"));
    return next;
}

/// The table a statement writes to or alters.
std::size_t QueryWalker::target(std::size_t at, std::size_t end, bool alias_possible) {
    TableReference table;
    const std::size_t after = name(at, end, table);
    if (after == at) return at;
    table.alias_possible = alias_possible;
    const std::size_t next = alias_possible ? alias(after, end, table) : after;
    add(std::move(table), false);
    return next;
}

std::size_t QueryWalker::name(std::size_t at, std::size_t end, TableReference& out) const {
    const std::size_t after = read_table_name(tokens_, at, end, out.parts);
    if (after > at) out.span = {tokens_[at].span.begin, tokens_[after - 1].span.end};
    return after;
}

std::size_t QueryWalker::alias(std::size_t at, std::size_t end, TableReference& table) const {
    // Time travel stands between name and alias: nothing may be put behind the name there.
    if (word(at, "FOR") || word(at, "AT") || word(at, "BEFORE") || word(at, "VERSION")) table.alias_possible = false;
    const bool as = word(at, "AS");
    const std::size_t i = as ? at + 1 : at;
    if (i >= end || !is_identifier(tokens_, i) || (!as && is_clause_word(tokens_, i))) return at;
    if (word(i, "ARRAY") && word(i + 1, "JOIN")) return at;
    table.alias = part_of(tokens_, i);
    table.alias_span = tokens_[i].span;
    return i + 1;
}

bool QueryWalker::is_cte(const TableReference& table) const {
    const NamePart& last = table.parts.back();
    const std::string folded = normalize_identifier(last.text, last.quoted, tokens_.dialect(), role_of(table));
    return std::find(ctes_.begin(), ctes_.end(), folded) != ctes_.end();
}

/// BigQuery and Redshift unnest an array in FROM by naming it through its table: FROM d.t AS t, t.items.
bool QueryWalker::is_column_of_table(const TableReference& table) const {
    if (table.parts.size() < 2) return false;
    const NamePart& first = table.parts.front();
    const bool one_quoted_name =
        first.quoted && table.span.size() == tokens_[tokens_.token_at(table.span.begin)].span.size();
    const std::string folded = one_quoted_name ? first.text : lower(first.text);
    return std::find(refs_.begin(), refs_.end(), folded) != refs_.end();
}

void QueryWalker::add(TableReference table, bool may_be_column) {
    const Dialect dialect = tokens_.dialect();
    if (dialect == Dialect::bigquery || dialect == Dialect::redshift) {
        if (may_be_column && is_column_of_table(table)) {
            if (table.alias) refs_.push_back(lower(table.alias->text));
            return;
        }
        const NamePart& last = table.parts.back();
        refs_.push_back(table.alias ? normalize_identifier(table.alias->text, table.alias->quoted, dialect)
                                    : normalize_identifier(last.text, last.quoted, dialect, role_of(table)));
    }
    // Only the last part is compared, even of a qualified name: SQLMesh does so, and dependencies must agree
    // with it.
    if (!is_cte(table)) out_.tables.push_back(std::move(table));
}

}  // namespace towline::sql
