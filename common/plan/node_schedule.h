#pragma once
// When a node's intervals become due: its cron in its time zone. Private to common/plan.

#include <string>

#include "base/result.h"
#include "model/node.h"
#include "time/cron.h"
#include "time/interval_unit.h"

namespace towline::plan {

/// The node's interval unit; fails with the node's name if the word is unknown.
Result<time::IntervalUnit> interval_unit(const model::Node& node);

/// A node's cron with its zone. Parsing is repeated per node and cheap; a value is immutable.
class Schedule {
 public:
    static Result<Schedule> of(const model::Node& node);
    time::TimestampMs floor(time::TimestampMs t) const { return cron_.floor(t, zone_); }
    time::TimestampMs next(time::TimestampMs t) const { return cron_.next(t, zone_); }
    time::TimestampMs prev(time::TimestampMs t) const { return cron_.prev(t, zone_); }

 private:
    Schedule(time::Cron cron, time::Zone zone) : cron_(std::move(cron)), zone_(std::move(zone)) {}
    time::Cron cron_;
    time::Zone zone_;
};

}  // namespace towline::plan
