#pragma once
// Private to http_server.
//
//   handshake ─▶ reading ─▶ handling ─▶ writing ─┬─▶ reading (next request)
//                   │          └─▶ streaming ────┤
//                   └─ refuse() ─▶ writing ──────┴─▶ lingering ─▶ closed
//
// A session only ever waits for the socket to become readable or writable; what it does then depends on its
// state. A lost peer, a deadline and the server's end lead from every state to close().

#include <memory>
#include <string>

#include "http_server/exchange.h"
#include "http_server/loop.h"
#include "http_server/request_reader.h"
#include "http_server/stream.h"

namespace towline::http {

/// One connection. Every function runs on the loop's thread.
class Session final : public AnswerSink, public std::enable_shared_from_this<Session> {
 public:
    Session(Loop& loop, boost::asio::ip::tcp::socket socket, const TlsContext& tls, bool overflow);

    /// `place` is where the loop's list keeps this session.
    void start(SessionList::iterator place);
    /// Ends what has waited too long.
    void expire(SteadyClock::time_point now);
    /// The server stops: nothing new is begun, what is parked is answered.
    void drain();
    /// The drain time is over.
    void cut();

    void answer(std::uint64_t serial, Response response) override;
    void begin_stream(std::uint64_t serial, Response head) override;
    void append(std::uint64_t serial, std::string bytes) override;
    void finish(std::uint64_t serial) override;
    void parked(std::uint64_t serial) override;
    void abandoned(std::uint64_t serial) override;

 private:
    enum class State { handshake, reading, handling, streaming, writing, lingering };

    void await_readable();
    void await_writable();
    void await(Io wanted);
    void on_readable();
    void on_writable();

    void step_handshake();
    void step_reading();
    void step_watching();
    void step_lingering();

    bool parse();
    bool begin_body();
    void refuse_unreadable();
    void dispatch();
    void begin_exchange(std::string id);
    void drop_reader();
    void respond(const Response& response, bool stream);
    void refuse(int status, std::string_view detail);
    void answer_unavailable();
    void flush();
    void answer_complete();
    void next_request();
    void begin_lingering();
    void close();

    /// Only in that state, and only for the request that is being answered now.
    bool is_current(std::uint64_t serial, State state) const {
        return !closed_ && serial == serial_ && state_ == state;
    }
    bool is_idle() const { return state_ == State::reading && !reader_ && in_.empty(); }
    void limit(std::chrono::milliseconds time) { deadline_ = SteadyClock::now() + time; }
    const ServerLimits& limits() const { return loop_.context().options.limits; }
    void end_exchange(bool complete);

    /// Of the request that is being answered; dropped with the answer so that an idle connection holds
    /// nothing.
    struct Current {
        std::string id, method, path;
        std::weak_ptr<SessionExchange> exchange;
        SteadyClock::time_point since;
        int status = 0;
        std::size_t bytes = 0;
    };

    Loop& loop_;
    boost::asio::ip::tcp::socket socket_;
    Stream stream_;
    std::string peer_;
    SessionList::iterator place_;
    std::unique_ptr<RequestReader> reader_;
    std::unique_ptr<Current> current_;
    std::string in_;
    std::string out_;
    std::size_t out_sent_ = 0;
    std::size_t lingered_ = 0;
    std::uint64_t serial_ = 0;
    SteadyClock::time_point deadline_ = SteadyClock::time_point::max();
    State state_ = State::handshake;
    bool overflow_;  ///< Above connections_max: gets its 503 and goes.
    bool in_body_ = false;
    bool keep_alive_ = true;
    bool linger_ = false;
    bool head_only_ = false;
    bool http10_ = false;
    bool parked_ = false;
    bool ended_ = false;
    bool read_armed_ = false;
    bool write_armed_ = false;
    bool write_blocked_ = false;
    bool closed_ = false;
};

}  // namespace towline::http
