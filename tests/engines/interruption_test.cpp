#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <thread>

#include "engines/duckdb.h"
#include "engines/failures.h"
#include "engines/fixture.h"
#include "runner/fenced_write.h"

// Cancels, ghosts of superseded attempts, and the turns that processes take at a DuckDB file.

namespace towline::testing_engines {
namespace {

using protocol::Outcome;
using Clock = std::chrono::steady_clock;
using Rows = std::vector<std::string>;

std::string name_of(const ::testing::TestParamInfo<const char*>& test) { return test.param; }

class Interruption : public EngineTest {
 protected:
    model::Snapshot full(const std::string& query) {
        model::Kind kind;
        kind.name = model::KindName::full;
        return make_model("m", kind, query);
    }
    /// Waits until a statement with that text runs; false after ten seconds.
    bool statement_runs(const std::string& part) {
        const auto until = Clock::now() + std::chrono::seconds(10);
        while (Clock::now() < until) {
            const Rows found = rows(
                "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query "
                "LIKE '%" +
                part + "%'");
            if (!found.empty()) return true;
        }
        return false;
    }
};

TEST_P(Interruption, ACancelEndsTheStatementSoon) {
    const std::string endless = postgres()
                                    ? "SELECT pg_sleep(60) IS NULL AS a, '" + src + "' AS b"
                                    : "SELECT sum(a.range * b.range) AS s FROM range(100000000) a, range(100000000) b";
    const auto task = make_task(full(endless));
    runner::CancelSwitch cancel;
    cancel_ = &cancel;
    std::future<protocol::Completion> done = std::async(std::launch::async, [&] { return run(task); });
    if (postgres()) {
        EXPECT_TRUE(statement_runs("(60) IS NULL AS \"a\", ''" + src));
    }
    const auto start = Clock::now();
    cancel.request();
    const protocol::Completion completion = done.get();
    EXPECT_LT(Clock::now() - start, std::chrono::seconds(2));
    EXPECT_EQ(completion.outcome, Outcome::cancelled) << completion.error_message;
    EXPECT_EQ(completion.error_code, "cancelled");
}

TEST_P(Interruption, BatchesOfAMissingTableMayStartTogether) {
    model::Kind kind;
    kind.name = model::KindName::incremental_by_time_range;
    kind.time_column = model::TimeColumn{"\"ds\"", "%Y-%m-%d"};
    const auto snapshot = make_model(
        "m", kind, "SELECT CAST(d AS DATE) AS ds FROM (VALUES ('2024-01-01'), ('2024-01-02'), ('2024-01-03')) AS v(d)");
    std::vector<protocol::LeasedTask> tasks;
    for (int day = 0; day < 3; ++day) {
        tasks.push_back(make_task(snapshot));
        tasks.back().spec.interval = {kStart + day * kDay, kStart + (day + 1) * kDay};
        tasks.back().spec.is_first_insert = true;
        tasks.back().spec.batch_index = day;
    }
    std::vector<std::future<protocol::Completion>> running;
    for (const auto& task : tasks) running.push_back(std::async(std::launch::async, [&] { return run(task); }));
    std::vector<protocol::Completion> first;
    for (auto& task : running) first.push_back(task.get());
    for (std::size_t i = 0; i < first.size(); ++i) {
        const auto& done = first[i];
        if (done.outcome == Outcome::succeeded) continue;
        // DuckDB has no way to wait for the other's table: the task is tried again once the others are done.
        EXPECT_FALSE(postgres()) << done.error_message;
        EXPECT_TRUE(done.retryable) << done.error_message;
        tasks[i].fence = make_task(snapshot).fence;
        EXPECT_EQ(run(tasks[i]).outcome, Outcome::succeeded);
    }
    EXPECT_EQ(rows("SELECT count(*) FROM " + physical(snapshot)), Rows{"3"});
}

TEST_P(Interruption, ACancelBeforeTheStartRunsNothing) {
    runner::CancelSwitch cancel;
    cancel_ = &cancel;
    cancel.request();
    EXPECT_EQ(run(make_task(full("SELECT 1 AS a"))).outcome, Outcome::cancelled);
    EXPECT_TRUE(journal_.events.empty());
}

TEST_P(Interruption, AWokenGhostIsRefused) {
    const auto snapshot = full("SELECT 1 AS a");
    auto ghost = make_task(snapshot);
    evaluate(snapshot);
    const auto refused = run(ghost);
    EXPECT_EQ(refused.outcome, Outcome::failed);
    EXPECT_EQ(refused.error_code, "superseded");
}

INSTANTIATE_TEST_SUITE_P(Engines, Interruption, ::testing::Values("duckdb", "postgres"), name_of);

/// A write that stops in the middle of its transaction until it is told to go on.
class FrozenWrite {
 public:
    FrozenWrite(engines::Engine& engine, protocol::LeasedTask task, std::string target, std::string statement)
        : task_(std::move(task)),
          session_(engine.open("ghost").value()),
          run_({task_, snapshots_, engine, *session_, cancel_, log_, completion_}),
          target_(std::move(target)) {
        done_ = std::async(std::launch::async, [this, sql = std::move(statement)] {
            return runner::fenced_write(run_, {target_, "", runner::kWholeTarget, false}, [&]() -> Status {
                TRY_STATUS(run_.execute_all({sql}).map([](std::int64_t) {}));
                frozen_.set_value();
                wake_.get_future().wait();
                return {};
            });
        });
        frozen_.get_future().wait();
    }
    Status wake() {
        wake_.set_value();
        return done_.get();
    }

