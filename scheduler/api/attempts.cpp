#include "api/handlers.h"
#include "auth/scopes.h"
#include "base/strings.h"
#include "http_message/compression.h"
#include "protocol/limits.h"

namespace towline::api {
namespace {

Result<std::int64_t> offset_of(const Context& context) {
    const std::string text = context.query_value("offset");
    if (text.empty()) return std::int64_t{0};
    const auto offset = parse_int(text);
    if (!offset || *offset < 0) return fail(ErrorCode::invalid, "offset must be a number from 0");
    return *offset;
}

// The log of a plan's task is its executor's to write: who may only do runs must not put words into it.
Status check_writer(Context& context) {
    const std::string& id = context.param("id");
    Result<core::Task> task = context.store().task(context.project_id, id.substr(0, id.rfind('.')));
    if (!task && task.error().code == ErrorCode::not_found)
        return fail(ErrorCode::not_found, "there is no attempt '" + id + "'");
    if (!task) return fail(std::move(task).error());
    const std::string scope = task->work_kind == core::WorkKind::plan ? "executor:apply" : "executor:run";
    if (!auth::permits(context.principal.scopes, scope))
        return fail(ErrorCode::forbidden, "the token lacks scope " + scope);
    return {};
}

// The limit of a chunk is the limit of what it unpacks to.
Result<std::string> log_bytes(Context& context) {
    const std::string encoding(trim(context.request.headers.find("Content-Encoding").value_or("identity")));
    if (iequals(encoding, "identity")) return std::move(context.request.body);
    if (iequals(encoding, "gzip")) return http::gunzip(context.request.body, protocol::kLogChunkBytesMax);
    return fail(ErrorCode::unsupported, "this Content-Encoding is not understood", "send gzip or nothing");
}

// An attempt without a log is not the same as no attempt. Its id is that of its task with the epoch.
Status check_attempt(Context& context) {
    const std::string& id = context.param("id");
    TRY(const std::vector<core::Attempt> attempts,
        context.store().attempts(context.project_id, id.substr(0, id.rfind('.'))));
    for (const core::Attempt& attempt : attempts)
        if (attempt.id == id) return {};
    return fail(ErrorCode::not_found, "there is no attempt '" + id + "'");
}

}  // namespace

Answer append_log(Context& context) {
    TRY(const std::int64_t offset, offset_of(context));
    TRY_STATUS(check_writer(context));
    TRY(const std::string bytes, log_bytes(context));
    const Result<std::int64_t> next =
        context.store().append_log(context.project_id, context.param("id"), offset, bytes, context.now());
    if (!next && next.error().code == ErrorCode::conflict) {
        // A gap: the executor sends again from where the scheduler's copy ends.
        TRY(const std::int64_t end,
            context.store().append_log(context.project_id, context.param("id"), 0, "", context.now()));
        return std::optional<http::Response>(json_response(409, json::Object().num("next_offset", end).dump()));
    }
    if (!next) return fail(next.error());
    return ok(json::Object().num("next_offset", *next).dump());
}

Answer read_log(Context& context) {
    TRY(const std::int64_t offset, offset_of(context));
    TRY(std::string text,
        context.store().log(context.project_id, context.param("id"), offset, protocol::kLogChunkBytesMax));
    if (text.empty()) TRY_STATUS(check_attempt(context));
    http::Response response;
    response.headers.add("X-Next-Offset", std::to_string(offset + static_cast<std::int64_t>(text.size())));
    response.headers.add("Cache-Control", "no-store");
    response.body = std::move(text);
    response.content_type = "text/plain; charset=utf-8";
    return std::optional<http::Response>(std::move(response));
}

}  // namespace towline::api
