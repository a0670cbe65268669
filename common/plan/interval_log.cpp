#include "plan/interval_log.h"

#include <algorithm>

#include "time/interval_unit.h"
#include "time/timelike.h"

namespace towline::plan {
namespace {

/// From when on only the snapshot's own intervals count; 0 = they all do.
Result<model::TimestampMs> effective_from(const model::Snapshot& snapshot) {
    if (!snapshot.effective_from) return model::TimestampMs{0};
    TRY(const model::TimestampMs parsed, time::parse_timelike(*snapshot.effective_from, snapshot.created_ts));
    const auto unit = time::interval_unit_from(snapshot.node.interval_unit);
    return unit ? time::floor(*unit, parsed) : parsed;
}

}  // namespace

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
    TRY(const model::TimestampMs from, effective_from(snapshot));
    const std::string identifier = snapshot.id().identifier;
    for (const Group& writer : groups) {
        const bool is_cut = from > 0 && writer.identifier != identifier;
        for (model::Interval range : writer.intervals) {
            if (is_cut) range.end = std::min(range.end, from);
            model::add(snapshot.intervals, range);
        }
        if (writer.dev_version == snapshot.dev_version)
            for (const model::Interval& range : writer.dev_intervals) model::add(snapshot.dev_intervals, range);
    }
    for (const model::Interval& range : pending) model::add(snapshot.pending_restatement_intervals, range);
    return {};
}

}  // namespace towline::plan
