// task list|show|why|requeue.

#include <fmt/core.h>

#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/task_view.h"
#include "output/table.h"
#include "output/words.h"

namespace towline::commands {
namespace {

constexpr std::int64_t kListDefault = 50;
constexpr std::int64_t kListMax = 100'000;
constexpr std::size_t kSearchMax = 1000;
constexpr std::size_t kFullIdCharacters = 32;

// A task is named by its id, a unique prefix, or the model whose newest open task is meant.
Result<std::string> task_id(client::SchedulerClient& scheduler, const std::string& text) {
    if (text.size() >= kFullIdCharacters && text.find('.') == std::string::npos && text.find('"') == std::string::npos)
        return text;
    TRY(const std::vector<std::string> items, scheduler.list("tasks", {}, kSearchMax));
    std::vector<std::string> by_id;
    std::optional<std::string> open;
    std::optional<std::string> any;
    for (const std::string& item : items) {
        TRY(const TaskView task, task_view(item));
        if (task.id == text) return text;
        if (task.id.rfind(text, 0) == 0) by_id.push_back(task.id);
        if (task.name != text && output::plain_name(task.name) != text) continue;
        const bool is_open = task.state == "blocked" || task.state == "ready" || task.state == "leased";
        if (is_open && !open) open = task.id;
        if (!any) any = task.id;
    }
    if (by_id.size() == 1) return by_id.front();
    if (by_id.size() > 1)
        return fail(ErrorCode::invalid, fmt::format("'{}' fits {} tasks", text, by_id.size()), "give more characters");
    if (open) return *open;
    if (any) return *any;
    return fail(ErrorCode::not_found, fmt::format("there is no task '{}'", text), "towline task list");
}

}  // namespace

Result<int> list_tasks(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    http::Query query;
    if (const auto work = arguments.value("work")) {
        Result<std::string> id = resolve_id(*scheduler, "runs", *work);
        if (!id) id = resolve_id(*scheduler, "plans", *work);
        if (!id) return fail(id.error());
        query.add("work", *id);
    }
    if (const auto state = arguments.value("state")) query.add("state", *state);
    if (const auto model = arguments.value("model")) query.add("model", *model);
    TRY(const std::optional<std::int64_t> limit, arguments.number("limit"));
    TRY(const std::vector<std::string> items,
        scheduler->list(arguments.flag("dead") ? "dead-letters" : "tasks", query,
                        static_cast<std::size_t>(std::min(limit.value_or(kListDefault), kListMax))));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::list_document("tasks", items));
        return kOk;
    }
    output::Table table({"ID", "KIND", "NAME", "STATE", "EXECUTOR", "TRIES", "STARTED (UTC)", "DURATION", "REASON"});
    for (const std::string& item : items) {
        TRY(const TaskView task, task_view(item));
        table.add(
            {task.id, task.kind, output::plain_name(task.name), console.state(task.state),
             task.executor.empty() ? "-" : task.executor, std::to_string(task.attempt),
             output::time_text(task.started_ts),
             task.started_ts > 0 && task.ended_ts > 0 ? output::duration_text(task.ended_ts - task.started_ts) : "-",
             task.error.substr(0, task.error.find('\n'))});
    }
    console.line(table.empty() ? "There are no tasks." : table.text());
    return kOk;
}

Result<int> show_task(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::string id, task_id(*scheduler, arguments.text("id")));
    TRY(const json::Document document, scheduler->get("tasks/" + id));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::with_schema("task", document.root()));
        return kOk;
    }
    TRY(const TaskView task, task_view(document.root().sub("task").dump()));
    console.line(fmt::format("{} {}  {}  {}", task.kind, console.bold(output::plain_name(task.name)),
                             console.state(task.state), task.id));
    if (!task.error.empty()) console.line(task.error);
    output::Table attempts({"TRY", "STATE", "EXECUTOR", "STARTED (UTC)", "DURATION", "ROWS", "ERROR"});
    for (const json::Reader& attempt : document.root().list("attempts")) {
        const auto rows = attempt.maybe_num("rows");
        attempts.add({std::to_string(attempt.num("number", 1)), console.state(attempt.str("state", "")),
                      attempt.str("executor_name", ""), output::time_text(attempt.num("started_ts", 0)),
                      output::duration_text(attempt.num("duration_ms", 0)), rows ? output::count_text(*rows) : "-",
                      attempt.str("error_message", "")});
    }
    if (!attempts.empty()) console.line("\n" + attempts.text());
    output::Table audits({"AUDIT", "STATE", "ROWS", "BLOCKING"});
    for (const json::Reader& audit : document.root().list("audits"))
        audits.add({audit.str("name", ""), console.state(audit.str("status", "")),
                    std::to_string(audit.num("count", 0)), audit.flag("blocking", true) ? "yes" : "no"});
    if (!audits.empty()) console.line("\n" + audits.text());
    return kOk;
}

Result<int> why_task(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::string id, task_id(*scheduler, arguments.text("id")));
    TRY(const json::Document document, scheduler->get("tasks/" + id + "/why"));
    const json::Reader why = document.root();
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::with_schema("why", why));
        return kOk;
    }
    console.line(fmt::format("{}  {}", console.state(why.str("state", "")), output::plain_name(why.str("name", ""))));
    console.line(why.str("reason"));
    for (const json::Reader& executor : why.list("executors"))
        console.line(fmt::format("  {}: {}", executor.str("name", ""), executor.str("reason", "")));
    return kOk;
}

Result<int> requeue_task(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::string id, task_id(*scheduler, arguments.text("id")));
    TRY(const json::Document document, scheduler->post("tasks/" + id + "/requeue"));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::with_schema("task", document.root()));
    } else {
        console.line(fmt::format("Task {} is ready again.", id));
    }
    return kOk;
}

}  // namespace towline::commands
