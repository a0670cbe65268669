#include "plan/node_schedule.h"

namespace towline::plan {

Result<time::IntervalUnit> interval_unit(const model::Node& node) {
    const auto unit = time::interval_unit_from(node.interval_unit.empty() ? "day" : node.interval_unit);
    if (unit) return *unit;
    return fail(ErrorCode::invalid,
                "model " + node.name + ": unknown interval unit '" + node.interval_unit + "'");
}

Result<Schedule> Schedule::of(const model::Node& node) {
    auto cron = time::Cron::parse(node.cron);
    if (!cron) return fail(cron.error().in("model " + node.name));
    auto zone = time::Zone::find(node.cron_tz.value_or(""));
    if (!zone) return fail(zone.error().in("model " + node.name));
    return Schedule(std::move(*cron), std::move(*zone));
}

}  // namespace towline::plan
