#include <algorithm>
#include <array>

#include "base/strings.h"
#include "query/parser.h"

// What stands behind the projections of a SELECT and behind set operations, but for FROM.

namespace towline::query {
Status Parser::clauses(Expr& out) {
    while (at_ < tokens_.size() && !symbol(";") && !any({"UNION", "EXCEPT", "INTERSECT"})) {
        TRY(const bool known, clause_at(out));
        if (!known) return unknown();
    }
    // The reference prints it behind them, where DuckDB does not read it.
    if (has(out, "sample") && (has(out, "order") || has(out, "limit"))) return unknown();
    return {};
}

/// One clause of a SELECT; false if none starts here.
Result<bool> Parser::clause_at(Expr& out) {
    if (is(out, "SELECT")) {
        if (word("FROM")) {
            if (has(out, "from")) return unknown();
            TRY_STATUS(from(out));
            return true;
        }
        for (const auto& [name, key] : {std::pair{"WHERE", "where"}, {"HAVING", "having"}, {"QUALIFY", "qualify"}}) {
            if (!word(name)) continue;
            Expr made = clause(name);
            made.comments = comments_of(at_++);
            TRY(Expr condition, expression());
            set(made, "this", std::move(condition));
            set(out, key, std::move(made));
            return true;
        }
        if (words("GROUP", "BY")) {
            TRY(Expr made, group());
            set(out, "group", std::move(made));
            return true;
        }
        if (word("WINDOW")) {
            TRY_STATUS(named_windows(out));
            return true;
        }
        if (words("USING", "SAMPLE") && dialect_ == sql::Dialect::duckdb && !has(out, "sample")) {
            ++at_;
            TRY(Expr made, sample());
            set(out, "sample", std::move(made));
            return true;
        }
    }
    return modifier(out);
}

/// What may stand behind set operations too.
Result<bool> Parser::modifier(Expr& out) {
    if (words("ORDER", "BY")) {
        TRY(Expr made, order());
        set(out, "order", std::move(made));
        return true;
    }
    if (any({"LIMIT", "FETCH"})) {
        if (has(out, "limit")) return unknown();
        TRY(Expr made, limit());
        set(out, "limit", std::move(made));
        const bool pair = symbol(",") && sql::grammar(dialect_) != sql::Dialect::clickhouse;
        if (pair && !has(out, "offset")) {  // LIMIT 5, 10 skips five
            ++at_;
            Expr offset = clause("OFFSET");
            set(offset, "expression", std::move(*part(*part(out, "limit"), "expression")));
            TRY(Expr count, expression());
            set(*part(out, "limit"), "expression", std::move(count));
            set(out, "offset", std::move(offset));
        }
        if (symbol(",") || word("BY")) return unknown();
        return true;
    }
    if (word("OFFSET")) {
        Expr made = clause("OFFSET");
        made.comments = comments_of(at_++);
        TRY(Expr count, expression());
        if (any({"ROW", "ROWS"})) ++at_;
        set(made, "expression", std::move(count));
        set(out, "offset", std::move(made));
        return true;
    }
    const bool locks = dialect_ == sql::Dialect::postgres || dialect_ == sql::Dialect::duckdb;
    return word("FOR") && locks ? lock(out) : Result<bool>(false);
}

/// FOR UPDATE, FOR SHARE NOWAIT
Result<bool> Parser::lock(Expr& out) {
    static constexpr std::array<std::string_view, 4> kKinds = {"UPDATE", "SHARE", "NO KEY UPDATE", "KEY SHARE"};
    ++at_;
    std::string kind;
    while (any({"NO", "KEY", "UPDATE", "SHARE"})) kind += (kind.empty() ? "" : " ") + upper(tokens_.text_of(at_++));
    if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end() || word("OF")) return unknown();
    Expr made = clause("LOCK");
    if (take_word("NOWAIT")) kind += " NOWAIT";
    if (take_words("SKIP", "LOCKED")) kind += " SKIP LOCKED";
    set(made, "kind", query::word(kind));
    list(out, "locks").push_back(std::move(made));
    return true;
}

Result<Expr> Parser::group() {
    Expr out = clause("GROUP");
    out.comments = comments_of(at_ + 1);
    at_ += 2;
    if (word("ALL") && !tokens_.is_symbol(at_ + 1, ".")) {
        ++at_;
        set(out, "all", flag(true));
        return out;
    }
    do {
        const bool brackets = tokens_.is_symbol(at_ + 1, "(");
        if (word("ROLLUP") || word("CUBE")) {
            if (!brackets) return unknown();
            const std::string name = upper(tokens_.text_of(at_++));
            TRY(Expr made, grouping(name));
            list(out, name == "CUBE" ? "cube" : "rollup").push_back(std::move(made));
        } else if (words("GROUPING", "SETS")) {
            at_ += 2;
            TRY(Expr made, grouping("GROUPING SETS"));
            list(out, "grouping_sets").push_back(std::move(made));
        } else {
            TRY(Expr key, expression());
            list(out, "expressions").push_back(std::move(key));
            if (symbol(",")) {
                for (std::string& comment : comments_of(at_))
                    list(out, "expressions").back().comments.push_back(std::move(comment));
            }
        }
    } while (next_item());
    if (word("WITH")) return unknown();
    return out;
}

