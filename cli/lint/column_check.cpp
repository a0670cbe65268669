#include "lint/column_check.h"

#include <algorithm>
#include <array>

#include "lint/column_scope.h"
#include "lint/select_tokens.h"
#include "sql/output_name.h"
#include "sql/scopes.h"

// A reader of queries on tokens: WITH, set operations, SELECT with its clauses, FROM with joins and subqueries.

namespace towline::lint {
namespace {

using sql::TokenKind;
using sql::TokenList;
using Ctes = std::map<std::string, std::optional<Names>>;
using MaybeNames = std::optional<Names>;

constexpr int kDepthMax = 50;
constexpr std::array<std::string_view, 4> kTransformers{"PIVOT", "UNPIVOT", "MATCH_RECOGNIZE", "LATERAL"};
constexpr std::array<std::string_view, 17> kAfterTable{
    "ON",   "USING", "JOIN", "LEFT",       "RIGHT",       "INNER", "FULL",  "CROSS", "NATURAL",
    "ASOF", "ANTI",  "SEMI", "POSITIONAL", "TABLESAMPLE", "WITH",  "WHERE", "OUTER"};

/// A comma-separated list of expressions of a SELECT.
struct Part {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool in_join = false;
    bool orders = false;
};

class Checker : private SelectTokens {
 public:
    Checker(const TokenList& tokens, const std::string& catalog, const std::map<std::string, model::Columns>& tables)
        : SelectTokens(tokens), catalog_(catalog), tables_(tables) {}

    MaybeNames query(std::size_t begin, std::size_t end, Ctes ctes, const Scope* outer, int depth) {
        if (depth > kDepthMax || begin >= end) return std::nullopt;
        if (tokens_.is_symbol(begin, "(") && tokens_.closing(begin) == end - 1)
            return query(begin + 1, end - 1, ctes, outer, depth + 1);
        if (word(begin, "WITH") && !with(begin, end, ctes, outer, depth)) return std::nullopt;
        const std::size_t first_end = set_operator(begin, end);
        if (first_end == end) return operand(begin, end, ctes, outer, depth);
        MaybeNames out = operand(begin, first_end, ctes, outer, depth);
        for (std::size_t at = first_end; at < end;) {
            while (at < end && in(at, {"UNION", "EXCEPT", "INTERSECT", "ALL", "DISTINCT", "BY", "NAME"})) ++at;
            const std::size_t stop = set_operator(at, end);
            // What orders or limits the whole stands after the last operand and sees the result alone.
            const std::size_t tail = stop == end ? find(at, end, {"ORDER", "LIMIT", "OFFSET"}) : stop;
            operand(at, tail, ctes, outer, depth);
            at = stop;
        }
        return out;
    }

    std::vector<ScopedProblem> problems;

 private:
    static bool contains(const Names& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    }
    static void rename(MaybeNames& names, const Names& given) {
        if (!names || names->empty()) names.emplace(given);
        for (std::size_t i = 0; i < given.size() && i < names->size(); ++i) (*names)[i] = given[i];
    }

    bool with(std::size_t& at, std::size_t end, Ctes& ctes, const Scope* outer, int depth) {
        ++at;
        const bool recursive = word(at, "RECURSIVE");
        if (recursive) ++at;
        while (at < end && !in(at, {"SELECT", "FROM"})) {
            if (!identifier(at, end)) {  // ClickHouse: a value under a name, which SQLMesh takes for no column either
                at = find(at, end, {"AS"}) + 2;
                if (!symbol(at, ",")) return at < end;
                ++at;
                continue;
            }
            const std::string cte = name(at++);
            Names given;
            if (symbol(at, "(")) {
                given = name_list(at);
                at = after(at, end);
            }
            if (!word(at, "AS")) return false;
            ++at;
            while (in(at, {"NOT", "MATERIALIZED"})) ++at;
            const std::size_t close = tokens_.closing(at);
            if (!symbol(at, "(") || close >= end) return false;
            if (recursive) ctes[cte] = given.empty() ? std::nullopt : MaybeNames(given);
            MaybeNames names = query(at + 1, close, ctes, outer, depth + 1);
            if (!given.empty()) rename(names, given);
            ctes[cte] = std::move(names);
            at = close + 1;
            if (!symbol(at, ",")) return true;
            ++at;
        }
        return true;
    }

