#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "http_server/server.h"
#include "metrics/metrics.h"

namespace towline::health {

/// Answers `/livez`, `/readyz` (200 or 503 with a sentence), `/status` (the status file's JSON) and `/metrics` on a
/// local port. It looks at what the loop wrote and at nothing else, so it tells the truth also while the loop hangs,
/// and needs no network of its own.
class HealthServer {
 public:
    struct Sources {
        std::filesystem::path status_file;
        const metrics::Registry& metrics;
        std::function<std::uint64_t()> egress_bytes{};  ///< optional; any thread
    };
    /// `listen` is ADDRESS:PORT, [IPv6]:PORT or :PORT (all addresses). Port 0 takes a free one.
    static Result<std::unique_ptr<HealthServer>> start(const std::string& listen, Sources sources);
    ~HealthServer();
    std::uint16_t port() const { return server_->port(); }

 private:
    explicit HealthServer(std::unique_ptr<http::Server> server) : server_(std::move(server)) {}
    std::unique_ptr<http::Server> server_;
};

/// Takes ADDRESS:PORT apart; `invalid` with the reason.
struct ListenAddress {
    std::string address;
    std::uint16_t port = 0;
};
Result<ListenAddress> listen_address(const std::string& text);

}  // namespace towline::health
