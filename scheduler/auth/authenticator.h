#pragma once
// Who may do what: clients with secrets, the client-credentials grant, opaque tokens. Secrets and tokens are 32 random
// bytes, so a plain SHA-256 is what the store keeps of them; neither is ever logged.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "http_message/headers.h"
#include "store/store.h"
#include "time/clock.h"

namespace towline::auth {

/// A new client with its secret, which exists only in this value.
struct NewClient {
    store::Client client;
    std::string secret;
};

struct ClientRequest {
    std::string project_id;  ///< "*" = every project
    std::string name;
    std::vector<std::string> scopes;
};

/// An answer of the token endpoint (RFC 6749 section 5).
struct TokenAnswer {
    int status = 200;
    std::string body;
};

/// What a bearer token stands for.
struct Principal {
    std::string client_id;
    std::string project_id;
    std::vector<std::string> scopes;
};

/// Thread-safe. Tokens are looked up in the store at most once per kCacheLife each, so a revocation by another replica
/// takes effect within that time; one by this process at once.
class Authenticator {
 public:
    static constexpr std::chrono::seconds kCacheLife{5};

    Authenticator(store::Store& store, const time::Clock& clock) : store_(store), clock_(clock) {}

    /// Registers a client. invalid for an unknown scope, an empty or overlong name, a malformed project.
    Result<NewClient> create_client(const ClientRequest& request);
    /// If the store has no client yet: an admin client for every project. The caller shows its secret once.
    Result<std::optional<NewClient>> bootstrap();
    Status revoke(const std::string& client_id);

    /// POST /oauth/token: grant_type=client_credentials by client_secret_basic or client_secret_post.
    TokenAnswer token(const http::Headers& headers, std::string_view form);

    /// The principal of an Authorization header. unauthenticated if missing, unknown, expired or revoked; forbidden if
    /// it belongs to another project or lacks the scope (any of `scopes` suffices; empty = any token).
    Result<Principal> authorize(std::optional<std::string_view> authorization, const std::string& project_id,
                                const std::vector<std::string>& scopes);

    /// True if the token of this header was seen before and has not expired: no more than a hint, but one that needs no
    /// store and never blocks.
    bool is_known(std::string_view authorization) const;

 private:
    struct Cached {
        store::Token token;
        std::chrono::steady_clock::time_point until;
    };
    Result<store::Token> look_up(const std::string& hash);
    Result<store::Client> check_secret(std::string_view id, std::string_view secret);

    store::Store& store_;
    const time::Clock& clock_;
    struct Cache {
        std::map<std::string, Cached> tokens;
        std::uint64_t revocations = 0;  ///< grows: what was read from the store before one is not kept after it
    };
    Guarded<Cache> cache_;
};

/// "org/project" of letters, digits, '-', '_' and '.'; each part 1 to 63 characters.
bool is_project_id(std::string_view text);

}  // namespace towline::auth
