#include "plan/starts.h"

#include <algorithm>
#include <optional>

#include "plan/intervals.h"
#include "plan/node_schedule.h"
#include "time/civil.h"
#include "time/timelike.h"

namespace towline::plan {
namespace {
using model::Snapshot;
using model::TimestampMs;

struct Frame {
    const Snapshot* snapshot;
    std::size_t next_parent = 0;
    std::optional<TimestampMs> earliest;
};
}  // namespace

Result<TimestampMs> Starts::of(const Snapshot& snapshot, TimestampMs relative_to) {
    const auto found = known_.find({snapshot.name, relative_to});
    if (found != known_.end()) return found->second;
    return visit(snapshot, relative_to);
}

/// Depth first over parents with a stack of its own, because chains of models may be thousands long.
Result<TimestampMs> Starts::visit(const Snapshot& root, TimestampMs relative_to) {
    std::vector<Frame> stack{{&root, 0, {}}};
    while (!stack.empty()) {
        Frame& frame = stack.back();
        const Snapshot& snapshot = *frame.snapshot;
        std::optional<TimestampMs> start;
        if (snapshot.node.start) {
            TRY(start, time::parse_timelike(*snapshot.node.start, now_));
        } else if (frame.next_parent < snapshot.parents.size()) {
            const auto parent = snapshots_.find(snapshot.parents[frame.next_parent]);
            if (parent == snapshots_.end()) {
                ++frame.next_parent;
                continue;
            }
            const auto known = known_.find({parent->second.name, relative_to});
            if (known == known_.end()) {
                if (stack.size() > snapshots_.size())
                    return fail(ErrorCode::invalid, "snapshots depend on each other in a circle");
                stack.push_back({&parent->second, 0, {}});
                continue;
            }
            frame.earliest = std::min(frame.earliest.value_or(known->second), known->second);
            ++frame.next_parent;
            continue;
        } else if (frame.earliest) {
            start = frame.earliest;
        } else {
            TRY(const Schedule schedule, Schedule::of(snapshot.node));
            start = schedule.prev(schedule.floor(relative_to));
        }
        known_[{snapshot.name, relative_to}] = *start;
        stack.pop_back();
    }
    return known_.at({root.name, relative_to});
}

Result<TimestampMs> Starts::earliest(TimestampMs relative_to) {
    std::optional<TimestampMs> out;
    for (const auto& [id, snapshot] : snapshots_) {
        TRY(const TimestampMs start, of(snapshot, relative_to));
        out = std::min(out.value_or(start), start);
    }
    return out.value_or(time::floor_to_day(relative_to) - time::kDayMs);
}

Result<TimestampMs> start_of(const model::SnapshotId& id, const std::map<model::SnapshotId, Snapshot>& snapshots,
                             TimestampMs relative_to) {
    const auto snapshot = snapshots.find(id);
    if (snapshot == snapshots.end()) return fail(ErrorCode::not_found, "no snapshot of " + id.name);
    return Starts(snapshots, relative_to).of(snapshot->second, relative_to);
}

}  // namespace towline::plan
