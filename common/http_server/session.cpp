#include "http_server/session.h"

#include <fmt/core.h>

#include <exception>

namespace towline::http {
namespace {
using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr int kReadsPerTurn = 16;                 // Then other connections of the loop get their turn.
constexpr std::size_t kLingerBytesMax = 4 << 20;  // Of a refused body that is read and forgotten.
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string describe_peer(const tcp::socket& socket) {
    error_code error;
    const tcp::endpoint peer = socket.remote_endpoint(error);
    if (error) return "unknown";
    const std::string address = peer.address().to_string(error);
    return peer.address().is_v6() ? fmt::format("[{}]:{}", address, peer.port())
                                  : fmt::format("{}:{}", address, peer.port());
}
}  // namespace

Session::Session(Loop& loop, tcp::socket socket, const TlsContext& tls, bool overflow)
    : loop_(loop),
      socket_(std::move(socket)),
      stream_(static_cast<int>(socket_.native_handle()), tls.get()),
      peer_(describe_peer(socket_)),
      overflow_(overflow) {
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.set_option(boost::asio::socket_base::keep_alive(true), ignored);
}

void Session::start(SessionList::iterator place) {
    place_ = place;
    limit(limits().header_time_max);
    step_handshake();
}

// ---- waiting for the socket

void Session::await_readable() {
    if (read_armed_ || closed_) return;
    read_armed_ = true;
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code error) {
        self->read_armed_ = false;
        if (self->closed_) return;
        if (error) return self->close();
        self->on_readable();
    });
}

void Session::await_writable() {
    if (write_armed_ || closed_) return;
    write_armed_ = true;
    socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](error_code error) {
        self->write_armed_ = false;
        if (self->closed_) return;
        if (error) return self->close();
        self->on_writable();
    });
}

void Session::await(Io wanted) {
    if (wanted == Io::want_write)
        await_writable();
    else
        await_readable();
}

void Session::on_readable() {
    switch (state_) {
        case State::handshake:
            return step_handshake();
        case State::reading:
            return step_reading();
        case State::lingering:
            return step_lingering();
        case State::writing:
            // TLS may want to read before it can write. What else arrives waits until the answer is out.
            if (write_blocked_) flush();
            return;
        case State::handling:
        case State::streaming:
            if (write_blocked_) flush();
            return step_watching();
    }
}

void Session::on_writable() {
    switch (state_) {
        case State::handshake:
            return step_handshake();
        case State::reading:
            return step_reading();
        case State::lingering:
            return;
        case State::writing:
            return flush();
        case State::handling:
        case State::streaming:
            if (write_blocked_) return flush();
            return step_watching();
    }
}

// ---- reading

void Session::step_handshake() {
    const Io io = stream_.handshake();
    if (io == Io::closed) return close();
    if (io != Io::done) return await(io);
    state_ = State::reading;
    step_reading();
}

void Session::step_reading() {
    if (!in_.empty() && parse()) return;
    for (int i = 0; i < kReadsPerTurn; ++i) {
        std::size_t count = 0;
        const Io io = stream_.read(loop_.scratch(), count);
        if (io == Io::closed) {
            if (is_idle()) return close();
            return refuse(400, "the request ended early");
        }
        if (io != Io::done) {
            if (is_idle()) {
                if (loop_.draining()) return close();
                in_.shrink_to_fit();
            }
            return await(io);
        }
        in_.append(loop_.scratch().data(), count);
        if (parse()) return;
    }
    loop_.post([self = shared_from_this()] {
        if (!self->closed_ && self->state_ == State::reading) self->step_reading();
    });
}

// True when the session has left the reading state.
bool Session::parse() {
    if (!reader_) {
        // An empty line before a request is legal (RFC 9112 section 2.2).
        in_.erase(0, in_.find_first_not_of("\r\n"));
        if (in_.empty()) return false;
        reader_ = std::make_unique<RequestReader>(loop_.context().options);
        limit(limits().header_time_max);
    }
    switch (reader_->feed(in_)) {
        case RequestReader::State::header:
            return false;
        case RequestReader::State::body:
            return !begin_body();
        case RequestReader::State::refused:
            refuse_unreadable();
            return true;
        case RequestReader::State::done:
            dispatch();
            return true;
    }
    return false;
}

// False if the connection did not survive it.
bool Session::begin_body() {
    if (in_body_) return true;
    in_body_ = true;
    limit(limits().body_time_max);
    if (!reader_->expects_continue()) return true;
    // Nothing else is under way on this connection, so the few bytes fit into the socket's buffer.
    std::size_t count = 0;
    if (stream_.write(kContinue, count) == Io::done && count == kContinue.size()) return true;
    close();
    return false;
}

void Session::refuse_unreadable() {
    switch (const int status = reader_->status()) {
        case 413:
            return refuse(status, "the body is too large");
        case 431:
            return refuse(status, "the header is too large");
        case 401:
            return refuse(status, "a body of this size needs a valid token");
        case 503:
            return refuse(status, "too many large requests at once");
        default:
            return refuse(status, "the request is malformed");
    }
}

void Session::dispatch() {
    Request request = reader_->take();
    keep_alive_ = reader_->keep_alive() && !loop_.draining() && !overflow_;
    http10_ = reader_->is_http10();
    head_only_ = request.method == "HEAD";
    drop_reader();
    if (in_.empty()) in_.shrink_to_fit();  // It may wait for long now.
    request.peer = peer_;
    request.tls = stream_.is_tls();
    request.id = loop_.context().next_request_id();
    begin_exchange(request.id);
    current_->method = request.method;
    current_->path = request.path;
    if (overflow_) {
        ++loop_.context().refused;
        return answer_unavailable();
    }
    const std::uint64_t serial = serial_;
    auto exchange = std::make_shared<SessionExchange>(loop_.door(), weak_from_this(), serial);
    current_->exchange = exchange;
    try {
        loop_.context().handler(std::move(request), std::move(exchange));
    } catch (const std::exception&) {
        // Without an answer the exchange gets a 500; after one there is nothing left to say.
        abandoned(serial);
    }
    if (is_current(serial, State::handling)) await_readable();
}

// While a request is answered, notices a peer that goes away, and keeps what it sends ahead.
void Session::step_watching() {
    if (closed_ || (state_ != State::handling && state_ != State::streaming)) return;
    std::size_t count = 0;
    const Io io = stream_.read(loop_.scratch(), count);
    if (io == Io::closed) return close();
    if (io != Io::done) return await(io);
    in_.append(loop_.scratch().data(), count);
    // Beyond the limit the peer has to wait, and its loss is noticed only when we write.
    if (in_.size() <= limits().header_bytes_max) await_readable();
}

// A refused peer may still be sending; closing now would make its system throw our answer away.
void Session::begin_lingering() {
    state_ = State::lingering;
    limit(limits().linger_time_max);
    in_.clear();
    stream_.end_writing();
    step_lingering();
}

void Session::step_lingering() {
    while (true) {
        std::size_t count = 0;
        const Io io = stream_.discard(loop_.scratch(), count);
        if (io == Io::want_read) return await_readable();
        lingered_ += count;
        if (io != Io::done || lingered_ > kLingerBytesMax) return close();
    }
}

}  // namespace towline::http
