#include "client/scheduler_client.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "http_client/curl_transport.h"
#include "http_client/retry.h"
#include "protocol/executor.h"

namespace towline::client {
namespace {

constexpr int kTriesMax = 4;
constexpr std::size_t kLineBytesMax = 1 << 20;
constexpr int kPageItems = 200;
constexpr std::chrono::seconds kCallTimeout{60};
constexpr std::chrono::seconds kLargeCallTimeout{600};  // a plan of thousands of models on a busy scheduler
constexpr std::size_t kLargeBytes = 1 << 20;
constexpr std::chrono::seconds kStallTimeout{45};

double jitter() { return static_cast<unsigned char>(crypto::random_bytes(1).front()) / 256.0; }

// A pause of the calling thread between two tries.
void pause(std::chrono::milliseconds delay) {
    std::mutex mutex;
    std::condition_variable never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, delay, [] { return false; });
}

Error unreachable(Error error, const Address& address) {
    if (error.code == ErrorCode::timeout) error.code = ErrorCode::unavailable;
    if (error.code == ErrorCode::unavailable) error.message = address.origin + ": " + error.message;
    return error;
}

}  // namespace

bool EventParser::line(std::string_view text, const OnEvent& on_event) {
    if (text.empty()) {
        StreamEvent done = std::exchange(event_, {});
        return done.data.empty() || on_event(done);
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0) return true;
    std::string_view value = text.substr(colon + 1);
    if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    const std::string_view field = text.substr(0, colon);
    if (field == "id") event_.id = value;
    if (field == "event") event_.topic = value;
    if (field == "data") event_.data += (event_.data.empty() ? "" : "\n") + std::string(value);
    return event_.data.size() <= kLineBytesMax;
}

bool EventParser::feed(std::string_view bytes, const OnEvent& on_event) {
    buffer_ += bytes;
    std::size_t start = 0;
    for (std::size_t end = buffer_.find('\n'); end != std::string::npos; end = buffer_.find('\n', start)) {
        std::string_view text = std::string_view(buffer_).substr(start, end - start);
        if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
        start = end + 1;
        if (!line(text, on_event)) return false;
    }
    buffer_.erase(0, start);
    return buffer_.size() <= kLineBytesMax;
}

SchedulerClient::SchedulerClient(Address address, std::unique_ptr<http::HttpTransport> transport)
    : address_(std::move(address)), transport_(std::move(transport)), calls_(transport_.get()) {}
SchedulerClient::~SchedulerClient() = default;

Result<std::unique_ptr<SchedulerClient>> SchedulerClient::connect(Settings& settings) {
    if (settings.url.empty())
        return fail(ErrorCode::invalid, "no scheduler is configured",
                    "set TOWLINE_URL (or TCLOUD_URL) to https://HOST/sqlmesh/ORG/PROJECT, or start `towline "
                    "dev` here");
    TRY(Address address, parse_address(settings.url));
    if (settings.client_id.empty() || settings.client_secret.empty())
        return fail(ErrorCode::unauthenticated, "no client is configured",
                    "set TOWLINE_CLIENT_ID and TOWLINE_CLIENT_SECRET (or the TCLOUD_ names)");
    http::CurlOptions options;
    options.ca_file = settings.ca_file;
    options.user_agent = "towline-cli";
    auto client = std::make_unique<SchedulerClient>(std::move(address),
                                                    std::make_unique<http::CurlTransport>(std::move(options)));
    http::TokenOptions token;
    token.token_url = client->address_.origin + "/oauth/token";
    token.client_id = settings.client_id;
    token.client_secret = std::move(settings.client_secret);
    client->tokens_ = std::make_unique<http::TokenSource>(*client->transport_, std::move(token));
    client->authorized_ = std::make_unique<http::AuthorizedTransport>(*client->transport_, *client->tokens_);
    client->calls_ = client->authorized_.get();
    return client;
}

http::HttpRequest SchedulerClient::request(const std::string& method, const std::string& path,
                                           const http::Query& query) const {
    http::HttpRequest out;
    out.method = method;
    out.url = address_.url() + "/api/v1/" + path + (query.empty() ? "" : "?" + query.encoded());
    out.headers.set("Accept", "application/json");
    out.total_timeout = kCallTimeout;
    return out;
}

