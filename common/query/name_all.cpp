// Names of tables and columns as SQLMesh writes them into every query.
#include <algorithm>
#include <map>
#include <set>

#include "base/strings.h"
#include "query/canonical.h"
#include "query/query.h"

namespace towline::query {
namespace {

using sql::Dialect;
using sql::IdentifierRole;

/// Gives tables their aliases and catalogs; knows which names are common table expressions.
class Naming {
 public:
    Naming(Dialect dialect, const std::string& catalog)
        : dialect_(dialect),
          catalog_(sql::normalize_identifier(catalog, false, dialect, IdentifierRole::qualified_table)) {}

    void query(Expr& node) {
        const std::size_t known = ctes_.size();
        if (Expr* with = part(node, "with")) {
            const bool recursive = has(*with, "recursive");
            for (Expr& cte : list(*with, "expressions")) {
                const std::string name = source_name(cte);
                if (recursive) ctes_.push_back(name);
                query(*part(cte, "this"));
                if (!recursive) ctes_.push_back(name);
            }
        }
        if (is(node, "SELECT"))
            select(node);
        else
            for (const char* side : {"this", "expression"})
                if (Expr* inner = part(node, side); inner != nullptr && is_query(*inner)) query(*inner);
        ctes_.resize(known);
    }

    /// True if a column names a table that has got another name: the reference forgets to rename it there.
    bool dangles(const Expr& node) const {
        const bool named = node.is(ExprKind::column) && node.children.size() > 1 &&
                           std::find(renamed_.begin(), renamed_.end(), node.children.front().text) != renamed_.end();
        return named || std::any_of(node.children.begin(), node.children.end(),
                                    [&](const Expr& child) { return dangles(child); });
    }

 private:
    /// Names of the sources of a SELECT, and the next number for each that came again.
    struct Taken {
        std::set<std::string> names;
        std::map<std::string, int> numbers;
    };

    void select(Expr& node) {
        std::vector<Expr*> sources;
        if (Expr* from = part(node, "from")) sources.push_back(part(*from, "this"));
        if (has(node, "joins"))
            for (Expr& join : list(node, "joins")) sources.push_back(part(join, "this"));
        for (std::size_t i = 0; i < sources.size(); ++i) {  // those in brackets come last
            Expr* nested = sources[i];
            if (!is(*nested, "NESTED")) continue;
            sources.push_back(part(*nested, "this"));
            if (has(*nested, "joins"))
                for (Expr& join : list(*nested, "joins")) sources.push_back(part(join, "this"));
        }
        for (Expr* source : sources) derived(*source);
        std::vector<std::pair<std::string, std::string>> paths;  // written name → alias
        Taken taken;
        for (Expr* source : sources) {
            number(*source, taken);
            table(*source, paths);
        }
        // Queries in expressions are scopes of their own; they come after the sources.
        for (Expr& child : node.children)
            if (child.text != "with") expressions(child, paths);
    }

    void derived(Expr& source) {
        if (!is(source, "SUBQUERY")) return;
        query(*part(source, "this"));
        unwrap(source);
        if (!has(source, "alias")) set_alias(source, next_name());
        if (Expr* pivot = part(source, "pivot"); pivot != nullptr && !has(*pivot, "alias"))
            set_alias(*pivot, next_name());
    }

    /// ((SELECT …)) is (SELECT …).
    static void unwrap(Expr& subquery) {
        while (is(*part(subquery, "this"), "SUBQUERY") && part(subquery, "this")->children.size() == 1) {
            Expr inner = std::move(*part(*part(subquery, "this"), "this"));
            set(subquery, "this", std::move(inner));
        }
    }

