#include "store/rows.h"

#include <algorithm>

#include "base/strings.h"
#include "plan/codec.h"
#include "protocol/limits.h"

namespace towline::store {
namespace {

std::optional<TimestampMs> maybe_ts(const SqlRow& row, std::string_view column) { return row.maybe_num(column); }

Result<std::vector<plan::StageKind>> stages_from(const std::string& text) {
    TRY(const json::Document document, json::Document::parse(text));
    std::vector<plan::StageKind> stages;
    for (const std::string& word : document.root().as_strings()) {
        TRY(const plan::StageKind kind, plan::stage_kind_from(word));
        stages.push_back(kind);
    }
    TRY_STATUS(document.root().status());
    return stages;
}

}  // namespace

Result<core::Work> work_from(const SqlRow& row) {
    core::Work work;
    work.id = row.text("id");
    TRY(work.kind, core::work_kind_from(row.text("kind")));
    work.project_id = row.text("project_id");
    work.environment = row.text("environment");
    TRY(work.state, core::work_state_from(row.text("state")));
    work.trigger = row.text("trigger");
    work.created_by = row.text("created_by");
    TRY(work.stages, stages_from(row.text("stages")));
    work.stage_index = static_cast<int>(row.num("stage_index"));
    work.cancel_requested = row.flag("cancel_requested");
    work.error = row.text("error");
    work.base_plan_id = row.text("base_plan_id");
    work.execution_ts = row.num("execution_ts");
    work.created_ts = row.num("created_ts");
    work.started_ts = maybe_ts(row, "started_ts");
    work.ended_ts = maybe_ts(row, "ended_ts");
    return work;
}

Result<core::Task> task_from(const SqlRow& row) {
    core::Task task;
    task.id = row.text("id");
    task.project_id = row.text("project_id");
    TRY(task.work_kind, core::work_kind_from(row.text("work_kind")));
    task.work_id = row.text("work_id");
    task.stage_index = static_cast<int>(row.num("stage_index"));
    TRY(const json::Document spec, json::Document::parse(row.text("spec")));
    TRY(task.spec, plan::task_spec_from_json(spec.root()));
    TRY(task.state, core::task_state_from(row.text("state")));
    task.blocked_by = static_cast<int>(row.num("blocked_by"));
    task.attempt = static_cast<int>(row.num("attempt"));
    task.tries_max = static_cast<int>(row.num("tries_max"));
    task.epoch = row.num("epoch");
    task.fence = row.num("fence");
    task.run_at = row.num("run_at");
    task.lease_until = maybe_ts(row, "lease_until");
    task.executor_id = row.text("executor_id");
    task.cancel_requested = row.flag("cancel_requested");
    task.error_code = row.text("error_code");
    task.error_message = row.text("error_message");
    task.created_ts = row.num("created_ts");
    task.started_ts = maybe_ts(row, "started_ts");
    task.ended_ts = maybe_ts(row, "ended_ts");
    return task;
}

core::Attempt attempt_from(const SqlRow& row) {
    core::Attempt attempt;
    attempt.id = row.text("id");
    attempt.task_id = row.text("task_id");
    attempt.epoch = row.num("epoch");
    attempt.fence = row.num("fence");
    attempt.number = static_cast<int>(row.num("number"));
    attempt.executor_id = row.text("executor_id");
    attempt.executor_name = row.text("executor_name");
    attempt.state = row.text("state");
    attempt.started_ts = row.num("started_ts");
    attempt.ended_ts = maybe_ts(row, "ended_ts");
    attempt.duration_ms = row.num("duration_ms");
    attempt.rows = row.maybe_num("row_count");
    attempt.error_code = row.text("error_code");
    attempt.error_message = row.text("error_message");
    return attempt;
}

Result<core::Executor> executor_from(const SqlRow& row) {
    core::Executor executor;
    executor.id = row.text("id");
    executor.project_id = row.text("project_id");
    TRY(executor.kind, protocol::executor_kind_from(row.text("kind")));
    executor.name = row.text("name");
    executor.boot_id = row.text("boot_id");
    executor.client_id = row.text("client_id");
    executor.version = row.text("version");
    executor.slots = static_cast<int>(row.num("slots"));
    TRY(const json::Document gateways, json::Document::parse(row.text("gateways")));
    for (const json::Reader& item : gateways.root().items()) {
        TRY(project::Gateway gateway, protocol::gateway_from_json(item));
        executor.gateways.push_back(std::move(gateway));
    }
    TRY(const json::Document labels, json::Document::parse(row.text("labels")));
    executor.labels = labels.root().as_strings();
    TRY(executor.state, core::executor_state_from(row.text("state")));
    executor.drain_requested = row.flag("drain_requested");
    executor.registered_ts = row.num("registered_ts");
    executor.last_seen_ts = row.num("last_seen_ts");
    return executor;
}

std::string id_list(const std::vector<std::string>& ids, std::string_view key) {
    json::Array out;
    for (const std::string& id : ids) out.sub(json::Object().str(key, id));
    return out.dump();
}

std::string text_list(const std::vector<std::string>& texts) {
    json::Array out;
    for (const std::string& text : texts) out.str(text);
    return out.dump();
}

std::string snapshot_id_list(const std::vector<SnapshotId>& ids) {
    json::Array out;
    for (const SnapshotId& id : ids) out.sub(json::Object().str("name", id.name).str("identifier", id.identifier));
    return out.dump();
}

std::string scopes_text(const std::vector<std::string>& scopes) { return join(scopes, " "); }

std::vector<std::string> scopes_from(std::string_view text) {
    return text.empty() ? std::vector<std::string>() : split(text, " ");
}

std::int64_t page_rows(const PageRequest& page) { return std::clamp(page.limit, 1, protocol::kPageItemsMax) + 1; }

std::string cursor_text(const std::vector<std::string>& parts) { return join(parts, ":"); }

Result<std::vector<std::string>> cursor_parts(const std::string& cursor, std::size_t count) {
    std::vector<std::string> parts;
    if (cursor.empty()) return parts;
    std::size_t at = 0;
    while (parts.size() + 1 < count) {
        const std::size_t colon = cursor.find(':', at);
        if (colon == std::string::npos || !parse_int(cursor.substr(at, colon - at)))
            return fail(ErrorCode::invalid, "the cursor is none of this list", "start again without a cursor");
        parts.push_back(cursor.substr(at, colon - at));
        at = colon + 1;
    }
    parts.push_back(cursor.substr(at));
    return parts;
}

Status add_events(SqlSession& session, const std::vector<Event>& events) {
    if (events.empty()) return {};
    json::Array rows;
    for (const Event& event : events)
        rows.sub(json::Object()
                     .str("project_id", event.project_id)
                     .num("ts", event.ts)
                     .str("topic", event.topic)
                     .str("subject", event.subject)
                     .str("work_id", event.work_id)
                     .str("payload", event.payload));
    TRY_STATUS(session.run("events_add", {rows.dump()}));
    return {};
}

}  // namespace towline::store
