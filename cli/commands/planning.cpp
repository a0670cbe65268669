#include "commands/planning.h"

#include <algorithm>

#include "model/codec.h"
#include "plan/codec.h"
#include "plan/fingerprint.h"
#include "plan/known_fingerprints.h"
#include "plan/naming.h"
#include "plan/starting_snapshots.h"
#include "time/timelike.h"

namespace towline::commands {
namespace {

using Ids = std::set<plan::SnapshotId>;

// This many definitions stay far below what one answer may have, also if they are large.
constexpr std::size_t kPageSnapshots = 1000;

Status read_environment(const json::Reader& root, std::string_view key, std::optional<plan::Environment>& out) {
    if (const auto reader = root.maybe_sub(key)) {
        TRY(out, model::environment_from_json(*reader));
    }
    return {};
}

void read_ends(const json::Reader& root, plan::TableEnds& out) {
    for (const json::Reader& item : root.list("prod_ends"))
        out[{item.str("name"), item.str("version")}] = item.num("end_ts");
}

/// Adds an answer to the state; gives the ids of snapshots that are still to be asked for.
Result<std::vector<plan::SnapshotId>> read_page(const json::Reader& root, plan::StateView& state) {
    TRY_STATUS(read_environment(root, "target", state.target));
    TRY_STATUS(read_environment(root, "base", state.base));
    TRY_STATUS(read_environment(root, "prod", state.prod));
    if (root.has("prod")) read_ends(root, state.prod_ends);
    for (const auto& [key, list] :
         {std::pair("target_statements", &state.target_statements), {"prod_statements", &state.prod_statements}}) {
        if (!root.has(key)) continue;
        for (const json::Reader& item : root.list(key)) {
            TRY(plan::EnvironmentStatements statements, model::environment_statements_from_json(item));
            list->push_back(std::move(statements));
        }
    }
    for (const json::Reader& item : root.list("snapshots")) {
        TRY(plan::Snapshot snapshot, model::snapshot_from_json(item));
        plan::SnapshotId id = snapshot.id();
        state.snapshots.insert_or_assign(std::move(id), std::move(snapshot));
    }
    state.now = root.num("now");
    std::vector<plan::SnapshotId> more;
    if (root.has("more"))
        for (const json::Reader& item : root.list("more")) {
            TRY(plan::SnapshotId id, model::snapshot_id_from_json(item));
            more.push_back(std::move(id));
        }
    TRY_STATUS(root.status());
    return more;
}

Result<std::vector<plan::SnapshotId>> first_page(client::SchedulerClient& scheduler, const StateRequest& request,
                                                 std::size_t limit, plan::StateView& state) {
    json::Array ids;
    for (const plan::SnapshotId& id : request.ids) ids.raw(model::to_json(id));
    const std::string body = json::Object()
                                 .str("environment", request.environment)
                                 .str("create_from", request.create_from)
                                 .list("ids", ids)
                                 .flag("all", request.all)
                                 .num("limit", static_cast<std::int64_t>(limit))
                                 .dump();
    TRY(const json::Document document, scheduler.post("planning-state", body));
    return read_page(document.root(), state);
}

Ids ids_of(const plan::Fingerprints& fingerprints) {
    Ids out;
    for (const auto& [name, fingerprint] : fingerprints) out.insert({name, fingerprint.to_identifier()});
    return out;
}

/// A definition whose table a forward-only change has altered since is no longer what its snapshot says: it gets a
/// stamp, and with that a snapshot of its own. Nothing if there is none.
std::optional<project::Project> restamped(const project::Project& project, const Ids& ids,
                                          const plan::StateView& state) {
    std::optional<project::Project> out;
    for (const plan::SnapshotId& id : ids) {
        const auto found = state.snapshots.find(id);
        if (found == state.snapshots.end() || !found->second.unrestorable || !project.nodes.contains(id.name)) continue;
        if (!out) out = project;
        out->nodes.at(id.name).stamp = "revert to " + id.identifier;
    }
    return out;
}

StateRequest request_of(const plan::PlanOptions& options, Ids ids) {
    return {options.environment, options.create_from, std::move(ids), false};
}

}  // namespace

Result<plan::StateView> fetch_state(client::SchedulerClient& scheduler, const StateRequest& request) {
    plan::StateView state;
    TRY(const std::vector<plan::SnapshotId> more, first_page(scheduler, request, kPageSnapshots, state));
    for (std::size_t first = 0; first < more.size(); first += kPageSnapshots) {
        json::Array ids;
        for (std::size_t i = first; i < std::min(more.size(), first + kPageSnapshots); ++i)
            ids.raw(model::to_json(more[i]));
        TRY(const json::Document document, scheduler.post("planning-state", json::Object().list("ids", ids).dump()));
        TRY([[maybe_unused]] const auto rest, read_page(document.root(), state));
    }
    return state;
}

Result<plan::StateView> environment_record(client::SchedulerClient& scheduler, const std::string& environment) {
    plan::StateView state;
    TRY([[maybe_unused]] const auto more, first_page(scheduler, {environment, environment, {}, false}, 0, state));
    return state;
}

Result<plan::PlanOptions> plan_options(const Arguments& arguments, const project::Project& project) {
    const project::PlanDefaults& defaults = project.settings.plan;
    plan::PlanOptions out;
    const std::string named = arguments.value("environment").value_or("");
    out.environment =
        model::sanitize_environment_name(named.empty() ? project.settings.default_target_environment : named);
    out.start = arguments.value("start");
    out.end = arguments.value("end");
    out.execution_time = arguments.value("execution-time");
    out.create_from = model::sanitize_environment_name(arguments.value("create-from").value_or("prod"));
    out.restate_models = arguments.list("restate-model");
    out.select_models = arguments.list("select-model");
    out.backfill_models = arguments.list("backfill-model");
    out.allow_destructive_models = arguments.list("allow-destructive-model");
    out.allow_additive_models = arguments.list("allow-additive-model");
    out.no_gaps = arguments.flag("no-gaps");
    out.skip_backfill = arguments.flag("skip-backfill");
    out.empty_backfill = arguments.flag("empty-backfill");
    out.forward_only = arguments.flag("forward-only") || defaults.forward_only;
    out.effective_from = arguments.value("effective-from");
    out.include_unmodified = arguments.flag("include-unmodified") || defaults.include_unmodified;
    out.no_auto_categorization = arguments.flag("no-auto-categorization");
    out.run = arguments.flag("run");
    out.ignore_cron = arguments.flag("ignore-cron");
    out.enable_preview = arguments.flag("enable-preview") ? std::optional<bool>(true) : defaults.enable_preview;
    TRY(const std::optional<std::int64_t> min_intervals, arguments.number("min-intervals"));
    if (min_intervals) out.min_intervals = static_cast<int>(std::min<std::int64_t>(*min_intervals, 1'000'000));
    return out;
}

Result<Planned> make_plan(client::SchedulerClient& scheduler, const project::Project& project,
                          const plan::PlanOptions& options, const std::string& now) {
    TRY(auto fingerprints, plan::fingerprints(project.nodes));
    const project::Project* planned = &project;
    std::optional<project::Project> stamped;
    Ids ids = ids_of(fingerprints);
    // A selection mixes local definitions with the environment's: that gives ids which only the built plan
    // knows. If the scheduler has such a snapshot, the plan is built once more with it.
    constexpr int kRoundsMax = 2;
    Planned out;
    for (int round = 0; round < kRoundsMax; ++round) {
        TRY(out.state, fetch_state(scheduler, request_of(options, ids)));
        // With a selection the plan itself sees which of the mixed definitions need one.
        if (round == 0 && options.select_models.empty()) stamped = restamped(project, ids, out.state);
        if (round == 0 && stamped) {
            planned = &*stamped;
            TRY(fingerprints, plan::fingerprints(planned->nodes));
            ids = ids_of(fingerprints);
            TRY(out.state, fetch_state(scheduler, request_of(options, ids)));
        }
        if (!now.empty()) {
            TRY(out.state.now, time::parse_timelike(now, out.state.now));
        }
        TRY(out.plan, plan::build_plan(*planned, fingerprints, out.state, options));
        bool asked_all = true;
        for (const plan::Snapshot& snapshot : out.plan.new_snapshots)
            asked_all = !ids.insert(snapshot.id()).second && asked_all;
        if (asked_all) break;
    }
    const bool is_new = out.plan.is_new_environment;
    out.snapshots = plan::starting_snapshots(out.plan, out.state.snapshots, is_new ? out.state.base : out.state.target,
                                             out.state.prod);
    TRY(out.missing, plan::missing_intervals(out.plan, out.snapshots));
    return out;
}

Result<plan::StateView> environment_state(client::SchedulerClient& scheduler, const std::string& environment) {
    return fetch_state(scheduler, {model::sanitize_environment_name(environment), "prod", {}, false});
}

Result<plan::StateView> project_state(client::SchedulerClient& scheduler, const project::Project& project,
                                      const std::string& environment) {
    TRY(const auto fingerprints, plan::fingerprints(project.nodes));
    return fetch_state(scheduler, {model::sanitize_environment_name(environment), "prod", ids_of(fingerprints), false});
}

std::map<std::string, std::string> display_names(const Planned& planned) {
    std::map<std::string, std::string> out;
    const model::EnvironmentNaming& naming = planned.plan.environment.naming;
    for (const auto& [id, snapshot] : planned.snapshots) {
        const model::Node& node = snapshot.node;
        out[id.name] =
            model::is_model(node) ? plan::display_name(id.name, naming, node.dialect, node.default_catalog) : node.name;
    }
    return out;
}

std::map<std::string, std::string> kind_names(const Planned& planned) {
    std::map<std::string, std::string> out;
    for (const auto& [id, snapshot] : planned.snapshots)
        if (model::is_model(snapshot.node)) out[id.name] = model::to_string(snapshot.node.kind.name);
    return out;
}

std::string submission(const plan::Plan& plan) { return json::Object().raw("plan", plan::to_json(plan)).dump(); }

std::string plan_document(const Planned& planned, const std::string& work) {
    json::Object missing;
    for (const auto& [name, ranges] : planned.missing) missing.raw(name, model::to_json(ranges));
    json::Array differences;
    for (const plan::Difference& difference : planned.plan.differences)
        if (difference.change != plan::Change::unmodified)
            differences.sub(json::Object()
                                .str("name", difference.name)
                                .str("change", plan::to_string(difference.change))
                                .str("category", model::to_string(difference.category))
                                .flag("forward_only", difference.forward_only)
                                .strings("indirect", difference.indirect));
    json::Object out;
    out.str("schema", "towline.plan/v1")
        .str("environment", planned.plan.environment.naming.name)
        .flag("has_changes", planned.plan.has_changes)
        .flag("new_environment", planned.plan.is_new_environment)
        .num("execution_ts", planned.plan.execution_ts)
        .list("differences", differences)
        .sub("missing_intervals", missing)
        .strings("warnings", planned.plan.warnings);
    if (!work.empty()) out.raw("work", work);
    return out.dump();
}

Error planning_error(Error error) {
    if (error.code == ErrorCode::invalid) error.code = ErrorCode::internal;
    return error;
}

}  // namespace towline::commands
