#include "engines/duckdb.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "base/guarded.h"
#include "base/strings.h"
#include "duckdb/database.h"
#include "engines/failures.h"

namespace towline::engines {
namespace {

constexpr std::chrono::milliseconds kLockPauseFirst{25};
constexpr std::chrono::milliseconds kLockPauseMax{100};  // below LingerTimes::yield, so that no turn is missed
constexpr std::chrono::milliseconds kInterruptPause{10};

EngineProfile duckdb_profile() {
    EngineProfile profile;
    profile.type = "duckdb";
    profile.dialect = "duckdb";
    profile.replace = ReplaceStrategy::create_or_replace;
    profile.view = ViewStrategy::create_or_replace;
    profile.merge = MergeStrategy::delete_insert_by_key;
    profile.insert_rows_per_statement = 1'000;
    profile.exclusive = true;
    return profile;
}

Error refined(Error error) {
    if (error.code != ErrorCode::engine && error.code != ErrorCode::io) return error;
    ErrorCode code = code_of_duckdb_message(error.detail);
    if (code == ErrorCode::engine) code = code_of_duckdb_message(error.message);
    if (code != ErrorCode::engine) error.code = code;
    return error;
}

std::string literal(std::string_view text) { return '\'' + replace_all(text, "'", "''") + '\''; }
std::string identifier(std::string_view text) { return '"' + replace_all(text, "\"", "\"\"") + '"'; }

/// Repeats the interrupt from a thread of its own until the statement that must stop has ended: DuckDB
/// forgets an interrupt that comes between two statements.
class InterruptRepeater {
 public:
    explicit InterruptRepeater(const duckdb::Connection& connection) : interrupter_(connection.interrupter()) {}
    ~InterruptRepeater() {
        {
            std::lock_guard lock(mutex_);
            stop_ = true;
        }
        changed_.notify_all();
        if (thread_.joinable()) thread_.join();
    }
    InterruptRepeater(const InterruptRepeater&) = delete;
    InterruptRepeater& operator=(const InterruptRepeater&) = delete;

    void request() {
        std::lock_guard lock(mutex_);
        if (requested_) return;
        requested_ = true;
        thread_ = std::thread([this] { repeat(); });
    }
    bool requested() const {
        std::lock_guard lock(mutex_);
        return requested_;
    }
    /// Only a statement between these two is ever interrupted.
    void statement_starts() {
        std::lock_guard lock(mutex_);
        running_ = true;
        changed_.notify_all();
    }
    void statement_ended() {
        std::lock_guard lock(mutex_);
        running_ = false;
    }

 private:
    void repeat() {
        std::unique_lock lock(mutex_);
        while (!stop_) {
            if (running_) interrupter_.interrupt();
            changed_.wait_for(lock, kInterruptPause);
        }
    }

    const duckdb::Interrupter interrupter_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool requested_ = false;
    bool running_ = false;
    bool stop_ = false;
    std::thread thread_;
};

class DuckDbSession final : public Session {
 public:
    // The database is shared by all sessions on the same catalogues and closed with the last of them.
    DuckDbSession(std::shared_ptr<Lingering> lingering, std::shared_ptr<duckdb::Database> database,
                  duckdb::Connection connection, EngineProfile profile, std::string session_id)
        : lingering_(std::move(lingering)),
          use_(*lingering_, database),
          database_(std::move(database)),
          connection_(std::move(connection)),
          interrupts_(connection_),
          profile_(std::move(profile)),
          session_id_(std::move(session_id)) {}

    const EngineProfile& profile() const override { return profile_; }
    std::string session_id() const override { return session_id_; }
    void cancel() override { interrupts_.request(); }

    Result<std::int64_t> execute(const std::string& sql) override {
        return guarded([&] { return connection_.execute(sql); });
    }

    Result<QueryResult> query(const std::string& sql, std::size_t rows_max) override {
        TRY(const duckdb::Rows rows, guarded([&] { return connection_.query(sql); }));
        if (rows.size() > rows_max)
            return fail(ErrorCode::too_large, fmt::format("a look-up gave more than {} rows", rows_max));
        QueryResult out;
        for (const duckdb::Column& column : rows.columns()) out.columns.push_back(column.name);
        for (std::size_t r = 0; r < rows.size(); ++r) {
            auto& row = out.rows.emplace_back();
            for (std::size_t c = 0; c < out.columns.size(); ++c) {
                const auto cell = rows.cell(r, c);
                row.push_back(cell ? std::optional<std::string>(*cell) : std::nullopt);
            }
        }
        return out;
    }

