// Queries: WITH, set operations, SELECT and its clauses.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "inference/parser.h"
#include "sql/output_name.h"

namespace towline::inference {
namespace {

constexpr int kDepthMax = 120;
/// Words that start a clause or a join and so end an expression or an alias.
constexpr std::array<std::string_view, 37> kClauseWords = {
    "SELECT",     "FROM",        "WHERE",  "GROUP", "HAVING",  "ORDER",   "LIMIT",   "UNION", "INTERSECT", "EXCEPT",
    "MINUS",      "QUALIFY",     "WINDOW", "INTO",  "OFFSET",  "FETCH",   "LATERAL", "ON",    "USING",     "JOIN",
    "LEFT",       "RIGHT",       "INNER",  "FULL",  "CROSS",   "NATURAL", "OUTER",   "SEMI",  "ANTI",      "ASOF",
    "POSITIONAL", "TABLESAMPLE", "SAMPLE", "PIVOT", "UNPIVOT", "WITH",    "AS"};

}  // namespace

Node::Node() = default;
Node::Node(NodeKind of, std::string words) : kind(of), text(std::move(words)) {}
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(Node&&) noexcept = default;
Node::~Node() = default;

bool Parser::any_word(std::size_t at, Names words) const {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return tokens_.is_word(at, word); });
}
bool Parser::take_word(std::string_view upper) {
    if (!is_word(upper)) return false;
    ++at_;
    return true;
}
bool Parser::take_symbol(std::string_view text) {
    if (!is_symbol(text)) return false;
    ++at_;
    return true;
}
bool Parser::is_identifier(std::size_t at) const {
    return at < tokens_.size() &&
           (tokens_.kind(at) == sql::TokenKind::word || tokens_.kind(at) == sql::TokenKind::quoted_identifier);
}
sql::NamePart Parser::part(std::size_t at) const {
    return {sql::identifier_text(tokens_.text_of(at), dialect_), tokens_.kind(at) == sql::TokenKind::quoted_identifier};
}
std::string Parser::identifier(std::size_t at) const {
    const sql::NamePart named = part(at);
    return sql::normalize_identifier(named.text, named.quoted, dialect_);
}
std::size_t Parser::after(std::size_t at) const {
    const std::size_t close = tokens_.closing(at);
    return close < tokens_.size() ? close + 1 : at + 1;
}
std::vector<std::string> Parser::name_list(std::size_t open) const {
    std::vector<std::string> out;
    for (std::size_t at = open + 1; at < tokens_.closing(open); at = after(at))
        if (is_identifier(at) && (at == open + 1 || tokens_.is_symbol(at - 1, ","))) out.push_back(identifier(at));
    return out;
}
bool Parser::starts_query(std::size_t at) const {
    while (tokens_.is_symbol(at, "(")) ++at;
    return any_word(at, {"SELECT", "WITH", "FROM"});
}
bool Parser::clause_word(std::size_t at) const {
    if (tokens_.kind(at) != sql::TokenKind::word) return false;
    // Words of these clauses alone are names.
    if (any_word(at, {"CLUSTER", "DISTRIBUTE", "SORT", "CONNECT"})) return tokens_.is_word(at + 1, "BY");
    if (tokens_.is_word(at, "START")) return tokens_.is_word(at + 1, "WITH");
    const std::string_view text = tokens_.text_of(at);
    return std::any_of(kClauseWords.begin(), kClauseWords.end(),
                       [&](std::string_view word) { return iequals(word, text); });
}
/// A set operation is one only if a query follows (`* EXCEPT (…)` is none).
bool Parser::set_operation(std::size_t at) const {
    if (!any_word(at, {"UNION", "EXCEPT", "INTERSECT", "MINUS"})) return false;
    do ++at;
    while (any_word(at, {"ALL", "DISTINCT", "BY", "NAME", "STRICT", "CORRESPONDING"}));
    return starts_query(at) || any_word(at, {"VALUES", "TABLE"});
}

std::unique_ptr<Query> Parser::query() {
    at_ = 0;
    return query_at(tokens_.size());
}

