#include <utility>

#include "runner/runner.h"

namespace towline::runner {

void CancelSwitch::request() {
    // The handler runs under the mutex, so that clear() returns only when no call of it is under way.
    std::lock_guard lock(mutex_);
    if (requested_.exchange(true)) return;
    if (handler_) std::exchange(handler_, nullptr)();
}

void CancelSwitch::on_request(std::function<void()> handler) {
    std::lock_guard lock(mutex_);
    if (requested_.load()) {
        if (handler) handler();
        return;
    }
    handler_ = std::move(handler);
}

void CancelSwitch::clear() {
    std::lock_guard lock(mutex_);
    handler_ = nullptr;
}

}  // namespace towline::runner
