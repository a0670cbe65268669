#include <fcntl.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <thread>

#include "duckdb/database.h"
#include "support/temporary_folder.h"

namespace towline::duckdb {
namespace {

class Duck : public ::testing::Test {
 protected:
    void SetUp() override {
        database_.emplace(open(":memory:"));
        connection_.emplace(std::move(*database_->connect()));
    }
    void TearDown() override {
        connection_.reset();
        database_.reset();
    }
    static Database open(const std::string& path) {
        auto opened = Database::open(path, {{"threads", "1"}});
        if (!opened) ADD_FAILURE() << opened.error().detail;
        return std::move(*opened);
    }
    Connection& db() { return *connection_; }
    Rows run(const std::string& sql, const Params& params = {}) {
        auto rows = db().query(sql, params);
        if (!rows) ADD_FAILURE() << sql << ": " << rows.error().detail;
        return rows ? std::move(*rows) : Rows();
    }
    test::TemporaryFolder folder_;
    std::optional<Database> database_;
    std::optional<Connection> connection_;
};

TEST_F(Duck, PrintsEveryTypeAsItsCastToText) {
    struct Case {
        const char* expression;
        const char* text;
        const char* type;
    };
    const Case cases[] = {
        {"(-128)::TINYINT", "-128", "TINYINT"},
        {"18446744073709551615::UBIGINT", "18446744073709551615", "UBIGINT"},
        {"true", "true", "BOOLEAN"},
        {"'ü''x'", "ü'x", "VARCHAR"},
        {"1.50::DECIMAL(18,2)", "1.50", "DECIMAL(18,2)"},
        {"1e16::DOUBLE", "1e+16", "DOUBLE"},
        {"1::DOUBLE", "1.0", "DOUBLE"},
        {"DATE '2024-02-29'", "2024-02-29", "DATE"},
        {"TIMESTAMP '2024-01-02 03:04:05.678'", "2024-01-02 03:04:05.678", "TIMESTAMP"},
        {"170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727", "HUGEINT"},
        {"INTERVAL 3 DAY", "3 days", "INTERVAL"},
        {"[1, NULL, 3]", "[1, NULL, 3]", "INTEGER[]"},
        {"{'a': 1, 'b': 'x'}", "{'a': 1, 'b': x}", "STRUCT(a INTEGER, b VARCHAR)"},
        {"MAP {'k': 2}", "{k=2}", "MAP(VARCHAR, INTEGER)"},
        {"'\\xAA'::BLOB", "\\xAA", "BLOB"},
        {"'b'::ENUM('a', 'b')", "b", "ENUM"},
        {"'00000000-0000-0000-0000-000000000001'::UUID", "00000000-0000-0000-0000-000000000001", "UUID"},
    };
    for (const Case& c : cases) {
        const Rows rows = run(fmt::format("SELECT {} AS v, NULL::INTEGER AS n; ", c.expression));
        ASSERT_EQ(rows.size(), 1U) << c.expression;
        EXPECT_EQ(rows.cell(0, 0), c.text) << c.expression;
        EXPECT_EQ(rows.columns()[0].type, c.type) << c.expression;
        EXPECT_EQ(rows.columns()[0].name, "v");
        EXPECT_EQ(rows.cell(0, 1), std::nullopt);
    }
}

TEST_F(Duck, KeepsNamesAndOrderOfAWrappedQuery) {
    const Rows rows =
        run("SELECT i AS a, (i * 1.5)::DOUBLE AS a FROM range(5000) t(i) ORDER BY i DESC -- last comment");
    ASSERT_EQ(rows.size(), 5000U);
    EXPECT_EQ(rows.columns()[0].name, "a");
    EXPECT_EQ(rows.columns()[1].name, "a");
    EXPECT_EQ(rows.columns()[0].type, "BIGINT");
    for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows.integer(i, 0), static_cast<std::int64_t>(4999 - i));
}

TEST_F(Duck, ReadsStatementsOfEveryKind) {
    EXPECT_EQ(run("SELECT 1.5; -- after the semicolon").text(0, 0), "1.5");
    EXPECT_EQ(
        run("CREATE TABLE t(a INTEGER, d DATE); INSERT INTO t VALUES (1, '2024-01-01'); SELECT d FROM t").text(0, 0),
        "2024-01-01");
    EXPECT_EQ(run("INSERT INTO t VALUES (2, '2024-01-02') RETURNING d").text(0, 0), "2024-01-02");
    EXPECT_EQ(run("DESCRIBE t").size(), 2U);
    EXPECT_EQ(run("FROM t ORDER BY a").size(), 2U);
    EXPECT_EQ(run("WITH x AS (SELECT 1.0 AS v) SELECT * FROM x").text(0, 0), "1.0");
    EXPECT_EQ(run(" -- nothing").size(), 0U);
    EXPECT_EQ(run("SELECT a FROM t WHERE d = $1 AND $2 IS NULL", {"2024-01-02", std::nullopt}).integer(0, 0), 2);
    EXPECT_EQ(run("SELECT d FROM t WHERE a = ?", {"1"}).text(0, 0), "2024-01-01");
    EXPECT_EQ(db().query("SELECT ?", {}).error().code, ErrorCode::invalid);
}

TEST_F(Duck, CountsChangedRows) {
    EXPECT_EQ(db().execute("CREATE TABLE t AS SELECT i FROM range(10) r(i)").value_or(-1), 10);
    EXPECT_EQ(db().execute("INSERT INTO t SELECT i FROM range(5) r(i)").value_or(-1), 5);
    EXPECT_EQ(db().execute("UPDATE t SET i = 0 WHERE i = 1").value_or(-1), 2);
    EXPECT_EQ(db().execute("CREATE TABLE u(a INTEGER); DELETE FROM t").value_or(-1), 15);
    EXPECT_EQ(db().execute("SELECT 42").value_or(-1), 0);
    EXPECT_EQ(db().execute("CREATE VIEW v AS SELECT 1").value_or(-1), 0);
    EXPECT_EQ(db().execute("CREATE OR REPLACE TABLE e AS SELECT 1 WHERE false").value_or(-1), 0);
}

TEST_F(Duck, MapsErrors) {
    ASSERT_TRUE(db().execute("CREATE TABLE t(a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)"));
    struct Case {
        const char* sql;
        const char* kind;
    };
    for (const Case& c :
         {Case{"SELEC 1", "Parser Error"}, Case{"SELECT * FROM nowhere", "Catalog Error"},
          Case{"INSERT INTO t VALUES (1)", "Constraint Error"}, Case{"SELECT 'x'::INTEGER", "Conversion Error"}}) {
        for (const auto& error : {db().query(c.sql).error(), db().execute(c.sql).error()}) {
            EXPECT_EQ(error.code, ErrorCode::engine) << c.sql;
            EXPECT_TRUE(error.detail.starts_with(c.kind)) << error.detail;
            EXPECT_EQ(error.message.find('\n'), std::string::npos);
        }
    }
    for (const char* setting : {"no_such_setting", "threads"}) {
        const auto refused = Database::open(":memory:", {{setting, "hunter2"}});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::invalid) << refused.error().detail;
        EXPECT_EQ((refused.error().message + refused.error().detail).find("hunter2"), std::string::npos);
    }
    EXPECT_EQ(Database::open(folder_.file("no/such/folder.db")).error().code, ErrorCode::io);
}

