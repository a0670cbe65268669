#pragma once
#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace towline::http {

/// What a non-blocking step came to.
enum class Io { done, want_read, want_write, closed };

/// Bytes over a non-blocking socket, plain or TLS. Does not own the descriptor. One thread.
class Stream {
 public:
    /// `context` may be null: plain. Requires: `descriptor` outlives the stream.
    Stream(int descriptor, SSL_CTX* context);

    bool is_tls() const { return ssl_ != nullptr; }
    Io handshake();
    Io read(std::span<char> into, std::size_t& count);
    Io write(std::string_view bytes, std::size_t& count);
    /// Reads and forgets what the peer still sends, without decrypting it.
    Io discard(std::span<char> into, std::size_t& count);
    /// Tells the peer that nothing more follows; reading goes on.
    void end_writing();
    /// Says goodbye and drops the TLS state. The descriptor is closed by its owner.
    void close();

 private:
    Io tls_outcome(int result);
    struct FreeSsl {
        void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    };
    int descriptor_;
    bool wants_tls_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace towline::http
