#include "loop/signals.h"

#include <pthread.h>
#include <signal.h>

#include <ctime>

namespace towline::loop {
namespace {

// The thread itself is woken with this one when it shall end.
constexpr int kEndSignal = SIGUSR2;

sigset_t stop_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, kEndSignal}) ::sigaddset(&set, signal);
    return set;
}

}  // namespace

Signals::Signals() {
    const sigset_t set = stop_signals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    // A peer that hangs up must be an error of the write, not the end of the process.
    ::signal(SIGPIPE, SIG_IGN);
}

void Signals::start(std::function<void()> on_stop) {
    thread_ = std::thread([this, on_stop = std::move(on_stop)] {
        ::pthread_setname_np(::pthread_self(), "towline-signals");
        const sigset_t set = stop_signals();
        while (!ending_) {
            int signal = 0;
            if (::sigwait(&set, &signal) == 0 && signal != kEndSignal) on_stop();
        }
    });
}

void Signals::stop() {
    if (!thread_.joinable()) return;
    ending_ = true;
    ::pthread_kill(thread_.native_handle(), kEndSignal);
    thread_.join();
}

}  // namespace towline::loop
