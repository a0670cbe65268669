// Who ends a session of a superseded attempt must never hit the task that has its connection next. So a session's id
// counts the uses of its connection, the use stands at the end of the application name, and both sides, the one that
// begins a use and the one that ends a session, hold an advisory lock of the server's process: whoever ends a session
// sees its use, and no other can begin before the server's process has got the signal.
#include "engines/postgres_connections.h"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "engines/failures.h"

namespace towline::engines {
namespace {

// A server's process remembers every table it has seen, so it does not live for ever.
constexpr int kUsesMax = 500;
constexpr std::chrono::seconds kResetTime{10};
constexpr std::size_t kApplicationNameBytesMax = 63;

// One key='value' pair of a connection string.
void add_pair(std::string& out, std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out += key;
    out += "='";
    for (const char c : value) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    out += "' ";
}

std::string conninfo(const PostgresSettings& settings, const std::string& application_name) {
    std::string out;
    out.reserve(1024);  // no reallocation that would leave the password behind
    add_pair(out, "host", settings.host);
    add_pair(out, "port", std::to_string(settings.port));
    add_pair(out, "user", settings.user);
    add_pair(out, "dbname", settings.database);
    add_pair(out, "sslmode", settings.sslmode);
    add_pair(out, "sslrootcert", settings.sslrootcert);
    add_pair(out, "application_name", application_name);
    add_pair(out, "connect_timeout", std::to_string(settings.connect_timeout.count()));
    if (settings.keepalives_idle) add_pair(out, "keepalives_idle", std::to_string(*settings.keepalives_idle));
    add_pair(out, "password", settings.password.reveal());
    return out;
}

// "label #use": the use is never cut off. Use 0 is none.
std::string application_name(const PostgresSettings& settings, const std::string& label, int use) {
    const std::string end = fmt::format(" #{}", use);
    std::string name = settings.application_name.empty() ? label : settings.application_name + " " + label;
    if (name.size() + end.size() > kApplicationNameBytesMax) name.resize(kApplicationNameBytesMax - end.size());
    while (!is_utf8(name)) name.pop_back();
    return name + end;
}

// Right whether or not the server takes backslashes literally.
std::string text_literal(std::string_view text) {
    std::string out = "E'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += c;
        out += c;
    }
    return out + "'";
}

std::string lock_key(const std::string& backend) {
    return fmt::format("pg_catalog.hashtextextended({}, 0)", text_literal("towline session " + backend));
}

Error refined(Error error) {
    const std::string_view state = pg::sqlstate(error);
    if (!state.empty()) error.code = code_of_sqlstate(state);
    return error;
}

// The server notices a dead client soon; a client frozen inside a transaction loses it.
constexpr const char* kSetup =
    "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3; "
    "SET idle_in_transaction_session_timeout = '10min'; SET standard_conforming_strings = on";

}  // namespace

PostgresConnections::PostgresConnections(PostgresSettings settings)
    : settings_(std::move(settings)), more_(false), lingering_(settings_.linger) {}

PostgresConnections::Use::Use(std::shared_ptr<PostgresConnections> owner, std::shared_ptr<Idle> idle, Item item)
    : owner_(std::move(owner)),
      idle_(std::move(idle)),
      lingering_(owner_->lingering_, idle_),
      item_(std::move(item)),
      session_id_(fmt::format("{}#{}", item_.backend, item_.uses)) {}

PostgresConnections::Use::~Use() {
    const bool is_clean = is_trusted_ && item_.uses < kUsesMax && item_.connection.usable() &&
                          item_.connection.transaction() == pg::TransactionState::idle;
    if (!is_clean || !*owner_->more_.lock()) return;
    // Temporary tables, settings, the role, advisory locks and prepared statements go before it waits. RESET ROLE
    // first: a role may lack the right to what it left behind, and the user of the session does not.
    if (!item_.connection.exec("RESET ROLE", {.timeout = kResetTime})) return;
    if (!item_.connection.exec("DISCARD ALL", {.timeout = kResetTime})) return;
    idle_->lock()->push_back(std::move(item_));
}

