#pragma once
// One connection to PostgreSQL over libpq. Nothing blocks without a bound: sending and receiving go through
// poll with a deadline and a cancel flag. (Two exceptions of libpq: name look-up when opening, and the TCP
// connect of a cancel.)

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pg/rows.h"

namespace towline::pg {

using Param = std::optional<std::string>;
using Params = std::vector<Param>;

/// Bounds of one call. When the time is over or the flag turns true, the server is asked to cancel the
/// statement, and the call returns `timeout` or `cancelled` only after the server confirmed that it ended. A
/// server that does not confirm within kCancelGrace costs the connection: `unavailable`, and nobody knows
/// whether the statement took effect.
struct Call {
    std::chrono::milliseconds timeout = std::chrono::seconds(60);
    /// May be set from any thread; looked at every 20 ms. Must outlive the call.
    const std::atomic<bool>* cancel = nullptr;
};
inline constexpr std::chrono::seconds kCancelGrace{10};

/// The five letters of an error made by this module ("40001"); empty if there are none.
std::string_view sqlstate(const Error& error);
/// `name` as a quoted identifier.
std::string quote_identifier(std::string_view name);
/// Appends one line of COPY's text format.
void append_copy_row(std::string& out, const std::vector<std::optional<std::string_view>>& cells);

/// Cancels what a connection executes, from any thread; may outlive the connection (then it does nothing
/// useful).
class Canceller {
 public:
    /// Asks the server; returns when the request was handed over, not when the statement ended. If no
    /// statement runs, nothing happens, but a statement sent meanwhile may be hit: the caller must know what
    /// it cancels.
    Status cancel() const;

 private:
    friend class Connection;
    struct Handle;
    explicit Canceller(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {}
    // Shared between the connection's thread and any number of cancelling threads.
    std::shared_ptr<const Handle> handle_;
};

enum class TransactionState { idle, active, open, failed, unknown };

struct Notification {
    std::string channel;
    std::string payload;
    int sender_pid = 0;
};

/// Gives the next piece of a bulk load, nullopt at the end, or a failure that aborts the load.
using ChunkSource = std::function<Result<std::optional<std::string>>()>;

/// A session. Move-only; one thread at a time, except `cancel`. Errors: lost connection, shutdown or refused
/// connect are `unavailable`, 57014 is `cancelled`, 40001, 40P01 and 55P03 are `conflict`, all others
/// `engine`. The error's detail starts with the SQLSTATE. Texts are the server's own and may quote values of
/// the statement.
class Connection {
 public:
    /// `conninfo` is libpq's string or URI and carries TLS settings; it appears in no message. Keep-alives
    /// and a TCP user timeout of 15 s are set unless it says otherwise. Text arrives as UTF-8.
    static Result<Connection> open(const std::string& conninfo,
                                   std::chrono::milliseconds timeout = std::chrono::seconds(10));
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection();

    /// One or more statements without parameters; gives the result of the last one. Several statements form
    /// one transaction unless they say otherwise.
    Result<Rows> exec(const std::string& sql, const Call& call = {});
    /// One statement with $1… as texts; nullopt is NULL.
    Result<Rows> query(const std::string& sql, const Params& params, const Call& call = {});
    /// The same, parsed and planned by the server once per connection under `name`. Requires: a name stands for one
    /// text. Fails with SQLSTATE 0A000 or 26000 when the server's statement has become stale (a changed table, a
    /// pooler in between): a new connection cures it.
    Result<Rows> query_prepared(const std::string& name, const std::string& sql, const Params& params,
                                const Call& call = {});
    /// `COPY … FROM STDIN`; returns the rows loaded. Fails without effect if the source or the server fails.
    Result<std::int64_t> copy_in(const std::string& sql, const ChunkSource& next, const Call& call = {});

    /// Subscribes; the name is taken exactly.
    Status listen(std::string_view channel, const Call& call = {});
    Status notify(std::string_view channel, const std::string& payload, const Call& call = {});
    /// The next notification, or nullopt when the time is over or the flag turns true.
    Result<std::optional<Notification>> wait_notification(const Call& call);

    /// See Canceller::cancel. Thread safe.
    Status cancel() const { return canceller_.cancel(); }
    const Canceller& canceller() const { return canceller_; }

    int backend_pid() const;
    /// 150004 is 15.4.
    int server_version() const;
    bool uses_tls() const;
    TransactionState transaction() const;
    /// False once the connection is lost; every further call then fails with `unavailable`.
    bool usable() const;

 private:
    class Session;
    Connection(std::unique_ptr<Session> session, Canceller canceller);
    Result<bool> put_chunk(const std::string& chunk);
    std::unique_ptr<Session> session_;
    Canceller canceller_;
};

/// BEGIN … COMMIT; rolls back when destroyed before `commit`. Requires: the connection outlives it.
class Transaction {
 public:
    /// `begin` may add modes: "BEGIN ISOLATION LEVEL SERIALIZABLE".
    static Result<Transaction> begin(Connection& connection, const std::string& begin = "BEGIN");
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    /// Requires: not committed yet. Fails with `engine` when a statement had failed, so that the server
    /// rolled back instead.
    Status commit();

 private:
    explicit Transaction(Connection& connection) : connection_(&connection) {}
    Connection* connection_;
};

}  // namespace towline::pg
