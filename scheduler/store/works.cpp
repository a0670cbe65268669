// Works: plans and runs with their stages. What changes a work as a whole first locks it (lock_work).
#include <fmt/core.h>

#include <map>
#include <set>

#include "crypto/crypto.h"
#include "plan/codec.h"
#include "store/rows.h"
#include "store/sql_store.h"

namespace towline::store {
namespace {

constexpr std::size_t kRowsPerStatement = 500;
constexpr std::int64_t kOpenWorksMax = 10'000;

std::string word(core::WorkState state) { return std::string(core::to_string(state)); }
std::string word(core::WorkKind kind) { return std::string(core::to_string(kind)); }

Error no_work(const std::string& id) { return {ErrorCode::not_found, "there is no plan or run '" + id + "'", "", ""}; }

Event work_event(const std::string& project_id, const std::string& kind, const std::string& id, json::Object payload,
                 TimestampMs now) {
    return {0, project_id, now, kind, id, id, payload.dump()};
}

/// The same task has the same id however often a start is tried.
std::string task_id(const std::string& work_id, std::size_t stage, const std::string& key) {
    return crypto::sha256(fmt::format("{}:{}:{}", work_id, stage, key)).substr(0, 32);
}

/// Rows of tasks and edges, cut into statements of bounded size.
class TaskRows {
 public:
    explicit TaskRows(const std::string& work_id) : work_id_(work_id) {}

    Status add_stage(std::size_t index, const plan::Stage& stage) {
        std::map<std::string, std::string> ids;
        for (const plan::TaskSpec& spec : stage.tasks)
            if (!ids.emplace(spec.key, task_id(work_id_, index, spec.key)).second)
                return fail(ErrorCode::invalid, "two tasks of a stage have the key " + spec.key);
        for (const plan::TaskSpec& spec : stage.tasks) {
            const std::set<std::string> parents(spec.depends_on.begin(), spec.depends_on.end());
            for (const std::string& parent : parents) {
                const auto found = ids.find(parent);
                if (found == ids.end() || parent == spec.key)
                    return fail(ErrorCode::invalid,
                                "task " + spec.key + " depends on " + parent + ", which is no other task of its stage");
                edges_.push_back(
                    json::Object().str("parent_id", found->second).str("child_id", ids.at(spec.key)).dump());
            }
            json::Object row;
            row.str("id", ids.at(spec.key))
                .num("stage_index", static_cast<std::int64_t>(index))
                .num("position", static_cast<std::int64_t>(tasks_.size()))
                .str("name", spec.name)
                .maybe("gateway", spec.gateway)
                .maybe("labels", spec.labels.empty() ? std::nullopt : std::optional(text_list(spec.labels)))
                .str("spec", plan::to_json(spec))
                .num("blocked_by", static_cast<std::int64_t>(parents.size()))
                .num("tries_max", std::max(1, spec.tries_max));
            tasks_.push_back(row.dump());
        }
        return {};
    }

    Status insert(SqlSession& session, const core::Work& work, TimestampMs now) const {
        const std::string plan_id = work.kind == core::WorkKind::plan ? work.id : work.base_plan_id;
        TRY_STATUS(in_parts(tasks_, [&](const std::string& rows) {
            return session.run("tasks_add",
                               {work.project_id, word(work.kind), work.id, plan_id, work.environment, now, rows});
        }));
        return in_parts(edges_, [&](const std::string& rows) {
            return session.run("edges_add", {work.project_id, work.id, rows});
        });
    }

 private:
    static Status in_parts(const std::vector<std::string>& rows,
                           const std::function<Result<SqlRows>(const std::string&)>& insert) {
        for (std::size_t first = 0; first < rows.size(); first += kRowsPerStatement) {
            json::Array part;
            for (std::size_t i = first; i < std::min(rows.size(), first + kRowsPerStatement); ++i) part.raw(rows[i]);
            TRY_STATUS(insert(part.dump()));
        }
        return {};
    }

