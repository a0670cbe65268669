#pragma once
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "metrics/metrics.h"
#include "store/store.h"
#include "time/clock.h"

namespace towline::services {

/// What the scheduler tells Prometheus about the work it holds: waiting and leased tasks (an autoscaler needs both,
/// because executors at work are needed too), how long the oldest task waits, executors heard of, works that ended.
/// Used by one thread.
class Gauges {
 public:
    static constexpr std::chrono::seconds kExecutorAgeMax{60};
    static constexpr std::chrono::hours kEndedWindow{1};

    Gauges(store::Store& store, const time::Clock& clock, metrics::Registry& metrics);
    /// Reads the store once and sets every gauge; a series that is gone from the store becomes 0.
    Status update();

 private:
    using Values = std::map<std::vector<std::string>, double>;
    void publish(metrics::Family<metrics::Gauge>& family, const Values& values, Values& shown);

    store::Store& store_;
    const time::Clock& clock_;
    metrics::Family<metrics::Gauge>& tasks_;
    metrics::Family<metrics::Gauge>& oldest_;
    metrics::Family<metrics::Gauge>& executors_;
    metrics::Family<metrics::Gauge>& works_;
    Values shown_tasks_, shown_oldest_, shown_executors_, shown_works_;
};

}  // namespace towline::services
