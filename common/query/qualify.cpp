#include "query/qualify.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "query/canonical.h"
#include "query/qualifier.h"
#include "sql/pseudocolumns.h"

namespace towline::query {
namespace {

constexpr int kScopesMax = 100;

tl::unexpected<Error> not_known(const std::string& what) {
    return fail(ErrorCode::unsupported, "Whose columns " + what + " has is not known.");
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
    const Expr* at = first_select(query);
    std::vector<std::string> out;
    if (at != nullptr)
        for (const Expr& each : list(*at, "expressions")) out.push_back(output_name(each, dialect));
    return out;
}

/// A call that makes rows of a column; the fields of structures in it are columns too.
bool explodes_column(const Expr& call) {
    if (!call.is(ExprKind::function) || call.children.empty() || !call.children[0].is(ExprKind::column)) return false;
    static constexpr std::array<std::string_view, 4> kNames = {"EXPLODE", "EXPLODE_OUTER", "POSEXPLODE",
                                                               "POSEXPLODE_OUTER"};
    return std::find(kNames.begin(), kNames.end(), upper(call.text)) != kNames.end();
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

/// The queries inside one query, and its own tables.
struct Inside {
    std::vector<const Expr*> sources, others, tables;

    void add(const Expr& node, bool in_from) {
        if (is_query(node)) {
            (in_from ? sources : others).push_back(&node);
            return;
        }
        const Expr* name = is(node, "TABLE") ? part(node, "this") : nullptr;
        if (name != nullptr && name->is(ExprKind::identifier)) {
            tables.push_back(&node);
            return;
        }
        for (const Expr& child : node.children) add(child, in_from && name == nullptr && child.text != "on");
    }
};

/// `ctes` are the names of the common tables in sight, the same again when it returns.
void find_tables(const Expr& node, std::vector<std::string>& ctes, std::vector<const Expr*>& out) {
    const std::size_t outer = ctes.size();
    if (const Expr* with = part(node, "with")) {
        for (const Expr& cte : list(*with, "expressions")) {
            if (has(*with, "recursive")) ctes.push_back(source_name(cte));
            find_tables(*part(cte, "this"), ctes, out);
            ctes.push_back(source_name(cte));
        }
    }
    Inside inside;
    for (const Expr& child : node.children)
        if (child.text != "with")
            inside.add(child, child.text == "from" || child.text == "joins" || child.text == "laterals");
    for (const auto* queries : {&inside.sources, &inside.others})
        for (const Expr* each : *queries) find_tables(*each, ctes, out);
    for (const Expr* table : inside.tables) {
        // SQLMesh asks for the last name alone: far.t is none of the tables read where a CTE has the name t.
        if (std::find(ctes.begin(), ctes.end(), part(*table, "this")->text) == ctes.end()) out.push_back(table);
    }
    ctes.resize(outer);
}

}  // namespace

bool Source::has(const std::string& column) const {
    if (!names_.empty()) return names_.contains(column);
    return std::find(columns.begin(), columns.end(), column) != columns.end();
}

void Source::settle() {
    constexpr std::size_t kFewColumns = 32;
    if (columns.size() > kFewColumns) names_.insert(columns.begin(), columns.end());
}

const Source* Scope::named(const std::string& name) const {
    for (const Source& each : sources)
        if (each.name == name) return &each;
    return nullptr;
}

bool Scope::is_parameter(const std::string& name) const {
    return std::find(parameters.begin(), parameters.end(), name) != parameters.end();
}

std::string fqn_of(const Expr& table) {
    std::string out;
    for (const char* name : {"catalog", "db", "this"})
        if (const Expr* each = part(table, name)) out += (out.empty() ? "" : ".") + in_quotes(each->text);
    return out;
}

std::vector<const Expr*> tables_of(const Expr& query) {
    std::vector<const Expr*> out;
    std::vector<std::string> ctes;
    find_tables(query, ctes, out);
    return out;
}

Result<std::vector<std::string>> Qualifier::query(Expr& node, Scope* outer, const Names& names) {
    if (++depth_ > kScopesMax) return fail(ErrorCode::too_large, "Queries are nested too deep.");
    const std::size_t known = ctes_.size();
    const bool correlated = correlated_;
    correlated_ = correlated_ || outer != nullptr;
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
        TRY_STATUS(positions(node, nullptr));
    } else {
        return not_known(node.text);
    }
    ctes_.resize(known);
    correlated_ = correlated;
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
        if (has(join, "using")) return not_known("USING in brackets");
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
        TRY(made.columns, query(*part(*inner, "this"), scope.correlated ? &scope : nullptr, given));
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
            if (known == nullptr && cte == ctes_.rend()) return not_known(name);
            if (has(source, "catalog"))
                made.path = part(source, "catalog")->text + "." + part(source, "db")->text + "." + name;
            if (known != nullptr) made.columns = *known;
            made.open = made.columns.empty();  // also of a table that a CTE's name hides, see tables_of
        }
        for (std::size_t i = 0; i < given.size() && i < made.columns.size(); ++i) made.columns[i] = given[i];
    } else {
        // What a function as a table is called with keeps its names, but for queries in it.
        TRY_STATUS(is(source, "TABLE") ? queries(*part(source, "this"), scope) : columns(*inner, scope, nullptr));
        made.columns = given;
        made.open = given.empty();
        made.fields = is(source, "UNNEST") ? dialect_ == sql::Dialect::bigquery : lateral && explodes_column(*inner);
    }
    if (const Expr* pivot = part(source, "pivot")) {
        const bool cte = is(source, "TABLE") && !has(source, "db");
        if (!made.open) inside_pivot(*pivot, made, cte ? made.columns : pivoted(*pivot, made.columns, dialect_), scope);
        scope.transformed = true;
        made.name = source_name(*pivot);
        made.loose = is(source, "SUBQUERY");
        if (is(source, "TABLE") && !cte) made.table = source_name(source);
        if (!made.open) made.columns = pivoted(*pivot, made.columns, dialect_);
    }
    if (scope.named(made.name) != nullptr) raise(&scope, Stage::joins, "Alias already used: " + made.name, source);
    made.settle();
    scope.sources.push_back(std::move(made));
    return {};
}

