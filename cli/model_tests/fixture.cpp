#include "model_tests/fixture.h"

#include <algorithm>

#include "base/strings.h"
#include "sql/expression.h"

namespace towline::model_tests {
namespace {

using project::Yaml;

std::string quoted(std::string_view name) { return sql::quote_identifier(name, sql::Dialect::duckdb); }

/// A type of the model's dialect as DuckDB writes it; its own text if it cannot be read.
std::string duckdb_type(const std::string& type, std::string_view dialect_name) {
    const auto dialect = sql::dialect_from(dialect_name);
    if (!dialect || *dialect == sql::Dialect::duckdb) return type;
    const auto parsed = sql::parse_type(type, *dialect);
    return parsed ? sql::type_sql(*parsed, sql::Dialect::duckdb) : type;
}

bool known(const std::string& type) { return !type.empty() && type != "UNKNOWN" && type != "NULL"; }

void put(model::Columns& columns, const std::string& name, const std::string& type) {
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const model::Column& c) { return c.name == name; });
    if (found == columns.end())
        columns.push_back({name, type});
    else
        found->type = type;
}

/// Of a date or time as YAML has it: one with an offset is a moment.
std::string_view type_of_date(std::string_view text) {
    if (text.size() <= 10) return "DATE";
    return text.find_first_of("+-", 11) == std::string_view::npos ? "TIMESTAMP" : "TIMESTAMPTZ";
}

bool has(const model::Columns& columns, const std::string& name) {
    return std::any_of(columns.begin(), columns.end(), [&](const model::Column& c) { return c.name == name; });
}

}  // namespace

namespace {

bool is_empty_map(const Yaml& value) { return value.is_map() && value.members.empty(); }

}  // namespace

std::string literal(const Yaml& value) {
    switch (value.type) {
        case Yaml::Type::null:
            return "NULL";
        case Yaml::Type::boolean:
            return upper(value.text);
        case Yaml::Type::integer: {
            const auto number = project::yaml_integer(value);
            return number ? std::to_string(*number) : value.text;
        }
        case Yaml::Type::real: {
            const std::string text = lower(value.text);
            if (text.find("nan") != std::string::npos) return "NULL";  // as pandas has it
            const bool special = text.find("inf") != std::string::npos;
            return special ? "CAST('" + replace_all(text, ".", "") + "' AS DOUBLE)" : value.text;
        }
        case Yaml::Type::date:
            return "CAST(" + sql::quote_string(value.text, sql::Dialect::duckdb) + " AS " +
                   std::string(type_of_date(value.text)) + ")";
        case Yaml::Type::string:
            return sql::quote_string(value.text, sql::Dialect::duckdb);
        case Yaml::Type::list: {
            std::vector<std::string> items;
            for (const Yaml& item : value.items) items.push_back(literal(item));
            return "[" + join(items, ", ") + "]";
        }
        case Yaml::Type::map: {
            if (is_empty_map(value)) return "MAP {}";  // DuckDB has no structure without fields
            std::vector<std::string> items;
            for (const auto& [key, member] : value.members)
                items.push_back(sql::quote_string(key, sql::Dialect::duckdb) + ": " + literal(member));
            return "{" + join(items, ", ") + "}";
        }
    }
    return "NULL";
}

namespace {

/// Of the type that all values can have for sqlglot, where a number goes before a text; "" if that is no simple one.
std::string map_type(const Yaml& value) {
    std::string out;
    for (const auto& [key, member] : value.members) {
        const auto type = inferred_type(member);
        if (!type || type->empty() || type->starts_with("MAP")) return "";
        if (out.empty() || out == "VARCHAR" || (out == "INT" && *type == "DOUBLE")) out = *type;
    }
    return out.empty() ? out : "MAP(VARCHAR, " + out + ")";
}

}  // namespace

std::optional<std::string> inferred_type(const Yaml& value) {
    switch (value.type) {
        case Yaml::Type::null:
            return std::nullopt;
        case Yaml::Type::boolean:
            return "BOOLEAN";
        case Yaml::Type::integer:
            return "INT";  // of any size, as in SQLMesh
        case Yaml::Type::real:
            return iequals(value.text, ".nan") ? std::nullopt : std::optional<std::string>("DOUBLE");
        case Yaml::Type::date:
            return value.text.size() <= 10 ? "DATE" : "TIMESTAMP";
        case Yaml::Type::string:
            return "VARCHAR";
        case Yaml::Type::list:
            if (value.items.empty() || !inferred_type(value.items.front())) return std::nullopt;
            return "";
        case Yaml::Type::map:
            return map_type(value);
    }
    return std::nullopt;
}

Status check_columns(const std::vector<std::string>& known, const std::vector<std::string>& given) {
    std::vector<std::string> unknown;
    for (const std::string& name : given)
        if (std::none_of(known.begin(), known.end(), [&](const std::string& k) { return iequals(k, name); }))
            unknown.push_back(name);
    if (unknown.empty()) return {};
    return fail(ErrorCode::internal, "Failed to run test:\nDetected unknown column(s)\n\nExpected column(s): " +
                                         join(known, ", ") + "\nUnknown column(s): " + join(unknown, ", "));
}

