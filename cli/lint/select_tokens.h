#pragma once
// Internal to the module: where the clauses of a SELECT stand among its tokens.

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/lexer.h"
#include "sql/scopes.h"

namespace towline::lint {

inline constexpr std::array<std::string_view, 9> kClauses{"WHERE",   "GROUP",  "HAVING", "ORDER", "LIMIT",
                                                          "QUALIFY", "WINDOW", "OFFSET", "FETCH"};

/// A reader of tokens, for those that look for clauses. Brackets are passed over whole. The tokens must outlive it.
class SelectTokens {
 public:
    explicit SelectTokens(const sql::TokenList& tokens) : tokens_(tokens), dialect_(tokens.dialect()) {}

 protected:
    bool word(std::size_t at, std::string_view text) const { return tokens_.is_word(at, text); }
    bool symbol(std::size_t at, std::string_view text) const { return tokens_.is_symbol(at, text); }
    using WordList = std::span<const std::string_view>;
    bool in(std::size_t at, std::initializer_list<std::string_view> words) const {
        return in(at, WordList(words.begin(), words.size()));
    }
    bool in(std::size_t at, WordList words) const {
        if (at > 0 && (symbol(at - 1, ".") || word(at - 1, "WITHIN"))) return false;  // WITHIN GROUP is of a call
        if (symbol(at + 1, ",")) return false;                                        // a column called `group`
        if (word(at, "FROM") && sql::is_other_from(tokens_, at)) return false;
        return std::any_of(words.begin(), words.end(), [&](auto text) { return word(at, text); });
    }
    std::size_t after(std::size_t at, std::size_t end) const {
        const std::size_t close = tokens_.closing(at);
        return close < end ? close + 1 : at + 1;
    }
    std::size_t find(std::size_t at, std::size_t end, std::initializer_list<std::string_view> words) const {
        return find(at, end, WordList(words.begin(), words.size()));
    }
    std::size_t find(std::size_t at, std::size_t end, WordList words) const {
        while (at < end && !in(at, words)) at = after(at, end);
        return std::min(at, end);
    }
    std::size_t set_operator(std::size_t at, std::size_t end) const {
        for (; at < end; at = after(at, end)) {
            if (!in(at, {"UNION", "EXCEPT", "INTERSECT"})) continue;
            std::size_t next = at + 1;
            while (in(next, {"ALL", "DISTINCT", "BY", "NAME"})) ++next;
            if (starts_query(next)) return at;
        }
        return end;
    }
    bool starts_query(std::size_t at) const {
        while (symbol(at, "(")) ++at;
        return in(at, {"SELECT", "WITH"}) || is_from_first(at);
    }
    /// DuckDB's `FROM t`, without a SELECT or before it.
    bool is_from_first(std::size_t at) const {
        return dialect_ == sql::Dialect::duckdb && word(at, "FROM") && !(at > 1 && word(at - 2, "TRIM"));
    }
    bool identifier(std::size_t at, std::size_t end) const {
        return at < end &&
               (tokens_.kind(at) == sql::TokenKind::word || tokens_.kind(at) == sql::TokenKind::quoted_identifier);
    }
    std::string name(std::size_t at) const {
        const bool quoted = tokens_.kind(at) == sql::TokenKind::quoted_identifier;
        return sql::normalize_identifier(sql::identifier_text(tokens_.text_of(at), dialect_), quoted, dialect_);
    }
    std::vector<std::string> name_list(std::size_t open) const {
        std::vector<std::string> out;
        for (std::size_t at = open + 1; at < tokens_.closing(open); ++at)
            if (identifier(at, tokens_.size()) && (at == open + 1 || symbol(at - 1, ","))) out.push_back(name(at));
        return out;
    }

    /// Where the parts of a SELECT stand. A query that is only FROM has no items: it gives all columns.
    struct Layout {
        std::size_t items = 0;
        std::size_t items_end = 0;
        std::size_t distinct_on = std::string::npos;  ///< its bracket
        std::size_t from = 0;
        std::size_t from_end = 0;
        std::size_t tail = 0;
        bool bare = false;
    };
    Layout layout_of(std::size_t begin, std::size_t end) const {
        Layout out;
        std::size_t select = begin;
        if (is_from_first(begin)) {
            out.from = begin + 1;
            out.tail = find(begin + 1, end, kClauses);
            select = find(begin + 1, out.tail, {"SELECT"});
            out.from_end = select;
            out.bare = select == out.tail;
            if (out.bare) return out;
        }
        out.items = select + 1;
        if (in(out.items, {"DISTINCT", "ALL"})) ++out.items;
        if (word(out.items, "ON") && symbol(out.items + 1, "(")) {
            out.distinct_on = out.items + 1;
            out.items = after(out.distinct_on, end);
        }
        const std::size_t clause = find(out.items, end, kClauses);
        out.items_end = out.from > 0 ? clause : std::min(find(out.items, end, {"FROM"}), clause);
        out.tail = find(out.items_end, end, kClauses);
        if (out.from == 0 && out.items_end < out.tail) {
            out.from = out.items_end + 1;
            out.from_end = out.tail;
        }
        return out;
    }

    std::size_t condition_end(std::size_t at, std::size_t end) const {
        while (at < end && !symbol(at, ",")) {
            // LEFT and RIGHT are functions too.
            if (in(at, {"JOIN", "INNER", "CROSS", "NATURAL", "FULL", "ASOF", "ANTI", "SEMI", "LATERAL", "OUTER"}))
                return at;
            if (in(at, {"LEFT", "RIGHT"}) && !symbol(at + 1, "(")) return at;
            at = after(at, end);
        }
        return at;
    }

    const sql::TokenList& tokens_;
    sql::Dialect dialect_;
};

}  // namespace towline::lint