    MaybeNames operand(std::size_t begin, std::size_t end, const Ctes& ctes, const Scope* outer, int depth) {
        if (begin >= end) return std::nullopt;
        if (symbol(begin, "(")) return query(begin + 1, std::min(tokens_.closing(begin), end), ctes, outer, depth + 1);
        if (!word(begin, "SELECT") && !is_from_first(begin)) return std::nullopt;
        const Layout layout = layout_of(begin, end);
        Scope scope;
        scope.outer = outer;
        scope.is_derived = depth > 0;
        std::vector<std::pair<std::size_t, std::size_t>> conditions;
        if (layout.from < layout.from_end) sources(layout.from, layout.from_end, ctes, depth, scope, conditions);
        Names aliases;
        const MaybeNames out = projections(layout, scope, aliases);
        std::vector<Part> parts{{layout.items, layout.items_end}};
        for (const auto& [first, last] : conditions) parts.push_back({first, last, true, false});
        if (layout.distinct_on < layout.items)
            parts.push_back({layout.distinct_on + 1, tokens_.closing(layout.distinct_on)});
        for (std::size_t clause = layout.tail; clause < end;) {
            const std::size_t next = find(clause + 1, end, kClauses);
            const bool reads = in(clause, {"WHERE", "HAVING", "QUALIFY", "GROUP", "ORDER"});
            const std::size_t first = clause + (word(clause + 1, "BY") ? 2 : 1);
            if (reads) parts.push_back({first, next, false, word(clause, "ORDER")});
            if (word(clause, "WINDOW")) windows(clause + 1, next, parts);
            clause = next;
        }
        // Inner queries first, as sqlglot goes through them: only the first problem is told.
        for (const Part& part : parts) subqueries(part, scope, ctes, depth);
        columns(parts.front(), scope, aliases);
        for (std::size_t i = 1; i < parts.size(); ++i) {
            // What orders the result may name its columns, whatever they are called inside.
            if (parts[i].orders && out) scope.aliases = *out;
            columns(parts[i], scope, {});
        }
        stars_of_nothing(layout, scope);
        return out;
    }
    /// Stars of tables that the query does not read.
    void stars_of_nothing(const Layout& layout, const Scope& scope) {
        for (std::size_t at = layout.items; at < layout.items_end; at = after(at, layout.items_end)) {
            const bool first = at == layout.items || symbol(at - 1, ",");
            if (!first || !identifier(at, layout.items_end) || !symbol(at + 1, ".") || !symbol(at + 2, "*")) continue;
            const std::string table = name(at);
            // A column may have fields, a table function a name that is not told.
            const bool maybe = scope.source("") != nullptr || scope.count(table) > 0 || !scope.sees_everything();
            if (!maybe && scope.source(table) == nullptr)
                problems.push_back({{"Unknown table: " + table, std::nullopt}, true});
        }
    }

    /// What the windows of a WINDOW clause are made of.
    void windows(std::size_t at, std::size_t end, std::vector<Part>& parts) const {
        for (; at < end; ++at) {
            if (!in(at, {"PARTITION", "ORDER"}) || !word(at + 1, "BY")) continue;
            std::size_t stop = at + 2;
            while (stop < end && !symbol(stop, ")") && !in(stop, {"ORDER", "ROWS", "RANGE", "GROUPS"}))
                stop = after(stop, end);
            parts.push_back({at + 2, stop});
            at = stop - 1;
        }
    }