 private:
    protocol::LeasedTask task_;
    runner::SnapshotMap snapshots_;
    runner::CancelSwitch cancel_;
    KeptLog log_;
    protocol::Completion completion_;
    std::unique_ptr<engines::Session> session_;
    runner::TaskRun run_;
    std::string target_;
    std::promise<void> frozen_;
    std::promise<void> wake_;
    std::future<Status> done_;
};

using Ghosts = Interruption;

TEST_P(Ghosts, OneFrozenInsideItsTransactionIsEnded) {
    const auto snapshot = full("SELECT 2 AS a");
    evaluate(snapshot);
    const auto engine = other_engine();
    FrozenWrite ghost(*engine, make_task(snapshot), plan::table_name(snapshot, true).quoted(),
                      "INSERT INTO " + physical(snapshot) + " VALUES (666)");
    const auto start = Clock::now();
    evaluate(snapshot, 1, 2);
    EXPECT_LT(Clock::now() - start, std::chrono::seconds(15));
    const Status woken = ghost.wake();
    ASSERT_FALSE(woken);
    EXPECT_EQ(woken.error().code, ErrorCode::unavailable);
    EXPECT_EQ(rows("SELECT a FROM " + physical(snapshot)), Rows{"2"});
}

TEST_P(Ghosts, SessionsAreKilledByNameAndOnlyOnce) {
    const auto engine = other_engine();
    const auto session = engine->open("victim").value();
    EXPECT_EQ(engine->kill_session(session->session_id()).value(), true);
    const auto after = session->execute("SELECT 1");
    ASSERT_FALSE(after);
    EXPECT_EQ(after.error().code, ErrorCode::unavailable);
    const std::string reused = session->session_id().substr(0, session->session_id().find('@')) + "@1.5";
    EXPECT_EQ(engine->kill_session(reused).value(), false);
    EXPECT_FALSE(engine->kill_session("nonsense"));
}

TEST_P(Ghosts, ASessionWithARoleIsNamedAndKilledToo) {
    sql("CREATE ROLE " + src + "_group; CREATE ROLE " + src + "_user LOGIN PASSWORD 'pw' IN ROLE " + src + "_group");
    engines::PostgresSettings settings = postgres_settings();
    settings.user = src + "_user";
    settings.password = engines::Password("pw");
    settings.role = src + "_group";
    const auto engine = engines::postgres_engine(std::move(settings));
    auto session = engine->open("victim");
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_EQ((*session)->query("SELECT current_user").value().rows[0][0], src + "_group");
    EXPECT_EQ(engine->kill_session((*session)->session_id()).value(), true);
    EXPECT_FALSE((*session)->execute("SELECT 1"));
    session->reset();
    sql("DROP ROLE " + src + "_user; DROP ROLE " + src + "_group");
}

TEST_P(Ghosts, AWrongPasswordIsToldWithoutIt) {
    engines::PostgresSettings settings = postgres_settings();
    settings.password = engines::Password("not-the-password");
    const auto refused = engines::postgres_engine(std::move(settings))->open("x");
    ASSERT_FALSE(refused);
    EXPECT_EQ((refused.error().message + refused.error().detail).find("not-the-password"), std::string::npos);
    EXPECT_TRUE(engines::is_retryable(refused.error().code));
}

INSTANTIATE_TEST_SUITE_P(Engines, Ghosts, ::testing::Values("postgres"), name_of);

/// Another process that holds a DuckDB file until its pipe is closed.
class OtherProcess {
 public:
    explicit OtherProcess(const std::string& path) {
        int hold[2];
        int ready[2];
        EXPECT_EQ(::pipe(hold), 0);
        EXPECT_EQ(::pipe(ready), 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(hold[1]);
            auto engine = engines::duckdb_engine({.database = path, .catalogs = {}, .connector_config = {}});
            auto session = engine->open("holder");
            char byte = session ? 'y' : 'n';
            if (::write(ready[1], &byte, 1) == 1) static_cast<void>(::read(hold[0], &byte, 1));
            session->reset();
            ::_exit(0);
        }
        ::close(hold[0]);
        hold_ = hold[1];
        char byte = 'n';
        EXPECT_EQ(::read(ready[0], &byte, 1), 1);
        EXPECT_EQ(byte, 'y');
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ~OtherProcess() { release(); }
    void release() {
        if (hold_ < 0) return;
        ::close(hold_);
        hold_ = -1;
        int status = 0;
        ::waitpid(pid_, &status, 0);
    }

 private:
    pid_t pid_ = 0;
    int hold_ = -1;
};

TEST(DuckDbTurns, AFileIsWaitedForAndFreeAfterTheLastSession) {
    const auto folder = std::filesystem::temp_directory_path() / ("towline_turns_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const std::string path = (folder / "a.db").string();
    engines::DuckDbSettings settings;
    settings.database = path;
    settings.lock_wait = std::chrono::milliseconds(100);
    {
        OtherProcess other(path);
        auto impatient = engines::duckdb_engine(settings)->open("me");
        ASSERT_FALSE(impatient);
        EXPECT_EQ(impatient.error().code, ErrorCode::unavailable) << impatient.error().message;
        settings.lock_wait = std::chrono::seconds(20);
        const auto engine = engines::duckdb_engine(settings);
        auto waiting = std::async(std::launch::async, [&] { return engine->open("me"); });
        other.release();
        auto session = waiting.get();
        ASSERT_TRUE(session) << session.error().message;
        EXPECT_EQ(engine->default_catalog().value(), "a");
        auto second = engine->open("me too");
        ASSERT_TRUE(second);
        ASSERT_TRUE((*session)->execute("CREATE TABLE t (a INTEGER)"));
        EXPECT_TRUE((*second)->execute("INSERT INTO t VALUES (1)"));
    }
    OtherProcess next(path);
    next.release();
    std::filesystem::remove_all(folder);
}

TEST(DuckDbTurns, AFileStaysOpenWhileMoreIsExpected) {
    const auto folder = std::filesystem::temp_directory_path() / ("towline_stays_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    engines::DuckDbSettings settings;
    settings.database = (folder / "a.db").string();
    settings.linger.idle = settings.linger.hold = std::chrono::hours(1);
    const auto engine = engines::duckdb_engine(settings);
    // Closing merges the log into the file.
    const std::string wal = settings.database + ".wal";
    const auto write = [&](bool more) {
        engine->expect_more(more);
        const auto session = engine->open("me").value();
        return session->execute("CREATE OR REPLACE TABLE t AS SELECT 1 AS a").has_value();
    };
    ASSERT_TRUE(write(true));
    EXPECT_TRUE(std::filesystem::exists(wal));
    ASSERT_TRUE(write(false));
    EXPECT_FALSE(std::filesystem::exists(wal));
    OtherProcess next(settings.database);
    next.release();
    std::filesystem::remove_all(folder);
}

TEST(DuckDbTurns, CataloguesAreAttached) {
    const auto folder = std::filesystem::temp_directory_path() / ("towline_catalogues_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    engines::DuckDbSettings settings;
    settings.catalogs = {{"shop", (folder / "x.db").string()}, {"raw", (folder / "y.db").string()}};
    const auto engine = engines::duckdb_engine(settings);
    EXPECT_EQ(engine->default_catalog().value(), "shop");
    const auto session = engine->open("me").value();
    ASSERT_TRUE(session->execute("CREATE TABLE t AS SELECT 1 AS a; CREATE TABLE raw.main.u AS SELECT 2 AS b"));
    EXPECT_EQ(session->object_kind({"shop", "main", "t"}).value(), engines::ObjectKind::table);
    EXPECT_EQ(session->object_kind({"raw", "main", "t"}).value(), engines::ObjectKind::none);
    const auto other = engine->open("me too").value();
    EXPECT_EQ(other->columns({"raw", "main", "u"}).value().size(), 1u);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace towline::testing_engines
