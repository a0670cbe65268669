#include "auth/authenticator.h"

#include <algorithm>

#include "auth/scopes.h"
#include "base/strings.h"
#include "crypto/crypto.h"
#include "http_message/query.h"
#include "json/json.h"
#include "log/log.h"
#include "protocol/limits.h"

namespace towline::auth {
namespace {

constexpr std::size_t kNameBytesMax = 100;
constexpr std::size_t kIdBytes = 8;
constexpr std::string_view kBearer = "Bearer ";
constexpr std::size_t kCachedTokensMax = 20'000;
// Compared with when there is no such client, so that an unknown id takes as long as a wrong secret.
const std::string kNoClientHash(64, '0');

struct Credentials {
    std::string id;
    std::string secret;
};

bool is_project_part(std::string_view part) {
    return !part.empty() && part.size() <= 63 && part != "." && part != ".." &&
           std::all_of(part.begin(), part.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_' || c == '.';
           });
}

// RFC 6749 2.3.1: id and secret are form-encoded before they are joined and base64-encoded.
std::optional<Credentials> basic_credentials(std::string_view header) {
    if (!starts_with_ignoring_case(header, "Basic ")) return std::nullopt;
    std::optional<std::string> decoded = crypto::base64_decode(trim(header.substr(6)));
    if (!decoded) return std::nullopt;
    const std::size_t colon = decoded->find(':');
    if (colon == std::string::npos) return std::nullopt;
    const auto id = crypto::percent_decode(std::string_view(*decoded).substr(0, colon), true);
    const auto secret = crypto::percent_decode(std::string_view(*decoded).substr(colon + 1), true);
    crypto::wipe(*decoded);
    if (!id || !secret) return std::nullopt;
    return Credentials{*id, *secret};
}

// People mix up id and secret: what does not look like an id stays out of the log.
std::string id_for_log(std::string_view id) {
    const bool is_id = id.size() == 2 * kIdBytes && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    return is_id ? std::string(id) : "(no client id)";
}

TokenAnswer oauth_error(int status, std::string_view error, std::string_view description) {
    return {status, json::Object().str("error", error).str("error_description", description).dump()};
}

}  // namespace

bool is_project_id(std::string_view text) {
    const std::size_t slash = text.find('/');
    return slash != std::string_view::npos && is_project_part(text.substr(0, slash)) &&
           is_project_part(text.substr(slash + 1));
}

Result<NewClient> Authenticator::create_client(const ClientRequest& request) {
    if (trim(request.name).empty() || request.name.size() > kNameBytesMax || !is_utf8(request.name))
        return fail(ErrorCode::invalid, "a client needs a name of 1 to 100 bytes");
    if (request.project_id != "*" && !is_project_id(request.project_id))
        return fail(ErrorCode::invalid, "'" + request.project_id + "' is not a project", "write ORG/PROJECT");
    if (request.scopes.empty()) return fail(ErrorCode::invalid, "a client needs at least one scope");
    for (const std::string& scope : request.scopes)
        if (!is_scope(scope))
            return fail(ErrorCode::invalid, "unknown scope '" + scope + "'", "scopes are " + join(all_scopes(), " "));
    NewClient made;
    made.secret = crypto::random_base64url(32);
    made.client.id = crypto::random_hex(kIdBytes);
    made.client.project_id = request.project_id;
    made.client.name = request.name;
    made.client.scopes = request.scopes;
    made.client.secret_hash = crypto::sha256(made.secret);
    made.client.created_ts = clock_.now_ms();
    if (request.project_id != "*") TRY_STATUS(store_.ensure_project(request.project_id, clock_.now_ms()));
    TRY_STATUS(store_.add_client(made.client));
    return made;
}

Result<std::optional<NewClient>> Authenticator::bootstrap() {
    TRY(const int count, store_.client_count());
    if (count > 0) return std::optional<NewClient>();
    TRY(NewClient made, create_client({"*", "bootstrap admin", {"admin"}}));
    return std::optional<NewClient>(std::move(made));
}

Status Authenticator::revoke(const std::string& client_id) {
    TRY_STATUS(store_.revoke_client(client_id, clock_.now_ms()));
    auto cache = cache_.lock();
    cache->tokens.clear();
    ++cache->revocations;
    return {};
}

Result<store::Client> Authenticator::check_secret(std::string_view id, std::string_view secret) {
    Result<store::Client> client = store_.client(std::string(id));
    if (!client && client.error().code != ErrorCode::not_found) return client;
    const std::string& expected = client ? client->secret_hash : kNoClientHash;
    const bool right = crypto::constant_time_equal(crypto::sha256(secret), expected);
    if (!client || !right) return fail(ErrorCode::unauthenticated, "unknown client or wrong secret");
    if (client->revoked_ts) return fail(ErrorCode::unauthenticated, "the client is revoked");
    return client;
}