Result<std::unique_ptr<PostgresConnections::Use>> PostgresConnections::take(
    const std::shared_ptr<PostgresConnections>& self, const std::string& label) {
    const std::shared_ptr<Idle> idle = self->idle();
    while (true) {
        std::optional<Item> item;
        {
            auto items = idle->lock();
            if (items->empty()) break;
            item.emplace(std::move(items->back()));
            items->pop_back();
        }
        if (self->prepare(*item, label)) return std::make_unique<Use>(self, idle, std::move(*item));
        // The server ended it meanwhile; then its neighbours are doubtful, too.
        std::vector<Item> neighbours;
        std::swap(neighbours, *idle->lock());
    }
    TRY(Item item, self->open());
    TRY_STATUS(self->prepare(item, label));
    return std::make_unique<Use>(self, idle, std::move(item));
}

void PostgresConnections::expect_more(bool more) {
    *more_.lock() = more;
    lingering_.expect_more(more);
}

Result<bool> PostgresConnections::end(const std::string& session_id) {
    const std::string backend = session_id.substr(0, session_id.find('#'));
    const std::size_t at = backend.find('@');
    const auto pid = parse_int(backend.substr(0, at));
    if (!pid || at == std::string::npos) return fail(ErrorCode::invalid, "not a session of this engine");
    const pg::Param use =
        backend.size() < session_id.size() ? pg::Param(session_id.substr(backend.size() + 1)) : std::nullopt;
    TRY(pg::Connection connection, connect());
    // The locks go with the connection.
    auto locked = connection.exec(fmt::format("BEGIN; SELECT pg_catalog.pg_advisory_xact_lock({})", lock_key(backend)));
    if (!locked) return fail(refined(std::move(locked).error()));
    // A session that hides its use is ended: its author has set the application name himself.
    auto rows = connection.query(
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity "
        "WHERE pid = $1::int AND pg_catalog.date_part('epoch', backend_start)::text = $2 "
        "AND ($3::text IS NULL OR application_name !~ ' #[0-9]+$' OR application_name LIKE '% #' || $3::text)",
        {std::to_string(*pid), backend.substr(at + 1), use});
    if (!rows) return fail(refined(std::move(rows).error()));
    return !rows->empty();
}

std::shared_ptr<PostgresConnections::Idle> PostgresConnections::idle() {
    auto known = idle_.lock();
    std::shared_ptr<Idle> items = known->lock();
    if (!items) *known = items = std::make_shared<Idle>();
    return items;
}

Result<pg::Connection> PostgresConnections::connect() const {
    std::string info = conninfo(settings_, application_name(settings_, "towline", 0));
    auto connection = pg::Connection::open(info, std::chrono::seconds(settings_.connect_timeout));
    crypto::wipe(info);
    if (!connection) return fail(refined(std::move(connection).error()).in("cannot connect to PostgreSQL"));
    return connection;
}

Result<PostgresConnections::Item> PostgresConnections::open() const {
    TRY(pg::Connection connection, connect());
    // A number of a backend is used again; with its start it names one server's process for ever. Before the role: a
    // group's role may not see when the session began.
    auto rows = connection.exec(
        "SELECT pid || '@' || pg_catalog.date_part('epoch', backend_start)::text FROM pg_catalog.pg_stat_activity "
        "WHERE pid = pg_catalog.pg_backend_pid()");
    if (!rows) return fail(refined(std::move(rows).error()).in("cannot prepare the PostgreSQL session"));
    std::string backend = rows->empty() ? std::to_string(connection.backend_pid()) : rows->text(0, 0);
    return Item{std::move(connection), std::move(backend), 0};
}

Status PostgresConnections::prepare(Item& item, const std::string& label) const {
    ++item.uses;
    auto done = item.connection.exec(
        fmt::format("SELECT pg_catalog.pg_advisory_xact_lock_shared({}); {}; SET application_name = {}",
                    lock_key(item.backend), kSetup, text_literal(application_name(settings_, label, item.uses))),
        {.timeout = std::chrono::seconds(settings_.connect_timeout)});
    if (!done) return fail(refined(std::move(done).error()).in("cannot prepare the PostgreSQL session"));
    if (settings_.role.empty()) return {};
    auto role = item.connection.exec("SET ROLE " + pg::quote_identifier(settings_.role));
    if (!role) return fail(refined(std::move(role).error()).in("cannot take the role"));
    return {};
}

}  // namespace towline::engines
