#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace towline::http {

/// What one server accepts. Every field may be lowered by the program; tests shorten the times.
struct ServerLimits {
    std::uint32_t header_bytes_max = 16 << 10;  ///< Request line and fields; above: 431.
    std::uint64_t body_bytes_max = 8 << 20;     ///< Above: 413, before the body is read where its length is told.
    std::size_t connections_max = 18'000;       ///< Above: 503 and close. A process may open 20,000 files.
    std::size_t overflow_max = 256;             ///< Connections above the maximum that still get their 503.
    std::size_t queued_bytes_max = 4 << 20;     ///< Unsent bytes of one stream; above: the connection is closed.
    std::chrono::milliseconds header_time_max{10'000};  ///< TLS handshake and header, from the first byte; above: 408.
    std::chrono::milliseconds body_time_max{60'000};    ///< From header to the end of the body; above: 408.
    std::chrono::milliseconds idle_time_max{120'000};   ///< Between two requests.
    std::chrono::milliseconds write_time_max{30'000};   ///< Without progress while bytes wait to be sent.
    std::chrono::milliseconds linger_time_max{2'000};   ///< For the peer to read a refusal before the socket closes.
    std::chrono::milliseconds drain_time_max{10'000};   ///< For running requests when the server stops.
    std::chrono::milliseconds accept_pause{100};        ///< After accept failed (no free file descriptor).
};

}  // namespace towline::http
