#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "sqlite/database.h"
#include "support/temporary_folder.h"

namespace towline::sqlite {
namespace {

using namespace std::chrono_literals;

class Sqlite : public ::testing::Test {
 protected:
    void SetUp() override { database_.emplace(open()); }
    void TearDown() override { database_.reset(); }
    Database open(Options options = {}) const {
        auto opened = Database::open(folder_.file("x.db"), options);
        if (!opened) ADD_FAILURE() << opened.error().message;
        return std::move(*opened);
    }
    Database& db() { return *database_; }
    std::int64_t number(const std::string& sql) {
        const auto rows = db().query(sql);
        if (!rows) ADD_FAILURE() << rows.error().message;
        return rows ? std::get<std::int64_t>(rows->at(0).at(0)) : -1;
    }
    test::TemporaryFolder folder_;
    std::optional<Database> database_;
};

TEST_F(Sqlite, SetsItsPragmas) {
    EXPECT_EQ(std::get<std::string>(db().query("PRAGMA journal_mode")->at(0).at(0)), "wal");
    EXPECT_EQ(number("PRAGMA foreign_keys"), 1);
    EXPECT_EQ(number("PRAGMA synchronous"), 1);
    database_.emplace(open({.full_sync = true}));
    EXPECT_EQ(number("PRAGMA synchronous"), 2);
}

TEST_F(Sqlite, ManyProgramsMayOpenANewFileAtOnce) {
    constexpr int kFiles = 60;
    constexpr int kPrograms = 3;
    for (int file = 0; file < kFiles; ++file) {
        const std::string path = folder_.file("new" + std::to_string(file));
        std::vector<pid_t> children;
        for (int i = 0; i < kPrograms; ++i) {
            const pid_t child = ::fork();
            if (child == 0) ::_exit(Database::open(path, {}) ? 0 : 1);
            ASSERT_GT(child, 0);
            children.push_back(child);
        }
        for (const pid_t child : children) {
            int status = -1;
            ASSERT_EQ(::waitpid(child, &status, 0), child);
            EXPECT_EQ(status, 0) << path;
        }
    }
}

TEST_F(Sqlite, ItsFilesAreTheOwnersAlone) {
    ASSERT_TRUE(db().exec_script("CREATE TABLE t(a); INSERT INTO t VALUES (1)"));
    for (const char* name : {"x.db", "x.db-wal", "x.db-shm"}) {
        struct stat seen{};
        ASSERT_EQ(::stat(folder_.file(name).c_str(), &seen), 0) << name;
        EXPECT_EQ(seen.st_mode & 0777, 0600U) << name;
    }
}

TEST_F(Sqlite, KeepsEveryType) {
    ASSERT_TRUE(db().exec_script("CREATE TABLE t(a, b, c, d, e, f)"));
    const std::string zero("a\0b", 3);
    EXPECT_EQ(db().run("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)",
                       {nullptr, INT64_MIN, 0.5, zero, Blob{zero}, std::optional<std::string>()}),
              1);
    const auto rows = db().query("SELECT * FROM t");
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->at(0), (Row{nullptr, INT64_MIN, 0.5, zero, Blob{zero}, nullptr}));
    auto statement = db().prepare("SELECT 7 AS n, 'x' AS t, NULL, 2.5");
    ASSERT_TRUE(statement && statement->step());
    EXPECT_EQ(statement->column_name(0), "n");
    EXPECT_EQ(statement->integer(0), 7);
    EXPECT_EQ(statement->text(0), "7");
    EXPECT_EQ(statement->maybe_text(1), "x");
    EXPECT_EQ(statement->maybe_text(2), std::nullopt);
    EXPECT_EQ(statement->maybe_integer(2), std::nullopt);
    EXPECT_EQ(statement->real(3), 2.5);
    EXPECT_EQ(statement->step(), false);
}

TEST_F(Sqlite, ReusesStatementsAndSurvivesNesting) {
    ASSERT_TRUE(db().exec_script("CREATE TABLE t(a); INSERT INTO t VALUES (1), (2), (3)"));
    int pairs = 0;
    auto outer = db().prepare("SELECT a FROM t WHERE a >= ?");
    ASSERT_TRUE(outer->bind({1}));
    while (*outer->step()) {
        auto inner = db().prepare("SELECT a FROM t WHERE a >= ?");
        ASSERT_TRUE(inner->bind({outer->integer(0)}));
        while (*inner->step()) ++pairs;
    }
    EXPECT_EQ(pairs, 6);
    EXPECT_TRUE(db().query("SELECT 1; -- a comment\n /* and another */ "));
    Database small = open({.statements_max = 2});
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(small.query("SELECT " + std::to_string(i)));
}

TEST_F(Sqlite, MapsErrors) {
    ASSERT_TRUE(
        db().exec_script("CREATE TABLE p(a PRIMARY KEY); CREATE TABLE c(a REFERENCES p); INSERT INTO p VALUES (1)"));
    struct Case {
        const char* sql;
        ErrorCode code;
        int extended;
    };
    const Case cases[] = {
        {"INSERT INTO p VALUES (1)", ErrorCode::conflict, 1555},
        {"INSERT INTO c VALUES (9)", ErrorCode::conflict, 787},
        {"SELECT * FROM nowhere", ErrorCode::internal, 1},
        {"SELEC", ErrorCode::internal, 1},
        {"", ErrorCode::invalid, 0},
        {"SELECT 1; SELECT 2", ErrorCode::invalid, 0},
        {"SELECT ?", ErrorCode::invalid, 0},
    };
    for (const Case& c : cases) {
        const auto result = db().run(c.sql);
        ASSERT_FALSE(result) << c.sql;
        EXPECT_EQ(result.error().code, c.code) << c.sql << ": " << result.error().message;
        EXPECT_EQ(extended_code(result.error()), c.extended) << c.sql;
    }
    EXPECT_EQ(Database::open(folder_.file("no/such/folder.db")).error().code, ErrorCode::io);
    EXPECT_EQ(Database::open(folder_.file("none.db"), {.read_only = true}).error().code, ErrorCode::io);
    EXPECT_EQ(open({.read_only = true}).run("INSERT INTO p VALUES (2)").error().code, ErrorCode::io);
}

TEST_F(Sqlite, WaitsForALockAndGivesUp) {
    ASSERT_TRUE(db().exec_script("CREATE TABLE t(a)"));
    Database other = open({.busy_timeout = 20ms});
    auto held = Transaction::begin(db());
    ASSERT_TRUE(held);
    const auto refused = Transaction::begin(other);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_EQ(other.query("SELECT * FROM t")->size(), 0U);
    ASSERT_TRUE(held->commit());
    EXPECT_TRUE(Transaction::begin(other));
}

TEST_F(Sqlite, RollsBackWhatIsNotCommitted) {
    ASSERT_TRUE(db().exec_script("CREATE TABLE t(a)"));
    {
        auto dropped = Transaction::begin(db());
        EXPECT_EQ(db().run("INSERT INTO t VALUES (1), (2)"), 2);
        EXPECT_TRUE(db().in_transaction());
    }
    EXPECT_FALSE(db().in_transaction());
    EXPECT_EQ(number("SELECT count(*) FROM t"), 0);
    auto kept = Transaction::begin(db());
    EXPECT_EQ(db().run("INSERT INTO t VALUES (1)"), 1);
    EXPECT_EQ(db().last_insert_id(), 1);
    ASSERT_TRUE(kept->commit());
    EXPECT_EQ(number("SELECT count(*) FROM t"), 1);
    EXPECT_EQ(db().run("CREATE TABLE u(a)"), 0);
    EXPECT_EQ(db().run("DELETE FROM t WHERE a > 5"), 0);
}

TEST_F(Sqlite, CanBeInterrupted) {
    // Interrupting an idle connection has no effect, so the thread repeats it until the statement ended.
    std::atomic<bool> ended{false};
    std::thread other([&] {
        while (!ended) db().interrupt();
    });
    const auto endless =
        db().query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
    ended = true;
    other.join();
    ASSERT_FALSE(endless);
    EXPECT_EQ(endless.error().code, ErrorCode::cancelled);
    EXPECT_EQ(number("SELECT 1"), 1);
}

}  // namespace
}  // namespace towline::sqlite
