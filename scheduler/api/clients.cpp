#include <set>

#include "api/handlers.h"
#include "api/views.h"
#include "auth/scopes.h"
#include "crypto/crypto.h"

namespace towline::api {

Answer list_clients(Context& context) {
    TRY(const store::PageRequest page, page_request(context));
    TRY(const store::Page<store::Client> clients, context.store().clients(context.project_id, page));
    return ok(page_json(clients, client_json));
}

Answer add_client(Context& context) {
    TRY(const json::Document document, body_json(context));
    const json::Reader body = document.root();
    auth::ClientRequest request{context.project_id, body.str("name"), body.strings("scopes")};
    TRY_STATUS(body.status());
    TRY(auth::NewClient made, context.services.authenticator.create_client(request));
    TRY_STATUS(context.store().add_audit_log(context.project_id, context.principal.client_id, "client.create",
                                             made.client.id, context.now()));
    std::string answer = json::Object()
                             .str("client_id", made.client.id)
                             .str("client_secret", made.secret)
                             .str("name", made.client.name)
                             .strings("scopes", made.client.scopes)
                             .dump();
    crypto::wipe(made.secret);
    return created(std::move(answer));
}

Answer revoke_client(Context& context) {
    TRY(const store::Client client, context.store().client(context.param("id")));
    const bool is_ours =
        client.project_id == context.project_id || (client.project_id == "*" && context.principal.project_id == "*");
    if (!is_ours) return fail(ErrorCode::not_found, "there is no client '" + client.id + "'");
    TRY_STATUS(context.services.authenticator.revoke(client.id));
    context.services.events.end_client(client.id);
    std::vector<std::string> projects{context.project_id};
    if (client.project_id == "*") {
        TRY(projects, context.store().projects());
    }
    std::set<std::string> revoked;
    for (const std::string& project : projects) {
        TRY(const std::vector<core::Executor> executors, context.store().executors(project));
        for (const core::Executor& executor : executors)
            if (executor.client_id == client.id) revoked.insert(executor.id);
    }
    context.services.dispatcher.recall(revoked);
    TRY_STATUS(context.store().add_audit_log(context.project_id, context.principal.client_id, "client.revoke",
                                             client.id, context.now()));
    context.services.dispatcher.wake_holders();
    context.services.dispatcher.wake();
    return ok("{}");
}

}  // namespace towline::api
