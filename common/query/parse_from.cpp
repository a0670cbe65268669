// FROM: tables, subqueries, table functions, joins.
#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "query/parser.h"
#include "sql/query_walker.h"

namespace towline::query {

namespace {

/// In a PIVOT columns have no tables.
void bare_columns(Expr& node) {
    if (node.is(ExprKind::column)) node.children.erase(node.children.begin(), node.children.end() - 1);
    for (Expr& child : node.children) bare_columns(child);
}

}  // namespace

Status Parser::from(Expr& out) {
    Expr made = clause("FROM");
    made.comments = comments_of(at_++);
    TRY(Expr first, source());
    set(made, "this", std::move(first));
    set(out, "from", std::move(made));
    while (at_ < tokens_.size()) {
        const bool applied = (words("CROSS", "APPLY") || words("OUTER", "APPLY")) && reading_ == Reading::to_ask;
        if (words("LATERAL", "VIEW")) {
            TRY(Expr view, lateral_view());
            list(out, "laterals").push_back(std::move(view));
            continue;
        }
        if (applied) {
            ++at_;
            TRY(Expr rows, lateral());
            TRY_STATUS(source_tail(rows));
            list(out, "laterals").push_back(std::move(rows));
            continue;
        }
        TRY(const bool joined, join(out));
        if (!joined) break;
    }
    const auto pivoted = [](const Expr& source) { return has(source, "pivot"); };
    const std::vector<Expr>& joins = list(std::as_const(out), "joins");
    const bool beside =
        std::any_of(joins.begin(), joins.end(), [&](const Expr& joined) { return pivoted(*part(joined, "this")); });
    if (beside || (!joins.empty() && pivoted(*part(*part(std::as_const(out), "from"), "this")))) return unknown();
    return {};
}

/// One join with its source; false if none starts here.
Result<bool> Parser::join(Expr& out) {
    Expr made = clause("JOIN");
    if (symbol(",")) {
        made.comments = comments_of(at_);
        ++at_;
        TRY(Expr right, source());
        set(made, "this", std::move(right));
        // Where a comma binds as JOIN does, it is one.
        static constexpr std::array<sql::Dialect, 5> kEqual = {sql::Dialect::bigquery, sql::Dialect::clickhouse,
                                                               sql::Dialect::databricks, sql::Dialect::hive,
                                                               sql::Dialect::spark};
        if (std::any_of(kEqual.begin(), kEqual.end(), [&](sql::Dialect each) { return dialect_ == each; }))
            set(made, "kind", query::word("CROSS"));
        list(out, "joins").push_back(std::move(made));
        return true;
    }
    const std::size_t begin = at_;
    const bool clickhouse = dialect_ == sql::Dialect::clickhouse && reading_ == Reading::to_ask;
    while (clickhouse && (take_word("GLOBAL") || take_word("ANY"))) continue;
    // clang-format off: a table of words
    for (const auto& [name, key] : {std::pair{"NATURAL", "method"}, {"ASOF", "method"}, {"POSITIONAL", "method"},
                                    {"LEFT", "side"}, {"RIGHT", "side"}, {"FULL", "side"},
                                    {"INNER", "kind"}, {"OUTER", "kind"}, {"CROSS", "kind"}, {"SEMI", "kind"},
                                            {"ANTI", "kind"}}) {
        // clang-format on
        if (take_word(name)) set(made, key, query::word(name));
    }
    if (!word("JOIN")) {
        at_ = begin;
        return false;
    }
    made.comments = comments_of(begin);
    if (at_ > begin)
        for (std::string& comment : comments_of(at_)) made.comments.push_back(std::move(comment));
    ++at_;
    TRY(Expr right, source());
    set(made, "this", std::move(right));
    if (take_word("ON")) {
        TRY(Expr condition, expression());
        set(made, "on", std::move(condition));
    } else if (take_word("USING")) {
        TRY(std::vector<Expr> columns, identifiers());
        set_list(made, "using", std::move(columns));
        for (std::string& comment : comments_of(at_ - 1)) made.comments.push_back(std::move(comment));
    } else if (any({"MATCH_CONDITION", "JOIN", "LEFT", "INNER"}) && !text(made, "kind").starts_with("CROSS")) {
        return unknown();  // a JOIN b JOIN c ON … ON …
    }
    list(out, "joins").push_back(std::move(made));
    return true;
}

Result<Expr> Parser::source() {
    Expr out;
    const bool named = dialect_ == sql::Dialect::duckdb && identifier_at(at_) && tokens_.is_symbol(at_ + 1, ":");
    if (named) {  // name: table
        Expr alias = clause("TABLEALIAS");
        set(alias, "this", take_identifier());
        ++at_;
        if (identifier_at(at_) && tokens_.is_symbol(at_ + 1, ":")) return unknown();
        TRY(out, source());
        if (has(out, "alias") || is(out, "NESTED")) return unknown();
        set(out, "alias", std::move(alias));
        return out;
    }
    if (symbol("(")) {
        TRY(out, bracketed_source());
    } else if (word("VALUES")) {
        TRY(out, values());
    } else if (word("UNNEST") && tokens_.is_symbol(at_ + 1, "(")) {
        TRY(out, unnest());
    } else if (word("LATERAL")) {
        TRY(out, lateral());
    } else {
        TRY(out, table());
    }
    TRY_STATUS(source_tail(out));
    return out;
}

/// True for ((SELECT …) AS a JOIN …), which is no query in two pairs of brackets.
bool Parser::starts_nested() const {
    const std::size_t close =
        symbol("(") && tokens_.is_symbol(at_ + 1, "(") ? tokens_.closing(at_ + 1) : tokens_.size();
    if (close >= tokens_.size()) return false;
    static constexpr std::array<std::string_view, 10> kWords = {"AS",    "JOIN",  "LEFT",    "RIGHT", "FULL",
                                                                "INNER", "CROSS", "NATURAL", "ASOF",  "POSITIONAL"};
    const auto next = [&](std::string_view word) { return tokens_.is_word(close + 1, word); };
    return tokens_.is_symbol(close + 1, ",") || alias_at(close + 1) || std::any_of(kWords.begin(), kWords.end(), next);
}

Result<Expr> Parser::bracketed_source() {
    if (starts_query(at_ + 1) && !starts_nested()) {
        const std::size_t close = tokens_.closing(at_);
        if (close >= tokens_.size()) return unknown();
        const sql::Span inner{tokens_[at_].span.end, tokens_[close].span.begin};
        at_ = close + 1;
        TRY(Expr out, subquery(inner, true));
        out.comments = comments_of(close);
        return out;
    }
    ++at_;
    if (!word("VALUES")) return nested_source();
    TRY(Expr out, values());
    if (!take_symbol(")")) return unknown();
    return out;
}

/// (a JOIN b ON …), of which the bracket is taken. With an alias it is a query.
Result<Expr> Parser::nested_source() {
    static constexpr std::array<sql::Dialect, 2> kKnown = {sql::Dialect::duckdb, sql::Dialect::postgres};
    const bool known = std::any_of(kKnown.begin(), kKnown.end(), [&](sql::Dialect each) { return dialect_ == each; });
    if (!known && reading_ != Reading::to_ask) return unknown();
    if (any({"DESCRIBE", "SUMMARIZE", "SHOW", "PIVOT", "UNPIVOT", "INSERT", "UPDATE", "DELETE"})) return unknown();
    if (++groupings_ > kQueryDepthMax) return fail(ErrorCode::too_large, "Joins are nested too deep.");
    Expr holder = clause("SELECT");
    TRY(Expr first, source());
    while (true) {
        TRY(const bool joined, join(holder));
        if (!joined) break;
    }
    --groupings_;
    if (!take_symbol(")")) return unknown();
    Expr out = clause("NESTED");
    if (word("AS") || alias_at(at_)) {
        if (is(first, "NESTED")) return unknown();
        Expr from = clause("FROM");
        set(from, "this", std::move(first));
        set(holder, "from", std::move(from));
        list(holder, "expressions").push_back(make(ExprKind::star));
        out = clause("SUBQUERY");
        set(out, "this", std::move(holder));
        return out;
    }
    set(out, "this", std::move(first));
    if (has(holder, "joins")) set_list(out, "joins", std::move(list(holder, "joins")));
    return out;
}

Result<Expr> Parser::table() {
    Expr out = clause("TABLE");
    std::vector<Expr> parts;
    if (word("ONLY") && identifier_at(at_ + 1)) {
        if (dialect_ != sql::Dialect::postgres) return unknown();
        ++at_;
        set(out, "only", flag(true));
    }
    const bool dashes = dialect_ == sql::Dialect::bigquery && identifier_at(at_) && tokens_.is_symbol(at_ + 1, "-");
    if (dashes) {  // a project's name: `my-project-1.data.t`, where no token is the whole of a part
        std::vector<sql::NamePart> names;
        at_ = sql::read_table_name(tokens_, at_, tokens_.size(), names);
        for (const sql::NamePart& name : names) parts.push_back(identifier(name.text, name.quoted));
        if (parts.empty() || symbol("(")) return unknown();
    }
    while (!dashes) {
        if (!identifier_at(at_) && tokens_.kind(at_) != sql::TokenKind::string) return unknown();
        if (tokens_.kind(at_) == sql::TokenKind::string) {
            if (dialect_ != sql::Dialect::duckdb) return unknown();
            parts.push_back(identifier(sql::string_value(tokens_.text_of(at_), dialect_), true));
            parts.back().comments = comments_of(at_++);
        } else {
            parts.push_back(take_identifier());
        }
        if (symbol("-")) return unknown();
        if (!take_symbol(".")) break;
    }
    if (symbol("(")) {  // a table function
        at_ -= 2 * parts.size() - 1;
        Result<Expr> call = sql::parse_field_at(tokens_, at_);
        if (!call || !call->is(ExprKind::function) || parts.size() > 1) return unknown();
        TRY_STATUS(complete(*call));
        set(out, "this", std::move(*call));
        return out;
    }
    if (dialect_ == sql::Dialect::bigquery) {  // `a.b.c` holds the dots
        for (const Expr& each : parts)
            if (each.quoted && each.text.find('.') != std::string::npos) return unknown();
    }
    if (parts.size() > 3) return unknown();
    out.comments = std::move(parts.back().comments);
    for (Expr& each : parts) each.comments.clear();
    set(out, "this", std::move(parts.back()));
    if (parts.size() > 1) set(out, "db", std::move(parts[parts.size() - 2]));
    if (parts.size() > 2) set(out, "catalog", std::move(parts.front()));
    return out;
}

Result<Expr> Parser::values() {
    Expr out = clause("VALUES");
    ++at_;
    do {
        const bool bracket = symbol("(");
        TRY(Expr row, expression());
        if (!bracket) return unknown();
        if (row.is(ExprKind::paren)) row.kind = ExprKind::tuple;
        if (!row.is(ExprKind::tuple)) return unknown();
        list(out, "expressions").push_back(std::move(row));
    } while (take_symbol(","));
    return out;
}

Result<Expr> Parser::unnest() {
    Expr out = clause("UNNEST");
    ++at_;
    TRY(std::vector<Expr> arguments, expressions());
    set_list(out, "expressions", std::move(arguments));
    if (word("WITH") && !words("WITH", "ORDINALITY")) return unknown();
    return out;
}

Result<Expr> Parser::lateral() {
    Expr out = clause("LATERAL");
    ++at_;
    if (symbol("(") && starts_query(at_ + 1)) {
        TRY(Expr inner, bracketed_source());
        set(out, "this", std::move(inner));
        return out;
    }
    if (symbol("(") && tokens_.is_word(at_ + 1, "VALUES")) {
        TRY(Expr inner, bracketed_source());
        set(out, "this", std::move(inner));
        return out;
    }
    if (word("FLATTEN") || word("TABLE")) return unknown();
    if (word("UNNEST")) {
        TRY(Expr inner, unnest());
        set(out, "this", std::move(inner));
        return out;
    }
    Result<Expr> call = sql::parse_field_at(tokens_, at_);
    if (!call || !call->is(ExprKind::function)) return unknown();
    TRY_STATUS(complete(*call));
    set(out, "this", std::move(*call));
    return out;
}

/// LATERAL VIEW [OUTER] f(x) t AS a, b
Result<Expr> Parser::lateral_view() {
    Expr out = clause("LATERAL");
    at_ += 2;
    set(out, "view", flag(true));
    if (take_word("OUTER")) set(out, "outer", flag(true));
    TRY(Expr call, expression());
    set(out, "this", std::move(call));
    Expr alias = clause("TABLEALIAS");
    if (alias_at(at_)) set(alias, "this", take_identifier());
    if (take_word("AS")) {
        do {
            if (!identifier_at(at_)) return unknown();
            list(alias, "columns").push_back(take_identifier());
        } while (symbol(",") && identifier_at(at_ + 1) && take_symbol(","));
    }
    set(out, "alias", std::move(alias));
    return out;
}

/// TABLESAMPLE and USING SAMPLE, of which one word is left to take: 10%, (10 PERCENT), BERNOULLI (10 PERCENT) (…).
Result<Expr> Parser::sample() {
    const bool duckdb = dialect_ == sql::Dialect::duckdb;
    if (!duckdb && dialect_ != sql::Dialect::postgres) return unknown();
    Expr out = clause("TABLESAMPLE");
    ++at_;
    std::string method;
    if (tokens_.kind(at_) == sql::TokenKind::word && tokens_.is_symbol(at_ + 1, "("))
        method = upper(tokens_.text_of(at_++));
    const bool bracket = take_symbol("(");
    if (!bracket && !duckdb) return unknown();
    if (tokens_.kind(at_) != sql::TokenKind::number) return unknown();
    set(out, "size", sql::number_literal(std::string(tokens_.text_of(at_++))));
    const bool percent = take_symbol("%") || take_word("PERCENT");
    if (!percent) take_word("ROWS");
    if (bracket && !take_symbol(")")) return unknown();
    if (symbol("(") && method.empty()) {  // 10% (bernoulli, 42)
        ++at_;
        if (tokens_.kind(at_) != sql::TokenKind::word) return unknown();
        method = upper(tokens_.text_of(at_++));
        if (take_symbol(",")) {
            if (tokens_.kind(at_) != sql::TokenKind::number) return unknown();
            set(out, "seed", sql::number_literal(std::string(tokens_.text_of(at_++))));
        }
        if (!take_symbol(")")) return unknown();
    } else if (word("REPEATABLE") && tokens_.is_symbol(at_ + 1, "(")) {
        at_ += 2;
        if (tokens_.kind(at_) != sql::TokenKind::number) return unknown();
        set(out, "seed", sql::number_literal(std::string(tokens_.text_of(at_++))));
        if (!take_symbol(")")) return unknown();
    }
    if (duckdb && !percent) {
        method = "RESERVOIR";  // sqlglot prints no other method for a number of rows
    }
    if (duckdb && method.empty()) method = "SYSTEM";
    if (!duckdb && (percent || method.empty())) return unknown();
    set(out, "method", query::word(method));
    if (duckdb) set(out, "unit", query::word(percent ? "PERCENT" : "ROWS"));
    return out;
}

/// PIVOT (SUM(a) AS s FOR b IN ('x', 'y')) AS p and UNPIVOT (v FOR n IN (a, b)) AS u, as DuckDB has them.
Result<Expr> Parser::pivot() {
    const bool unpivot = word("UNPIVOT");
    Expr out = clause("PIVOT");
    ++at_;
    if (unpivot) set(out, "unpivot", flag(true));
    for (const char* kind : {"INCLUDE", "EXCLUDE"})
        if (unpivot && take_words(kind, "NULLS")) set(out, "nulls", query::word(kind));
    if (!take_symbol("(")) return unknown();
    do {
        TRY(Expr value, unpivot ? projection() : aggregate());
        if (unpivot && !value.is(ExprKind::column)) return unknown();
        list(out, "expressions").push_back(std::move(value));
    } while (take_symbol(","));
    const std::vector<Expr>& values = list(std::as_const(out), "expressions");
    const auto named = [](const Expr& value) { return value.is(ExprKind::alias); };
    if (!unpivot && values.size() > 1 && !std::all_of(values.begin(), values.end(), named)) return unknown();
    if (!take_word("FOR")) return unknown();
    TRY(Expr field, pivot_field(unpivot));
    set(out, "field", std::move(field));
    if (!unpivot && words("GROUP", "BY")) {  // sqlglot takes its keys for no columns of what comes out
        TRY(Expr keys, group());
        set(out, "group", std::move(keys));
    }
    if (!take_symbol(")")) return unknown();
    if (word("AS") || alias_at(at_)) {
        TRY(Expr alias, table_alias());
        if (has(alias, "columns")) return unknown();
        set(out, "alias", std::move(alias));
    }
    if (any({"PIVOT", "UNPIVOT"})) return unknown();
    if (reading_ != Reading::to_ask) bare_columns(out);
    return out;
}

/// SUM(a) AS s
Result<Expr> Parser::aggregate() {
    TRY(Expr value, projection());
    const Expr& call = value.is(ExprKind::alias) ? value.children.front() : value;
    if (!call.is(ExprKind::function)) return unknown();
    return value;
}

/// b IN ('x' AS x, 'y'): literals of a PIVOT, columns of an UNPIVOT.
Result<Expr> Parser::pivot_field(bool unpivot) {
    if (!identifier_at(at_)) return unknown();
    Expr out = clause("PIVOTFIELD");
    Expr column = make(ExprKind::column, {}, {take_identifier()});
    column.span = column.children.front().span;
    if (take_symbol(".")) {
        if (unpivot || !identifier_at(at_)) return unknown();
        column.children.push_back(take_identifier());
        column.span.end = column.children.back().span.end;
    }
    set(out, "this", std::move(column));
    if (!take_word("IN") || !take_symbol("(")) return unknown();
    do {
        TRY(Expr item, projection());
        const Expr& value = item.is(ExprKind::alias) ? item.children.front() : item;
        const bool literal = value.is(ExprKind::string) || value.is(ExprKind::number);
        if (unpivot ? !value.is(ExprKind::column) || is_star(value) : !literal) return unknown();
        list(out, "expressions").push_back(std::move(item));
    } while (take_symbol(","));
    if (!take_symbol(")")) return unknown();
    return out;
}

/// The alias and what stands around it.
Status Parser::source_tail(Expr& out) {
    const bool counts = dialect_ == sql::Dialect::postgres || dialect_ == sql::Dialect::duckdb;
    if (words("WITH", "ORDINALITY") && counts) {
        const bool called = (is(out, "TABLE") || is(out, "LATERAL")) && part(out, "this")->is(ExprKind::function);
        if (!called && !is(out, "UNNEST")) return unknown();
        at_ += 2;
        set(out, "ordinality", flag(true));
        if (is(out, "UNNEST") && !word("AS") && !alias_at(at_)) return unknown();
    }
    if (words("WITH", "ORDINALITY") || words("WITH", "OFFSET")) return unknown();
    if (word("AS") || alias_at(at_)) {
        TRY(Expr alias, table_alias());
        if (is(out, "TABLE")) {
            for (std::string& comment : alias.comments) out.comments.push_back(std::move(comment));
            alias.comments.clear();
        }
        set(out, "alias", std::move(alias));
    }
    const bool counted = is(out, "UNNEST") && has(out, "ordinality");
    if (counted && list(std::as_const(*part(out, "alias")), "columns").size() < 2) return unknown();
    if (word("TABLESAMPLE") && (is(out, "TABLE") || is(out, "SUBQUERY"))) {
        TRY(Expr made, sample());
        set(out, "sample", std::move(made));
    }
    const bool pivoted = any({"PIVOT", "UNPIVOT"}) && dialect_ == sql::Dialect::duckdb && !has(out, "sample");
    if (pivoted && (is(out, "TABLE") || is(out, "SUBQUERY"))) {
        TRY(Expr made, pivot());
        set(out, "pivot", std::move(made));
    }
    if (dialect_ == sql::Dialect::clickhouse && reading_ == Reading::to_ask) take_word("FINAL");
    if (word("FOR") && !counts) return unknown();
    if (any({"TABLESAMPLE", "PIVOT", "UNPIVOT", "WITH", "SAMPLE", "FINAL", "AT", "BEFORE", "MATCH_RECOGNIZE"}))
        return unknown();
    return {};
}

Result<Expr> Parser::table_alias() {
    Expr out = clause("TABLEALIAS");
    take_word("AS");
    if (!identifier_at(at_)) return unknown();
    set(out, "this", take_identifier());
    if (!symbol("(")) return out;
    const bool typed = dialect_ == sql::Dialect::postgres && tokens_.kind(at_ + 2) == sql::TokenKind::word;
    if (!typed) {
        TRY(std::vector<Expr> columns, identifiers());
        set_list(out, "columns", std::move(columns));
        return out;
    }
    ++at_;
    do {  // (a INT, b TEXT) of a function that says nothing of its columns
        if (!identifier_at(at_)) return unknown();
        Expr name = take_identifier();
        Result<Expr> type = sql::parse_type_at(tokens_, at_);
        if (!type || type->quoted) return unknown();
        name.children.push_back(std::move(*type));
        list(out, "columns").push_back(std::move(name));
    } while (take_symbol(","));
    if (!take_symbol(")")) return unknown();
    return out;
}

}  // namespace towline::query
