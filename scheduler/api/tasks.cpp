#include <map>

#include "api/handlers.h"
#include "api/views.h"
#include "api/why.h"
#include "protocol/limits.h"

namespace towline::api {
namespace {

using ExecutorNames = std::map<std::string, std::string>;

Result<ExecutorNames> executor_names(Context& context) {
    TRY(const std::vector<core::Executor> executors, context.store().executors(context.project_id));
    ExecutorNames names;
    for (const core::Executor& executor : executors) names.emplace(executor.id, executor.name);
    return names;
}

std::string named_task_json(const core::Task& task, const ExecutorNames& names) {
    const auto found = names.find(task.executor_id);
    return task_json(task, found == names.end() ? std::string() : found->second);
}

Answer list(Context& context, store::TaskFilter filter) {
    TRY(const store::PageRequest page, page_request(context));
    TRY(const store::Page<core::Task> tasks, context.store().tasks(context.project_id, filter, page));
    TRY(const ExecutorNames names, executor_names(context));
    return ok(page_json(tasks, [&](const core::Task& task) { return named_task_json(task, names); }));
}

}  // namespace

Answer list_tasks(Context& context) {
    store::TaskFilter filter;
    if (const auto id = context.query.find("work")) filter.work_id = std::string(*id);
    if (const auto model = context.query.find("model")) filter.model = std::string(*model);
    if (const auto word = context.query.find("state")) {
        TRY(filter.state, core::task_state_from(*word));
    }
    return list(context, std::move(filter));
}

Answer list_dead_letters(Context& context) {
    store::TaskFilter filter;
    filter.state = core::TaskState::failed;
    return list(context, std::move(filter));
}

Answer show_task(Context& context) {
    TRY(const core::Task task, context.store().task(context.project_id, context.param("id")));
    TRY(const std::vector<core::Attempt> attempts, context.store().attempts(context.project_id, task.id));
    TRY(const std::vector<protocol::AuditResult> audits, context.store().audit_results(context.project_id, task.id));
    TRY(const ExecutorNames names, executor_names(context));
    json::Array attempt_list;
    for (const core::Attempt& attempt : attempts) attempt_list.raw(attempt_json(attempt));
    json::Array audit_list;
    for (const protocol::AuditResult& audit : audits)
        audit_list.sub(json::Object()
                           .str("name", audit.name)
                           .flag("blocking", audit.blocking)
                           .num("count", audit.count)
                           .str("status", audit.status));
    return ok(json::Object()
                  .raw("task", named_task_json(task, names))
                  .list("attempts", attempt_list)
                  .list("audits", audit_list)
                  .dump());
}

Answer why_task(Context& context) {
    WhyInput input;
    store::Store& store = context.store();
    TRY(input.task, store.task(context.project_id, context.param("id")));
    TRY(input.work, store.work(context.project_id, input.task.work_id));
    TRY(input.blockers, store.blockers(context.project_id, input.task.id));
    TRY(input.executors, store.executors(context.project_id));
    TRY(input.pauses, store.pauses(context.project_id));
    store::TaskFilter leased;
    leased.state = core::TaskState::leased;
    TRY(store::Page<core::Task> page, store.tasks(context.project_id, leased, {"", protocol::kPageItemsMax}));
    input.leased = std::move(page.items);
    input.now = context.now();
    if (input.task.work_kind == core::WorkKind::run) {
        TRY(const std::vector<core::Work> open, store.open_works());
        for (const core::Work& work : open)
            input.plan_holds_environment |=
                work.kind == core::WorkKind::plan && work.project_id == context.project_id &&
                work.environment == input.work.environment && work.state == core::WorkState::running;
    }
    const Why why = explain_waiting(input);
    json::Array executors;
    for (const WhyExecutor& executor : why.executors)
        executors.sub(json::Object().str("id", executor.id).str("name", executor.name).str("reason", executor.reason));
    return ok(json::Object()
                  .str("task_id", input.task.id)
                  .str("name", input.task.spec.name)
                  .str("state", core::to_string(input.task.state))
                  .str("reason", why.reason)
                  .list("executors", executors)
                  .dump());
}

Answer requeue_task(Context& context) {
    TRY_STATUS(context.store().requeue(context.project_id, context.param("id"), context.now()));
    TRY_STATUS(context.store().add_audit_log(context.project_id, context.principal.client_id, "task.requeue",
                                             context.param("id"), context.now()));
    context.services.dispatcher.wake();
    TRY(const core::Task task, context.store().task(context.project_id, context.param("id")));
    TRY(const ExecutorNames names, executor_names(context));
    return ok(named_task_json(task, names));
}

}  // namespace towline::api
