#include "loop/api.h"

#include <fmt/core.h>

#include "crypto/crypto.h"
#include "http_message/compression.h"
#include "json/json.h"
#include "loop/limits.h"
#include "model/codec.h"
#include "protocol/limits.h"

namespace towline::loop {
namespace {

http::HttpRequest json_post(std::string url, std::string body) {
    http::HttpRequest request;
    request.method = "POST";
    request.url = std::move(url);
    request.headers.add("Content-Type", "application/json");
    request.headers.add("Accept", "application/json");
    request.body = std::move(body);
    request.total_timeout = std::chrono::milliseconds(20'000);
    return request;
}

/// Sends, and reads a 2xx body with `read`; other answers become the error that their problem document tells.
template <class T, class Read>
Answer<T> call(http::HttpTransport& transport, const http::HttpRequest& request, Read read) {
    Result<http::HttpResponse> response = transport.send(request);
    if (!response) {
        Error error = response.error();
        return {fail(std::move(error)), {std::move(response), std::nullopt}};
    }
    const std::string body = std::move(response->body);
    if (response->status < 200 || response->status > 299) {
        Error error = protocol::error_from_answer(response->status, body);
        response->body = body;  // How the body looks decides whether it is worth asking again.
        return {fail(std::move(error)), {std::move(response), std::nullopt}};
    }
    Result<T> value = read(body);
    const bool decoded = value.has_value();
    return {std::move(value), {std::move(response), decoded}};
}

json::Limits body_limits() { return {.bytes_max = protocol::kPlanBodyBytesMax, .depth_max = 64}; }

/// The number of values of a JSON text, or a little more: counted without memory, whether it is valid or not.
std::size_t values_of(std::string_view text) {
    std::size_t count = 1;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '\\') {
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == ',' || c == '[' || c == '{')) {
            ++count;
        }
    }
    return count;
}

Result<FetchedSnapshots> read_snapshots(const std::string& body) {
    if (values_of(body) > kSnapshotAnswerValuesMax)
        return fail(ErrorCode::too_large,
                    fmt::format("the answer with snapshots is too large: it has more than {} values",
                                kSnapshotAnswerValuesMax));
    TRY(const json::Document document, json::Document::parse(body, body_limits()));
    FetchedSnapshots out{{}, body.size()};
    for (const json::Reader& item : document.root().list("items")) {
        TRY(model::Snapshot snapshot, model::snapshot_from_json(item));
        out.items.push_back(std::move(snapshot));
    }
    TRY_STATUS(document.root().status());
    return out;
}

Result<std::int64_t> read_next_offset(std::string_view body) {
    TRY(const json::Document document, json::Document::parse(body));
    const std::int64_t next = document.root().num("next_offset");
    TRY_STATUS(document.root().status());
    return next;
}

}  // namespace

Answer<protocol::RegisterResponse> SchedulerApi::register_executor(const protocol::RegisterRequest& request,
                                                                   const http::CancelToken& cancel) {
    http::HttpRequest post = json_post(base_ + "/executors", protocol::to_json(request));
    post.cancel = cancel;
    post.answer_bytes_max = kSmallAnswerBytesMax;
    return call<protocol::RegisterResponse>(transport_, post,
                                            [](const std::string& body) -> Result<protocol::RegisterResponse> {
                                                TRY(const json::Document document, json::Document::parse(body));
                                                return protocol::register_response_from_json(document.root());
                                            });
}

Answer<protocol::SyncResponse> SchedulerApi::sync(const std::string& executor_id, const protocol::SyncRequest& request,
                                                  const http::CancelToken& cancel) {
    http::HttpRequest post =
        json_post(base_ + "/executors/" + crypto::percent_encode(executor_id) + "/sync", protocol::to_json(request));
    post.cancel = cancel;
    post.total_timeout = std::chrono::milliseconds(request.wait_ms) + kCallMargin;
    post.answer_bytes_max = kSyncAnswerBytesMax;
    return call<protocol::SyncResponse>(
        transport_, post, [](const std::string& body) -> Result<protocol::SyncResponse> {
            TRY(const json::Document document, json::Document::parse(body, body_limits()));
            return protocol::sync_response_from_json(document.root());
        });
}

Answer<FetchedSnapshots> SchedulerApi::snapshots(const std::vector<model::SnapshotId>& ids) {
    http::HttpRequest get;
    get.url = base_ + "/snapshots";
    for (const model::SnapshotId& id : ids)
        get.url += (&id == &ids.front() ? "?id=" : "&id=") + crypto::percent_encode(id.name + ":" + id.identifier);
    get.headers.add("Accept", "application/json");
    get.total_timeout = std::chrono::milliseconds(30'000);
    return call<FetchedSnapshots>(transport_, get, [this](const std::string& body) {
        const std::lock_guard<std::mutex> alone(parsing_);
        return read_snapshots(body);
    });
}

Answer<LogReceipt> SchedulerApi::put_log(const std::string& attempt_id, std::int64_t offset, std::string bytes,
                                         const http::CancelToken& cancel) {
    http::HttpRequest put;
    put.method = "PUT";
    put.url = base_ + "/attempts/" + crypto::percent_encode(attempt_id) + "/log?offset=" + std::to_string(offset);
    put.headers.add("Content-Type", "text/plain; charset=utf-8");
    put.body = std::move(bytes);
    if (put.body.size() >= kLogBytesWorthPacking) {
        put.body = http::gzip(put.body);
        put.headers.add("Content-Encoding", "gzip");
    }
    put.cancel = cancel;
    put.answer_bytes_max = kSmallAnswerBytesMax;
    put.total_timeout = std::chrono::milliseconds(15'000);
    Answer<LogReceipt> answer = call<LogReceipt>(transport_, put, [](const std::string& body) -> Result<LogReceipt> {
        TRY(const std::int64_t next, read_next_offset(body));
        return LogReceipt{next, false};
    });
    if (answer.outcome.status() != 409) return answer;
    // A gap: the answer says where the scheduler is.
    if (const auto next = read_next_offset(answer.outcome.response->body)) answer.value = LogReceipt{*next, true};
    return answer;
}

}  // namespace towline::loop
