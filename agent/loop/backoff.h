#pragma once
#include <cstdint>
#include <optional>
#include <random>

#include "http_client/retry.h"
#include "loop/api.h"

namespace towline::loop {

/// Failures in a row and the waiting time after each, with jitter. One thread.
class Backoff {
 public:
    Backoff(http::RetryPolicy policy, std::uint64_t seed) : policy_(policy), random_(seed) {}

    /// The verdict on a call; a failure counts, `done` starts over. The delay is set for `final` too: the
    /// executor stays up and asks again later, because somebody may repair what was refused.
    http::RetryDecision judge(const CallOutcome& outcome);
    void reset() { failures_ = 0; }
    int failures() const { return failures_; }

 private:
    http::RetryPolicy policy_;
    std::mt19937_64 random_;
    int failures_ = 0;
};

}  // namespace towline::loop
