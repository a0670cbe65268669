#include "http_client/token_source.h"

#include <fmt/core.h>

#include <algorithm>
#include <condition_variable>

#include "base/guarded.h"
#include "base/strings.h"
#include "crypto/crypto.h"
#include "http_client/retry.h"
#include "http_message/query.h"
#include "json/document.h"

namespace towline::http {
namespace {
using std::chrono::seconds;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr seconds kLifeDefault{300};  // RFC 6749 lets the server leave it out.
constexpr seconds kLifeMax{86'400};
constexpr seconds kRefreshPause{10};  // Between failed refreshes while the old token is still good.
constexpr json::Limits kAnswerLimits{.bytes_max = 64 << 10, .depth_max = 8};

struct Grant {
    std::string token;
    seconds life{0};
};

Result<Grant> read_grant(const std::string& body) {
    TRY(const json::Document document, json::Document::parse(body, kAnswerLimits));
    const json::Reader root = document.root();
    Grant grant{root.str("access_token"), seconds(root.num("expires_in", kLifeDefault.count()))};
    const std::string type = root.str("token_type");
    TRY_STATUS(root.status());
    if (!iequals(type, "bearer")) return fail(ErrorCode::unsupported, "the token is not a bearer token");
    if (grant.token.empty() || !is_field_value(grant.token))
        return fail(ErrorCode::invalid, "the token cannot be sent");
    grant.life = std::clamp(grant.life, seconds(1), kLifeMax);
    return grant;
}

// The `error` word of RFC 6749 section 5.2, or nothing.
std::string refusal_word(const std::string& body) {
    const auto document = json::Document::parse(body, kAnswerLimits);
    if (!document || !document->root().is_object()) return {};
    std::string word = document->root().maybe_str("error").value_or("").substr(0, 40);
    const bool plain = std::all_of(word.begin(), word.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    return plain ? word : std::string();
}

Error refusal(const HttpResponse& response) {
    const std::string word = refusal_word(response.body);
    if (word == "invalid_client" || word == "unauthorized_client" || (word.empty() && response.status == 401))
        return {ErrorCode::unauthenticated,
                "the scheduler does not accept this client id and secret",
                {},
                "check the client's id and secret, or whether it was revoked"};
    if (word == "invalid_scope")
        return {ErrorCode::forbidden, "the client may not have the scopes it asks for", {}, {}};
    return {ErrorCode::invalid, fmt::format("the token endpoint answered {} {}", response.status, word), {}, {}};
}
}  // namespace

class TokenSource::Impl {
 public:
    Impl(HttpTransport& transport, TokenOptions options) : transport_(transport), options_(std::move(options)) {}
    ~Impl() { crypto::wipe(state_.lock()->token); }
    Result<std::string> bearer(const std::optional<CancelToken>& cancel);
    void reject(std::string_view token);

 private:
    struct State {
        std::string token;
        SteadyTime valid_until;
        SteadyTime refresh_at;
        SteadyTime not_before;  ///< the endpoint asked (Retry-After) to be left alone until then
        bool fetching = false;

        bool valid(SteadyTime now) const { return !token.empty() && now < valid_until; }
    };
    /// Nothing if the caller has to fetch; `fetching` is then set.
    std::optional<Result<std::string>> cached(const bool& stopped);
    Result<std::string> fetched(Result<Grant> grant);
    Result<Grant> fetch(const std::optional<CancelToken>& cancel);

    HttpTransport& transport_;
    const TokenOptions options_;
    Guarded<State> state_;
    std::condition_variable changed_;  // Goes with state_.
};

std::optional<Result<std::string>> TokenSource::Impl::cached(const bool& stopped) {
    auto state = state_.lock();
    while (true) {
        const SteadyTime now = options_.now();
        if (stopped) return fail(ErrorCode::cancelled, "the call was cancelled");
        if (state->valid(now) && (now < state->refresh_at || state->fetching)) return state->token;
        if (!state->fetching && now < state->not_before)
            return fail(ErrorCode::unavailable, "token: the server asked to wait before the next try");
        if (!state->fetching) break;
        changed_.wait(state.mutex_lock());
    }
    state->fetching = true;
    return std::nullopt;
}

Result<std::string> TokenSource::Impl::bearer(const std::optional<CancelToken>& cancel) {
    // `stopped` is written under the lock of state_. CancelToken::cancelled() is not asked under that lock:
    // cancel() takes its own lock first and then, in the listener, ours.
    bool stopped = false;
    std::optional<CancelToken::Listener> listener;
    if (cancel) {
        listener.emplace(*cancel, [&] {
            const auto state = state_.lock();
            stopped = true;
            changed_.notify_all();
        });
        if (cancel->cancelled()) return fail(ErrorCode::cancelled, "the call was cancelled");
    }
    if (auto known = cached(stopped)) return std::move(*known);
    return fetched(fetch(cancel));
}

Result<std::string> TokenSource::Impl::fetched(Result<Grant> grant) {
    auto state = state_.lock();
    state->fetching = false;
    changed_.notify_all();
    const SteadyTime now = options_.now();
    if (grant) {
        crypto::wipe(state->token);
        state->token = std::move(grant->token);
        state->valid_until = now + grant->life;
        state->refresh_at = now + grant->life / 2;
        return state->token;
    }
    if (!state->valid(now)) return fail(std::move(grant).error());
    state->refresh_at = now + kRefreshPause;
    return state->token;
}

Result<Grant> TokenSource::Impl::fetch(const std::optional<CancelToken>& cancel) {
    Query form;
    form.add("grant_type", "client_credentials");
    if (!options_.scopes.empty()) form.add("scope", join(options_.scopes, " "));
    HttpRequest request;
    request.method = "POST";
    request.url = options_.token_url;
    request.total_timeout = options_.total_timeout;
    request.answer_bytes_max = kAnswerLimits.bytes_max;
    request.cancel = cancel;
    request.body = form.encoded();
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
    // RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
    std::string secret = form_encode(options_.client_secret.reveal());
    std::string pair = form_encode(options_.client_id) + ":" + secret;
    std::string basic = "Basic " + crypto::base64_encode(pair);
    request.headers.add("Authorization", basic);
    const auto outcome = transport_.send(request);
    request.headers.wipe("Authorization");
    crypto::wipe(secret);
    crypto::wipe(pair);
    crypto::wipe(basic);
    const RetryDecision decision = decide_retry(outcome, {});
    if (!outcome) return fail(outcome.error().in("token"));
    if (decision.verdict == Verdict::retry && outcome->header("Retry-After"))
        state_.lock()->not_before = options_.now() + decision.delay;
    if (decision.verdict == Verdict::retry) return fail(ErrorCode::unavailable, "token: " + decision.reason);
    if (decision.verdict == Verdict::final) return fail(refusal(*outcome));
    auto grant = read_grant(outcome->body);
    if (!grant) return fail(ErrorCode::unavailable, "the token endpoint's answer is not one: " + grant.error().message);
    return grant;
}

void TokenSource::Impl::reject(std::string_view token) {
    auto state = state_.lock();
    if (state->token == token) crypto::wipe(state->token);
}

TokenSource::TokenSource(HttpTransport& transport, TokenOptions options)
    : impl_(std::make_unique<Impl>(transport, std::move(options))) {}
TokenSource::~TokenSource() = default;
Result<std::string> TokenSource::bearer(const std::optional<CancelToken>& cancel) { return impl_->bearer(cancel); }
void TokenSource::reject(std::string_view token) { impl_->reject(token); }

template <class Call>
Result<HttpResponse> AuthorizedTransport::with_token(const HttpRequest& request, Call call) {
    HttpRequest authorized = request;
    for (int attempt = 1;; ++attempt) {
        TRY(const std::string token, tokens_.bearer(request.cancel));
        authorized.headers.set("Authorization", "Bearer " + token);
        auto response = call(authorized);
        // A token may be revoked, or the scheduler's store replaced, before it expires; a second 401 is the
        // answer.
        if (!response || response->status != 401 || attempt == 2) return response;
        tokens_.reject(token);
    }
}

Result<HttpResponse> AuthorizedTransport::send(const HttpRequest& request) {
    return with_token(request, [&](const HttpRequest& authorized) { return transport_.send(authorized); });
}

Result<HttpResponse> AuthorizedTransport::stream(const HttpRequest& request, const OnData& on_data) {
    return with_token(request, [&](const HttpRequest& authorized) { return transport_.stream(authorized, on_data); });
}

}  // namespace towline::http
