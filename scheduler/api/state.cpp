// Adoption: a whole state of SQLMesh, converted by the client, becomes the project's.

#include <fmt/core.h>

#include <set>

#include "api/handlers.h"
#include "log/log.h"
#include "model/codec.h"
#include "plan/fingerprint.h"

namespace towline::api {
namespace {

constexpr std::size_t kSnapshotsMax = 100'000;
constexpr std::size_t kEnvironmentsMax = 1000;

Result<store::StateImport> read_import(const json::Reader& body) {
    store::StateImport out;
    out.replace = body.flag("replace", false);
    for (const json::Reader& item : body.list("snapshots")) {
        TRY(model::Snapshot snapshot, model::snapshot_from_json(item));
        out.snapshots.push_back(std::move(snapshot));
    }
    for (const json::Reader& item : body.list("environments")) {
        store::StateImport::Named one;
        TRY(one.environment, model::environment_from_json(item.sub("environment")));
        for (const json::Reader& statements : item.list("statements")) {
            TRY(model::EnvironmentStatements read, model::environment_statements_from_json(statements));
            one.statements.push_back(std::move(read));
        }
        out.environments.push_back(std::move(one));
    }
    TRY_STATUS(body.status());
    return out;
}

Status check_import(const store::StateImport& state) {
    if (state.snapshots.size() > kSnapshotsMax || state.environments.size() > kEnvironmentsMax)
        return fail(ErrorCode::too_large, "the state has too many snapshots or environments");
    if (state.environments.empty()) return fail(ErrorCode::invalid, "the state has no environment");
    for (const model::Snapshot& snapshot : state.snapshots) {
        if (snapshot.name != snapshot.node.fqn)
            return fail(ErrorCode::invalid, "snapshot " + snapshot.name + " holds the definition of another model");
        if (snapshot.version.empty() || snapshot.change_category == model::ChangeCategory::none)
            return fail(ErrorCode::invalid, "snapshot " + snapshot.name + " is not categorised");
    }
    std::set<std::string> names;
    for (const store::StateImport::Named& one : state.environments) {
        const std::string& name = one.environment.naming.name;
        if (name.empty() || name != model::sanitize_environment_name(name) || !names.insert(name).second)
            return fail(ErrorCode::invalid, "'" + name + "' is not an environment name, or named twice");
        if (one.environment.plan_id.empty())
            return fail(ErrorCode::invalid, "environment '" + name + "' has no plan id");
    }
    return {};
}

}  // namespace

Answer import_state(Context& context) {
    TRY(const json::Document document, body_json(context));
    TRY(const store::StateImport state, read_import(document.root()));
    TRY_STATUS(check_import(state));
    // A definition that is not the one of its fingerprint keeps its tables, but no executor will run it.
    json::Array unverified;
    for (const model::Snapshot& snapshot : state.snapshots) {
        const Result<bool> matches = plan::matches(snapshot.node, snapshot.fingerprint);
        if (!matches || !*matches) unverified.str(snapshot.name);
    }
    TRY_STATUS(context.store().ensure_project(context.project_id, context.now()));
    TRY_STATUS(context.store().import_state(context.project_id, state, context.now()));
    TRY_STATUS(context.store().add_audit_log(context.project_id, context.principal.client_id, "state.import",
                                             fmt::format("{} snapshots, {} environments{}", state.snapshots.size(),
                                                         state.environments.size(), state.replace ? ", replaced" : ""),
                                             context.now()));
    log::info("state imported", {{"project", context.project_id},
                                 {"snapshots", std::to_string(state.snapshots.size())},
                                 {"environments", std::to_string(state.environments.size())}});
    return created(json::Object()
                       .num("snapshots", static_cast<std::int64_t>(state.snapshots.size()))
                       .num("environments", static_cast<std::int64_t>(state.environments.size()))
                       .list("unverified", unverified)
                       .dump());
}

}  // namespace towline::api
