#include "pg/connection.h"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "pg/session.h"

namespace towline::pg {
namespace {

constexpr std::size_t kParamsMax = 65535;  // The protocol counts them in 16 bits.

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

Status check_sql(const std::string& sql) {
    if (has_nul(sql)) return fail(ErrorCode::invalid, "a statement must not contain a zero byte");
    return {};
}

// libpq takes C strings: a zero byte would cut a value silently.
Result<std::vector<const char*>> pointers(const Params& params) {
    if (params.size() > kParamsMax) return fail(ErrorCode::too_large, "too many parameters for one statement");
    std::vector<const char*> out;
    out.reserve(params.size());
    for (const Param& param : params) {
        if (param && has_nul(*param)) return fail(ErrorCode::invalid, "PostgreSQL text cannot hold a zero byte");
        out.push_back(param ? param->c_str() : nullptr);
    }
    return out;
}

// A parse error of libpq may quote a piece of a password, so its text is dropped.
Status check_conninfo(const std::string& conninfo) {
    const bool nul = has_nul(conninfo);
    char* message = nullptr;
    PQconninfoOption* options = nul ? nullptr : PQconninfoParse(conninfo.c_str(), &message);
    const bool good = options != nullptr;
    PQconninfoFree(options);
    PQfreemem(message);
    if (!good) return fail(ErrorCode::invalid, "the PostgreSQL connection string cannot be read");
    return {};
}

Error closed() { return Error{ErrorCode::unavailable, "the connection to PostgreSQL is closed", {}, {}}; }

}  // namespace

std::string_view sqlstate(const Error& error) {
    const std::string_view detail = error.detail;
    if (detail.size() < 6 || detail[5] != ':') return {};
    const std::string_view state = detail.substr(0, 5);
    const bool good = std::all_of(state.begin(), state.end(),
                                  [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
    return good ? state : std::string_view();
}

std::string quote_identifier(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

void append_copy_row(std::string& out, const std::vector<std::optional<std::string_view>>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) out += '\t';
        if (!cells[i]) {
            out += "\\N";
            continue;
        }
        for (const char c : *cells[i]) {
            switch (c) {
                case '\\':
                    out += "\\\\";
                    break;
                case '\t':
                    out += "\\t";
                    break;
                case '\n':
                    out += "\\n";
                    break;
                case '\r':
                    out += "\\r";
                    break;
                default:
                    out += c;
            }
        }
    }
    out += '\n';
}

Status Canceller::cancel() const {
    std::array<char, 256> message{};
    if (PQcancel(handle_->native, message.data(), static_cast<int>(message.size())) == 1) return {};
    return fail(Error{ErrorCode::unavailable, "cannot send a cancel request to PostgreSQL", message.data(), {}});
}

Result<Connection> Connection::open(const std::string& conninfo, std::chrono::milliseconds timeout) {
    TRY_STATUS(check_conninfo(conninfo));
    // Later words win: the first ones are defaults, what follows dbname cannot be overridden by it.
    constexpr std::array<const char*, 8> kKeywords{
        "tcp_user_timeout",          "keepalives_idle", "keepalives_interval", "keepalives_count",
        "fallback_application_name", "dbname",          "client_encoding",     nullptr};
    const std::array<const char*, 8> values{"15000", "10", "5", "3", "towline", conninfo.c_str(), "UTF8", nullptr};
    PGconn* native = PQconnectStartParams(kKeywords.data(), values.data(), 1);
    if (native == nullptr) return fail(ErrorCode::internal, "libpq is out of memory");
    auto session = std::make_unique<Session>(native);
    // Without a receiver libpq prints notices to stderr.
    PQsetNoticeReceiver(native, [](void*, const PGresult*) {}, nullptr);
    session->begin_call({.timeout = timeout});
    TRY_STATUS(session->connect());
    if (PQsetnonblocking(native, 1) != 0) return fail(ErrorCode::internal, "libpq refuses non-blocking mode");
    PGcancel* cancel = PQgetCancel(native);
    if (cancel == nullptr) return fail(ErrorCode::internal, "libpq is out of memory");
    // The connection and its cancellers on other threads share the handle; see Canceller.
    return Connection(std::move(session), Canceller(std::make_shared<const Canceller::Handle>(cancel)));
}

Connection::Connection(std::unique_ptr<Session> session, Canceller canceller)
    : session_(std::move(session)), canceller_(std::move(canceller)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Rows> Connection::exec(const std::string& sql, const Call& call) {
    TRY_STATUS(check_sql(sql));
    if (!usable()) return fail(closed());
    session_->begin_call(call);
    if (PQsendQuery(session_->native(), sql.c_str()) == 0) return fail(session_->lost());
    return session_->finish(canceller_);
}

Result<Rows> Connection::query(const std::string& sql, const Params& params, const Call& call) {
    TRY_STATUS(check_sql(sql));
    TRY(const std::vector<const char*> values, pointers(params));
    if (!usable()) return fail(closed());
    session_->begin_call(call);
    const int sent = PQsendQueryParams(session_->native(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                       values.data(), nullptr, nullptr, 0);
    if (sent == 0) return fail(session_->lost());
    return session_->finish(canceller_);
}

Result<Rows> Connection::query_prepared(const std::string& name, const std::string& sql, const Params& params,
                                        const Call& call) {
    TRY_STATUS(check_sql(sql));
    TRY(const std::vector<const char*> values, pointers(params));
    if (!usable()) return fail(closed());
    session_->begin_call(call);
    if (!session_->is_prepared(name)) {
        if (PQsendPrepare(session_->native(), name.c_str(), sql.c_str(), 0, nullptr) == 0)
            return fail(session_->lost());
        TRY_STATUS(session_->finish(canceller_));
        session_->set_prepared(name);
    }
    const int sent = PQsendQueryPrepared(session_->native(), name.c_str(), static_cast<int>(values.size()),
                                         values.data(), nullptr, nullptr, 0);
    if (sent == 0) return fail(session_->lost());
    return session_->finish(canceller_);
}

Result<bool> Connection::put_chunk(const std::string& chunk) {
    constexpr std::size_t kChunkMax = std::size_t{1} << 30;  // libpq counts in int.
    if (chunk.size() > kChunkMax) return fail(ErrorCode::too_large, "a piece of a bulk load is larger than 1 GiB");
    // Zero means the buffer is full: flush until there is room.
    int put = 0;
    while ((put = PQputCopyData(session_->native(), chunk.data(), static_cast<int>(chunk.size()))) == 0) {
        TRY_STATUS(session_->flush(canceller_));
    }
    if (put < 0) return false;
    TRY_STATUS(session_->flush(canceller_));
    return true;
}

Result<std::int64_t> Connection::copy_in(const std::string& sql, const ChunkSource& next, const Call& call) {
    TRY_STATUS(check_sql(sql));
    if (!usable()) return fail(closed());
    session_->begin_call(call);
    if (PQsendQuery(session_->native(), sql.c_str()) == 0) return fail(session_->lost());
    TRY(PGresult* const first, session_->next_result(canceller_));
    const Rows start(first);
    if (PQresultStatus(first) != PGRES_COPY_IN) {
        std::optional<Error> error;
        if (PQresultStatus(first) == PGRES_FATAL_ERROR) error = session_->explained(error_of(first));
        TRY_STATUS(session_->finish(canceller_));
        if (error) return fail(std::move(*error));
        return fail(ErrorCode::invalid, "not a COPY … FROM STDIN statement");
    }
    std::optional<Error> source_error;
    while (!session_->interrupted()) {
        auto chunk = next();
        if (!chunk) source_error = std::move(chunk).error();
        if (!chunk || !*chunk) break;
        TRY(const bool taken, put_chunk(**chunk));
        if (!taken) break;  // The server's reason comes with the result.
    }
    const bool stop = source_error.has_value() || session_->interrupted();
    while (PQputCopyEnd(session_->native(), stop ? "the load was given up" : nullptr) == 0) {
        TRY_STATUS(session_->flush(canceller_));
    }
    auto done = session_->finish(canceller_);
    // The server reports our own giving up as 57014; the reason is known better here.
    if (source_error && (done || done.error().code != ErrorCode::unavailable)) return fail(std::move(*source_error));
    if (!done) return fail(std::move(done).error());
    return done->affected();
}

Status Connection::listen(std::string_view channel, const Call& call) {
    TRY_STATUS(exec("LISTEN " + quote_identifier(channel), call));
    return {};
}

Status Connection::notify(std::string_view channel, const std::string& payload, const Call& call) {
    TRY_STATUS(query("SELECT pg_notify($1, $2)", {std::string(channel), payload}, call));
    return {};
}

Result<std::optional<Notification>> Connection::wait_notification(const Call& call) {
    if (!usable()) return fail(closed());
    session_->begin_call(call);
    for (;;) {
        if (PQconsumeInput(session_->native()) == 0) return fail(session_->lost());
        if (PGnotify* raw = PQnotifies(session_->native())) {
            Notification notification{raw->relname, raw->extra, raw->be_pid};
            PQfreemem(raw);
            return notification;
        }
        const Waited waited = session_->wait(POLLIN);
        if (waited == Waited::broken) return fail(session_->lost());
        if (waited != Waited::ready) return std::nullopt;
    }
}

int Connection::backend_pid() const { return usable() ? PQbackendPID(session_->native()) : 0; }
int Connection::server_version() const { return usable() ? PQserverVersion(session_->native()) : 0; }
bool Connection::uses_tls() const { return usable() && PQsslInUse(session_->native()) != 0; }

bool Connection::usable() const {
    return session_ && session_->native() != nullptr && PQstatus(session_->native()) == CONNECTION_OK;
}

TransactionState Connection::transaction() const {
    if (!usable()) return TransactionState::unknown;
    switch (PQtransactionStatus(session_->native())) {
        case PQTRANS_IDLE:
            return TransactionState::idle;
        case PQTRANS_ACTIVE:
            return TransactionState::active;
        case PQTRANS_INTRANS:
            return TransactionState::open;
        case PQTRANS_INERROR:
            return TransactionState::failed;
        case PQTRANS_UNKNOWN:
            return TransactionState::unknown;
    }
    return TransactionState::unknown;
}

Result<Transaction> Transaction::begin(Connection& connection, const std::string& begin) {
    TRY_STATUS(connection.exec(begin));
    return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
    // A failed rollback means a lost connection, and the server rolls back by itself then.
    if (connection_ != nullptr && connection_->usable()) static_cast<void>(connection_->exec("ROLLBACK"));
}

Status Transaction::commit() {
    TOWLINE_ASSERT(connection_ != nullptr);
    Connection& connection = *std::exchange(connection_, nullptr);
    const bool failed = connection.transaction() == TransactionState::failed;
    TRY_STATUS(connection.exec("COMMIT"));
    if (failed) return fail(ErrorCode::engine, "the transaction was rolled back because a statement had failed");
    return {};
}

}  // namespace towline::pg
