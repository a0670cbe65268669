#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http_client/client_secret.h"
#include "http_client/transport.h"

namespace towline::http {

struct TokenOptions {
    std::string token_url{};
    std::string client_id{};
    ClientSecret client_secret{};
    std::vector<std::string> scopes{};  ///< Empty: all the client has.
    std::chrono::milliseconds total_timeout{20'000};
    /// Monotonic now; tests replace it.
    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

/// Bearer tokens by OAuth 2.0 client credentials (RFC 6749 section 4.4, client_secret_basic). Keeps one
/// token, fetches the next when half of its life is over, and goes on with the old one while that fails and
/// it is still valid. Any thread; only one fetches at a time. Neither secret nor token appears in an error.
class TokenSource {
 public:
    /// `transport` must outlive the source.
    TokenSource(HttpTransport& transport, TokenOptions options);
    ~TokenSource();
    TokenSource(const TokenSource&) = delete;
    TokenSource& operator=(const TokenSource&) = delete;

    /// A valid token, fetched if need be. `unauthenticated` if the client is unknown or revoked, otherwise
    /// the transport's error or `unavailable`.
    Result<std::string> bearer(const std::optional<CancelToken>& cancel = std::nullopt);
    /// Says that the server refused this token; the next bearer() fetches, unless another thread already did.
    void reject(std::string_view token);

    class Impl;

 private:
    std::unique_ptr<Impl> impl_;
};

/// A transport that adds `Authorization: Bearer …` and, on a 401, fetches a new token once and asks again.
class AuthorizedTransport final : public HttpTransport {
 public:
    /// Both must outlive this object.
    AuthorizedTransport(HttpTransport& transport, TokenSource& tokens) : transport_(transport), tokens_(tokens) {}
    Result<HttpResponse> send(const HttpRequest& request) override;
    Result<HttpResponse> stream(const HttpRequest& request, const OnData& on_data) override;

 private:
    template <class Call>
    Result<HttpResponse> with_token(const HttpRequest& request, Call call);
    HttpTransport& transport_;
    TokenSource& tokens_;
};

}  // namespace towline::http
