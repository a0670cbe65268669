#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "credentials/secret.h"
#include "http_client/token_source.h"
#include "http_client/transport.h"

namespace towline::loop {

/// Who the executor is at the token endpoint.
struct ClientCredentials {
    std::string token_url;
    std::string client_id;
    credentials::Secret client_secret;
    std::string scope;  ///< executor:run or executor:apply
};

/// A transport with bearer tokens whose client can be exchanged while calls are under way: those go on with
/// the old one. Any thread.
class Connection final : public http::HttpTransport {
 public:
    /// `transport` must outlive this object.
    Connection(http::HttpTransport& transport, const ClientCredentials& client);
    ~Connection() override;

    /// True if the client really changed; a new token is fetched at the next call.
    bool use(const ClientCredentials& client);

    Result<http::HttpResponse> send(const http::HttpRequest& request) override;
    Result<http::HttpResponse> stream(const http::HttpRequest& request, const http::OnData& on_data) override;

 private:
    struct Authorized;
    std::shared_ptr<Authorized> current();

    http::HttpTransport& transport_;
    struct State {
        ClientCredentials client;
        std::shared_ptr<Authorized> authorized;  // Shared with calls under way, which may outlast an exchange.
    };
    Guarded<State> state_;
};

}  // namespace towline::loop
