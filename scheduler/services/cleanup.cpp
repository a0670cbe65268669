#include "services/cleanup.h"

#include <algorithm>
#include <set>

#include "core/expiry.h"

// A plan and a cleanup of one project may come at the same time. Each is in the store before it looks for the other: so
// at least one of them sees the other. The cleanup leaves alone what an open plan names; the plan waits for a cleanup
// that drops what it needs.

namespace towline::services {
namespace {

using core::Work;
using model::TableInfo;

bool stands_for_tables(const Work& work) { return work.environment == core::kJanitorEnvironment; }

void add(const std::vector<TableInfo>& infos, std::vector<TableInfo>& out) {
    out.insert(out.end(), infos.begin(), infos.end());
}

Status add_plan(store::Store& store, const Work& work, std::vector<TableInfo>& out) {
    TRY(const plan::Plan plan, stored_plan(store, work));
    for (const model::Snapshot& snapshot : plan.new_snapshots) out.push_back(model::table_info(snapshot));
    TRY(const std::vector<model::Snapshot> known, store.snapshots(work.project_id, plan.snapshots));
    for (const model::Snapshot& snapshot : known) out.push_back(model::table_info(snapshot));
    add(plan.environment.snapshots, out);
    return {};
}

Result<std::vector<plan::Stage>> environment_stages(store::Store& store, const Work& work, model::TimestampMs now) {
    TRY(const std::optional<model::Environment> environment, store.environment(work.project_id, work.environment));
    const bool is_due = environment && core::is_expired(*environment, now) && environment->plan_id == work.base_plan_id;
    if (!is_due) return std::vector<plan::Stage>{};
    TRY(const SnapshotMap snapshots, environment_snapshots(store, work.project_id, *environment));
    return plan::environment_cleanup_stages(*environment, snapshots, now);
}

/// Tombstones of tables that came to life again are removed: from now on a snapshot answers for them.
Result<std::vector<plan::Stage>> table_stages(store::Store& store, const Work& work, model::TimestampMs now) {
    TRY(const std::vector<store::Tombstone> tombstones, store.tombstones(work.project_id));
    TRY(std::vector<TableInfo> in_use, tables_in_use(store, work.project_id, work.id));
    std::vector<std::string> names;
    for (const store::Tombstone& one : tombstones) names.push_back(one.table.info.name);
    TRY(const std::vector<model::Snapshot> stored, store.snapshots_by_name(work.project_id, names));
    for (const model::Snapshot& snapshot : stored) in_use.push_back(model::table_info(snapshot));
    std::vector<plan::PhysicalTable> unused;
    std::vector<std::string> alive;
    for (const store::Tombstone& one : tombstones) {
        const bool is_unused = !core::still_unused({one.table}, in_use).empty();
        if (is_unused)
            unused.push_back(one.table);
        else
            alive.push_back(one.id);
    }
    TRY_STATUS(store.remove_tombstones(work.project_id, alive));
    return plan::table_cleanup_stages(unused, now);
}

}  // namespace

Result<std::vector<TableInfo>> tables_in_use(store::Store& store, const std::string& project_id,
                                             const std::string& except) {
    std::vector<TableInfo> out;
    TRY(const std::vector<model::Environment> environments, store.environments(project_id));
    for (const model::Environment& environment : environments) {
        add(environment.snapshots, out);
        // Its views may still be those of before.
        if (!environment.finalized_ts && environment.previous_finalized_snapshots)
            add(*environment.previous_finalized_snapshots, out);
    }
    TRY(const std::vector<Work> works, store.open_works());
    for (const Work& work : works) {
        if (work.project_id != project_id || work.id == except || core::is_cleanup(work)) continue;
        if (work.kind == core::WorkKind::plan) TRY_STATUS(add_plan(store, work, out));
    }
    return out;
}

Result<std::vector<plan::Stage>> cleanup_stages(store::Store& store, const Work& work, model::TimestampMs now) {
    return stands_for_tables(work) ? table_stages(store, work, now) : environment_stages(store, work, now);
}

Status perform_cleanup_stage(store::Store& store, const Work& work, plan::StageKind kind) {
    if (kind == plan::StageKind::delete_environment) return store.delete_environment(work.project_id, work.environment);
    // Only what this work dropped: later tombstones are the next one's.
    TRY(const std::vector<store::Tombstone> tombstones, store.tombstones(work.project_id));
    std::set<std::string> dropped;
    store::TaskFilter filter;
    filter.work_id = work.id;
    filter.state = core::TaskState::succeeded;
    std::string cursor;
    do {
        TRY(const store::Page<core::Task> page, store.tasks(work.project_id, filter, {cursor, 200}));
        for (const core::Task& task : page.items) dropped.insert(task.spec.name);
        cursor = page.next_cursor;
    } while (!cursor.empty());
    std::vector<std::string> done;
    for (const store::Tombstone& one : tombstones)
        if (dropped.contains(one.table.name().plain())) done.push_back(one.id);
    return store.remove_tombstones(work.project_id, done);
}

Result<bool> waits_for_cleanup(store::Store& store, const Work& work, const SnapshotMap& snapshots) {
    TRY(const std::vector<Work> works, store.open_works());
    const bool is_cleaning = std::any_of(works.begin(), works.end(), [&](const Work& other) {
        return other.project_id == work.project_id && core::is_cleanup(other) && stands_for_tables(other);
    });
    if (!is_cleaning) return false;
    TRY(const std::vector<store::Tombstone> tombstones, store.tombstones(work.project_id));
    std::vector<TableInfo> needed;
    for (const auto& [id, snapshot] : snapshots) needed.push_back(model::table_info(snapshot));
    std::vector<plan::PhysicalTable> tables;
    for (const store::Tombstone& one : tombstones) tables.push_back(one.table);
    return core::still_unused(tables, needed).size() != tables.size();
}

}  // namespace towline::services
