// PostgreSQL behind the seam: a small pool of connections, a deadline on every statement, lost races run again.
#include <fmt/core.h>

#include <condition_variable>
#include <mutex>
#include <set>

#include "base/assert.h"
#include "base/guarded.h"
#include "base/strings.h"
#include "pg/connection.h"
#include "store/pg_neighbours.h"
#include "store/sql_database.h"

namespace towline::store {
namespace {

using Statements = std::map<std::string, std::string, std::less<>>;

constexpr int kConnectionsMax = 8;
constexpr int kTriesMax = 5;
constexpr std::chrono::seconds kStatementTime{15};
constexpr std::chrono::seconds kScriptTime{300};
constexpr std::chrono::seconds kPoolWait{10};
// Every statement finds its rows by an index, and most begin with a short list of ids. The planner cannot know that: it
// sees tables that were small when it looked, and keeps a plan that reads them whole after they have grown.
constexpr const char* kSession =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";
constexpr std::uint32_t kBool = 16, kInt8 = 20, kInt2 = 21, kInt4 = 23;  // pg_type

bool is_lost_race(const Error& error) {
    const std::string_view state = pg::sqlstate(error);
    return state == "40001" || state == "40P01";
}

/// A migration of a newer program changed a table, or a pooler changed the session.
bool is_stale(const Error& error) {
    const std::string_view state = pg::sqlstate(error);
    return state == "0A000" || state == "26000";
}

/// Out of disk or memory or connections (53), shutting down (57P), failing files (58), a standby (25006): all pass.
bool is_of_server(std::string_view state) {
    return state.starts_with("53") || state.starts_with("57P") || state.starts_with("58") || state == "25006";
}

/// The server's text may quote values of the statement, so only its SQLSTATE goes on.
Error explained(const Error& error, std::string_view statement) {
    const std::string_view state = pg::sqlstate(error);
    Error out{ErrorCode::internal, fmt::format("store statement {} failed", statement), std::string(state), {}};
    if (state == "23505" || is_lost_race(error)) out.code = ErrorCode::conflict;
    if (state.empty() || error.code == ErrorCode::unavailable || error.code == ErrorCode::timeout ||
        error.code == ErrorCode::cancelled || state == "55P03" || is_of_server(state))
        out.code = ErrorCode::unavailable;
    if (state == "53100") out.message = "the store's PostgreSQL has no room on its disk";
    if (!state.empty()) out.message += fmt::format(" (SQLSTATE {})", state);
    return out;
}

pg::Params params_of(const SqlParams& params) {
    pg::Params out;
    out.reserve(params.size());
    for (const SqlValue& value : params) {
        if (const auto* number = std::get_if<std::int64_t>(&value))
            out.emplace_back(std::to_string(*number));
        else if (const auto* text = std::get_if<std::string>(&value))
            out.emplace_back(*text);
        else
            out.emplace_back(std::nullopt);
    }
    return out;
}

SqlRows rows_of(const pg::Rows& rows) {
    std::vector<std::string> columns;
    for (int c = 0; c < rows.columns(); ++c) columns.emplace_back(rows.column_name(c));
    std::vector<SqlValue> cells;
    cells.reserve(static_cast<std::size_t>(rows.size()) * columns.size());
    for (int r = 0; r < rows.size(); ++r)
        for (int c = 0; c < rows.columns(); ++c) {
            const std::uint32_t type = rows.column_type(c);
            if (!rows.cell(r, c))
                cells.emplace_back();
            else if (type == kBool)
                cells.emplace_back(std::int64_t{rows.boolean(r, c) ? 1 : 0});
            else if (type == kInt8 || type == kInt4 || type == kInt2)
                cells.push_back(sql_maybe(rows.integer(r, c)));
            else
                cells.emplace_back(rows.text(r, c));
        }
    return {std::move(columns), std::move(cells), rows.affected()};
}

class PgSession final : public SqlSession {
 public:
    PgSession(pg::Connection& connection, const Statements& statements)
        : connection_(connection), statements_(statements) {}

    Result<SqlRows> run(std::string_view name, const SqlParams& params) override {
        const auto found = statements_.find(name);
        TOWLINE_ASSERT(found != statements_.end());
        if (found->second.empty()) return SqlRows();
        pg::Call call;
        call.timeout = kStatementTime;
        const Result<pg::Rows> rows = connection_.query_prepared(found->first, found->second, params_of(params), call);
        if (rows) return rows_of(*rows);
        lost_race_ = is_lost_race(rows.error());
        stale_ = is_stale(rows.error());
        return fail(explained(rows.error(), name));
    }

    Status script(const std::string& text) override {
        pg::Call call;
        call.timeout = kScriptTime;
        if (const auto done = connection_.exec(text, call); !done) return fail(done.error().in("migration"));
        return {};
    }

    bool lost_race() const { return lost_race_; }
    /// The connection's prepared statements no longer fit the tables.
    bool stale() const { return stale_; }

 private:
    pg::Connection& connection_;
    const Statements& statements_;
    bool lost_race_ = false;
    bool stale_ = false;
};

class PgDatabase final : public SqlDatabase {
 public:
    explicit PgDatabase(const std::string& conninfo) : conninfo_(conninfo), neighbours_(conninfo) {}

