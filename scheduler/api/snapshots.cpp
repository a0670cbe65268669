#include <set>

#include "api/handlers.h"
#include "model/codec.h"
#include "protocol/limits.h"
#include "services/run_options.h"

namespace towline::api {
namespace {

constexpr std::size_t kPlanningIdsMax = 50'000;

// "NAME:IDENTIFIER"; names hold no colon after the last one, identifiers are digits.
Result<model::SnapshotId> parse_id(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size())
        return fail(ErrorCode::invalid, "a snapshot id is NAME:IDENTIFIER");
    return model::SnapshotId{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

void add_ids(const std::optional<model::Environment>& environment, std::set<model::SnapshotId>& ids) {
    if (!environment) return;
    for (const model::TableInfo& info : environment->snapshots) ids.insert(info.id());
    if (environment->previous_finalized_snapshots)
        for (const model::TableInfo& info : *environment->previous_finalized_snapshots) ids.insert(info.id());
}

}  // namespace

Answer get_snapshots(Context& context) {
    std::vector<model::SnapshotId> ids;
    for (const std::string_view text : context.query.all("id")) {
        TRY(model::SnapshotId id, parse_id(text));
        ids.push_back(std::move(id));
    }
    if (ids.size() > static_cast<std::size_t>(protocol::kSnapshotsPerCallMax))
        return fail(ErrorCode::too_large, "at most 200 snapshots a call");
    TRY(const std::vector<model::Snapshot> snapshots, context.store().snapshots(context.project_id, ids));
    json::Array items;
    for (const model::Snapshot& snapshot : snapshots) items.raw(model::to_json(snapshot, false));
    http::Response response = json_response(200, json::Object().list("items", items).dump());
    // A definition never changes under its id; a list with something missing may.
    response.headers.set("Cache-Control",
                         snapshots.size() == ids.size() ? "private, max-age=31536000, immutable" : "no-store");
    return std::optional<http::Response>(std::move(response));
}

Answer planning_state(Context& context) {
    TRY(const json::Document document, body_json(context));
    const json::Reader body = document.root();
    const std::string name = body.str("environment");
    const std::string create_from = body.str("create_from", "prod");
    std::set<model::SnapshotId> ids;
    for (const json::Reader& item : body.list("ids")) {
        TRY(model::SnapshotId id, model::snapshot_id_from_json(item));
        ids.insert(std::move(id));
    }
    TRY_STATUS(body.status());
    if (ids.size() > kPlanningIdsMax) return fail(ErrorCode::too_large, "too many snapshot ids");

    TRY_STATUS(context.store().ensure_project(context.project_id, context.now()));
    TRY(const std::optional<model::Environment> target, context.store().environment(context.project_id, name));
    TRY(const std::optional<model::Environment> base, context.store().environment(context.project_id, create_from));
    TRY(const std::optional<model::Environment> prod, context.store().environment(context.project_id, "prod"));
    TRY(const std::vector<model::EnvironmentStatements> statements,
        context.store().environment_statements(context.project_id, name));
    add_ids(target, ids);
    add_ids(base, ids);
    add_ids(prod, ids);
    TRY(const std::vector<model::Snapshot> snapshots,
        context.store().snapshots(context.project_id, {ids.begin(), ids.end()}));

    json::Object answer;
    if (target) answer.raw("target", model::to_json(*target));
    if (base) answer.raw("base", model::to_json(*base));
    if (prod) answer.raw("prod", model::to_json(*prod));
    json::Array statement_list;
    for (const model::EnvironmentStatements& one : statements) statement_list.raw(model::to_json(one));
    answer.list("target_statements", statement_list);
    json::Array snapshot_list;
    for (const model::Snapshot& snapshot : snapshots) snapshot_list.raw(model::to_json(snapshot, true));
    answer.list("snapshots", snapshot_list);
    answer.num("now", context.now());
    return ok(answer.dump());
}

}  // namespace towline::api
