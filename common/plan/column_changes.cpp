#include "plan/column_changes.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.h"
#include "sql/expression.h"

namespace towline::plan {
namespace {

using sql::Dialect;
using sql::Expr;
using sql::ExprKind;

/// What a parameter means that is not written: `DECIMAL` and `DECIMAL(10)`. Sizes in the order of the brackets.
struct Defaults {
    Dialect dialect;
    std::string_view type;
    std::vector<std::int64_t> none;  ///< without brackets
    std::vector<std::int64_t> one;   ///< behind the one that is written
};

const std::array<Defaults, 5>& defaults() {
    // PostgreSQL's DECIMAL has up to 131072 digits before the point and 16383 behind it.
    static const std::array<Defaults, 5> rows{{{Dialect::postgres, "DECIMAL", {131072 + 16383, 16383}, {0}},
                                               {Dialect::postgres, "CHAR", {1}, {}},
                                               {Dialect::postgres, "TIME", {6}, {}},
                                               {Dialect::postgres, "TIMESTAMP", {6}, {}},
                                               {Dialect::duckdb, "DECIMAL", {18, 3}, {0}}}};
    return rows;
}

/// Texts of any length on PostgreSQL, and the types that are altered to them with whatever length.
struct Unlimited {
    std::string_view to;
    std::string_view from;
};
constexpr std::array<Unlimited, 8> kUnlimited{{{"TEXT", "VARCHAR"},
                                               {"TEXT", "CHAR"},
                                               {"TEXT", "BPCHAR"},
                                               {"VARCHAR", "VARCHAR"},
                                               {"VARCHAR", "CHAR"},
                                               {"VARCHAR", "BPCHAR"},
                                               {"VARCHAR", "TEXT"},
                                               {"BPCHAR", "BPCHAR"}}};

constexpr std::array<std::string_view, 6> kNested{"ARRAY", "STRUCT", "MAP", "LIST", "UNION", "NESTED"};

Expr parsed(std::string_view type, Dialect dialect) {
    auto found = sql::parse_type(type, dialect);
    if (found) return std::move(*found);
    Expr own;  // a type that is only known by its name
    own.kind = ExprKind::data_type;
    own.text = type;
    own.quoted = true;
    return own;
}

/// Two spellings of one type print alike.
std::string neutral(const Expr& type) { return upper(sql::type_sql(type, Dialect::none)); }

/// The numbers in a type's brackets and what is meant by those that are missing; nothing if one is no number.
std::optional<std::vector<std::int64_t>> sizes(const Expr& type, Dialect dialect) {
    std::vector<std::int64_t> out;
    for (const Expr& child : type.children) {
        const auto number = child.is(ExprKind::number) ? parse_int(child.text) : std::optional<std::int64_t>();
        if (!number) return std::nullopt;
        out.push_back(*number);
    }
    if (out.size() > 1) return out;
    for (const Defaults& row : defaults()) {
        if (row.dialect != dialect || row.type != type.text) continue;
        const std::vector<std::int64_t>& missing = out.empty() ? row.none : row.one;
        out.insert(out.end(), missing.begin(), missing.end());
        break;
    }
    return out;
}

/// sqlglot's name of a type; all that it does not know have one.
std::string_view name_of(const Expr& type) {
    const bool zone = type.text.starts_with("TIME");  // says by `quoted` that it was written in words
    return type.quoted && !zone ? "USERDEFINED" : std::string_view(type.text);
}

bool is_wider(const Expr& from, const Expr& to, Dialect dialect) {
    const std::string_view name = name_of(from);
    if (name != name_of(to) || std::find(kNested.begin(), kNested.end(), name) != kNested.end()) return false;
    const auto low = sizes(from, dialect);
    const auto high = sizes(to, dialect);
    return low && high && low->size() == high->size() &&
           std::equal(low->begin(), low->end(), high->begin(), [](auto a, auto b) { return b >= a; });
}

bool is_alterable(const Expr& from, const Expr& to, Dialect dialect) {
    if (is_wider(from, to, dialect)) return true;
    if (dialect != Dialect::postgres || !to.children.empty()) return false;
    return std::any_of(kUnlimited.begin(), kUnlimited.end(),
                       [&](const Unlimited& row) { return row.to == to.text && row.from == from.text; });
}

}  // namespace

bool is_same_type(std::string_view one, std::string_view other, Dialect dialect) {
    return iequals(one, other) || neutral(parsed(one, dialect)) == neutral(parsed(other, dialect));
}

bool is_alterable_type(std::string_view from, std::string_view to, Dialect dialect) {
    return !is_same_type(from, to, dialect) && is_alterable(parsed(from, dialect), parsed(to, dialect), dialect);
}

std::vector<ColumnOperation> column_operations(const model::Columns& current, const model::Columns& wanted,
                                               Dialect dialect) {
    const auto find = [](const model::Columns& columns, const std::string& name) {
        return std::find_if(columns.begin(), columns.end(),
                            [&](const model::Column& column) { return column.name == name; });
    };
    std::vector<ColumnOperation> out;
    for (const model::Column& column : current)
        if (find(wanted, column.name) == wanted.end()) out.push_back({ColumnChange::drop, column.name, {}, true});
    for (const model::Column& column : wanted)
        if (find(current, column.name) == current.end())
            out.push_back({ColumnChange::add, column.name, column.type, false});
    for (const model::Column& column : current) {
        const auto now = find(wanted, column.name);
        if (now == wanted.end() || is_same_type(column.type, now->type, dialect)) continue;
        if (is_alterable_type(column.type, now->type, dialect)) {
            out.push_back({ColumnChange::change_type, column.name, now->type, false});
        } else {
            out.push_back({ColumnChange::drop, column.name, {}, true});
            out.push_back({ColumnChange::add, column.name, now->type, true});
        }
    }
    return out;
}

}  // namespace towline::plan