Result<Expr> Parser::grouping(std::string_view name) {
    Expr out = clause(std::string(name));
    if (!take_symbol("(")) return unknown();
    do {
        const bool sets = words("GROUPING", "SETS");
        const bool inner = sets || (any({"ROLLUP", "CUBE"}) && tokens_.is_symbol(at_ + 1, "("));
        if (name == "GROUPING SETS" && inner) {
            if (++groupings_ > kQueryDepthMax) return unknown();
            const std::string other = sets ? "GROUPING SETS" : upper(tokens_.text_of(at_));
            at_ += sets ? 2 : 1;
            TRY(Expr made, grouping(other));
            list(out, "expressions").push_back(std::move(made));
            continue;
        }
        TRY(Expr key, expression());
        list(out, "expressions").push_back(std::move(key));
    } while (take_symbol(","));
    if (!take_symbol(")")) return unknown();
    return out;
}

bool Parser::next_item() {
    if (!take_symbol(",")) return false;
    while (take_symbol(",")) continue;
    // LIMIT is a name there.
    const bool ends = any({"FROM", "WHERE", "HAVING", "QUALIFY", "UNION", "INTERSECT", "EXCEPT"});
    return at_ < tokens_.size() && !ends && !words("GROUP", "BY") && !words("ORDER", "BY");
}

Result<Expr> Parser::order() {
    Expr out = clause("ORDER");
    out.comments = comments_of(at_ + 1);
    at_ += 2;
    do {
        const std::size_t begin = at_;
        Result<Expr> key = sql::parse_ordered_at(tokens_, at_);
        if (!key) return unknown();
        TRY_STATUS(complete(*key));
        take_comments(*key, begin, at_);
        const bool directed = has(*key, "desc") || tokens_.is_word(at_ - 2, "NULLS");
        if (directed)  // its last word is no part of the value
            for (std::string& comment : comments_of(at_ - 1)) key->comments.push_back(std::move(comment));
        list(out, "expressions").push_back(std::move(*key));
    } while (next_item());
    return out;
}

Result<Expr> Parser::limit() {
    Expr out = clause(word("LIMIT") ? "LIMIT" : "FETCH");
    out.comments = comments_of(at_++);
    const bool duckdb = dialect_ == sql::Dialect::duckdb;
    if (is(out, "LIMIT")) {
        const bool percent = duckdb && tokens_.kind(at_) == sql::TokenKind::number &&
                             (tokens_.is_symbol(at_ + 1, "%") || tokens_.is_word(at_ + 1, "PERCENT"));
        if (percent) {
            set(out, "expression", sql::number_literal(std::string(tokens_.text_of(at_))));
            set(out, "percent", flag(true));
            at_ += 2;
            return out;
        }
        if (word("ALL")) return unknown();  // a column to the reference
        TRY(Expr count, expression());
        set(out, "expression", std::move(count));
        if (symbol("%") || word("PERCENT")) return unknown();
        if (dialect_ == sql::Dialect::clickhouse && reading_ == Reading::to_ask && take_word("BY")) {
            do {
                TRY(Expr key, expression());
                list(out, "expressions").push_back(std::move(key));
            } while (take_symbol(","));
        }
        return out;
    }
    if (!any({"FIRST", "NEXT"})) return unknown();
    set(out, "direction", query::word(upper(tokens_.text_of(at_++))));
    if (!any({"ROW", "ROWS"})) {
        TRY(Expr count, expression());
        set(out, "expression", std::move(count));
    } else if (dialect_ != sql::Dialect::postgres) {
        return unknown();
    }
    if (!any({"ROW", "ROWS"})) return unknown();
    ++at_;
    if (dialect_ == sql::Dialect::postgres && take_words("WITH", "TIES")) {
        set(out, "ties", flag(true));
    } else if (!take_word("ONLY")) {
        return unknown();
    }
    if (duckdb) {
        out.text = "LIMIT";
        remove(out, "direction");
    }
    return out;
}

/// WINDOW w AS (PARTITION BY a), v AS (w ORDER BY b)
Status Parser::named_windows(Expr& out) {
    static constexpr std::array<sql::Dialect, 2> kKnown = {sql::Dialect::duckdb, sql::Dialect::postgres};
    const bool known = std::any_of(kKnown.begin(), kKnown.end(), [&](sql::Dialect each) { return dialect_ == each; });
    if (!known && reading_ != Reading::to_ask) return unknown();
    if (has(out, "windows")) return unknown();
    ++at_;
    do {
        const std::size_t begin = at_;
        Result<Expr> made = sql::parse_named_window_at(tokens_, at_);
        if (!made) return unknown();
        TRY_STATUS(complete(*made));
        take_comments(*made, begin, at_);
        list(out, "windows").push_back(std::move(*made));
    } while (take_symbol(","));
    return {};
}

}  // namespace towline::query