    /// Output names. `aliases` gets one for every item: its alias, or "".
    MaybeNames projections(const Layout& layout, const Scope& scope, Names& aliases) const {
        Stars stars;
        MaybeNames out = projections(layout, scope, aliases, stars);
        if (!stars.stay) return out;
        aliases.clear();
        return projections(layout, scope, aliases, stars);
    }
    /// What a list's stars have in common: the columns of USING that they gave, and whether one stays, as then all do.
    struct Stars {
        Names merged;
        bool stay = false;
    };
    MaybeNames projections(const Layout& layout, const Scope& scope, Names& aliases, Stars& stars) const {
        Names out;
        bool known = true;
        if (layout.bare && !star(0, 0, {}, scope, out, stars)) return std::nullopt;
        const std::size_t end = layout.items_end;
        for (std::size_t at = layout.items; at < end;) {
            std::size_t stop = at;
            while (stop < end && !symbol(stop, ",")) stop = after(stop, end);
            aliases.emplace_back();
            if (stop > at) known = projection(at, stop, scope, out, aliases.back(), stars) && known;
            at = stop + 1;
        }
        return known ? MaybeNames(std::move(out)) : std::nullopt;
    }
    bool projection(std::size_t begin, std::size_t end, const Scope& scope, Names& out, std::string& alias,
                    Stars& stars) const {
        if (behind_prefix_alias(begin, end) > begin) {
            alias = name(begin);
            out.push_back(alias);
            return true;
        }
        std::string qualifier;
        std::size_t at = begin;
        while (identifier(at, end) && symbol(at + 1, ".")) {
            qualifier = name(at);
            at += 2;
        }
        if (symbol(at, "*")) return star(at + 1, end, qualifier, scope, out, stars);
        std::size_t position = begin;
        const auto parsed = sql::parse_expression_at(tokens_, position, true);
        std::string own;
        if (parsed && position == end) {
            own = name_of(*parsed);
            if (parsed->is(sql::ExprKind::alias)) alias = own;
        } else if (identifier(end - 1, end)) {
            // Not understood, but what it ends in may be its name: it is one behind AS or a whole expression.
            alias = own = name(end - 1);
            const bool behind_value = parsed && position + 1 == end && !in(end - 1, {"END", "NULL", "TRUE", "FALSE"});
            if (!behind_value && (end < begin + 2 || !word(end - 2, "AS"))) return false;
        } else {
            return false;
        }
        out.push_back(own.empty() ? "_col_" + std::to_string(out.size()) : own);
        return true;
    }
    /// Where the expression of an item begins: DuckDB takes its alias before it too (`total: a + b`).
    std::size_t behind_prefix_alias(std::size_t at, std::size_t end) const {
        const bool prefixed = dialect_ == sql::Dialect::duckdb && identifier(at, end) && symbol(at + 1, ":");
        return prefixed && at + 2 < end ? at + 2 : at;
    }
    std::string name_of(const sql::Expr& expr) const {
        const auto name = sql::output_name(expr, dialect_);
        return name ? sql::normalize_identifier(name->text, name->quoted, dialect_) : std::string();
    }
    bool star(std::size_t at, std::size_t end, const std::string& qualifier, const Scope& scope, Names& out,
              Stars& stars) const {
        Names excluded;
        if (at < end) {
            if (!in(at, {"EXCEPT", "EXCLUDE"}) || !symbol(at + 1, "(") || tokens_.closing(at + 1) + 1 != end)
                return false;
            excluded = name_list(at + 1);
        }
        bool any = false;
        for (const Source& source : scope.sources) {
            if (!qualifier.empty() && source.alias != qualifier) continue;
            if (!source.names && !source.opaque) return false;
            any = true;
            stars.stay = stars.stay || stays_star(source);
            if (stars.stay) break;
            for (const std::string& column : *source.names) {
                if (contains(scope.merged, column)) {
                    if (contains(stars.merged, column)) continue;
                    stars.merged.push_back(column);
                }
                if (!contains(excluded, column)) out.push_back(column);
            }
        }
        if (any && stars.stay) out.emplace_back(kStar);
        return any;
    }

