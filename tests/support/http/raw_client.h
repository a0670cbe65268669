#pragma once
// A client that can misbehave: bytes over a blocking loopback socket, plain or TLS, every wait bounded.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http_message/headers.h"

namespace towline::test_support {

inline constexpr int kWaitSeconds = 10;  // A deadline for broken code, never a pace.

struct RawResponse {
    int status = 0;
    http::Headers headers;
    std::string body;
};

/// One connection. Failing to connect leaves connected() false; reads give what arrived before end, error or
/// deadline.
class RawClient {
 public:
    explicit RawClient(std::uint16_t port, std::optional<int> tls_version_max = std::nullopt, bool use_tls = false) {
        descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        timeval limit{kWaitSeconds, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        if (connected_ && use_tls) connected_ = start_tls(tls_version_max);
    }
    static RawClient tls(std::uint16_t port, std::optional<int> version_max = std::nullopt) {
        return RawClient(port, version_max, true);
    }
    RawClient(RawClient&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)),
          connected_(other.connected_),
          context_(std::move(other.context_)),
          ssl_(std::move(other.ssl_)),
          buffer_(std::move(other.buffer_)) {}
    RawClient& operator=(RawClient&&) = delete;
    ~RawClient() { close(); }

    bool connected() const { return connected_; }
    void close() {
        ssl_.reset();
        if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
    }
    void half_close() const { ::shutdown(descriptor_, SHUT_WR); }
    int descriptor() const { return descriptor_; }

    /// Common name of the server's certificate.
    std::string peer_name() const {
        if (!connected_ || !ssl_) return {};
        char name[64] = {};
        X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_get0_peer_certificate(ssl_.get())), NID_commonName, name,
                                  sizeof name);
        return name;
    }

    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                                      : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    bool get(std::string_view path) { return send("GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n\r\n"); }

    /// Reads one response with Content-Length or chunked framing; nothing if the connection ended before it
    /// was whole.
    std::optional<RawResponse> receive(bool head_only = false) {
        const auto head = until("\r\n\r\n");
        if (!head || head->size() < 12) return std::nullopt;
        RawResponse response;
        response.status = std::atoi(head->substr(9, 3).c_str());
        std::size_t at = head->find("\r\n") + 2;
        while (at + 2 < head->size()) {
            const std::size_t end = head->find("\r\n", at);
            const std::size_t colon = head->find(": ", at);
            response.headers.add(head->substr(at, colon - at), head->substr(colon + 2, end - colon - 2));
            at = end + 2;
        }
        if (head_only || response.status == 204 || response.status == 304 || response.status == 100) return response;
        if (response.headers.find("transfer-encoding")) {
            while (auto piece = receive_chunk()) {
                if (piece->empty()) return response;
                response.body += *piece;
            }
            return std::nullopt;
        }
        const auto length = response.headers.find("content-length");
        if (!length) return response;
        auto body = exactly(static_cast<std::size_t>(std::atoll(std::string(*length).c_str())));
        if (!body) return std::nullopt;
        response.body = std::move(*body);
        return response;
    }
    /// One chunk; empty for the last one.
    std::optional<std::string> receive_chunk() {
        const auto size = until("\r\n");
        if (!size) return std::nullopt;
        auto data = exactly(std::strtoul(size->c_str(), nullptr, 16) + 2);
        if (!data) return std::nullopt;
        data->resize(data->size() - 2);
        return data;
    }
    /// True if the server closes the connection (before the deadline) without sending anything more.
    bool at_end() {
        if (!buffer_.empty()) return false;
        return fill() == 0;
    }
    /// Everything until the connection ends.
    std::string rest() {
        while (fill() > 0) {
        }
        return std::exchange(buffer_, {});
    }

 private:
    bool start_tls(std::optional<int> version_max) {
        ::signal(SIGPIPE, SIG_IGN);  // A TLS write to a dead peer must not end the test program.
        context_.reset(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
        if (version_max) {
            SSL_CTX_set_security_level(context_.get(), 0);
            SSL_CTX_set_min_proto_version(context_.get(), 0);
            SSL_CTX_set_max_proto_version(context_.get(), *version_max);
        }
        ssl_.reset(SSL_new(context_.get()), SSL_free);
        SSL_set_fd(ssl_.get(), descriptor_);
        return SSL_connect(ssl_.get()) == 1;
    }
    long fill() {
        char bytes[16384];
        const long count =
            ssl_ ? SSL_read(ssl_.get(), bytes, sizeof bytes) : ::recv(descriptor_, bytes, sizeof bytes, 0);
        if (count > 0) buffer_.append(bytes, static_cast<std::size_t>(count));
        // A reset is an end as well; a deadline is not.
        if (count < 0 && !ssl_ && errno == ECONNRESET) return 0;
        return ssl_ && count < 0 && errno != EAGAIN ? 0 : count;
    }
    std::optional<std::string> until(std::string_view mark) {
        while (true) {
            const std::size_t at = buffer_.find(mark);
            if (at != std::string::npos) return exactly(at + mark.size());
            if (fill() <= 0) return std::nullopt;
        }
    }
    std::optional<std::string> exactly(std::size_t count) {
        while (buffer_.size() < count)
            if (fill() <= 0) return std::nullopt;
        std::string out = buffer_.substr(0, count);
        buffer_.erase(0, count);
        return out;
    }

    int descriptor_ = -1;
    bool connected_ = false;
    std::shared_ptr<SSL_CTX> context_;  // Shared only because its deleter is a C function.
    std::shared_ptr<SSL> ssl_;
    std::string buffer_;
};

}  // namespace towline::test_support
