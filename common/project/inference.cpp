#include "project/inference.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "project/render_scope.h"
#include "sql/scopes.h"

// A small reader of queries: WITH, set operations, SELECT, FROM with joins and subqueries. It looks at
// tokens, never changes them, and says "unknown" as soon as it meets something else.

namespace towline::project {
namespace {

using model::Columns;
using Tables = std::map<std::string, Columns>;
using Ctes = std::map<std::string, std::optional<Columns>>;

constexpr int kDepthMax = 60;

/// One item of a FROM clause.
struct Source {
    std::string alias;  ///< folded
    std::optional<Columns> columns;
};

class QueryReader {
 public:
    QueryReader(const sql::TokenList& tokens, const std::string& catalog, const Tables& tables)
        : tokens_(tokens), dialect_(tokens.dialect()), catalog_(catalog), tables_(tables) {}

    std::optional<Columns> query(std::size_t begin, std::size_t end, Ctes ctes, int depth) const {
        if (depth > kDepthMax || begin >= end) return std::nullopt;
        if (tokens_.is_symbol(begin, "(") && tokens_.closing(begin) == end - 1)
            return query(begin + 1, end - 1, ctes, depth + 1);
        if (tokens_.is_word(begin, "WITH") && !with(begin, end, ctes, depth)) return std::nullopt;
        if (tokens_.is_symbol(begin, "(")) return query(begin + 1, tokens_.closing(begin), ctes, depth + 1);
        if (!tokens_.is_word(begin, "SELECT")) return std::nullopt;
        const std::size_t stop = find_word(begin, end, {"UNION", "EXCEPT", "INTERSECT"}, true);
        return select(begin, stop, ctes, depth);
    }

 private:
    bool word_in(std::size_t at, std::initializer_list<std::string_view> words) const {
        return std::any_of(words.begin(), words.end(),
                           [&](std::string_view word) { return tokens_.is_word(at, word); });
    }
    std::size_t after(std::size_t at, std::size_t end) const {
        const std::size_t close = tokens_.closing(at);
        return close < end ? close + 1 : at + 1;
    }
    /// The first of the words outside brackets. A set operation is one only if a query follows (`* EXCEPT
    /// (…)` is none).
    std::size_t find_word(std::size_t begin, std::size_t end, std::initializer_list<std::string_view> words,
                          bool set_operation = false) const {
        for (std::size_t at = begin; at < end; at = after(at, end)) {
            if (!word_in(at, words)) continue;
            if (!set_operation) return at;
            std::size_t next = at + 1;
            while (word_in(next, {"ALL", "DISTINCT", "BY", "NAME"})) ++next;
            if (word_in(next, {"SELECT", "WITH"}) ||
                (tokens_.is_symbol(next, "(") && word_in(next + 1, {"SELECT", "WITH"})))
                return at;
        }
        return end;
    }
    std::string identifier(std::size_t at) const {
        const bool quoted = tokens_.kind(at) == sql::TokenKind::quoted_identifier;
        return sql::normalize_identifier(sql::identifier_text(tokens_.text_of(at), dialect_), quoted,
                                         dialect_);
    }
    bool is_identifier(std::size_t at, std::size_t end) const {
        return at < end && (tokens_.kind(at) == sql::TokenKind::word ||
                            tokens_.kind(at) == sql::TokenKind::quoted_identifier);
    }
    std::vector<std::string> name_list(std::size_t open) const {
        std::vector<std::string> out;
        for (std::size_t at = open + 1; at < tokens_.closing(open); ++at)
            if (is_identifier(at, tokens_.size()) && (at == open + 1 || tokens_.is_symbol(at - 1, ",")))
                out.push_back(identifier(at));
        return out;
    }
    static void rename(std::optional<Columns>& columns, const std::vector<std::string>& names) {
        if (!columns) {
            columns.emplace();
            for (const std::string& name : names) columns->push_back({name, {}});
            return;
        }
        for (std::size_t i = 0; i < names.size() && i < columns->size(); ++i) (*columns)[i].name = names[i];
    }

