// env list|show|invalidate, janitor, pause list|add|remove.

#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "commands/exit_codes.h"
#include "commands/follower.h"
#include "commands/handlers.h"
#include "crypto/crypto.h"
#include "model/snapshot.h"
#include "output/table.h"
#include "output/words.h"
#include "time/clock.h"

namespace towline::commands {
namespace {

constexpr std::size_t kItemsMax = 10'000;

std::string state_of(const json::Reader& environment) {
    const std::int64_t now = time::SystemClock().now_ms();
    if (environment.num("expiration_ts", now + 1) <= now) return "expired";
    if (environment.flag("paused", false)) return "paused";
    return environment.maybe_num("finalized_ts") ? "finalized" : "unfinished";
}

}  // namespace

Result<int> list_environments(Session& session, const Arguments&) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::vector<std::string> items, scheduler->list("environments", {}, kItemsMax));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::list_document("environments", items));
        return kOk;
    }
    output::Table table({"NAME", "STATE", "MODELS", "PLAN", "FINALIZED (UTC)", "EXPIRES (UTC)"});
    for (const std::string& item : items) {
        TRY(const json::Document document, json::Document::parse(item));
        const json::Reader environment = document.root();
        const auto expires = environment.maybe_num("expiration_ts");
        table.add({environment.str("name"), console.state(state_of(environment)),
                   std::to_string(environment.num("promoted", environment.num("models", 0))),
                   output::short_id(environment.str("plan_id", "")),
                   output::time_text(environment.num("finalized_ts", 0)),
                   expires ? output::time_text(*expires) : "Never"});
    }
    console.line(table.empty() ? "There are no environments. Make one: towline plan" : table.text());
    return kOk;
}

Result<int> show_environment(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    const std::string name = arguments.text("name");
    TRY(const json::Document document, scheduler->get("environments/" + crypto::percent_encode(name)));
    const json::Reader environment = document.root();
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::with_schema("environment", environment));
        return kOk;
    }
    const auto expires = environment.maybe_num("expiration_ts");
    console.line(fmt::format("{}  {}   plan {}   finalized {} UTC   expires {}", console.bold(environment.str("name")),
                             console.state(state_of(environment)), output::short_id(environment.str("plan_id", "")),
                             output::time_text(environment.num("finalized_ts", 0)),
                             expires ? output::time_text(*expires) + " UTC" : "never"));
    output::Table table({"MODEL", "KIND", "VERSION", "CATEGORY"});
    for (const json::Reader& info : environment.list("snapshots"))
        table.add({output::plain_name(info.str("name")), info.str("kind_name", "-"), info.str("version", "-"),
                   std::string(model::to_string(static_cast<model::ChangeCategory>(info.num("change_category", 0))))});
    TRY_STATUS(environment.status());
    if (!table.empty()) console.line("\n" + table.text());
    return kOk;
}

Result<int> invalidate_environment(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    const std::string name = model::sanitize_environment_name(arguments.text("name"));
    const bool sync = arguments.flag("sync");
    TRY_STATUS(session.confirm(fmt::format("Invalidate environment '{}'? Its views will be dropped.", name)));
    TRY(const json::Document document, scheduler->post("environments/" + crypto::percent_encode(name) + "/invalidate",
                                                       json::Object().flag("sync", sync).dump()));
    output::Console& console = session.console();
    const auto work = document.root().maybe_str("work");
    if (console.json() && !work) {
        console.document(
            json::Object().str("schema", "towline.environment/v1").str("name", name).flag("invalidated", true).dump());
    } else {
        console.line(fmt::format("Environment '{}' has been invalidated.", name));
    }
    if (!work) return kOk;
    TRY(const int code, follow(session, {"plans", *work, {}, {}, {}}));
    if (code == kOk) console.note(fmt::format("Environment '{}' has been deleted.", name));
    return code;
}

