#pragma once
// One connection to a SQLite file. All functions belong to one thread at a time, except Database::interrupt.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sqlite/value.h"

namespace towline::sqlite {

struct Options {
    /// How long a statement waits for another connection's lock before it fails with `unavailable`.
    std::chrono::milliseconds busy_timeout = std::chrono::seconds(5);
    /// synchronous=FULL: a committed transaction survives a power cut. Without it only a crash of the
    /// process.
    bool full_sync = false;
    bool read_only = false;
    /// Pages kept in memory, at most; the rest is read from the file again.
    int cache_kib = 2'000;
    /// Prepared statements kept for reuse.
    std::size_t statements_max = 128;
};

/// SQLite's extended result code of an error made by this module, such as 2067 (unique constraint); 0 if it
/// is none.
int extended_code(const Error& error);

struct Session;

/// A prepared statement on loan from the cache: bind, step until false, read the columns of the current row.
/// Goes back when destroyed. Requires: the Database outlives it.
class Statement {
 public:
    Statement(Statement&&) noexcept;
    Statement& operator=(Statement&&) noexcept;
    ~Statement();

    /// Rewinds, and sets all parameters in order. Fails with `invalid` if their number is wrong.
    Status bind(const Params& params);
    /// True if there is a row; false at the end.
    Result<bool> step();

    // Columns of the current row. Views live until the next step.
    int columns() const;
    std::string_view column_name(int column) const;
    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string_view text(int column) const;
    std::optional<std::string> maybe_text(int column) const;
    std::optional<std::int64_t> maybe_integer(int column) const;
    Value value(int column) const;

 private:
    friend class Database;
    struct Handle;
    explicit Statement(std::unique_ptr<Handle> handle);
    std::unique_ptr<Handle> handle_;
};

using Row = std::vector<Value>;

/// An open database. A lock that stays taken is `unavailable`, a broken constraint `conflict`, an interrupted
/// statement `cancelled`, a full disk or damaged file `io`, wrong SQL `internal`.
class Database {
 public:
    /// Opens or makes the file (":memory:" for none; a new one is readable by its owner alone): WAL, foreign keys on,
    /// synchronous NORMAL or FULL.
    static Result<Database> open(const std::string& path, const Options& options = {});
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// One statement; a second one in the text is refused.
    Result<Statement> prepare(std::string_view sql);
    /// Runs one statement to its end and gives the rows it changed.
    Result<std::int64_t> run(std::string_view sql, const Params& params = {});
    /// Runs one statement and gives all its rows. Bound the number in the statement.
    Result<std::vector<Row>> query(std::string_view sql, const Params& params = {});
    /// Any number of statements without parameters; stops at the first failure. Not a transaction by itself.
    Status exec_script(const std::string& sql);

    /// Rows changed by the last INSERT, UPDATE or DELETE.
    std::int64_t changes() const;
    std::int64_t last_insert_id() const;
    bool in_transaction() const;
    /// Makes running statements fail with `cancelled`. Thread safe; the Database must stay alive meanwhile.
    void interrupt() const;

 private:
    explicit Database(std::unique_ptr<Session> session);
    std::unique_ptr<Session> session_;
};

/// BEGIN IMMEDIATE … COMMIT; rolls back when destroyed before `commit`. Requires: the database outlives it.
class Transaction {
 public:
    static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    /// Requires: not committed yet. After a failure the transaction is rolled back.
    Status commit();

 private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

}  // namespace towline::sqlite
