// Starting runs, and what plans and runs have in common: list, show, logs, watch, cancel.

#include <fmt/core.h>

#include "commands/exit_codes.h"
#include "commands/follower.h"
#include "commands/handlers.h"
#include "commands/planning.h"
#include "commands/project_loading.h"
#include "commands/task_view.h"
#include "model/snapshot.h"
#include "output/table.h"
#include "output/words.h"
#include "plan/selector.h"
#include "time/clock.h"

namespace towline::commands {
namespace {

constexpr std::size_t kTasksMax = 200'000;
constexpr std::int64_t kListDefault = 20;
constexpr std::int64_t kListMax = 10'000;
constexpr int kLogChunksMax = 10'000;
constexpr std::size_t kEnvironmentsMax = 10'000;
constexpr int kRebuildsMax = 100;

struct Collection {
    const char* path;
    const char* noun;
};
constexpr Collection kRuns{"runs", "run"};
constexpr Collection kPlans{"plans", "plan"};

std::string duration(const json::Reader& work) {
    const auto started = work.maybe_num("started_ts");
    if (!started) return "-";
    return output::duration_text(work.num("ended_ts", time::SystemClock().now_ms()) - *started);
}

/// An environment may have the name of this command.
Status mention_namesake(client::SchedulerClient& scheduler, output::Console& console, const char* noun) {
    TRY(const std::vector<std::string> items, scheduler.list("environments", {}, kEnvironmentsMax));
    for (const std::string& item : items) {
        TRY(const json::Document document, json::Document::parse(item));
        if (document.root().str("name", "") == "list")
            console.note(fmt::format("There is also an environment 'list': towline {} --environment list", noun));
    }
    return {};
}

Result<int> list(Session& session, const Arguments& arguments, Collection collection) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::optional<std::int64_t> limit, arguments.number("limit"));
    http::Query query;
    if (const auto environment = arguments.value("env")) query.add("environment", *environment);
    if (const auto state = arguments.value("state")) query.add("state", *state);
    const auto items_max = static_cast<std::size_t>(std::min(limit.value_or(kListDefault), kListMax));
    TRY(const std::vector<std::string> items, scheduler->list(collection.path, query, items_max));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::list_document(collection.path, items));
        return kOk;
    }
    TRY_STATUS(mention_namesake(*scheduler, console, collection.noun));
    output::Table table({"ID", "ENV", "TRIGGER", "STATE", "CREATED (UTC)", "DURATION", "BY", "REASON"});
    for (const std::string& item : items) {
        TRY(const json::Document document, json::Document::parse(item));
        const json::Reader work = document.root();
        table.add({output::short_id(work.str("id")), work.str("environment"), work.str("trigger", ""),
                   console.state(work.str("state")), output::time_text(work.num("created_ts", 0)), duration(work),
                   work.str("created_by", "").empty() ? "-" : output::short_id(work.str("created_by", "")),
                   work.str("error", "")});
    }
    console.line(table.empty() ? fmt::format("There are no {}.", collection.path) : table.text());
    return kOk;
}

Result<std::vector<std::string>> tasks_of(client::SchedulerClient& scheduler, const std::string& id,
                                          const std::string& model) {
    http::Query query;
    query.add("work", id);
    if (!model.empty()) query.add("model", model);
    return scheduler.list("tasks", query, kTasksMax);
}

void show_tasks(output::Console& console, const std::vector<TaskView>& tasks) {
    output::Table table({"TASK", "KIND", "NAME", "STATE", "INTERVAL", "TRIES", "DURATION"});
    for (const TaskView& task : tasks) {
        output::Batch batch;
        batch.start = task.start;
        batch.end = task.end;
        const std::string range = task.end > task.start ? output::batch_action(batch).substr(7) : "-";
        table.add(
            {output::short_id(task.id), task.kind, output::plain_name(task.name), console.state(task.state), range,
             std::to_string(task.attempt),
             task.started_ts > 0 && task.ended_ts > 0 ? output::duration_text(task.ended_ts - task.started_ts) : "-"});
    }
    if (!table.empty()) console.line("\n" + table.text());
}

