#pragma once
#include <functional>
#include <memory>

namespace towline::commands {

/// While it exists, SIGINT and SIGTERM do not end the process but call `on_signal` once, on a thread of its
/// own. Construct it on the main thread while no other thread runs.
class Interrupt {
 public:
    explicit Interrupt(std::function<void()> on_signal);
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace towline::commands
