#pragma once
// What a statement gave back: a table of texts.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace towline::duckdb {

struct Column {
    std::string name;
    /// As DuckDB writes it: "DECIMAL(18,2)", "INTEGER[]", "STRUCT(a INTEGER)"; an enum is just "ENUM".
    std::string type;
};

/// The rows of one statement, every cell as DuckDB's cast to VARCHAR prints it. Cells are views into the
/// object. Indexes out of range are bugs and abort.
class Rows {
 public:
    std::size_t size() const { return columns_.empty() ? 0 : cells_.size() / columns_.size(); }
    bool empty() const { return cells_.empty(); }
    const std::vector<Column>& columns() const { return columns_; }
    /// nullopt is SQL's NULL.
    std::optional<std::string_view> cell(std::size_t row, std::size_t column) const;
    /// Cell as text; NULL gives "".
    std::string text(std::size_t row, std::size_t column) const;
    /// Cell as a 64-bit integer; nullopt for NULL and for text that is none.
    std::optional<std::int64_t> integer(std::size_t row, std::size_t column) const;

 private:
    friend class RowsBuilder;
    struct Cell {
        std::size_t offset = 0;
        std::size_t length = 0;
        bool null = false;
    };
    std::vector<Column> columns_;
    std::string text_;
    std::vector<Cell> cells_;
};

}  // namespace towline::duckdb
