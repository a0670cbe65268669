#include "runner/seed_sql.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/strings.h"
#include "project/seed.h"
#include "project/seed_moments.h"
#include "runner/csv.h"
#include "runner/sql_text.h"

namespace towline::runner {
namespace {

enum class Family { number, boolean, text, other };

Family family_of(std::string_view type) {
    std::string name = lower(trim(type));
    name = name.substr(0, name.find('('));
    name = std::string(trim(name));
    constexpr std::array<std::string_view, 22> kNumbers{
        "int",     "integer", "bigint",   "smallint", "tinyint", "hugeint",          "int2", "int4",   "int8",
        "int16",   "int32",   "int64",    "float",    "double",  "double precision", "real", "float4", "float8",
        "numeric", "decimal", "uinteger", "ubigint"};
    constexpr std::array<std::string_view, 8> kTexts{"text",   "varchar", "character varying", "char", "character",
                                                     "string", "bpchar",  "nvarchar"};
    if (std::find(kNumbers.begin(), kNumbers.end(), name) != kNumbers.end()) return Family::number;
    if (std::find(kTexts.begin(), kTexts.end(), name) != kTexts.end()) return Family::text;
    return name == "boolean" || name == "bool" ? Family::boolean : Family::other;
}

/// What pandas makes of a whole column before it is turned into text.
enum class Inferred { integers, floats, booleans, text };

// As pandas reads them: no other mixture of cases is one.
bool is_boolean_word(const std::string& value) {
    constexpr std::array<std::string_view, 6> kWords{"true", "True", "TRUE", "false", "False", "FALSE"};
    return std::find(kWords.begin(), kWords.end(), value) != kWords.end();
}

// parse_double takes "inf" and "0x10"; a number here has only digits, sign, point and exponent.
bool is_number(const std::string& value) {
    const std::string_view text = trim(value);
    return !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string_view::npos &&
           parse_double(text).has_value();
}

Inferred inferred_type(const CsvTable& table, std::size_t column) {
    bool integers = true;
    bool floats = true;
    bool booleans = true;
    bool missing = false;
    for (const auto& row : table.rows) {
        if (!row[column]) {
            missing = true;
            continue;
        }
        integers = integers && parse_int(trim(*row[column])).has_value();
        floats = floats && is_number(*row[column]);
        booleans = booleans && is_boolean_word(*row[column]);
    }
    if (integers && !missing) return Inferred::integers;
    if (floats) return Inferred::floats;
    return booleans ? Inferred::booleans : Inferred::text;
}

// Python's str() of the value that pandas read: 007 becomes 7, or 7.0 in a column with gaps.
std::string python_text(const std::string& value, Inferred inferred) {
    if (inferred == Inferred::integers) return fmt::format("{}", parse_int(trim(value)).value_or(0));
    if (inferred == Inferred::booleans) return iequals(value, "true") ? "True" : "False";
    if (inferred == Inferred::text) return value;
    std::string text = fmt::format("{}", parse_double(trim(value)).value_or(0));
    if (text.find_first_of(".en") == std::string::npos) text += ".0";
    return text;
}

bool is_true(const std::string& value) {
    constexpr std::array<std::string_view, 6> kTrue{"true", "1", "t", "y", "yes", "on"};
    return std::find(kTrue.begin(), kTrue.end(), lower(trim(value))) != kTrue.end();
}

struct SeedColumn {
    std::size_t index = 0;  // in the file
    Family family = Family::other;
    Inferred inferred = Inferred::text;
    bool declared = true;
    bool doubles = false;  // the engine has to be told that a number with a point is a DOUBLE
    std::vector<std::optional<std::string>> moments;  // by row, where pandas reads a date or a time
};

// A column with a point or a gap is one of doubles in pandas: 9007199254740993 comes one lower. DuckDB would read 0.1
// as a DECIMAL, whose cast to REAL or INT is another than a DOUBLE's; with an exponent it is that.
std::string number_sql(const std::string& value, const SeedColumn& column) {
    if (column.inferred != Inferred::floats) return std::string(trim(value));
    std::string text = python_text(value, column.inferred);
    if (column.doubles && text.find('e') == std::string::npos) text += "e0";
    return text;
}

std::string value_sql(const std::optional<std::string>& value, const SeedColumn& column) {
    if (!value) return "NULL";
    switch (column.family) {
        case Family::number:
            return is_number(*value) ? number_sql(*value, column) : text_literal(*value);
        case Family::boolean:
            return is_true(*value) ? "TRUE" : "FALSE";
        case Family::text:
            // Booleans with gaps are a text column; without a declared type the engine says what TRUE is as a text.
            if (column.inferred == Inferred::booleans && !column.declared) return text_literal(lower(*value));
            return text_literal(python_text(*value, column.inferred));
        case Family::other:
            return text_literal(*value);
    }
    return "NULL";
}

// Engines drop the offset of a text that becomes a TIMESTAMP.
std::string moment_sql(const std::string& moment) {
    return project::has_offset(moment) ? "CAST(" + text_literal(moment) + " AS TIMESTAMPTZ)" : text_literal(moment);
}

std::vector<std::optional<std::string>> moments_of(const CsvTable& table, std::size_t column, Inferred inferred,
                                                   const model::Column& declared, const model::Kind& kind) {
    if (!project::is_moment_type(declared.type)) return {};
    std::vector<std::optional<std::string>> cells;
    for (const auto& row : table.rows) cells.push_back(row[column]);
    const project::SeedType type = inferred == Inferred::integers   ? project::SeedType::integer
                                   : inferred == Inferred::floats   ? project::SeedType::real
                                   : inferred == Inferred::booleans ? project::SeedType::boolean
                                                                    : project::SeedType::text;
    const auto batch = static_cast<std::size_t>(std::max<std::int64_t>(kind.batch_size.value_or(1000), 1));
    return project::seed_moments(cells, type, declared.type, batch);
}

}  // namespace

Result<model::Columns> seed_columns(const model::Node& node) {
    const model::Columns& columns = node.columns ? *node.columns : node.seed.derived_columns;
    if (columns.empty()) return fail(ErrorCode::invalid, "seed " + node.name + " has no columns");
    for (const model::Column& column : columns) {
        if (column.type.empty())
            return fail(ErrorCode::invalid, fmt::format("seed {}: column {} has no type", node.name, column.name));
    }
    return columns;
}

Result<Statements> seed_inserts(const model::Node& node, const std::string& target, std::size_t rows_per_statement) {
    TRY(const CsvTable table, parse_csv(node.seed.content, node.kind.csv_settings));
    TRY(const model::Columns columns, seed_columns(node));
    TRY(const sql::Dialect dialect, sql::dialect_from(node.dialect));
    std::vector<std::string> header = table.header;
    for (std::string& name : header) name = project::seed_column_name(name, dialect);
    std::vector<SeedColumn> sources;
    std::vector<std::string> names;
    for (const model::Column& column : columns) {
        auto found = std::find(header.begin(), header.end(), column.name);
        if (found == header.end())
            found = std::find_if(header.begin(), header.end(),
                                 [&](const std::string& name) { return iequals(name, column.name); });
        if (found == header.end()) {
            return fail(ErrorCode::invalid,
                        fmt::format("seed {}: column {} is not in the file", node.name, column.name));
        }
        const auto index = static_cast<std::size_t>(found - header.begin());
        const Inferred inferred = inferred_type(table, index);
        sources.push_back({index, family_of(column.type), inferred, node.columns.has_value(),
                           dialect == sql::Dialect::duckdb, moments_of(table, index, inferred, column, node.kind)});
        names.push_back(column.name);
    }
    Statements out;
    const std::string head = fmt::format("INSERT INTO {} ({}) VALUES ", target, column_list(names));
    for (std::size_t start = 0; start < table.rows.size(); start += rows_per_statement) {
        const std::size_t end = std::min(start + rows_per_statement, table.rows.size());
        std::string sql = head;
        for (std::size_t r = start; r < end; ++r) {
            sql += r == start ? "(" : ", (";
            for (std::size_t c = 0; c < sources.size(); ++c) {
                if (c > 0) sql += ", ";
                const bool moment = r < sources[c].moments.size() && sources[c].moments[r];
                sql += moment ? moment_sql(*sources[c].moments[r])
                              : value_sql(table.rows[r][sources[c].index], sources[c]);
            }
            sql += ')';
        }
        out.push_back(std::move(sql));
    }
    return out;
}

}  // namespace towline::runner