Result<int> show(Session& session, const Arguments& arguments, Collection collection) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::string id, resolve_id(*scheduler, collection.path, arguments.text("id")));
    TRY(const json::Document document, scheduler->get(std::string(collection.path) + "/" + id));
    TRY(const std::vector<std::string> items, tasks_of(*scheduler, id, ""));
    const json::Reader work = document.root();
    output::Console& console = session.console();
    if (console.json()) {
        json::Array tasks;
        for (const std::string& item : items) tasks.raw(item);
        json::Object out;
        out.str("schema", fmt::format("towline.{}/v1", collection.noun));
        for (const auto& [key, value] : work.members())
            out.raw(key == "tasks" ? std::string("task_counts") : key, value.dump());
        console.document(out.list("tasks", tasks).dump());
        return kOk;
    }
    std::vector<TaskView> tasks;
    for (const std::string& item : items) {
        TRY(TaskView task, task_view(item));
        tasks.push_back(std::move(task));
    }
    console.line(fmt::format(
        "{} {}  {}  {}   trigger {}   {} → {} UTC   {}", collection.noun == std::string_view("run") ? "Run" : "Plan",
        id, work.str("environment"), console.state(work.str("state")), work.str("trigger", "-"),
        output::time_text(work.num("started_ts", 0)), output::time_text(work.num("ended_ts", 0)), duration(work)));
    if (const auto waiting = work.maybe_str("waiting_for")) console.line("Waiting for " + *waiting);
    if (!work.str("error", "").empty()) console.line(work.str("error", ""));
    std::string stages;
    for (const json::Reader& stage : work.list("stages"))
        stages +=
            fmt::format("{}{} {}", stages.empty() ? "" : "   ", output::mark_of(stage.str("state")), stage.str("kind"));
    if (!stages.empty()) console.line(stages);
    show_tasks(console, tasks);
    const std::string failures = failure_sections(tasks, {});
    if (!failures.empty()) console.line("\n" + console.red(failures));
    return kOk;
}

Status print_log(client::SchedulerClient& scheduler, output::Console& console, const std::string& attempt) {
    std::int64_t offset = 0;
    for (int chunk = 0; chunk < kLogChunksMax; ++chunk) {
        http::Query query;
        query.add("offset", std::to_string(offset));
        TRY(client::SchedulerClient::Text text, scheduler.text("attempts/" + attempt + "/log", query));
        if (text.text.empty()) return {};
        offset = text.next_offset;
        if (text.text.back() == '\n') text.text.pop_back();
        console.line(text.text);
    }
    return {};
}

Result<int> logs(Session& session, const Arguments& arguments, Collection collection) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::string id, resolve_id(*scheduler, collection.path, arguments.text("id")));
    TRY(const std::vector<std::string> items, tasks_of(*scheduler, id, ""));
    const std::string wanted = arguments.text("model");
    output::Console& console = session.console();
    json::Array out;
    int shown = 0;
    for (const std::string& item : items) {
        TRY(const TaskView task, task_view(item));
        const std::string plain = output::plain_name(task.name);
        if (!wanted.empty() && wanted != plain && wanted != task.name) continue;
        TRY(const json::Document detail, scheduler->get("tasks/" + task.id));
        for (const json::Reader& attempt : detail.root().list("attempts")) {
            ++shown;
            const std::string attempt_id = attempt.str("id");
            if (console.json()) {
                TRY(const client::SchedulerClient::Text text, scheduler->text("attempts/" + attempt_id + "/log", {}));
                out.sub(json::Object()
                            .str("attempt_id", attempt_id)
                            .str("task_id", task.id)
                            .str("name", task.name)
                            .str("text", text.text));
                continue;
            }
            console.line(console.bold(fmt::format("── {}  try {}  {}  {}", plain.empty() ? task.kind : plain,
                                                  attempt.num("number", 1), attempt.str("executor_name", ""),
                                                  attempt.str("state", ""))));
            TRY_STATUS(print_log(*scheduler, console, attempt_id));
            const std::string error = attempt.str("error_message", "");
            if (!error.empty()) console.line(console.red("error: " + error));
        }
    }
    if (console.json()) console.document(json::Object().str("schema", "towline.logs/v1").list("items", out).dump());
    if (shown == 0 && !wanted.empty())
        return fail(ErrorCode::not_found,
                    fmt::format("'{}' was not worked on in {} {}", wanted, collection.noun, output::short_id(id)));
    return kOk;
}

