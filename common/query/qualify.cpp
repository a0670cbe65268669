#include "query/qualify.h"

#include <algorithm>

#include "base/strings.h"
#include "query/canonical.h"
#include "query/qualifier.h"
#include "sql/pseudocolumns.h"

namespace towline::query {
namespace {

constexpr int kScopesMax = 100;

tl::unexpected<Error> ambiguous(const std::string& column) {
    return fail(ErrorCode::invalid, "Column '" + column + "' could not be resolved.");
}

std::vector<std::string> names_of(const std::vector<Expr>& identifiers) {
    std::vector<std::string> out;
    for (const Expr& each : identifiers) out.push_back(each.text);
    return out;
}

std::vector<std::string> alias_columns(const Expr& node) {
    const Expr* alias = part(node, "alias");
    return alias == nullptr ? std::vector<std::string>() : names_of(list(*alias, "columns"));
}

std::string in_quotes(const std::string& name) { return "\"" + replace_all(name, "\"", "\"\"") + "\""; }

/// Names of the projections as they stand.
std::vector<std::string> outputs(const Expr& query, sql::Dialect dialect) {
    const Expr* at = &query;
    while (at != nullptr && !is(*at, "SELECT")) at = part(*at, "this");
    std::vector<std::string> out;
    if (at != nullptr)
        for (const Expr& each : list(*at, "expressions")) out.push_back(output_name(each, dialect));
    return out;
}

void find_columns(const Expr& node, std::vector<std::string>& out) {
    if (node.is(ExprKind::column)) out.push_back(node.children.back().text);
    for (const Expr& child : node.children) find_columns(child, out);
}

/// What PIVOT makes of the columns of its source; nothing that it names itself stays.
std::vector<std::string> pivoted(const Expr& pivot, const std::vector<std::string>& columns, sql::Dialect dialect) {
    const Expr& field = *part(pivot, "field");
    std::vector<std::string> named, added;
    if (has(pivot, "unpivot")) {
        added.push_back(output_name(*part(field, "this"), dialect));
        for (const Expr& each : list(pivot, "expressions")) added.push_back(output_name(each, dialect));
        for (const Expr& each : list(field, "expressions")) find_columns(each, named);
    } else {
        find_columns(pivot, named);
        for (const Expr& value : list(field, "expressions")) {
            const std::string head = value.text;
            for (const Expr& each : list(pivot, "expressions")) {
                const std::string whole = each.is(ExprKind::alias) ? head + "_" + each.text : head;
                added.push_back(sql::normalize_identifier(whole, false, dialect));
            }
        }
    }
    std::vector<std::string> out;
    for (const std::string& each : columns)
        if (std::find(named.begin(), named.end(), each) == named.end()) out.push_back(each);
    out.insert(out.end(), added.begin(), added.end());
    return out;
}

void find_tables(const Expr& node, const std::vector<std::string>& outer, std::vector<std::string>& out) {
    std::vector<std::string> own;
    const Expr* with = part(node, "with");
    if (with != nullptr) {
        own = outer;
        for (const Expr& cte : list(*with, "expressions")) {
            if (has(*with, "recursive")) own.push_back(source_name(cte));
            find_tables(*part(cte, "this"), own, out);
            own.push_back(source_name(cte));
        }
    }
    const std::vector<std::string>& ctes = with == nullptr ? outer : own;
    const Expr* name = is(node, "TABLE") ? part(node, "this") : nullptr;
    if (name != nullptr && name->is(ExprKind::identifier)) {
        const bool cte = !has(node, "db") && std::find(ctes.begin(), ctes.end(), name->text) != ctes.end();
        if (!cte) out.push_back(fqn_of(node));
        return;
    }
    for (const Expr& child : node.children)
        if (child.text != "with" || !child.is(ExprKind::keyword_argument)) find_tables(child, ctes, out);
}

}  // namespace

bool Source::has(const std::string& column) const {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
}

const Source* Scope::named(const std::string& name) const {
    for (const Source& each : sources)
        if (each.name == name) return &each;
    return nullptr;
}

std::string fqn_of(const Expr& table) {
    std::string out;
    for (const char* name : {"catalog", "db", "this"})
        if (const Expr* each = part(table, name)) out += (out.empty() ? "" : ".") + in_quotes(each->text);
    return out;
}

std::vector<std::string> tables_of(const Expr& query) {
    std::vector<std::string> out;
    find_tables(query, {}, out);
    return out;
}

Result<std::vector<std::string>> Qualifier::query(Expr& node, Scope* outer, const Names& names) {
    if (++depth_ > kScopesMax) return fail(ErrorCode::too_large, "Queries are nested too deep.");
    const std::size_t known = ctes_.size();
    if (Expr* with = part(node, "with")) {
        TRY_STATUS(common_tables(*with));
    }
    Names out;
    if (is(node, "SELECT")) {
        TRY(out, select(node, outer, names));
    } else if (is(node, "SUBQUERY")) {
        TRY(out, query(*part(node, "this"), outer, names));
    } else if (is_set_operation(node)) {
        TRY(out, query(*part(node, "this"), outer, names));
        TRY_STATUS(query(*part(node, "expression"), outer, names));
        TRY_STATUS(positions(node));
    } else {
        return ambiguous(node.text);
    }
    ctes_.resize(known);
    --depth_;
    return out;
}

Status Qualifier::common_tables(Expr& with) {
    const bool recursive = has(with, "recursive");
    for (Expr& cte : list(with, "expressions")) {
        const std::string name = source_name(cte);
        const Names given = alias_columns(cte);
        Expr& inner = *part(cte, "this");
        Names columns;
        if (recursive && is_set_operation(inner) && !has(inner, "with")) {
            TRY(columns, query(*part(inner, "this"), nullptr, given));
            ctes_.emplace_back(name, columns);
            TRY_STATUS(query(*part(inner, "expression"), nullptr, given));
        } else {
            TRY(columns, query(inner, nullptr, given));
            ctes_.emplace_back(name, columns);
        }
        if (!recursive) remove(*part(cte, "alias"), "columns");
    }
    return {};
}

/// (a JOIN b ON …): what is in the brackets is in sight. USING there is not understood.
Status Qualifier::add_nested(Expr& nested, Scope& scope) {
    TRY_STATUS(add_source(*part(nested, "this"), scope));
    if (!has(nested, "joins")) return {};
    for (Expr& join : list(nested, "joins")) {
        if (has(join, "using")) return ambiguous("USING");
        TRY_STATUS(add_source(*part(join, "this"), scope));
    }
    return {};
}

/// The conditions inside brackets of joins.
Status Qualifier::nested_conditions(Expr& source, Scope& scope) {
    if (!is(source, "NESTED")) return {};
    TRY_STATUS(nested_conditions(*part(source, "this"), scope));
    if (!has(source, "joins")) return {};
    for (Expr& join : list(source, "joins")) {
        TRY_STATUS(nested_conditions(*part(join, "this"), scope));
        if (Expr* on = part(join, "on")) TRY_STATUS(columns(*on, scope, nullptr));
    }
    return {};
}

Status Qualifier::add_source(Expr& source, Scope& scope) {
    if (is(source, "NESTED")) return add_nested(source, scope);
    Source made;
    made.name = source_name(source);
    const Names given = alias_columns(source);
    const bool lateral = is(source, "LATERAL");
    made.rank = is(source, "TABLE") ? 0 : is(source, "SUBQUERY") ? 1 : 2;
    Expr* inner = lateral ? part(source, "this") : &source;
    if (lateral && is(*inner, "SUBQUERY")) {  // only the names that its alias gives are known
        TRY_STATUS(query(*part(*inner, "this"), &scope, {}));
        made.columns = given;
        made.open = given.empty();
    } else if (is(*inner, "SUBQUERY")) {
        TRY(made.columns, query(*part(*inner, "this"), nullptr, given));
        made.open = made.has("*");
        if (!given.empty()) remove(*part(source, "alias"), "columns");
    } else if (is(source, "TABLE") && part(source, "this")->is(ExprKind::identifier)) {
        const std::string& name = part(source, "this")->text;
        const auto cte =
            std::find_if(ctes_.rbegin(), ctes_.rend(), [&](const auto& each) { return each.first == name; });
        if (!has(source, "db") && cte != ctes_.rend()) {
            made.columns = cte->second;
            made.open = made.has("*");
        } else {
            const std::vector<std::string>* known = columns_(fqn_of(source));
            if (known == nullptr) return ambiguous(name);
            made.columns = *known;
            made.open = known->empty();
        }
        for (std::size_t i = 0; i < given.size() && i < made.columns.size(); ++i) made.columns[i] = given[i];
    } else {
        // What a function as a table is called with keeps its names, but for queries in it.
        TRY_STATUS(is(source, "TABLE") ? queries(*part(source, "this"), scope) : columns(*inner, scope, nullptr));
        made.columns = given;
        made.open = given.empty();
    }
    if (const Expr* pivot = part(source, "pivot")) {
        made.name = source_name(*pivot);
        if (!made.open) made.columns = pivoted(*pivot, made.columns, dialect_);
    }
    if (scope.named(made.name) != nullptr) return ambiguous(made.name);
    scope.sources.push_back(std::move(made));
    return {};
}

Result<std::vector<std::string>> Qualifier::select(Expr& node, Scope* outer, const Names& names) {
    Scope scope;
    scope.outer = outer;
    auto outer_aliases = std::move(known_);
    known_.clear();
    if (Expr* from = part(node, "from")) {
        TRY_STATUS(add_source(*part(*from, "this"), scope));
    }
    if (has(node, "joins"))
        for (Expr& join : list(node, "joins")) {
            TRY_STATUS(add_source(*part(join, "this"), scope));
            scope.sources.back().hidden = text(join, "kind") == "SEMI" || text(join, "kind") == "ANTI";
        }
    if (has(node, "laterals"))
        for (Expr& lateral : list(node, "laterals")) TRY_STATUS(add_source(lateral, scope));
    TRY_STATUS(expand_using(node, scope));
    if (dialect_ == sql::Dialect::bigquery) {
        group_aliases(node);
    } else if (early_) {
        TRY_STATUS(aliases(node, scope));
        known_.clear();
    }
    TRY_STATUS(clauses(node, scope));
    if (dialect_ == sql::Dialect::bigquery) bare_shadowed_keys(node);
    TRY_STATUS(aliases(node, scope));
    const std::set<std::string> shared = shared_by_stars(node, scope);
    const std::set<std::string> kept = kept_names(node, shared);
    for (Expr& child : node.children) {
        const bool order = child.text == "order" || child.text == "distinct" ||
                           (child.text == "group" && dialect_ == sql::Dialect::bigquery);
        if (child.text != "with" && child.text != "from" && child.text != "laterals")
            for (Expr& each : child.children) TRY_STATUS(rest(each, scope, order ? &kept : nullptr));
    }
    TRY_STATUS(expand_stars(node, scope));
    TRY_STATUS(keys_are_outputs(node, shared));
    name_outputs(node, names);
    TRY_STATUS(positions(node));
    known_ = std::move(outer_aliases);
    return outputs(node, dialect_);
}

/// Columns of all clauses but HAVING and QUALIFY, whose names are aliases first.
Status Qualifier::clauses(Expr& node, Scope& scope) {
    if (Expr* from = part(node, "from")) TRY_STATUS(nested_conditions(*part(*from, "this"), scope));
    const std::set<std::string> kept = kept_names(node, shared_by_stars(node, scope));
    for (Expr& child : node.children) {
        if (child.text == "with" || child.text == "from" || child.text == "laterals") continue;
        const bool late = child.text == "having" || child.text == "qualify";
        if (late) continue;
        const bool order = child.text == "order" || child.text == "distinct";
        for (Expr& each : child.children) {
            if (child.text == "joins") {
                TRY_STATUS(nested_conditions(*part(each, "this"), scope));
                if (Expr* on = part(each, "on")) TRY_STATUS(columns(*on, scope, nullptr));
                continue;
            }
            // A column of USING keeps its name where it is projected.
            const bool merged = child.text == "expressions" && each.is(ExprKind::column) && each.children.size() == 1 &&
                                scope.merged.contains(each.children[0].text);
            const std::string name = merged ? each.children[0].text : std::string();
            TRY_STATUS(columns(each, scope, order ? &kept : nullptr));
            if (merged) each = aliased(std::move(each), name);
        }
    }
    return {};
}

namespace {

/// What stands in an ORDER BY and belongs to a call, not to the SELECT, is no output: what is aggregated, keys of its
/// own. The same with DISTINCT.
bool is_own_key(const Expr& node, const Expr& child) {
    if (is_aggregate(node)) return true;
    if (is(node, "ORDER") && has(node, "this")) return true;
    if (node.is(ExprKind::unary) && node.text == "DISTINCT") return true;
    if (!child.is(ExprKind::keyword_argument)) return false;
    return (is(node, "WINDOW") && child.text == "order") || (is(node, "WITHINGROUP") && child.text == "expression");
}

}  // namespace

/// Gives columns their tables. Names in `kept` are those of projections and stay; names that nothing has stay too.
Status Qualifier::columns(Expr& node, Scope& scope, const std::set<std::string>* kept) {
    if (is_query(node)) {
        if (is(node, "SUBQUERY") && has(node, "alias") && !alias_columns(node).empty()) return ambiguous("alias");
        return query(node, &scope, {}).map([](const auto&) {});
    }
    if (node.is(ExprKind::column)) {
        if (is_star(node)) {
            for (Expr& each : node.children.back().children)
                if (each.text == "REPLACE")
                    for (Expr& value : each.children) TRY_STATUS(columns(value, scope, nullptr));
            return {};
        }
        const bool alias = kept != nullptr && node.children.size() == 1 && kept->contains(node.children[0].text);
        return alias ? Status() : column(node, scope);
    }
    if (node.is(ExprKind::data_type)) return {};
    if (node.is(ExprKind::lambda)) {
        // Parameters are no columns.
        std::vector<Expr> parameters(node.children.begin(), node.children.end() - 1);
        Source own;
        own.name = "";
        for (const Expr& each : parameters) own.columns.push_back(each.text);
        Scope inner = scope;
        inner.sources.insert(inner.sources.begin(), own);
        return columns(node.children.back(), inner, nullptr);
    }
    for (Expr& child : node.children) {
        if (child.is(ExprKind::keyword_argument) && is(node, "WINDOW") && child.text == "alias") continue;
        if (child.is(ExprKind::keyword_argument) && child.text == "EXCEPT" && node.is(ExprKind::star)) continue;
        TRY_STATUS(columns(child, scope, is_own_key(node, child) ? nullptr : kept));
    }
    return {};
}

Status Qualifier::queries(Expr& node, Scope& scope) {
    if (is_query(node)) return columns(node, scope, nullptr);
    for (Expr& child : node.children) TRY_STATUS(queries(child, scope));
    return {};
}

/// The only source with a column; "" if none has it.
Result<std::string> Qualifier::owner(const std::string& name, const Scope& scope) const {
    std::string found;
    int count = 0;
    for (const Source& each : scope.sources) {
        if (!each.has(name) || each.hidden) continue;
        if (each.name.empty()) return std::string("\x01");  // a parameter of a lambda
        found = each.name;
        ++count;
    }
    if (count > 1) return ambiguous(name);
    return found;
}

Status Qualifier::column(Expr& node, Scope& scope) {
    std::vector<Expr>& parts = node.children;
    const std::string name = parts.front().text;
    if (sql::is_pseudocolumn(parts.back().text, dialect_)) return {};
    if (parts.size() > 1) {
        if (const Source* source = scope.named(name)) {
            if (!source->open && !source->has(parts[1].text)) return ambiguous(parts[1].text);
            return {};
        }
        for (const Scope* at = scope.outer; at != nullptr; at = at->outer) {
            const Source* source = at->named(name);
            if (source == nullptr) continue;
            return source->open || source->has(parts[1].text) ? Status() : Status(ambiguous(parts[1].text));
        }
    } else if (const auto merged = scope.merged.find(name); merged != scope.merged.end()) {
        Expr call = make(ExprKind::function, "COALESCE");
        for (const std::string& table : merged->second) call.children.push_back(query::column(table, name));
        call.comments = node.comments;
        node = std::move(call);
        return {};
    }
    TRY(const std::string table, owner(name, scope));
    if (table == "\x01") return {};
    if (!table.empty()) {
        parts.insert(parts.begin(), identifier(table));
        return {};
    }
    return parts.size() > 1 ? unresolved(node, scope) : Status();
}

/// A name that the scope does not have is one of the scopes around it.
Status Qualifier::unresolved(Expr& node, Scope& scope) {
    const std::string name = node.children.front().text;
    const Source* row = node.children.size() == 1 ? scope.named(name) : nullptr;  // a whole row of it
    if (row != nullptr && !row->hidden && dialect_ == sql::Dialect::postgres) return {};
    for (Scope* at = scope.outer; at != nullptr; at = at->outer) {
        TRY(const std::string table, owner(name, *at));
        if (table == "\x01") return {};
        if (table.empty()) continue;
        node.children.insert(node.children.begin(), identifier(table));
        return {};
    }
    return ambiguous(name);
}

/// What is left without a table after aliases were looked at.
Status Qualifier::rest(Expr& node, Scope& scope, const std::set<std::string>* kept) {
    if (is_query(node)) return {};
    if (node.is(ExprKind::column)) {
        if (is_star(node) || node.children.size() != 1) return {};
        if (kept != nullptr && kept->contains(node.children[0].text)) return {};
        if (sql::is_pseudocolumn(node.children[0].text, dialect_)) return {};
        return unresolved(node, scope);
    }
    if (is(node, "JOIN")) {
        Expr* on = part(node, "on");
        return on == nullptr ? Status() : rest(*on, scope, nullptr);
    }
    if (node.is(ExprKind::lambda) || node.is(ExprKind::data_type)) return {};
    for (Expr& child : node.children) {
        if (child.is(ExprKind::keyword_argument) && child.text == "EXCEPT" && node.is(ExprKind::star)) continue;
        TRY_STATUS(rest(child, scope, is_own_key(node, child) ? nullptr : kept));
    }
    return {};
}

Status qualify(Expr& query, sql::Dialect dialect, const ColumnsOf& columns, bool early) {
    const bool first = early || dialect == sql::Dialect::clickhouse;
    TRY_STATUS(Qualifier(dialect, columns, first).query(query, nullptr, {}));
    quote_all(query);
    return {};
}

}  // namespace towline::query
