#include "lint/scope_order.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace towline::lint {
namespace {

constexpr int kDepthMax = 50;

class ScopeWalker {
 public:
    explicit ScopeWalker(const sql::TokenList& tokens) : tokens_(tokens), order_(tokens.size(), 0) {}

    std::vector<std::size_t> run() {
        query(0, tokens_.size(), 0);
        return std::move(order_);
    }

 private:
    struct Inner {
        std::size_t begin = 0;
        std::size_t end = 0;
    };

    bool word_in(std::size_t at, std::initializer_list<std::string_view> words) const {
        if (at > 0 && tokens_.is_symbol(at - 1, ".")) return false;
        return std::any_of(words.begin(), words.end(), [&](auto word) { return tokens_.is_word(at, word); });
    }
    bool starts_query(std::size_t at) const {
        while (tokens_.is_symbol(at, "(")) ++at;
        return word_in(at, {"SELECT", "WITH"});
    }
    std::size_t after(std::size_t at, std::size_t end) const {
        const std::size_t close = tokens_.closing(at);
        return close < end ? close + 1 : at + 1;
    }

    void query(std::size_t begin, std::size_t end, int depth) {
        if (depth > kDepthMax) return;
        std::size_t at = begin;
        if (word_in(at, {"WITH"}))
            for (++at; at < end && !word_in(at, {"SELECT"}); at = after(at, end)) {
                const bool body = word_in(at - 1, {"AS", "MATERIALIZED"}) && tokens_.closing(at) < end;
                if (tokens_.is_symbol(at, "(") && body) query(at + 1, tokens_.closing(at), depth + 1);
                if (tokens_.is_symbol(at, "(") && !body && starts_query(at)) break;
            }
        while (at < end) {
            std::size_t stop = at;
            while (stop < end && !(word_in(stop, {"UNION", "EXCEPT", "INTERSECT"}) && stop > at))
                stop = after(stop, end);
            operand(at, stop, depth);
            at = stop;
        }
        number(begin, end);
    }

    void operand(std::size_t begin, std::size_t end, int depth) {
        std::vector<Inner> derived;
        std::vector<Inner> subqueries;
        bool from = false;
        for (std::size_t at = begin; at < end; ++at) {
            if (word_in(at, {"FROM", "JOIN"})) from = true;
            if (word_in(at, {"ON", "USING", "WHERE", "GROUP", "HAVING", "ORDER", "QUALIFY", "LIMIT"})) from = false;
            if (!tokens_.is_symbol(at, "(") || tokens_.closing(at) >= end) continue;
            if (!starts_query(at + 1)) {
                if (!from) continue;
                at = tokens_.closing(at);  // arguments of a table function
                continue;
            }
            (from ? derived : subqueries).push_back({at + 1, tokens_.closing(at)});
            at = tokens_.closing(at);
        }
        for (const auto* list : {&derived, &subqueries})
            for (const Inner& inner : *list) query(inner.begin, inner.end, depth + 1);
        number(begin, end);
    }

    /// The tokens that no inner query has taken.
    void number(std::size_t begin, std::size_t end) {
        ++count_;
        for (std::size_t at = begin; at < end; ++at)
            if (order_[at] == 0) order_[at] = count_;
    }

    const sql::TokenList& tokens_;
    std::vector<std::size_t> order_;
    std::size_t count_ = 0;
};

}  // namespace

std::vector<std::size_t> scope_order(const sql::TokenList& tokens) { return ScopeWalker(tokens).run(); }

}  // namespace towline::lint
