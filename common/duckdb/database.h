#pragma once
// DuckDB over its C API. A database file belongs to one process at a time; inside the process every Database
// of the same path shares one instance, and the file is free again when the last Database and Connection of
// it are gone.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "duckdb/rows.h"

namespace towline::duckdb {

using Param = std::optional<std::string>;
using Params = std::vector<Param>;

/// The most bytes of text that one query may give back.
inline constexpr std::size_t kResultBytesMax = std::size_t{256} << 20;

/// What a name stands for in a schema.
enum class EntryKind { none, table, view };

struct NativeConnection;

/// Stops what a Connection executes, from any thread; may outlive the connection, and then does nothing.
class Interrupter {
 public:
    /// The running statement fails with `cancelled` soon after. Between two statements it has no effect, so a
    /// caller repeats it until the statement has ended.
    void interrupt() const;

 private:
    friend class Connection;
    friend class Database;
    friend class Appender;
    explicit Interrupter(std::shared_ptr<NativeConnection> native) : native_(std::move(native)) {}
    // Shared by the connection and its interrupters on other threads; the handle inside is cleared under a
    // lock.
    std::shared_ptr<NativeConnection> native_;
};

/// A session. Move-only; one thread at a time, except `interrupt`. Errors: an interrupted statement is
/// `cancelled`, a conflict of transactions `conflict`, a damaged or unreadable file `io`, all else `engine`.
/// The error's detail starts with DuckDB's kind ("Binder Error: …"), and may quote values.
class Connection {
 public:
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    /// Gives the rows of the last statement in the text. Parameters ($1… or ?) are texts that DuckDB casts;
    /// with parameters only one statement is allowed.
    Result<Rows> query(const std::string& sql, const Params& params = {});
    /// Runs all statements in the text and gives the rows changed by the last one (0 if it changes none).
    Result<std::int64_t> execute(const std::string& sql);
    /// Looks one name up, where DuckDB's catalogue views would list every table of the database. Names are compared
    /// without case; a catalogue or schema that is not there holds nothing.
    Result<EntryKind> entry(const std::string& catalog, const std::string& schema, const std::string& name);
    void interrupt() const { interrupter_.interrupt(); }
    const Interrupter& interrupter() const { return interrupter_; }

 private:
    friend class Database;
    friend class Appender;
    explicit Connection(Interrupter interrupter);
    Interrupter interrupter_;
};

/// An open database.
class Database {
 public:
    /// `path` is a file or ":memory:" (then nothing is shared). `settings` are DuckDB's, such as threads or
    /// memory_limit; installing and loading of extensions by themselves is off unless they say otherwise.
    /// Fails with `unavailable` when another process holds the file, `conflict` when this process has it open
    /// with other settings, `invalid` for an unknown setting, `unsupported` when DuckDB's library is missing: it is
    /// loaded by the first call.
    static Result<Database> open(const std::string& path, const std::map<std::string, std::string>& settings = {});
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    Result<Connection> connect();

 private:
    struct Native;
    explicit Database(std::unique_ptr<Native> native);
    std::unique_ptr<Native> native_;
};

/// Loads rows in bulk into an existing table; DuckDB casts the texts. Part of the connection's open
/// transaction. Requires: the connection outlives it and runs nothing else before `finish`.
class Appender {
 public:
    struct Target {
        std::string catalog = {};  ///< Empty for the default.
        std::string schema = {};   ///< Empty for the default.
        std::string table;
        /// Empty for all; columns that are not named get their default.
        std::vector<std::string> columns = {};
    };
    static Result<Appender> open(Connection& connection, const Target& target);
    Appender(Appender&&) noexcept;
    Appender& operator=(Appender&&) noexcept;
    /// Rows that were not finished may be lost.
    ~Appender();

    /// A failure (wrong number of cells, a text that cannot be cast) makes the whole load void.
    Status row(const std::vector<std::optional<std::string_view>>& cells);
    /// Writes what is buffered; constraints are checked here at the latest.
    Status finish();

 private:
    struct Native;
    explicit Appender(std::unique_ptr<Native> native);
    std::unique_ptr<Native> native_;
};

/// BEGIN … COMMIT; rolls back when destroyed before `commit`. Requires: the connection outlives it.
class Transaction {
 public:
    static Result<Transaction> begin(Connection& connection);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    /// Requires: not committed yet. After a failure the transaction is rolled back.
    Status commit();

 private:
    explicit Transaction(Connection& connection) : connection_(&connection) {}
    Connection* connection_;
};

/// The version of the library, which is loaded if it was not yet: "v1.5.6".
Result<std::string> library_version();

}  // namespace towline::duckdb