Result<int> watch(Session& session, const Arguments& arguments, Collection collection) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::string id, resolve_id(*scheduler, collection.path, arguments.text("id")));
    FollowOptions options{collection.path, id, {}, {}, {}};
    TRY(const std::optional<std::int64_t> wait, arguments.number("wait-timeout"));
    if (wait) options.wait_max = std::chrono::seconds(*wait);
    return follow(session, options);
}

Result<int> cancel(Session& session, const Arguments& arguments, Collection collection) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::string id, resolve_id(*scheduler, collection.path, arguments.text("id")));
    TRY_STATUS(session.confirm(
        fmt::format("Cancel {} {}? Running statements are stopped.", collection.noun, output::short_id(id))));
    TRY(const json::Document document, scheduler->post(std::string(collection.path) + "/" + id + "/cancel"));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::with_schema(collection.noun, document.root()));
    } else {
        console.line(fmt::format("The {} {} is being cancelled.", collection.noun, output::short_id(id)));
    }
    return kOk;
}

Result<std::string> plan_of(client::SchedulerClient& scheduler, const std::string& environment) {
    TRY(const plan::StateView state, environment_record(scheduler, environment));
    return state.target ? state.target->plan_id : std::string();
}

/// The run that took the place of one that was cancelled because a plan changed its environment; empty if none did.
Result<std::string> successor_of(client::SchedulerClient& scheduler, const std::string& environment,
                                 const std::string& id) {
    http::Query query;
    query.add("environment", environment);
    TRY(const std::vector<std::string> items, scheduler.list("runs", query, 1));
    if (items.empty()) return std::string();
    TRY(const json::Document document, json::Document::parse(items.front()));
    const std::string newest = document.root().str("id", "");
    return newest == id ? std::string() : newest;
}

/// Follows a run; where it is rebuilt because its environment was changed meanwhile, the new one after it, as SQLMesh
/// starts such a run again.
Result<int> follow_rebuilt(Session& session, client::SchedulerClient& scheduler, const std::string& environment,
                           FollowOptions options) {
    int code = kCancelled;
    for (int round = 0; round < kRebuildsMax; ++round) {
        TRY(code, follow(session, options));
        if (code != kCancelled) break;
        TRY(const std::string next, successor_of(scheduler, environment, options.id));
        if (next.empty()) break;
        session.console().note(
            fmt::format("Environment '{}' was modified while running. Restarting the run as {}.", environment, next));
        options.id = next;
    }
    return code;
}

/// What --select-model means in an environment: its own models, not those of local files.
struct RunSelection {
    std::vector<std::string> models;  ///< FQNs; all if it is empty and `empty` is false
    bool empty = false;               ///< a selection that no model fits
    std::string plan_id;              ///< the environment's, where it was looked up
};

Result<RunSelection> run_selection(client::SchedulerClient& scheduler, const Arguments& arguments,
                                   const std::string& environment) {
    RunSelection out;
    const auto selections = arguments.list("select-model");
    if (selections.empty() && !arguments.value("exit-on-env-update")) return out;
    TRY(const plan::StateView state, environment_state(scheduler, environment));
    if (!state.target) return out;
    out.plan_id = state.target->plan_id;
    if (selections.empty()) return out;
    std::map<std::string, model::Node> nodes;
    for (const model::TableInfo& info : state.target->snapshots)
        if (const auto found = state.snapshots.find(info.id());
            found != state.snapshots.end() && model::is_model(found->second.node))
            nodes.emplace(info.name, found->second.node);
    TRY(std::set<std::string> models, plan::select_models(nodes, selections));
    std::vector<std::string> open(models.begin(), models.end());
    while (!open.empty() && !arguments.flag("no-auto-upstream")) {
        const std::string name = std::move(open.back());
        open.pop_back();
        for (const std::string& parent : nodes.at(name).depends_on)
            if (nodes.contains(parent) && models.insert(parent).second) open.push_back(parent);
    }
    out.models.assign(models.begin(), models.end());
    out.empty = models.empty();
    return out;
}

}  // namespace

