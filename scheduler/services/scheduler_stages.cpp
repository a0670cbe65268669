#include "services/scheduler_stages.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/assert.h"
#include "plan/defaults.h"
#include "plan/elsewhere.h"
#include "plan/gaps.h"
#include "plan/intervals.h"
#include "plan/starting_snapshots.h"
#include "services/run_options.h"
#include "time/timelike.h"

namespace towline::services {
namespace {

using core::Work;

Status create_snapshot_records(store::Store& store, const Work& work, const plan::Plan& plan, model::TimestampMs now) {
    std::vector<model::Snapshot> snapshots = plan.new_snapshots;
    for (model::Snapshot& snapshot : snapshots) {
        if (snapshot.created_ts == 0) snapshot.created_ts = now;
        snapshot.updated_ts = now;
    }
    TRY(const std::optional<model::Environment> existing, store.environment(work.project_id, work.environment));
    TRY(const std::optional<model::Environment> prod, store.environment(work.project_id, "prod"));
    TRY(const SnapshotMap known, load_plan_snapshots(store, work.project_id, plan, existing ? existing : prod));
    const SnapshotMap starting = plan::starting_snapshots(plan, known, existing, prod);
    TRY_STATUS(store.push_snapshots(work.project_id, snapshots, now));
    // The dev table of a forward-only change starts as a copy of prod: its intervals are inherited, but for those that
    // this plan loads again.
    for (const model::Snapshot& snapshot : snapshots) {
        if (!snapshot.forward_only) continue;
        for (const model::Interval& interval : starting.at(snapshot.id()).dev_intervals)
            TRY_STATUS(store.add_interval(work.project_id, snapshot, interval, true, now));
    }
    return {};
}

// --empty-backfill: the plan's whole range is recorded as loaded, for every model of it, as SQLMesh does.
Status record_empty_backfill(store::Store& store, const Work& work, const plan::Plan& plan, model::TimestampMs now) {
    TRY(const SnapshotMap snapshots, load_plan_snapshots(store, work.project_id, plan));
    TRY(const plan::DeployabilityIndex index, plan::plan_index(plan, snapshots));
    model::Interval range{0, plan.execution_ts};
    if (plan.start) {
        TRY(range.start, time::parse_timelike(*plan.start, plan.execution_ts));
    }
    if (plan.end) {
        TRY(range.end, time::parse_timelike(*plan.end, plan.execution_ts));
    }
    for (const auto& [id, snapshot] : snapshots) {
        const bool selected = !plan.models_to_backfill || plan.models_to_backfill->contains(id.name);
        if (!selected || !model::is_evaluatable(snapshot.node)) continue;
        TRY(const model::Interval interval,
            plan::inclusive_exclusive(snapshot.node, range, plan.end && time::is_date(*plan.end), false));
        const bool is_dev = plan.is_dev && !index.is_deployable(id);
        if (!interval.empty()) TRY_STATUS(store.add_interval(work.project_id, snapshot, interval, is_dev, now));
    }
    return {};
}

Status ensure_no_gaps(store::Store& store, const Work& work, const plan::Plan& plan, const model::Environment& existing,
                      model::TimestampMs now) {
    TRY(const SnapshotMap target, load_plan_snapshots(store, work.project_id, plan));
    TRY(const SnapshotMap shown, environment_snapshots(store, work.project_id, existing));
    // What this plan loads after the promotion may well have gaps now.
    TRY(const plan::DeployabilityIndex index, plan::plan_index(plan, target));
    std::set<std::string> before;
    for (const auto& [id, snapshot] : target) {
        const bool selected = !plan.models_to_backfill || plan.models_to_backfill->contains(id.name);
        const bool first = plan.is_dev || index.is_representative(id) || model::is_seed(snapshot.node);
        if (selected && first) before.insert(id.name);
    }
    std::vector<model::Snapshot> previous;
    for (const auto& [id, snapshot] : shown)
        if (before.contains(id.name)) previous.push_back(snapshot);
    return plan::ensure_no_gaps(target, previous, now);
}

Status record_environment(store::Store& store, const Work& work, const plan::Plan& plan, model::TimestampMs now) {
    TRY(const std::optional<model::Environment> existing, store.environment(work.project_id, work.environment));
    if (existing && existing->plan_id == work.id) return {};  // done before a crash
    if (plan.empty_backfill) TRY_STATUS(record_empty_backfill(store, work, plan, now));
    if (plan.no_gaps && existing) TRY_STATUS(ensure_no_gaps(store, work, plan, *existing, now));
    model::Environment environment = plan.environment;
    environment.plan_id = work.id;
    environment.previous_plan_id =
        work.base_plan_id.empty() ? std::nullopt : std::optional<std::string>(work.base_plan_id);
    return store.promote(work.project_id, environment, plan.environment_statements, now);
}

Status unpause(store::Store& store, const Work& work, const plan::Plan& plan, model::TimestampMs now) {
    model::TimestampMs at = plan.execution_ts;
    if (plan.end) {
        TRY(at, time::parse_timelike(*plan.end, plan.execution_ts));
    }
    return store.unpause(work.project_id, plan.unpaused, at, now);
}

// Other versions of what was restated, and of what reads it, lose the restated range, so that their environments load
// it anew. Prod's own versions keep theirs: they were just loaded.
Status restate_other_versions(store::Store& store, const Work& work, const plan::Plan& plan, model::TimestampMs now) {
    std::set<plan::TableVersion> prod;
    for (const model::TableInfo& info : plan.environment.snapshots) prod.emplace(info.name, info.version);
    std::set<std::string> kept;
    TRY(const SnapshotMap planned, load_plan_snapshots(store, work.project_id, plan));
    for (const auto& [id, snapshot] : planned)
        if (snapshot.node.kind.disable_restatement) kept.insert(id.name);
    TRY(const std::vector<model::Environment> environments, store.environments(work.project_id));
    const plan::Elsewhere found =
        plan::restated_elsewhere(plan::in_order(plan.restatements, planned), prod, kept, environments);
    if (found.ranges.empty()) return {};
    const std::set<std::string> names = found.names();
    TRY(const std::vector<model::Snapshot> stored,
        store.snapshots_by_name(work.project_id, {names.begin(), names.end()}));
    TRY(const std::vector<model::SnapshotId> old, store.snapshots_past_ttl(work.project_id, plan.execution_ts, false));
    TRY(const auto ranges, plan::ranges_elsewhere(found, stored, prod, {old.begin(), old.end()}, now));
    for (const model::Snapshot& snapshot : stored) {
        const auto range = ranges.find({snapshot.name, snapshot.version});
        if (range == ranges.end() || !prod.emplace(snapshot.name, snapshot.version).second) continue;
        TRY_STATUS(store.remove_interval(work.project_id, snapshot, range->second, now));
    }
    return {};
}

Result<std::vector<core::Task>> failed_tasks(store::Store& store, const Work& work, int limit) {
    store::TaskFilter filter;
    filter.work_id = work.id;
    filter.state = core::TaskState::failed;
    TRY(store::Page<core::Task> page, store.tasks(work.project_id, filter, {"", limit}));
    return std::move(page.items);
}

}  // namespace

Status perform_stage(store::Store& store, const Work& work, const plan::Plan& plan, plan::StageKind kind,
                     model::TimestampMs now) {
    switch (kind) {
        case plan::StageKind::create_snapshot_records:
            return create_snapshot_records(store, work, plan, now);
        case plan::StageKind::restatement:
            return restate_other_versions(store, work, plan, now);
        case plan::StageKind::environment_record_update:
            return record_environment(store, work, plan, now);
        case plan::StageKind::unpause:
            return unpause(store, work, plan, now);
        case plan::StageKind::finalize:
            return store.finalize(work.project_id, work.environment, work.id, now);
        case plan::StageKind::before_all:
        case plan::StageKind::create_schemas:
        case plan::StageKind::create_tables:
        case plan::StageKind::audit_only:
        case plan::StageKind::backfill:
        case plan::StageKind::migrate_schemas:
        case plan::StageKind::create_views:
        case plan::StageKind::drop_views:
        case plan::StageKind::after_all:
        // Cleanups have no plan; the janitor performs theirs.
        case plan::StageKind::drop_tables:
        case plan::StageKind::drop_schemas:
        case plan::StageKind::delete_environment:
        case plan::StageKind::forget_tables:
            break;
    }
    TOWLINE_ASSERT(!"an executor stage cannot be performed by the scheduler");
    return {};
}

Result<bool> has_failed_tasks(store::Store& store, const Work& work) {
    TRY(const std::vector<core::Task> failed, failed_tasks(store, work, 1));
    return !failed.empty();
}

Result<std::string> failure_sentence(store::Store& store, const Work& work) {
    constexpr int kShown = 3;
    TRY(const std::vector<core::Task> failed, failed_tasks(store, work, kShown + 1));
    if (failed.empty()) return std::string("a stage failed");
    std::string text = failed.size() > kShown ? "more than 3 tasks failed" : fmt::format("{} failed", failed.size());
    for (std::size_t i = 0; i < std::min<std::size_t>(failed.size(), kShown); ++i)
        text += fmt::format("{} {}: {}", i == 0 ? ":" : ";", failed[i].spec.name, failed[i].error_message);
    return text;
}

}  // namespace towline::services