    Status transaction(SqlMode mode, const Body& body) override {
        Status last;
        for (int i = 0; i < kTriesMax; ++i) {
            const Once once = run_once(mode, body);
            if (once.status || !once.again) return once.status;
            last = once.status;
        }
        return fail(Error{ErrorCode::unavailable, last.error().message, last.error().detail, last.error().hint});
    }

    Result<bool> with_lock(const std::string& name, const std::function<Status()>& work) override {
        // In this process first, so that waiting holders never fill the pool.
        if (!held_.lock()->insert(name).second) return false;
        bool got = false;
        const Status done = transaction(SqlMode::read, [&](SqlSession& session) -> Status {
            TRY(const SqlRows rows, session.run("try_lock", {name}));
            got = rows.row(0).flag("got");
            return got ? work() : Status();
        });
        held_.lock()->erase(name);
        if (!done) return fail(done.error());
        return got;
    }

    void listen(Hear hear) override {
        if (hear)
            neighbours_.listen(std::move(hear));
        else
            neighbours_.stop();
    }
    void tell(const News& news) override { neighbours_.tell(news); }

    std::string_view dialect() const override { return "postgres"; }

 private:
    struct Once {
        Status status;
        bool again = false;
        bool stale = false;  ///< the connection and its idle neighbours are of no more use
    };
    struct Pool {
        std::vector<pg::Connection> idle;
        int open = 0;
    };

    Once run_once(SqlMode mode, const Body& body) {
        Result<pg::Connection> connection = take();
        if (!connection) return {fail(connection.error()), false};
        Once once = mode == SqlMode::single ? run_single(*connection, body) : run_within(*connection, mode, body);
        if (once.stale) forget_idle();
        give_back(std::move(*connection), once.stale);
        return once;
    }

    Once run_single(pg::Connection& connection, const Body& body) {
        PgSession session(connection, sql_statements("postgres"));
        Once once;
        once.status = body(session);
        once.stale = session.stale() || !connection.usable();
        // Nothing is changed by reading again.
        once.again = session.lost_race() || once.stale;
        return once;
    }

    Once run_within(pg::Connection& connection, SqlMode mode, const Body& body) {
        const char* begin = mode == SqlMode::read ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN";
        Once once;
        Result<pg::Transaction> transaction = pg::Transaction::begin(connection, begin);
        if (!transaction) {
            // The server went away while the connection was idle; nothing was done, and others are stale, too.
            return {fail(explained(transaction.error(), "begin")), true, true};
        }
        PgSession session(connection, sql_statements("postgres"));
        once.status = body(session);
        once.stale = session.stale();
        once.again = session.lost_race() || once.stale;
        if (once.status) {
            if (const Status committed = transaction->commit(); !committed) {
                once.again = is_lost_race(committed.error());
                once.status = fail(explained(committed.error(), "commit"));
            }
        }
        return once;
    }

    Result<pg::Connection> open_session() const {
        TRY(pg::Connection connection, pg::Connection::open(conninfo_));
        TRY_STATUS(connection.exec(kSession));
        return connection;
    }

    Result<pg::Connection> take() {
        {
            auto pool = pool_.lock();
            const bool free = freed_.wait_for(pool.mutex_lock(), kPoolWait,
                                              [&] { return !pool->idle.empty() || pool->open < kConnectionsMax; });
            if (!free) return fail(ErrorCode::unavailable, "all connections to the store are busy");
            if (!pool->idle.empty()) {
                pg::Connection connection = std::move(pool->idle.back());
                pool->idle.pop_back();
                return connection;
            }
            ++pool->open;
        }
        Result<pg::Connection> opened = open_session();
        if (opened) return opened;
        --pool_.lock()->open;
        freed_.notify_one();
        return fail(Error{ErrorCode::unavailable, "the store's PostgreSQL cannot be reached: " + opened.error().message,
                          opened.error().detail, opened.error().hint});
    }

    void give_back(pg::Connection connection, bool stale) {
        const bool good = !stale && connection.usable() && connection.transaction() == pg::TransactionState::idle;
        {
            auto pool = pool_.lock();
            if (good)
                pool->idle.push_back(std::move(connection));
            else
                --pool->open;
        }
        freed_.notify_one();
    }

    void forget_idle() {
        auto pool = pool_.lock();
        pool->open -= static_cast<int>(pool->idle.size());
        pool->idle.clear();
    }

    const std::string conninfo_;
    Guarded<Pool> pool_;
    std::condition_variable freed_;
    Guarded<std::set<std::string>> held_;
    PgNeighbours neighbours_;
};

}  // namespace

Result<std::unique_ptr<SqlDatabase>> open_pg_database(const std::string& conninfo) {
    auto database = std::make_unique<PgDatabase>(conninfo);
    // A wrong address is said at once, not at the first request.
    TRY_STATUS(database->transaction(SqlMode::read, [](SqlSession&) -> Status { return {}; }));
    return database;
}

}  // namespace towline::store
