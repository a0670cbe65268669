// `towline state export`: the project's state in SQLMesh's own format, for `sqlmesh state import`.

#include <fmt/core.h>

#include <fstream>
#include <set>

#include "adoption/sqlmesh_state.h"
#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/project_loading.h"
#include "model/codec.h"
#include "time/clock.h"
#include "time/civil.h"

namespace towline::commands {
namespace {

constexpr std::size_t kEnvironmentsMax = 10'000;

Status read_environment(client::SchedulerClient& scheduler, const std::string& name, adoption::State& out,
                        std::set<model::SnapshotId>& seen, std::int64_t& now) {
    const std::string body = json::Object().str("environment", name).str("create_from", name).dump();
    TRY(const json::Document document, scheduler.post("planning-state", body));
    const json::Reader root = document.root();
    const auto target = root.maybe_sub("target");
    if (!target) return fail(ErrorCode::not_found, "No such environment: " + name);
    adoption::StateEnvironment one;
    TRY(one.environment, model::environment_from_json(*target));
    for (const json::Reader& item : root.list("target_statements")) {
        TRY(model::EnvironmentStatements statements, model::environment_statements_from_json(item));
        one.statements.push_back(std::move(statements));
    }
    std::set<model::SnapshotId> wanted;
    for (const model::TableInfo& info : one.environment.snapshots) wanted.insert(info.id());
    for (const json::Reader& item : root.list("snapshots")) {
        TRY(model::Snapshot snapshot, model::snapshot_from_json(item));
        if (wanted.contains(snapshot.id()) && seen.insert(snapshot.id()).second)
            out.snapshots.push_back(std::move(snapshot));
    }
    now = root.num("now");
    TRY_STATUS(root.status());
    out.environments.push_back(std::move(one));
    return {};
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
        snapshot.ttl = project.settings.snapshot_ttl;
        snapshot.table_naming_convention = project.settings.physical_table_naming_convention;
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
    adoption::State state;
    std::int64_t now = time::SystemClock().now_ms();
    if (local) {
        TRY(state, local_state(session));
    } else {
        TRY(client::SchedulerClient * scheduler, session.scheduler());
        TRY(const std::vector<std::string> names, environment_names(*scheduler, arguments));
        std::set<model::SnapshotId> seen;
        for (const std::string& name : names) TRY_STATUS(read_environment(*scheduler, name, state, seen, now));
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