Result<model::Columns> input_columns(const RowSet& rows, const model::Node* node, const std::string& name,
                                     const std::string& path) {
    model::Columns out;
    bool all_known = node != nullptr && node->columns_to_types && !node->columns_to_types->empty();
    if (node != nullptr && node->columns_to_types) {
        for (const model::Column& column : *node->columns_to_types) {
            if (known(column.type))
                out.push_back({column.name, duckdb_type(column.type, node->dialect)});
            else
                all_known = false;
        }
    }
    for (const auto& [column, type] : rows.types) {
        const auto parsed = sql::parse_type(type, sql::Dialect::duckdb);  // ARRAY<INT> is INT[] too
        put(out, column, parsed ? sql::type_sql(*parsed, sql::Dialect::duckdb) : type);
    }
    if (all_known || rows.rows.empty()) return out;
    for (const std::string& column : rows.columns) {
        const auto cell = rows.rows.front().find(column);
        if (has(out, column) || cell == rows.rows.front().end()) continue;
        const auto type = inferred_type(cell->second);
        if (!type)
            return fail(ErrorCode::internal,
                        "Failed to run test at " + path + ":\nFailed to infer the data type of column '" + column +
                            "' for '" + name +
                            "'. This issue can be mitigated by casting the column in the model definition, "
                            "setting its type in external_models.yaml if it's an external model, setting the "
                            "model's 'columns' property, or setting its 'columns' mapping in the test itself");
        out.push_back({column, *type});
    }
    return out;
}

namespace {

const Yaml* cell_of(const std::map<std::string, Yaml>& row, const std::string& name) {
    const auto found =
        std::find_if(row.begin(), row.end(), [&](const auto& item) { return iequals(item.first, name); });
    return found == row.end() ? nullptr : &found->second;
}

/// True if the column's cells are texts, or integers, or dates of one length: what DuckDB takes side by side in VALUES.
bool of_one_type(const RowSet& rows, const std::string& name) {
    const Yaml* first = nullptr;
    for (const auto& row : rows.rows) {
        const Yaml* cell = cell_of(row, name);
        if (!cell || cell->type == Yaml::Type::null) continue;
        const bool plain = cell->type == Yaml::Type::string || cell->type == Yaml::Type::integer;
        if (!plain && cell->type != Yaml::Type::date) return false;
        if (first == nullptr) first = cell;
        const bool day = cell->text.size() <= 10;
        if (cell->type != first->type || (!plain && day != (first->text.size() <= 10))) return false;
    }
    return first != nullptr;
}

}  // namespace

Result<std::string> rows_query(const RowSet& rows, const model::Columns& columns) {
    std::vector<std::string> names;
    for (const model::Column& column : columns) names.push_back(column.name);
    TRY_STATUS(check_columns(names, rows.columns));
    const auto cast = [](const std::string& value, const std::string& type) {
        if (type == "JSON" && value.starts_with('\'')) return "JSON(" + value + ")";  // no blanks, as in SQLMesh
        return type.empty() ? value : "CAST(" + value + " AS " + type + ")";
    };
    if (columns.empty()) return fail(ErrorCode::invalid, "columns_to_types must be provided for dataframes");
    if (rows.rows.empty()) {
        std::vector<std::string> cells;
        for (const model::Column& column : columns)
            cells.push_back(cast("NULL", column.type) + " AS " + quoted(column.name));
        return "SELECT " + join(cells, ", ") + " WHERE FALSE";
    }
    std::string out;
    bool first = true;
    std::vector<bool> outside;  // casts behind the rows: a column that nothing reads is then never cast
    for (const model::Column& column : columns)
        outside.push_back(column.type != "JSON" && !column.type.empty() && of_one_type(rows, column.name));
    for (const auto& row : rows.rows) {
        std::vector<std::string> cells;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const Yaml* cell = cell_of(row, columns[i].name);
            if (cell != nullptr && is_empty_map(*cell) && columns[i].type.empty())
                return fail(ErrorCode::invalid, "What {} is in column '" + columns[i].name + "' is not known.",
                            "Name the column's type in `columns` of the input.");
            const std::string value = cell ? literal(*cell) : "NULL";
            cells.push_back(outside[i] ? value : cast(value, columns[i].type));
        }
        out += (first ? "(" : ", (") + join(cells, ", ") + ")";
        first = false;
    }
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < names.size(); ++i) {
        names[i] = quoted(names[i]);
        shown.push_back(outside[i] ? cast(names[i], columns[i].type) + " AS " + names[i] : names[i]);
    }
    return "SELECT " + join(shown, ", ") + " FROM (VALUES " + out + ") AS t(" + join(names, ", ") + ")";
}

}  // namespace towline::model_tests
