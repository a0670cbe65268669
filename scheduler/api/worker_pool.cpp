#include "api/worker_pool.h"

#include <utility>

namespace towline::api {

WorkerPool::WorkerPool(int threads, std::size_t queue_max) : queue_max_(queue_max) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { loop(); });
}

WorkerPool::~WorkerPool() { stop(); }

bool WorkerPool::submit(std::function<void()> job) {
    {
        auto state = state_.lock();
        if (state->stopping || state->jobs.size() >= queue_max_) return false;
        state->jobs.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
}

void WorkerPool::stop() {
    state_.lock()->stopping = true;
    changed_.notify_all();
    for (std::thread& thread : threads_)
        if (thread.joinable()) thread.join();
}

void WorkerPool::loop() {
    while (true) {
        std::function<void()> job;
        {
            auto state = state_.lock();
            changed_.wait(state.mutex_lock(), [&] { return state->stopping || !state->jobs.empty(); });
            if (state->jobs.empty()) return;
            job = std::move(state->jobs.front());
            state->jobs.pop_front();
        }
        job();
    }
}

}  // namespace towline::api