std::unique_ptr<Query> Parser::query_at(std::size_t end) {
    if (++depth_ > kDepthMax) return nullptr;
    auto out = std::make_unique<Query>();
    if (is_word("WITH") && !ctes(*out, end)) return nullptr;
    auto left = operand(end);
    for (int operations = 1; left && set_operation(at_); ++operations) {
        // Each is one level of the tree: a longer chain has no types anyway, and would take a stack to walk or destroy.
        if (operations > kDepthMax) {
            left->is_cut = true;
            break;
        }
        auto joined = std::make_unique<Query>();
        ++at_;
        while (any_word(at_, {"ALL", "DISTINCT", "BY", "NAME", "STRICT", "CORRESPONDING"})) {
            joined->by_name = joined->by_name || is_word("NAME");
            ++at_;
        }
        joined->left = std::move(left);
        joined->right = operand(end);
        if (!joined->right) return nullptr;
        left = std::move(joined);
    }
    if (!left) return nullptr;
    left->named_values = left->named_values || out->named_values;
    if (out->ctes.empty()) {
        out = std::move(left);
    } else if (left->ctes.empty()) {
        left->ctes = std::move(out->ctes);
        left->recursive = out->recursive;
        out = std::move(left);
    } else {
        out->left = std::move(left);
    }
    at_ = end;  // ORDER BY and LIMIT of a set operation
    --depth_;
    return out;
}

std::unique_ptr<Query> Parser::operand(std::size_t end) {
    if (is_symbol("(")) return bracketed_query();
    if (is_word("WITH")) {
        auto out = std::make_unique<Query>();
        if (!ctes(*out, end)) return nullptr;
        auto inner = operand(end);
        if (!inner) return nullptr;
        inner->named_values = inner->named_values || out->named_values;
        inner->ctes.insert(inner->ctes.begin(), std::make_move_iterator(out->ctes.begin()),
                           std::make_move_iterator(out->ctes.end()));
        return inner;
    }
    if (!is_word("SELECT") && !is_word("FROM")) return nullptr;
    auto out = std::make_unique<Query>();
    out->select = select(end);
    return out;
}

std::unique_ptr<Query> Parser::bracketed_query() {
    const std::size_t close = tokens_.closing(at_);
    if (close >= tokens_.size()) return nullptr;
    ++at_;
    auto out = query_at(close);
    at_ = close + 1;
    return out;
}

bool Parser::ctes(Query& out, std::size_t end) {
    ++at_;
    if (take_word("RECURSIVE")) out.recursive = true;
    while (at_ < end && dialect_ == sql::Dialect::clickhouse && !tokens_.is_symbol(at_ + 2, "(")) {
        static_cast<void>(expression(end));
        if (!take_word("AS") || !is_identifier(at_)) return false;
        ++at_;
        out.named_values = true;
        if (!take_symbol(",")) return true;
    }
    while (at_ < end && is_identifier(at_)) {
        Cte cte;
        cte.name = identifier(at_++);
        if (is_symbol("(") && !starts_query(at_ + 1)) {
            cte.columns = name_list(at_);
            at_ = after(at_);
        }
        if (is_word("USING") && tokens_.is_word(at_ + 1, "KEY")) at_ = after(at_ + 2);
        take_word("AS");
        while (any_word(at_, {"NOT", "MATERIALIZED"})) ++at_;
        if (!is_symbol("(")) return false;
        cte.query = cte_query();
        if (!cte.query) return false;
        out.ctes.push_back(std::move(cte));
        if (!take_symbol(",")) return true;
    }
    return true;
}

/// The bracket of a common table expression.
std::unique_ptr<Query> Parser::cte_query() {
    auto out = std::make_unique<Query>();
    if (any_word(at_ + 1, {"PIVOT", "UNPIVOT"})) {  // no query to SQLMesh, which then leaves the whole as it is
        at_ = after(at_);
        out->named_values = true;
        return out;
    }
    if (!tokens_.is_word(at_ + 1, "VALUES")) return bracketed_query();
    const std::size_t close = tokens_.closing(at_);
    Source rows;
    ++at_;
    values(rows, close);
    source_tail(rows, close);
    out->select = std::make_unique<Select>();
    out->select->projections.emplace_back(NodeKind::star);
    out->select->from.push_back(std::move(rows));
    at_ = close < tokens_.size() ? close + 1 : tokens_.size();
    return out;
}

