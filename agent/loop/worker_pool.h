#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "loop/attempt_log.h"
#include "protocol/executor.h"
#include "runner/runner.h"

namespace towline::loop {

/// One leased task in this process. Shared by the loop, its worker and, while it is being cancelled, the
/// canceller.
struct Attempt {
    protocol::LeasedTask task;
    runner::CancelSwitch cancel;
    std::shared_ptr<AttemptLog> log;  // Shared with the uploader, which sends it after the task ended.
    std::atomic<bool> lost{false};    ///< the lease is gone: the result is void
};

/// Threads that carry out attempts, and one more that passes cancels on, because an engine may take its time
/// to listen.
class WorkerPool {
 public:
    using Perform = std::function<void(const std::shared_ptr<Attempt>&)>;
    WorkerPool(int slots, Perform perform) : slots_(slots), perform_(std::move(perform)) {}
    ~WorkerPool() { stop(); }
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    void start();
    /// Lets what was submitted end, then joins. Idempotent, legal before start.
    void stop();
    /// Requires: at most `slots` attempts are under way.
    void submit(std::shared_ptr<Attempt> attempt);
    /// Requests the attempt's cancel on the canceller's thread.
    void cancel(std::shared_ptr<Attempt> attempt);

 private:
    struct State {
        std::deque<std::shared_ptr<Attempt>> queue;
        std::deque<std::shared_ptr<Attempt>> cancels;
        bool stopping = false;
    };
    void work();
    void pass_cancels();

    const int slots_;
    Perform perform_;
    Guarded<State> state_;
    std::condition_variable changed_;
    std::vector<std::thread> threads_;
};

}  // namespace towline::loop