    const std::string& work_id_;
    std::vector<std::string> tasks_;
    std::vector<std::string> edges_;
};

std::string stage_words(const std::vector<plan::Stage>& stages) {
    json::Array out;
    for (const plan::Stage& stage : stages) out.str(plan::to_string(stage.kind));
    return out.dump();
}

}  // namespace

Status SqlStore::add_work(const core::Work& work) {
    return write([&](SqlSession& session) -> Status {
        TRY_STATUS(session.run(
            "work_add", {work.id, work.project_id, word(work.kind), work.environment, work.trigger, work.created_by,
                         work.document, work.base_plan_id, work.execution_ts, work.created_ts}));
        json::Object payload;
        payload.str("state", "queued").str("environment", work.environment).str("trigger", work.trigger);
        return add_events(session, {work_event(work.project_id, word(work.kind), work.id, payload, work.created_ts)});
    });
}

Result<core::Work> SqlStore::work(const std::string& project_id, const std::string& id) {
    std::optional<core::Work> found;
    TRY_STATUS(each_row("work_get", {project_id, id}, [&](const SqlRow& row) -> Status {
        TRY(found, work_from(row));
        return {};
    }));
    if (!found) return fail(no_work(id));
    return *std::move(found);
}

Result<std::string> SqlStore::work_document(const std::string& project_id, const std::string& id) {
    std::optional<std::string> found;
    TRY_STATUS(each_row("work_document", {project_id, id}, [&](const SqlRow& row) -> Status {
        found = row.text("document");
        return {};
    }));
    if (!found) return fail(no_work(id));
    return *std::move(found);
}

Result<Page<core::Work>> SqlStore::works(const std::string& project_id, const WorkFilter& filter,
                                         const PageRequest& page) {
    TRY(const std::vector<std::string> cursor, cursor_parts(page.cursor, 2));
    const std::int64_t before = cursor.empty() ? INT64_MAX : std::stoll(cursor[0]);
    SqlValue kind, state;
    if (filter.kind) kind = word(*filter.kind);
    if (filter.state) state = word(*filter.state);
    const std::int64_t limit = page_rows(page);
    Page<core::Work> out;
    TRY_STATUS(each_row("works_page",
                        {project_id, before, cursor.empty() ? std::string() : cursor[1], kind,
                         sql_maybe(filter.environment), state, limit},
                        [&](const SqlRow& row) -> Status {
                            TRY(core::Work work, work_from(row));
                            out.items.push_back(std::move(work));
                            return {};
                        }));
    if (static_cast<std::int64_t>(out.items.size()) == limit) {
        out.items.pop_back();
        out.next_cursor = cursor_text({std::to_string(out.items.back().created_ts), out.items.back().id});
    }
    return out;
}

Result<std::vector<core::Work>> SqlStore::open_works() {
    std::vector<core::Work> out;
    TRY_STATUS(each_row("works_open", {kOpenWorksMax}, [&](const SqlRow& row) -> Status {
        TRY(core::Work work, work_from(row));
        out.push_back(std::move(work));
        return {};
    }));
    return out;
}

Result<bool> SqlStore::start_work(const std::string& project_id, const std::string& id,
                                  const std::vector<plan::Stage>& stages, TimestampMs now) {
    TaskRows rows(id);
    for (std::size_t i = 0; i < stages.size(); ++i) TRY_STATUS(rows.add_stage(i, stages[i]));
    bool started = false;
    bool lost_race = false;
    const Status done = write([&](SqlSession& session) -> Status {
        const Result<SqlRows> updated = session.run("work_start", {project_id, id, stage_words(stages), now});
        // Two replicas at once: the unique index of running works lets one through.
        lost_race = !updated && updated.error().code == ErrorCode::conflict;
        if (!updated) return fail(updated.error());
        started = !updated->empty();
        if (!started) return {};
        TRY(const core::Work work, work_from(updated->row(0)));
        TRY_STATUS(rows.insert(session, work, now));
        json::Object payload;
        payload.str("state", "running").str("environment", work.environment).raw("stages", stage_words(stages));
        return add_events(session, {work_event(project_id, word(work.kind), id, payload, now)});
    });
    if (lost_race) return false;
    if (!done) return fail(done.error());
    return started;
}

Result<bool> SqlStore::enter_stage(const core::Work& work, int stage_index, TimestampMs now) {
    bool entered = false;
    const Status done = write([&](SqlSession& session) -> Status {
        TRY(const SqlRows moved, session.run("work_enter_stage", {work.project_id, work.id, stage_index}));
        entered = moved.changed() > 0;
        if (!entered) return {};
        TRY_STATUS(session.run("stage_ready", {work.id, stage_index, now}));
        json::Object payload;
        payload.str("state", "running").num("stage_index", stage_index);
        return add_events(session, {work_event(work.project_id, word(work.kind), work.id, payload, now)});
    });
    TRY_STATUS(done);
    return entered;
}

Result<core::StageCounts> SqlStore::stage_counts(const core::Work& work) {
    std::map<std::string, int> parts;
    TRY_STATUS(each_row("stage_counts", {work.id, work.stage_index}, [&](const SqlRow& row) -> Status {
        parts[row.text("part")] = static_cast<int>(row.num("count"));
        return {};
    }));
    const auto of = [&](core::TaskState state) { return parts[std::string(core::to_string(state))]; };
    core::StageCounts counts;
    counts.open = parts["open"];
    counts.failed = of(core::TaskState::failed);
    counts.skipped = of(core::TaskState::skipped);
    counts.cancelled = of(core::TaskState::cancelled);
    counts.succeeded = parts["all"] - counts.open - counts.failed - counts.skipped - counts.cancelled;
    return counts;
}

Status SqlStore::finish_work(const std::string& project_id, const std::string& id, core::WorkState state,
                             const std::string& error, TimestampMs now) {
    if (!core::is_final(state)) return fail(ErrorCode::internal, "a work ends in a final state");
    return write([&](SqlSession& session) -> Status {
        TRY(const SqlRows locked, lock_work(session, project_id, id));
        if (locked.empty()) return fail(ErrorCode::not_found, "there is no plan or run '" + id + "'");
        TRY(const core::WorkState before, core::work_state_from(locked.row(0).text("state")));
        if (core::is_final(before)) return {};
        TRY_STATUS(session.run("work_finish", {project_id, id, word(state), error, now}));
        TRY_STATUS(session.run("attempts_of_work_lost", {id, now}));
        TRY_STATUS(session.run("tasks_of_work_cancel", {id, now}));
        json::Object payload;
        payload.str("state", word(state)).str("error", error);
        return add_events(session, {work_event(project_id, locked.row(0).text("kind"), id, payload, now)});
    });
}

Status SqlStore::request_cancel(const std::string& project_id, const std::string& id, bool leased_too,
                                TimestampMs now) {
    return write([&](SqlSession& session) -> Status {
        TRY(const SqlRows locked, lock_work(session, project_id, id));
        if (locked.empty()) return fail(ErrorCode::not_found, "there is no plan or run '" + id + "'");
        TRY(const core::WorkState before, core::work_state_from(locked.row(0).text("state")));
        if (core::is_final(before)) return {};
        TRY_STATUS(session.run("work_cancel", {project_id, id}));
        TRY_STATUS(session.run("tasks_of_work_cancel_unstarted", {id, now}));
        if (leased_too) TRY_STATUS(session.run("tasks_of_work_cancel_leased", {id}));
        json::Object payload;
        payload.str("state", word(before)).flag("cancel_requested", true);
        return add_events(session, {work_event(project_id, locked.row(0).text("kind"), id, payload, now)});
    });
}

}  // namespace towline::store
