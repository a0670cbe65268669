#include "api/views.h"

#include "json/json.h"
#include "model/codec.h"
#include "plan/codec.h"
#include "protocol/limits.h"

namespace towline::api {
namespace {

std::string stage_state(const core::Work& work, int index) {
    if (index < work.stage_index) return "succeeded";
    if (index > work.stage_index) return "waiting";
    switch (work.state) {
        case core::WorkState::queued:
        case core::WorkState::running:
            return "running";
        case core::WorkState::succeeded:
            return "succeeded";
        case core::WorkState::failed:
            return "failed";
        case core::WorkState::cancelled:
            return "cancelled";
    }
    return "waiting";
}

}  // namespace

std::string work_json(const core::Work& work, const WorkExtras& extras) {
    json::Array stages;
    for (std::size_t i = 0; i < work.stages.size(); ++i)
        stages.sub(json::Object()
                       .str("kind", plan::to_string(work.stages[i]))
                       .str("state", stage_state(work, static_cast<int>(i))));
    json::Object object;
    object.str("id", work.id)
        .str("kind", core::to_string(work.kind))
        .str("environment", work.environment)
        .str("state", core::to_string(work.state))
        .str("trigger", work.trigger)
        .str("created_by", work.created_by)
        .str("error", work.error)
        .flag("cancel_requested", work.cancel_requested)
        .list("stages", stages)
        .num("stage_index", work.stage_index)
        .num("execution_ts", work.execution_ts)
        .num("created_ts", work.created_ts)
        .maybe_num("started_ts", work.started_ts)
        .maybe_num("ended_ts", work.ended_ts);
    if (extras.queue_position) object.num("queue_position", *extras.queue_position);
    if (!extras.waiting_for.empty()) object.str("waiting_for", extras.waiting_for);
    if (extras.tasks)
        object.sub("tasks", json::Object()
                                .num("open", extras.tasks->open)
                                .num("succeeded", extras.tasks->succeeded)
                                .num("failed", extras.tasks->failed)
                                .num("skipped", extras.tasks->skipped)
                                .num("cancelled", extras.tasks->cancelled));
    return object.dump();
}

std::string task_json(const core::Task& task, const std::string& executor_name) {
    json::Object object;
    object.str("id", task.id)
        .str("work_id", task.work_id)
        .str("work_kind", core::to_string(task.work_kind))
        .num("stage_index", task.stage_index)
        .str("key", task.spec.key)
        .str("kind", plan::to_string(task.spec.kind))
        .str("name", task.spec.name)
        .str("environment", task.spec.environment)
        .str("state", core::to_string(task.state))
        .num("blocked_by", task.blocked_by)
        .num("attempt", task.attempt)
        .num("tries_max", task.tries_max)
        .num("epoch", task.epoch)
        .list("interval", json::Array().num(task.spec.interval.start).num(task.spec.interval.end))
        .strings("labels", task.spec.labels)
        .str("executor_id", task.executor_id)
        .str("executor_name", executor_name)
        .str("error_code", task.error_code)
        .str("error_message", task.error_message)
        .num("run_at", task.run_at)
        .maybe_num("lease_until", task.lease_until)
        .flag("cancel_requested", task.cancel_requested)
        .num("created_ts", task.created_ts)
        .maybe_num("started_ts", task.started_ts)
        .maybe_num("ended_ts", task.ended_ts);
    if (task.started_ts && task.ended_ts) object.num("duration_ms", *task.ended_ts - *task.started_ts);
    return object.dump();
}

std::string attempt_json(const core::Attempt& attempt) {
    return json::Object()
        .str("id", attempt.id)
        .num("number", attempt.number)
        .num("epoch", attempt.epoch)
        .str("executor_id", attempt.executor_id)
        .str("executor_name", attempt.executor_name)
        .str("state", attempt.state)
        .num("started_ts", attempt.started_ts)
        .maybe_num("ended_ts", attempt.ended_ts)
        .num("duration_ms", attempt.duration_ms)
        .maybe_num("rows", attempt.rows)
        .str("error_code", attempt.error_code)
        .str("error_message", attempt.error_message)
        .dump();
}

std::string gateways_json(const std::vector<project::Gateway>& gateways) {
    json::Array items;
    for (const project::Gateway& gateway : gateways)
        items.sub(json::Object()
                      .str("name", gateway.name)
                      .str("type", gateway.type)
                      .maybe("default_catalog", gateway.default_catalog));
    return items.dump();
}

std::string executor_json(const core::Executor& executor, int slots_used, model::TimestampMs now) {
    std::string state(core::to_string(executor.state));
    const bool unheard = now - executor.last_seen_ts > 2 * protocol::kLeaseTtl.count();
    if (executor.state == core::ExecutorState::active && executor.drain_requested) state = "draining";
    if (executor.state != core::ExecutorState::fenced && unheard) state = "lost";
    return json::Object()
        .str("id", executor.id)
        .str("kind", protocol::to_string(executor.kind))
        .str("name", executor.name)
        .str("state", state)
        .str("version", executor.version)
        .num("slots", executor.slots)
        .num("slots_used", slots_used)
        .num("registered_ts", executor.registered_ts)
        .num("last_seen_ts", executor.last_seen_ts)
        .raw("gateways", gateways_json(executor.gateways))
        .strings("labels", executor.labels)
        .dump();
}

std::string environment_json(const model::Environment& environment, bool paused, bool with_snapshots) {
    json::Object object;
    object.str("name", environment.naming.name)
        .str("plan_id", environment.plan_id)
        .maybe("previous_plan_id", environment.previous_plan_id)
        .maybe_num("finalized_ts", environment.finalized_ts)
        .maybe_num("expiration_ts", environment.expiration_ts)
        .str("start_at", environment.start_at)
        .maybe("end_at", environment.end_at)
        .num("models", static_cast<std::int64_t>(environment.snapshots.size()))
        .num("promoted", static_cast<std::int64_t>(model::promoted_snapshots(environment).size()))
        .flag("paused", paused);
    if (with_snapshots) {
        json::Array snapshots;
        for (const model::TableInfo& info : environment.snapshots) snapshots.raw(model::to_json(info));
        object.list("snapshots", snapshots);
    }
    return object.dump();
}

std::string pause_json(const core::Pause& pause) {
    return json::Object()
        .str("id", pause.id)
        .str("environment", pause.environment)
        .maybe("model", pause.model)
        .str("reason", pause.reason)
        .str("created_by", pause.created_by)
        .num("created_ts", pause.created_ts)
        .dump();
}

std::string client_json(const store::Client& client) {
    return json::Object()
        .str("client_id", client.id)
        .str("project", client.project_id)
        .str("name", client.name)
        .strings("scopes", client.scopes)
        .num("created_ts", client.created_ts)
        .maybe_num("revoked_ts", client.revoked_ts)
        .maybe_num("last_used_ts", client.last_used_ts)
        .dump();
}

}  // namespace towline::api