TEST_F(Duck, ReportsConflictsOfTransactions) {
    ASSERT_TRUE(db().execute("CREATE TABLE t(a INTEGER); INSERT INTO t VALUES (1)"));
    Connection other = std::move(*database_->connect());
    auto first = Transaction::begin(db());
    auto second = Transaction::begin(other);
    ASSERT_TRUE(first && second);
    ASSERT_TRUE(db().execute("UPDATE t SET a = 2"));
    const auto refused = other.execute("UPDATE t SET a = 3");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::conflict) << refused.error().detail;
    ASSERT_TRUE(first->commit());
    EXPECT_EQ(run("SELECT a FROM t").integer(0, 0), 2);
    {
        auto dropped = Transaction::begin(db());
        ASSERT_TRUE(db().execute("DELETE FROM t"));
    }
    EXPECT_EQ(run("SELECT count(*) FROM t").integer(0, 0), 1);
}

TEST_F(Duck, LooksUpNamesInAndOutOfATransaction) {
    ASSERT_TRUE(db().execute("CREATE SCHEMA s; CREATE TABLE s.\"T 1\" (a INT); CREATE VIEW s.v AS SELECT 1"));
    const auto kinds = [&] {
        std::vector<EntryKind> out;
        const std::vector<std::array<const char*, 3>> names{{"memory", "s", "t 1"},
                                                            {"MEMORY", "S", "V"},
                                                            {"memory", "s", "none"},
                                                            {"memory", "none", "v"},
                                                            {"none", "s", "v"}};
        for (const auto& [catalog, schema, name] : names) out.push_back(db().entry(catalog, schema, name).value());
        return out;
    };
    const std::vector<EntryKind> expected{EntryKind::table, EntryKind::view, EntryKind::none, EntryKind::none,
                                          EntryKind::none};
    EXPECT_EQ(kinds(), expected);
    auto transaction = Transaction::begin(db());
    EXPECT_EQ(kinds(), expected);
    ASSERT_TRUE(db().execute("DROP VIEW s.v"));
    EXPECT_EQ(db().entry("memory", "s", "v").value(), EntryKind::none);
    ASSERT_TRUE(transaction->commit());
}

TEST_F(Duck, SharesAFileInsideTheProcessAndLetsItGo) {
    const std::string path = folder_.file("x.db");
    {
        Database first = open(path);
        Database second = open(path);
        Connection a = std::move(*first.connect());
        Connection b = std::move(*second.connect());
        ASSERT_TRUE(a.execute("CREATE TABLE t AS SELECT 7 AS v"));
        EXPECT_EQ(b.query("SELECT v FROM t")->integer(0, 0), 7);
        EXPECT_EQ(Database::open(path, {{"threads", "2"}}).error().code, ErrorCode::conflict);
    }
    EXPECT_TRUE(Database::open(path, {{"threads", "2"}}));
}

