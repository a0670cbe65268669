#include "table_diff/table_diff.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"

namespace towline::table_diff {
namespace {

constexpr const char* kKey = "__sqlmesh_join_key";

std::string quoted(std::string_view name) { return "\"" + replace_all(name, "\"", "\"\"") + "\""; }

const model::Column* find(const model::Columns& columns, const std::string& name, bool any_case) {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const model::Column& column) {
        return column.name == name || (any_case && iequals(column.name, name));
    });
    return found == columns.end() ? nullptr : &*found;
}

bool is_real(const std::string& type) {
    const std::string word = upper(type.substr(0, type.find('(')));
    for (const char* real : {"DOUBLE", "DOUBLE PRECISION", "FLOAT", "REAL", "DECIMAL", "NUMERIC", "FLOAT4", "FLOAT8"})
        if (trim(word) == real) return true;
    return false;
}

std::string comparable(const std::string& expression, const std::string& type, int decimals) {
    return is_real(type) ? fmt::format("CAST({} AS DECIMAL(38, {}))", expression, decimals) : expression;
}

/// What both sides are joined and compared by.
struct Shape {
    model::Columns source_keys;
    model::Columns target_keys;
    model::Columns matched;  ///< same name and type on both sides, not skipped
};

Result<Shape> shape_of(const Side& source, const Side& target, const Options& options) {
    Shape out;
    for (const std::string& key : options.on) {
        const model::Column* s = find(source.columns, key, true);
        const model::Column* t = find(target.columns, key, true);
        if (s == nullptr || t == nullptr)
            return fail(ErrorCode::invalid, fmt::format("'{}' has no column '{}' to join on",
                                                        s == nullptr ? source.name : target.name, key));
        out.source_keys.push_back(*s);
        out.target_keys.push_back(*t);
    }
    if (out.source_keys.empty())
        return fail(ErrorCode::invalid,
                    "SQLMesh doesn't know how to join the two tables. Specify the `grains` in each model definition or "
                    "pass join column names in separate `--on` flags.");
    for (const model::Column& column : source.columns) {
        const model::Column* other = find(target.columns, column.name, false);
        const bool skipped = std::any_of(options.skip_columns.begin(), options.skip_columns.end(),
                                         [&](const std::string& name) { return iequals(name, column.name); });
        if (other != nullptr && other->type == column.type && !skipped) out.matched.push_back(column);
    }
    return out;
}

/// One column as it is; several as one text.
std::string key_expression(const model::Columns& keys, int decimals) {
    if (keys.size() == 1) return quoted(keys.front().name);
    std::vector<std::string> parts;
    for (const model::Column& key : keys)
        parts.push_back(
            fmt::format("COALESCE(CAST({} AS VARCHAR), '')", comparable(quoted(key.name), key.type, decimals)));
    return "CONCAT(" + join(parts, ", ',', ") + ")";
}

std::string side_query(const Side& side, const model::Columns& keys, const char* alias, const Options& options) {
    std::vector<std::string> columns;
    for (const model::Column& column : side.columns) columns.push_back(quoted(column.name));
    columns.push_back(key_expression(keys, options.decimals) + " AS " + kKey);
    std::string out = fmt::format("SELECT {} FROM {} AS {}", join(columns, ", "), side.name, alias);
    if (!options.where.empty()) out += " WHERE " + options.where;
    return out;
}

/// The joined rows: existence, whether each matched column agrees (m0, m1, …), all columns of both sides.
std::string joined_query(const Side& source, const Side& target, const Options& options, const Shape& shape) {
    std::vector<std::string> columns{fmt::format("CASE WHEN s.{0} IS NOT NULL THEN 1 ELSE 0 END AS s_exists", kKey),
                                     fmt::format("CASE WHEN t.{0} IS NOT NULL THEN 1 ELSE 0 END AS t_exists", kKey),
                                     fmt::format("CASE WHEN s.{0} = t.{0} THEN 1 ELSE 0 END AS row_joined", kKey),
                                     fmt::format("s.{0} AS s_key", kKey), fmt::format("t.{0} AS t_key", kKey)};
    std::vector<std::string> nulls;
    for (std::size_t i = 0; i < shape.source_keys.size(); ++i)
        nulls.push_back(fmt::format("(s.{} IS NULL AND t.{} IS NULL)", quoted(shape.source_keys[i].name),
                                    quoted(shape.target_keys[i].name)));
    columns.push_back(fmt::format("CASE WHEN {} THEN 1 ELSE 0 END AS null_grain", join(nulls, " OR ")));
    for (std::size_t i = 0; i < shape.matched.size(); ++i) {
        const std::string name = quoted(shape.matched[i].name);
        const std::string& type = shape.matched[i].type;
        columns.push_back(fmt::format(
            "CASE WHEN {0} = {1} THEN 1 WHEN s.{2} IS NULL AND t.{2} IS NULL THEN 1 ELSE 0 END AS m{3}",
            comparable("s." + name, type, options.decimals), comparable("t." + name, type, options.decimals), name, i));
    }
    for (const model::Column& column : source.columns)
        columns.push_back(fmt::format("s.{} AS {}", quoted(column.name), quoted("s__" + column.name)));
    for (const model::Column& column : target.columns)
        columns.push_back(fmt::format("t.{} AS {}", quoted(column.name), quoted("t__" + column.name)));
    return fmt::format(
        "WITH __source AS ({}), __target AS ({}), __stats AS (SELECT {} FROM __source AS s FULL JOIN __target AS t ON "
        "s.{} = t.{})",
        side_query(source, shape.source_keys, "s", options), side_query(target, shape.target_keys, "t", options),
        join(columns, ", "), kKey, kKey);
}

