#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http_client/cancel.h"
#include "http_message/headers.h"

namespace towline::http {

/// A request of ours to somebody else's server. Times of zero mean no limit.
struct HttpRequest {
    std::string method = "GET";
    std::string url{};
    Headers headers{};
    std::string body{};
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds total_timeout{60'000};  ///< From start to last byte; zero for streams.
    std::chrono::milliseconds stall_timeout{0};       ///< Fails when no byte arrives for this long (whole seconds).
    std::size_t answer_bytes_max = 0;                 ///< Longer answers are `too_large`; 0: the transport's own limit.
    std::optional<CancelToken> cancel{};              ///< cancel() ends the call at once with ErrorCode::cancelled.
};

/// An answer that arrived completely, whatever its status.
struct HttpResponse {
    int status = 0;
    Headers headers{};
    std::string body{};

    std::optional<std::string_view> header(std::string_view name) const { return headers.find(name); }
};

/// Gets each piece of a streamed body as it arrives; false ends the call (which then succeeds). Must not
/// throw.
using OnData = std::function<bool(std::string_view)>;

/// Sends requests; blocks until the answer. Any thread, several at once. Errors: `unavailable` (not reached,
/// connection lost, certificate not trusted), `timeout`, `cancelled`, `too_large` (answer above the limit),
/// `invalid` (request).
class HttpTransport {
 public:
    virtual ~HttpTransport() = default;
    virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
    /// As send(), but the body of a 2xx answer goes to `on_data`; other answers are collected as usual.
    virtual Result<HttpResponse> stream(const HttpRequest& request, const OnData& on_data) = 0;
};

}  // namespace towline::http
