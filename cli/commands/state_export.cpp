// `towline state export`: the project's state in SQLMesh's own format, for `sqlmesh state import`.

#include <fmt/core.h>

#include <fstream>

#include "adoption/sqlmesh_state.h"
#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/planning.h"
#include "commands/project_loading.h"
#include "model/codec.h"
#include "time/civil.h"
#include "time/clock.h"

namespace towline::commands {
namespace {

constexpr std::size_t kEnvironmentsMax = 10'000;

/// The record of one environment into the state.
Status add_environment(client::SchedulerClient& scheduler, const std::string& name, adoption::State& out) {
    TRY(plan::StateView state, environment_record(scheduler, name));
    if (!state.target) return fail(ErrorCode::not_found, "No such environment: " + name);
    out.environments.push_back({std::move(*state.target), std::move(state.target_statements)});
    return {};
}

/// Snapshots of the environments that were named; without names all, also those that no environment names any more and
/// that could still be gone back to. Gives the scheduler's time.
Result<std::int64_t> add_snapshots(client::SchedulerClient& scheduler, bool named, adoption::State& out) {
    StateRequest request;
    request.environment = request.create_from = out.environments.front().environment.naming.name;
    request.all = !named;
    for (const adoption::StateEnvironment& one : out.environments)
        for (const model::TableInfo& info : one.environment.snapshots) request.ids.insert(info.id());
    TRY(plan::StateView state, fetch_state(scheduler, request));
    for (auto& [id, snapshot] : state.snapshots)
        if (!named || request.ids.contains(id)) out.snapshots.push_back(std::move(snapshot));
    return state.now;
}

Result<std::vector<std::string>> environment_names(client::SchedulerClient& scheduler, const Arguments& arguments) {
    std::vector<std::string> out = arguments.list("environment");
    if (!out.empty()) return out;
    TRY(const std::vector<std::string> items, scheduler.list("environments", {}, kEnvironmentsMax));
    for (const std::string& item : items) {
        TRY(const json::Document document, json::Document::parse(item));
        out.push_back(document.root().str("name", ""));
    }
    if (out.empty()) return fail(ErrorCode::not_found, "there is no environment to export", "apply a plan first");
    return out;
}

/// --local: what the files say, without versions and intervals. SQLMesh shows it and does not import it.
Result<adoption::State> local_state(Session& session) {
    TRY(const project::Project project, load_project(session, session.paths(), {}));
    TRY(const auto fingerprints, plan::fingerprints(project.nodes));
    adoption::State out;
    for (const auto& [name, node] : project.nodes) {
        model::Snapshot snapshot;
        snapshot.name = name;
        snapshot.node = node;
        snapshot.fingerprint = fingerprints.at(name);
        for (const std::string& parent : node.depends_on)
            if (const auto found = fingerprints.find(parent); found != fingerprints.end())
                snapshot.parents.push_back({parent, found->second.to_identifier()});
        snapshot.dev_version = snapshot.fingerprint.to_version();
        const project::SnapshotSettings settings = project.snapshot_settings(name);
        snapshot.ttl = settings.ttl;
        snapshot.table_naming_convention = settings.table_naming_convention;
        out.snapshots.push_back(std::move(snapshot));
    }
    return out;
}

Status write_file(const std::string& path, const std::string& text) {
    const std::string temporary = path + ".new";
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    json::Limits limits;
    limits.bytes_max = std::size_t{512} << 20;
    const auto document = json::Document::parse(text, limits);
    file << (document ? json::pretty(document->root(), 2) : text) << '\n';
    file.close();
    if (!file || std::rename(temporary.c_str(), path.c_str()) != 0)
        return fail(ErrorCode::io, fmt::format("'{}' cannot be written", path));
    return {};
}

}  // namespace

Result<int> export_state(Session& session, const Arguments& arguments) {
    const bool local = arguments.flag("local");
    if (local && !arguments.list("environment").empty())
        return fail(ErrorCode::invalid, "Cannot specify both --environment and --local");
    adoption::State state;
    std::int64_t now = time::SystemClock().now_ms();
    if (local) {
        TRY(state, local_state(session));
    } else {
        TRY(client::SchedulerClient * scheduler, session.scheduler());
        TRY(const std::vector<std::string> names, environment_names(*scheduler, arguments));
        for (const std::string& name : names) TRY_STATUS(add_environment(*scheduler, name, state));
        TRY(now, add_snapshots(*scheduler, !arguments.list("environment").empty(), state));
    }
    adoption::Writing how;
    how.timestamp = time::format_timestamp_tz(now);
    how.importable = !local;
    TRY(const std::string text, adoption::write_state(state, how));
    const std::string path = arguments.text("output-file");
    if (path.empty()) {
        session.console().document(text);
        return kOk;
    }
    TRY_STATUS(write_file(path, text));
    if (session.console().json()) {
        session.console().document(json::Object()
                                       .str("schema", "towline.state_export/v1")
                                       .str("path", path)
                                       .num("snapshots", static_cast<std::int64_t>(state.snapshots.size()))
                                       .num("environments", static_cast<std::int64_t>(state.environments.size()))
                                       .dump());
        return kOk;
    }
    session.console().line(fmt::format("State exported successfully to '{}': {} snapshots, {} environments", path,
                                       state.snapshots.size(), state.environments.size()));
    return kOk;
}

}  // namespace towline::commands
