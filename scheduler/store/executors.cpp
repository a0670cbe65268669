// Executors: who is there. Of a (project, kind, name) only the newest boot is not fenced.
#include "crypto/crypto.h"
#include "store/rows.h"
#include "store/sql_store.h"

namespace towline::store {
namespace {

constexpr std::int64_t kExecutorsMax = 20'000;

std::string gateways_text(const core::Executor& executor) {
    json::Array out;
    for (const project::Gateway& gateway : executor.gateways) out.raw(protocol::to_json(gateway));
    return out.dump();
}

std::string word(core::ExecutorState state) { return std::string(core::to_string(state)); }

Event executor_event(const core::Executor& executor, core::ExecutorState state, TimestampMs now) {
    json::Object payload;
    payload.str("state", word(state)).str("name", executor.name).str("kind", protocol::to_string(executor.kind));
    return {0, executor.project_id, now, "executor", executor.id, "", payload.dump()};
}

Status update(SqlSession& session, const core::Executor& executor) {
    TRY(const SqlRows done,
        session.run("executor_update", {executor.project_id, executor.id, executor.client_id, executor.version,
                                        std::int64_t{executor.slots}, gateways_text(executor), word(executor.state),
                                        sql_flag(executor.drain_requested), text_list(executor.labels)}));
    if (done.changed() == 0) return fail(ErrorCode::not_found, "there is no executor '" + executor.id + "'");
    return {};
}

/// Older boots of the same name lose their leases and may say nothing more.
Status fence_older(SqlSession& session, const core::Executor& executor) {
    const std::string kind(protocol::to_string(executor.kind));
    TRY(const SqlRows older, session.run("executors_of_name", {executor.project_id, kind, executor.name}));
    for (std::size_t i = 0; i < older.size(); ++i) {
        const std::string id = older.row(i).text("id");
        TRY_STATUS(session.run("executor_fence", {id}));
        TRY_STATUS(session.run("executors_fenced_forget", {executor.project_id, kind, executor.name, id}));
        TRY(const SqlRows leases, session.run("leases_of_executor", {id}));
        TRY_STATUS(lose_leases(session, leases, {.now = executor.registered_ts}));
    }
    return {};
}

Status insert(SqlSession& session, const core::Executor& executor) {
    TRY_STATUS(
        session.run("executor_add",
                    {executor.id, executor.project_id, std::string(protocol::to_string(executor.kind)), executor.name,
                     executor.boot_id, executor.client_id, executor.version, std::int64_t{executor.slots},
                     gateways_text(executor), word(executor.state), sql_flag(executor.drain_requested),
                     executor.registered_ts, executor.last_seen_ts, text_list(executor.labels)}));
    return {};
}

}  // namespace

Result<core::Executor> SqlStore::register_executor(const core::Executor& executor) {
    core::Executor out;
    const Status done = write([&](SqlSession& session) -> Status {
        const std::string kind(protocol::to_string(executor.kind));
        out = executor;
        TRY(const SqlRows same,
            session.run("executor_of_boot", {executor.project_id, kind, executor.name, executor.boot_id}));
        if (!same.empty()) {
            // The answer to an earlier registration was lost, or the scheduler restarted.
            TRY(const core::Executor known, executor_from(same.row(0)));
            if (known.state == core::ExecutorState::fenced)
                return fail(ErrorCode::superseded, "a newer process named '" + executor.name + "' is registered",
                            "stop this one, or give it a name of its own");
            out.id = known.id;
            out.registered_ts = known.registered_ts;
            out.drain_requested = known.drain_requested;
            return update(session, out);
        }
        if (out.id.empty()) out.id = crypto::random_hex(16);
        TRY_STATUS(fence_older(session, out));
        TRY_STATUS(insert(session, out));
        return add_events(session, {executor_event(out, out.state, out.registered_ts)});
    });
    TRY_STATUS(done);
    return out;
}

Result<core::Executor> SqlStore::executor(const std::string& project_id, const std::string& id) {
    std::optional<core::Executor> found;
    TRY_STATUS(each_row("executor_get", {project_id, id}, [&](const SqlRow& row) -> Status {
        TRY(found, executor_from(row));
        return {};
    }));
    if (!found) return fail(ErrorCode::not_found, "there is no executor '" + id + "'");
    return *std::move(found);
}

Result<std::vector<core::Executor>> SqlStore::executors(const std::string& project_id) {
    std::vector<core::Executor> out;
    TRY_STATUS(each_row("executors", {project_id, kExecutorsMax}, [&](const SqlRow& row) -> Status {
        TRY(core::Executor executor, executor_from(row));
        out.push_back(std::move(executor));
        return {};
    }));
    return out;
}

Status SqlStore::set_executor(const core::Executor& executor) {
    return write([&](SqlSession& session) -> Status {
        TRY_STATUS(update(session, executor));
        return add_events(session, {executor_event(executor, executor.state, executor.last_seen_ts)});
    });
}

Status SqlStore::touch_executors(const std::vector<std::string>& ids, TimestampMs now) {
    if (ids.empty()) return {};
    TRY_STATUS(change("executors_touch", {id_list(ids), now}));
    return {};
}

Status SqlStore::forget_executor(const std::string& project_id, const std::string& id) {
    return write([&](SqlSession& session) -> Status {
        TRY(const SqlRows known, session.run("executor_get", {project_id, id}));
        if (known.empty()) return fail(ErrorCode::not_found, "there is no executor '" + id + "'");
        TRY(const SqlRows leases, session.run("leases_of_executor", {id}));
        TRY_STATUS(lose_leases(session, leases, {.now = known.row(0).num("last_seen_ts")}));
        TRY_STATUS(session.run("executor_forget", {project_id, id}));
        return {};
    });
}

}  // namespace towline::store
