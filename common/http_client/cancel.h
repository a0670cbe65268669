#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "base/guarded.h"

namespace towline::http {

/// A flag that stops blocking calls from another thread. Copies share one flag; cancelling is final.
class CancelToken {
 public:
    CancelToken() : state_(std::make_shared<Guarded<State>>()) {}

    /// Sets the flag and wakes every call that listens. Any thread; not from a signal handler.
    void cancel() const;
    bool cancelled() const { return state_->lock()->cancelled; }

    /// Registers a callback for the moment of cancel(); it runs under the token's lock, so after the listener
    /// is destroyed it cannot run any more. Not called if the flag is set already: check cancelled()
    /// afterwards.
    class Listener {
     public:
        Listener(const CancelToken& token, std::function<void()> wake);
        ~Listener();
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;

     private:
        struct Hold;
        std::unique_ptr<Hold> hold_;
    };

 private:
    struct State {
        bool cancelled = false;
        std::uint64_t next_id = 0;
        std::map<std::uint64_t, std::function<void()>> listeners;
    };
    std::shared_ptr<Guarded<State>> state_;  // Shared: both sides of a call hold the flag, and either may go first.
};

}  // namespace towline::http
