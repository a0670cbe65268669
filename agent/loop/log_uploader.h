#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <thread>

#include "base/guarded.h"
#include "http_client/cancel.h"
#include "loop/api.h"
#include "loop/attempt_log.h"
#include "loop/backoff.h"

namespace towline::loop {

/// Sends the logs of attempts from a thread of its own, so that a slow upload delays nothing else. A log that
/// the scheduler refuses is given up; one that cannot be sent waits, and the oldest finished ones are given
/// up when too many wait.
class LogUploader {
 public:
    LogUploader(SchedulerApi& api, http::RetryPolicy policy, std::uint64_t seed) : api_(api), backoff_(policy, seed) {}
    ~LogUploader() { stop(std::chrono::milliseconds(0)); }
    LogUploader(const LogUploader&) = delete;
    LogUploader& operator=(const LogUploader&) = delete;

    void start();
    /// Sends what it can until the deadline, then ends. Idempotent, legal before start.
    void stop(std::chrono::milliseconds deadline);
    /// Takes a log on; it is let go when it is finished and sent.
    void add(std::shared_ptr<AttemptLog> log);
    /// There is something to send at once.
    void wake();
    /// One round over all logs, for tests and the thread. False if a call failed and waiting is due.
    bool run_once();
    std::size_t waiting() const { return state_.lock()->logs.size(); }

 private:
    struct State {
        std::deque<std::shared_ptr<AttemptLog>> logs;  // Shared with the worker that writes it.
        bool woken = false;
        bool stopping = false;
        std::chrono::steady_clock::time_point stop_at;
    };
    enum class Sent { all, gave_up, later };
    Sent send_one(AttemptLog& log);
    void loop();

    SchedulerApi& api_;
    Backoff backoff_;
    std::chrono::milliseconds pause_{0};
    http::CancelToken stop_token_;
    mutable Guarded<State> state_;
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace towline::loop
