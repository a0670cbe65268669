#include "plan/interval_log.h"

#include <algorithm>

#include "plan/intervals.h"
#include "time/interval_unit.h"
#include "time/timelike.h"

namespace towline::plan {

IntervalLog::Group& IntervalLog::group(const IntervalEntry& entry) {
    for (Group& each : groups)
        if (each.identifier == entry.identifier && each.dev_version == entry.dev_version) return each;
    groups.push_back({entry.identifier, entry.dev_version, {}, {}});
    return groups.back();
}

void IntervalLog::fold(const IntervalEntry& entry) {
    if (entry.is_pending_restatement) {
        model::add(pending, entry.range);
        return;
    }
    Group& writer = group(entry);
    model::Intervals& target = entry.is_dev ? writer.dev_intervals : writer.intervals;
    if (entry.is_removed) {
        model::remove(target, entry.range);
    } else {
        model::add(target, entry.range);
        if (!entry.is_dev) model::remove(pending, entry.range);
    }
}

Status IntervalLog::hydrate(model::Snapshot& snapshot) const {
    for (const Group& writer : groups) TRY_STATUS(inherit(snapshot, writer, snapshot.created_ts));
    for (const model::Interval& range : pending) model::add(snapshot.pending_restatement_intervals, range);
    return {};
}

Status inherit(model::Snapshot& now, const IntervalLog::Group& writer, model::TimestampMs relative_to) {
    const auto add_whole_ticks = [&](model::Intervals& target, model::Interval range) -> Status {
        if (!range.empty() && time::interval_unit_from(now.node.interval_unit)) {
            TRY(range, inclusive_exclusive(now.node, range, false, false));
        }
        model::add(target, range);
        return {};
    };
    std::optional<model::TimestampMs> cut;
    if (now.effective_from && writer.identifier != now.id().identifier) {
        TRY(cut, time::parse_timelike(*now.effective_from, relative_to));
        if (const auto unit = time::interval_unit_from(now.node.interval_unit)) cut = time::floor(*unit, *cut);
    }
    for (model::Interval range : writer.intervals) {
        if (cut) range.end = std::min(range.end, *cut);
        TRY_STATUS(add_whole_ticks(now.intervals, range));
    }
    if (writer.dev_version != now.dev_version) return {};
    for (const model::Interval& range : writer.dev_intervals) TRY_STATUS(add_whole_ticks(now.dev_intervals, range));
    return {};
}

}  // namespace towline::plan