    Status begin() override {
        TRY_STATUS(run("BEGIN TRANSACTION"));
        in_transaction_ = true;
        return {};
    }
    Status commit() override {
        in_transaction_ = false;
        auto done = connection_.execute("COMMIT");
        if (!done) return fail(refined(std::move(done).error()));
        return {};
    }
    Status rollback() override {
        // Several statements in one text may have begun a transaction that nobody counted.
        const bool counted = std::exchange(in_transaction_, false);
        auto done = connection_.execute("ROLLBACK");
        if (!done && counted) return fail(refined(std::move(done).error()));
        return {};
    }

    Result<ObjectKind> object_kind(const plan::TableName& name) override {
        TRY(const std::string catalog, catalog_or_current(name.catalog));
        TRY(const duckdb::EntryKind kind, guarded([&] { return connection_.entry(catalog, name.schema, name.table); }));
        switch (kind) {
            case duckdb::EntryKind::none:
                return ObjectKind::none;
            case duckdb::EntryKind::table:
                return ObjectKind::table;
            case duckdb::EntryKind::view:
                return ObjectKind::view;
        }
        return ObjectKind::none;
    }

    Result<bool> schema_exists(const std::string& catalog, const std::string& schema) override {
        TRY(const duckdb::Rows rows, look_up("SELECT 1 FROM information_schema.schemata WHERE "
                                             "lower(catalog_name) = lower(COALESCE($1, current_database())) "
                                             "AND lower(schema_name) = lower($2)",
                                             {catalog_of(catalog), schema}));
        return !rows.empty();
    }

    Result<model::Columns> columns(const plan::TableName& name) override {
        model::Columns out;
        TRY(const ObjectKind kind, object_kind(name));
        if (kind == ObjectKind::none) return out;
        TRY(const std::string catalog, catalog_or_current(name.catalog));
        TRY(const duckdb::Rows rows,
            look_up(fmt::format("SELECT column_name, column_type FROM (DESCRIBE {}.{}.{})", identifier(catalog),
                                identifier(name.schema), identifier(name.table)),
                    {}));
        for (std::size_t r = 0; r < rows.size(); ++r) out.push_back({rows.text(r, 0), rows.text(r, 1)});
        return out;
    }

 private:
    // The catalogue that a name without one falls into; a statement before a query may have changed it.
    Result<std::string> catalog_or_current(const std::string& catalog) {
        if (!catalog.empty()) return catalog;
        TRY(const duckdb::Rows rows, look_up("SELECT current_database()", {}));
        return rows.text(0, 0);
    }
    static duckdb::Param catalog_of(const std::string& catalog) {
        return catalog.empty() ? duckdb::Param() : duckdb::Param(catalog);
    }

    template <class Function>
    auto guarded(Function function) -> decltype(function()) {
        interrupts_.statement_starts();
        if (interrupts_.requested()) {
            interrupts_.statement_ended();
            return fail(ErrorCode::cancelled, "stopped before the statement began");
        }
        auto result = function();
        interrupts_.statement_ended();
        if (!result) return fail(refined(std::move(result).error()));
        return result;
    }

    Status run(const std::string& sql) {
        auto done = execute(sql);
        if (!done) return fail(std::move(done).error());
        return {};
    }

    Result<duckdb::Rows> look_up(const std::string& sql, const duckdb::Params& params) {
        return guarded([&] { return connection_.query(sql, params); });
    }

    // Shared with the engine, which new settings may replace while a task runs. The use ends after the connection.
    std::shared_ptr<Lingering> lingering_;
    Lingering::Use use_;
    std::shared_ptr<duckdb::Database> database_;
    duckdb::Connection connection_;
    InterruptRepeater interrupts_;
    const EngineProfile profile_;
    const std::string session_id_;
    bool in_transaction_ = false;
};

/// What identifies an open database in this process.
std::string registry_key(const DuckDbSettings& settings) {
    std::string key;
    for (const auto& [name, path] : settings.catalogs) key += name + '=' + path + '\n';
    for (const auto& [name, value] : settings.connector_config) key += name + ':' + value + '\n';
    return key;
}

// Databases with attached catalogues are instances of their own, so sharing them is done here; single files
// are shared by the driver.
Guarded<std::map<std::string, std::weak_ptr<duckdb::Database>>>& attached_databases() {
    static Guarded<std::map<std::string, std::weak_ptr<duckdb::Database>>> databases;
    return databases;
}

class DuckDbEngine final : public Engine {
 public:
    explicit DuckDbEngine(DuckDbSettings settings)
        : settings_(std::move(settings)),
          profile_(duckdb_profile()),
          lingering_(std::make_shared<Lingering>(settings_.linger)) {}