std::unique_ptr<Select> Parser::select(std::size_t end) {
    auto out = std::make_unique<Select>();
    const bool from_first = take_word("FROM");
    if (from_first) from(out->from, end);
    if (take_word("SELECT")) {
        select_head(*out, end);
        projections(*out, end);
    } else {
        out->projections.emplace_back(NodeKind::star);
    }
    if (!from_first && take_word("FROM")) from(out->from, end);
    clauses(*out, end);
    return out;
}

void Parser::select_head(Select& out, std::size_t end) {
    while (at_ < end) {
        if (tokens_.kind(at_) == sql::TokenKind::hint || is_word("ALL")) {
            ++at_;
        } else if (is_word("DISTINCT")) {
            ++at_;
            if (is_word("ON") && tokens_.is_symbol(at_ + 1, "(")) {
                const std::size_t close = tokens_.closing(at_ + 1);
                at_ += 2;
                out.strict = list(close);
                at_ = close + 1;
            }
        } else if (is_word("TOP") &&
                   (tokens_.kind(at_ + 1) == sql::TokenKind::number || tokens_.is_symbol(at_ + 1, "("))) {
            at_ = after(at_ + 1);
            if (is_word("PERCENT")) ++at_;
            if (is_word("WITH") && tokens_.is_word(at_ + 1, "TIES")) at_ += 2;
        } else if (is_word("AS") && any_word(at_ + 1, {"STRUCT", "VALUE"})) {
            out.as_struct = tokens_.is_word(at_ + 1, "STRUCT");
            at_ += 2;
        } else {
            return;
        }
    }
}

namespace {
/// T-SQL's SELECT name = value.
bool names_by_equals(sql::Dialect dialect) { return sql::grammar(dialect) == sql::Dialect::tsql; }
}  // namespace

/// Notes the name of an expression that may be a projection without an alias.
void Parser::name_projection(Node& item, std::size_t begin) const {
    if (at_ <= begin || item.kind == NodeKind::column) return;
    std::size_t position = begin;
    const auto parsed = sql::parse_expression_at(tokens_, position);
    if (!parsed || position != at_) return;
    item.called = sql::output_name(*parsed, dialect_).value_or(sql::NamePart{});
}

void Parser::projections(Select& out, std::size_t end) {
    while (at_ < end && !is_word("FROM")) {
        if (take_symbol(",")) continue;  // sqlglot leaves out what is empty
        std::size_t stop = at_;
        while (stop < end && !tokens_.is_symbol(stop, ",") && !(stop > at_ && any_word(stop, {"FROM"})))
            stop = after(stop);
        const std::size_t begin = at_;
        Node item;
        if (star(item, end)) {
            out.projections.push_back(std::move(item));
        } else if (names_by_equals(dialect_) && is_identifier(at_) && tokens_.is_symbol(at_ + 1, "=")) {
            item = Node(NodeKind::alias, identifier(at_));
            at_ += 2;
            item.children.push_back(expression(end));
            out.projections.push_back(std::move(item));
        } else if (dialect_ == sql::Dialect::duckdb && is_identifier(at_) && tokens_.is_symbol(at_ + 1, ":")) {
            item = Node(NodeKind::alias, identifier(at_));  // name: value
            at_ += 2;
            item.children.push_back(expression(end));
            out.projections.push_back(std::move(item));
        } else {
            item = expression(end);
            name_projection(item, begin);
            const bool as = take_word("AS");
            const bool text_alias = tokens_.kind(at_) == sql::TokenKind::string && at_ > begin;
            if (at_ < end && (as || !clause_word(at_)) && (is_identifier(at_) || text_alias)) {
                const std::string quoted =
                    text_alias ? sql::string_value(tokens_.text_of(at_), dialect_) : std::string();
                Node named(NodeKind::alias,
                           text_alias ? sql::normalize_identifier(quoted, true, dialect_) : identifier(at_));
                ++at_;
                named.children.push_back(std::move(item));
                item = std::move(named);
            }
            const bool done = at_ >= end || is_symbol(",") || clause_word(at_);
            if (!done) {  // not understood: keep the alias it ends in
                item = Node(NodeKind::other);
                if (stop >= begin + 2 && is_identifier(stop - 1) && tokens_.is_word(stop - 2, "AS")) {
                    Node named(NodeKind::alias, identifier(stop - 1));
                    named.children.push_back(std::move(item));
                    item = std::move(named);
                }
                at_ = stop;
            }
            out.projections.push_back(std::move(item));
        }
        if (!take_symbol(",")) return;
    }
}

