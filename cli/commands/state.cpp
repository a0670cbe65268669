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
#include "model/codec.h"

namespace towline::commands {
namespace {

constexpr std::size_t kFileBytesMax = std::size_t{512} << 20;
constexpr std::size_t kBodyBytesMax = std::size_t{64} << 20;  // what the scheduler takes
constexpr std::size_t kShown = 10;

Result<std::string> file_text(const std::string& path) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    if (error) return fail(ErrorCode::not_found, fmt::format("'{}' cannot be read: {}", path, error.message()));
    if (bytes > kFileBytesMax) return fail(ErrorCode::too_large, fmt::format("'{}' is larger than 512 MiB", path));
    std::ifstream file(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file) return fail(ErrorCode::io, fmt::format("'{}' cannot be read", path));
    return text;
}

/// From a file, or from the database in which SQLMesh keeps it.
Result<StoredState> stored_state(Session& session, const Arguments& arguments) {
    const std::string path = arguments.text("file");
    const auto gateway = arguments.value("from-gateway");
    if (path.empty() == !gateway)
        return fail(ErrorCode::invalid, "say what to import: a file, or a gateway whose state database is read",
                    "name a file of `sqlmesh state export`, or --from-gateway NAME");
    if (gateway) return read_state_database(session, *gateway);
    StoredState out;
    TRY(out.document, file_text(path));
    return out;
}

std::string submission(const adoption::State& state, bool replace) {
    json::Array snapshots, environments;
    for (const model::Snapshot& snapshot : state.snapshots) snapshots.raw(model::to_json(snapshot, true));
    for (const adoption::StateEnvironment& one : state.environments) {
        json::Array statements;
        for (const model::EnvironmentStatements& item : one.statements) statements.raw(model::to_json(item));
        environments.sub(
            json::Object().raw("environment", model::to_json(one.environment)).list("statements", statements));
    }
    return json::Object()
        .list("snapshots", snapshots)
        .list("environments", environments)
        .flag("replace", replace)
        .dump();
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
    TRY(const StoredState stored, stored_state(session, arguments));
    json::Limits limits;
    limits.bytes_max = kFileBytesMax;
    TRY(const json::Document document, json::Document::parse(stored.document, limits));
    TRY(adoption::Reading reading, adoption::read_state(document.root(), local, arguments.list("environment")));
    for (model::Snapshot& snapshot : reading.state.snapshots) {
        const auto log = stored.logs.find({snapshot.name, snapshot.version});
        if (log != stored.logs.end()) TRY_STATUS(log->second.hydrate(snapshot));
    }
    for (const std::string& warning : reading.warnings) console.warning(warning);
    const adoption::State& state = reading.state;
    console.note(fmt::format("State of SQLMesh {}: {} snapshots in {}", reading.sqlmesh_version, state.snapshots.size(),
                             environment_words(state)));
    if (!arguments.flag("no-confirm"))
        TRY_STATUS(session.confirm(arguments.flag("replace")
                                       ? "Replace the project's state by this one?"
                                       : "Take over this state? From now on only Towline may plan and run it."));
    const std::string body = submission(state, arguments.flag("replace"));
    if (body.size() > kBodyBytesMax)
        return fail(ErrorCode::too_large, "the state is larger than 64 MiB",
                    "import fewer environments: --environment NAME");
    TRY(const json::Document answer, scheduler->post("state", body));
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
                    state.snapshots.size(), state.environments.size()));
    return kOk;
}

}  // namespace towline::commands
