#pragma once
// What a statement gave back.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct pg_result;

namespace towline::pg {

/// The result of one statement: a table of texts, possibly with no columns. Move-only; cells are views into
/// it. Indexes out of range are bugs and abort. Safe to read from several threads.
class Rows {
 public:
    Rows() = default;
    /// Takes ownership of libpq's result.
    explicit Rows(pg_result* result);

    int size() const;
    bool empty() const { return size() == 0; }
    int columns() const;
    std::string_view column_name(int column) const;
    /// The number of the type in pg_type.
    std::uint32_t column_type(int column) const;
    /// The first column of that name.
    std::optional<int> find(std::string_view column_name) const;
    /// nullopt is SQL's NULL.
    std::optional<std::string_view> cell(int row, int column) const;
    /// Cell as text; NULL gives "".
    std::string text(int row, int column) const;
    /// Cell as a 64-bit integer; nullopt for NULL and for text that is none.
    std::optional<std::int64_t> integer(int row, int column) const;
    /// Cell as PostgreSQL prints booleans; NULL is false.
    bool boolean(int row, int column) const;
    /// Rows changed by INSERT, UPDATE, DELETE, MERGE or COPY, rows given by SELECT; 0 for other statements.
    std::int64_t affected() const;

 private:
    struct Clear {
        void operator()(pg_result* result) const;
    };
    std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace towline::pg
