// info: what the project holds, and whether engine and scheduler answer.

#include <fmt/core.h>

#include <algorithm>

#include "commands/engine_access.h"
#include "commands/exit_codes.h"
#include "commands/handlers.h"

namespace towline::commands {
namespace {

struct ConnectionCheck {
    const char* name;
    Status status;
};

Status check_engine(Session& session, const LocalProject& local) {
    TRY(const auto engines, project_engines(session, local));
    TRY(const auto engine, engines->engine(""));
    TRY(const auto opened, engine->open("towline info"));
    TRY(const auto rows, opened->query("SELECT 1"));
    return {};
}

Status check_scheduler(Session& session) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const json::Document document, scheduler->get("gateways"));
    return {};
}

}  // namespace

Result<int> info(Session& session, const Arguments& arguments) {
    TRY(const LocalProject local, load_local_project(session));
    std::int64_t models = 0;
    for (const auto& [fqn, node] : local.project.nodes) models += model::is_model(node) ? 1 : 0;
    std::vector<ConnectionCheck> checks;
    if (!arguments.flag("skip-connection")) {
        checks.push_back({"Data warehouse", check_engine(session, local)});
        TRY(const client::Settings* settings, session.settings());
        if (!settings->url.empty()) checks.push_back({"State backend", check_scheduler(session)});
    }
    output::Console& console = session.console();
    if (console.json()) {
        json::Array connections;
        for (const ConnectionCheck& check : checks)
            connections.sub(
                json::Object()
                    .str("name", check.name)
                    .flag("succeeded", check.status.has_value())
                    .maybe("error", check.status ? std::nullopt : std::optional(check.status.error().message)));
        console.document(json::Object()
                             .str("schema", "towline.info/v1")
                             .num("models", models)
                             .num("macros", 0)
                             .str("gateway", local.project.settings.default_gateway)
                             .list("connections", connections)
                             .dump());
        return kOk;
    }
    console.line(fmt::format("Models: {}", models));
    // Macros are Python functions; a project that loads natively has none.
    console.line("Macros: 0");
    for (const ConnectionCheck& check : checks) {
        if (check.status)
            console.line(fmt::format("{} connection {}", check.name, console.green("succeeded")));
        else
            console.note(
                console.red(fmt::format("{} connection failed. {}", check.name, check.status.error().message)));
    }
    return kOk;
}

}  // namespace towline::commands
