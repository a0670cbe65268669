#include "plan/plan.h"

#include <algorithm>

#include "plan/defaults.h"
#include "time/timelike.h"

namespace towline::plan {
namespace {
struct ChangeWord {
    Change change;
    std::string_view word;
};
constexpr ChangeWord kChangeWords[] = {
    {Change::added, "added"},
    {Change::removed, "removed"},
    {Change::directly_modified, "directly_modified"},
    {Change::indirectly_modified, "indirectly_modified"},
    {Change::metadata_updated, "metadata_updated"},
    {Change::unmodified, "unmodified"},
};
}  // namespace

std::string_view to_string(Change change) {
    for (const ChangeWord& entry : kChangeWords)
        if (entry.change == change) return entry.word;
    return "unmodified";
}

std::map<SnapshotId, Snapshot> plan_snapshots(const Plan& plan, const std::map<SnapshotId, Snapshot>& stored) {
    std::map<SnapshotId, Snapshot> out;
    for (const Snapshot& snapshot : plan.new_snapshots) out.emplace(snapshot.id(), snapshot);
    for (const SnapshotId& id : plan.snapshots)
        if (const auto found = stored.find(id); found != stored.end()) out.insert_or_assign(id, found->second);
    return out;
}

MissingOptions missing_options(const Plan& plan) {
    return {plan.start,       plan.end, plan.execution_ts, plan.ignore_cron, plan.end_bounded, plan.interval_overrides,
            plan.restatements};
}

Result<MissingIntervals> missing_intervals(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots,
                                           const DeployabilityIndex& index) {
    const bool all = !plan.models_to_backfill && plan.snapshots.size() == snapshots.size() &&
                     std::all_of(plan.snapshots.begin(), plan.snapshots.end(),
                                 [&](const SnapshotId& id) { return snapshots.contains(id); });
    std::map<SnapshotId, Snapshot> some;  // a copy only where the plan leaves some out
    for (const SnapshotId& id : plan.snapshots) {
        if (all || (plan.models_to_backfill && !plan.models_to_backfill->contains(id.name))) continue;
        if (const auto found = snapshots.find(id); found != snapshots.end()) some.emplace(id, found->second);
    }
    const std::map<SnapshotId, Snapshot>& selected = all ? snapshots : some;
    // What is said to be missing is looked for from the environment's start on, what is loaded from the first of it.
    MissingOptions options = missing_options(plan);
    if (!plan.environment.start_at.empty()) options.start = plan.environment.start_at;
    TRY(const auto found, missing_intervals(selected, index, options));
    MissingIntervals out;
    for (const auto& [id, ranges] : found)
        if (model::is_model(selected.at(id).node)) out.emplace(id.name, ranges);
    return out;
}

Result<DeployabilityIndex> plan_index(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots) {
    std::optional<TimestampMs> start;
    if (plan.start) {
        TRY(start, time::parse_timelike(*plan.start, plan.execution_ts));
    }
    return deployability(snapshots, start, plan.execution_ts);
}

Result<MissingIntervals> missing_intervals(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots) {
    if (!plan.is_dev) return missing_intervals(plan, snapshots, DeployabilityIndex::all());
    TRY(const DeployabilityIndex index, plan_index(plan, snapshots));
    return missing_intervals(plan, snapshots, index);
}

bool is_noop(const Plan& plan, const MissingIntervals& missing, const std::optional<Environment>& target) {
    if (plan.has_changes || plan.is_new_environment) return false;
    // A restatement that is not to load anything does nothing at all, as in SQLMesh.
    const bool loads = !plan.skip_backfill && !plan.empty_backfill;
    if (loads && (!missing.empty() || !plan.restatements.empty())) return false;
    if (!target || (!target->finalized_ts && plan.restate_models.empty())) return false;
    // With --include-unmodified all are promoted: a dev environment is asked to show models it had left out so far.
    if (plan.environment.promoted_snapshot_ids) return true;
    return model::promoted_snapshots(plan.environment).size() <= model::promoted_snapshots(*target).size();
}

}  // namespace towline::plan