// A child process holds a lock on the file as another DuckDB would.
TEST_F(Duck, NamesAFileThatAnotherProcessHolds) {
    const std::string path = folder_.file("x.db");
    {
        ASSERT_TRUE(open(path).connect()->execute("CREATE TABLE t(a INTEGER)"));
    }
    int ready[2];
    int release[2];
    ASSERT_EQ(pipe(ready), 0);
    ASSERT_EQ(pipe(release), 0);
    const pid_t child = fork();
    if (child == 0) {
        const int file = ::open(path.c_str(), O_RDWR);
        struct flock lock{};
        lock.l_type = F_WRLCK;
        char byte = fcntl(file, F_SETLK, &lock) == 0 ? 'y' : 'n';
        close(release[1]);
        static_cast<void>(write(ready[1], &byte, 1));
        static_cast<void>(read(release[0], &byte, 1));
        _exit(0);
    }
    char byte = 0;
    ASSERT_EQ(read(ready[0], &byte, 1), 1);
    ASSERT_EQ(byte, 'y');
    const auto locked = Database::open(path);
    ASSERT_FALSE(locked);
    EXPECT_EQ(locked.error().code, ErrorCode::unavailable);
    EXPECT_EQ(locked.error().message, "database file is locked by another process");
    for (const int end : {ready[0], ready[1], release[0], release[1]}) close(end);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(Database::open(path));
}

TEST_F(Duck, CanBeInterrupted) {
    std::atomic<bool> ended{false};
    std::thread other([&, interrupter = db().interrupter()] {
        while (!ended) interrupter.interrupt();
    });
    const auto endless =
        db().query("SELECT count(*) FROM range(1000000000) a(i), range(1000000000) b(j) WHERE (i * j) % 7 = 3");
    ended = true;
    other.join();
    ASSERT_FALSE(endless);
    EXPECT_EQ(endless.error().code, ErrorCode::cancelled) << endless.error().detail;
    EXPECT_EQ(run("SELECT 1").integer(0, 0), 1);
    const Interrupter late = db().interrupter();
    connection_.reset();
    late.interrupt();
}

TEST_F(Duck, AppendsTextsWithCasts) {
    ASSERT_TRUE(
        db().execute("CREATE SCHEMA s; CREATE TABLE s.t(i BIGINT, d DATE, ts TIMESTAMP, n DECIMAL(9,2), b BOOLEAN, "
                     "f DOUBLE, v VARCHAR, x INTEGER DEFAULT 5)"));
    auto appender =
        Appender::open(db(), {.schema = "s", .table = "t", .columns = {"i", "d", "ts", "n", "b", "f", "v"}});
    ASSERT_TRUE(appender) << appender.error().detail;
    for (int i = 0; i < 10'000; ++i) {
        const std::string number = std::to_string(i);
        ASSERT_TRUE(appender->row({number, "2024-01-02", "2024-01-02 03:04:05", "1.25", "true", "1e3", std::nullopt}));
    }
    EXPECT_EQ(appender->row({"1"}).error().code, ErrorCode::invalid);
    ASSERT_TRUE(appender->finish());
    const Rows rows =
        run("SELECT count(*), sum(i), min(d), max(ts), max(n), bool_and(b), max(f), count(v), min(x) FROM s.t");
    const char* expected[] = {"10000",  "49995000", "2024-01-02", "2024-01-02 03:04:05", "1.25", "true",
                              "1000.0", "0",        "5"};
    for (std::size_t i = 0; i < std::size(expected); ++i) EXPECT_EQ(rows.cell(0, i), expected[i]) << i;
}

TEST_F(Duck, AFailedLoadLeavesNothing) {
    ASSERT_TRUE(db().execute("CREATE TABLE t(i INTEGER PRIMARY KEY)"));
    {
        auto appender = Appender::open(db(), {.table = "t"});
        ASSERT_TRUE(appender);
        ASSERT_TRUE(appender->row({"1"}));
        EXPECT_EQ(appender->row({"x"}).error().code, ErrorCode::engine);
    }
    {
        auto appender = Appender::open(db(), {.table = "t"});
        ASSERT_TRUE(appender->row({"1"}));
    }
    {
        auto appender = Appender::open(db(), {.table = "t"});
        ASSERT_TRUE(appender->row({"2"}));
        ASSERT_TRUE(appender->row({"2"}));
        EXPECT_FALSE(appender->finish());
    }
    EXPECT_EQ(run("SELECT count(*) FROM t").integer(0, 0), 0);
    EXPECT_EQ(Appender::open(db(), {.table = "nowhere"}).error().code, ErrorCode::engine);
}

TEST_F(Duck, LoadsNoExtensionsByItself) {
    const Rows rows =
        run("SELECT value FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', "
            "'autoload_known_extensions')");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows.text(0, 0), "false");
    EXPECT_EQ(rows.text(1, 0), "false");
    const auto version = library_version();
    ASSERT_TRUE(version) << version.error().message;
    EXPECT_TRUE(version->starts_with("v1.")) << *version;
}

}  // namespace
}  // namespace towline::duckdb
