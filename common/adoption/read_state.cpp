#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "adoption/python_literal.h"
#include "adoption/sqlmesh_node.h"
#include "adoption/sqlmesh_state.h"
#include "base/strings.h"
#include "model/codec.h"

namespace towline::adoption {
namespace {

using json::Reader;
using model::Snapshot;

constexpr std::int64_t kFileVersion = 1;
constexpr std::int64_t kSchemaMin = 101;
constexpr std::int64_t kSchemaMax = 102;
constexpr std::string_view kSqlmesh = "0.236";
constexpr std::size_t kNamed = 20;  // models that one message names

std::string minor_version(const std::string& version) {
    const std::vector<std::string> parts = split(version, ".");
    return parts.size() < 2 ? version : parts[0] + "." + parts[1];
}

Status check_head(const Reader& root, Reading& out) {
    if (!root.is_object() || !root.maybe_sub("metadata") || !root.maybe_sub("versions") || !root.has("snapshots"))
        return fail(ErrorCode::invalid, "this is no state of SQLMesh",
                    "make the file with `sqlmesh state export -o FILE`");
    const Reader metadata = root.sub("metadata");
    if (metadata.num("file_version", 0) != kFileVersion)
        return fail(ErrorCode::unsupported, fmt::format("the file's version is {}, known is {}",
                                                        metadata.num("file_version", 0), kFileVersion));
    if (!metadata.flag("importable", false))
        return fail(ErrorCode::invalid, "State file is marked as not importable.", "export without --local");
    const Reader versions = root.sub("versions");
    out.sqlmesh_version = versions.str("sqlmesh_version", "");
    const std::int64_t schema = versions.num("schema_version", 0);
    if (schema < kSchemaMin || schema > kSchemaMax)
        return fail(ErrorCode::unsupported,
                    fmt::format("the state's schema is version {}, known are {} to {}", schema, kSchemaMin, kSchemaMax),
                    fmt::format("bring it there with `sqlmesh migrate` of SQLMesh {}", kSqlmesh));
    if (minor_version(out.sqlmesh_version) != kSqlmesh)
        out.warnings.push_back(
            fmt::format("the state was written by SQLMesh {}; Towline computes fingerprints as {} does, so a plan may "
                        "show models as changed that are not. `sqlmesh migrate` of {} prevents that.",
                        out.sqlmesh_version, kSqlmesh, kSqlmesh));
    return root.status();
}

Result<Snapshot> snapshot_from(const Reader& in, const LocalProject& local, bool& verified) {
    TRY(Snapshot snapshot, model::snapshot_record_from_json(in));
    if (in.maybe_str("base_table_name_override"))
        return fail(ErrorCode::unsupported, "its table keeps a name of an earlier SQLMesh");
    if (snapshot.version.empty() || snapshot.change_category == model::ChangeCategory::none)
        return fail(ErrorCode::invalid, "it is not categorised");
    if (snapshot.dev_version.empty()) snapshot.dev_version = snapshot.fingerprint.to_version();
    const auto known = local.nodes.find(snapshot.id());
    verified = known != local.nodes.end();
    if (verified) {
        snapshot.node = *known->second;
        return snapshot;
    }
    TRY(snapshot.node, node_from_sqlmesh(in.sub("node"), snapshot.name));
    if (snapshot.node.depends_on.empty())
        for (const model::SnapshotId& parent : snapshot.parents) snapshot.node.depends_on.push_back(parent.name);
    const Result<bool> matches = plan::matches(snapshot.node, snapshot.fingerprint);
    verified = matches && *matches;
    return snapshot;
}

/// Statements that the project has in the same words are the project's: it knows their variables and dialect.
Result<model::EnvironmentStatements> statements_from(const Reader& in, const LocalProject& local) {
    TRY(model::EnvironmentStatements out, model::environment_statements_from_json(in));
    for (const model::EnvironmentStatements& known : local.statements)
        if (known.project == out.project && known.before_all == out.before_all && known.after_all == out.after_all)
            return known;
    if (!local.statements.empty()) out.dialect = local.statements.front().dialect;
    if (const auto environment = in.maybe_sub("python_env")) {
        for (const auto& [name, entry] : environment->members()) {
            if (name != "__sqlmesh__vars__")
                return fail(ErrorCode::unsupported,
                            fmt::format("before_all or after_all use '{}', which needs Python", name));
            TRY(const model::Value values, python_literal(entry.str("payload", "")));
            out.variables = values.members;
        }
    }
    return out;
}

Result<StateEnvironment> environment_from(const Reader& in, const LocalProject& local) {
    StateEnvironment out;
    TRY(out.environment, model::environment_from_json(in.sub("environment")));
    for (const Reader& item : in.list("statements")) {
        TRY(model::EnvironmentStatements statements, statements_from(item, local));
        out.statements.push_back(std::move(statements));
    }
    return out;
}

Status refuse(std::vector<std::string> problems) {
    if (problems.empty()) return {};
    std::sort(problems.begin(), problems.end());
    const std::size_t count = problems.size();
    if (count > kNamed) {
        problems.resize(kNamed);
        problems.push_back(fmt::format("and {} more", count - kNamed));
    }
    Error error{ErrorCode::unsupported,
                fmt::format("{} model{} of the state cannot be taken over: {}", count, count == 1 ? "" : "s",
                            join(problems, "; ")),
                {},
                "import only environments without them (--environment), or change and plan them in SQLMesh first"};
    return fail(error);
}

std::string left_out_words(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    const std::size_t count = names.size();
    names.resize(std::min(count, kNamed));
    return fmt::format("{} snapshot{} that no environment names cannot be taken over, nobody will drop {} tables: {}{}",
                       count, count == 1 ? "" : "s", count == 1 ? "its" : "their", join(names, ", "),
                       count > kNamed ? ", …" : "");
}

}  // namespace

Result<LocalProject> local_project(const project::Project& project) {
    LocalProject out;
    TRY(const auto fingerprints, plan::fingerprints(project.nodes));
    for (const auto& [name, fingerprint] : fingerprints)
        out.nodes.emplace(model::SnapshotId{name, fingerprint.to_identifier()}, &project.nodes.at(name));
    out.statements = project.environment_statements;
    return out;
}

Status StateReader::head(const Reader& root) { return check_head(root, out_); }

Status StateReader::environment(const std::string& name, const Reader& item) {
    if (!wanted_.empty() && open_.erase(name) == 0) return {};
    auto read = environment_from(item, local_);
    if (!read) return fail(read.error().in("environment '" + name + "'"));
    for (const model::TableInfo& info : read->environment.snapshots) needed_.insert(info.id());
    out_.state.environments.push_back(std::move(*read));
    return item.status();
}

Status StateReader::end_environments() {
    if (!open_.empty()) return fail(ErrorCode::not_found, "No such environment: " + *open_.begin());
    if (out_.state.environments.empty()) return fail(ErrorCode::invalid, "the state has no environment");
    return {};
}

Result<std::optional<Snapshot>> StateReader::snapshot(const Reader& item) {
    const std::string name = item.str("name", "");
    TRY(const model::Fingerprint parts, model::fingerprint_from_json(item.sub("fingerprint")));
    const bool named = needed_.erase({name, parts.to_identifier()}) != 0;
    // Of some environments only what they name is asked for. A whole state also has what could be gone back to,
    // and whose tables are to be dropped when its time is over.
    if (!named && !wanted_.empty()) return std::optional<Snapshot>();
    bool verified = false;
    auto read = snapshot_from(item, local_, verified);
    TRY_STATUS(item.status());
    if (!read) {
        if (named)
            problems_.push_back(name + ": " + read.error().message);
        else
            left_out_.push_back(name);
        return std::optional<Snapshot>();
    }
    if (!verified && named) out_.unverified.push_back(name);
    return std::optional<Snapshot>(std::move(*read));
}

Status StateReader::end_snapshots() {
    TRY_STATUS(refuse(std::move(problems_)));
    if (!needed_.empty())
        return fail(ErrorCode::invalid, fmt::format("the state lacks the snapshot of {} that its environments name",
                                                    needed_.begin()->name));
    if (!left_out_.empty()) out_.warnings.push_back(left_out_words(std::move(left_out_)));
    std::sort(out_.unverified.begin(), out_.unverified.end());
    return {};
}

Result<Reading> read_state(const Reader& root, const LocalProject& local, const std::vector<std::string>& wanted) {
    StateReader reader(local, wanted);
    TRY_STATUS(reader.head(root));
    if (const auto environments = root.maybe_sub("environments"))
        for (const auto& [name, item] : environments->members()) TRY_STATUS(reader.environment(name, item));
    TRY_STATUS(root.status());
    TRY_STATUS(reader.end_environments());
    std::vector<Snapshot> snapshots;
    for (const Reader& item : root.list("snapshots")) {
        TRY(std::optional<Snapshot> snapshot, reader.snapshot(item));
        if (snapshot) snapshots.push_back(std::move(*snapshot));
    }
    TRY_STATUS(root.status());
    TRY_STATUS(reader.end_snapshots());
    reader.reading().state.snapshots = std::move(snapshots);
    return std::move(reader.reading());
}

}  // namespace towline::adoption