/// One request to clean up and, unless detached, what it began to the end. `again`: environments went, whose snapshots
/// are free only now.
Result<int> clean_up(Session& session, const Arguments& arguments, const std::optional<std::string>& only,
                     bool& again) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const json::Document document,
        scheduler->post(
            "janitor",
            json::Object().flag("ignore_ttl", arguments.flag("ignore-ttl")).maybe("environment", only).dump()));
    const json::Reader round = document.root();
    const std::vector<std::string> works = round.strings("works");
    const std::vector<std::string> environments = round.strings("environments");
    const std::int64_t snapshots = round.num("snapshots");
    const std::int64_t tables = round.num("tables");
    TRY_STATUS(round.status());
    output::Console& console = session.console();
    if (console.json()) {  // one document: the works are followed by their ids
        console.document(output::with_schema("janitor", round));
        return kOk;
    }
    if (only && environments.empty()) {
        console.warning(fmt::format("Environment '{}' is not expired or does not exist. Nothing to clean up.", *only));
        return kOk;
    }
    if (!environments.empty()) console.line(fmt::format("Expired environments: {}", join(environments, ", ")));
    console.line(works.empty() && snapshots == 0
                     ? "Nothing has expired."
                     : fmt::format("Expired snapshots: {}, tables to drop: {}", snapshots, tables));
    int worst = kOk;
    if (arguments.flag("detach")) return worst;
    for (const std::string& work : works) {
        TRY(const int code, follow(session, {"plans", work, {}, {}, {}}));
        worst = std::max(worst, code);
    }
    again = !only && !environments.empty() && worst == kOk;
    return worst;
}

Result<int> janitor(Session& session, const Arguments& arguments) {
    std::optional<std::string> only = arguments.value("environment");
    if (only) only = model::sanitize_environment_name(*only);
    if (arguments.flag("ignore-ttl") && !only)
        TRY_STATUS(session.confirm("Clean up every snapshot that no environment uses, however young?"));
    bool again = false;
    TRY(const int code, clean_up(session, arguments, only, again));
    if (!again) return code;
    return clean_up(session, arguments, only, again);
}

Result<int> list_pauses(Session& session, const Arguments&) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const std::vector<std::string> items, scheduler->list("pauses", {}, kItemsMax));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::list_document("pauses", items));
        return kOk;
    }
    output::Table table({"ID", "ENV", "MODEL", "SINCE (UTC)", "BY", "REASON"});
    for (const std::string& item : items) {
        TRY(const json::Document document, json::Document::parse(item));
        const json::Reader pause = document.root();
        const auto model = pause.maybe_str("model");
        table.add({pause.str("id"), pause.str("environment"), model ? output::plain_name(*model) : "(all)",
                   output::time_text(pause.num("created_ts", 0)), output::short_id(pause.str("created_by", "")),
                   pause.str("reason", "")});
    }
    console.line(table.empty() ? "Nothing is paused." : table.text());
    return kOk;
}

Result<int> add_pause(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    std::optional<std::string> model = arguments.value("model");
    const std::string environment = arguments.text("environment");
    if (model && model->rfind('"', 0) != 0) {
        // People write plain names; the API wants the quoted one of the environment.
        TRY(const json::Document document, scheduler->get("environments/" + crypto::percent_encode(environment)));
        std::optional<std::string> found;
        for (const json::Reader& info : document.root().list("snapshots"))
            if (output::plain_name(info.str("name", "")) == *model) found = info.str("name", "");
        if (!found)
            return fail(ErrorCode::not_found, fmt::format("environment '{}' has no model '{}'", environment, *model));
        model = found;
    }
    const std::string body = json::Object()
                                 .str("environment", environment)
                                 .maybe("model", model)
                                 .str("reason", arguments.text("reason"))
                                 .dump();
    TRY(const json::Document document, scheduler->post("pauses", body));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(output::with_schema("pause", document.root()));
    } else {
        console.line(fmt::format("{} paused {}. Resume: towline pause remove {}", output::mark_of("paused"),
                                 model ? output::plain_name(*model) + " in " + environment : environment,
                                 document.root().str("id", "")));
    }
    return kOk;
}

Result<int> remove_pause(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    const std::string id = arguments.text("id");
    TRY(const json::Document document, scheduler->remove("pauses/" + crypto::percent_encode(id)));
    output::Console& console = session.console();
    if (console.json()) {
        console.document(json::Object().str("schema", "towline.pause/v1").str("id", id).flag("removed", true).dump());
    } else {
        console.line(fmt::format("Pause {} was removed.", id));
    }
    return kOk;
}

}  // namespace towline::commands
