#include "plan/node_schedule.h"

#include <optional>

namespace towline::plan {
namespace {
const std::string kNoZone;
}  // namespace

Result<time::IntervalUnit> interval_unit(const model::Node& node) {
    const auto unit = time::interval_unit_from(node.interval_unit.empty() ? "day" : node.interval_unit);
    if (unit) return *unit;
    return fail(ErrorCode::invalid, "model " + node.name + ": unknown interval unit '" + node.interval_unit + "'");
}

Result<Schedule> Schedule::of(const model::Node& node) {
    // Most nodes of a project have the same cron, and planning asks for it several times per node.
    struct Last {
        std::string cron;
        std::string zone;
        std::optional<Schedule> schedule;
    };
    thread_local Last last;
    const std::string& zone_name = node.cron_tz ? *node.cron_tz : kNoZone;
    if (last.schedule && last.cron == node.cron && last.zone == zone_name) return *last.schedule;
    auto cron = time::Cron::parse(node.cron);
    if (!cron) return fail(cron.error().in("model " + node.name));
    auto zone = time::Zone::find(zone_name);
    if (!zone) return fail(zone.error().in("model " + node.name));
    last = {node.cron, zone_name, Schedule(std::move(*cron), std::move(*zone))};
    return *last.schedule;
}

}  // namespace towline::plan
