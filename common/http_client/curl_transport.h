#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "http_client/client_secret.h"
#include "http_client/transport.h"

namespace towline::http {

/// A piece of a request as it goes to the connection, before TLS encrypts it: also what curl adds by itself, what
/// goes to a proxy, and what is sent again.
struct SentPiece {
    std::int64_t request = 0;  ///< the same for all pieces of one call
    bool head = false;         ///< request line and fields, else body
    std::string_view bytes{};
};

/// How a server is reached and who we say we are. It can be exchanged while a transport is used.
struct Route {
    std::string authorities{};         ///< PEM text of who is trusted; empty: `ca_file` or the system's.
    std::string client_certificate{};  ///< PEM texts for mutual TLS; both or neither.
    ClientSecret client_key{};
    std::optional<std::string> proxy{};  ///< Not set: HTTPS_PROXY and NO_PROXY decide. Empty: no proxy.
    std::string no_proxy{};              ///< Comma-separated hosts that bypass `proxy`.
};

struct CurlOptions {
    std::string ca_file{};  ///< PEM file of trusted authorities; empty: the system's.
    Route route{};
    std::string user_agent = "towline";
    bool verify_peer = true;  ///< False only where a person asked for it by name.
    std::size_t response_bytes_max = 64 << 20;
    std::size_t idle_connections_max = 8;  ///< Kept for reuse.
    /// Optional: sees every piece on the calling thread, several threads at once. Must not throw.
    std::function<void(const SentPiece&)> on_sent{};
};

/// HttpTransport over libcurl: http and https only, TLS 1.2+, no redirects, kept connections.
class CurlTransport final : public HttpTransport {
 public:
    explicit CurlTransport(CurlOptions options = {});
    ~CurlTransport() override;
    CurlTransport(const CurlTransport&) = delete;
    CurlTransport& operator=(const CurlTransport&) = delete;

    Result<HttpResponse> send(const HttpRequest& request) override;
    Result<HttpResponse> stream(const HttpRequest& request, const OnData& on_data) override;

    /// The next call goes this way, over a connection of its own if certificate, authorities or proxy differ; calls
    /// under way end as they began. Any thread.
    void use(Route route);

    class Pool;

 private:
    Result<HttpResponse> call(const HttpRequest& request, const OnData* on_data);

    CurlOptions options_;
    Guarded<std::shared_ptr<const Route>> route_;  // Shared with calls under way, which may outlast an exchange.
    std::unique_ptr<Pool> pool_;
};

}  // namespace towline::http
