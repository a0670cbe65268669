#include <iterator>
#include <map>
#include <set>

#include "api/handlers.h"
#include "core/expiry.h"
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

/// What is asked of the state: environments with their snapshots, or only snapshots.
struct StateRequest {
    std::optional<std::string> environment;
    std::string create_from;
    std::set<model::SnapshotId> ids;
    bool all = false;
    std::optional<std::size_t> limit;
};

Result<StateRequest> state_request(const json::Reader& body) {
    StateRequest out;
    out.environment = body.maybe_str("environment");
    out.create_from = body.str("create_from", "prod");
    out.all = body.flag("all", false);
    for (const json::Reader& item : body.list("ids")) {
        TRY(model::SnapshotId id, model::snapshot_id_from_json(item));
        out.ids.insert(std::move(id));
    }
    if (const auto limit = body.maybe_num("limit")) {
        if (*limit < 0) body.reject("'limit' is at least 0");
        out.limit = static_cast<std::size_t>(*limit);
    }
    TRY_STATUS(body.status());
    if (out.ids.size() > kPlanningIdsMax) return fail(ErrorCode::too_large, "too many snapshot ids");
    return out;
}

void add_ids(const std::optional<model::Environment>& environment, std::set<model::SnapshotId>& ids) {
    if (!environment) return;
    for (const model::TableInfo& info : environment->snapshots) ids.insert(info.id());
    if (environment->previous_finalized_snapshots)
        for (const model::TableInfo& info : *environment->previous_finalized_snapshots) ids.insert(info.id());
}

/// Where the data of prod's tables were recorded to end.
Status add_ends(Context& context, const model::Environment& prod, json::Object& answer) {
    TRY(const plan::TableEnds ends, context.store().interval_ends(context.project_id, plan::shown_tables(prod)));
    json::Array list;
    for (const auto& [table, end] : ends)
        list.sub(json::Object().str("name", table.first).str("version", table.second).num("end_ts", end));
    answer.list("prod_ends", list);
    return {};
}

/// Target, base and prod into the answer, and their snapshots to those that are asked for.
Status add_environments(Context& context, StateRequest& request, json::Object& answer) {
    const std::string& project = context.project_id;
    std::map<std::string, std::optional<model::Environment>> known;  // often all three are the same one
    for (const std::string& name : {*request.environment, request.create_from, std::string("prod")}) {
        if (known.contains(name)) continue;
        TRY(known[name], context.store().environment(project, name));
        add_ids(known[name], request.ids);
    }
    const std::pair<const char*, std::string> places[] = {
        {"target", *request.environment}, {"base", request.create_from}, {"prod", "prod"}};
    for (const auto& [key, name] : places)
        if (known[name]) answer.raw(key, model::to_json(*known[name]));
    if (known["prod"]) TRY_STATUS(add_ends(context, *known["prod"], answer));
    // A new environment is compared with the one it begins as, its statements too.
    const std::optional<model::Environment>& target = known[*request.environment];
    const bool is_new = !target || core::is_expired(*target, context.now());
    const std::string& compared = is_new ? request.create_from : *request.environment;
    for (const auto& [key, name] : {std::pair("target_statements", compared), {"prod_statements", "prod"}}) {
        TRY(const std::vector<model::EnvironmentStatements> statements,
            context.store().environment_statements(project, name));
        json::Array list;
        for (const model::EnvironmentStatements& one : statements) list.raw(model::to_json(one));
        answer.list(key, list);
    }
    return {};
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
    TRY(StateRequest request, state_request(document.root()));
    TRY_STATUS(context.store().ensure_project(context.project_id, context.now()));
    std::set<model::SnapshotId>& ids = request.ids;
    json::Object answer;
    if (request.environment) TRY_STATUS(add_environments(context, request, answer));
    if (request.all) {
        TRY(const std::vector<model::SnapshotId> every,
            context.store().snapshots_past_ttl(context.project_id, context.now(), true));
        ids.insert(every.begin(), every.end());
    }
    json::Array more;
    while (request.limit && ids.size() > *request.limit) {
        const auto last = std::prev(ids.end());
        more.raw(model::to_json(*last));
        ids.erase(last);
    }
    TRY(const std::vector<model::Snapshot> snapshots,
        context.store().snapshots(context.project_id, {ids.begin(), ids.end()}));
    json::Array list;
    for (const model::Snapshot& snapshot : snapshots) list.raw(model::to_json(snapshot, true));
    answer.list("snapshots", list);
    if (request.limit) answer.list("more", more);
    answer.num("now", context.now());
    return ok(answer.dump());
}

}  // namespace towline::api