    bool with(std::size_t& begin, std::size_t end, Ctes& ctes, int depth) const {
        ++begin;
        const bool recursive = tokens_.is_word(begin, "RECURSIVE");
        if (recursive) ++begin;
        while (is_identifier(begin, end)) {
            const std::string name = identifier(begin++);
            std::vector<std::string> names;
            if (tokens_.is_symbol(begin, "(")) {
                names = name_list(begin);
                begin = after(begin, end);
            }
            if (!tokens_.is_word(begin, "AS")) return false;
            ++begin;
            while (word_in(begin, {"NOT", "MATERIALIZED"})) ++begin;
            if (!tokens_.is_symbol(begin, "(") || tokens_.closing(begin) >= end) return false;
            auto columns = query(begin + 1, tokens_.closing(begin), ctes, depth + 1);
            if (!names.empty()) rename(columns, names);
            ctes[name] = std::move(columns);
            begin = tokens_.closing(begin) + 1;
            if (!tokens_.is_symbol(begin, ",")) return true;
            ++begin;
        }
        return true;
    }

    std::optional<Columns> select(std::size_t begin, std::size_t end, const Ctes& ctes, int depth) const {
        std::size_t at = begin + 1;
        if (word_in(at, {"DISTINCT", "ALL"})) ++at;
        if (tokens_.is_word(at, "ON") && tokens_.is_symbol(at + 1, "(")) at = after(at + 1, end);
        const std::size_t from = find_word(at, end, {"FROM"});
        const std::size_t tail = find_word(
            at, end, {"WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "WINDOW", "QUALIFY", "OFFSET", "FETCH"});
        std::vector<Source> from_items;
        if (from < end) from_items = sources(from + 1, tail, ctes, depth);
        Columns out;
        const std::size_t last = std::min(from, tail);
        while (at < last) {
            std::size_t stop = at;
            while (stop < last && !tokens_.is_symbol(stop, ",")) stop = after(stop, last);
            if (stop > at && !projection(at, stop, from_items, out)) return std::nullopt;
            at = stop + 1;
        }
        std::set<std::string> names;
        for (const model::Column& column : out)
            if (column.name.empty() || !names.insert(column.name).second) return std::nullopt;
        return out;
    }

    std::vector<Source> sources(std::size_t at, std::size_t end, const Ctes& ctes, int depth) const {
        std::vector<Source> out;
        while (at < end) {
            while (word_in(at, {"LATERAL", "ONLY"})) ++at;
            out.push_back(source(at, end, ctes, depth));
            bool using_clause = false;
            while (at < end && !tokens_.is_symbol(at, ",") && !tokens_.is_word(at, "JOIN")) {
                using_clause = using_clause || tokens_.is_word(at, "USING") || tokens_.is_word(at, "NATURAL");
                at = after(at, end);
            }
            // A merged column stands once in the result; which one is not worth guessing for `*`.
            if (using_clause && !out.empty()) out.push_back({"", std::nullopt});
            ++at;
        }
        return out;
    }
    Source source(std::size_t& at, std::size_t end, const Ctes& ctes, int depth) const {
        Source out;
        if (tokens_.is_symbol(at, "(")) {
            const std::size_t close = tokens_.closing(at);
            if (close < end) out.columns = query(at + 1, close, ctes, depth + 1);
            at = after(at, end);
        } else {
            table(at, end, ctes, out);
        }
        if (tokens_.is_word(at, "AS")) ++at;
        const bool keyword =
            word_in(at, {"ON", "USING", "JOIN", "LEFT", "RIGHT", "INNER", "FULL", "CROSS", "NATURAL", "ASOF",
                         "ANTI", "SEMI", "POSITIONAL", "TABLESAMPLE", "WITH"});
        if (is_identifier(at, end) && !keyword) {
            out.alias = identifier(at++);
            if (tokens_.is_symbol(at, "(") && tokens_.closing(at) < end) {
                rename(out.columns, name_list(at));
                at = after(at, end);
            }
        }
        return out;
    }
    void table(std::size_t& at, std::size_t end, const Ctes& ctes, Source& out) const {
        std::vector<sql::NamePart> parts;
        while (is_identifier(at, end)) {
            parts.push_back({sql::identifier_text(tokens_.text_of(at), dialect_),
                             tokens_.kind(at) == sql::TokenKind::quoted_identifier});
            ++at;
            if (!tokens_.is_symbol(at, ".")) break;
            ++at;
        }
        if (parts.empty()) {
            ++at;
            return;
        }
        out.alias = sql::normalize_identifier(parts.back().text, parts.back().quoted, dialect_);
        if (tokens_.is_symbol(at, "(")) {  // a table function: its columns are the engine's secret
            at = after(at, end);
            return;
        }
        if (const auto cte = ctes.find(out.alias); parts.size() == 1 && cte != ctes.end()) {
            out.columns = cte->second;
            return;
        }
        const auto known = tables_.find(sql::fqn(parts, dialect_, catalog_));
        if (known != tables_.end()) out.columns = known->second;
    }

    /// Adds the columns of one projection; false if they cannot be known.
    bool projection(std::size_t begin, std::size_t end, const std::vector<Source>& from, Columns& out) const {
        std::string qualifier;
        std::size_t at = begin;
        if (is_identifier(at, end) && tokens_.is_symbol(at + 1, ".") && tokens_.is_symbol(at + 2, "*")) {
            qualifier = identifier(at);
            at += 2;
        }
        if (tokens_.is_symbol(at, "*") && at < end) return star(at + 1, end, qualifier, from, out);
        const auto parsed = parse(begin, end);
        if (!parsed) return aliased_only(begin, end, out);
        const sql::Expr& expr = *parsed;
        std::string name;
        if (expr.is(sql::ExprKind::alias)) {
            name = sql::normalize_identifier(expr.text, expr.quoted, dialect_);
        } else if (expr.is(sql::ExprKind::column) && !expr.children.empty()) {
            const sql::Expr& last = expr.children.back();
            name = sql::normalize_identifier(last.text, last.quoted, dialect_);
        } else if (expr.is(sql::ExprKind::cast) && expr.children[0].is(sql::ExprKind::column)) {
            const sql::Expr& last = expr.children[0].children.back();
            name = sql::normalize_identifier(last.text, last.quoted, dialect_);
        }
        const auto column = [&](const sql::Expr& reference) { return column_type(reference, from); };
        out.push_back({name, expression_type(expr, dialect_, column)});
        return !name.empty();
    }
    /// The tokens as one expression, nothing if they are none. Where they stand, or else as a text of their
    /// own.
    std::optional<sql::Expr> parse(std::size_t begin, std::size_t end) const {
        std::size_t position = begin;
        if (find_distinct(begin, end) == end)
            if (auto parsed = sql::parse_expression_at(tokens_, position, true); parsed && position == end)
                return std::move(*parsed);
        const std::string text = without_distinct(begin, end);
        const sql::TokenList own = sql::lex(text, dialect_);
        position = 0;
        auto parsed = sql::parse_expression_at(own, position, true);
        if (!parsed || position != own.size()) return std::nullopt;
        return std::move(*parsed);
    }
    std::size_t find_distinct(std::size_t begin, std::size_t end) const {
        while (begin < end && !tokens_.is_word(begin, "DISTINCT")) ++begin;
        return begin;
    }
    /// The text of the tokens; `COUNT(DISTINCT x)` has the type of `COUNT(x)`.
    std::string without_distinct(std::size_t begin, std::size_t end) const {
        std::string out;
        for (std::size_t at = begin; at < end; ++at) {
            if (tokens_.is_word(at, "DISTINCT") && at > begin && tokens_.is_symbol(at - 1, "(")) continue;
            if (!out.empty()) out += tokens_.gap(at).of(tokens_.text());
            out += tokens_.text_of(at);
        }
        return out;
    }
    /// An expression that is not understood still has a name if it ends in one.
    bool aliased_only(std::size_t begin, std::size_t end, Columns& out) const {
        if (end < begin + 2 || !is_identifier(end - 1, end) || !tokens_.is_word(end - 2, "AS")) return false;
        out.push_back({identifier(end - 1), {}});
        return true;
    }
    bool star(std::size_t at, std::size_t end, const std::string& qualifier, const std::vector<Source>& from,
              Columns& out) const {
        std::set<std::string> excluded;
        if (at < end) {
            if (!word_in(at, {"EXCEPT", "EXCLUDE"}) || !tokens_.is_symbol(at + 1, "(") ||
                tokens_.closing(at + 1) + 1 != end)
                return false;
            for (std::string& name : name_list(at + 1)) excluded.insert(std::move(name));
        }
        bool any = false;
        for (const Source& source : from) {
            if (!qualifier.empty() && source.alias != qualifier) continue;
            if (!source.columns) return false;
            any = true;
            for (const model::Column& column : *source.columns)
                if (!excluded.contains(column.name))
                    out.push_back({column.name, column.type == "UNKNOWN" ? std::string() : column.type});
        }
        return any;
    }
    std::string column_type(const sql::Expr& reference, const std::vector<Source>& from) const {
        if (reference.children.empty()) return {};
        const auto folded = [&](const sql::Expr& part) {
            return sql::normalize_identifier(part.text, part.quoted, dialect_);
        };
        const std::string name = folded(reference.children.back());
        const std::string qualifier =
            reference.children.size() > 1 ? folded(reference.children[reference.children.size() - 2]) : "";
        for (const Source& source : from) {
            if (!source.columns || (!qualifier.empty() && source.alias != qualifier)) continue;
            for (const model::Column& column : *source.columns)
                if (column.name == name) return column.type == "UNKNOWN" ? std::string() : column.type;
        }
        return {};
    }

    const sql::TokenList& tokens_;
    sql::Dialect dialect_;
    const std::string& catalog_;
    const Tables& tables_;
};

void add_managed_columns(model::Node& node, sql::Dialect dialect) {
    if (!model::is_scd(node) || !node.columns_to_types) return;
    for (const std::string* quoted : {&node.kind.valid_from_name, &node.kind.valid_to_name}) {
        const std::string name = sql::identifier_text(*quoted, dialect);
        std::erase_if(*node.columns_to_types,
                      [&](const model::Column& column) { return column.name == name; });
        node.columns_to_types->push_back({name, node.kind.time_data_type});
    }
}

}  // namespace

std::optional<Columns> query_columns(std::string_view query, sql::Dialect dialect,
                                     const std::string& default_catalog,
                                     const std::map<std::string, Columns>& tables) {
    const sql::TokenList tokens = sql::lex(query, dialect);
    if (!tokens.check()) return std::nullopt;
    return QueryReader(tokens, default_catalog, tables).query(0, tokens.size(), {}, 0);
}

void describe_columns(model::Node& node, const sql::QueryAnalysis& analysis, sql::Dialect dialect) {
    if (!node.column_descriptions.empty()) return;
    for (const sql::Projection& projection : analysis.projections)
        if (projection.name && !projection.comment.empty())
            node.column_descriptions[sql::normalize_identifier(projection.name->text, projection.name->quoted,
                                                               dialect)] = projection.comment;
}

void infer_columns(model::Node& node, const std::string& expanded) {
    const sql::Dialect dialect = sql::dialect_from(node.dialect).value_or(sql::Dialect::none);
    if (node.source_type == model::SourceType::seed) {
        node.columns_to_types = node.columns ? *node.columns : node.seed.derived_columns;
        return;
    }
    node.columns_to_types = node.columns;
    if (node.source_type != model::SourceType::sql) return;
    std::string late;
    if (expanded.empty()) {
        auto query = expanded_query(node, RenderContext{});
        if (!query) return;
        late = std::move(*query);
        if (const auto analysis = sql::analyze_query(late, dialect))
            describe_columns(node, *analysis, dialect);
    }
    if (!node.columns)
        node.columns_to_types = query_columns(expanded.empty() ? late : expanded, dialect,
                                              node.default_catalog.value_or(""), node.mapping_schema);
    add_managed_columns(node, dialect);
}

}  // namespace towline::project
