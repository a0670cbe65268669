// Plans and runs: submitting, listing, showing, cancelling.

#include <set>

#include "api/handlers.h"
#include "api/views.h"
#include "core/expiry.h"
#include "crypto/crypto.h"
#include "log/log.h"
#include "plan/codec.h"
#include "plan/fingerprint.h"
#include "services/run_options.h"

namespace towline::api {
namespace {

// SQLMesh has no limit; engines cut or refuse what is too long for them.
constexpr std::size_t kEnvironmentNameBytesMax = 200;

Status check_environment_name(const std::string& name) {
    if (name.empty() || name.size() > kEnvironmentNameBytesMax || name != model::sanitize_environment_name(name))
        return fail(ErrorCode::invalid, "'" + name + "' is not an environment name",
                    "use lower-case letters, digits and '_'");
    return {};
}

// What a client says about a definition is checked, not believed: hashes are computed again, parents must exist.
Status check_plan(Context& context, const plan::Plan& plan) {
    TRY_STATUS(check_environment_name(plan.environment.naming.name));
    std::set<model::SnapshotId> made;
    for (const model::Snapshot& snapshot : plan.new_snapshots) made.insert(snapshot.id());
    std::vector<model::SnapshotId> known;
    for (const model::SnapshotId& id : plan.snapshots)
        if (!made.contains(id)) known.push_back(id);
    for (const model::Snapshot& snapshot : plan.new_snapshots) {
        if (snapshot.name != snapshot.node.fqn)
            return fail(ErrorCode::invalid, "snapshot " + snapshot.name + " holds the definition of another model");
        TRY(const bool matches, plan::matches(snapshot.node, snapshot.fingerprint));
        if (!matches)
            return fail(ErrorCode::invalid, "the fingerprint of " + snapshot.name + " is not that of its definition",
                        "plan again with the same version of towline as the scheduler's");
        if (snapshot.version.empty() || snapshot.change_category == model::ChangeCategory::none)
            return fail(ErrorCode::invalid, "snapshot " + snapshot.name + " is not categorised");
    }
    TRY(const std::vector<model::Snapshot> stored, context.store().snapshots(context.project_id, known));
    if (stored.size() != known.size())
        return fail(ErrorCode::invalid, "the plan names snapshots that the scheduler does not know", "plan again");
    return {};
}

Status check_base(Context& context, const plan::Plan& plan) {
    const std::string& name = plan.environment.naming.name;
    TRY(const std::optional<model::Environment> existing, context.store().environment(context.project_id, name));
    if (!core::fits_base(existing, plan.environment.previous_plan_id.value_or(""), context.now()))
        return fail(ErrorCode::conflict, "environment '" + name + "' was changed by another plan", "plan again");
    return {};
}

bool is_work_id(std::string_view id) {
    return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// A client that lost the answer to its plan sends it again under the same id: it is the same plan.
Result<std::optional<core::Work>> known_plan(Context& context, const plan::Plan& plan, const std::string& document) {
    Result<core::Work> work = context.store().work(context.project_id, plan.plan_id);
    if (!work && work.error().code == ErrorCode::not_found) return std::optional<core::Work>();
    if (!work) return fail(work.error());
    TRY(const std::string stored, context.store().work_document(context.project_id, plan.plan_id));
    if (stored != document || work->created_by != context.principal.client_id)
        return fail(ErrorCode::conflict, "that id belongs to another plan", "plan again");
    return std::optional<core::Work>(std::move(*work));
}

Result<std::string> show(Context& context, const core::Work& work) {
    WorkExtras extras;
    if (work.state == core::WorkState::queued) {
        TRY(const std::vector<core::Work> open, context.store().open_works());
        int position = 0;
        for (const core::Work& other : open) {
            if (!core::holds_back(other, work)) continue;
            ++position;
            extras.waiting_for = std::string(core::to_string(other.kind)) + " " + other.id;
        }
        extras.queue_position = position;
    } else if (work.stage_index >= 0) {
        TRY(extras.tasks, context.store().stage_counts(work));
    }
    return work_json(work, extras);
}

Answer list(Context& context, core::WorkKind kind) {
    TRY(const store::PageRequest page, page_request(context));
    store::WorkFilter filter;
    filter.kind = kind;
    if (const auto name = context.query.find("environment")) filter.environment = std::string(*name);
    if (const auto word = context.query.find("state")) {
        TRY(filter.state, core::work_state_from(*word));
    }
    TRY(const store::Page<core::Work> works, context.store().works(context.project_id, filter, page));
    return ok(page_json(works, [](const core::Work& work) { return work_json(work, {}); }));
}

Result<core::Work> find(Context& context, core::WorkKind kind) {
    TRY(core::Work work, context.store().work(context.project_id, context.param("id")));
    if (work.kind != kind) return fail(ErrorCode::not_found, "there is no such " + std::string(core::to_string(kind)));
    return work;
}

Answer show_one(Context& context, core::WorkKind kind) {
    TRY(const core::Work work, find(context, kind));
    TRY(std::string body, show(context, work));
    return ok(std::move(body));
}

// What was asked for is stored by now: that it cannot go on at once is repaired by the next tick and no failure of the
// request, which the caller would repeat.
void advance(Context& context, const core::Work& work) {
    const Result<bool> advanced = context.services.advancer.advance(context.project_id, work.id);
    if (!advanced) log::failure(log::Level::warn, "a work cannot be advanced now", advanced.error().in(work.id));
}

Answer cancel(Context& context, core::WorkKind kind) {
    TRY(core::Work work, find(context, kind));
    if (core::is_final(work.state))
        return fail(ErrorCode::conflict, "it has ended already: " + std::string(core::to_string(work.state)));
    TRY_STATUS(context.store().request_cancel(context.project_id, work.id, true, context.now()));
    TRY_STATUS(context.store().add_audit_log(context.project_id, context.principal.client_id,
                                             std::string(core::to_string(kind)) + ".cancel", work.id, context.now()));
    advance(context, work);
    context.services.dispatcher.wake_holders();
    TRY(work, context.store().work(context.project_id, work.id));
    TRY(std::string body, show(context, work));
    return std::optional<http::Response>(json_response(202, std::move(body)));
}

}  // namespace

Answer submit_plan(Context& context) {
    TRY(const json::Document document, body_json(context));
    TRY(plan::Plan plan, plan::plan_from_json(document.root().sub("plan")));
    TRY_STATUS(document.root().status());
    if (plan.plan_id.empty()) plan.plan_id = crypto::random_hex(16);
    if (!is_work_id(plan.plan_id)) return fail(ErrorCode::invalid, "a plan's id is 32 lower-case hex digits");
    plan.environment.plan_id = plan.plan_id;
    const std::string text = plan::to_json(plan);
    TRY(const std::optional<core::Work> known, known_plan(context, plan, text));
    if (known) {
        TRY(std::string body, show(context, *known));
        return ok(std::move(body));
    }
    TRY_STATUS(check_plan(context, plan));
    TRY_STATUS(check_base(context, plan));
    core::Work work;
    work.id = plan.plan_id;
    work.kind = core::WorkKind::plan;
    work.project_id = context.project_id;
    work.environment = plan.environment.naming.name;
    work.trigger = "cli";
    work.created_by = context.principal.client_id;
    work.base_plan_id = plan.environment.previous_plan_id.value_or("");
    work.execution_ts = plan.execution_ts;
    work.created_ts = context.now();
    work.document = text;
    TRY_STATUS(context.store().ensure_project(context.project_id, context.now()));
    TRY_STATUS(context.store().add_work(work));
    TRY_STATUS(context.store().add_audit_log(context.project_id, context.principal.client_id, "plan.submit", work.id,
                                             context.now()));
    log::info("plan submitted", {{"plan", work.id}, {"environment", work.environment}});
    advance(context, work);
    context.services.dispatcher.wake();
    TRY(const core::Work submitted, context.store().work(context.project_id, work.id));
    TRY(std::string body, show(context, submitted));
    return created(std::move(body));
}

Answer request_run(Context& context) {
    TRY(const json::Document document, body_json(context));
    TRY(const services::RunOptions options, services::run_options_from_json(document.root()));
    const std::string name = document.root().str("environment", "prod");
    TRY_STATUS(document.root().status());
    TRY_STATUS(check_environment_name(name));
    TRY(const std::optional<model::Environment> environment, context.store().environment(context.project_id, name));
    if (!environment)
        return fail(ErrorCode::not_found, "environment '" + name + "' does not exist", "apply a plan to it first");
    core::Work work = services::new_run(context.project_id, *environment, context.now());
    work.trigger = "manual";
    work.created_by = context.principal.client_id;
    TRY(const services::CronEnqueuer::Requested requested, context.services.cron.request(work, options));
    if (!requested.work_id)
        return ok(json::Object().flag("nothing_to_do", true).maybe_num("next_run_ts", requested.next_run_ts).dump());
    context.services.dispatcher.wake();
    TRY(const core::Work made, context.store().work(context.project_id, *requested.work_id));
    TRY(std::string body, show(context, made));
    return created(std::move(body));
}

Answer list_plans(Context& context) { return list(context, core::WorkKind::plan); }
Answer show_plan(Context& context) { return show_one(context, core::WorkKind::plan); }
Answer cancel_plan(Context& context) { return cancel(context, core::WorkKind::plan); }
Answer list_runs(Context& context) { return list(context, core::WorkKind::run); }
Answer show_run(Context& context) { return show_one(context, core::WorkKind::run); }
Answer cancel_run(Context& context) { return cancel(context, core::WorkKind::run); }

}  // namespace towline::api
