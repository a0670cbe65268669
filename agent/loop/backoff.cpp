#include "loop/backoff.h"

#include <chrono>

namespace towline::loop {

http::RetryDecision Backoff::judge(const CallOutcome& outcome) {
    http::RetryInput input;
    input.failures = failures_ + 1;
    input.jitter = std::uniform_real_distribution<double>(0.0, 1.0)(random_);
    input.now = std::chrono::system_clock::now();
    input.body_decoded = outcome.decoded;
    input.policy = policy_;
    http::RetryDecision decision = http::decide_retry(outcome.response, input);
    if (decision.verdict == http::Verdict::done) {
        failures_ = 0;
        return decision;
    }
    if (failures_ < 1'000) ++failures_;
    if (decision.verdict == http::Verdict::final)
        decision.delay = http::decide_retry(fail(ErrorCode::unavailable, ""), input).delay;
    return decision;
}

}  // namespace towline::loop
