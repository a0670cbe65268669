#include "engines/postgres.h"

#include <fmt/core.h>

#include <atomic>
#include <utility>

#include "engines/failures.h"
#include "engines/postgres_connections.h"
#include "pg/connection.h"

namespace towline::engines {
namespace {

constexpr int kMergeVersion = 150'000;  // MERGE came with PostgreSQL 15
// A statement may run long; the lease of its task is what ends it.
constexpr std::chrono::hours kStatementTime{24 * 7};
constexpr std::chrono::seconds kEndTime{10};

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

Error refined(Error error) {
    const std::string_view state = pg::sqlstate(error);
    if (!state.empty()) error.code = code_of_sqlstate(state);
    return error;
}

class PostgresSession final : public Session {
 public:
    PostgresSession(std::unique_ptr<PostgresConnections::Use> use, std::string database)
        : use_(std::move(use)), connection_(use_->connection()), database_(std::move(database)) {
        profile_ = base_profile();
        if (connection_.server_version() >= kMergeVersion) profile_.merge = MergeStrategy::native_merge;
    }

    // A request to cancel may reach the server when the statement is over, and would hit the next one.
    ~PostgresSession() override {
        if (cancelled_.load()) use_->distrust();
    }

    const EngineProfile& profile() const override { return profile_; }
    std::string session_id() const override { return use_->session_id(); }
    void cancel() override { cancelled_.store(true); }

    Result<std::int64_t> execute(const std::string& sql) override {
        TRY(const pg::Rows rows, exec(sql, call()));
        return rows.affected();
    }

    Result<QueryResult> query(const std::string& sql, std::size_t rows_max) override {
        TRY(const pg::Rows rows, exec(sql, call()));
        if (static_cast<std::size_t>(rows.size()) > rows_max) {
            return fail(ErrorCode::too_large, fmt::format("a look-up gave more than {} rows", rows_max));
        }
        QueryResult out;
        for (int c = 0; c < rows.columns(); ++c) out.columns.emplace_back(rows.column_name(c));
        for (int r = 0; r < rows.size(); ++r) {
            auto& row = out.rows.emplace_back();
            for (int c = 0; c < rows.columns(); ++c) {
                const auto cell = rows.cell(r, c);
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
        return exec("ROLLBACK", {.timeout = kEndTime}).map([](const pg::Rows&) {});
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
        TRY(const pg::Rows rows, look_up("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", {schema}));
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
        return exec(sql, call()).map([](const pg::Rows&) {});
    }

    Result<pg::Rows> exec(const std::string& sql, const pg::Call& bounds) {
        return judged(connection_.exec(sql, bounds));
    }

    // A connection on which anything went wrong serves no other task.
    Result<pg::Rows> judged(Result<pg::Rows> rows) {
        if (rows) return rows;
        use_->distrust();
        return fail(refined(std::move(rows).error()));
    }

    Result<pg::Rows> look_up(const std::string& sql, const pg::Params& params) {
        return judged(connection_.query(sql, params, call()));
    }

    // A connection sees one database; SQLMesh's names carry it in front.
    Status check_catalog(const std::string& catalog) const {
        if (catalog.empty() || catalog == database_) return {};
        return fail(ErrorCode::invalid, fmt::format("the connection is to database {}, not to {}", database_, catalog),
                    "a PostgreSQL gateway reaches one database: use a gateway per database");
    }

    const std::unique_ptr<PostgresConnections::Use> use_;
    pg::Connection& connection_;
    EngineProfile profile_;
    const std::string database_;
    std::atomic<bool> cancelled_{false};
};

class PostgresEngine final : public Engine {
 public:
    explicit PostgresEngine(PostgresSettings settings)
        : database_(settings.database),
          concurrent_tasks_(settings.concurrent_tasks),
          profile_(base_profile()),
          connections_(std::make_shared<PostgresConnections>(std::move(settings))) {}

    const EngineProfile& profile() const override { return profile_; }
    Result<std::string> default_catalog() override { return database_; }
    int concurrent_tasks() const override { return concurrent_tasks_; }
    void expect_more(bool more) override { connections_->expect_more(more); }

    Result<std::unique_ptr<Session>> open(const std::string& label) override {
        TRY(auto use, PostgresConnections::take(connections_, label));
        return std::make_unique<PostgresSession>(std::move(use), database_);
    }

    Result<bool> kill_session(const std::string& session_id) override { return connections_->end(session_id); }

 private:
    const std::string database_;
    const int concurrent_tasks_;
    const EngineProfile profile_;
    const std::shared_ptr<PostgresConnections> connections_;  // Shared with its sessions.
};

}  // namespace

std::unique_ptr<Engine> postgres_engine(PostgresSettings settings) {
    return std::make_unique<PostgresEngine>(std::move(settings));
}

}  // namespace towline::engines
