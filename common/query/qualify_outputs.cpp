// What qualification makes of USING, of aliases, of stars and of numbers that stand for projections.
#include <algorithm>
#include <array>

#include "base/strings.h"
#include "query/canonical.h"
#include "query/qualifier.h"
#include "query/simplify.h"
#include "sql/function_text.h"
#include "sql/pseudocolumns.h"

namespace towline::query {
namespace {

constexpr std::size_t kColumnNodes = 3;  ///< With the names of its table and its own.
constexpr std::size_t kStarNodes = 4;    ///< With an alias.

tl::unexpected<Error> unknown(const std::string& what) {
    return fail(ErrorCode::unsupported, "What '" + what + "' stands for is not known.");
}

/// A call that makes rows of one, or a query that reads from one.
bool gives_rows(const Expr& node) {
    static constexpr std::array<std::string_view, 5> kNames = {"UNNEST", "EXPLODE", "EXPLODE_OUTER", "POSEXPLODE",
                                                               "POSEXPLODE_OUTER"};
    const bool call = node.is(ExprKind::function) || node.is(ExprKind::clause);
    if (call && std::find(kNames.begin(), kNames.end(), upper(node.text)) != kNames.end()) return true;
    return std::any_of(node.children.begin(), node.children.end(), gives_rows);
}

bool has_aggregate(const Expr& node, sql::Dialect dialect) {
    return is_aggregate(node, dialect) || std::any_of(node.children.begin(), node.children.end(),
                                                      [&](const Expr& each) { return has_aggregate(each, dialect); });
}

bool is_number(const Expr& node) {
    return node.is(ExprKind::number) ||
           (node.is(ExprKind::unary) && node.text == "-" && node.children[0].is(ExprKind::number));
}

bool is_constant(const Expr& node) {
    return is_number(node) || node.is(ExprKind::string) || node.is(ExprKind::null) || node.is(ExprKind::boolean);
}

/// What an alias stands for, with brackets where the expression around it asks for them.
Expr standing_for(const Expr& value, const Expr& around) {
    if (is_query(value)) return value;
    const bool apart = around.is(ExprKind::clause) || around.is(ExprKind::alias) || around.is(ExprKind::tuple) ||
                       (around.is(ExprKind::keyword_argument) && around.text != "partition_by");
    const Expr parent = kind_around(around);
    Expr out = make(ExprKind::paren, {}, {value});
    drop_brackets(out, apart ? nullptr : &parent);
    return out;
}

/// The literal as a position among the projections, from one; 0 if it is none.
std::size_t position_of(const Expr& node) {
    if (!node.is(ExprKind::number)) return 0;
    const auto number = parse_int(node.text);
    return number && *number > 0 ? static_cast<std::size_t>(*number) : 0;
}

Expr in_quotes(Expr node) {
    quote_all(node);
    return node;
}

}  // namespace

bool is_aggregate(const Expr& node, sql::Dialect dialect) {
    return node.is(ExprKind::function) && sql::is_printed_aggregate(node.text, dialect);
}

/// A column of USING: the first of them that is no NULL.
Expr Qualifier::merged_column(const std::string& name, const std::vector<std::string>& tables) {
    Expr out = make(ExprKind::function, "COALESCE");
    if (!expanded_.take_nodes(kColumnNodes * tables.size())) too_large_ = true;
    if (too_large_) return out;
    for (const std::string& table : tables) out.children.push_back(query::column(table, name));
    return out;
}

Status Qualifier::expand_using(Expr& node, Scope& scope) {
    if (!has(node, "joins")) return {};
    std::vector<Expr>& joins = list(node, "joins");
    // Of brackets it is not known which of their tables the columns of USING are.
    const auto brackets = [](const Expr& join) { return is(*part(join, "this"), "NESTED"); };
    const bool nested =
        std::any_of(joins.begin(), joins.end(), brackets) || is(*part(*part(node, "from"), "this"), "NESTED");
    const bool shared = std::any_of(joins.begin(), joins.end(), [](const Expr& join) { return has(join, "using"); });
    if (nested) return shared ? unknown("USING") : Status();
    const std::size_t behind = list(static_cast<const Expr&>(node), "laterals").size();
    const std::size_t first = scope.sources.size() - joins.size() - behind;
    for (std::size_t i = 0; i < joins.size(); ++i) {
        const std::vector<Expr> columns = has(joins[i], "using") ? list(joins[i], "using") : std::vector<Expr>();
        if (columns.empty()) continue;
        const Source& right = scope.sources[first + i];
        const bool semi = text(joins[i], "kind") == "SEMI" || text(joins[i], "kind") == "ANTI";
        bool left_open = false;
        for (std::size_t s = 0; s < first + i; ++s) left_open = left_open || scope.sources[s].open;
        Expr condition;
        for (std::size_t c = 0; c < columns.size(); ++c) {
            const std::string& name = columns[c].text;
            std::vector<std::string> owners;
            for (std::size_t s = 0; s < first + i; ++s)
                if (scope.sources[s].has(name)) owners.push_back(scope.sources[s].name);
            if (owners.empty() || !right.has(name)) {
                if (left_open || right.columns.empty()) return unknown(name);
                raise(&scope, Stage::joins, "Cannot automatically join: " + name, joins[i]);
                continue;
            }
            Expr left = query::column(owners.front(), name);
            if (i > 0 && columns.size() > 1 && owners.size() > 1) {
                left = merged_column(name, owners);
            }
            Expr equal = operation("=", std::move(left), query::column(right.name, name));
            condition = c == 0 ? std::move(equal) : operation("AND", std::move(condition), std::move(equal));
            if (semi) continue;
            std::vector<std::string>& tables = scope.merged[name];
            for (const std::string& table : {owners.front(), right.name})
                if (std::find(tables.begin(), tables.end(), table) == tables.end()) tables.push_back(table);
        }
        remove(joins[i], "using");
        set(joins[i], "on", std::move(condition));
    }
    return {};
}

/// BigQuery: a key of GROUP BY that is the name of a projection and nothing else is that projection before it is a
/// column.
Status Qualifier::group_aliases(Expr& node) {
    Expr* group = part(node, "group");
    if (group == nullptr) return {};
    const std::vector<Expr>& projections = list(static_cast<const Expr&>(node), "expressions");
    for (Expr& child : group->children) {
        if (child.text != "expressions") continue;
        for (Expr& key : child.children) {
            if (!key.is(ExprKind::column) || key.children.size() != 1) continue;
            for (std::size_t i = projections.size(); i-- > 0;) {
                if (!projections[i].is(ExprKind::alias) || projections[i].text != key.children[0].text) continue;
                const Expr& value = projections[i].children.front();
                if (is_constant(value) && !value.is(ExprKind::null) && !value.is(ExprKind::boolean))
                    key = make(ExprKind::number, std::to_string(i + 1));
                else if (copies_.take(value))
                    key = value;
                else
                    return fail(ErrorCode::too_large, "An alias is repeated too often.");
                break;
            }
        }
    }
    return {};
}

/// BigQuery takes `t` of a key `t.a` for the projection of that name, if there is one: the first such key loses its
/// table.
void Qualifier::bare_shadowed_keys(Expr& node) const {
    Expr* group = part(node, "group");
    if (group == nullptr) return;
    std::set<std::string> names, given;
    for (const Expr& each : list(static_cast<const Expr&>(node), "expressions")) {
        names.insert(output_name(each, dialect_));
        if (each.is(ExprKind::alias)) given.insert(each.text);
    }
    for (Expr& child : group->children)
        for (Expr& key : child.children) {
            if (!key.is(ExprKind::column) || key.children.size() != 2) continue;
            if (!names.contains(key.children[0].text) || given.contains(key.children[1].text)) continue;
            Expr name = std::move(key.children[1]);
            key = std::move(name);
            return;
        }
}

/// Replaces names of projections by what they stand for, where a clause may name them.
Status Qualifier::aliases(Expr& node, Scope& scope) {
    if (dialect_ == sql::Dialect::oracle) {  // they are not replaced there
        for (const char* late : {"having", "qualify"})
            if (Expr* clause = part(node, late)) TRY_STATUS(queries(*clause, scope));
        return {};
    }
    int position = 0;
    for (Expr& each : list(node, "expressions")) {
        ++position;
        TRY_STATUS(replace_aliases(each, scope, false, Enclosing::nothing));
        if (each.is(ExprKind::alias)) known_[each.text] = {each.children.front(), position};
    }
    if (Expr* where = part(node, "where")) TRY_STATUS(replace_aliases(*where, scope, false, Enclosing::nothing));
    if (Expr* group = part(node, "group")) {
        for (Expr& child : group->children) {
            for (Expr& key : child.children) {
                const bool named = key.is(ExprKind::column) && key.children.size() == 1;
                const auto known = named ? known_.find(key.children[0].text) : known_.end();
                if (known != known_.end() && is_constant(known->second.first) &&
                    !known->second.first.is(ExprKind::null) && !known->second.first.is(ExprKind::boolean)) {
                    key = make(ExprKind::number, std::to_string(known->second.second));
                    continue;
                }
                TRY_STATUS(replace_aliases(key, scope, false, Enclosing::nothing));
            }
        }
    }
    if (Expr* having = part(node, "having")) {
        if (dialect_ == sql::Dialect::bigquery) shadowing_ = output_names(node);
        TRY_STATUS(replace_aliases(*having, scope, true, Enclosing::nothing));
        shadowing_.reset();
        shadowed_ = false;
    }
    if (Expr* qualify = part(node, "qualify")) TRY_STATUS(replace_aliases(*qualify, scope, true, Enclosing::nothing));
    if (dialect_ != sql::Dialect::snowflake || !has(node, "joins")) return {};
    for (Expr& join : list(node, "joins"))
        if (has(join, "on")) TRY_STATUS(replace_aliases(join, scope, false, Enclosing::nothing));
    return {};
}

/// True if a column's table is called as a projection is.
bool Qualifier::is_shadowed(const Expr& column, const Scope& scope) const {
    if (!shadowing_) return false;
    const std::string& first = column.children.front().text;
    return shadowing_->contains(column.children.size() > 1 ? first : owner(first, scope));
}

/// The same for a column inside a node.
Status Qualifier::replace_alias(Expr& column, const Expr& around, Scope& scope, bool having, Enclosing enclosing) {
    const auto known = known_.find(column.children.back().text);
    if (known == known_.end() && is_shadowed(column, scope)) {
        Expr name = std::move(column.children.back());
        column = std::move(name);
        shadowed_ = true;
        return {};
    }
    const bool named = column.children.size() == 1 && known != known_.end();
    if (!named || (enclosing == Enclosing::aggregate && has_aggregate(known->second.first, dialect_))) {
        if (having) this->column(column, scope);
    } else if (!having || !is_constant(known->second.first)) {
        if (!copies_.take(known->second.first, sql::kAliasHeightMax))
            return fail(ErrorCode::too_large, "What '" + known->first + "' stands for is repeated too often.");
        std::vector<std::string> comments = column.comments;
        column = standing_for(known->second.first, around);
        for (std::string& comment : comments) column.comments.push_back(std::move(comment));
    }
    return {};
}

Status Qualifier::replace_aliases(Expr& node, Scope& scope, bool having, Enclosing enclosing) {
    if (is_query(node)) return having ? columns(node, scope, nullptr) : Status();
    if (node.is(ExprKind::lambda)) return having ? columns(node, scope, nullptr) : Status();
    if (is(node, "WINDOW"))
        enclosing = Enclosing::window;
    else if (enclosing == Enclosing::nothing && is_aggregate(node, dialect_))
        enclosing = Enclosing::aggregate;
    for (Expr& child : node.children) {
        if (shadowed_) return {};
        const bool window_name = child.is(ExprKind::keyword_argument) && is(node, "WINDOW") && child.text == "alias";
        if (window_name || is_star(child)) continue;
        if (!child.is(ExprKind::column)) {
            TRY_STATUS(replace_aliases(child, scope, having, enclosing));
            continue;
        }
        TRY_STATUS(replace_alias(child, node, scope, having, enclosing));
    }
    if (node.is(ExprKind::column) && node.children.size() == 1) {
        const auto known = known_.find(node.children[0].text);
        if (known == known_.end()) return {};
        if (!copies_.take(known->second.first)) return fail(ErrorCode::too_large, "An alias is repeated too often.");
        node = Expr(known->second.first);
    }
    return {};
}

/// The names of projections, which stay as they are in ORDER BY and DISTINCT ON.
std::set<std::string> Qualifier::output_names(const Expr& node) const {
    std::set<std::string> out;
    for (const Expr& each : list(node, "expressions")) out.insert(output_name(each, dialect_));
    return out;
}

Status Qualifier::expand_stars(Expr& node, Scope& scope) {
    std::vector<Expr>& projections = list(node, "expressions");
    if (std::none_of(projections.begin(), projections.end(), is_star)) return {};
    std::vector<Expr> out;
    std::set<std::string> merged;
    for (const Expr& each : projections) {
        const bool named = each.is(ExprKind::column) && each.children.size() == 2;
        const Source* source = is_star(each) && named ? scope.named(each.children[0].text) : nullptr;
        const bool pivoted = source != nullptr && !source->table.empty() && source->table != source->name;
        if (is_star(each) && named && (source == nullptr || pivoted)) {
            const std::string& table = each.children[0].text;
            if (!owner(table, scope).empty()) return unknown(table + ".*");  // the fields of a structure
            raise(&scope, Stage::stars, "Unknown table: " + table, each);
        }
        if (!is_star(each)) {
            out.push_back(each);
        } else if (!expand_star(each, scope, out, merged)) {
            return {};  // all of them stay, the rest is qualified
        }
    }
    projections = std::move(out);
    return {};
}

Status Qualifier::expand_star(const Expr& star, Scope& scope, std::vector<Expr>& out, std::set<std::string>& merged) {
    const Expr& tail = star.is(ExprKind::star) ? star : star.children.back();
    std::vector<const Source*> sources;
    if (star.is(ExprKind::star)) {
        for (const Source& each : scope.sources)
            if (!each.hidden) sources.push_back(&each);
        std::stable_sort(sources.begin(), sources.end(),
                         [](const Source* a, const Source* b) { return a->rank < b->rank; });
    } else {
        if (star.children.size() != 2) return unknown("*");
        sources.push_back(scope.named(star.children[0].text));
    }
    std::set<std::string> left_out;
    std::map<std::string, const Expr*> replaced;
    std::map<std::string, std::string> renamed;
    for (const Expr& change : tail.children) {
        for (const Expr& each : change.children) {
            if (change.text == "EXCEPT")
                left_out.insert(each.is(ExprKind::column) ? each.children.back().text : each.text);
            if (change.text == "REPLACE") replaced[each.text] = &each;
            if (change.text == "RENAME") renamed[each.children[0].children.back().text] = each.text;
        }
    }
    if (sources.empty()) return unknown("*");
    for (const Source* source : sources) {
        if (source == nullptr || source->open || source->columns.empty()) return unknown("*");
        for (const std::string& name : source->columns) {
            if (left_out.contains(name) || merged.contains(name)) continue;
            if (dialect_ == sql::Dialect::bigquery && sql::is_pseudocolumn(name, dialect_)) continue;
            if (name == "*") return unknown("*");
            if (!expanded_.take_nodes(kStarNodes)) too_large_ = true;
            if (too_large_) return unknown("*");
            const auto both = scope.merged.find(name);
            const bool shared = both != scope.merged.end() &&
                                std::find(both->second.begin(), both->second.end(), source->name) != both->second.end();
            if (shared) {
                merged.insert(name);
                out.push_back(aliased(merged_column(name, both->second), name));
                continue;
            }
            const auto value = replaced.find(name);
            if (value != replaced.end() && !copies_.take(*value->second)) too_large_ = true;
            Expr made = value != replaced.end() && !too_large_ ? *value->second : query::column(source->name, name);
            const auto other = renamed.find(name);
            if (other != renamed.end()) made = aliased(std::move(made), other->second);
            out.push_back(std::move(made));
        }
    }
    return {};
}

void Qualifier::name_outputs(Expr& node, const Names& names) {
    std::vector<Expr>& projections = list(node, "expressions");
    for (std::size_t i = 0; i < projections.size(); ++i) {
        Expr& each = projections[i];
        if (is_star(each)) continue;
        if (is(each, "SUBQUERY") && !has(each, "alias")) {
            const std::string name = output_name(each, dialect_);
            Expr alias = clause("TABLEALIAS");
            if (name.empty()) {
                set(alias, "this", identifier("_col_" + std::to_string(i)));
                set(each, "alias", std::move(alias));
            } else if (i < names.size()) {
                each = aliased(std::move(each), names[i]);
            }
        } else if (!each.is(ExprKind::alias) && !is(each, "SUBQUERY")) {
            const std::string name = output_name(each, dialect_);
            each = aliased(std::move(each), name.empty() ? "_col_" + std::to_string(i) : name);
        }
        if (i < names.size() && each.is(ExprKind::alias)) each.text = names[i];
    }
}

/// GROUP BY 1 is the first projection, ORDER BY 1 its name.
Status Qualifier::positions(Expr& node, Scope* scope) {
    const Expr* at = first_select(node);
    if (at == nullptr) return {};
    const std::vector<Expr> projections = list(*at, "expressions");
    if (Expr* group = part(node, "group"); group != nullptr && has(*group, "expressions")) {
        for (Expr& key : list(*group, "expressions")) {
            const std::size_t place = position_of(key);
            if (place == 0) continue;
            if (place > projections.size()) {
                raise(scope, Stage::positions, "Unknown output column: " + key.text, key);
                continue;
            }
            if (!projections[place - 1].is(ExprKind::alias)) return unknown(key.text);
            const Expr& value = projections[place - 1].children.front();
            if (is_constant(value) || gives_rows(value)) continue;
            if (!copies_.take(value)) return fail(ErrorCode::too_large, "A key of GROUP BY is repeated too often.");
            key = value;
        }
    }
    std::vector<Expr> quoted;
    if (has(node, "group"))
        for (const Expr& each : projections) quoted.push_back(in_quotes(each));
    const auto expand = [&](Expr& key) -> Status {
        const std::size_t place = position_of(key);
        if (place > 0) {
            if (place > projections.size()) {
                raise(scope, Stage::positions, "Unknown output column: " + key.text, key);
                return {};
            }
            key = query::column("", output_name(projections[place - 1], dialect_));
            return {};
        }
        if (!has(node, "group")) return {};
        const Expr wanted = in_quotes(key);  // t.a of the author is the same as t.a that became of a
        for (const Expr& each : quoted)
            if (each.is(ExprKind::alias) && each.children.front() == wanted) key = query::column("", each.text);
        return {};
    };
    if (Expr* order = part(node, "order"))
        for (Expr& key : list(*order, "expressions")) TRY_STATUS(expand(*part(key, "this")));
    Expr* distinct = part(node, "distinct");
    if (Expr* on = distinct == nullptr ? nullptr : part(*distinct, "on"))
        for (Expr& key : on->children) TRY_STATUS(expand(key));
    return {};
}

}  // namespace towline::query