Result<std::vector<std::string>> Qualifier::select(Expr& node, Scope* outer, const Names& names) {
    Scope scope;
    scope.outer = outer;
    scope.correlated = correlated_;
    scope.stage = Stage::functions;
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
        TRY_STATUS(group_aliases(node));
    } else if (early_) {
        TRY_STATUS(aliases(node, scope));
        known_.clear();
    }
    TRY_STATUS(clauses(node, scope));
    if (dialect_ == sql::Dialect::bigquery) bare_shadowed_keys(node);
    scope.stage = Stage::late;
    if (dialect_ != sql::Dialect::bigquery || !early_) TRY_STATUS(aliases(node, scope));
    TRY_STATUS(expand_stars(node, scope));
    name_outputs(node, names);
    TRY_STATUS(positions(node, &scope));
    validate(node, scope);
    known_ = std::move(outer_aliases);
    return outputs(node, dialect_);
}

bool has_own_keys(const Expr& node, const Expr& child) {
    if (is(node, "ORDER") && has(node, "this")) return true;
    if (node.is(ExprKind::unary) && node.text == "DISTINCT") return true;
    if (!child.is(ExprKind::keyword_argument)) return false;
    return (is(node, "WINDOW") && child.text == "order") || (is(node, "WITHINGROUP") && child.text == "expression");
}

/// In HAVING and QUALIFY names are aliases first, but for those that a call orders by or makes distinct.
Status Qualifier::ordered_by_calls(Expr& node, Scope& scope) {
    if (is_query(node) || node.is(ExprKind::lambda)) return {};
    for (Expr& child : node.children)
        TRY_STATUS(has_own_keys(node, child) ? columns(child, scope, nullptr) : ordered_by_calls(child, scope));
    return {};
}