Result<int> run(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::string named, target_environment(session, arguments));
    const std::string environment = model::sanitize_environment_name(named);
    TRY(const std::optional<std::int64_t> exit_on_update, arguments.number("exit-on-env-update"));
    TRY(const RunSelection selection, run_selection(*scheduler, arguments, environment));
    if (selection.empty) {
        if (session.console().json())
            session.console().document(
                json::Object().str("schema", "towline.run/v1").flag("nothing_to_do", true).dump());
        session.console().line(fmt::format("No models are ready to run in the `{}` environment.", environment));
        return kOk;
    }
    const std::string body = json::Object()
                                 .str("environment", environment)
                                 .flag("ignore_cron", arguments.flag("ignore-cron"))
                                 .maybe("start", arguments.value("start"))
                                 .maybe("end", arguments.value("end"))
                                 .strings("select_models", selection.models)
                                 .dump();
    TRY(const json::Document document, scheduler->post("runs", body));
    const json::Reader root = document.root();
    output::Console& console = session.console();
    if (root.flag("nothing_to_do", false)) {
        if (console.json()) console.document(output::with_schema("run", root));
        const std::int64_t next = root.num("next_run_ts", 0);
        console.line(fmt::format("No models are ready to run in the `{}` environment.{}", environment,
                                 next > 0 ? " Next: " + output::time_text(next) + " UTC" : ""));
        return kOk;
    }
    const std::string id = root.str("id");
    TRY_STATUS(root.status());
    if (arguments.flag("detach")) {
        if (console.json()) console.document(output::with_schema("run", root));
        console.line(fmt::format("Run {} was started. Watch it: towline run watch {}", id, output::short_id(id)));
        return kOk;
    }
    console.note(fmt::format("Run {} was started.", id));
    FollowOptions options{"runs", id, {}, {}, {}};
    TRY(const std::optional<std::int64_t> wait, arguments.number("wait-timeout"));
    if (wait) options.wait_max = std::chrono::seconds(*wait);
    if (!exit_on_update) return follow_rebuilt(session, *scheduler, environment, std::move(options));
    TRY(const int code, follow(session, options));
    // What had nothing left to begin when the plan came has ended well, for SQLMesh too.
    if (code != kCancelled) return code;
    TRY(const std::string plan_now, plan_of(*scheduler, environment));
    return plan_now == selection.plan_id ? code : static_cast<int>(std::min<std::int64_t>(*exit_on_update, 255));
}

Result<int> list_runs(Session& session, const Arguments& arguments) { return list(session, arguments, kRuns); }
Result<int> show_run(Session& session, const Arguments& arguments) { return show(session, arguments, kRuns); }
Result<int> run_logs(Session& session, const Arguments& arguments) { return logs(session, arguments, kRuns); }
Result<int> watch_run(Session& session, const Arguments& arguments) { return watch(session, arguments, kRuns); }
Result<int> cancel_run(Session& session, const Arguments& arguments) { return cancel(session, arguments, kRuns); }
Result<int> list_plans(Session& session, const Arguments& arguments) { return list(session, arguments, kPlans); }
Result<int> show_plan(Session& session, const Arguments& arguments) { return show(session, arguments, kPlans); }
Result<int> plan_logs(Session& session, const Arguments& arguments) { return logs(session, arguments, kPlans); }
Result<int> watch_plan(Session& session, const Arguments& arguments) { return watch(session, arguments, kPlans); }
Result<int> cancel_plan(Session& session, const Arguments& arguments) { return cancel(session, arguments, kPlans); }

}  // namespace towline::commands
