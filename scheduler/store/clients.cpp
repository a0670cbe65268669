// OAuth clients and their tokens.
#include "store/rows.h"
#include "store/sql_store.h"

namespace towline::store {
namespace {

Client client_from(const SqlRow& row) {
    return {row.text("id"),
            row.text("project_id"),
            row.text("name"),
            row.text("secret_hash"),
            scopes_from(row.text("scopes")),
            row.num("created_ts"),
            row.maybe_num("revoked_ts"),
            row.maybe_num("last_used_ts")};
}

}  // namespace

Status SqlStore::add_client(const Client& client) {
    TRY_STATUS(
        change("client_add", {client.id, client.project_id, client.name, client.secret_hash, scopes_text(client.scopes),
                              client.created_ts, sql_maybe(client.revoked_ts), sql_maybe(client.last_used_ts)}));
    return {};
}

Result<Client> SqlStore::client(const std::string& id) {
    std::optional<Client> found;
    TRY_STATUS(each_row("client_get", {id}, [&](const SqlRow& row) -> Status {
        found = client_from(row);
        return {};
    }));
    if (!found) return fail(ErrorCode::not_found, "there is no client '" + id + "'");
    return *std::move(found);
}

Result<Page<Client>> SqlStore::clients(const std::string& project_id, const PageRequest& page) {
    Page<Client> out;
    const std::int64_t rows = page_rows(page);
    TRY_STATUS(each_row("clients_page", {project_id, page.cursor, rows}, [&](const SqlRow& row) -> Status {
        out.items.push_back(client_from(row));
        return {};
    }));
    if (static_cast<std::int64_t>(out.items.size()) == rows) {
        out.items.pop_back();
        out.next_cursor = out.items.back().id;
    }
    return out;
}

Result<int> SqlStore::client_count() {
    int count = 0;
    TRY_STATUS(each_row("client_count", {}, [&](const SqlRow& row) -> Status {
        count = static_cast<int>(row.num("count"));
        return {};
    }));
    return count;
}

Status SqlStore::revoke_client(const std::string& id, TimestampMs now) {
    return write([&](SqlSession& session) -> Status {
        TRY(const SqlRows revoked, session.run("client_revoke", {id, now}));
        if (revoked.changed() == 0) return fail(ErrorCode::not_found, "there is no client '" + id + "'");
        TRY_STATUS(session.run("tokens_of_client_delete", {id}));
        TRY(const SqlRows leases, session.run("leases_of_client", {id}));
        TRY_STATUS(session.run("executors_of_client_fence", {id}));
        return lose_leases(session, leases, {.now = now});
    });
}

Status SqlStore::touch_client(const std::string& id, TimestampMs now) {
    TRY_STATUS(change("client_touch", {id, now}));
    return {};
}

Status SqlStore::add_token(const Token& token) {
    TRY_STATUS(change("token_add",
                      {token.hash, token.client_id, token.project_id, scopes_text(token.scopes), token.expires_ts}));
    return {};
}

Result<Token> SqlStore::token(const std::string& hash, TimestampMs now) {
    std::optional<Token> found;
    TRY_STATUS(each_row("token_get", {hash, now}, [&](const SqlRow& row) -> Status {
        found = Token{row.text("hash"), row.text("client_id"), row.text("project_id"), scopes_from(row.text("scopes")),
                      row.num("expires_ts")};
        return {};
    }));
    if (!found)
        return fail(ErrorCode::unauthenticated, "the token is unknown, expired or its client was revoked",
                    "ask for a new token");
    return *std::move(found);
}

}  // namespace towline::store
