#include "commands/interrupt.h"

#include <csignal>
#include <thread>

namespace towline::commands {
namespace {

sigset_t watched() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR1);  // only the destructor sends it, to its own thread
    return set;
}

}  // namespace

struct Interrupt::State {
    sigset_t before{};
    std::thread thread;
};

Interrupt::Interrupt(std::function<void()> on_signal) : state_(std::make_unique<State>()) {
    const sigset_t set = watched();
    pthread_sigmask(SIG_BLOCK, &set, &state_->before);
    state_->thread = std::thread([on_signal = std::move(on_signal), set] {
        int signal = 0;
        if (sigwait(&set, &signal) == 0 && signal != SIGUSR1) {
            on_signal();
            while (sigwait(&set, &signal) == 0 && signal != SIGUSR1) {
            }
        }
    });
}

Interrupt::~Interrupt() {
    pthread_kill(state_->thread.native_handle(), SIGUSR1);
    state_->thread.join();
    pthread_sigmask(SIG_SETMASK, &state_->before, nullptr);
}

}  // namespace towline::commands
