#include "services/gauges.h"

#include <algorithm>

namespace towline::services {
namespace {

std::int64_t before(const time::Clock& clock, std::chrono::milliseconds age) { return clock.now_ms() - age.count(); }

// Tasks carry the word of their work; executors the word of what they take. Metrics speak of executors everywhere.
std::string executor_kind(const std::string& work_kind) { return work_kind == "plan" ? "apply" : work_kind; }

}  // namespace

Gauges::Gauges(store::Store& store, const time::Clock& clock, metrics::Registry& metrics)
    : store_(store),
      clock_(clock),
      tasks_(metrics.gauge({"towline_backlog_tasks",
                            "Tasks that wait for an executor (ready) or are at one (leased).",
                            {"project", "kind", "state"}})),
      oldest_(metrics.gauge({"towline_backlog_oldest_seconds",
                             "How long the oldest ready task has waited for an executor.",
                             {"project", "kind"}})),
      executors_(metrics.gauge(
          {"towline_online_executors", "Executors heard of in the last minute.", {"project", "kind", "state"}})),
      works_(metrics.gauge(
          {"towline_ended_works", "Plans and runs that ended in the last hour.", {"project", "kind", "state"}})) {}

Status Gauges::update() {
    TRY(const std::vector<store::TaskStore::Standing> rows,
        store_.standing(before(clock_, kExecutorAgeMax), before(clock_, kEndedWindow)));
    Values tasks, oldest, executors, works;
    for (const auto& row : rows) {
        const double count = static_cast<double>(row.count);
        if (row.what == "executor") {
            executors[{row.project_id, row.kind, row.state}] = count;
        } else if (row.what == "work") {
            works[{row.project_id, row.kind, row.state}] = count;
        } else {
            const std::string kind = executor_kind(row.kind);
            tasks[{row.project_id, kind, row.state}] = count;
            const auto waited = std::max<std::int64_t>(0, clock_.now_ms() - row.since);
            if (row.state == "ready") oldest[{row.project_id, kind}] = static_cast<double>(waited) / 1000;
        }
    }
    publish(tasks_, tasks, shown_tasks_);
    publish(oldest_, oldest, shown_oldest_);
    publish(executors_, executors, shown_executors_);
    publish(works_, works, shown_works_);
    return {};
}

void Gauges::publish(metrics::Family<metrics::Gauge>& family, const Values& values, Values& shown) {
    for (const auto& [labels, value] : shown)
        if (!values.contains(labels)) family.with(labels).set(0);
    for (const auto& [labels, value] : values) family.with(labels).set(value);
    shown.insert(values.begin(), values.end());
}

}  // namespace towline::services
