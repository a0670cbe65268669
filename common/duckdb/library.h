#pragma once
// DuckDB's C API, found when the first database is opened. The library is 60 MB that a program without a DuckDB
// gateway never needs: mapped at the start it cost each idle executor several megabytes of memory. Private to
// common/duckdb, as is duckdb.h.

#include <duckdb.h>

#include "base/result.h"

// Every function of the API that this module calls, without the prefix duckdb_.
// clang-format off: a table of names
#define TOWLINE_DUCKDB_FUNCTIONS(X)                                                                   \
    X(append_null) X(append_varchar_length) X(appender_add_column) X(appender_clear)                  \
    X(appender_close) X(appender_column_count) X(appender_create_ext) X(appender_destroy)             \
    X(appender_end_row) X(appender_error_data) X(array_type_array_size) X(array_type_child_type)      \
    X(bind_null) X(bind_varchar_length) X(catalog_entry_get_type) X(catalog_get_entry)                \
    X(client_context_get_catalog) X(close) X(connection_get_client_context) X(column_count)           \
    X(column_logical_type) X(column_name) X(column_type) X(connect) X(create_config)                  \
    X(create_instance_cache) X(data_chunk_get_size) X(data_chunk_get_vector) X(decimal_scale)         \
    X(decimal_width) X(destroy_catalog) X(destroy_catalog_entry) X(destroy_client_context)            \
    X(destroy_config) X(destroy_data_chunk) X(destroy_error_data) X(destroy_extracted)                \
    X(destroy_logical_type) X(destroy_prepare) X(destroy_result) X(disconnect)                        \
    X(error_data_error_type) X(error_data_message) X(execute_prepared) X(extract_statements)          \
    X(extract_statements_error) X(fetch_chunk) X(free) X(get_or_create_from_cache) X(get_type_id)     \
    X(interrupt) X(library_version) X(list_type_child_type) X(map_type_key_type)                      \
    X(map_type_value_type) X(nparams) X(open_ext) X(prepare) X(prepare_error)                         \
    X(prepare_extracted_statement) X(prepared_statement_column_count)                                 \
    X(prepared_statement_column_logical_type) X(prepared_statement_column_name)                       \
    X(prepared_statement_column_type) X(prepared_statement_type) X(query) X(result_error)             \
    X(result_error_type) X(result_statement_type) X(row_count) X(rows_changed) X(set_config)          \
    X(string_t_data) X(string_t_length) X(struct_type_child_count) X(struct_type_child_name)          \
    X(struct_type_child_type) X(validity_row_is_valid) X(value_is_null) X(value_varchar)              \
    X(vector_get_data) X(vector_get_validity)
// clang-format on

namespace towline::duckdb {

struct Library {
#define TOWLINE_MEMBER(name) decltype(&duckdb_##name) name = nullptr;
    TOWLINE_DUCKDB_FUNCTIONS(TOWLINE_MEMBER)
#undef TOWLINE_MEMBER
};

/// Loads libduckdb.so once, from the program's RPATH (`$ORIGIN/../lib`) or the system's places; it stays until the
/// process ends. `unsupported` with the loader's reason if it is missing or lacks a function; then the next call
/// tries again. Any thread.
Status load_library();
/// The functions. Requires: load_library() has succeeded, which every open Database proves.
const Library& lib();

}  // namespace towline::duckdb
