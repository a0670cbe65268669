#pragma once
// Owners of the C API's handles. Private to common/duckdb, as is duckdb.h.

#include <duckdb.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "base/result.h"
#include "duckdb/library.h"
#include "duckdb/rows.h"

namespace towline::duckdb {

struct NativeConnection {
    /// Null once the Connection is closed. Held only to copy, interrupt or clear it, never while a statement
    /// runs.
    Guarded<duckdb_connection> handle;
};

/// An error from DuckDB's text: "Binder Error: why\nLINE 1: …".
Error error_of(std::string_view text, duckdb_error_type kind = DUCKDB_ERROR_INVALID);

/// A result that is destroyed with its scope.
struct NativeResult {
    NativeResult() = default;
    NativeResult(const NativeResult&) = delete;
    NativeResult& operator=(const NativeResult&) = delete;
    ~NativeResult() { lib().destroy_result(&value); }
    Error error() { return error_of(lib().result_error(&value), lib().result_error_type(&value)); }
    duckdb_result value{};
};

struct NativeStatement {
    NativeStatement() = default;
    NativeStatement(const NativeStatement&) = delete;
    NativeStatement& operator=(const NativeStatement&) = delete;
    ~NativeStatement() { lib().destroy_prepare(&value); }
    duckdb_prepared_statement value = nullptr;
};

/// Takes a text that DuckDB allocated.
std::string taken(char* text);
/// The name of a type as SQL writes it. Nesting deeper than 64 levels is cut.
std::string type_name(duckdb_logical_type type, int depth = 0);
/// Types whose cells `read_rows` prints itself, equal to a cast to VARCHAR.
bool is_plain(duckdb_type type);
/// Reads a result whose columns are named and typed by `columns`. Fails with `too_large` or `unsupported`.
Result<Rows> read_rows(duckdb_result& result, std::vector<Column> columns);

}  // namespace towline::duckdb
