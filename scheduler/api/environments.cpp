#include <algorithm>

#include "api/handlers.h"
#include "api/views.h"
#include "core/expiry.h"
#include "crypto/crypto.h"

namespace towline::api {
namespace {

constexpr std::size_t kReasonBytesMax = 1000;

bool is_paused(const std::vector<core::Pause>& pauses, const std::string& environment) {
    return std::any_of(pauses.begin(), pauses.end(),
                       [&](const core::Pause& pause) { return pause.environment == environment && !pause.model; });
}

/// A flag of a body that may be left out.
Result<bool> asked_for(const Context& context, std::string_view flag) {
    if (context.request.body.empty()) return false;
    TRY(const json::Document document, body_json(context));
    const bool asked = document.root().flag(flag, false);
    TRY_STATUS(document.root().status());
    return asked;
}

/// The one environment that a round of the janitor is asked for.
Result<std::optional<std::string>> asked_environment(const Context& context) {
    if (context.request.body.empty()) return std::optional<std::string>();
    TRY(const json::Document document, body_json(context));
    std::optional<std::string> name = document.root().maybe_str("environment");
    TRY_STATUS(document.root().status());
    return name;
}

/// Only the views of one environment, if its time is over; snapshots and the interval log are left alone.
Result<services::Janitor::Round> clean_one(Context& context, const std::string& name) {
    services::Janitor::Round round;
    TRY(const std::optional<model::Environment> environment, context.store().environment(context.project_id, name));
    if (!environment || !core::is_expired(*environment, context.now())) return round;
    TRY(const std::optional<std::string> work,
        context.services.janitor.clean_environment({context.project_id, context.principal.client_id, false},
                                                   *environment));
    if (work) round.works.push_back(*work);
    round.environments.push_back(name);
    return round;
}

}  // namespace

Answer list_environments(Context& context) {
    TRY(const std::vector<model::Environment> environments, context.store().environments(context.project_id));
    TRY(const std::vector<core::Pause> pauses, context.store().pauses(context.project_id));
    json::Array items;
    for (const model::Environment& environment : environments)
        items.raw(environment_json(environment, is_paused(pauses, environment.naming.name), false));
    return ok(json::Object().list("items", items).str("next_cursor", "").dump());
}

Answer show_environment(Context& context) {
    const std::string& name = context.param("name");
    TRY(const std::optional<model::Environment> environment, context.store().environment(context.project_id, name));
    if (!environment) return fail(ErrorCode::not_found, "environment '" + name + "' does not exist");
    TRY(const std::vector<core::Pause> pauses, context.store().pauses(context.project_id));
    return ok(environment_json(*environment, is_paused(pauses, name), true));
}

Answer invalidate_environment(Context& context) {
    const std::string& name = context.param("name");
    TRY(const bool sync, asked_for(context, "sync"));
    TRY_STATUS(context.store().invalidate_environment(context.project_id, name, context.now()));
    TRY_STATUS(context.store().add_audit_log(context.project_id, context.principal.client_id, "environment.invalidate",
                                             name, context.now()));
    if (!sync) return ok("{}");
    TRY(const std::optional<model::Environment> environment, context.store().environment(context.project_id, name));
    if (!environment) return ok("{}");  // the janitor was faster
    services::Janitor::Request request{context.project_id, context.principal.client_id, false};
    TRY(const std::optional<std::string> work, context.services.janitor.clean_environment(request, *environment));
    context.services.dispatcher.wake();
    return ok(json::Object().maybe("work", work).dump());
}

Answer clean_up(Context& context) {
    TRY(const bool ignore_ttl, asked_for(context, "ignore_ttl"));
    TRY(const std::optional<std::string> only, asked_environment(context));
    TRY_STATUS(context.store().add_audit_log(context.project_id, context.principal.client_id, "janitor",
                                             only         ? *only
                                             : ignore_ttl ? "ignore_ttl"
                                                          : "",
                                             context.now()));
    services::Janitor::Round round;
    if (only) {
        TRY(round, clean_one(context, *only));
    } else {
        TRY(round, context.services.janitor.clean({context.project_id, context.principal.client_id, ignore_ttl}));
    }
    context.services.dispatcher.wake();
    return ok(json::Object()
                  .strings("works", round.works)
                  .strings("environments", round.environments)
                  .num("snapshots", round.snapshots)
                  .num("tables", round.tables)
                  .dump());
}

Answer list_pauses(Context& context) {
    TRY(const std::vector<core::Pause> pauses, context.store().pauses(context.project_id));
    json::Array items;
    for (const core::Pause& pause : pauses) items.raw(pause_json(pause));
    return ok(json::Object().list("items", items).str("next_cursor", "").dump());
}

Answer add_pause(Context& context) {
    TRY(const json::Document document, body_json(context));
    const json::Reader body = document.root();
    core::Pause pause;
    pause.id = crypto::random_hex(8);
    pause.project_id = context.project_id;
    pause.environment = body.str("environment");
    pause.model = body.maybe_str("model");
    pause.reason = body.str("reason", "");
    pause.created_by = context.principal.client_id;
    pause.created_ts = context.now();
    TRY_STATUS(body.status());
    if (pause.reason.size() > kReasonBytesMax) return fail(ErrorCode::too_large, "the reason is too long");
    TRY(const std::optional<model::Environment> environment,
        context.store().environment(context.project_id, pause.environment));
    if (!environment) return fail(ErrorCode::not_found, "environment '" + pause.environment + "' does not exist");
    TRY_STATUS(context.store().add_pause(pause));
    TRY_STATUS(
        context.store().add_audit_log(context.project_id, pause.created_by, "pause.add", pause.id, context.now()));
    return created(pause_json(pause));
}

Answer remove_pause(Context& context) {
    TRY_STATUS(context.store().remove_pause(context.project_id, context.param("id")));
    TRY_STATUS(context.store().add_audit_log(context.project_id, context.principal.client_id, "pause.remove",
                                             context.param("id"), context.now()));
    context.services.dispatcher.wake();
    return ok("{}");
}

}  // namespace towline::api
