#include <fmt/core.h>

#include "duckdb/database.h"
#include "duckdb/native.h"

namespace towline::duckdb {

struct Appender::Native {
    Native() = default;
    Native(const Native&) = delete;
    Native& operator=(const Native&) = delete;
    ~Native() {
        // Destroying would flush what is buffered: a load that was not finished must leave nothing more.
        if (!finished) lib().appender_clear(handle);
        lib().appender_destroy(&handle);
    }
    Error error() const {
        duckdb_error_data data = lib().appender_error_data(handle);
        const char* text = lib().error_data_message(data);
        Error result = error_of(text == nullptr ? "DuckDB refused the load" : text, lib().error_data_error_type(data));
        lib().destroy_error_data(&data);
        return result;
    }
    duckdb_appender handle = nullptr;
    idx_t columns = 0;
    bool finished = false;
};

Appender::Appender(std::unique_ptr<Native> native) : native_(std::move(native)) {}
Appender::Appender(Appender&&) noexcept = default;
Appender& Appender::operator=(Appender&&) noexcept = default;
Appender::~Appender() = default;

Result<Appender> Appender::open(Connection& connection, const Target& target) {
    const auto name = [](const std::string& text) { return text.empty() ? nullptr : text.c_str(); };
    duckdb_connection handle = *connection.interrupter_.native_->handle.lock();
    auto native = std::make_unique<Native>();
    const duckdb_state made = lib().appender_create_ext(handle, name(target.catalog), name(target.schema),
                                                        target.table.c_str(), &native->handle);
    if (made != DuckDBSuccess) return fail(native->error());
    for (const std::string& column : target.columns) {
        if (lib().appender_add_column(native->handle, column.c_str()) != DuckDBSuccess) return fail(native->error());
    }
    native->columns = lib().appender_column_count(native->handle);
    return Appender(std::move(native));
}

Status Appender::row(const std::vector<std::optional<std::string_view>>& cells) {
    if (cells.size() != native_->columns) {
        return fail(ErrorCode::invalid,
                    fmt::format("the row has {} cells, the table takes {}", cells.size(), native_->columns));
    }
    for (const std::optional<std::string_view>& cell : cells) {
        const duckdb_state appended = cell ? lib().append_varchar_length(native_->handle, cell->data(), cell->size())
                                           : lib().append_null(native_->handle);
        if (appended != DuckDBSuccess) return fail(native_->error());
    }
    if (lib().appender_end_row(native_->handle) != DuckDBSuccess) return fail(native_->error());
    return {};
}

Status Appender::finish() {
    if (lib().appender_close(native_->handle) != DuckDBSuccess) return fail(native_->error());
    native_->finished = true;
    return {};
}

}  // namespace towline::duckdb
