#pragma once
// The libpq handle and its poll loop. Private to common/pg.

#include <libpq-fe.h>

#include <set>

#include "pg/connection.h"

namespace towline::pg {

using Steady = std::chrono::steady_clock;

struct Canceller::Handle {
    explicit Handle(PGcancel* native_handle) : native(native_handle) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { PQfreeCancel(native); }
    PGcancel* native;
};

Error error_of(const PGresult* result);

/// Why a wait ended.
enum class Waited { ready, timeout, cancelled, broken };

class Connection::Session {
 public:
    explicit Session(PGconn* connection) : connection_(connection) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() { PQfinish(connection_); }

    PGconn* native() const { return connection_; }
    /// Starts the clock of a call; every wait below obeys it.
    void begin_call(const Call& call);
    Status connect();
    /// Reads all results of a statement that was sent and gives the last, or the first failure.
    Result<Rows> finish(const Canceller& canceller);
    /// The next result, which the caller owns; null at the end of the statement.
    Result<PGresult*> next_result(const Canceller& canceller);
    /// Flushes what is queued to the server; used while copying.
    Status flush(const Canceller& canceller);
    /// True once the call ran out of time or was cancelled.
    bool interrupted() const { return interrupted_.has_value(); }
    /// Statements that the server knows by name.
    bool is_prepared(const std::string& name) const { return prepared_.count(name) > 0; }
    void set_prepared(const std::string& name) { prepared_.insert(name); }
    Waited wait(short events);
    /// `ready` while the call may go on; does not wait.
    Waited look() const;
    Error lost() const;
    /// Gives the connection up, because the state of the protocol is unknown.
    void abandon();
    /// Turns the confirmed cancellation of a call into the reason for which it was asked.
    Error explained(Error error) const;

 private:
    Status interrupt(Waited reason, const Canceller& canceller);

    PGconn* connection_;
    Steady::time_point until_{};
    const std::atomic<bool>* cancel_ = nullptr;
    std::optional<Waited> interrupted_;
    std::set<std::string> prepared_;
};

}  // namespace towline::pg
