#include "services/ticker.h"

#include <algorithm>

#include "log/log.h"

namespace towline::services {

Ticker::~Ticker() { stop(); }

void Ticker::start() {
    if (duties_.empty()) return;
    thread_ = std::thread([this] { loop(); });
}

void Ticker::stop() {
    *stopping_.lock() = true;
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Ticker::loop() {
    using SteadyClock = std::chrono::steady_clock;
    std::vector<SteadyClock::time_point> due(duties_.size(), SteadyClock::now());
    while (true) {
        {
            auto stopping = stopping_.lock();
            const auto next = *std::min_element(due.begin(), due.end());
            changed_.wait_until(stopping.mutex_lock(), next, [&] { return *stopping; });
            if (*stopping) return;
        }
        for (std::size_t i = 0; i < duties_.size(); ++i) {
            if (SteadyClock::now() < due[i]) continue;
            const Status done = duties_[i].run();
            if (!done) log::failure(log::Level::warn, "a duty failed", done.error().in(duties_[i].name));
            due[i] = SteadyClock::now() + duties_[i].interval;
        }
    }
}

}  // namespace towline::services
