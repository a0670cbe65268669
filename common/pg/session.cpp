#include "pg/session.h"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/strings.h"

namespace towline::pg {
namespace {

constexpr std::chrono::milliseconds kFlagPeriod{20};
constexpr std::size_t kResultsMax = 10'000;  // Statements in one exec.

ErrorCode code_of(std::string_view state) {
    if (state == "57014") return ErrorCode::cancelled;
    if (state == "40001" || state == "40P01" || state == "55P03") return ErrorCode::conflict;
    // Class 08 is the connection, 57P01 to 57P05 the server going away, 53300 no free slot.
    if (state.starts_with("08") || state.starts_with("57P0") || state == "53300") return ErrorCode::unavailable;
    return ErrorCode::engine;
}

std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? std::string() : std::string(text);
}

}  // namespace

Error error_of(const PGresult* result) {
    const std::string state = field(result, PG_DIAG_SQLSTATE);
    std::string message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    // Without a state the error is libpq's own: the connection ended in mid-statement.
    if (state.empty()) {
        return Error{ErrorCode::unavailable,
                     "the connection to PostgreSQL was lost",
                     std::string(trim(PQresultErrorMessage(result))),
                     {}};
    }
    std::string detail = state + ":";
    const std::string position = field(result, PG_DIAG_STATEMENT_POSITION);
    for (const std::string& part : {field(result, PG_DIAG_MESSAGE_DETAIL), field(result, PG_DIAG_CONTEXT),
                                    position.empty() ? std::string() : "at character " + position}) {
        if (!part.empty()) detail += (detail.ends_with(':') ? " " : "\n") + part;
    }
    return Error{code_of(state), std::move(message), std::move(detail), field(result, PG_DIAG_MESSAGE_HINT)};
}

Error Connection::Session::lost() const {
    const std::string why(trim(PQerrorMessage(connection_)));
    return Error{ErrorCode::unavailable, "the connection to PostgreSQL was lost", why, {}};
}

void Connection::Session::begin_call(const Call& call) {
    // A century is for ever, and does not overflow the clock.
    until_ = Steady::now() + std::min<std::chrono::milliseconds>(call.timeout, std::chrono::hours(24 * 36500));
    cancel_ = call.cancel;
    interrupted_.reset();
}

void Connection::Session::abandon() {
    // Closing the socket now lets the server notice; libpq takes a null handle as a lost connection.
    PQfinish(connection_);
    connection_ = nullptr;
}

Waited Connection::Session::look() const {
    if (cancel_ != nullptr && cancel_->load()) return Waited::cancelled;
    return Steady::now() >= until_ ? Waited::timeout : Waited::ready;
}

Waited Connection::Session::wait(short events) {
    const int socket = PQsocket(connection_);
    if (socket < 0) return Waited::broken;
    for (;;) {
        if (const Waited seen = look(); seen != Waited::ready) return seen;
        const auto now = Steady::now();
        auto slice = std::chrono::ceil<std::chrono::milliseconds>(until_ - now);
        slice = std::min<std::chrono::milliseconds>(slice, cancel_ != nullptr ? kFlagPeriod : std::chrono::minutes(10));
        pollfd entry{socket, events, 0};
        const int ready = ::poll(&entry, 1, static_cast<int>(slice.count()));
        if (ready > 0) return Waited::ready;
        if (ready < 0 && errno != EINTR) return Waited::broken;
    }
}

Status Connection::Session::connect() {
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    for (;;) {
        if (PQstatus(connection_) == CONNECTION_BAD || state == PGRES_POLLING_FAILED) {
            return fail(Error{ErrorCode::unavailable,
                              "cannot connect to PostgreSQL",
                              std::string(trim(PQerrorMessage(connection_))),
                              {}});
        }
        if (state == PGRES_POLLING_OK) return {};
        const Waited waited = wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT);
        if (waited != Waited::ready) {
            return fail(Error{ErrorCode::unavailable, "cannot connect to PostgreSQL", "no answer in time", {}});
        }
        state = PQconnectPoll(connection_);
    }
}

// The first interruption asks the server to cancel and gives it the grace to confirm; the second gives up.
Status Connection::Session::interrupt(Waited reason, const Canceller& canceller) {
    if (reason == Waited::broken) {
        Error error = lost();
        abandon();
        return fail(std::move(error));
    }
    if (!interrupted_ && canceller.cancel()) {
        interrupted_ = reason;
        cancel_ = nullptr;
        until_ = Steady::now() + kCancelGrace;
        return {};
    }
    abandon();
    return fail(ErrorCode::unavailable, "PostgreSQL did not confirm that the statement was cancelled",
                "The connection was given up; the statement may still have an effect.");
}

Error Connection::Session::explained(Error error) const {
    if (interrupted_ == Waited::timeout && error.code == ErrorCode::cancelled) {
        error.code = ErrorCode::timeout;
        error.message = "the statement took longer than allowed and was cancelled";
    }
    return error;
}

Result<PGresult*> Connection::Session::next_result(const Canceller& canceller) {
    for (;;) {
        const int flushing = PQflush(connection_);
        if (flushing == 0 && PQisBusy(connection_) == 0) return PQgetResult(connection_);
        // A failed flush is reported by the result that follows, if the server said why.
        if (flushing < 0 && PQisBusy(connection_) == 0) return PQgetResult(connection_);
        const Waited waited = wait(static_cast<short>(flushing > 0 ? POLLIN | POLLOUT : POLLIN));
        if (waited != Waited::ready) {
            TRY_STATUS(interrupt(waited, canceller));
        } else if (PQconsumeInput(connection_) == 0) {
            // The server's last words ("terminating connection due to administrator command") wait as a
            // result.
            if (PGresult* last = PQgetResult(connection_)) return last;
            return fail(lost());
        }
    }
}

Status Connection::Session::flush(const Canceller& canceller) {
    // A fast server never lets a wait happen, so the bounds are looked at here as well.
    if (const Waited seen = look(); seen != Waited::ready) TRY_STATUS(interrupt(seen, canceller));
    for (;;) {
        const int flushing = PQflush(connection_);
        if (flushing == 0) return {};
        if (flushing < 0) return fail(lost());
        const Waited waited = wait(POLLIN | POLLOUT);
        if (waited != Waited::ready) {
            TRY_STATUS(interrupt(waited, canceller));
        } else if (PQconsumeInput(connection_) == 0) {
            return fail(lost());
        }
    }
}

Result<Rows> Connection::Session::finish(const Canceller& canceller) {
    Rows last;
    std::optional<Error> error;
    for (std::size_t count = 0; count < kResultsMax; ++count) {
        TRY(PGresult* const result, next_result(canceller));
        if (result == nullptr) {
            if (PQstatus(connection_) != CONNECTION_OK && !error) error = lost();
            if (error) return fail(explained(std::move(*error)));
            return last;
        }
        Rows rows(result);
        switch (PQresultStatus(result)) {
            case PGRES_COPY_IN:
                PQputCopyEnd(connection_, "COPY needs copy_in");
                break;
            case PGRES_COPY_OUT:
            case PGRES_COPY_BOTH:
                abandon();
                return fail(ErrorCode::unsupported, "COPY TO STDOUT is not supported; the connection was closed");
            case PGRES_FATAL_ERROR:
            case PGRES_BAD_RESPONSE:
            case PGRES_NONFATAL_ERROR:
                if (!error) error = error_of(result);
                break;
            default:
                last = std::move(rows);
        }
    }
    abandon();
    return fail(ErrorCode::too_large, fmt::format("more than {} statements in one call", kResultsMax));
}

}  // namespace towline::pg
