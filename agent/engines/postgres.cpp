#include "engines/postgres.h"

#include <fmt/core.h>

#include <atomic>
#include <utility>

#include "base/strings.h"
#include "crypto/crypto.h"
#include "engines/failures.h"
#include "pg/connection.h"

namespace towline::engines {
namespace {

constexpr int kMergeVersion = 150'000;  // MERGE came with PostgreSQL 15
// A statement may run long; the lease of its task is what ends it.
constexpr std::chrono::hours kStatementTime{24 * 7};
constexpr std::chrono::seconds kEndTime{10};
constexpr std::size_t kApplicationNameBytesMax = 63;

EngineProfile base_profile() {
    EngineProfile profile;
    profile.type = "postgres";
    profile.dialect = "postgres";
    profile.identifier_bytes_max = 63;
    profile.replace = ReplaceStrategy::delete_insert;
    profile.view = ViewStrategy::drop_cascade_create;
    profile.merge = MergeStrategy::delete_insert_by_key;
    profile.catalog_in_names = false;
    profile.view_binding = true;
    profile.row_locks = true;
    profile.grants = true;
    profile.drop_cascades = true;
    return profile;
}

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

std::string application_name(const PostgresSettings& settings, const std::string& label) {
    std::string name = settings.application_name.empty() ? label : settings.application_name + " " + label;
    if (name.size() > kApplicationNameBytesMax) name.resize(kApplicationNameBytesMax);
    return name;
}

std::string conninfo(const PostgresSettings& settings, const std::string& label) {
    std::string out;
    out.reserve(1024);  // no reallocation that would leave the password behind
    add_pair(out, "host", settings.host);
    add_pair(out, "port", std::to_string(settings.port));
    add_pair(out, "user", settings.user);
    add_pair(out, "dbname", settings.database);
    add_pair(out, "sslmode", settings.sslmode);
    add_pair(out, "sslrootcert", settings.sslrootcert);
    add_pair(out, "application_name", application_name(settings, label));
    add_pair(out, "connect_timeout", std::to_string(settings.connect_timeout.count()));
    if (settings.keepalives_idle) add_pair(out, "keepalives_idle", std::to_string(*settings.keepalives_idle));
    add_pair(out, "password", settings.password.reveal());
    return out;
}

Error refined(Error error) {
    const std::string_view state = pg::sqlstate(error);
    if (!state.empty()) error.code = code_of_sqlstate(state);
    return error;
}

class PostgresSession final : public Session {
 public:
    PostgresSession(pg::Connection connection, std::string session_id, std::string database)
        : connection_(std::move(connection)),
          session_id_(std::move(session_id)),
          database_(std::move(database)) {
        profile_ = base_profile();
        if (connection_.server_version() >= kMergeVersion) profile_.merge = MergeStrategy::native_merge;
    }

    const EngineProfile& profile() const override { return profile_; }
    std::string session_id() const override { return session_id_; }
    void cancel() override { cancelled_.store(true); }

    Result<std::int64_t> execute(const std::string& sql) override {
        auto rows = connection_.exec(sql, call());
        if (!rows) return fail(refined(std::move(rows).error()));
        return rows->affected();
    }

    Result<QueryResult> query(const std::string& sql, std::size_t rows_max) override {
        auto rows = connection_.exec(sql, call());
        if (!rows) return fail(refined(std::move(rows).error()));
        if (static_cast<std::size_t>(rows->size()) > rows_max) {
            return fail(ErrorCode::too_large, fmt::format("a look-up gave more than {} rows", rows_max));
        }
        QueryResult out;
        for (int c = 0; c < rows->columns(); ++c) out.columns.emplace_back(rows->column_name(c));
        for (int r = 0; r < rows->size(); ++r) {
            auto& row = out.rows.emplace_back();
            for (int c = 0; c < rows->columns(); ++c) {
                const auto cell = rows->cell(r, c);
                row.push_back(cell ? std::optional<std::string>(*cell) : std::nullopt);
            }
        }
        return out;
    }

    Status begin() override { return run("BEGIN"); }
    Status commit() override {
        if (connection_.transaction() == pg::TransactionState::failed) {
            TRY_STATUS(rollback());
            return fail(ErrorCode::engine, "a statement had failed, so the transaction was rolled back");
        }
        return run("COMMIT");
    }
    Status rollback() override {
        const pg::TransactionState state = connection_.transaction();
        if (state == pg::TransactionState::idle) return {};
        // Not cancellable: this is how a cancelled transaction ends.
        auto rows = connection_.exec("ROLLBACK", {.timeout = kEndTime});
        if (!rows) return fail(refined(std::move(rows).error()));
        return {};
    }

    Result<ObjectKind> object_kind(const plan::TableName& name) override {
        TRY_STATUS(check_catalog(name.catalog));
        TRY(const pg::Rows rows,
            look_up("SELECT c.relkind FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
                    "c.relnamespace "
                    "WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'f', 'v', 'm')",
                    {name.schema, name.table}));
        if (rows.empty()) return ObjectKind::none;
        const std::string kind = rows.text(0, 0);
        return kind == "v" || kind == "m" ? ObjectKind::view : ObjectKind::table;
    }