    /// The second of two tables with the same last name is called t_2.
    void number(Expr& source, Taken& taken) {
        const bool bare = is(source, "TABLE") && has(source, "db") && !has(source, "alias") && !has(source, "pivot");
        const std::string name = bare ? part(source, "this")->text : "";
        std::string own = name;
        if (bare && taken.names.contains(name)) {
            int& number = taken.numbers.emplace(name, 2).first->second;
            do own = name + "_" + std::to_string(number++);
            while (taken.names.contains(own));
        }
        if (own != name) set_alias(source, own);
        if (is(source, "NESTED")) return;
        taken.names.insert(bare ? own : source_name(source));
    }

    void table(Expr& source, std::vector<std::pair<std::string, std::string>>& paths) {
        if (is(source, "VALUES") || is(source, "UNNEST") || is(source, "LATERAL")) {
            if (!has(source, "alias")) set_alias(source, next_name());
            if (is(source, "VALUES")) name_values(source);
            return;
        }
        if (!is(source, "TABLE")) return;
        std::string path;
        for (const char* name : {"catalog", "db", "this"})
            if (const Expr* each = part(source, name); each != nullptr && each->is(ExprKind::identifier))
                path += (path.empty() ? "" : ".") + each->text;
        if (is_series(source)) name_series(source);
        if (!has(source, "alias")) {
            const Expr& last = *part(source, "this");
            set_alias(source, last.is(ExprKind::identifier) ? last.text : next_name());
        }
        if (Expr* pivot = part(source, "pivot"); pivot != nullptr && !has(*pivot, "alias"))
            set_alias(*pivot, has(*pivot, "unpivot") ? source_name(source) : next_name());
        paths.emplace_back(path, source_name(source));
        const bool cte = !has(source, "db") && std::find(ctes_.begin(), ctes_.end(), path) != ctes_.end();
        const bool called = !part(source, "this")->is(ExprKind::identifier);
        if (!cte && !called && has(source, "db") && !has(source, "catalog") && !catalog_.empty())
            set(source, "catalog", identifier(catalog_, true));
    }

    /// GENERATE_SERIES of PostgreSQL has one column, which is called as the alias or the function is.
    bool is_series(const Expr& source) const {
        const Expr& called = *part(source, "this");
        return dialect_ == Dialect::postgres && called.is(ExprKind::function) &&
               iequals(called.text, "GENERATE_SERIES");
    }

    void name_series(Expr& source) {
        const Expr* alias = part(source, "alias");
        if (alias != nullptr && has(*alias, "columns")) return;
        const std::string column = alias == nullptr ? "generate_series" : source_name(source);
        if (alias != nullptr) renamed_.push_back(column);
        remove(source, "alias");
        set_alias(source, next_name());
        list(*part(source, "alias"), "columns").push_back(identifier(column));
    }

    void name_values(Expr& values) {
        Expr& alias = *part(values, "alias");
        if (has(alias, "columns")) return;
        const std::size_t count = list(values, "expressions").front().children.size();
        for (std::size_t i = 0; i < count; ++i) {
            const std::string name =
                dialect_ == Dialect::snowflake ? "COLUMN" + std::to_string(i + 1) : "_col_" + std::to_string(i);
            list(alias, "columns").push_back(identifier(name));
        }
    }

    /// Queries in an expression, and columns whose table is named by its whole path.
    void expressions(Expr& node, const std::vector<std::pair<std::string, std::string>>& paths) {
        if (is_query(node) && !is(node, "SUBQUERY")) {
            query(node);
            return;
        }
        if (is(node, "SUBQUERY")) {
            if (!has(node, "alias")) {
                query(*part(node, "this"));
                unwrap(node);
            }
            return;
        }
        if (node.is(ExprKind::column) && node.children.size() > 2) {
            std::string path;
            for (std::size_t i = 0; i + 1 < node.children.size(); ++i)
                path += (i > 0 ? "." : "") + node.children[i].text;
            const std::string& last = node.children[node.children.size() - 2].text;
            const bool is_source =
                std::any_of(paths.begin(), paths.end(), [&](const auto& each) { return each.second == last; });
            for (const auto& [known, alias] : paths) {
                if (known != path || !is_source) continue;
                node.children = {identifier(alias), node.children.back()};
                break;
            }
        }
        for (Expr& child : node.children) expressions(child, paths);
    }

