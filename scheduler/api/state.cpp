// Adoption: a whole state of SQLMesh, converted by the client, becomes the project's.

#include <fmt/core.h>

#include <set>

#include "api/handlers.h"
#include "crypto/crypto.h"
#include "log/log.h"
#include "model/codec.h"
#include "plan/fingerprint.h"

namespace towline::api {
namespace {

constexpr std::size_t kSnapshotsMax = 100'000;
constexpr std::size_t kEnvironmentsMax = 1000;
constexpr std::int64_t kPagesMax = 100'000;
constexpr std::size_t kImportIdSize = 32;

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

/// Names of models whose definition is not the one of their fingerprint: they keep their tables, but no executor will
/// run them.
json::Array unverified_of(const store::StateImport& state) {
    json::Array out;
    for (const model::Snapshot& snapshot : state.snapshots) {
        const Result<bool> matches = plan::matches(snapshot.node, snapshot.fingerprint);
        if (!matches || !*matches) out.str(snapshot.name);
    }
    return out;
}

/// 32 hexadecimal digits that the client has chosen.
Result<std::string> import_id(const json::Reader& body) {
    std::string id = body.str("import_id");
    TRY_STATUS(body.status());
    const bool is_hex = id.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (id.size() != kImportIdSize || !is_hex)
        return fail(ErrorCode::invalid, "import_id is 32 hexadecimal digits, chosen by the client");
    return id;
}

Status note_import(const Context& context, const store::StateCounts& counts, bool replaced) {
    TRY_STATUS(context.store().add_audit_log(context.project_id, context.principal.client_id, "state.import",
                                             fmt::format("{} snapshots, {} environments{}", counts.snapshots,
                                                         counts.environments, replaced ? ", replaced" : ""),
                                             context.now()));
    log::info("state imported", {{"project", context.project_id},
                                 {"snapshots", std::to_string(counts.snapshots)},
                                 {"environments", std::to_string(counts.environments)}});
    return {};
}

json::Object counts_json(const store::StateCounts& counts) {
    json::Object out;
    out.num("snapshots", counts.snapshots).num("environments", counts.environments);
    return out;
}

/// The pages that came before become the state.
Answer apply_pages(Context& context, const json::Reader& body) {
    TRY(const std::string id, import_id(body));
    const std::int64_t pages = body.num("pages");
    const bool replace = body.flag("replace", false);
    TRY_STATUS(body.status());
    if (pages < 1 || pages > kPagesMax) return fail(ErrorCode::invalid, "pages is a number from 1 to 100000");
    TRY(const store::StateCounts counts,
        context.store().apply_state_pages(context.project_id, id, pages, replace, context.now()));
    TRY_STATUS(note_import(context, counts, replace));
    return created(counts_json(counts).dump());
}

}  // namespace

Answer add_state_page(Context& context) {
    TRY(const json::Document document, body_json(context));
    const json::Reader body = document.root();
    store::StatePage page;
    TRY(page.import_id, import_id(body));
    page.number = body.num("page");
    TRY(page.part, read_import(body));
    if (page.number < 0 || page.number >= kPagesMax)
        return fail(ErrorCode::invalid, "page is a number from 0 to 99999");
    TRY_STATUS(check_import(page.part));
    page.digest = crypto::sha256(context.request.body);
    TRY_STATUS(context.store().ensure_project(context.project_id, context.now()));
    TRY_STATUS(context.store().add_state_page(context.project_id, page, context.now()));
    return created(json::Object().list("unverified", unverified_of(page.part)).dump());
}

Answer import_state(Context& context) {
    TRY(const json::Document document, body_json(context));
    if (document.root().has("import_id")) return apply_pages(context, document.root());
    TRY(const store::StateImport state, read_import(document.root()));
    if (state.environments.empty()) return fail(ErrorCode::invalid, "the state has no environment");
    TRY_STATUS(check_import(state));
    TRY_STATUS(context.store().ensure_project(context.project_id, context.now()));
    TRY_STATUS(context.store().import_state(context.project_id, state, context.now()));
    const store::StateCounts counts{static_cast<std::int64_t>(state.snapshots.size()),
                                    static_cast<std::int64_t>(state.environments.size())};
    TRY_STATUS(note_import(context, counts, state.replace));
    return created(counts_json(counts).list("unverified", unverified_of(state)).dump());
}

}  // namespace towline::api
