#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "http_client/transport.h"

namespace towline::http {

struct CurlOptions {
    std::string ca_file{};             ///< PEM of trusted authorities; empty: the system's.
    std::string client_certificate{};  ///< PEM files for mutual TLS; both or neither.
    std::string client_key{};
    std::optional<std::string> proxy{};  ///< Not set: HTTPS_PROXY and NO_PROXY decide. Empty: no proxy.
    std::string no_proxy{};              ///< Comma-separated hosts that bypass `proxy`.
    std::string user_agent = "towline";
    bool verify_peer = true;  ///< False only where a person asked for it by name.
    std::size_t response_bytes_max = 64 << 20;
    std::size_t idle_connections_max = 8;  ///< Kept for reuse.
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

    class Pool;

 private:
    CurlOptions options_;
    std::unique_ptr<Pool> pool_;
};

}  // namespace towline::http
