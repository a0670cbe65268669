#include "services/janitor.h"

#include <algorithm>
#include <set>

#include "core/expiry.h"
#include "crypto/crypto.h"
#include "log/log.h"
#include "services/cleanup.h"

namespace towline::services {
namespace {

using core::Work;

constexpr std::size_t kSnapshotsPerRound = 2000;

}  // namespace

Result<Janitor::Round> Janitor::clean(const Request& request) {
    Round round;
    TRY(const std::vector<model::Environment> environments, store_.environments(request.project_id));
    for (const model::Environment& environment : environments) {
        if (!core::is_expired(environment, clock_.now_ms())) continue;
        TRY(const std::optional<std::string> work, clean_environment(request, environment));
        if (!work) continue;
        round.works.push_back(*work);
        round.environments.push_back(environment.naming.name);
    }
    TRY(round.snapshots, expire_snapshots(request, round));
    TRY(const std::optional<std::string> work, clean_tables(request));
    if (work) round.works.push_back(*work);
    TRY([[maybe_unused]] const int compacted, store_.compact_intervals(request.project_id, clock_.now_ms()));
    return round;
}

Status Janitor::run_once() {
    TRY(const std::vector<std::string> projects, store_.projects());
    for (const std::string& project : projects) {
        const Result<Round> round = clean({project, "scheduler", false});
        if (!round && round.error().code == ErrorCode::unavailable) return fail(round.error());
        if (!round) {
            log::failure(log::Level::error, "the janitor cannot clean up", round.error().in(project));
        } else if (!round->works.empty() || round->snapshots > 0) {
            log::info("the janitor cleans up", {{"project", project},
                                                {"environments", round->environments.size()},
                                                {"snapshots", round->snapshots},
                                                {"tables", round->tables}});
        }
    }
    return {};
}

Result<std::optional<std::string>> Janitor::clean_environment(const Request& request,
                                                              const model::Environment& environment) {
    return begin(request, environment.naming.name, environment.plan_id);
}

Result<std::optional<std::string>> Janitor::clean_tables(const Request& request) {
    TRY(const std::vector<store::Tombstone> tombstones, store_.tombstones(request.project_id));
    if (tombstones.empty()) return std::optional<std::string>();
    return begin(request, std::string(core::kJanitorEnvironment), "");
}

Result<bool> Janitor::is_being_cleaned(const std::string& project_id, const std::string& environment) {
    TRY(const std::vector<Work> works, store_.open_works());
    return std::any_of(works.begin(), works.end(), [&](const Work& work) {
        return work.project_id == project_id && work.environment == environment && core::is_cleanup(work);
    });
}

Result<std::optional<std::string>> Janitor::begin(const Request& request, const std::string& environment,
                                                  const std::string& base_plan_id) {
    TRY(const bool begun, is_being_cleaned(request.project_id, environment));
    if (begun) return std::optional<std::string>();
    Work work;
    work.id = crypto::random_hex(16);
    work.kind = core::WorkKind::plan;
    work.project_id = request.project_id;
    work.environment = environment;
    work.trigger = core::kJanitor;
    work.created_by = request.created_by;
    work.document = "{}";
    work.base_plan_id = base_plan_id;
    work.execution_ts = work.created_ts = clock_.now_ms();
    TRY_STATUS(store_.add_work(work));
    // A cleanup that cannot start now is looked at again by the next tick.
    const Result<bool> freed = advancer_.advance(work.project_id, work.id);
    if (!freed) log::failure(log::Level::warn, "a cleanup cannot be started now", freed.error().in(work.id));
    return std::optional<std::string>(work.id);
}

// A run that is being replaced may still write to tables which its environment has left.
Result<bool> Janitor::runs_hold_old_tables(const std::string& project_id) {
    TRY(const std::vector<Work> works, store_.open_works());
    for (const Work& work : works) {
        if (work.project_id != project_id || work.kind != core::WorkKind::run) continue;
        TRY(const std::optional<model::Environment> environment, store_.environment(project_id, work.environment));
        if (!environment || environment->plan_id != work.base_plan_id) return true;
    }
    return false;
}

Result<int> Janitor::expire_snapshots(const Request& request, Round& round) {
    const std::string& project_id = request.project_id;
    TRY(const bool busy, runs_hold_old_tables(project_id));
    if (busy) return 0;
    TRY(const std::vector<model::SnapshotId> old,
        store_.snapshots_past_ttl(project_id, clock_.now_ms(), request.ignore_ttl));
    if (old.empty()) return 0;
    TRY(const std::vector<model::TableInfo> in_use, tables_in_use(store_, project_id, ""));
    std::set<model::SnapshotId> used;
    for (const model::TableInfo& info : in_use) used.insert(info.id());
    std::set<model::SnapshotId> unused;
    std::set<std::string> names;
    for (const model::SnapshotId& id : old) {
        if (used.contains(id) || unused.size() == kSnapshotsPerRound) continue;
        unused.insert(id);
        names.insert(id.name);
    }
    if (unused.empty()) return 0;
    TRY(const std::vector<model::Snapshot> stored, store_.snapshots_by_name(project_id, {names.begin(), names.end()}));
    std::vector<core::StoredSnapshot> list;
    for (const model::Snapshot& snapshot : stored)
        list.push_back({model::table_info(snapshot), unused.contains(snapshot.id())});
    const core::Expiry expiry = core::expire(list, in_use);
    const Status deleted = store_.expire_snapshots(project_id, expiry.snapshots, expiry.tables, clock_.now_ms());
    // An environment came to use one of them meanwhile: the next round sees it.
    if (!deleted && deleted.error().code == ErrorCode::conflict) return 0;
    TRY_STATUS(deleted);
    round.tables = static_cast<int>(expiry.tables.size());
    return static_cast<int>(expiry.snapshots.size());
}

}  // namespace towline::services