Result<http::HttpResponse> SchedulerClient::send(const http::HttpRequest& request, bool repeatable) {
    for (int tries = 1;; ++tries) {
        Result<http::HttpResponse> outcome = calls_->send(request);
        http::RetryInput input;
        input.failures = tries;
        input.jitter = jitter();
        input.now = std::chrono::system_clock::now();
        input.policy.window_first = std::chrono::milliseconds(250);
        input.policy.window_max = std::chrono::milliseconds(4'000);
        input.policy.retry_after_max = std::chrono::milliseconds(10'000);
        if (outcome && outcome->status < 300) input.body_decoded = true;
        const http::RetryDecision decision = http::decide_retry(outcome, input);
        if (decision.verdict != http::Verdict::retry || !repeatable || tries >= kTriesMax) {
            if (!outcome) return fail(unreachable(outcome.error(), address_));
            return outcome;
        }
        pause(decision.delay);
    }
}

Result<json::Document> SchedulerClient::call(const http::HttpRequest& request, bool repeatable) {
    TRY(const http::HttpResponse response, send(request, repeatable));
    if (response.status >= 300) return fail(protocol::error_from_answer(response.status, response.body));
    Result<json::Document> document = json::Document::parse(response.body.empty() ? "{}" : response.body);
    if (!document)
        return fail(ErrorCode::unavailable, address_.origin + " answered something that is not JSON",
                    "is there a proxy between here and the scheduler?");
    return document;
}

Result<json::Document> SchedulerClient::get(const std::string& path, const http::Query& query) {
    return call(request("GET", path, query), true);
}

Result<json::Document> SchedulerClient::post(const std::string& path, const std::string& body) {
    http::HttpRequest out = request("POST", path, {});
    out.headers.set("Content-Type", "application/json");
    out.body = body;
    if (body.size() > kLargeBytes) out.total_timeout = kLargeCallTimeout;
    return call(out, false);
}

Result<json::Document> SchedulerClient::post_with_id(const std::string& path, const std::string& body) {
    http::HttpRequest out = request("POST", path, {});
    out.headers.set("Content-Type", "application/json");
    out.body = body;
    if (body.size() > kLargeBytes) out.total_timeout = kLargeCallTimeout;
    return call(out, true);
}

Result<json::Document> SchedulerClient::remove(const std::string& path) {
    return call(request("DELETE", path, {}), false);
}

Result<std::vector<std::string>> SchedulerClient::list(const std::string& path, http::Query query,
                                                       std::size_t items_max) {
    std::vector<std::string> out;
    std::string cursor;
    do {
        http::Query page;
        for (const auto& [name, value] : query) page.add(name, value);
        page.add("limit", std::to_string(kPageItems));
        if (!cursor.empty()) page.add("cursor", cursor);
        TRY(const json::Document document, get(path, page));
        for (const json::Reader& item : document.root().list("items"))
            if (out.size() < items_max) out.push_back(item.dump());
        cursor = document.root().str("next_cursor", "");
        TRY_STATUS(document.root().status());
    } while (!cursor.empty() && out.size() < items_max);
    return out;
}

Result<SchedulerClient::Text> SchedulerClient::text(const std::string& path, const http::Query& query) {
    TRY(http::HttpResponse response, send(request("GET", path, query), true));
    if (response.status >= 300) return fail(protocol::error_from_answer(response.status, response.body));
    const auto next = response.header("X-Next-Offset");
    const auto offset = next ? parse_int(*next) : std::nullopt;
    return Text{std::move(response.body), offset.value_or(0)};
}

Result<RawAnswer> SchedulerClient::raw(const std::string& method, const std::string& path, const std::string& body) {
    http::HttpRequest out = request(method, path, {});
    if (!body.empty()) out.headers.set("Content-Type", "application/json");
    out.body = body;
    TRY(http::HttpResponse response, send(out, method == "GET"));
    return RawAnswer{response.status, std::move(response.body)};
}

Status SchedulerClient::events(const http::Query& query, const http::CancelToken& cancel, const OnEvent& on_event) {
    http::HttpRequest out = request("GET", "events", query);
    out.headers.set("Accept", "text/event-stream");
    out.total_timeout = std::chrono::milliseconds(0);
    out.stall_timeout = kStallTimeout;
    out.cancel = cancel;
    EventParser parser;
    const Result<http::HttpResponse> response =
        calls_->stream(out, [&](std::string_view bytes) { return parser.feed(bytes, on_event); });
    if (!response) return fail(unreachable(response.error(), address_));
    if (response->status >= 300) return fail(protocol::error_from_answer(response->status, response->body));
    return {};
}

}  // namespace towline::client
