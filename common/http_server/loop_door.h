#pragma once
#include <functional>

#include "base/guarded.h"

namespace towline::http {

/// The way from any thread to one loop. Outlives the loop: exchanges are kept by handlers as long as they
/// like, and what comes after the loop has ended is dropped.
class LoopDoor {
 public:
    using Task = std::function<void()>;
    explicit LoopDoor(std::function<void(Task)> post) : post_(std::move(post)) {}

    /// At once if the caller is on the loop, otherwise soon.
    void run(Task task) {
        if (current() == this) return task();
        post(std::move(task));
    }
    /// Soon, after everything that was asked for before; dropped if the loop has ended.
    void run_in_turn(Task task) { post(std::move(task)); }
    /// Soon, even if the caller is on the loop; at once in the caller's thread if the loop has ended.
    void run_later(Task task) {
        if (!post(task)) task();
    }
    /// Called by the loop's thread before it works.
    void enter() const { current() = this; }
    void close() { *post_.lock() = nullptr; }

 private:
    bool post(Task task) {
        auto post = post_.lock();
        if (!*post) return false;
        (*post)(std::move(task));
        return true;
    }
    static const LoopDoor*& current() {
        thread_local const LoopDoor* door = nullptr;
        return door;
    }
    Guarded<std::function<void(Task)>> post_;
};

}  // namespace towline::http
