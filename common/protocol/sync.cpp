// The one call of an executor: renewals and results up, tasks, cancels and directives down.
#include "plan/codec.h"
#include "protocol/bounds.h"
#include "protocol/executor.h"

namespace towline::protocol {
namespace {

std::string to_json(const LeaseRef& v) {
    return json::Object().str("task_id", v.task_id).str("attempt_id", v.attempt_id).num("epoch", v.epoch).dump();
}

LeaseRef lease_from(const json::Reader& reader) {
    return {name_text(reader, "task_id"), name_text(reader, "attempt_id"), reader.num("epoch")};
}

std::string to_json(const LeasedTask& v) {
    json::Object out;
    out.raw("lease", to_json(v.lease))
        .num("fence", v.fence)
        .str("work_kind", v.work_kind)
        .str("work_id", v.work_id)
        .str("plan_id", v.plan_id)
        .num("attempt", v.attempt)
        .num("tries_max", v.tries_max)
        .str("project", v.project)
        .str("trace_id", v.trace_id)
        .raw("spec", plan::to_json(v.spec));
    if (v.more_follows) out.flag("more_follows", true);
    return out.dump();
}

Result<LeasedTask> leased_task_from(const json::Reader& reader, LeaseRef lease) {
    LeasedTask v;
    v.lease = std::move(lease);
    v.fence = reader.num("fence");
    v.work_kind = reader.str("work_kind");
    v.work_id = reader.str("work_id");
    v.plan_id = reader.str("plan_id", "");
    v.attempt = static_cast<int>(reader.num("attempt", 1));
    v.tries_max = static_cast<int>(reader.num("tries_max", 1));
    v.project = reader.str("project", "");
    v.trace_id = reader.str("trace_id", "");
    v.more_follows = reader.flag("more_follows", false);
    TRY(v.spec, plan::task_spec_from_json(reader.sub("spec")));
    return v;
}

/// True if this version knows what the task wants. A newer scheduler's kinds are handed back, not failed.
bool is_known_kind(const json::Reader& task) { return plan::task_kind_from(task.sub("spec").str("kind")).has_value(); }

AuditResult audit_from(const json::Reader& reader) {
    AuditResult audit;
    audit.name = name_text(reader, "name");
    audit.blocking = reader.flag("blocking", true);
    audit.count = reader.num("count", 0);
    audit.status = reader.str("status");
    if (audit.status != "passed" && audit.status != "failed" && audit.status != "skipped" && audit.status != "error")
        reader.reject("status", "must be passed, failed, skipped or error");
    return audit;
}

}  // namespace

std::string to_json(const Completion& v) {
    json::Array audits;
    for (const AuditResult& audit : v.audits)
        audits.sub(json::Object()
                       .str("name", audit.name)
                       .flag("blocking", audit.blocking)
                       .num("count", audit.count)
                       .str("status", audit.status));
    return json::Object()
        .raw("lease", to_json(v.lease))
        .str("outcome", to_string(v.outcome))
        .num("duration_ms", v.duration_ms)
        .maybe_num("rows", v.rows)
        .str("error_code", v.error_code)
        .str("error_message", v.error_message)
        .flag("retryable", v.retryable)
        .list("audits", audits)
        .dump();
}

Result<Completion> completion_from_json(const json::Reader& reader) {
    Completion v;
    v.lease = lease_from(reader.sub("lease"));
    const Result<Outcome> outcome = outcome_from(reader.str("outcome"));
    if (outcome)
        v.outcome = *outcome;
    else
        reader.reject("outcome", outcome.error().message);
    v.duration_ms = reader.num("duration_ms", 0);
    v.rows = reader.maybe_num("rows");
    v.error_code = reader.str("error_code", "");
    if (v.error_code.size() > kNameBytesMax) reader.reject("error_code", "is too long");
    v.error_message = message_text(reader, "error_message");
    v.retryable = reader.flag("retryable", true);
    for (const json::Reader& item : bounded_list(reader, "audits", kAuditsMax)) v.audits.push_back(audit_from(item));
    TRY_STATUS(reader.status());
    return v;
}

std::string to_json(const SyncRequest& v) {
    json::Array held, completions, gateways;
    for (const LeaseRef& lease : v.held) held.raw(to_json(lease));
    for (const Completion& completion : v.completions) completions.raw(to_json(completion));
    for (const project::Gateway& gateway : v.gateways) gateways.raw(to_json(gateway));
    json::Object out;
    out.str("boot_id", v.boot_id)
        .num("slots_free", v.slots_free)
        .flag("draining", v.draining)
        .num("wait_ms", v.wait_ms)
        .list("held", held)
        .list("completions", completions)
        .strings("cancelling", v.cancelling)
        .str("health", v.health);
    if (!v.gateways.empty()) out.list("gateways", gateways);
    if (v.asks_more) out.flag("asks_more", true);
    return out.dump();
}

Result<SyncRequest> sync_request_from_json(const json::Reader& reader) {
    SyncRequest v;
    v.boot_id = name_text(reader, "boot_id");
    const std::int64_t slots_free = reader.num("slots_free", 0);
    if (slots_free < 0 || slots_free > kSlotsMax)
        reader.reject("slots_free", fmt::format("must be 0 to {}", kSlotsMax));
    v.slots_free = static_cast<int>(slots_free);
    v.draining = reader.flag("draining", false);
    v.wait_ms = reader.num("wait_ms", 0);
    if (v.wait_ms < 0) reader.reject("wait_ms", "must not be negative");
    for (const json::Reader& item : bounded_list(reader, "held", kSyncItemsMax)) v.held.push_back(lease_from(item));
    for (const json::Reader& item : bounded_list(reader, "completions", kSyncItemsMax)) {
        TRY(Completion completion, completion_from_json(item));
        v.completions.push_back(std::move(completion));
    }
    v.cancelling = name_list(reader, "cancelling", kSyncItemsMax);
    v.health = reader.str("health", "ok");
    for (const json::Reader& item : bounded_list(reader, "gateways", kGatewaysMax)) {
        TRY(project::Gateway gateway, gateway_from_json(item));
        v.gateways.push_back(std::move(gateway));
    }
    v.asks_more = reader.flag("asks_more", false);
    TRY_STATUS(reader.status());
    return v;
}

std::string to_json(const SyncResponse& v) {
    json::Array acks, tasks;
    for (const CompletionAck& ack : v.acks)
        acks.sub(json::Object().str("attempt_id", ack.attempt_id).str("ack", to_string(ack.ack)));
    for (const LeasedTask& task : v.tasks) tasks.raw(to_json(task));
    return json::Object()
        .num("lease_ttl_ms", v.lease_ttl_ms)
        .list("acks", acks)
        .strings("lost", v.lost)
        .list("tasks", tasks)
        .strings("cancels", v.cancels)
        .flag("drain", v.drain)
        .dump();
}

Result<SyncResponse> sync_response_from_json(const json::Reader& reader) {
    SyncResponse v;
    v.lease_ttl_ms = reader.num("lease_ttl_ms");
    for (const json::Reader& item : bounded_list(reader, "acks", kSyncItemsMax)) {
        CompletionAck ack{name_text(item, "attempt_id"), Ack::unknown};
        const Result<Ack> word = ack_from(item.str("ack"));
        if (word)
            ack.ack = *word;
        else
            item.reject("ack", word.error().message);
        v.acks.push_back(std::move(ack));
    }
    v.lost = name_list(reader, "lost", kSyncItemsMax);
    for (const json::Reader& item : bounded_list(reader, "tasks", kSlotsMax)) {
        LeaseRef lease = lease_from(item.sub("lease"));
        if (!is_known_kind(item)) {
            v.unreadable.push_back(std::move(lease));
            continue;
        }
        TRY(LeasedTask task, leased_task_from(item, std::move(lease)));
        v.tasks.push_back(std::move(task));
    }
    v.cancels = name_list(reader, "cancels", kSyncItemsMax);
    v.drain = reader.flag("drain", false);
    TRY_STATUS(reader.status());
    return v;
}

}  // namespace towline::protocol
