// What is left without a table when a SELECT is qualified: columns of the queries around it, and what is wrong.
#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "query/qualifier.h"
#include "sql/pseudocolumns.h"

namespace towline::query {
namespace {

/// Dialects in which a table's name may stand for its row.
bool rows_are_columns(sql::Dialect dialect) {
    static constexpr std::array<sql::Dialect, 5> kDialects = {sql::Dialect::bigquery, sql::Dialect::postgres,
                                                              sql::Dialect::redshift, sql::Dialect::risingwave,
                                                              sql::Dialect::materialize};
    return std::find(kDialects.begin(), kDialects.end(), dialect) != kDialects.end();
}

/// The column that an UNPIVOT makes of names.
bool is_key_of_unpivot(const Expr& pivot, const Expr& column) {
    return has(pivot, "unpivot") && &column == part(*part(pivot, "field"), "this");
}

const Found& first_of(const std::vector<Found>& found) {
    return *std::min_element(found.begin(), found.end(), [](const Found& a, const Found& b) {
        return std::tie(a.stage, a.place) < std::tie(b.stage, b.place);
    });
}

}  // namespace

Result<std::optional<Finding>> Qualifier::finding() const {
    if (too_large_) return fail(ErrorCode::too_large, "Stars and USING stand for too many columns.");
    if (unsure_) return fail(ErrorCode::unsupported, "Which fields of structures are columns is not known.");
    if (raised_) return raised_;
    return unresolved_ ? unresolved_ : ambiguous_;
}

/// No scope: a set operation's.
void Qualifier::raise(Scope* scope, Stage stage, std::string message, const Expr& at) {
    if (scope != nullptr)
        scope->raised.push_back({stage, at.span.begin, {std::move(message), std::nullopt}});
    else if (!raised_)
        raised_ = Finding{std::move(message), std::nullopt};
}

/// All clauses, as sqlglot's validation goes through them.
void Qualifier::validate(Expr& node, Scope& scope) {
    const std::set<std::string> outputs = output_names(node);
    for (Expr& child : node.children) {
        if (child.text == "with") continue;
        scope.stage = stage_of(child.text);
        // BigQuery's keys of groups may be names of projections.
        const bool named = child.text == "order" || child.text == "distinct" ||
                           (child.text == "group" && dialect_ == sql::Dialect::bigquery);
        const bool late = child.text == "having" || child.text == "qualify";
        for (Expr& each : child.children) {
            if (child.text == "from" || child.text == "joins") rest_of_source(*part(each, "this"), scope);
            if (child.text == "laterals") rest_of_source(each, scope);
            if (Expr* on = child.text == "joins" ? part(each, "on") : nullptr) rest(*on, scope, {});
            if (child.text == "from" || child.text == "joins" || child.text == "laterals") continue;
            rest(each, scope, {named ? &outputs : nullptr, late});
        }
    }
    leave(scope);
}

/// What a source is called with, and the conditions of joins in brackets.
void Qualifier::rest_of_source(Expr& source, Scope& scope) {
    if (is(source, "NESTED")) {
        rest_of_source(*part(source, "this"), scope);
        if (!has(source, "joins")) return;
        for (Expr& join : list(source, "joins")) {
            rest_of_source(*part(join, "this"), scope);
            if (Expr* on = part(join, "on")) rest(*on, scope, {});
        }
        return;
    }
    scope.stage = Stage::inner;
    if (is(source, "TABLE")) {  // names without tables are what they are in a call
        rest(*part(source, "this"), scope, {nullptr, true});
    } else if (is(source, "UNNEST") || is(source, "LATERAL") || is(source, "VALUES")) {
        for (Expr& child : source.children)
            if (child.text != "alias") rest(child, scope, {});
    }
    scope.stage = Stage::clauses;
}

/// What is left without a table after aliases were looked at.
void Qualifier::rest(Expr& node, Scope& scope, const Kept& kept) {
    if (is_query(node) || node.is(ExprKind::data_type)) return;
    if (node.is(ExprKind::column) && !is_star(node)) {
        rest_of_column(node, scope, kept);
        return;
    }
    if (node.is(ExprKind::lambda)) {
        const Parameters parameters(node, scope);
        rest(node.children.back(), scope, kept);
        return;
    }
    for (Expr& child : node.children) {
        const bool name = child.is(ExprKind::keyword_argument) && is(node, "WINDOW") && child.text == "alias";
        const bool left_out = child.is(ExprKind::keyword_argument) && child.text == "EXCEPT" && node.is(ExprKind::star);
        if (!name && !left_out) rest(child, scope, has_own_keys(node, child) ? Kept{} : kept);
    }
}

void Qualifier::rest_of_column(Expr& node, Scope& scope, const Kept& kept) {
    const std::vector<Expr>& parts = node.children;
    if (sql::is_pseudocolumn(parts.back().text, dialect_) || scope.is_parameter(parts.front().text)) return;
    if (parts.size() == 1) {
        if (!kept.holds(parts.front().text)) unresolved(node, scope);
        return;
    }
    const std::string& table = parts[parts.size() - 2].text;
    for (const Scope* at = &scope; at != nullptr; at = at->outer)
        if (at->named(table) != nullptr || at->named(parts.front().text) != nullptr) return;
    unresolved(node, scope);
}

/// A name that the scope does not have is one of the scopes around it.
void Qualifier::unresolved(Expr& node, Scope& scope) {
    std::vector<Expr>& parts = node.children;
    const std::string name = parts.front().text;
    bool unsure = false;
    for (const Scope* at = &scope; at != nullptr; at = at->outer) {
        unsure = unsure ||
                 std::any_of(at->sources.begin(), at->sources.end(), [](const Source& each) { return each.fields; });
        const Source* row = parts.size() == 1 && rows_are_columns(dialect_) ? at->named(name) : nullptr;
        if (row != nullptr && !row->hidden) return;
        if (at == &scope) continue;
        const bool of_pivot = at->transformed && parts.size() == 1;
        const std::string table = of_pivot ? at->sources.front().name : owner(name, *at);
        if (table.empty()) continue;
        parts.insert(parts.begin(), identifier(table));
        return;
    }
    unsure_ = unsure_ || unsure;
    note(node, scope);
}

/// Nothing has the column.
void Qualifier::note(const Expr& column, Scope& scope) {
    const std::vector<Expr>& parts = column.children;
    const bool qualified = parts.size() > 1;
    Finding finding{parts.back().text, std::nullopt};
    if (column.span.end > 0) finding.last_byte = column.span.end - 1;
    if (qualified) finding.message += "' could not be resolved for table: '" + parts[parts.size() - 2].text;
    scope.unresolved.push_back({scope.stage, column.span.begin, std::move(finding), qualified});
}

/// Columns that a PIVOT names: bare ones are its source's; those with a table sqlglot looks for among `known`.
void Qualifier::inside_pivot(const Expr& pivot, const Source& source, const Names& known, Scope& scope) {
    const Stage stage = std::exchange(scope.stage, Stage::clauses);
    for (const Expr* column : sql::columns_of(has(pivot, "unpivot") ? *part(pivot, "field") : pivot)) {
        const std::string& name = column->children.back().text;
        const std::size_t parts = column->children.size();
        if (parts == 1 && !source.has(name) && !is_key_of_unpivot(pivot, *column)) note(*column, scope);
        const bool of_source = parts > 1 && column->children[parts - 2].text == source.name;
        if (of_source && std::find(known.begin(), known.end(), name) == known.end())
            raise(&scope, Stage::clauses, "Unknown column: " + name, *column);
    }
    scope.stage = stage;
}

/// Tells what is wrong in a scope to the one around it, where it may be right, or to the caller.
void Qualifier::leave(Scope& scope) {
    if (!scope.raised.empty() && !raised_) raised_ = first_of(scope.raised).finding;
    if (scope.outer != nullptr) {
        for (Found& each : scope.unresolved) {
            each.stage = Stage::inner;
            scope.outer->unresolved.push_back(std::move(each));
        }
        return;
    }
    const bool lenient = scope.correlated || scope.transformed;
    if (lenient) std::erase_if(scope.unresolved, [](const Found& each) { return each.qualified; });
    std::optional<Finding>& first = lenient ? ambiguous_ : unresolved_;
    if (scope.unresolved.empty() || first) return;
    const Found& found = first_of(scope.unresolved);
    first = found.finding;
    if (lenient) {
        first->message = "Ambiguous column '" + first->message + "'";
        first->place_in_brackets = true;
    } else {
        first->message = "Column '" + first->message + (found.qualified ? "'." : "' could not be resolved.");
    }
}

}  // namespace towline::query