    void sources(std::size_t at, std::size_t end, const Ctes& ctes, int depth, Scope& scope,
                 std::vector<std::pair<std::size_t, std::size_t>>& conditions) {
        while (at < end) {
            const bool lateral = in(at, {"LATERAL"});
            while (in(at, {"LATERAL", "ONLY"})) ++at;
            const bool unnests = in(at, {"UNNEST"});
            const bool applies = word(at - 1, "APPLY");
            Source source = table(at, end, ctes, scope, depth);
            if (applies) {  // sqlglot knows its name and none of its columns
                source.names.reset();
                source.opaque = true;
            }
            if (lateral || unnests) {  // only the names behind its alias are its columns, where they are no fields
                if (!source.renamed || !lists_are_tables()) source.names.reset();
                source.opaque = lists_are_tables();
            }
            scope.sources.push_back(std::move(source));
            while (at < end && !symbol(at, ",") && !in(at, {"JOIN", "APPLY"})) {
                if (in(at, kTransformers))
                    for (Source& seen : scope.sources) {
                        seen.names.reset();
                        seen.opaque = false;
                    }
                if (in(at, {"USING"}) && symbol(at + 1, "("))
                    for (std::string& name : name_list(at + 1)) scope.merged.push_back(std::move(name));
                if (in(at, {"ON"})) {
                    const std::size_t stop = condition_end(at + 1, end);
                    conditions.emplace_back(at + 1, stop);
                    at = stop;
                    continue;
                }
                at = after(at, end);
            }
            ++at;
        }
    }
    /// Dialects where UNNEST makes a table with columns. In the others its alias is the column.
    bool lists_are_tables() const {
        constexpr std::array kDialects{sql::Dialect::duckdb, sql::Dialect::postgres, sql::Dialect::redshift,
                                       sql::Dialect::presto, sql::Dialect::trino,    sql::Dialect::athena,
                                       sql::Dialect::sqlite};
        return std::find(kDialects.begin(), kDialects.end(), dialect_) != kDialects.end();
    }
    Source table(std::size_t& at, std::size_t end, const Ctes& ctes, const Scope& scope, int depth) {
        Source out;
        if (symbol(at, "(")) {
            const std::size_t close = tokens_.closing(at);
            if (close < end && starts_query(at)) out.names = query(at + 1, close, ctes, scope.outer, depth + 1);
            if (close < end && word(at + 1, "VALUES")) out.names.emplace();  // no names but those of its alias
            at = after(at, end);
        } else {
            named_table(at, end, ctes, out);
        }
        if (word(at, "AS")) ++at;
        if (identifier(at, end) && !in(at, kAfterTable) && !in(at, kTransformers)) {
            out.alias = name(at++);
            if (symbol(at, "(") && tokens_.closing(at) < end) {
                rename(out.names, name_list(at));
                out.renamed = true;
                at = after(at, end);
            }
        }
        return out;
    }
    void named_table(std::size_t& at, std::size_t end, const Ctes& ctes, Source& out) const {
        std::vector<sql::NamePart> parts;
        while (identifier(at, end)) {
            parts.push_back({sql::identifier_text(tokens_.text_of(at), dialect_),
                             tokens_.kind(at) == TokenKind::quoted_identifier});
            ++at;
            if (!symbol(at, ".")) break;
            ++at;
        }
        const bool opaque = dialect_ == sql::Dialect::duckdb;
        if (parts.empty()) {
            out.opaque = opaque && tokens_.kind(at) == TokenKind::string;
            ++at;
            return;
        }
        out.alias = sql::normalize_identifier(parts.back().text, parts.back().quoted, dialect_);
        if (symbol(at, "(")) {  // a table function: its columns are the engine's secret
            out.opaque = opaque;
            if (opaque) out.alias.clear();
            at = after(at, end);
            return;
        }
        if (const auto cte = ctes.find(out.alias); parts.size() == 1 && cte != ctes.end()) {
            out.names = cte->second;
            return;
        }
        const auto known = tables_.find(sql::fqn(parts, dialect_, catalog_));
        if (known == tables_.end()) return;
        out.names.emplace();
        for (const model::Column& column : known->second) out.names->push_back(column.name);
    }

    void subqueries(const Part& part, const Scope& scope, const Ctes& ctes, int depth) {
        for (std::size_t at = part.begin; at < part.end; ++at) {
            if (!symbol(at, "(") || tokens_.closing(at) >= part.end) continue;
            if (!in(at + 1, {"SELECT", "WITH"}) && !is_from_first(at + 1)) continue;
            query(at + 1, tokens_.closing(at), ctes, &scope, depth + 1);
            at = tokens_.closing(at);
        }
    }
    /// `aliases` are those of the items, if it is the select list: what follows an item may use its alias.
    void columns(const Part& part, Scope& scope, const Names& aliases) {
        std::size_t item = 0;
        for (std::size_t at = part.begin; at < part.end; ++item) {
            std::size_t position = behind_prefix_alias(at, part.end);
            const auto parsed = sql::parse_expression_at(tokens_, position, true);
            // Without tables every word is a suspect: then only what was understood whole counts.
            const bool whole = position >= part.end || symbol(position, ",");
            if (parsed && position <= part.end && (whole || !scope.sources.empty()))
                for (const sql::Expr* column : sql::columns_of(*parsed))
                    if (auto problem = problem_of(*column, scope, dialect_, part.in_join))
                        problems.push_back(std::move(*problem));
            if (item < aliases.size() && !aliases[item].empty()) scope.aliases.push_back(aliases[item]);
            while (at < part.end && !symbol(at, ",")) at = after(at, part.end);
            ++at;
        }
    }

    const std::string& catalog_;
    const std::map<std::string, model::Columns>& tables_;
};

}  // namespace

ColumnCheck check_columns(std::string_view query, sql::Dialect dialect, const std::string& default_catalog,
                          const std::map<std::string, model::Columns>& tables) {
    const TokenList tokens = sql::lex(query, dialect);
    ColumnCheck out;
    if (!tokens.check()) return out;
    std::size_t end = tokens.size();
    while (end > 0 && tokens.is_symbol(end - 1, ";")) --end;
    Checker checker(tokens, default_catalog, tables);
    out.columns = checker.query(0, end, {}, nullptr, 0);
    const auto unknown = std::find_if(checker.problems.begin(), checker.problems.end(),
                                      [](const ScopedProblem& problem) { return problem.unknown; });
    if (unknown != checker.problems.end())
        out.problem = std::move(unknown->problem);
    else if (!checker.problems.empty())
        out.problem = std::move(checker.problems.front().problem);
    return out;
}

}  // namespace towline::lint