TokenAnswer Authenticator::token(const http::Headers& headers, std::string_view form) {
    const Result<http::Query> parsed = http::parse_form(form);
    if (!parsed) return oauth_error(400, "invalid_request", "the body is not a form");
    for (const char* name : {"grant_type", "client_id", "client_secret", "scope"})
        if (parsed->count(name) > 1) return oauth_error(400, "invalid_request", "a parameter is repeated");
    const auto field = [&](std::string_view name) { return std::string(parsed->find(name).value_or("")); };

    std::optional<Credentials> credentials;
    if (const auto header = headers.find("Authorization")) {
        credentials = basic_credentials(*header);
        if (parsed->find("client_secret"))
            return oauth_error(400, "invalid_request", "send the client secret in one place only");
    } else if (parsed->find("client_id")) {
        credentials = Credentials{field("client_id"), field("client_secret")};
    }
    if (!credentials) return oauth_error(401, "invalid_client", "client authentication is missing or malformed");
    Result<store::Client> client = check_secret(credentials->id, credentials->secret);
    crypto::wipe(credentials->secret);
    if (!client && client.error().code == ErrorCode::unauthenticated) {
        log::warn("token refused", {{"client", id_for_log(credentials->id)}, {"reason", client.error().message}});
        return oauth_error(401, "invalid_client", client.error().message);
    }
    if (!client) return oauth_error(503, "temporarily_unavailable", "the store cannot be reached");
    if (field("grant_type").empty()) return oauth_error(400, "invalid_request", "grant_type is missing");
    if (field("grant_type") != "client_credentials")
        return oauth_error(400, "unsupported_grant_type", "the only grant is client_credentials");
    const Result<std::vector<std::string>> scopes = granted_scopes(client->scopes, field("scope"));
    if (!scopes) return oauth_error(400, "invalid_scope", scopes.error().message);

    const std::string token = crypto::random_base64url(32);
    store::Token stored;
    stored.hash = crypto::sha256(token);
    stored.client_id = client->id;
    stored.project_id = client->project_id;
    stored.scopes = *scopes;
    stored.expires_ts = clock_.now_ms() + std::chrono::milliseconds(protocol::kTokenLife).count();
    const Status added = store_.add_token(stored);
    if (!added) return oauth_error(503, "temporarily_unavailable", "the store cannot be reached");
    if (const Status touched = store_.touch_client(client->id, clock_.now_ms()); !touched)
        log::failure(log::Level::warn, "a client's last use is not recorded", touched.error());
    return {200, json::Object()
                     .str("access_token", token)
                     .str("token_type", "Bearer")
                     .num("expires_in", protocol::kTokenLife.count())
                     .str("scope", join(*scopes, " "))
                     .dump()};
}

Result<store::Token> Authenticator::look_up(const std::string& hash) {
    const auto now = clock_.steady_now();
    std::uint64_t revocations = 0;
    {
        auto cache = cache_.lock();
        revocations = cache->revocations;
        const auto found = cache->tokens.find(hash);
        if (found != cache->tokens.end() && found->second.until > now &&
            found->second.token.expires_ts > clock_.now_ms())
            return found->second.token;
        if (found != cache->tokens.end()) cache->tokens.erase(found);
    }
    TRY(store::Token token, store_.token(hash, clock_.now_ms()));
    auto cache = cache_.lock();
    if (cache->revocations != revocations) return token;
    if (cache->tokens.size() >= kCachedTokensMax) cache->tokens.clear();
    cache->tokens[hash] = {token, now + kCacheLife};
    return token;
}

bool Authenticator::is_known(std::string_view authorization) const {
    if (!starts_with_ignoring_case(authorization, kBearer)) return false;
    const std::string hash = crypto::sha256(trim(authorization.substr(kBearer.size())));
    auto cache = cache_.lock();
    const auto found = cache->tokens.find(hash);
    return found != cache->tokens.end() && found->second.token.expires_ts > clock_.now_ms();
}

Result<Principal> Authenticator::authorize(std::optional<std::string_view> authorization, const std::string& project_id,
                                           const std::vector<std::string>& scopes) {
    if (!authorization || !starts_with_ignoring_case(*authorization, kBearer))
        return fail(ErrorCode::unauthenticated, "a bearer token is needed", "get one from /oauth/token");
    TRY(const store::Token token, look_up(crypto::sha256(trim(authorization->substr(kBearer.size())))));
    if (token.project_id != "*" && token.project_id != project_id)
        return fail(ErrorCode::forbidden, "the client belongs to another project");
    const bool allowed = scopes.empty() || std::any_of(scopes.begin(), scopes.end(), [&](const std::string& scope) {
                             return permits(token.scopes, scope);
                         });
    if (!allowed) return fail(ErrorCode::forbidden, "the token lacks scope " + join(scopes, " or "));
    return Principal{token.client_id, token.project_id, token.scopes};
}

}  // namespace towline::auth
