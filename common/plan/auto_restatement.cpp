#include "plan/auto_restatement.h"

#include <algorithm>

#include "plan/graph.h"
#include "plan/intervals.h"
#include "plan/node_schedule.h"

namespace towline::plan {
namespace {

using model::Interval;
using model::Snapshot;
using model::SnapshotId;
using model::TimestampMs;

bool may_restate(const Snapshot& snapshot) {
    return model::is_model(snapshot.node) && !snapshot.node.kind.disable_restatement;
}

/// The first tick after an instant of the model's own restatement cron.
Result<std::optional<TimestampMs>> next_tick(const Snapshot& snapshot, TimestampMs after) {
    const auto& cron = snapshot.node.kind.auto_restatement_cron;
    if (!may_restate(snapshot) || !cron) return std::optional<TimestampMs>();
    model::Node node = snapshot.node;
    node.cron = *cron;
    node.cron_tz.reset();  // SQLMesh counts this cron in UTC, whatever zone the model's own is in
    TRY(const Schedule schedule, Schedule::of(node));
    return std::optional<TimestampMs>(schedule.next(after));
}

/// What the model itself asks for, empty if it is not its time.
Result<Interval> own_range(const Snapshot& snapshot, TimestampMs execution_ts) {
    if (snapshot.intervals.empty()) return Interval{};
    std::optional<TimestampMs> due = snapshot.next_auto_restatement_ts;
    if (!due) {
        TRY(due, next_tick(snapshot, snapshot.created_ts));
    }
    TRY(const auto known, next_tick(snapshot, execution_ts));
    if (!known || !due || execution_ts < *due) return Interval{};
    const auto& count = snapshot.node.kind.auto_restatement_intervals;
    if (!count) return Interval{snapshot.intervals.front().start, snapshot.intervals.back().end};
    TRY(const auto unit, interval_unit(snapshot.node));
    const TimestampMs end = time::floor(unit, execution_ts);
    return Interval{end - *count * time::seconds(unit) * 1000, end};
}

/// The range as the model's kind can restate it.
Result<Interval> removal(const Snapshot& snapshot, Interval range, TimestampMs execution_ts) {
    TRY(const auto unit, interval_unit(snapshot.node));
    const TimestampMs floored = time::floor(unit, range.end);
    range = {time::floor(unit, range.start), floored < range.end ? time::next(unit, floored) : floored};
    if (model::depends_on_past(snapshot.node)) range.end = execution_ts;
    if (model::is_full_history_restatement_only(snapshot.node) && !snapshot.intervals.empty())
        range.start = snapshot.intervals.front().start;
    return inclusive_exclusive(snapshot.node, range, false, true);
}

}  // namespace

Result<std::map<SnapshotId, AutoRestated>> auto_restatements(const std::map<SnapshotId, Snapshot>& snapshots,
                                                             TimestampMs execution_ts) {
    std::map<SnapshotId, AutoRestated> out;
    const Graph graph(snapshots);
    for (const SnapshotId& id : graph.order()) {
        const Snapshot& snapshot = snapshots.at(id);
        if (!may_restate(snapshot)) continue;
        AutoRestated one;
        std::vector<Interval> ranges;
        TRY(const Interval own, own_range(snapshot, execution_ts));
        if (!own.empty()) ranges.push_back(own);
        for (const SnapshotId& parent : snapshot.parents)
            if (const auto above = out.find(parent); above != out.end() && !above->second.range.empty())
                ranges.push_back(above->second.range);
        if (!ranges.empty()) {
            Interval whole = ranges.front();
            for (const Interval& range : ranges)
                whole = {std::min(whole.start, range.start), std::max(whole.end, range.end)};
            TRY(one.range, removal(snapshot, whole, execution_ts));
        }
        TRY(one.next_ts, next_tick(snapshot, execution_ts));
        if (!one.range.empty() || one.next_ts != snapshot.next_auto_restatement_ts) out.emplace(id, one);
    }
    return out;
}

}  // namespace towline::plan
