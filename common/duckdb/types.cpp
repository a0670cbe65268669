#include <fmt/core.h>

#include <array>

#include "duckdb/native.h"

namespace towline::duckdb {
namespace {

constexpr int kDepthMax = 64;

std::string_view scalar_name(duckdb_type type) {
    switch (type) {
        case DUCKDB_TYPE_BOOLEAN:
            return "BOOLEAN";
        case DUCKDB_TYPE_TINYINT:
            return "TINYINT";
        case DUCKDB_TYPE_SMALLINT:
            return "SMALLINT";
        case DUCKDB_TYPE_INTEGER:
            return "INTEGER";
        case DUCKDB_TYPE_BIGINT:
            return "BIGINT";
        case DUCKDB_TYPE_UTINYINT:
            return "UTINYINT";
        case DUCKDB_TYPE_USMALLINT:
            return "USMALLINT";
        case DUCKDB_TYPE_UINTEGER:
            return "UINTEGER";
        case DUCKDB_TYPE_UBIGINT:
            return "UBIGINT";
        case DUCKDB_TYPE_HUGEINT:
            return "HUGEINT";
        case DUCKDB_TYPE_UHUGEINT:
            return "UHUGEINT";
        case DUCKDB_TYPE_FLOAT:
            return "FLOAT";
        case DUCKDB_TYPE_DOUBLE:
            return "DOUBLE";
        case DUCKDB_TYPE_TIMESTAMP:
            return "TIMESTAMP";
        case DUCKDB_TYPE_TIMESTAMP_S:
            return "TIMESTAMP_S";
        case DUCKDB_TYPE_TIMESTAMP_MS:
            return "TIMESTAMP_MS";
        case DUCKDB_TYPE_TIMESTAMP_NS:
            return "TIMESTAMP_NS";
        case DUCKDB_TYPE_TIMESTAMP_TZ:
            return "TIMESTAMP WITH TIME ZONE";
        case DUCKDB_TYPE_DATE:
            return "DATE";
        case DUCKDB_TYPE_TIME:
            return "TIME";
        case DUCKDB_TYPE_TIME_NS:
            return "TIME_NS";
        case DUCKDB_TYPE_TIME_TZ:
            return "TIME WITH TIME ZONE";
        case DUCKDB_TYPE_INTERVAL:
            return "INTERVAL";
        case DUCKDB_TYPE_VARCHAR:
            return "VARCHAR";
        case DUCKDB_TYPE_BLOB:
            return "BLOB";
        case DUCKDB_TYPE_ENUM:
            return "ENUM";
        case DUCKDB_TYPE_UUID:
            return "UUID";
        case DUCKDB_TYPE_UNION:
            return "UNION";
        case DUCKDB_TYPE_BIT:
            return "BIT";
        case DUCKDB_TYPE_BIGNUM:
            return "BIGNUM";
        case DUCKDB_TYPE_SQLNULL:
            return "\"NULL\"";
        case DUCKDB_TYPE_GEOMETRY:
            return "GEOMETRY";
        case DUCKDB_TYPE_VARIANT:
            return "VARIANT";
        default:
            return "UNKNOWN";
    }
}

// The child's name; frees the child.
std::string child_name(duckdb_logical_type child, int depth) {
    std::string name = type_name(child, depth + 1);
    lib().destroy_logical_type(&child);
    return name;
}

std::string struct_name(duckdb_logical_type type, int depth) {
    std::string out = "STRUCT(";
    for (idx_t i = 0; i < lib().struct_type_child_count(type); ++i) {
        if (i > 0) out += ", ";
        out += taken(lib().struct_type_child_name(type, i)) + " ";
        out += child_name(lib().struct_type_child_type(type, i), depth);
    }
    return out + ")";
}

}  // namespace

std::string taken(char* text) {
    if (text == nullptr) return {};
    std::string copy = text;
    lib().free(text);
    return copy;
}

std::string type_name(duckdb_logical_type type, int depth) {
    if (depth > kDepthMax) return "…";
    const duckdb_type id = lib().get_type_id(type);
    switch (id) {
        case DUCKDB_TYPE_DECIMAL:
            return fmt::format("DECIMAL({},{})", lib().decimal_width(type), lib().decimal_scale(type));
        case DUCKDB_TYPE_LIST:
            return child_name(lib().list_type_child_type(type), depth) + "[]";
        case DUCKDB_TYPE_ARRAY:
            return fmt::format("{}[{}]", child_name(lib().array_type_child_type(type), depth),
                               lib().array_type_array_size(type));
        case DUCKDB_TYPE_MAP:
            return fmt::format("MAP({}, {})", child_name(lib().map_type_key_type(type), depth),
                               child_name(lib().map_type_value_type(type), depth));
        case DUCKDB_TYPE_STRUCT:
            return struct_name(type, depth);
        default:
            return std::string(scalar_name(id));
    }
}

Error error_of(std::string_view text, duckdb_error_type kind) {
    const std::string_view first = text.substr(0, text.find('\n'));
    const auto has = [text](std::string_view part) { return text.find(part) != std::string_view::npos; };
    if (has("Could not set lock on file")) {
        return Error{ErrorCode::unavailable, "database file is locked by another process", std::string(text),
                     "A DuckDB file has one writing process; close the other one."};
    }
    ErrorCode code = ErrorCode::engine;
    if (kind == DUCKDB_ERROR_INTERRUPT || text.starts_with("INTERRUPT")) code = ErrorCode::cancelled;
    // A transaction error is also how statements after a failed one are refused; that is no conflict.
    if (kind == DUCKDB_ERROR_TRANSACTION && has("onflict")) code = ErrorCode::conflict;
    if (has("different configuration")) code = ErrorCode::conflict;
    if (kind == DUCKDB_ERROR_IO || text.starts_with("IO Error")) code = ErrorCode::io;
    return Error{code, std::string(first), std::string(text), {}};
}

}  // namespace towline::duckdb
