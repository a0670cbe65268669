// FROM: tables, subqueries, table functions, joins.
#include "base/strings.h"
#include "inference/parser.h"
#include "sql/query_walker.h"

namespace towline::inference {

void Parser::from(std::vector<Source>& out, std::size_t end) {
    source(out, {}, end);
    while (at_ < end) {
        if (is_word("LATERAL") && tokens_.is_word(at_ + 1, "VIEW")) {
            lateral_view(out, end);
            continue;
        }
        Source next;
        if (!join_words(next, end)) return;
        const std::size_t first = out.size();
        source(out, std::move(next), end);
        if (first >= out.size()) continue;
        Source& last = out.back();
        if (dialect_ == sql::Dialect::bigquery && !is_word("ON")) unnest_path(out);
        if (take_word("ON")) {
            last.on.push_back(expression(end));
        } else if (is_word("USING") && tokens_.is_symbol(at_ + 1, "(")) {
            last.using_columns = name_list(at_ + 1);
            at_ = after(at_ + 1);
        }
    }
}

/// BigQuery: FROM t, t.items AS item is an UNNEST of the column.
void Parser::unnest_path(std::vector<Source>& sources) const {
    const auto folded = [&](const sql::NamePart& part) {
        return sql::normalize_identifier(part.text, part.quoted, dialect_);
    };
    Source& last = sources.back();
    if (last.kind != SourceKind::table || last.parts.size() < 2) return;
    const std::string first = folded(last.parts.front());
    for (std::size_t i = 0; i + 1 < sources.size(); ++i) {
        const Source& other = sources[i];
        const std::string name = other.parts.empty() ? std::string() : folded(other.parts.back());
        if (other.alias.value_or(name) != first) continue;
        last.kind = SourceKind::unnest;
        last.items.emplace_back(NodeKind::column);
        last.items.back().parts = std::move(last.parts);
        last.parts.clear();
        return;
    }
}

/// The words of a join up to its table; false if none starts here.
bool Parser::join_words(Source& out, std::size_t end) {
    if (take_symbol(",")) {
        out.joined = true;
        return at_ < end;
    }
    if (take_word("STRAIGHT_JOIN")) {
        out.joined = true;
        return true;
    }
    std::size_t at = at_;
    while (any_word(at, {"NATURAL", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER", "SEMI", "ANTI", "ASOF",
                         "POSITIONAL", "GLOBAL", "ANY", "ALL"})) {
        out.semi = out.semi || any_word(at, {"SEMI", "ANTI"});
        ++at;
        if (tokens_.is_word(at, "APPLY")) out.lateral = true;
    }
    const bool hint = at > at_ && grammar(dialect_) == sql::Dialect::tsql && tokens_.is_word(at + 1, "JOIN");
    if (hint && any_word(at, {"HASH", "LOOP", "MERGE", "REMOTE"})) ++at;
    if (at >= end || !any_word(at, {"JOIN", "APPLY"})) return false;
    at_ = at + 1;
    out.joined = true;
    return true;
}

void Parser::source(std::vector<Source>& out, Source made, std::size_t end) {
    if (at_ >= end) return;
    while (any_word(at_, {"LATERAL", "ONLY"})) {
        made.lateral = made.lateral || is_word("LATERAL");
        ++at_;
    }
    const std::size_t close = tokens_.closing(at_);
    if (is_symbol("(")) {
        if (starts_query(at_ + 1)) {
            made.kind = SourceKind::query;
            made.query = bracketed_query();
        } else if (tokens_.is_word(at_ + 1, "VALUES")) {
            ++at_;
            values(made, close);
            source_tail(made, close);
            at_ = close + 1;
        } else {  // brackets around a join: its tables belong to this FROM
            ++at_;
            const std::size_t first = out.size();
            from(out, close);
            at_ = close < tokens_.size() ? close + 1 : end;
            if (first < out.size()) {
                Source& head = out[first];
                head.joined = head.joined || made.joined;
                head.semi = head.semi || made.semi;
            }
            return;
        }
    } else if (is_word("VALUES")) {
        values(made, end);
    } else if (is_word("UNNEST") && tokens_.is_symbol(at_ + 1, "(")) {
        made.kind = SourceKind::unnest;
        const std::size_t last = tokens_.closing(at_ + 1);
        at_ += 2;
        made.items = list(last);
        at_ = last + 1;
    } else {
        table(made);
    }
    source_tail(made, end);
    out.push_back(std::move(made));
}

void Parser::values(Source& out, std::size_t end) {
    ++at_;
    out.kind = SourceKind::values;
    const bool rows = grammar(dialect_) == sql::Dialect::mysql && is_word("ROW");  // VALUES ROW(1, 'x'), ROW(…)
    if (rows) {                                                                    // sqlglot knows no types of these
        const std::size_t close = tokens_.closing(at_ + 1);
        out.items.emplace_back(NodeKind::other);
        for (std::size_t at = at_ + 2; at < close; at = after(at))
            if (tokens_.is_symbol(at, ",")) out.items.emplace_back(NodeKind::other);
        while (is_word("ROW") && tokens_.is_symbol(at_ + 1, "(")) {
            at_ = after(at_ + 1);
            take_symbol(",");
        }
    } else if (is_symbol("(")) {
        const std::size_t close = tokens_.closing(at_);
        ++at_;
        out.items = list(close);
        at_ = close + 1;
    } else {
        out.items.push_back(expression(end));
    }
    while (at_ < end && is_symbol(",") && tokens_.is_symbol(at_ + 1, "(")) at_ = after(at_ + 1);
}

void Parser::table(Source& out) {
    if (tokens_.kind(at_) == sql::TokenKind::string) {  // a file
        out.kind = SourceKind::function;
        ++at_;
        return;
    }
    if (is_identifier(at_)) at_ = sql::read_table_name(tokens_, at_, tokens_.size(), out.parts);
    if (out.parts.empty()) {
        out.kind = SourceKind::function;
        ++at_;
        return;
    }
    if (is_symbol("(")) {
        out.kind = out.lateral ? SourceKind::lateral : SourceKind::function;
        at_ = after(at_);
    }
}

bool Parser::alias_here(std::size_t end) const {
    const bool name = is_word("AS") || (is_identifier(at_) && !clause_word(at_));
    return at_ < end && name && !is_word("WINDOW") && !set_operation(at_);
}

/// What follows a table: samples, times, pivots, the alias.
void Parser::source_tail(Source& out, std::size_t end) {
    while (at_ < end) {
        if (any_word(at_, {"FINAL", "ORDINALITY"})) {
            ++at_;
        } else if (is_word("WITH") && any_word(at_ + 1, {"ORDINALITY", "OFFSET"})) {
            const bool offset = tokens_.is_word(at_ + 1, "OFFSET");
            at_ += 2;
            if (!offset) continue;
            out.offset = sql::normalize_identifier("offset", false, dialect_);
            if (take_word("AS") || (is_identifier(at_) && !clause_word(at_))) out.offset = identifier(at_++);
        } else if (any_word(at_, {"TABLESAMPLE", "SAMPLE"})) {
            ++at_;
            while (at_ < end && is_identifier(at_) && !is_symbol("(")) ++at_;
            if (is_symbol("(")) at_ = after(at_);
        } else if (is_word("FOR") && any_word(at_ + 1, {"SYSTEM_TIME", "VERSION", "TIMESTAMP"})) {
            at_ += 2;
            while (any_word(at_, {"AS", "OF"})) ++at_;
            static_cast<void>(expression(end));
        } else if (any_word(at_, {"PIVOT", "UNPIVOT"})) {
            pivots(out, end);
        } else if (is_word("MATCH_RECOGNIZE")) {
            out.pivoted = true;
            while (at_ < end && !is_symbol("(")) ++at_;
            at_ = after(at_);
        } else if (any_word(at_, {"AT", "BEFORE", "WITH"}) && tokens_.is_symbol(at_ + 1, "(")) {
            at_ = after(at_ + 1);
        } else if (!out.alias && alias_here(end)) {
            const bool as = take_word("AS");
            const bool only_columns = as && is_symbol("(");  // AS (a, b)
            if (!is_identifier(at_) && !only_columns) return;
            if (!only_columns) out.alias = identifier(at_++);
            if (is_symbol("(")) {
                out.columns = name_list(at_);
                at_ = after(at_);
            }
        } else {
            return;
        }
    }
}

/// LATERAL VIEW [OUTER] f(x) t AS a, b
void Parser::lateral_view(std::vector<Source>& out, std::size_t end) {
    at_ += 2;
    take_word("OUTER");
    Source made;
    made.kind = SourceKind::lateral;
    made.lateral = true;
    made.joined = true;
    made.items.push_back(expression(end));
    if (is_identifier(at_) && !clause_word(at_)) made.alias = identifier(at_++);
    if (take_word("AS")) {
        do {
            take_symbol(",");
            if (is_identifier(at_)) made.columns.push_back(identifier(at_++));
        } while (at_ < end && is_symbol(","));
    }
    out.push_back(std::move(made));
}

}  // namespace towline::inference
