#include <algorithm>
#include <cstdlib>
#include <map>

#include "api/handlers.h"
#include "api/views.h"
#include "auth/scopes.h"
#include "crypto/crypto.h"
#include "log/log.h"
#include "protocol/limits.h"

namespace towline::api {
namespace {

constexpr std::size_t kNameBytesMax = 100;
constexpr std::size_t kGatewaysMax = 100;

Status check(const Context& context, const protocol::RegisterRequest& request) {
    if (request.protocol != protocol::kVersion)
        return fail(ErrorCode::unsupported,
                    "the executor speaks protocol " + std::to_string(request.protocol) + ", the scheduler 1",
                    "upgrade the older of the two");
    if (request.name.empty() || request.name.size() > kNameBytesMax || request.boot_id.empty() ||
        request.boot_id.size() > kNameBytesMax)
        return fail(ErrorCode::invalid, "an executor needs a name and a boot id of 1 to 100 bytes");
    if (request.slots < 1 || request.slots > protocol::kSlotsMax)
        return fail(ErrorCode::invalid, "slots must be 1 to " + std::to_string(protocol::kSlotsMax));
    if (request.gateways.size() > kGatewaysMax) return fail(ErrorCode::too_large, "too many gateways");
    const std::string scope = "executor:" + std::string(protocol::to_string(request.kind));
    if (!auth::permits(context.principal.scopes, scope))
        return fail(ErrorCode::forbidden, "the token lacks scope " + scope);
    return {};
}

Result<core::Executor> change_drain(Context& context, bool drain) {
    TRY(core::Executor executor, context.store().executor(context.project_id, context.param("id")));
    executor.drain_requested = drain;
    if (!drain && executor.state == core::ExecutorState::draining) executor.state = core::ExecutorState::active;
    TRY_STATUS(context.store().set_executor(executor));
    TRY_STATUS(context.store().add_audit_log(context.project_id, context.principal.client_id,
                                             drain ? "executor.drain" : "executor.resume", executor.id, context.now()));
    context.services.dispatcher.recall({executor.id});
    return executor;
}

}  // namespace

Answer register_executor(Context& context) {
    TRY(const json::Document document, body_json(context));
    TRY(const protocol::RegisterRequest request, protocol::register_request_from_json(document.root()));
    TRY_STATUS(check(context, request));
    TRY_STATUS(context.store().ensure_project(context.project_id, context.now()));
    core::Executor executor;
    executor.id = crypto::random_hex(8);
    executor.project_id = context.project_id;
    executor.kind = request.kind;
    executor.name = request.name;
    executor.boot_id = request.boot_id;
    executor.client_id = context.principal.client_id;
    executor.version = request.version;
    executor.slots = request.slots;
    executor.gateways = request.gateways;
    executor.labels = request.labels;
    executor.registered_ts = context.now();
    executor.last_seen_ts = context.now();
    TRY(const core::Executor registered, context.store().register_executor(executor));
    context.services.dispatcher.wake_holders();
    context.services.dispatcher.wake();

    protocol::RegisterResponse response;
    response.executor_id = registered.id;
    response.lease_ttl_ms = protocol::kLeaseTtl.count();
    response.sync_wait_ms = protocol::kSyncWaitMax.count();
    response.clock_skew_ms = request.now_ms == 0 ? 0 : request.now_ms - context.now();
    if (std::abs(response.clock_skew_ms) > protocol::kClockSkewWarning.count())
        log::warn("an executor's clock differs", {{"executor", request.name}, {"skew_ms", response.clock_skew_ms}});
    log::info("executor registered", {{"executor", registered.id},
                                      {"name", registered.name},
                                      {"kind", protocol::to_string(registered.kind)},
                                      {"slots", registered.slots}});
    return created(protocol::to_json(response));
}

Answer list_executors(Context& context) {
    TRY(const std::vector<core::Executor> executors, context.store().executors(context.project_id));
    store::TaskFilter leased;
    leased.state = core::TaskState::leased;
    TRY(const auto page, context.store().tasks(context.project_id, leased, {"", protocol::kPageItemsMax}));
    std::map<std::string, int> used;
    for (const core::Task& task : page.items) ++used[task.executor_id];
    json::Array items;
    for (const core::Executor& executor : executors) {
        if (executor.state == core::ExecutorState::fenced) continue;
        items.raw(executor_json(executor, used[executor.id], context.now()));
    }
    return ok(json::Object().list("items", items).str("next_cursor", "").dump());
}

Answer drain_executor(Context& context) {
    TRY(const core::Executor executor, change_drain(context, true));
    return ok(executor_json(executor, 0, context.now()));
}

Answer resume_executor(Context& context) {
    TRY(const core::Executor executor, change_drain(context, false));
    return ok(executor_json(executor, 0, context.now()));
}

Answer forget_executor(Context& context) {
    TRY_STATUS(context.store().forget_executor(context.project_id, context.param("id")));
    TRY_STATUS(context.store().add_audit_log(context.project_id, context.principal.client_id, "executor.forget",
                                             context.param("id"), context.now()));
    context.services.dispatcher.recall({context.param("id")});
    context.services.dispatcher.wake();
    return ok("{}");
}

Answer list_gateways(Context& context) {
    TRY(const std::vector<core::Executor> executors, context.store().executors(context.project_id));
    std::map<std::string, project::Gateway> gateways;
    std::vector<core::Executor> newest = executors;
    std::sort(newest.begin(), newest.end(),
              [](const core::Executor& a, const core::Executor& b) { return a.registered_ts < b.registered_ts; });
    for (const core::Executor& executor : newest)
        for (const project::Gateway& gateway : executor.gateways) gateways[gateway.name] = gateway;
    std::vector<project::Gateway> list;
    for (auto& [name, gateway] : gateways) list.push_back(std::move(gateway));
    return ok(json::Object().raw("items", gateways_json(list)).str("next_cursor", "").dump());
}

}  // namespace towline::api
