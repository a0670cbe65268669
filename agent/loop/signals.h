#pragma once
#include <atomic>
#include <functional>
#include <thread>

namespace towline::loop {

/// SIGTERM and SIGINT as calls on a thread of its own. Make it before any other thread, so that all inherit
/// the block.
class Signals {
 public:
    /// Blocks both signals in this thread and its children.
    Signals();
    ~Signals() { stop(); }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    /// `on_stop` runs once for every signal that arrives.
    void start(std::function<void()> on_stop);
    /// Ends the thread: `on_stop` is not called any more. Idempotent, legal before start.
    void stop();

 private:
    std::atomic<bool> ending_{false};
    std::thread thread_;
};

}  // namespace towline::loop