/// Columns of all clauses but HAVING and QUALIFY, whose names are aliases first.
Status Qualifier::clauses(Expr& node, Scope& scope) {
    scope.stage = Stage::clauses;
    if (Expr* from = part(node, "from")) TRY_STATUS(nested_conditions(*part(*from, "this"), scope));
    const std::set<std::string> kept = output_names(node);
    const bool alone = scope.sources.size() == list(std::as_const(node), "joins").size() + 1 && !scope.transformed;
    for (Expr& child : node.children) {
        if (child.text == "with" || child.text == "from" || child.text == "laterals") continue;
        scope.stage = stage_of(child.text);
        if (child.text == "having" || child.text == "qualify") {
            TRY_STATUS(ordered_by_calls(child, scope));
            continue;
        }
        const bool order = child.text == "order" || child.text == "distinct";
        for (std::size_t i = 0; i < child.children.size(); ++i) {
            Expr& each = child.children[i];
            if (child.text == "joins") {
                TRY_STATUS(nested_conditions(*part(each, "this"), scope));
                // What several tables have may still be of one of those that are joined so far.
                scope.joined = alone ? i + 2 : 0;
                if (Expr* on = part(each, "on")) TRY_STATUS(columns(*on, scope, nullptr));
                scope.joined = 0;
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

Stage stage_of(std::string_view clause) {
    if (clause == "expressions" || clause == "distinct") return Stage::projections;
    return clause == "limit" ? Stage::limit : Stage::clauses;
}

/// Gives columns their tables. Names in `kept` are those of projections and stay; names that nothing has stay too.
Status Qualifier::columns(Expr& node, Scope& scope, const std::set<std::string>* kept) {
    if (is_query(node)) {
        if (is(node, "SUBQUERY") && has(node, "alias") && !alias_columns(node).empty()) return not_known("its alias");
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
        if (!alias) column(node, scope);
        return {};
    }
    if (node.is(ExprKind::data_type)) return {};
    if (node.is(ExprKind::lambda)) {
        const Parameters parameters(node, scope);
        return columns(node.children.back(), scope, nullptr);
    }
    for (Expr& child : node.children) {
        if (child.is(ExprKind::keyword_argument) && is(node, "WINDOW") && child.text == "alias") continue;
        if (child.is(ExprKind::keyword_argument) && child.text == "EXCEPT" && node.is(ExprKind::star)) continue;
        const bool own = is_aggregate(node, dialect_) || has_own_keys(node, child);
        TRY_STATUS(columns(child, scope, own ? nullptr : kept));
    }
    return {};
}

Status Qualifier::queries(Expr& node, Scope& scope) {
    if (is_query(node)) return columns(node, scope, nullptr);
    if (node.is(ExprKind::column) && node.children.size() > 1 && !is_star(node)) column(node, scope);
    for (Expr& child : node.children)
        TRY_STATUS(has_own_keys(node, child) ? columns(child, scope, nullptr) : queries(child, scope));
    return {};
}

/// The only source with a column; "" if none has it, or several. If `joined` is given, of several that which is alone
/// among as many sources from the first.
std::string Qualifier::owner(const std::string& name, const Scope& scope, std::size_t joined) const {
    const auto among = [&](std::size_t sources) {
        const Source* found = nullptr;
        for (std::size_t i = 0; i < sources; ++i) {
            const Source& each = scope.sources[i];
            if (!each.has(name) || each.hidden) continue;
            if (found != nullptr) return std::string();
            found = &each;
        }
        return found == nullptr ? std::string() : found->name;
    };
    const std::string found = among(scope.sources.size());
    return found.empty() && joined > 0 ? among(joined) : found;
}

/// Finds a column of a source whose name it was given.
void Qualifier::look_up(const std::string& name, const Source& source, Scope& scope, Stage stage, const Expr& at) {
    if (source.open || source.loose || source.has(name)) return;
    unsure_ = unsure_ || source.fields;
    raise(&scope, stage, "Unknown column: " + name, at);
}

namespace {

/// A column whose table is named by its whole path gets the table's alias.
void shorten_path(std::vector<Expr>& parts, const Scope& scope) {
    if (parts.size() != 4 || scope.named(parts[2].text) == nullptr) return;
    const std::string path = parts[0].text + "." + parts[1].text + "." + parts[2].text;
    for (const Source& source : scope.sources) {
        if (source.path != path) continue;
        parts = {identifier(source.name), parts.back()};
        return;
    }
}

}  // namespace

/// Gives a column its table, if it is one of the scope.
void Qualifier::column(Expr& node, Scope& scope) {
    std::vector<Expr>& parts = node.children;
    shorten_path(parts, scope);
    const std::string name = parts.front().text;
    if (sql::is_pseudocolumn(parts.back().text, dialect_) || scope.is_parameter(name)) return;
    if (parts.size() > 1) {
        const std::string& table = parts[parts.size() - 2].text;
        for (Scope* at = &scope; at != nullptr; at = at->outer) {
            const Source* source = at->named(table);
            if (source == nullptr) continue;
            look_up(parts.back().text, *source, *at, at == &scope ? scope.stage : Stage::inner, node);
            return;
        }
        if (scope.transformed && scope.sources.front().table == table)
            look_up(parts.back().text, scope.sources.front(), scope, scope.stage, node);
        if (const Source* source = scope.named(name)) {  // t.a.field
            look_up(parts[1].text, *source, scope, scope.stage, node);
            return;
        }
        for (const Scope* at = scope.outer; at != nullptr; at = at->outer)
            if (at->named(name) != nullptr) return;
    } else if (const auto merged = scope.merged.find(name); merged != scope.merged.end()) {
        Expr call = merged_column(name, merged->second);
        call.comments = node.comments;
        node = std::move(call);
        return;
    }
    // In the scope of a PIVOT all names are its columns.
    const bool of_pivot = scope.transformed && parts.size() == 1 && scope.stage != Stage::late;
    const std::string table =
        of_pivot ? scope.sources.front().name : owner(name, scope, parts.size() == 1 ? scope.joined : 0);
    if (!table.empty()) parts.insert(parts.begin(), identifier(table));
}

Result<std::optional<Finding>> qualify(Expr& query, sql::Dialect dialect, const ColumnsOf& columns, bool early) {
    const bool first = early || dialect == sql::Dialect::clickhouse;
    Qualifier qualifier(dialect, columns, first);
    TRY_STATUS(qualifier.query(query, nullptr, {}));
    quote_all(query);
    return qualifier.finding();
}

}  // namespace towline::query
