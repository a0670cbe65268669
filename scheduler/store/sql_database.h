#pragma once
// The seam between the store and its database: a transaction in which named statements run with typed values.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "store/news.h"

namespace towline::store {

/// NULL, a number (also booleans) or text.
using SqlValue = std::variant<std::monostate, std::int64_t, std::string>;
using SqlParams = std::vector<SqlValue>;

SqlValue sql_maybe(const std::optional<std::string>& text);
SqlValue sql_maybe(const std::optional<std::int64_t>& number);
inline SqlValue sql_flag(bool value) { return std::int64_t{value ? 1 : 0}; }

/// The answer of a statement: rows of named columns. Move-only.
class SqlRows;

/// One row, valid as long as its SqlRows. Asking for a column that is not there is a bug and aborts; a NULL or a
/// value of the other type reads as empty, 0 or false.
class SqlRow {
 public:
    std::string text(std::string_view column) const;
    std::int64_t num(std::string_view column) const;
    bool flag(std::string_view column) const { return num(column) != 0; }
    std::optional<std::string> maybe_text(std::string_view column) const;
    std::optional<std::int64_t> maybe_num(std::string_view column) const;

 private:
    friend class SqlRows;
    SqlRow(const SqlRows& rows, std::size_t first) : rows_(&rows), first_(first) {}
    const SqlValue& cell(std::string_view column) const;
    const SqlRows* rows_;
    std::size_t first_;
};

class SqlRows {
 public:
    SqlRows() = default;
    /// `cells` row by row.
    SqlRows(std::vector<std::string> columns, std::vector<SqlValue> cells, std::int64_t changed)
        : columns_(std::move(columns)), cells_(std::move(cells)), changed_(changed) {}
    std::size_t size() const { return columns_.empty() ? 0 : cells_.size() / columns_.size(); }
    bool empty() const { return size() == 0; }
    SqlRow row(std::size_t index) const { return {*this, index * columns_.size()}; }
    /// Rows inserted, updated or deleted.
    std::int64_t changed() const { return changed_; }

 private:
    friend class SqlRow;
    std::vector<std::string> columns_;
    std::vector<SqlValue> cells_;
    std::int64_t changed_ = 0;
};

/// An open transaction; belongs to one thread.
class SqlSession {
 public:
    virtual ~SqlSession() = default;
    /// Runs the statement of that name. Fails with `conflict` when a unique constraint is violated, `unavailable` when
    /// the database cannot be reached or is busy, `internal` for everything else. A statement without text is one that
    /// this dialect does not need: nothing happens. Requires: the name exists.
    virtual Result<SqlRows> run(std::string_view name, const SqlParams& params = {}) = 0;
    /// Any number of statements without parameters: a migration.
    virtual Status script(const std::string& text) = 0;
};

/// `single` is one reading statement, which needs no transaction around it.
enum class SqlMode { single, read, write };

/// Thread-safe.
class SqlDatabase {
 public:
    using Body = std::function<Status(SqlSession&)>;

    virtual ~SqlDatabase() = default;
    /// Commits if the body succeeds, else rolls back and returns its failure. The body may run again after a lost
    /// race with another transaction, so it must set its results afresh each time. Not reentrant.
    virtual Status transaction(SqlMode mode, const Body& body) = 0;
    /// Runs `work` while holding the named lock of all processes that share the database; false if it is held.
    virtual Result<bool> with_lock(const std::string& name, const std::function<Status()>& work) = 0;
    /// News between the processes that share the database; a database of one process hears and tells nothing.
    virtual void listen(Hear /*hear*/) {}
    virtual void tell(const News& /*news*/) {}
    /// "sqlite" or "postgres".
    virtual std::string_view dialect() const = 0;
};

/// The statements of a dialect by name; a dialect's own file wins over the common one.
const std::map<std::string, std::string, std::less<>>& sql_statements(std::string_view dialect);
/// Applies what is missing of the embedded migrations. Fails with `conflict` if a newer program was here.
Status migrate_database(SqlDatabase& database, std::int64_t now_ms);

/// `path` may be ":memory:".
Result<std::unique_ptr<SqlDatabase>> open_sqlite_database(const std::string& path);
Result<std::unique_ptr<SqlDatabase>> open_pg_database(const std::string& conninfo);

}  // namespace towline::store
