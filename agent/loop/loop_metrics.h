#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "metrics/metrics.h"

namespace towline::loop {

/// The executor's numbers for /metrics. The registry must outlive it; any thread.
class LoopMetrics {
 public:
    explicit LoopMetrics(metrics::Registry& registry);

    void call(std::string_view name, std::string_view outcome);
    void task_ended(std::string_view kind, std::string_view outcome, std::chrono::milliseconds took);
    void refused_by_policy() { policy_refusals_.add(); }
    void settings(std::string_view outcome) { settings_.with({std::string(outcome)}).add(); }
    struct Now {
        std::size_t running = 0;
        int slots = 0;
        std::size_t spooled = 0;
        bool ready = false;
        bool degraded = false;
    };
    void turn(const Now& now);
    void synced();

 private:
    metrics::Family<metrics::Counter>& calls_;
    metrics::Family<metrics::Counter>& tasks_;
    metrics::Family<metrics::Histogram>& durations_;
    metrics::Family<metrics::Counter>& settings_;
    metrics::Counter& policy_refusals_;
    metrics::Gauge& running_;
    metrics::Gauge& slots_;
    metrics::Gauge& spooled_;
    metrics::Gauge& ready_;
    metrics::Gauge& degraded_;
    metrics::Gauge& last_turn_;
    metrics::Gauge& last_sync_;
};

}  // namespace towline::loop
