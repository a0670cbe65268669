// Calls that need no token.

#include "api/handlers.h"
#include "auth/scopes.h"
#include "kApiFiles.h"

namespace towline::api {

Answer token(Context& context) {
    const auth::TokenAnswer answer =
        context.services.authenticator.token(context.request.headers, context.request.body);
    http::Response response = json_response(answer.status, answer.body);
    response.headers.add("Pragma", "no-cache");
    if (answer.status == 401) response.headers.add("WWW-Authenticate", "Basic realm=\"towline\"");
    if (answer.status == 503) response.headers.add("Retry-After", "2");
    return std::optional<http::Response>(std::move(response));
}

// RFC 8414
Answer oauth_metadata(Context& context) {
    std::string issuer = context.services.issuer;
    if (issuer.empty())
        issuer = (context.request.tls ? "https://" : "http://") +
                 std::string(context.request.header("Host").value_or("localhost"));
    return ok(json::Object()
                  .str("issuer", issuer)
                  .str("token_endpoint", issuer + "/oauth/token")
                  .strings("grant_types_supported", {"client_credentials"})
                  .strings("response_types_supported", {})
                  .strings("token_endpoint_auth_methods_supported", {"client_secret_basic", "client_secret_post"})
                  .strings("scopes_supported", auth::all_scopes())
                  .dump());
}

Answer openapi(Context&) {
    http::Response response;
    response.body = kApiFiles[0].text;
    response.content_type = "application/json";
    response.headers.add("Cache-Control", "max-age=300");
    return std::optional<http::Response>(std::move(response));
}

Answer healthz(Context&) { return ok(json::Object().str("status", "ok").dump()); }

Answer readyz(Context& context) {
    if (const Status reached = context.store().ping(); !reached)
        return fail(ErrorCode::unavailable, "the store cannot be reached");
    return ok(json::Object().str("status", "ready").dump());
}

Answer metrics_text(Context& context) {
    http::Response response;
    response.body = context.services.metrics.expose();
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return std::optional<http::Response>(std::move(response));
}

}  // namespace towline::api
