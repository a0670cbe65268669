#include "loop/worker_pool.h"

#include <pthread.h>

#include <utility>

namespace towline::loop {

void WorkerPool::start() {
    if (!threads_.empty()) return;
    for (int i = 0; i < slots_; ++i) threads_.emplace_back([this] { work(); });
    threads_.emplace_back([this] { pass_cancels(); });
}

void WorkerPool::stop() {
    state_.lock()->stopping = true;
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

void WorkerPool::submit(std::shared_ptr<Attempt> attempt) {
    state_.lock()->queue.push_back(std::move(attempt));
    changed_.notify_all();
}

void WorkerPool::cancel(std::shared_ptr<Attempt> attempt) {
    state_.lock()->cancels.push_back(std::move(attempt));
    changed_.notify_all();
}

void WorkerPool::work() {
    ::pthread_setname_np(::pthread_self(), "towline-worker");
    while (true) {
        std::shared_ptr<Attempt> attempt;
        {
            auto state = state_.lock();
            changed_.wait(state.mutex_lock(), [&] { return state->stopping || !state->queue.empty(); });
            if (state->queue.empty()) return;
            attempt = std::move(state->queue.front());
            state->queue.pop_front();
        }
        perform_(attempt);
    }
}

void WorkerPool::pass_cancels() {
    ::pthread_setname_np(::pthread_self(), "towline-cancel");
    while (true) {
        std::shared_ptr<Attempt> attempt;
        {
            auto state = state_.lock();
            changed_.wait(state.mutex_lock(), [&] { return state->stopping || !state->cancels.empty(); });
            if (state->cancels.empty()) return;
            attempt = std::move(state->cancels.front());
            state->cancels.pop_front();
        }
        attempt->cancel.request();
    }
}

}  // namespace towline::loop
