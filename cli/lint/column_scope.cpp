#include "lint/column_scope.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "sql/pseudocolumns.h"

namespace towline::lint {
namespace {

bool contains(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Words that read as columns and are none.
bool is_reserved(std::string_view name, sql::Dialect dialect) {
    if (iequals(name, "USER")) return dialect == sql::Dialect::redshift || dialect == sql::Dialect::exasol;
    if (iequals(name, "ALL") || iequals(name, "DEFAULT")) return true;
    // Where functions take units as bare words, not all of them are known.
    constexpr std::string_view kUnits =
        " MILLENNIUM CENTURY DECADE YEAR YEARS QUARTER MONTH MONTHS WEEK WEEKS DAY DAYS WEEKDAY HOUR HOURS MINUTE "
        "MINUTES SECOND SECONDS MILLISECOND MICROSECOND ISOWEEK EPOCH DOW DOY ";
    const bool bare = dialect != sql::Dialect::duckdb && dialect != sql::Dialect::postgres;
    return bare && kUnits.find(" " + upper(name) + " ") != std::string_view::npos;
}

/// True if a table's name or alias may stand for its row.
bool tables_are_columns(sql::Dialect dialect) {
    return dialect == sql::Dialect::bigquery || dialect == sql::Dialect::postgres ||
           dialect == sql::Dialect::redshift || dialect == sql::Dialect::risingwave;
}

std::string folded(const sql::Expr& part, sql::Dialect dialect) {
    return sql::normalize_identifier(part.text, part.quoted, dialect);
}

std::optional<std::size_t> last_byte(const sql::Expr& part) {
    if (part.span.end == 0) return std::nullopt;
    return part.span.end - 1;
}

std::optional<ScopedProblem> qualified(const std::string& table, const sql::Expr& part, const Scope& scope,
                                       sql::Dialect dialect) {
    const Source* source = scope.source(table);
    if (!source->names || stays_star(*source) || contains(*source->names, folded(part, dialect))) return std::nullopt;
    return ScopedProblem{{"Unknown column: " + folded(part, dialect), std::nullopt}, true};
}

std::optional<ScopedProblem> unqualified(const sql::Expr& part, const Scope& scope, sql::Dialect dialect,
                                         bool in_join) {
    const std::string name = folded(part, dialect);
    const std::size_t found = scope.count(name);
    if (found == 1 || (contains(scope.aliases, name) && !in_join)) return std::nullopt;
    if (is_reserved(part.text, dialect) && !part.quoted) return std::nullopt;
    if (found > 1 && (contains(scope.merged, name) || in_join)) return std::nullopt;
    const bool row = tables_are_columns(dialect) && scope.source(name) != nullptr;
    if (found == 0 && (!scope.sees_everything() || scope.known_outside(name) || row)) return std::nullopt;
    return ScopedProblem{{"Column '" + name + "' could not be resolved.", last_byte(part)}, false};
}

}  // namespace

bool stays_star(const Source& source) { return source.names ? contains(*source.names, kStar) : source.opaque; }

bool Scope::sees_everything() const {
    if (sources.empty() && outer == nullptr && is_derived) return false;
    const bool here = std::all_of(sources.begin(), sources.end(),
                                  [](const Source& source) { return stays_star(source) || source.names.has_value(); });
    return here && (outer == nullptr || outer->sees_everything());
}

const Source* Scope::source(const std::string& alias) const {
    const auto found = std::find_if(sources.begin(), sources.end(), [&](const Source& s) { return s.alias == alias; });
    return found == sources.end() ? nullptr : &*found;
}

std::size_t Scope::count(const std::string& name) const {
    return static_cast<std::size_t>(std::count_if(
        sources.begin(), sources.end(), [&](const Source& s) { return s.names && contains(*s.names, name); }));
}

bool Scope::known_outside(const std::string& name) const {
    for (const Scope* scope = outer; scope != nullptr; scope = scope->outer)
        if (scope->count(name) > 0 || contains(scope->aliases, name) || scope->source(name) != nullptr) return true;
    return false;
}

std::optional<ScopedProblem> problem_of(const sql::Expr& column, const Scope& scope, sql::Dialect dialect,
                                        bool in_join) {
    const std::vector<sql::Expr>& parts = column.children;
    if (parts.empty() || parts.back().is(sql::ExprKind::star)) return std::nullopt;
    if (sql::is_pseudocolumn(parts.back().text, dialect)) return std::nullopt;
    if (parts.size() == 1) return unqualified(parts[0], scope, dialect, in_join);
    const std::string first = folded(parts[0], dialect);
    if (scope.source(first) != nullptr) return qualified(first, parts[1], scope, dialect);
    const std::string table = folded(parts[parts.size() - 2], dialect);
    if (scope.source(table) != nullptr) return qualified(table, parts.back(), scope, dialect);
    // The first part may be a column whose fields are named, or a table outside.
    const bool maybe_field = scope.count(first) > 0 || contains(scope.aliases, first) || !scope.sees_everything();
    if (maybe_field || parts.size() > 2 || scope.known_outside(first)) return std::nullopt;
    return ScopedProblem{
        {"Column '" + folded(parts.back(), dialect) + "' could not be resolved for table: '" + table + "'.",
         last_byte(parts.back())},
        false};
}

}  // namespace towline::lint
