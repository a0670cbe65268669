#include "runner/schema_diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/strings.h"
#include "runner/sql_text.h"

namespace towline::runner {
namespace {

/// A type's name and what its brackets hold: character varying(10) → {"character varying", "10"}.
struct TypeParts {
    std::string name;
    std::string parameters;
};

TypeParts type_parts(std::string_view type) {
    const std::string text = lower(trim(type));
    const std::size_t open = text.find('(');
    if (open == std::string::npos) return {text, {}};
    const std::size_t close = text.find(')', open);
    if (close == std::string::npos) return {text, {}};
    std::string name(trim(std::string_view(text).substr(0, open)));
    name += text.substr(close + 1);  // "timestamp(3) with time zone"
    return {name, text.substr(open + 1, close - open - 1)};
}

bool is_text(std::string_view name) {
    constexpr std::array<std::string_view, 5> kNames{"text", "varchar", "character varying", "character", "bpchar"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Chains of types in which every value of an earlier one is a value of a later one, as PostgreSQL and DuckDB
// print them.
constexpr std::array<std::array<std::string_view, 6>, 3> kChains{{
    {"tinyint", "smallint", "integer", "bigint", "hugeint", ""},
    {"real", "double precision", "", "", "", ""},
    {"float", "double", "", "", "", ""},
}};

bool in_chain(std::string_view from, std::string_view to) {
    for (const auto& chain : kChains) {
        const auto low = std::find(chain.begin(), chain.end(), from);
        if (low != chain.end() && std::find(low + 1, chain.end(), to) != chain.end()) return true;
    }
    return false;
}

std::optional<std::pair<std::int64_t, std::int64_t>> precision_and_scale(const std::string& parameters) {
    const std::vector<std::string> parts = split(parameters, ",");
    const auto precision = parse_int(trim(parts.front()));
    const auto scale = parts.size() > 1 ? parse_int(trim(parts[1])) : std::optional<std::int64_t>(0);
    if (!precision || !scale) return std::nullopt;
    return std::pair{*precision, *scale};
}

bool decimal_widens(const TypeParts& from, const TypeParts& to) {
    if (to.parameters.empty()) return true;
    const auto low = precision_and_scale(from.parameters);
    const auto high = precision_and_scale(to.parameters);
    if (!low || !high) return false;
    return high->second >= low->second && high->first - high->second >= low->first - low->second;
}

std::string upper_or(const std::string& word, const char* fallback) { return word.empty() ? fallback : upper(word); }

}  // namespace

bool is_widening(std::string_view from, std::string_view to) {
    const TypeParts a = type_parts(from);
    const TypeParts b = type_parts(to);
    if (is_text(a.name) && is_text(b.name)) {
        if (b.parameters.empty()) return b.name != "character";
        const auto low = parse_int(a.parameters);
        const auto high = parse_int(b.parameters);
        return low && high && *high >= *low;
    }
    const bool a_decimal = a.name == "numeric" || a.name == "decimal";
    const bool b_decimal = b.name == "numeric" || b.name == "decimal";
    if (a_decimal && b_decimal) return decimal_widens(a, b);
    return in_chain(a.name, b.name);
}

std::vector<ColumnOperation> schema_operations(const model::Columns& current, const model::Columns& wanted) {
    const auto find = [](const model::Columns& columns, const std::string& name) {
        return std::find_if(columns.begin(), columns.end(),
                            [&](const model::Column& column) { return column.name == name; });
    };
    std::vector<ColumnOperation> drops;
    std::vector<ColumnOperation> rest;
    for (const model::Column& column : current) {
        if (find(wanted, column.name) == wanted.end()) drops.push_back({ColumnChange::drop, column.name, {}, true});
    }
    for (const model::Column& column : wanted) {
        const auto old = find(current, column.name);
        if (old == current.end()) {
            rest.push_back({ColumnChange::add, column.name, column.type, false});
        } else if (!iequals(old->type, column.type)) {
            if (is_widening(old->type, column.type)) {
                rest.push_back({ColumnChange::change_type, column.name, column.type, false});
            } else {
                drops.push_back({ColumnChange::drop, column.name, {}, true});
                rest.push_back({ColumnChange::add, column.name, column.type, true});
            }
        }
    }
    drops.insert(drops.end(), rest.begin(), rest.end());
    return drops;
}

Result<std::vector<ColumnOperation>> permitted_operations(std::vector<ColumnOperation> operations,
                                                          const ChangePolicy& policy,
                                                          std::vector<std::string>& warnings) {
    std::vector<ColumnOperation> out;
    std::vector<std::string> refused;
    for (ColumnOperation& operation : operations) {
        const bool allowed = operation.destructive ? policy.allow_destructive : policy.allow_additive;
        const std::string action =
            allowed ? "ALLOW" : upper_or(operation.destructive ? policy.on_destructive : policy.on_additive, "ALLOW");
        if (action == "IGNORE") continue;
        if (action == "ERROR" && operation.change != ColumnChange::drop && operation.destructive) {
            continue;  // its drop is reported
        }
        const std::string what =
            fmt::format("{} column {}", operation.destructive ? "loses" : "changes", quoted(operation.column));
        if (action == "ERROR") refused.push_back(what);
        if (action == "WARN") warnings.push_back(what);
        out.push_back(std::move(operation));
    }
    if (refused.empty()) return out;
    return fail(ErrorCode::invalid, "the new version of the model " + join(refused, ", ") + " of its table",
                "set on_destructive_change or on_additive_change of the kind, or plan with "
                "--allow-destructive-model or "
                "--allow-additive-model");
}

Statements alter_table(const std::string& table, const std::vector<ColumnOperation>& operations, bool cascade) {
    Statements out;
    for (const ColumnOperation& operation : operations) {
        const std::string column = quoted(operation.column);
        switch (operation.change) {
            case ColumnChange::drop:
                out.push_back(fmt::format("ALTER TABLE {} DROP COLUMN {}{}", table, column, cascade ? " CASCADE" : ""));
                break;
            case ColumnChange::add:
                out.push_back(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", table, column, operation.type));
                break;
            case ColumnChange::change_type:
                out.push_back(fmt::format("ALTER TABLE {} ALTER COLUMN {} TYPE {}", table, column, operation.type));
                break;
        }
    }
    return out;
}

}  // namespace towline::runner
