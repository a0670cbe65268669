#include "loop/connection.h"

namespace towline::loop {

struct Connection::Authorized {
    Authorized(http::HttpTransport& transport, const ClientCredentials& client)
        : tokens(transport, http::TokenOptions{.token_url = client.token_url,
                                               .client_id = client.client_id,
                                               .client_secret = http::ClientSecret(client.client_secret.reveal()),
                                               .scopes = {client.scope},
                                               .total_timeout = std::chrono::milliseconds(10'000)}),
          authorized(transport, tokens) {}
    http::TokenSource tokens;
    http::AuthorizedTransport authorized;
};

Connection::Connection(http::HttpTransport& transport, const ClientCredentials& client) : transport_(transport) {
    use(client);
}

Connection::~Connection() = default;

bool Connection::use(const ClientCredentials& client) {
    auto state = state_.lock();
    const bool same = state->authorized && state->client.token_url == client.token_url &&
                      state->client.client_id == client.client_id && state->client.scope == client.scope &&
                      state->client.client_secret.same_as(client.client_secret);
    if (same) return false;
    state->client = client;
    state->authorized = std::make_shared<Authorized>(transport_, client);
    return true;
}

std::shared_ptr<Connection::Authorized> Connection::current() { return state_.lock()->authorized; }

Result<http::HttpResponse> Connection::send(const http::HttpRequest& request) {
    return current()->authorized.send(request);
}

Result<http::HttpResponse> Connection::stream(const http::HttpRequest& request, const http::OnData& on_data) {
    return current()->authorized.stream(request, on_data);
}

}  // namespace towline::loop
