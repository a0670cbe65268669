#include "http_server/stream.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <cerrno>

namespace towline::http {
namespace {
Io socket_failure(Io wanted) { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? wanted : Io::closed; }
}  // namespace

Stream::Stream(int descriptor, SSL_CTX* context) : descriptor_(descriptor), wants_tls_(context != nullptr) {
    if (!wants_tls_) return;
    ssl_.reset(SSL_new(context));
    if (!ssl_) return;  // Out of memory: handshake() ends the connection.
    SSL_set_fd(ssl_.get(), descriptor);
    SSL_set_accept_state(ssl_.get());
}

Io Stream::handshake() {
    if (!ssl_) return wants_tls_ ? Io::closed : Io::done;
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    return result == 1 ? Io::done : tls_outcome(result);
}

Io Stream::read(std::span<char> into, std::size_t& count) {
    if (!ssl_) return discard(into, count);
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
    return result == 1 ? Io::done : tls_outcome(result);
}

Io Stream::write(std::string_view bytes, std::size_t& count) {
    if (ssl_) {
        ERR_clear_error();
        const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
        return result == 1 ? Io::done : tls_outcome(result);
    }
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return socket_failure(Io::want_write);
    count = static_cast<std::size_t>(sent);
    return Io::done;
}

Io Stream::discard(std::span<char> into, std::size_t& count) {
    const ssize_t got = ::recv(descriptor_, into.data(), into.size(), 0);
    if (got == 0) return Io::closed;
    if (got < 0) return socket_failure(Io::want_read);
    count = static_cast<std::size_t>(got);
    return Io::done;
}

void Stream::end_writing() {
    if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
    }
    ::shutdown(descriptor_, SHUT_WR);
}

void Stream::close() {
    if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
    }
    ERR_clear_error();
    ssl_.reset();
}

Io Stream::tls_outcome(int result) {
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return Io::want_read;
        case SSL_ERROR_WANT_WRITE:
            return Io::want_write;
        default:
            // After a fatal error no close_notify may be sent.
            SSL_set_quiet_shutdown(ssl_.get(), 1);
            return Io::closed;
    }
}

}  // namespace towline::http
