// The answering half of Session: from a handler's answer to the bytes on the wire, and every way to end.
#include "http_server/response_writer.h"
#include "http_server/session.h"

namespace towline::http {
namespace {
bool has_body(int status) { return status != 204 && status != 304; }
}  // namespace

// ---- what exchanges ask for

void Session::answer(std::uint64_t serial, Response response) {
    if (is_current(serial, State::handling)) respond(response, false);
}

void Session::begin_stream(std::uint64_t serial, Response head) {
    if (is_current(serial, State::handling)) respond(head, true);
}

void Session::append(std::uint64_t serial, std::string bytes) {
    if (!is_current(serial, State::streaming) || ended_ || bytes.empty()) return;
    if (out_.size() - out_sent_ + bytes.size() > limits().queued_bytes_max) return close();
    current_->bytes += bytes.size();
    out_ += http10_ ? bytes : render_chunk(bytes);
    if (!write_blocked_) flush();
}

void Session::finish(std::uint64_t serial) {
    if (!is_current(serial, State::streaming) || ended_) return;
    ended_ = true;
    if (!http10_) out_ += kLastChunk;
    if (!write_blocked_) flush();
}

void Session::parked(std::uint64_t serial) {
    if (!is_current(serial, State::handling) && !is_current(serial, State::streaming)) return;
    parked_ = true;
    if (loop_.draining()) drain();
}

void Session::abandoned(std::uint64_t serial) {
    if (is_current(serial, State::handling))
        respond(problem(500, "the request was not answered", current_->id), false);
    else if (is_current(serial, State::streaming) && !ended_)
        close();  // Without the last chunk, so that the peer sees a broken answer and not a short one.
}

// ---- writing

void Session::begin_exchange(std::string id) {
    ++serial_;
    current_ = std::make_unique<Current>();
    current_->id = std::move(id);
    current_->since = SteadyClock::now();
    state_ = State::handling;
    parked_ = false;
    ended_ = false;
    deadline_ = SteadyClock::time_point::max();
}

void Session::drop_reader() {
    reader_.reset();
    in_body_ = false;
}

void Session::respond(const Response& response, bool stream) {
    if (!is_writable(response))
        return respond(problem(500, "the answer held a field that cannot be sent", current_->id), false);
    stream = stream && has_body(response.status);
    if (loop_.draining() || (stream && http10_)) keep_alive_ = false;
    out_ += render_head(response, {.stream = stream,
                                   .http10 = http10_,
                                   .keep_alive = keep_alive_,
                                   .date = loop_.date(),
                                   .request_id = current_->id});
    current_->status = response.status;
    if (!stream && !head_only_ && has_body(response.status)) {
        out_ += response.body;
        current_->bytes = response.body.size();
    }
    state_ = stream && !head_only_ ? State::streaming : State::writing;
    flush();
    if (state_ == State::streaming) await_readable();
}

void Session::refuse(int status, std::string_view detail) {
    drop_reader();
    in_.clear();
    keep_alive_ = false;
    linger_ = true;
    head_only_ = false;
    http10_ = false;
    begin_exchange(loop_.context().next_request_id());
    Response response = problem(status, detail, current_->id);
    if (status == 503) response.headers.add("Retry-After", std::to_string(loop_.context().options.retry_after.count()));
    if (status == 401) response.headers.add("WWW-Authenticate", "Bearer");
    respond(response, false);
}

void Session::answer_unavailable() {
    const std::string_view why = overflow_ ? "too many connections" : "the server is stopping";
    Response response = problem(503, why, current_->id);
    response.headers.add("Retry-After", std::to_string(loop_.context().options.retry_after.count()));
    keep_alive_ = false;
    respond(response, false);
}

void Session::flush() {
    if (!write_blocked_) limit(limits().write_time_max);
    write_blocked_ = false;
    while (out_sent_ < out_.size()) {
        std::size_t count = 0;
        const Io io = stream_.write(std::string_view(out_).substr(out_sent_), count);
        if (io == Io::closed) return close();
        if (io != Io::done) {
            write_blocked_ = true;
            return await(io);
        }
        out_sent_ += count;
        limit(limits().write_time_max);
    }
    out_.clear();
    out_.shrink_to_fit();
    out_sent_ = 0;
    if (state_ == State::streaming && !ended_)
        deadline_ = SteadyClock::time_point::max();
    else
        answer_complete();
}

void Session::answer_complete() {
    end_exchange(true);
    if (keep_alive_) return next_request();
    if (linger_ || !in_.empty()) return begin_lingering();
    close();
}

void Session::next_request() {
    state_ = State::reading;
    limit(limits().idle_time_max);
    if (in_.empty()) return await_readable();
    // From a fresh stack: a peer that pipelines must not make us recurse, nor keep other connections waiting.
    loop_.post([self = shared_from_this()] {
        if (!self->closed_ && self->state_ == State::reading) self->step_reading();
    });
}

// ---- ends

void Session::end_exchange(bool complete) {
    const std::unique_ptr<Current> current = std::move(current_);
    if (!current) return;
    if (const auto exchange = current->exchange.lock()) exchange->mark_closed();
    const auto& observer = loop_.context().options.on_request;
    if (!observer) return;
    observer({.id = current->id,
              .peer = peer_,
              .method = current->method,
              .path = current->path,
              .status = complete ? current->status : 0,
              .bytes = current->bytes,
              .took = SteadyClock::now() - current->since});
}

void Session::expire(SteadyClock::time_point now) {
    if (now <= deadline_) return;
    if (state_ == State::reading && !is_idle()) return refuse(408, "the request took too long to arrive");
    close();
}

void Session::drain() {
    keep_alive_ = false;
    if (is_idle() || state_ == State::lingering) return close();
    if (!parked_) return;
    if (state_ == State::handling) return answer_unavailable();
    if (state_ == State::streaming) finish(serial_);
}

void Session::cut() {
    if (state_ == State::handling) answer_unavailable();
    close();
}

void Session::close() {
    if (closed_) return;
    closed_ = true;
    const std::shared_ptr<Session> self = shared_from_this();
    boost::system::error_code ignored;
    stream_.close();
    socket_.close(ignored);
    drop_reader();
    end_exchange(false);
    loop_.forget(place_);
    loop_.context().connection_closed();
}

}  // namespace towline::http
