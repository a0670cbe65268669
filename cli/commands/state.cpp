// `towline state import`: a deployment of SQLMesh is adopted with everything that it has built.

#include <fmt/core.h>

#include <filesystem>
#include <fstream>

#include "adoption/sqlmesh_state.h"
#include "base/strings.h"
#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/project_loading.h"
#include "commands/state_database.h"
#include "commands/state_pages.h"

namespace towline::commands {
namespace {

constexpr std::size_t kShown = 10;

Result<StoredState> file_state(const std::string& path) {
    std::error_code error;
    [[maybe_unused]] const auto bytes = std::filesystem::file_size(path, error);
    if (error) return fail(ErrorCode::not_found, fmt::format("'{}' cannot be read: {}", path, error.message()));
    StoredState out;
    out.in = std::make_unique<std::ifstream>(path, std::ios::binary);
    if (!*out.in) return fail(ErrorCode::io, fmt::format("'{}' cannot be read", path));
    return out;
}

/// From a file, or from the database in which SQLMesh keeps it.
Result<StoredState> stored_state(Session& session, const Arguments& arguments) {
    const std::string path = arguments.text("file");
    const auto gateway = arguments.value("from-gateway");
    if (path.empty() == !gateway)
        return fail(ErrorCode::invalid, "say what to import: a file, or a gateway whose state database is read",
                    "name a file of `sqlmesh state export`, or --from-gateway NAME");
    return gateway ? read_state_database(session, *gateway) : file_state(path);
}

/// All pages, then the word that they are the state. Each is tried again if nobody answers: the scheduler knows it by
/// its number.
Result<json::Document> send(client::SchedulerClient& scheduler, output::Console& console, const StatePages& pages) {
    if (pages.bodies.size() > 1)
        console.note(fmt::format("Sending {} MiB in {} pages.", (pages.bytes() >> 20) + 1, pages.bodies.size()));
    for (const std::string& body : pages.bodies) {
        TRY([[maybe_unused]] const json::Document kept, scheduler.post_with_id("state/pages", body));
    }
    return scheduler.post_with_id("state", pages.application());
}

std::string environment_words(const adoption::State& state) {
    std::vector<std::string> words;
    for (const adoption::StateEnvironment& one : state.environments)
        words.push_back(fmt::format("{} ({} models)", one.environment.naming.name, one.environment.snapshots.size()));
    return join(words, ", ");
}

void show_unverified(output::Console& console, std::vector<std::string> names) {
    if (names.empty()) return;
    const std::size_t count = names.size();
    names.resize(std::min(count, kShown));
    console.warning(fmt::format(
        "the definition{} of {} could not be rebuilt from the state ({}{}): tables and intervals are taken over, but "
        "nothing new is loaded until a plan brings the definition from the project",
        count == 1 ? "" : "s", count == 1 ? "one model" : fmt::format("{} models", count), join(names, ", "),
        count > kShown ? ", …" : ""));
}

}  // namespace

Result<int> import_state(Session& session, const Arguments& arguments) {
    output::Console& console = session.console();
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const project::KnownGateways gateways, known_gateways(*scheduler));
    TRY(const project::Project project, load_project(session, session.paths(), gateways));
    TRY(const adoption::LocalProject local, adoption::local_project(project));
    TRY(StoredState stored, stored_state(session, arguments));
    adoption::StateReader reader(local, arguments.list("environment"));
    TRY(const StatePages pages, read_pages(stored, reader, arguments.flag("replace")));
    const adoption::Reading& reading = reader.reading();
    for (const std::string& warning : reading.warnings) console.warning(warning);
    const adoption::State& state = reading.state;
    console.note(fmt::format("State of SQLMesh {}: {} snapshots in {}", reading.sqlmesh_version, pages.snapshots,
                             environment_words(state)));
    if (!arguments.flag("no-confirm"))
        TRY_STATUS(session.confirm(arguments.flag("replace")
                                       ? "Replace the project's state by this one?"
                                       : "Take over this state? From now on only Towline may plan and run it."));
    TRY(const json::Document answer, send(*scheduler, console, pages));
    show_unverified(console, reading.unverified);
    if (console.json()) {
        console.document(json::Object()
                             .str("schema", "towline.state_import/v1")
                             .num("snapshots", answer.root().num("snapshots", 0))
                             .num("environments", answer.root().num("environments", 0))
                             .strings("unverified", reading.unverified)
                             .dump());
        return kOk;
    }
    console.line(
        fmt::format("State imported successfully: {} snapshots, {} environments. `towline plan` shows what "
                    "differs from the project.",
                    pages.snapshots, state.environments.size()));
    return kOk;
}

}  // namespace towline::commands
