#include "loop/loop_metrics.h"

namespace towline::loop {
namespace {

// Loads take from milliseconds to hours.
const std::vector<double> kTaskSeconds{0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 1'800, 3'600, 14'400};

double wall_seconds() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

LoopMetrics::LoopMetrics(metrics::Registry& registry)
    : calls_(
          registry.counter({"towline_executor_scheduler_calls_total", "Calls to the scheduler.", {"call", "outcome"}})),
      tasks_(registry.counter({"towline_executor_tasks_total", "Tasks that ended here.", {"kind", "outcome"}})),
      durations_(registry.histogram({"towline_executor_task_duration_seconds", "How long tasks took.", {"kind"}},
                                    kTaskSeconds)),
      settings_(registry.counter(
          {"towline_executor_settings_reloads_total", "Changed settings that were read.", {"outcome"}})),
      policy_refusals_(
          registry.counter({"towline_executor_policy_refusals_total", "Tasks that the local policy refused."}).with()),
      running_(registry.gauge({"towline_executor_running_tasks", "Tasks that run now."}).with()),
      slots_(registry.gauge({"towline_executor_slots", "Tasks that may run at once."}).with()),
      spooled_(registry.gauge({"towline_executor_spooled_results", "Results not acknowledged yet."}).with()),
      ready_(registry.gauge({"towline_executor_ready_ratio", "1 while the scheduler answers this executor."}).with()),
      degraded_(
          registry.gauge({"towline_executor_degraded_ratio", "1 while something needs a look; see /status."}).with()),
      last_turn_(
          registry.gauge({"towline_executor_last_turn_timestamp_seconds", "When the loop last advanced."}).with()),
      last_sync_(
          registry.gauge({"towline_executor_last_sync_timestamp_seconds", "When a call last succeeded."}).with()) {}

void LoopMetrics::call(std::string_view name, std::string_view outcome) {
    calls_.with({std::string(name), std::string(outcome)}).add();
}

void LoopMetrics::task_ended(std::string_view kind, std::string_view outcome, std::chrono::milliseconds took) {
    tasks_.with({std::string(kind), std::string(outcome)}).add();
    durations_.with({std::string(kind)}).observe(std::chrono::duration<double>(took).count());
}

void LoopMetrics::turn(const Now& now) {
    running_.set(static_cast<double>(now.running));
    slots_.set(now.slots);
    spooled_.set(static_cast<double>(now.spooled));
    ready_.set(now.ready ? 1 : 0);
    degraded_.set(now.degraded ? 1 : 0);
    last_turn_.set(wall_seconds());
}

void LoopMetrics::synced() { last_sync_.set(wall_seconds()); }

}  // namespace towline::loop