std::string full_match(const Shape& shape) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < shape.matched.size(); ++i) parts.push_back(fmt::format("m{} = 1", i));
    return parts.empty() ? "1 = 1" : join(parts, " AND ");
}

std::string stats_of(const Side& source, const Side& target, const Options& options, const Shape& shape) {
    std::vector<std::string> sums;
    for (const char* name : {"s_exists", "t_exists", "row_joined", "null_grain"})
        sums.push_back(fmt::format("COALESCE(SUM({}), 0)", name));
    sums.push_back(fmt::format("COALESCE(SUM(CASE WHEN {} THEN 1 ELSE 0 END), 0)", full_match(shape)));
    sums.emplace_back("COUNT(DISTINCT s_key)");
    sums.emplace_back("COUNT(DISTINCT t_key)");
    for (std::size_t i = 0; i < shape.matched.size(); ++i)
        sums.push_back(fmt::format("COALESCE(SUM(CASE WHEN row_joined = 1 THEN m{} ELSE 0 END), 0)", i));
    return joined_query(source, target, options, shape) + " SELECT " + join(sums, ", ") + " FROM __stats";
}

bool is_key(const model::Columns& keys, const std::string& name) { return find(keys, name, false) != nullptr; }

Result<engines::QueryResult> sample(engines::Session& session, const std::string& with,
                                    const std::vector<std::string>& columns, const std::string& condition,
                                    std::size_t limit) {
    return session.query(
        fmt::format("{} SELECT {} FROM __stats WHERE {} LIMIT {}", with, join(columns, ", "), condition, limit));
}

Status add_samples(engines::Session& session, const Side& source, const Side& target, const Options& options,
                   const Shape& shape, RowDiff& out) {
    const std::string with = joined_query(source, target, options, shape);
    std::vector<std::string> common;
    for (const model::Column& key : shape.source_keys)
        common.push_back(quoted("s__" + key.name) + " AS " + quoted(key.name));
    for (const auto& [name, percent] : out.column_match) {
        if (percent >= 100) continue;
        common.push_back(quoted("s__" + name));
        common.push_back(quoted("t__" + name));
    }
    TRY(out.differing,
        sample(session, with, common, "row_joined = 1 AND NOT (" + full_match(shape) + ")", options.sample_rows));
    const auto all = [](const model::Columns& columns, const char* prefix) {
        std::vector<std::string> names;
        for (const model::Column& column : columns)
            names.push_back(quoted(prefix + column.name) + " AS " + quoted(column.name));
        return names;
    };
    TRY(out.source_only,
        sample(session, with, all(source.columns, "s__"), "s_exists = 1 AND row_joined = 0", options.sample_rows));
    TRY(out.target_only,
        sample(session, with, all(target.columns, "t__"), "t_exists = 1 AND row_joined = 0", options.sample_rows));
    return {};
}

Side without_skipped(const Side& side, const Options& options) {
    Side out = side;
    std::erase_if(out.columns, [&](const model::Column& column) {
        const bool key = std::any_of(options.on.begin(), options.on.end(),
                                     [&](const std::string& name) { return iequals(name, column.name); });
        return !key && std::any_of(options.skip_columns.begin(), options.skip_columns.end(),
                                   [&](const std::string& name) { return iequals(name, column.name); });
    });
    return out;
}

}  // namespace

SchemaDiff schema_diff(const model::Columns& source, const model::Columns& target, bool ignore_case) {
    SchemaDiff out;
    for (const model::Column& column : target)
        if (find(source, column.name, ignore_case) == nullptr) out.added.push_back(column);
    for (const model::Column& column : source) {
        const model::Column* other = find(target, column.name, ignore_case);
        if (other == nullptr)
            out.removed.push_back(column);
        else if (other->type != column.type)
            out.modified.emplace_back(column.name, std::pair{column.type, other->type});
    }
    return out;
}

Result<std::string> stats_query(const Side& source, const Side& target, const Options& options) {
    TRY(const Shape shape, shape_of(source, target, options));
    return stats_of(source, target, options, shape);
}

Result<RowDiff> row_diff(engines::Session& session, const Side& given_source, const Side& given_target,
                         const Options& options) {
    const Side source = without_skipped(given_source, options);
    const Side target = without_skipped(given_target, options);
    TRY(const Shape shape, shape_of(source, target, options));
    TRY(const engines::QueryResult stats, session.query(stats_of(source, target, options, shape), 1));
    if (stats.rows.size() != 1 || stats.rows.front().size() != 7 + shape.matched.size())
        return fail(ErrorCode::engine, "the comparison gave no counts");
    std::vector<std::int64_t> numbers;
    for (const auto& cell : stats.rows.front())
        numbers.push_back(static_cast<std::int64_t>(parse_double(cell.value_or("0")).value_or(0)));
    RowDiff out;
    out.source_count = numbers[0];
    out.target_count = numbers[1];
    out.join_count = numbers[2];
    out.null_grain_count = numbers[3];
    out.full_match_count = numbers[4];
    out.distinct_source = numbers[5];
    out.distinct_target = numbers[6];
    for (std::size_t i = 0; i < shape.matched.size(); ++i) {
        if (is_key(shape.source_keys, shape.matched[i].name)) continue;
        const double rows = static_cast<double>(std::max<std::int64_t>(out.join_count, 1));
        out.column_match.emplace_back(shape.matched[i].name, 100.0 * static_cast<double>(numbers[7 + i]) / rows);
    }
    if (options.sample_rows > 0) TRY_STATUS(add_samples(session, source, target, options, shape, out));
    return out;
}

}  // namespace towline::table_diff
