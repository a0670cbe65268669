#include "duckdb/rows.h"

#include <fmt/core.h>

#include "base/assert.h"
#include "base/strings.h"
#include "duckdb/database.h"
#include "duckdb/native.h"

namespace towline::duckdb {

std::optional<std::string_view> Rows::cell(std::size_t row, std::size_t column) const {
    TOWLINE_ASSERT(column < columns_.size() && row < size());
    const Cell& at = cells_[row * columns_.size() + column];
    if (at.null) return std::nullopt;
    return std::string_view(text_).substr(at.offset, at.length);
}

std::string Rows::text(std::size_t row, std::size_t column) const {
    return std::string(cell(row, column).value_or(""));
}

std::optional<std::int64_t> Rows::integer(std::size_t row, std::size_t column) const {
    const auto value = cell(row, column);
    return value ? parse_int(*value) : std::nullopt;
}

class RowsBuilder {
 public:
    explicit RowsBuilder(std::vector<Column> columns) { rows_.columns_ = std::move(columns); }
    void null() { rows_.cells_.push_back({0, 0, true}); }
    void text(std::string_view value) {
        rows_.cells_.push_back({rows_.text_.size(), value.size(), false});
        rows_.text_ += value;
    }
    bool full() const { return rows_.text_.size() + rows_.cells_.size() > kResultBytesMax; }
    Rows take() { return std::move(rows_); }

 private:
    Rows rows_;
};

bool is_plain(duckdb_type type) {
    switch (type) {
        case DUCKDB_TYPE_BOOLEAN:
        case DUCKDB_TYPE_TINYINT:
        case DUCKDB_TYPE_SMALLINT:
        case DUCKDB_TYPE_INTEGER:
        case DUCKDB_TYPE_BIGINT:
        case DUCKDB_TYPE_UTINYINT:
        case DUCKDB_TYPE_USMALLINT:
        case DUCKDB_TYPE_UINTEGER:
        case DUCKDB_TYPE_UBIGINT:
        case DUCKDB_TYPE_VARCHAR:
            return true;
        default:
            return false;
    }
}

namespace {

template <class T>
std::string number_at(const void* data, idx_t row) {
    return std::to_string(static_cast<const T*>(data)[row]);
}

// One vector of a chunk, looked at cell by cell.
struct ColumnVector {
    duckdb_type type;
    void* data;
    std::uint64_t* validity;
};

void append_cell(RowsBuilder& out, const ColumnVector& vector, idx_t row) {
    if (vector.validity != nullptr && !lib().validity_row_is_valid(vector.validity, row)) return out.null();
    switch (vector.type) {
        case DUCKDB_TYPE_BOOLEAN:
            return out.text(static_cast<const bool*>(vector.data)[row] ? "true" : "false");
        case DUCKDB_TYPE_TINYINT:
            return out.text(number_at<std::int8_t>(vector.data, row));
        case DUCKDB_TYPE_SMALLINT:
            return out.text(number_at<std::int16_t>(vector.data, row));
        case DUCKDB_TYPE_INTEGER:
            return out.text(number_at<std::int32_t>(vector.data, row));
        case DUCKDB_TYPE_BIGINT:
            return out.text(number_at<std::int64_t>(vector.data, row));
        case DUCKDB_TYPE_UTINYINT:
            return out.text(number_at<std::uint8_t>(vector.data, row));
        case DUCKDB_TYPE_USMALLINT:
            return out.text(number_at<std::uint16_t>(vector.data, row));
        case DUCKDB_TYPE_UINTEGER:
            return out.text(number_at<std::uint32_t>(vector.data, row));
        case DUCKDB_TYPE_UBIGINT:
            return out.text(number_at<std::uint64_t>(vector.data, row));
        default:
            break;
    }
    auto* strings = static_cast<duckdb_string_t*>(vector.data);
    out.text({lib().string_t_data(&strings[row]), lib().string_t_length(strings[row])});
}

Error too_large() {
    return Error{ErrorCode::too_large, fmt::format("the result is larger than {} bytes", kResultBytesMax), {}, {}};
}

Result<Rows> read_plain(duckdb_result& result, std::vector<Column> columns) {
    const idx_t count = columns.size();
    RowsBuilder out(std::move(columns));
    for (;;) {
        duckdb_data_chunk chunk = lib().fetch_chunk(result);
        if (chunk == nullptr) break;
        std::vector<ColumnVector> vectors;
        for (idx_t i = 0; i < count; ++i) {
            duckdb_vector vector = lib().data_chunk_get_vector(chunk, i);
            vectors.push_back(
                {lib().column_type(&result, i), lib().vector_get_data(vector), lib().vector_get_validity(vector)});
        }
        const idx_t rows = lib().data_chunk_get_size(chunk);
        for (idx_t row = 0; row < rows && !out.full(); ++row) {
            for (const ColumnVector& vector : vectors) append_cell(out, vector, row);
        }
        lib().destroy_data_chunk(&chunk);
        if (out.full()) return fail(too_large());
    }
    return out.take();
}

// For statements that cannot be wrapped in a cast (CALL, RETURNING): DuckDB's old printer, which knows
// scalars only.
Result<Rows> read_printed(duckdb_result& result, std::vector<Column> columns) {
    const idx_t count = columns.size();
    const std::vector<Column> names = columns;
    RowsBuilder out(std::move(columns));
    const idx_t rows = lib().row_count(&result);
    for (idx_t row = 0; row < rows; ++row) {
        for (idx_t column = 0; column < count; ++column) {
            if (lib().value_is_null(&result, column, row)) {
                out.null();
                continue;
            }
            char* text = lib().value_varchar(&result, column, row);
            if (text == nullptr) {
                return fail(
                    ErrorCode::unsupported,
                    fmt::format("a column of type {} cannot be read from this kind of statement", names[column].type),
                    "Cast the column to VARCHAR.");
            }
            out.text(taken(text));
        }
        if (out.full()) return fail(too_large());
    }
    return out.take();
}

}  // namespace

Result<Rows> read_rows(duckdb_result& result, std::vector<Column> columns) {
    for (idx_t i = 0; i < columns.size(); ++i) {
        if (!is_plain(lib().column_type(&result, i))) return read_printed(result, std::move(columns));
    }
    return read_plain(result, std::move(columns));
}

}  // namespace towline::duckdb
