// Environments: the record that names what is live, replaced as a whole.
#include <set>

#include "model/codec.h"
#include "store/rows.h"
#include "store/sql_store.h"

namespace towline::store {
namespace {

template <class T>
std::string json_list(const std::vector<T>& items) {
    json::Array out;
    for (const T& item : items) out.raw(model::to_json(item));
    return out.dump();
}

template <class T>
Result<std::vector<T>> list_from(const std::string& text, Result<T> (*each)(const json::Reader&)) {
    TRY(const json::Document document, json::Document::parse(text));
    std::vector<T> out;
    for (const json::Reader& item : document.root().items()) {
        TRY(T value, each(item));
        out.push_back(std::move(value));
    }
    TRY_STATUS(document.root().status());
    return out;
}

Result<Environment> environment_from(const SqlRow& row) {
    Environment e;
    e.naming.name = row.text("name");
    TRY(e.naming.suffix_target, model::suffix_target_from(row.text("suffix_target")));
    e.naming.catalog_name_override = row.maybe_text("catalog_name_override");
    e.naming.normalize_name = row.flag("normalize_name");
    e.naming.gateway_managed = row.flag("gateway_managed");
    TRY(e.snapshots, list_from(row.text("snapshots"), &model::table_info_from_json));
    e.start_at = row.text("start_at");
    e.end_at = row.maybe_text("end_at");
    e.plan_id = row.text("plan_id");
    e.previous_plan_id = row.maybe_text("previous_plan_id");
    e.expiration_ts = row.maybe_num("expiration_ts");
    e.finalized_ts = row.maybe_num("finalized_ts");
    if (const auto ids = row.maybe_text("promoted_snapshot_ids")) {
        TRY(e.promoted_snapshot_ids, list_from(*ids, &model::snapshot_id_from_json));
    }
    if (const auto infos = row.maybe_text("previous_finalized_snapshots")) {
        TRY(e.previous_finalized_snapshots, list_from(*infos, &model::table_info_from_json));
    }
    TRY(const json::Document requirements, json::Document::parse(row.text("requirements")));
    e.requirements = requirements.root().as_dict();
    return e;
}

}  // namespace

Status insert_environment(SqlSession& session, const std::string& project_id, const Environment& e,
                          const std::vector<EnvironmentStatements>& statements) {
    json::Object requirements;
    for (const auto& [name, version] : e.requirements) requirements.str(name, version);
    SqlValue promoted, finalized;
    if (e.promoted_snapshot_ids) promoted = json_list(*e.promoted_snapshot_ids);
    if (e.previous_finalized_snapshots) finalized = json_list(*e.previous_finalized_snapshots);
    TRY_STATUS(session.run(
        "environment_insert",
        {project_id, e.naming.name, json_list(e.snapshots), e.start_at, sql_maybe(e.end_at), e.plan_id,
         sql_maybe(e.previous_plan_id), sql_maybe(e.expiration_ts), promoted,
         std::string(model::to_string(e.naming.suffix_target)), sql_maybe(e.naming.catalog_name_override), finalized,
         sql_flag(e.naming.normalize_name), requirements.dump(), sql_flag(e.naming.gateway_managed)}));
    if (statements.empty()) return {};
    TRY_STATUS(
        session.run("environment_statements_insert", {project_id, e.naming.name, e.plan_id, json_list(statements)}));
    return {};
}

Status require_snapshots(SqlSession& session, const std::string& project_id, const Environment& environment) {
    std::vector<SnapshotId> ids;
    for (const model::TableInfo& info : environment.snapshots) ids.push_back(info.id());
    TRY(const SqlRows existing, session.run("snapshots_existing", {project_id, snapshot_id_list(ids)}));
    if (existing.row(0).num("count") == static_cast<std::int64_t>(ids.size())) return {};
    return fail(ErrorCode::invalid, "the environment names snapshots that were never stored");
}

namespace {

/// Those that leave the environment start their time to live now.
Status touch_demoted(SqlSession& session, const std::string& project_id, const Environment& before,
                     const Environment& after, TimestampMs now) {
    std::set<SnapshotId> kept;
    for (const model::TableInfo& info : after.snapshots) kept.insert(info.id());
    std::vector<SnapshotId> demoted;
    for (const model::TableInfo& info : before.snapshots)
        if (!kept.contains(info.id())) demoted.push_back(info.id());
    if (!demoted.empty()) TRY_STATUS(session.run("snapshots_touch", {project_id, snapshot_id_list(demoted), now}));
    return {};
}

}  // namespace

Event environment_event(const std::string& project_id, const std::string& name, const std::string& change,
                        const std::string& plan_id, TimestampMs now) {
    return {0,
            project_id,
            now,
            "environment",
            name,
            plan_id,
            json::Object().str("change", change).str("plan_id", plan_id).dump()};
}

Result<std::optional<SqlStore::EnvironmentMark>> SqlStore::environment_mark(const std::string& project_id,
                                                                            const std::string& name) {
    std::optional<EnvironmentMark> found;
    TRY_STATUS(each_row("environment_mark", {project_id, name}, [&](const SqlRow& row) -> Status {
        found = EnvironmentMark{row.text("plan_id"), row.maybe_num("finalized_ts")};
        return {};
    }));
    return found;
}

Result<std::optional<Environment>> SqlStore::environment(const std::string& project_id, const std::string& name) {
    std::optional<Environment> found;
    TRY_STATUS(each_row("environment_get", {project_id, name}, [&](const SqlRow& row) -> Status {
        TRY(found, environment_from(row));
        return {};
    }));
    return found;
}

Result<std::vector<Environment>> SqlStore::environments(const std::string& project_id) {
    std::vector<Environment> out;
    TRY_STATUS(each_row("environments", {project_id}, [&](const SqlRow& row) -> Status {
        TRY(Environment environment, environment_from(row));
        out.push_back(std::move(environment));
        return {};
    }));
    return out;
}

Result<std::vector<EnvironmentStatements>> SqlStore::environment_statements(const std::string& project_id,
                                                                            const std::string& name) {
    std::vector<EnvironmentStatements> out;
    TRY_STATUS(each_row("environment_statements_get", {project_id, name}, [&](const SqlRow& row) -> Status {
        TRY(out, list_from(row.text("environment_statements"), &model::environment_statements_from_json));
        return {};
    }));
    return out;
}

Status SqlStore::promote(const std::string& project_id, const Environment& environment,
                         const std::vector<EnvironmentStatements>& statements, TimestampMs now) {
    const std::string& name = environment.naming.name;
    return write([&](SqlSession& session) -> Status {
        TRY_STATUS(require_snapshots(session, project_id, environment));
        TRY(const SqlRows locked, session.run("environment_lock", {project_id, name}));
        if (!locked.empty()) {
            TRY(const Environment existing, environment_from(locked.row(0)));
            // Two threads may come to the same stage at once; the second finds its work done.
            if (existing.plan_id == environment.plan_id) return {};
            const bool is_expired = existing.expiration_ts && *existing.expiration_ts <= now;
            if (!is_expired && existing.plan_id != environment.previous_plan_id.value_or(""))
                return fail(
                    ErrorCode::conflict,
                    "another plan (" + existing.plan_id + ") was applied to environment '" + name + "' meanwhile",
                    "plan again");
            TRY_STATUS(touch_demoted(session, project_id, existing, environment, now));
        }
        TRY_STATUS(session.run("environment_delete", {project_id, name}));
        TRY_STATUS(session.run("environment_statements_delete", {project_id, name}));
        TRY_STATUS(insert_environment(session, project_id, environment, statements));
        return add_events(session, {environment_event(project_id, name, "promoted", environment.plan_id, now)});
    });
}

Status SqlStore::finalize(const std::string& project_id, const std::string& environment, const std::string& plan_id,
                          TimestampMs now) {
    return write([&](SqlSession& session) -> Status {
        TRY(const SqlRows done, session.run("environment_finalize", {project_id, environment, plan_id, now}));
        if (done.changed() == 0)
            return fail(ErrorCode::conflict, "environment '" + environment + "' holds another plan by now");
        return add_events(session, {environment_event(project_id, environment, "finalized", plan_id, now)});
    });
}

Status SqlStore::invalidate_environment(const std::string& project_id, const std::string& name, TimestampMs now) {
    if (name == "prod") return fail(ErrorCode::invalid, "Cannot invalidate the production environment.");
    return write([&](SqlSession& session) -> Status {
        TRY(const SqlRows done, session.run("environment_expire", {project_id, name, now}));
        if (done.changed() == 0) return fail(ErrorCode::not_found, "there is no environment '" + name + "'");
        return add_events(session, {environment_event(project_id, name, "invalidated", "", now)});
    });
}

Status SqlStore::delete_environment(const std::string& project_id, const std::string& name) {
    return write([&](SqlSession& session) -> Status {
        TRY_STATUS(session.run("environment_delete", {project_id, name}));
        TRY_STATUS(session.run("environment_statements_delete", {project_id, name}));
        return {};
    });
}

}  // namespace towline::store