    Result<bool> schema_exists(const std::string& catalog, const std::string& schema) override {
        TRY_STATUS(check_catalog(catalog));
        TRY(const pg::Rows rows,
            look_up("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", {schema}));
        return !rows.empty();
    }

    Result<model::Columns> columns(const plan::TableName& name) override {
        TRY_STATUS(check_catalog(name.catalog));
        TRY(const pg::Rows rows, look_up("SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) "
                                         "FROM pg_catalog.pg_attribute a "
                                         "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN "
                                         "pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                                         "WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT "
                                         "a.attisdropped ORDER BY a.attnum",
                                         {name.schema, name.table}));
        model::Columns out;
        for (int r = 0; r < rows.size(); ++r) out.push_back({rows.text(r, 0), rows.text(r, 1)});
        return out;
    }

 private:
    pg::Call call() const { return {.timeout = kStatementTime, .cancel = &cancelled_}; }

    Status run(const std::string& sql) {
        auto rows = connection_.exec(sql, call());
        if (!rows) return fail(refined(std::move(rows).error()));
        return {};
    }

    Result<pg::Rows> look_up(const std::string& sql, const pg::Params& params) {
        auto rows = connection_.query(sql, params, call());
        if (!rows) return fail(refined(std::move(rows).error()));
        return rows;
    }

    // A connection sees one database; SQLMesh's names carry it in front.
    Status check_catalog(const std::string& catalog) const {
        if (catalog.empty() || catalog == database_) return {};
        return fail(ErrorCode::invalid,
                    fmt::format("the connection is to database {}, not to {}", database_, catalog),
                    "a PostgreSQL gateway reaches one database: use a gateway per database");
    }

    pg::Connection connection_;
    EngineProfile profile_;
    std::string session_id_;
    std::string database_;
    std::atomic<bool> cancelled_{false};
};

class PostgresEngine final : public Engine {
 public:
    explicit PostgresEngine(PostgresSettings settings)
        : settings_(std::move(settings)), profile_(base_profile()) {}

    const EngineProfile& profile() const override { return profile_; }
    Result<std::string> default_catalog() override { return settings_.database; }
    int concurrent_tasks() const override { return settings_.concurrent_tasks; }

    Result<std::unique_ptr<Session>> open(const std::string& label) override {
        TRY(pg::Connection connection, connect(label));
        // A number of a backend is used again; with its start it names one session for ever.
        TRY(const pg::Rows rows, connection.exec("SELECT pid || '@' || pg_catalog.date_part('epoch', "
                                                 "backend_start)::text FROM pg_catalog.pg_stat_activity "
                                                 "WHERE pid = pg_catalog.pg_backend_pid()"));
        std::string session_id = rows.empty() ? std::to_string(connection.backend_pid()) : rows.text(0, 0);
        if (!settings_.role.empty()) {
            // Last: a group's role may not see when the session began, and kill_session must be the user
            // itself.
            auto role = connection.exec("SET ROLE " + pg::quote_identifier(settings_.role));
            if (!role) return fail(refined(std::move(role).error()).in("cannot take the role"));
        }
        return std::make_unique<PostgresSession>(std::move(connection), std::move(session_id),
                                                 settings_.database);
    }

    Result<bool> kill_session(const std::string& session_id) override {
        const std::size_t at = session_id.find('@');
        const auto pid = parse_int(session_id.substr(0, at));
        if (!pid || at == std::string::npos) return fail(ErrorCode::invalid, "not a session of this engine");
        TRY(pg::Connection connection, connect("towline ends a session"));
        auto rows = connection.query(
            "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity "
            "WHERE pid = $1::int AND pg_catalog.date_part('epoch', backend_start)::text = $2",
            {std::to_string(*pid), session_id.substr(at + 1)});
        if (!rows) return fail(refined(std::move(rows).error()));
        return !rows->empty();
    }

 private:
    Result<pg::Connection> connect(const std::string& label) {
        std::string info = conninfo(settings_, label);
        auto connection = pg::Connection::open(info, std::chrono::seconds(settings_.connect_timeout));
        crypto::wipe(info);
        if (!connection)
            return fail(refined(std::move(connection).error()).in("cannot connect to PostgreSQL"));
        // The server notices a dead client soon; a client frozen inside a transaction loses it.
        const std::string setup =
            "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3; "
            "SET idle_in_transaction_session_timeout = '10min'; SET standard_conforming_strings = on";
        auto done = connection->exec(setup);
        if (!done) return fail(refined(std::move(done).error()).in("cannot prepare the PostgreSQL session"));
        return connection;
    }

    const PostgresSettings settings_;
    const EngineProfile profile_;
};

}  // namespace

std::unique_ptr<Engine> postgres_engine(PostgresSettings settings) {
    return std::make_unique<PostgresEngine>(std::move(settings));
}

}  // namespace towline::engines
