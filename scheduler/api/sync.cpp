// The one call of an executor (design section 3): completions in, leases renewed, tasks and cancels out. When there is
// nothing to say the exchange is parked with the dispatcher.

#include <algorithm>
#include <random>
#include <set>

#include "api/handlers.h"
#include "auth/scopes.h"
#include "log/log.h"
#include "protocol/limits.h"

namespace towline::api {
namespace {

std::uint64_t random_number() {
    static thread_local std::mt19937_64 random{std::random_device{}()};
    return random();
}

Status check_boot(const core::Executor& executor, const protocol::SyncRequest& request) {
    if (executor.state == core::ExecutorState::fenced || executor.boot_id != request.boot_id)
        return fail(ErrorCode::superseded, "a newer executor of the name '" + executor.name + "' has registered",
                    "give each executor a name of its own");
    return {};
}

// Delivers finished work. Works whose stage may be over are advanced before the answer, so that what they free can be
// claimed by this very call.
Status take_completions(Context& context, const core::Executor& executor, const protocol::SyncRequest& request,
                        protocol::SyncResponse& response) {
    TRY(const std::vector<store::CompletionResult> results,
        context.store().complete(context.project_id, executor.id, request.completions, context.now(), random_number()));
    bool freed = false;
    std::set<std::string> over;
    for (std::size_t i = 0; i < results.size(); ++i) {
        response.acks.push_back({request.completions[i].lease.attempt_id, results[i].ack});
        freed = freed || results[i].freed_tasks;
        if (results[i].work_may_advance) over.insert(results[i].work_id);
    }
    for (const std::string& work_id : over) {
        const Result<bool> advanced = context.services.advancer.advance(context.project_id, work_id);
        if (!advanced) log::failure(log::Level::warn, "a work cannot be advanced now", advanced.error());
        freed = freed || (advanced && *advanced);
    }
    if (freed) context.services.dispatcher.wake();
    return {};
}

store::ClaimOffer offer_of(const core::Executor& executor) {
    std::vector<std::string> names;
    for (const project::Gateway& gateway : executor.gateways) names.push_back(gateway.name);
    std::sort(names.begin(), names.end());
    return {std::move(names), executor.labels};
}

Status take_news(Context& context, core::Executor& executor, const protocol::SyncRequest& request) {
    const bool gateways_changed = !request.gateways.empty();
    const core::ExecutorState state = request.draining ? core::ExecutorState::draining : core::ExecutorState::active;
    if (!gateways_changed && state == executor.state) return {};
    if (gateways_changed) executor.gateways = request.gateways;
    executor.state = state;
    return context.store().set_executor(executor);
}

void park(Context& context, const core::Executor& executor, const protocol::SyncRequest& request, int slots,
          std::uint64_t wakes_seen) {
    services::ParkedSync sync;
    sync.wakes_seen = wakes_seen;
    sync.project_id = context.project_id;
    sync.kind = executor.kind;
    sync.executor_id = executor.id;
    sync.slots = slots;
    sync.offer = offer_of(executor);
    sync.held = request.held;
    sync.asks_more = request.asks_more;
    const auto wait = std::clamp<std::int64_t>(request.wait_ms, 0, protocol::kSyncWaitMax.count());
    sync.deadline = context.services.clock.steady_now() + std::chrono::milliseconds(wait);
    // Shared with the server: the exchange outlives this call until the dispatcher answers it.
    const std::shared_ptr<http::Exchange> exchange = context.exchange;
    exchange->park();
    sync.alive = [exchange] { return !exchange->closed(); };
    sync.answer = [exchange](const protocol::SyncResponse& response) {
        exchange->send(json_response(200, protocol::to_json(response)));
    };
    context.services.dispatcher.park(std::move(sync));
}

}  // namespace

Answer sync_executor(Context& context) {
    TRY(const json::Document document, body_json(context));
    TRY(const protocol::SyncRequest request, protocol::sync_request_from_json(document.root()));
    TRY(core::Executor executor, context.store().executor(context.project_id, context.param("id")));
    // A token for runs must not take the work of plans under another executor's id.
    const std::string scope = "executor:" + std::string(protocol::to_string(executor.kind));
    if (!auth::permits(context.principal.scopes, scope))
        return fail(ErrorCode::forbidden, "the token lacks scope " + scope);
    TRY_STATUS(check_boot(executor, request));
    TRY_STATUS(take_news(context, executor, request));
    context.services.dispatcher.seen(executor.id);

    protocol::SyncResponse response;
    response.lease_ttl_ms = protocol::kLeaseTtl.count();
    response.drain = executor.drain_requested;
    TRY_STATUS(take_completions(context, executor, request, response));
    TRY(store::TaskStore::Renewal renewal,
        context.store().renew(executor.id, request.held, context.now(), protocol::kLeaseTtl.count()));
    // A cancel that the executor is already carrying out is not news.
    std::erase_if(renewal.cancels, [&](const std::string& attempt) {
        return std::find(request.cancelling.begin(), request.cancelling.end(), attempt) != request.cancelling.end();
    });
    response.lost = std::move(renewal.lost);
    response.cancels = std::move(renewal.cancels);

    const std::uint64_t wakes_seen = context.services.dispatcher.wakes();
    const bool takes_work = !request.draining && !executor.drain_requested && request.slots_free > 0;
    const int slots = takes_work ? std::min({request.slots_free, executor.slots, protocol::kSlotsMax}) : 0;
    if (slots > 0) {
        TRY(auto claimed, context.store().claim(context.project_id, executor.kind, offer_of(executor),
                                                {{executor.id, slots}}, context.now(), protocol::kLeaseTtl.count()));
        for (auto& [id, task] : claimed) response.tasks.push_back(std::move(task));
        if (request.asks_more) services::note_what_follows(context.store(), response.tasks);
    }
    const bool has_news = !response.acks.empty() || !response.lost.empty() || !response.cancels.empty() ||
                          !response.tasks.empty() || (response.drain && !request.draining);
    if (has_news || request.wait_ms <= 0) return ok(protocol::to_json(response));
    park(context, executor, request, slots, wakes_seen);
    return std::optional<http::Response>();
}

}  // namespace towline::api
