// Comparison on token trees. A query becomes nested sequences in which every select list is a list of items;
// everything else must agree element by element, and a select list may gain items. That is the class of edits
// SQLMesh's tree diff calls non-breaking.
#include "sql/canonical.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/query_walker.h"

namespace towline::sql {
namespace {

/// Keywords that fold even where identifiers keep their case.
constexpr std::array<std::string_view, 34> kKeywords = {
    "SELECT",  "WITH",     "BY",        "ASC",     "DESC",   "CASE",      "NULL",     "TRUE", "FALSE",
    "IS",      "IN",       "LIKE",      "BETWEEN", "EXISTS", "DISTINCT",  "ALL",      "OVER", "ELSE",
    "CAST",    "INTERVAL", "INSERT",    "UPDATE",  "DELETE", "CREATE",    "TABLE",    "VIEW", "DROP",
    "REPLACE", "IF",       "RECURSIVE", "ROWS",    "RANGE",  "PRECEDING", "FOLLOWING"};
/// Functions that give tables; one among new projections outside a subquery changes the rows.
constexpr std::array<std::string_view, 8> kTableFunctions = {
    "UNNEST", "EXPLODE", "EXPLODE_OUTER", "POSEXPLODE", "POSEXPLODE_OUTER", "INLINE", "FLATTEN", "VALUES"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view w) { return iequals(w, word); });
}

std::string canonical_word(const TokenList& tokens, std::size_t at) {
    const std::string_view text = tokens.text_of(at);
    const Normalization rule = normalization(tokens.dialect());
    const bool dotted = tokens.is_symbol(at + 1, ".") || (at > 0 && tokens.is_symbol(at - 1, "."));
    if (rule == Normalization::case_sensitive || (rule == Normalization::bigquery && dotted)) {
        const bool keyword = !dotted && (is_clause_word(tokens, at) || contains(kKeywords, text));
        return keyword ? lower(text) : std::string(text);
    }
    return lower(text);
}

/// The canonical text of a token; "" for one that carries no meaning.
std::string canonical_token(const TokenList& tokens, std::size_t at) {
    const std::string_view text = tokens.text_of(at);
    switch (tokens.kind(at)) {
        case TokenKind::word:
            // `a AS b` and `a b` are the same; between two words AS never changes the meaning.
            return iequals(text, "AS") ? std::string() : canonical_word(tokens, at);
        case TokenKind::quoted_identifier: {
            // A quoted name equals an unquoted one if folding the unquoted one gives it.
            const std::string bare = identifier_text(text, tokens.dialect());
            const std::string folded = normalize_identifier(bare, true, tokens.dialect());
            const bool same =
                is_plain_identifier(folded) && normalize_identifier(folded, false, tokens.dialect()) == folded;
            if (!same) return quote_identifier(folded, Dialect::none);
            const Normalization rule = normalization(tokens.dialect());
            const bool upwards = rule == Normalization::uppercase || rule == Normalization::case_insensitive_uppercase;
            return upwards ? lower(folded) : folded;
        }
        case TokenKind::symbol:
            if (text == "!=") return "<>";
            if (text == "==") return "=";
            return std::string(text);
        default:
            return std::string(text);
    }
}

struct Node {
    enum class Kind { token, bracket, select_list } kind = Kind::token;
    std::string text;                      ///< token; bracket: its opening
    bool query = false;                    ///< bracket: holds a query
    std::vector<Node> children;            ///< bracket
    std::vector<std::vector<Node>> items;  ///< select_list
};

class TreeBuilder {
 public:
    explicit TreeBuilder(const TokenList& tokens) : tokens_(tokens) {}

    std::vector<Node> sequence(std::size_t at, std::size_t end) const {
        std::vector<Node> out;
        while (at < end) {
            if (tokens_.is_word(at, "SELECT")) {
                const std::size_t first = skip_select_modifiers(tokens_, at + 1);
                for (; at < first && at < end; ++at) push(out, at);
                at = select_list(out, first, end);
            } else {
                at = element(out, at, end);
            }
        }
        return out;
    }

 private:
    void push(std::vector<Node>& out, std::size_t at) const {
        std::string text = canonical_token(tokens_, at);
        if (!text.empty()) out.push_back({Node::Kind::token, std::move(text), false, {}, {}});
    }

    std::size_t element(std::vector<Node>& out, std::size_t at, std::size_t end) const {
        const std::size_t close = tokens_.closing(at);
        if (close >= end) {
            push(out, at);
            return at + 1;
        }
        Node bracket;
        bracket.kind = Node::Kind::bracket;
        bracket.text = std::string(tokens_.text_of(at));
        bracket.query = starts_query_at(tokens_, at + 1);
        bracket.children = sequence(at + 1, close);
        out.push_back(std::move(bracket));
        return close + 1;
    }