    void set_alias(Expr& source, const std::string& name) {
        if (!has(source, "alias")) set(source, "alias", clause("TABLEALIAS"));
        set(*part(source, "alias"), "this", identifier(name));
    }

    std::string next_name() { return "_" + std::to_string(next_++); }

    Dialect dialect_;
    std::string catalog_;
    std::vector<std::string> ctes_;
    std::vector<std::string> renamed_;  ///< Names that calls of GENERATE_SERIES had as tables.
    int next_ = 0;
};

void fold(Expr& node, Dialect dialect, IdentifierRole role) {
    if (node.is(ExprKind::data_type)) sql::fold_type_names(node, dialect, true);
    if (node.is(ExprKind::identifier) || node.is(ExprKind::alias))
        node.text = sql::normalize_identifier(node.text, node.quoted, dialect, role);
    if (node.is(ExprKind::structure) && dialect == Dialect::duckdb)
        for (Expr& pair : node.children) pair.text = sql::normalize_identifier(pair.text, false, dialect, role);
    if (is(node, "TOMAP"))
        for (Expr& pair : node.children)
            if (Expr& key = pair.children.front(); key.is(ExprKind::string) && key.quoted)
                key.text = sql::normalize_identifier(key.text, false, dialect, role);
    IdentifierRole inner = IdentifierRole::column;
    if (is(node, "TABLE"))
        inner = has(node, "db") ? IdentifierRole::qualified_table : IdentifierRole::unqualified_table;
    for (Expr& child : node.children) {
        const bool name = child.is(ExprKind::keyword_argument) &&
                          (child.text == "this" || child.text == "db" || child.text == "catalog");
        if (name && is(node, "TABLE")) {
            for (Expr& each : child.children) fold(each, dialect, inner);
        } else {
            fold(child, dialect, IdentifierRole::column);
        }
    }
}

void name_outputs(Expr& query, Dialect dialect) {
    Expr* select = first_select(query);
    if (select == nullptr) return;
    for (Expr& each : list(*select, "expressions")) {
        const std::string name = output_name(each, dialect);
        if (each.is(ExprKind::alias) || name.empty() || name == "*") continue;
        if (is(each, "SUBQUERY") && has(each, "alias")) continue;
        std::vector<std::string> comments;
        comments.swap(each.comments);
        Expr value = std::move(each);
        each = aliased(std::move(value), name, true);
        each.comments = std::move(comments);
    }
}

}  // namespace

void fold_names(Expr& tree, Dialect dialect) { fold(tree, dialect, IdentifierRole::column); }

void fold_outputs(Expr& query, Dialect dialect) {
    Expr* select = first_select(query);
    if (select == nullptr) return;
    for (Expr& each : list(*select, "expressions"))
        if (each.is(ExprKind::alias)) each.text = sql::normalize_identifier(each.text, true, dialect);
}

void quote_all(Expr& tree) {
    if (tree.is(ExprKind::identifier) || tree.is(ExprKind::alias)) tree.quoted = true;
    // Of a type only the names of fields are names.
    const bool type = tree.is(ExprKind::data_type);
    for (Expr& child : tree.children)
        if (!type || child.is(ExprKind::data_type) || child.is(ExprKind::alias)) quote_all(child);
}

Status name_all(Expr& query, Dialect dialect, const std::string& default_catalog) {
    fold_names(query, dialect);
    Naming naming(dialect, default_catalog);
    naming.query(query);
    if (naming.dangles(query))
        return fail(ErrorCode::unsupported, "How columns of GENERATE_SERIES are printed is not known.");
    name_outputs(query, dialect);
    quote_all(query);
    return {};
}

}  // namespace towline::query
