// Events, logs, pauses, the audit log, and the cleaning of all that grows.
#include <algorithm>

#include "crypto/crypto.h"
#include "protocol/limits.h"
#include "store/rows.h"
#include "store/sql_store.h"

namespace towline::store {
namespace {

constexpr int kEventsPerReadMax = 1000;
constexpr std::int64_t kPausesMax = 10'000;

/// The part of a log chunk that lies in [first, last).
Result<std::string> chunk_part(const SqlRow& row, std::int64_t first, std::int64_t last) {
    const auto bytes = crypto::base64_decode(row.text("bytes"));
    if (!bytes) return fail(ErrorCode::internal, "a stored log chunk is damaged");
    const std::int64_t start = row.num("start_offset");
    const std::int64_t from = std::max(first, start) - start;
    const std::int64_t to = std::min(last, start + row.num("byte_count")) - start;
    return bytes->substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
}

}  // namespace

Status SqlStore::add_event(const Event& event) {
    return write([&](SqlSession& session) { return add_events(session, {event}); });
}

Status SqlStore::publish_events() {
    bool pending = false;
    TRY_STATUS(each_row("event_pending", {}, [&](const SqlRow& row) -> Status {
        pending = row.flag("pending");
        return {};
    }));
    if (!pending) return {};
    return write([&](SqlSession& session) -> Status {
        TRY_STATUS(session.run("event_publish_lock"));
        TRY_STATUS(session.run("event_publish"));
        return {};
    });
}

Result<std::vector<Event>> SqlStore::events(const std::string& project_id, std::int64_t after_seq, int limit) {
    TRY_STATUS(publish_events());
    std::vector<Event> out;
    const std::int64_t rows = std::clamp(limit, 1, kEventsPerReadMax);
    TRY_STATUS(each_row("events_after", {project_id, after_seq, rows}, [&](const SqlRow& row) -> Status {
        out.push_back({row.num("seq"), row.text("project_id"), row.num("ts"), row.text("topic"), row.text("subject"),
                       row.text("work_id"), row.text("payload")});
        return {};
    }));
    return out;
}

Result<std::int64_t> SqlStore::last_event_seq(const std::string& project_id) {
    TRY_STATUS(publish_events());
    std::int64_t seq = 0;
    TRY_STATUS(each_row("event_last", {project_id}, [&](const SqlRow& row) -> Status {
        seq = row.num("seq");
        return {};
    }));
    return seq;
}

Result<std::int64_t> SqlStore::append_log(const std::string& project_id, const std::string& attempt_id,
                                          std::int64_t offset, const std::string& bytes, TimestampMs /*now*/) {
    std::int64_t next = 0;
    const Status done = write([&](SqlSession& session) -> Status {
        TRY(const SqlRows rows, session.run("attempt_lock", {project_id, attempt_id}));
        if (rows.empty()) return fail(ErrorCode::not_found, "there is no attempt '" + attempt_id + "'");
        next = rows.row(0).num("log_bytes");
        if (offset > next)
            return fail(ErrorCode::conflict, "log bytes are missing: expected offset " + std::to_string(next));
        const auto known = static_cast<std::size_t>(next - std::max<std::int64_t>(offset, 0));
        if (known >= bytes.size()) return {};
        const std::string fresh = bytes.substr(known);
        if (static_cast<std::size_t>(next) + fresh.size() > protocol::kLogBytesPerAttemptMax)
            return fail(ErrorCode::too_large, "the log of this attempt is full");
        TRY_STATUS(session.run("log_add", {project_id, rows.row(0).text("work_id"), attempt_id, next,
                                           static_cast<std::int64_t>(fresh.size()), crypto::base64_encode(fresh)}));
        next += static_cast<std::int64_t>(fresh.size());
        TRY_STATUS(session.run("log_grow", {attempt_id, next}));
        return {};
    });
    TRY_STATUS(done);
    return next;
}

Result<std::string> SqlStore::log(const std::string& project_id, const std::string& attempt_id, std::int64_t offset,
                                  std::size_t bytes_max) {
    const std::int64_t first = std::clamp<std::int64_t>(offset, 0, protocol::kLogBytesPerAttemptMax);
    const std::size_t length = std::min(bytes_max, protocol::kLogBytesPerAttemptMax);
    const std::int64_t last = first + static_cast<std::int64_t>(length);
    std::string out;
    TRY_STATUS(each_row("log_read", {project_id, attempt_id, first, last}, [&](const SqlRow& row) -> Status {
        TRY(const std::string part, chunk_part(row, first, last));
        out += part;
        return {};
    }));
    return out;
}

Status SqlStore::add_pause(const core::Pause& pause) {
    TRY_STATUS(change("pause_add", {pause.id, pause.project_id, pause.environment, sql_maybe(pause.model), pause.reason,
                                    pause.created_by, pause.created_ts}));
    return {};
}

Result<std::vector<core::Pause>> SqlStore::pauses(const std::string& project_id) {
    std::vector<core::Pause> out;
    TRY_STATUS(each_row("pauses", {project_id, kPausesMax}, [&](const SqlRow& row) -> Status {
        out.push_back({row.text("id"), row.text("project_id"), row.text("environment"), row.maybe_text("model"),
                       row.text("reason"), row.text("created_by"), row.num("created_ts")});
        return {};
    }));
    return out;
}

Status SqlStore::remove_pause(const std::string& project_id, const std::string& id) {
    TRY(const std::int64_t removed, change("pause_remove", {project_id, id}));
    if (removed == 0) return fail(ErrorCode::not_found, "there is no pause '" + id + "'");
    return {};
}

Status SqlStore::add_audit_log(const std::string& project_id, const std::string& actor, const std::string& action,
                               const std::string& object, TimestampMs now) {
    TRY_STATUS(change("audit_log_add", {project_id, now, actor, action, object}));
    return {};
}

Status SqlStore::clean(const Retention& retention) {
    const std::int64_t rows_max = std::max(1, retention.rows_max);
    const std::int64_t works_max = std::max(1, retention.works_max);
    TRY_STATUS(change("events_clean", {retention.events_before, rows_max}));
    TRY_STATUS(change("tokens_clean", {retention.tokens_before, rows_max}));
    TRY_STATUS(change("executors_clean", {retention.events_before, rows_max}));
    TRY_STATUS(clean_imports(retention.imports_before, works_max));
    return write([&](SqlSession& session) -> Status {
        TRY(const SqlRows old, session.run("works_expired", {retention.works_before, works_max}));
        if (old.empty()) return {};
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < old.size(); ++i) ids.push_back(old.row(i).text("id"));
        const std::string list = id_list(ids);
        for (const char* statement : {"logs_of_works_delete", "audits_of_works_delete", "attempts_of_works_delete",
                                      "edges_of_works_delete", "tasks_of_works_delete", "works_delete"})
            TRY_STATUS(session.run(statement, {list}));
        return {};
    });
}

}  // namespace towline::store
