#include "lint/outer_select.h"

#include <algorithm>
#include <initializer_list>

#include "sql/scopes.h"

namespace towline::lint {
namespace {

using sql::TokenKind;
using sql::TokenList;

constexpr int kDepthMax = 50;

class SelectReader {
 public:
    explicit SelectReader(const TokenList& tokens) : tokens_(tokens) {}

    std::vector<OuterSelect> run() {
        std::size_t end = tokens_.size();
        while (end > 0 && tokens_.is_symbol(end - 1, ";")) --end;
        if (!query(0, end, 0)) out_.clear();
        return std::move(out_);
    }

 private:
    bool word_in(std::size_t at, std::initializer_list<std::string_view> words) const {
        return std::any_of(words.begin(), words.end(), [&](auto word) { return tokens_.is_word(at, word); });
    }
    std::size_t after(std::size_t at, std::size_t end) const {
        const std::size_t close = tokens_.closing(at);
        return close < end ? close + 1 : at + 1;
    }
    bool starts_query(std::size_t at) const {
        while (tokens_.is_symbol(at, "(")) ++at;
        return word_in(at, {"SELECT", "WITH"}) || is_from_first(at);
    }
    /// DuckDB's `FROM t`, which is a star unless a SELECT follows.
    bool is_from_first(std::size_t at) const {
        return tokens_.dialect() == sql::Dialect::duckdb && tokens_.is_word(at, "FROM");
    }
    std::size_t select_of(std::size_t from, std::size_t end) const {
        const std::size_t stop = next_operand(from, end);
        std::size_t at = from;
        while (at < stop && !tokens_.is_word(at, "SELECT")) at = after(at, end);
        return at < stop ? at : end;
    }

    /// The end of a WITH clause that starts at `at`.
    std::size_t after_with(std::size_t at, std::size_t end) const {
        while (at < end && !word_in(at, {"SELECT"}) && !is_from_first(at) &&
               !(tokens_.is_symbol(at, "(") && !is_cte_body(at)))
            at = after(at, end);
        return at;
    }
    bool is_cte_body(std::size_t open) const {
        return open > 0 && (word_in(open - 1, {"AS", "MATERIALIZED"}) || tokens_.kind(open - 1) == TokenKind::word ||
                            tokens_.kind(open - 1) == TokenKind::quoted_identifier);
    }

    bool query(std::size_t at, std::size_t end, int depth) {
        if (depth > kDepthMax || at >= end) return false;
        if (tokens_.is_word(at, "WITH")) at = after_with(at, end);
        while (at < end) {
            if (tokens_.is_symbol(at, "(")) {
                const std::size_t close = tokens_.closing(at);
                if (close >= end || !starts_query(at) || !query(at + 1, close, depth + 1)) return false;
                at = close + 1;
            } else if (tokens_.is_word(at, "SELECT")) {
                at = select(at + 1, end);
            } else if (is_from_first(at)) {
                const std::size_t list = select_of(at, end);
                const std::size_t place = tokens_[at].span.begin;
                if (list == end) out_.push_back({{{true, place, place}}});
                at = list == end ? at : select(list + 1, end);
            } else {
                return false;
            }
            at = next_operand(at, end);
        }
        return true;
    }
    /// The first token of the query after the next set operator, or `end`.
    std::size_t next_operand(std::size_t at, std::size_t end) const {
        for (; at < end; at = after(at, end)) {
            if (!word_in(at, {"UNION", "EXCEPT", "INTERSECT"})) continue;
            std::size_t next = at + 1;
            while (word_in(next, {"ALL", "DISTINCT", "BY", "NAME"})) ++next;
            if (starts_query(next)) return next;
        }
        return end;
    }
    std::size_t select(std::size_t at, std::size_t end) {
        if (word_in(at, {"DISTINCT", "ALL"})) ++at;
        if (tokens_.is_word(at, "ON") && tokens_.is_symbol(at + 1, "(")) at = after(at + 1, end);
        OuterSelect list;
        std::size_t begin = at;
        for (;; at = after(at, end)) {
            const bool stops = at >= end || ends_list(at, end);
            if (!stops && !tokens_.is_symbol(at, ",")) continue;
            if (at > begin) list.projections.push_back(projection(begin, at));
            begin = at + 1;
            if (stops) break;
        }
        out_.push_back(std::move(list));
        return at;
    }
    bool ends_list(std::size_t at, std::size_t end) const {
        if (tokens_.is_word(at, "FROM") && sql::is_other_from(tokens_, at)) return false;
        if (word_in(at, {"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "WINDOW", "QUALIFY", "OFFSET"}))
            return !(at > 0 && (tokens_.is_symbol(at - 1, ".") || tokens_.is_word(at - 1, "AS") ||
                                tokens_.is_word(at - 1, "WITHIN"))) &&
                   !tokens_.is_symbol(at + 1, ",");
        return word_in(at, {"UNION", "EXCEPT", "INTERSECT"}) && next_operand(at, end) != end;
    }

    OuterProjection projection(std::size_t begin, std::size_t end) const {
        OuterProjection out;
        out.begin = tokens_[begin].span.begin;
        out.end = tokens_[end - 1].span.end;
        std::size_t at = begin;
        while (at + 1 < end && tokens_.kind(at) != TokenKind::symbol && tokens_.is_symbol(at + 1, ".")) at += 2;
        out.star = tokens_.is_symbol(at, "*");
        return out;
    }

    const TokenList& tokens_;
    std::vector<OuterSelect> out_;
};

}  // namespace

std::vector<OuterSelect> outer_selects(std::string_view query, sql::Dialect dialect) {
    const TokenList tokens = sql::lex(query, dialect);
    if (!tokens.check()) return {};
    return SelectReader(tokens).run();
}

}  // namespace towline::lint
