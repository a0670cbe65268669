#include "services/run_options.h"

#include <set>

#include "crypto/crypto.h"
#include "plan/auto_restatement.h"
#include "plan/codec.h"

namespace towline::services {

std::string to_json(const RunOptions& options) {
    json::Object object;
    object.flag("ignore_cron", options.ignore_cron);
    object.maybe("start", options.start);
    object.maybe("end", options.end);
    object.strings("select_models", options.select_models);
    return object.dump();
}

Result<RunOptions> run_options_from_json(const json::Reader& reader) {
    RunOptions options;
    options.ignore_cron = reader.flag("ignore_cron", false);
    options.start = reader.maybe_str("start");
    options.end = reader.maybe_str("end");
    options.select_models = reader.strings("select_models");
    TRY_STATUS(reader.status());
    return options;
}

Result<RunOptions> stored_run_options(store::Store& store, const core::Work& run) {
    TRY(const std::string text, store.work_document(run.project_id, run.id));
    TRY(const json::Document document, json::Document::parse(text));
    return run_options_from_json(document.root());
}

Result<plan::Plan> stored_plan(store::Store& store, const core::Work& work) {
    TRY(const std::string text, store.work_document(work.project_id, work.id));
    TRY(const json::Document document, json::Document::parse(text));
    return plan::plan_from_json(document.root());
}

core::Work new_run(const std::string& project_id, const model::Environment& environment, model::TimestampMs now) {
    core::Work work;
    work.id = crypto::random_hex(16);
    work.kind = core::WorkKind::run;
    work.project_id = project_id;
    work.environment = environment.naming.name;
    work.trigger = "cron";
    work.created_by = "scheduler";
    work.document = to_json(RunOptions{});
    work.base_plan_id = environment.plan_id;
    work.execution_ts = now;
    work.created_ts = now;
    return work;
}

namespace {
Result<SnapshotMap> by_id(store::Store& store, const std::string& project_id,
                          const std::vector<model::SnapshotId>& ids) {
    TRY(std::vector<model::Snapshot> list, store.snapshots(project_id, ids));
    SnapshotMap snapshots;
    for (model::Snapshot& snapshot : list) {
        model::SnapshotId id = snapshot.id();
        snapshots.emplace(std::move(id), std::move(snapshot));
    }
    return snapshots;
}
}  // namespace

Result<SnapshotMap> environment_snapshots(store::Store& store, const std::string& project_id,
                                          const model::Environment& environment) {
    std::vector<model::SnapshotId> ids;
    ids.reserve(environment.snapshots.size());
    for (const model::TableInfo& info : environment.snapshots) ids.push_back(info.id());
    return by_id(store, project_id, ids);
}

namespace {
/// New snapshots start with what was loaded into the table of their version, also where the plan compared them with
/// nothing, or with one that took over less of it because of its effective_from.
Status take_over_intervals(store::Store& store, const std::string& project_id, const plan::Plan& plan,
                           const SnapshotMap& stored, SnapshotMap& snapshots) {
    std::vector<model::Snapshot> fresh;
    for (const model::Snapshot& s : plan.new_snapshots) {
        if (stored.contains(s.id())) continue;
        fresh.push_back(s);
        if (s.created_ts == 0) fresh.back().created_ts = plan.execution_ts;  // what effective_from may be relative to
    }
    if (fresh.empty()) return {};
    TRY_STATUS(store.refresh_intervals(project_id, fresh));
    for (model::Snapshot& s : fresh) {
        model::Snapshot& now = snapshots.at(s.id());
        now.intervals = std::move(s.intervals);
        now.dev_intervals = std::move(s.dev_intervals);
        now.pending_restatement_intervals = std::move(s.pending_restatement_intervals);
    }
    return {};
}
}  // namespace

Result<SnapshotMap> load_plan_snapshots(store::Store& store, const std::string& project_id, const plan::Plan& plan) {
    TRY(const SnapshotMap stored, by_id(store, project_id, plan.snapshots));
    SnapshotMap out = plan::plan_snapshots(plan, stored);
    TRY_STATUS(take_over_intervals(store, project_id, plan, stored, out));
    return out;
}

Result<SnapshotMap> load_plan_snapshots(store::Store& store, const std::string& project_id, const plan::Plan& plan,
                                        const std::optional<model::Environment>& compared) {
    TRY(SnapshotMap out, load_plan_snapshots(store, project_id, plan));
    if (!compared) return out;
    std::set<std::pair<std::string_view, std::string_view>> tables;
    for (const auto& [id, snapshot] : out) tables.emplace(snapshot.name, snapshot.version);
    std::vector<model::SnapshotId> others;
    for (const model::TableInfo& info : compared->snapshots)
        if (tables.contains({info.name, info.version}) && !out.contains(info.id())) others.push_back(info.id());
    if (others.empty()) return out;
    TRY(SnapshotMap stored, by_id(store, project_id, others));
    out.merge(stored);
    return out;
}

namespace {
/// Ranges whose time to be loaded again has come are missing from now on.
Status add_restatements(RunInput& input) {
    TRY(const auto restated, plan::auto_restatements(input.snapshots, input.request.execution_ts));
    for (const auto& [id, one] : restated) {
        model::Snapshot& snapshot = input.snapshots.at(id);
        if (!one.range.empty()) model::add(snapshot.pending_restatement_intervals, one.range);
        snapshot.next_auto_restatement_ts = one.next_ts;
        input.restatements.push_back({snapshot.name, snapshot.version, one.range, one.next_ts});
    }
    return {};
}
}  // namespace

Result<std::optional<RunInput>> load_run(store::Store& store, const core::Work& work, const RunOptions& options) {
    TRY(std::optional<model::Environment> environment, store.environment(work.project_id, work.environment));
    if (!environment) {
        return fail(ErrorCode::not_found, "environment '" + work.environment + "' does not exist",
                    "apply a plan to it first");
    }
    if (!environment->finalized_ts) return std::optional<RunInput>();
    TRY(SnapshotMap snapshots, environment_snapshots(store, work.project_id, *environment));
    TRY(std::vector<model::EnvironmentStatements> statements,
        store.environment_statements(work.project_id, work.environment));
    TRY(const std::vector<core::Pause> pauses, store.pauses(work.project_id));

    RunInput input;
    input.request.environment = std::move(*environment);
    input.request.statements = std::move(statements);
    input.request.execution_ts = work.execution_ts;
    input.request.ignore_cron = options.ignore_cron;
    input.request.start = options.start;
    input.request.end = options.end;
    input.request.select_models = options.select_models;
    for (const core::Pause& pause : pauses)
        if (pause.environment == work.environment && pause.model) input.request.paused_models.insert(*pause.model);
    input.snapshots = std::move(snapshots);
    if (!model::is_dev(input.request.environment)) TRY_STATUS(add_restatements(input));
    return std::optional<RunInput>(std::move(input));
}

}  // namespace towline::services
