#include "api/why.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "protocol/limits.h"

namespace towline::api {
namespace {

using core::TaskState;

bool is_heard_of(const core::Executor& executor, model::TimestampMs now) {
    return executor.state != core::ExecutorState::fenced &&
           now - executor.last_seen_ts <= 2 * protocol::kLeaseTtl.count();
}

bool knows_gateway(const core::Executor& executor, const core::Task& task) {
    if (!task.spec.gateway) return true;
    return std::any_of(executor.gateways.begin(), executor.gateways.end(),
                       [&](const project::Gateway& gateway) { return gateway.name == *task.spec.gateway; });
}

bool has_label(const core::Executor& executor, const std::string& label) {
    return std::find(executor.labels.begin(), executor.labels.end(), label) != executor.labels.end();
}

protocol::ExecutorKind wanted_kind(const core::Task& task) {
    return task.work_kind == core::WorkKind::plan ? protocol::ExecutorKind::apply : protocol::ExecutorKind::run;
}

std::string why_not(const core::Executor& executor, const WhyInput& input) {
    if (executor.kind != wanted_kind(input.task))
        return fmt::format("takes {} work only", executor.kind == protocol::ExecutorKind::apply ? "plan" : "run");
    if (!is_heard_of(executor, input.now)) return "not heard of";
    if (executor.drain_requested || executor.state == core::ExecutorState::draining) return "draining";
    if (!knows_gateway(executor, input.task)) return "has no gateway '" + *input.task.spec.gateway + "'";
    if (input.task.spec.labels.empty() && !protocol::takes_unlabelled(executor.labels))
        return "takes only tasks that ask for its labels";
    for (const std::string& label : input.task.spec.labels)
        if (!has_label(executor, label)) return "lacks the label '" + label + "'";
    const auto used = std::count_if(input.leased.begin(), input.leased.end(),
                                    [&](const core::Task& task) { return task.executor_id == executor.id; });
    if (used >= executor.slots) return fmt::format("all {} slots are taken", executor.slots);
    return "can take it";
}

std::string blocked_reason(const WhyInput& input) {
    if (input.task.stage_index > input.work.stage_index)
        return input.work.state == core::WorkState::queued
                   ? fmt::format("the {} waits for the environment", core::to_string(input.work.kind))
                   : "an earlier stage is not finished";
    if (input.blockers.empty()) return "waiting for its upstream tasks";
    std::string text = "waiting for upstream " + input.blockers.front().spec.name;
    if (input.blockers.size() > 1) text += fmt::format(" and {} more", input.blockers.size() - 1);
    return text;
}

std::string ready_reason(const WhyInput& input, const std::vector<WhyExecutor>& executors) {
    const core::Task& task = input.task;
    if (task.run_at > input.now)
        return fmt::format("tried {} of {} times, the next try is in {} s; last error: {}", task.attempt,
                           task.tries_max, (task.run_at - input.now + 999) / 1000, task.error_message);
    if (input.plan_holds_environment) return "a plan is being applied to the environment";
    for (const core::Pause& pause : input.pauses)
        if (pause.environment == task.spec.environment && !pause.model && task.work_kind == core::WorkKind::run)
            return fmt::format("the environment is paused by {}: {}", pause.created_by, pause.reason);
    if (std::any_of(executors.begin(), executors.end(),
                    [](const WhyExecutor& executor) { return executor.reason == "can take it"; }))
        return "ready; an executor is about to take it";
    const char* kind = wanted_kind(task) == protocol::ExecutorKind::apply ? "apply" : "run";
    const bool any = std::any_of(input.executors.begin(), input.executors.end(), [&](const core::Executor& executor) {
        return executor.kind == wanted_kind(task) && is_heard_of(executor, input.now);
    });
    if (!any) return fmt::format("no {} executor is connected", kind);
    const bool labelled =
        std::any_of(input.executors.begin(), input.executors.end(), [&](const core::Executor& executor) {
            return executor.kind == wanted_kind(task) && is_heard_of(executor, input.now) &&
                   protocol::takes_labels(executor.labels, task.spec.labels);
        });
    if (labelled) return fmt::format("no connected {} executor can take it now", kind);
    if (task.spec.labels.empty())
        return fmt::format("every connected {} executor has labels, and takes only tasks that ask for them", kind);
    return fmt::format("no connected {} executor has the label{} {}", kind, task.spec.labels.size() > 1 ? "s" : "",
                       join(task.spec.labels, ", "));
}

std::string executor_name(const WhyInput& input) {
    for (const core::Executor& executor : input.executors)
        if (executor.id == input.task.executor_id) return executor.name;
    return input.task.executor_id;
}

}  // namespace

Why explain_waiting(const WhyInput& input) {
    const core::Task& task = input.task;
    Why why;
    if (task.state == TaskState::ready)
        for (const core::Executor& executor : input.executors)
            if (executor.state != core::ExecutorState::fenced)
                why.executors.push_back({executor.id, executor.name, why_not(executor, input)});
    switch (task.state) {
        case TaskState::blocked:
            why.reason = blocked_reason(input);
            break;
        case TaskState::ready:
            why.reason = ready_reason(input, why.executors);
            break;
        case TaskState::leased:
            why.reason = fmt::format("running on {} for {} s{}", executor_name(input),
                                     task.started_ts ? (input.now - *task.started_ts) / 1000 : 0,
                                     task.cancel_requested ? ", asked to cancel" : "");
            break;
        case TaskState::succeeded:
            why.reason = "done";
            break;
        case TaskState::failed:
            why.reason = "failed: " + task.error_message;
            break;
        case TaskState::skipped:
            why.reason = "skipped: " + task.error_message;
            break;
        case TaskState::cancelled:
            why.reason = "cancelled";
            break;
    }
    return why;
}

}  // namespace towline::api
