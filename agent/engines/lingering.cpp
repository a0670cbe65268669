#include "engines/lingering.h"

#include <algorithm>
#include <utility>

namespace towline::engines {

using std::chrono::steady_clock;

Lingering::~Lingering() {
    state_.lock()->stopping = true;
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Lingering::expect_more(bool more) {
    std::shared_ptr<void> dropped;  // Closing takes its time: it goes after the lock.
    auto state = state_.lock();
    state->more = more;
    if (!more && state->uses == 0) dropped = std::exchange(state->resource, nullptr);
}

std::chrono::milliseconds Lingering::pause() const {
    auto state = state_.lock();
    if (state->uses > 0 || state->resource) return std::chrono::milliseconds(0);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(state->pause_until - steady_clock::now());
    return std::max(left, std::chrono::milliseconds(0));
}

void Lingering::begin(std::shared_ptr<void> resource) {
    auto state = state_.lock();
    if (state->uses == 0 && !state->resource) state->held_since = steady_clock::now();
    ++state->uses;
    std::swap(state->resource, resource);  // What was kept goes after the lock.
}

void Lingering::end() {
    std::shared_ptr<void> dropped;  // as above
    auto state = state_.lock();
    if (--state->uses > 0) return;
    const auto now = steady_clock::now();
    const bool turn_is_over = now - state->held_since >= times_.hold;
    if (!state->more || turn_is_over) {
        dropped = std::exchange(state->resource, nullptr);
        if (turn_is_over) state->pause_until = now + times_.yield;
    } else {
        state->drop_at = now + times_.idle;
        if (!thread_.joinable()) thread_ = std::thread([this] { loop(); });
        changed_.notify_all();
    }
}

void Lingering::loop() {
    auto state = state_.lock();
    while (!state->stopping) {
        const bool idle = state->uses == 0 && state->resource;
        if (!idle) {
            changed_.wait(state.mutex_lock());
        } else if (steady_clock::now() < state->drop_at) {
            changed_.wait_until(state.mutex_lock(), state->drop_at);
        } else {
            std::shared_ptr<void> dropped = std::exchange(state->resource, nullptr);
            state.mutex_lock().unlock();
            dropped.reset();
            state.mutex_lock().lock();
        }
    }
}

}  // namespace towline::engines