/// `*`, `t.*`, and what may follow.
bool Parser::star(Node& out, std::size_t end) {
    std::size_t at = at_;
    std::vector<sql::NamePart> qualifier;
    while (is_identifier(at) && tokens_.is_symbol(at + 1, ".")) {
        qualifier.push_back(part(at));
        at += 2;
    }
    if (!tokens_.is_symbol(at, "*") || at >= end) return false;
    if (qualifier.empty() && at != at_) return false;
    out = Node(NodeKind::star);
    out.parts = std::move(qualifier);
    at_ = at + 1;
    star_tail(out, end);
    return true;
}

void Parser::star_tail(Node& out, std::size_t end) {
    while (at_ < end && any_word(at_, {"EXCEPT", "EXCLUDE", "REPLACE", "RENAME"}) && !set_operation(at_)) {
        const bool excludes = any_word(at_, {"EXCEPT", "EXCLUDE"});
        const bool replaces = is_word("REPLACE");
        ++at_;
        const bool many = is_symbol("(");
        const std::size_t close = many ? tokens_.closing(at_) : end;
        if (close > end) return;
        if (many) ++at_;
        do {
            if (is_symbol(",")) ++at_;
            Node item(excludes ? NodeKind::column : NodeKind::alias);
            if (!excludes) {
                Node value = expression(close);
                item.kind = replaces ? NodeKind::alias : NodeKind::property;
                take_word("AS");
                item.children.push_back(std::move(value));
            }
            if (is_identifier(at_)) item.text = identifier(at_++);
            out.children.push_back(std::move(item));
        } while (many && at_ < close && is_symbol(","));
        if (many) at_ = close + 1;
    }
}

std::vector<Node> Parser::list(std::size_t end) {
    std::vector<Node> out;
    while (at_ < end) {
        out.push_back(expression(end));
        while (any_word(at_, {"ASC", "DESC", "NULLS", "FIRST", "LAST"})) ++at_;
        if (!take_symbol(",")) return out;
    }
    return out;
}

/// WINDOW w AS (PARTITION BY a), v AS (…): what they hold has no part in the columns, as keys of ORDER BY.
void Parser::named_windows(Select& out) {
    do {
        Node held(NodeKind::window);
        at_ += 3;
        window(held);
        for (Node& key : held.extra) out.order.push_back(std::move(key));
    } while (is_symbol(",") && tokens_.is_word(at_ + 2, "AS") && tokens_.is_symbol(at_ + 3, "("));
}

void Parser::clauses(Select& out, std::size_t end) {
    while (at_ < end && !set_operation(at_)) {
        if (take_word("WHERE")) {
            out.strict.push_back(expression(end));
        } else if (is_word("GROUP") && tokens_.is_word(at_ + 1, "BY")) {
            at_ += 2;
            if (!is_word("ALL")) out.group = list(end);
        } else if (take_word("HAVING") || take_word("QUALIFY")) {
            out.lenient.push_back(expression(end));
        } else if (is_word("ORDER") && tokens_.is_word(at_ + 1, "BY")) {
            at_ += 2;
            if (is_word("ALL")) continue;
            for (Node& key : list(end)) out.order.push_back(std::move(key));
        } else if (is_word("WINDOW") && tokens_.is_word(at_ + 2, "AS") && tokens_.is_symbol(at_ + 3, "(")) {
            named_windows(out);
        } else {
            at_ = after(at_);
        }
    }
}

std::string output_name(const Node& node, sql::Dialect dialect) {
    const auto folded = [&](const sql::NamePart& part) {
        return sql::normalize_identifier(part.text, part.quoted, dialect);
    };
    // A literal keeps its case for as long as nobody folds the names of the whole query.
    if (node.called) return node.called->quoted ? node.called->text : folded(*node.called);
    switch (node.kind) {
        case NodeKind::alias:
        case NodeKind::dot:
        case NodeKind::string:
        case NodeKind::number:
            return node.text;
        case NodeKind::column:
            return folded(node.parts.back());
        case NodeKind::star:
            return "*";
        default:
            return {};
    }
}

}  // namespace towline::inference
