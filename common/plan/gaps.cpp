#include "plan/gaps.h"

#include "plan/intervals.h"
#include "plan/starts.h"

namespace towline::plan {

Status ensure_no_gaps(const std::map<model::SnapshotId, model::Snapshot>& target,
                      const std::vector<model::Snapshot>& previous, model::TimestampMs now) {
    std::map<std::string, const model::Snapshot*> by_name;
    for (const auto& [id, snapshot] : target) by_name.emplace(id.name, &snapshot);
    Starts starts(target, now);
    for (const model::Snapshot& before : previous) {
        const auto found = by_name.find(before.name);
        if (found == by_name.end() || found->second->version == before.version) continue;
        const model::Snapshot& after = *found->second;
        const bool both = model::is_incremental(after.node) && model::is_incremental(before.node);
        if (!both || before.intervals.empty()) continue;
        TRY(const model::TimestampMs start, starts.of(after, now));
        const model::TimestampMs end = before.intervals.back().end;
        if (start >= end) continue;
        MissingOptions options;
        options.execution_ts = now;
        options.end_bounded = true;
        TRY(const model::Intervals missing, missing_of(after, {start, end}, false, true, options));
        if (!missing.empty())
            return fail(ErrorCode::conflict,
                        "Detected missing intervals for model " + after.name + ", interrupting your current plan.",
                        "Please re-apply your plan to resolve this error.");
    }
    return {};
}

}  // namespace towline::plan