    std::size_t select_list(std::vector<Node>& out, std::size_t at, std::size_t end) const {
        Node list;
        list.kind = Node::Kind::select_list;
        std::vector<Node> item;
        while (at < end && !ends_select_list(tokens_, at)) {
            if (tokens_.is_symbol(at, ",")) {
                if (!item.empty()) list.items.push_back(std::move(item));
                item.clear();
                ++at;
            } else {
                at = element(item, at, end);
            }
        }
        if (!item.empty()) list.items.push_back(std::move(item));
        out.push_back(std::move(list));
        return at;
    }

    const TokenList& tokens_;
};

bool is_token(const std::vector<Node>& nodes, std::size_t at, std::string_view text) {
    return at < nodes.size() && nodes[at].kind == Node::Kind::token && nodes[at].text == text;
}

bool has_table_function(const std::vector<Node>& nodes) {
    const auto in_list = [](const Node& list) {
        return std::any_of(list.items.begin(), list.items.end(), has_table_function);
    };
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Node& node = nodes[i];
        if (node.kind == Node::Kind::token && contains(kTableFunctions, node.text)) return true;
        if (node.kind == Node::Kind::select_list && in_list(node)) return true;
        // A query in brackets of its own gives one value, whatever it reads; that of EXISTS or ARRAY is looked into.
        const bool own =
            node.query && (i == 0 || nodes[i - 1].kind != Node::Kind::token || is_token(nodes, i - 1, "in"));
        if (node.kind == Node::Kind::bracket && !own && has_table_function(node.children)) return true;
    }
    return false;
}

/// GROUP BY 1 or ORDER BY a, 2 beside the select lists of a sequence.
bool has_ordinals(const std::vector<Node>& nodes) {
    bool keys = false;
    for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
        keys = keys || is_token(nodes, i, "by");
        const Node& next = nodes[i + 1];
        const bool number = next.kind == Node::Kind::token && next.text.front() >= '0' && next.text.front() <= '9';
        if (number && (is_token(nodes, i, "by") || (keys && is_token(nodes, i, ",")))) return true;
    }
    return false;
}

QueryDiff worse(QueryDiff a, QueryDiff b) { return static_cast<int>(a) > static_cast<int>(b) ? a : b; }

QueryDiff compare(const std::vector<Node>& before, const std::vector<Node>& after);

/// `ordinals`: keys are told by their place, which a projection before another one shifts.
QueryDiff compare_lists(const Node& before, const Node& after, bool ordinals) {
    QueryDiff out = QueryDiff::equal;
    std::size_t at = 0;
    for (const std::vector<Node>& item : after.items) {
        const bool left = at < before.items.size();
        if (left && compare(before.items[at], item) == QueryDiff::equal) {
            ++at;
        } else if (has_table_function(item) || (left && ordinals)) {
            return QueryDiff::other;
        } else {
            out = QueryDiff::only_projections_added;
        }
    }
    return at == before.items.size() ? out : QueryDiff::other;
}

QueryDiff compare(const std::vector<Node>& before, const std::vector<Node>& after) {
    if (before.size() != after.size()) return QueryDiff::other;
    QueryDiff out = QueryDiff::equal;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const Node& a = before[i];
        const Node& b = after[i];
        if (a.kind != b.kind || a.text != b.text) return QueryDiff::other;
        if (a.kind == Node::Kind::bracket) out = worse(out, compare(a.children, b.children));
        if (a.kind == Node::Kind::select_list) out = worse(out, compare_lists(a, b, has_ordinals(after)));
        if (out == QueryDiff::other) return out;
    }
    return out;
}

}  // namespace

std::vector<std::string> canonical_tokens(std::string_view text, Dialect dialect) {
    const TokenList tokens = lex(text, dialect);
    std::vector<std::string> out;
    out.reserve(tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        std::string token = canonical_token(tokens, i);
        if (!token.empty()) out.push_back(std::move(token));
    }
    while (!out.empty() && out.back() == ";") out.pop_back();
    return out;
}

std::string canonical_text(std::string_view text, Dialect dialect) {
    return join(canonical_tokens(text, dialect), " ");
}

bool same_statement(std::string_view a, std::string_view b, Dialect dialect) {
    return canonical_tokens(a, dialect) == canonical_tokens(b, dialect);
}

QueryDiff compare_queries(std::string_view old_query, std::string_view new_query, Dialect dialect) {
    if (same_statement(old_query, new_query, dialect)) return QueryDiff::equal;
    const TokenList before = lex(old_query, dialect);
    const TokenList after = lex(new_query, dialect);
    if (!before.check() || !after.check()) return QueryDiff::other;
    const auto length = [](const TokenList& tokens) {
        std::size_t size = tokens.size();
        while (size > 0 && tokens.is_symbol(size - 1, ";")) --size;
        return size;
    };
    return compare(TreeBuilder(before).sequence(0, length(before)), TreeBuilder(after).sequence(0, length(after)));
}

}  // namespace towline::sql
