#include "http_client/retry.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "http_message/date.h"

namespace towline::http {
namespace {
using std::chrono::milliseconds;

struct Judgement {
    Verdict verdict = Verdict::final;
    std::string reason;
};

Judgement judge_error(const Error& error) {
    const bool again =
        error.code == ErrorCode::unavailable || error.code == ErrorCode::timeout || error.code == ErrorCode::io;
    return {again ? Verdict::retry : Verdict::final, error.message};
}

// By look, for callers that did not decode: our servers answer JSON, event streams, plain text or nothing;
// HTML is a proxy, a login page or an ingress speaking.
bool is_foreign(const HttpResponse& response, std::optional<bool> decoded) {
    const auto type = response.header("content-type");
    const std::string_view body = trim(response.body);
    if (type && starts_with_ignoring_case(trim(*type), "text/html")) return true;
    if (starts_with_ignoring_case(body, "<!doctype") || starts_with_ignoring_case(body, "<html")) return true;
    if (decoded) return !*decoded;
    const bool json = type && lower(*type).find("json") != std::string::npos;
    return json && !body.empty() && body.front() != '{' && body.front() != '[';
}

Judgement judge_response(const HttpResponse& response, std::optional<bool> decoded) {
    const int status = response.status;
    if (status == 408 || status == 429 || status >= 500)
        return {Verdict::retry, fmt::format("the server answered {}", status)};
    if (is_foreign(response, decoded))
        return {Verdict::retry, fmt::format("the body of a {} answer is not from our server", status)};
    if (status >= 300 && status != 304 && status < 400)
        return {Verdict::retry, fmt::format("the server answered with a redirect ({})", status)};
    if ((status >= 200 && status < 300) || status == 304) return {Verdict::done, {}};
    return {Verdict::final, fmt::format("the server answered {}", status)};
}

std::optional<milliseconds> retry_after(const HttpResponse& response, const RetryInput& input) {
    const auto value = response.header("retry-after");
    if (!value) return std::nullopt;
    milliseconds delay{0};
    if (const auto seconds = parse_int(trim(*value))) {
        if (*seconds < 0) return std::nullopt;
        // Clamped before converting, so that a huge number cannot overflow.
        delay = milliseconds(std::min<std::int64_t>(*seconds, 1'000'000) * 1000);
    } else if (const auto date = parse_http_date(*value)) {
        delay = std::chrono::duration_cast<milliseconds>(*date - input.now);
    } else {
        return std::nullopt;
    }
    return std::clamp(delay, milliseconds(0), input.policy.retry_after_max);
}

milliseconds scaled(milliseconds window, double jitter) {
    const double share = std::isfinite(jitter) ? std::clamp(jitter, 0.0, 1.0) : 1.0;
    return milliseconds(static_cast<std::int64_t>(static_cast<double>(window.count()) * share));
}

milliseconds window_after(int failures, const RetryPolicy& policy) {
    milliseconds window = policy.window_first;
    for (int i = 1; i < failures && window < policy.window_max; ++i) window *= 2;
    return std::min(window, policy.window_max);
}
}  // namespace

RetryDecision decide_retry(const Result<HttpResponse>& outcome, const RetryInput& input) {
    Judgement judgement = outcome ? judge_response(*outcome, input.body_decoded) : judge_error(outcome.error());
    RetryDecision decision{judgement.verdict, milliseconds(0), std::move(judgement.reason)};
    if (decision.verdict != Verdict::retry) return decision;
    const auto asked = outcome ? retry_after(*outcome, input) : std::nullopt;
    decision.delay = asked ? *asked + scaled(input.policy.window_first, input.jitter)
                           : scaled(window_after(input.failures, input.policy), input.jitter);
    return decision;
}

}  // namespace towline::http
