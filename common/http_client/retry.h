#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "base/result.h"
#include "http_client/transport.h"

namespace towline::http {

enum class Verdict {
    done,   ///< A good answer.
    retry,  ///< Ask again after `delay`.
    final,  ///< Asking again changes nothing.
};

struct RetryPolicy {
    std::chrono::milliseconds window_first{1'000};
    std::chrono::milliseconds window_max{64'000};
    std::chrono::milliseconds retry_after_max{300'000};  ///< A server cannot silence us for longer.
};

struct RetryInput {
    int failures = 1;                             ///< Failed tries in a row, this one included; chooses the window.
    double jitter = 0;                            ///< Random, in [0, 1).
    std::chrono::system_clock::time_point now{};  ///< For a Retry-After that is a date.
    std::optional<bool> body_decoded{};  ///< Whether the caller could decode the body; not set: judged by its look.
    RetryPolicy policy{};
};

struct RetryDecision {
    Verdict verdict = Verdict::final;
    std::chrono::milliseconds delay{0};  ///< Only for `retry`.
    std::string reason{};                ///< For logs: "the server answered 503".
};

/// The only place that decides what is worth asking again. Retryable: a lost or refused connection, a
/// time-out, 408, 429, 5xx, a redirect, and any body that is not ours (HTML of a proxy, undecodable) whatever
/// its status. Final: 4xx with a JSON body (401 and 403 too), a cancelled call, an answer above the limit.
/// The delay is uniform in a doubling window; a Retry-After (seconds or date) comes on top of up to one first
/// window. Pure.
RetryDecision decide_retry(const Result<HttpResponse>& outcome, const RetryInput& input);

}  // namespace towline::http