    const EngineProfile& profile() const override { return profile_; }
    int concurrent_tasks() const override { return settings_.concurrent_tasks; }
    Result<std::string> default_catalog() override { return catalog_name(); }

    Result<std::unique_ptr<Session>> open(const std::string& label) override {
        return open_unless([] { return false; }, label);
    }

    Result<std::unique_ptr<Session>> open_unless(const std::function<bool()>& stop, const std::string&) override {
        const auto until = std::chrono::steady_clock::now() + settings_.lock_wait;
        TRY_STATUS(sleep_unless(stop, lingering_->pause()));
        std::chrono::milliseconds pause = kLockPauseFirst;
        while (true) {
            auto session = try_open();
            if (session || session.error().code != ErrorCode::unavailable) return session;
            if (std::chrono::steady_clock::now() + pause > until) {
                return fail(std::move(session).error().in("cannot open the DuckDB database"));
            }
            TRY_STATUS(sleep_unless(stop, pause));
            pause = std::min(pause * 2, kLockPauseMax);
        }
    }

    // A database in memory lives with the engine anyway.
    void expect_more(bool more) override { lingering_->expect_more(more); }

    // A session of DuckDB is part of its process and ends with it.
    Result<bool> kill_session(const std::string&) override { return false; }

 private:
    static Status sleep_unless(const std::function<bool()>& stop, std::chrono::milliseconds pause) {
        const auto until = std::chrono::steady_clock::now() + pause;
        for (auto now = until - pause; now < until; now = std::chrono::steady_clock::now()) {
            if (stop()) return fail(ErrorCode::cancelled, "stopped while waiting for the database file");
            std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(until - now, kLockPauseFirst));
        }
        return {};
    }

    bool in_memory() const { return settings_.database.empty() || settings_.database == ":memory:"; }

    std::string catalog_name() const {
        if (!settings_.catalogs.empty()) return settings_.catalogs.front().first;
        return in_memory() ? "memory" : std::filesystem::path(settings_.database).stem().string();
    }

    Result<std::unique_ptr<Session>> try_open() {
        TRY(std::shared_ptr<duckdb::Database> database, open_database());
        auto connection = database->connect();
        if (!connection) return fail(refined(std::move(connection).error()));
        if (!settings_.catalogs.empty()) {
            auto used = connection->execute("USE " + identifier(settings_.catalogs.front().first));
            if (!used) return fail(refined(std::move(used).error()));
        }
        static std::atomic<std::uint64_t> count{0};
        return std::make_unique<DuckDbSession>(lingering_, std::move(database), std::move(*connection), profile_,
                                               fmt::format("{}#{}", ::getpid(), ++count));
    }

    Result<std::shared_ptr<duckdb::Database>> open_database() {
        if (!settings_.catalogs.empty()) return open_attached();
        if (!in_memory()) return open_one(settings_.database);
        auto memory = memory_.lock();
        if (!*memory) {
            TRY(*memory, open_one(":memory:"));
        }
        return *memory;
    }

    Result<std::shared_ptr<duckdb::Database>> open_one(const std::string& path) const {
        auto database =
            duckdb::Database::open(path, {settings_.connector_config.begin(), settings_.connector_config.end()});
        if (!database) return fail(refined(std::move(database).error()));
        return std::make_shared<duckdb::Database>(std::move(*database));
    }

    Result<std::shared_ptr<duckdb::Database>> open_attached() const {
        auto databases = attached_databases().lock();
        std::erase_if(*databases, [](const auto& entry) { return entry.second.expired(); });
        const std::string key = registry_key(settings_);
        if (auto open = (*databases)[key].lock()) return open;
        TRY(std::shared_ptr<duckdb::Database> database, open_one(":memory:"));
        TRY(duckdb::Connection connection, database->connect());
        for (const auto& [name, path] : settings_.catalogs) {
            auto done =
                connection.execute(fmt::format("ATTACH IF NOT EXISTS {} AS {}", literal(path), identifier(name)));
            if (!done) return fail(refined(std::move(done).error()));
        }
        (*databases)[key] = database;
        return database;
    }

    const DuckDbSettings settings_;
    const EngineProfile profile_;
    Guarded<std::shared_ptr<duckdb::Database>> memory_;
    const std::shared_ptr<Lingering> lingering_;  // Shared with its sessions.
};

}  // namespace

std::unique_ptr<Engine> duckdb_engine(DuckDbSettings settings) {
    return std::make_unique<DuckDbEngine>(std::move(settings));
}

}  // namespace towline::engines
