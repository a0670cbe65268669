// Reading tasks, attempts and audit results.
#include "base/strings.h"
#include "store/rows.h"
#include "store/sql_store.h"

namespace towline::store {
namespace {

/// `shop.orders` as names are stored: `"shop"."orders"`.
std::string quoted_name(const std::string& name) {
    if (name.find('"') != std::string::npos) return name;
    std::vector<std::string> parts = split(name, ".");
    for (std::string& part : parts) part = '"' + part + '"';
    return join(parts, ".");
}

}  // namespace

Result<core::Task> SqlStore::task(const std::string& project_id, const std::string& id) {
    std::optional<core::Task> found;
    TRY_STATUS(each_row("task_get", {project_id, id}, [&](const SqlRow& row) -> Status {
        TRY(found, task_from(row));
        return {};
    }));
    if (!found) return fail(ErrorCode::not_found, "there is no task '" + id + "'");
    return *std::move(found);
}

Result<Page<core::Task>> SqlStore::tasks(const std::string& project_id, const TaskFilter& filter,
                                         const PageRequest& page) {
    TRY(const std::vector<std::string> cursor, cursor_parts(page.cursor, 3));
    const std::int64_t limit = page_rows(page);
    SqlValue state, quoted;
    if (filter.state) state = std::string(core::to_string(*filter.state));
    if (filter.model) quoted = quoted_name(*filter.model);
    SqlParams params{project_id,
                     cursor.empty() ? std::int64_t{-1} : std::int64_t{std::stoll(cursor[0])},
                     cursor.empty() ? std::int64_t{-1} : std::int64_t{std::stoll(cursor[1])},
                     cursor.empty() ? std::string() : cursor[2],
                     state,
                     sql_maybe(filter.model),
                     quoted,
                     limit};
    if (filter.work_id) params.emplace_back(*filter.work_id);
    Page<core::Task> out;
    std::string last;
    TRY_STATUS(each_row(filter.work_id ? "tasks_of_work_page" : "tasks_page", params, [&](const SqlRow& row) -> Status {
        TRY(core::Task task, task_from(row));
        out.items.push_back(std::move(task));
        if (static_cast<std::int64_t>(out.items.size()) == limit - 1)
            last = cursor_text(
                {std::to_string(row.num("created_ts")), std::to_string(row.num("position")), row.text("id")});
        return {};
    }));
    if (static_cast<std::int64_t>(out.items.size()) == limit) {
        out.items.pop_back();
        out.next_cursor = last;
    }
    return out;
}

Result<std::vector<core::Attempt>> SqlStore::attempts(const std::string& project_id, const std::string& task_id) {
    std::vector<core::Attempt> out;
    TRY_STATUS(each_row("attempts_of_task", {project_id, task_id}, [&](const SqlRow& row) -> Status {
        out.push_back(attempt_from(row));
        return {};
    }));
    return out;
}

Result<std::vector<protocol::AuditResult>> SqlStore::audit_results(const std::string& project_id,
                                                                   const std::string& task_id) {
    std::vector<protocol::AuditResult> out;
    TRY_STATUS(each_row("audits_of_task", {project_id, task_id}, [&](const SqlRow& row) -> Status {
        out.push_back({row.text("name"), row.flag("blocking"), row.num("row_count"), row.text("status")});
        return {};
    }));
    return out;
}

Result<std::vector<core::Task>> SqlStore::blockers(const std::string& project_id, const std::string& task_id) {
    std::vector<core::Task> out;
    TRY_STATUS(each_row("task_blockers", {project_id, task_id}, [&](const SqlRow& row) -> Status {
        TRY(core::Task task, task_from(row));
        out.push_back(std::move(task));
        return {};
    }));
    return out;
}

Result<std::vector<TaskStore::Standing>> SqlStore::standing(TimestampMs seen_after, TimestampMs ended_after) {
    std::vector<Standing> out;
    TRY_STATUS(each_row("standing", {seen_after, ended_after}, [&](const SqlRow& row) -> Status {
        out.push_back({row.text("what"), row.text("project_id"), row.text("kind"), row.text("state"), row.num("items"),
                       row.num("since")});
        return {};
    }));
    return out;
}

}  // namespace towline::store
