#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "base/guarded.h"

namespace towline::api {

/// A fixed number of threads and a bounded queue of jobs.
class WorkerPool {
 public:
    WorkerPool(int threads, std::size_t queue_max);
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// False if the queue is full or the pool is stopping: the caller answers 503.
    [[nodiscard]] bool submit(std::function<void()> job);
    /// Runs what is queued, then joins. Idempotent.
    void stop();

 private:
    struct State {
        std::deque<std::function<void()>> jobs;
        bool stopping = false;
    };
    void loop();

    const std::size_t queue_max_;
    Guarded<State> state_;
    std::condition_variable changed_;
    std::vector<std::thread> threads_;
};

}  // namespace towline::api
