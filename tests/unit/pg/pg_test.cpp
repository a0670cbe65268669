#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "pg/connection.h"

namespace towline::pg {
namespace {

using namespace std::chrono_literals;

class Pg : public ::testing::Test {
 protected:
    void SetUp() override {
        const char* conninfo = std::getenv("TOWLINE_TEST_PG");
        ASSERT_NE(conninfo, nullptr) << "run under tests/support/postgres.sh run";
        conninfo_ = conninfo;
        connection_.emplace(open());
    }
    Connection open() const {
        auto opened = Connection::open(conninfo_);
        if (!opened) ADD_FAILURE() << opened.error().message << ": " << opened.error().detail;
        return std::move(*opened);
    }
    Connection& db() { return *connection_; }
    Rows run(const std::string& sql, const Params& params = {}) {
        auto rows = db().query(sql, params);
        if (!rows) ADD_FAILURE() << sql << ": " << rows.error().message;
        return rows ? std::move(*rows) : Rows();
    }
    std::string conninfo_;
    std::optional<Connection> connection_;
};

TEST_F(Pg, ReadsRowsAndTheirTypes) {
    const Rows rows =
        run("SELECT 42::bigint AS n, $1::text AS t, $2::text AS missing, true AS b", {"ü'\"\\", std::nullopt});
    ASSERT_EQ(rows.size(), 1);
    ASSERT_EQ(rows.columns(), 4);
    EXPECT_EQ(rows.integer(0, 0), 42);
    EXPECT_EQ(rows.cell(0, 1), "ü'\"\\");
    EXPECT_EQ(rows.cell(0, 2), std::nullopt);
    EXPECT_TRUE(rows.boolean(0, 3));
    EXPECT_EQ(rows.column_name(0), "n");
    EXPECT_EQ(rows.column_type(0), 20U);
    EXPECT_EQ(rows.find("missing"), 2);
    EXPECT_EQ(rows.find("absent"), std::nullopt);
    EXPECT_TRUE(db().uses_tls());
    EXPECT_GE(db().server_version(), 130000);
    EXPECT_EQ(run("SELECT pg_backend_pid()").integer(0, 0), db().backend_pid());
}

TEST_F(Pg, ExecRunsSeveralStatementsAndCountsChanges) {
    const auto last = db().exec(
        "CREATE TEMP TABLE t(a int); INSERT INTO t SELECT generate_series(1, 5); UPDATE t SET a = a + 1 "
        "WHERE a > 2");
    ASSERT_TRUE(last) << last.error().message;
    EXPECT_EQ(last->affected(), 3);
    EXPECT_EQ(run("DELETE FROM t").affected(), 5);
    EXPECT_EQ(db().exec("")->affected(), 0);
}

TEST_F(Pg, MapsErrors) {
    ASSERT_TRUE(db().exec("CREATE TEMP TABLE u(a int PRIMARY KEY); INSERT INTO u VALUES (1)"));
    struct Case {
        const char* sql;
        const char* state;
        ErrorCode code;
    };
    const Case cases[] = {
        {"SELEC 1", "42601", ErrorCode::engine},
        {"SELECT * FROM nowhere", "42P01", ErrorCode::engine},
        {"INSERT INTO u VALUES (1)", "23505", ErrorCode::engine},
        {"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$", "40001", ErrorCode::conflict},
        {"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$", "40P01", ErrorCode::conflict},
        {"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '55P03'; END $$", "55P03", ErrorCode::conflict},
        {"SET statement_timeout = 1; SELECT pg_sleep(10)", "57014", ErrorCode::cancelled},
    };
    for (const Case& c : cases) {
        const auto rows = db().exec(c.sql);
        ASSERT_FALSE(rows) << c.sql;
        EXPECT_EQ(sqlstate(rows.error()), c.state) << rows.error().detail;
        EXPECT_EQ(rows.error().code, c.code) << c.sql;
        EXPECT_TRUE(db().usable());
    }
    EXPECT_EQ(db().query("SELECT $1", {std::string("a\0b", 3)}).error().code, ErrorCode::invalid);
    EXPECT_EQ(sqlstate(Error{ErrorCode::engine, "", "free text", ""}), "");
}

TEST_F(Pg, CancelsAtTheDeadlineAndStaysUsable) {
    const auto before = std::chrono::steady_clock::now();
    const auto rows = db().exec("SELECT pg_sleep(60)", {.timeout = 100ms});
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, ErrorCode::timeout) << rows.error().message;
    EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
    EXPECT_EQ(run("SELECT 1").integer(0, 0), 1);
}

TEST_F(Pg, CancelsByFlagAndFromAnotherThread) {
    // The other side sees the statement run before it cancels, so nothing depends on timing.
    const auto wait_until_active = [&](Connection& watcher, int pid) {
        for (int i = 0; i < 5000; ++i) {
            const auto rows =
                watcher.query("SELECT count(*) FROM pg_stat_activity WHERE pid = $1::int AND wait_event = 'PgSleep'",
                              {std::to_string(pid)});
            if (rows && rows->integer(0, 0) == 1) return;
        }
        ADD_FAILURE() << "the statement never ran";
    };
    const int pid = db().backend_pid();
    std::atomic<bool> flag{false};
    std::thread by_flag([&] {
        Connection watcher = open();
        wait_until_active(watcher, pid);
        flag = true;
    });
    EXPECT_EQ(db().exec("SELECT pg_sleep(60)", {.cancel = &flag}).error().code, ErrorCode::cancelled);
    by_flag.join();
    std::thread by_request([&, canceller = db().canceller()] {
        Connection watcher = open();
        wait_until_active(watcher, pid);
        EXPECT_TRUE(canceller.cancel());
    });
    EXPECT_EQ(db().exec("SELECT pg_sleep(60)").error().code, ErrorCode::cancelled);
    by_request.join();
    EXPECT_EQ(run("SELECT 1").integer(0, 0), 1);
}

TEST_F(Pg, ReportsALostConnection) {
    Connection other = open();
    ASSERT_TRUE(other.query("SELECT pg_terminate_backend($1::int, 5000)", {std::to_string(db().backend_pid())}));
    const auto rows = db().exec("SELECT 1");
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, ErrorCode::unavailable) << rows.error().message;
    EXPECT_FALSE(db().usable());
    EXPECT_EQ(db().exec("SELECT 1").error().code, ErrorCode::unavailable);
    EXPECT_EQ(db().transaction(), TransactionState::unknown);
}

TEST_F(Pg, CopiesInBulk) {
    ASSERT_TRUE(db().exec("CREATE TEMP TABLE c(a int, b text)"));
    int chunk = 0;
    const auto copied = db().copy_in("COPY c FROM STDIN", [&]() -> Result<std::optional<std::string>> {
        if (chunk == 200) return std::nullopt;
        std::string text;
        for (int i = 0; i < 1000; ++i) {
            const std::string number = std::to_string(chunk * 1000 + i);
            append_copy_row(
                text, {number, i % 10 == 0 ? std::nullopt : std::optional<std::string_view>("tab\tnew\nline\\N")});
        }
        ++chunk;
        return text;
    });
    ASSERT_TRUE(copied) << copied.error().message;
    EXPECT_EQ(*copied, 200'000);
    EXPECT_EQ(run("SELECT count(*) FROM c WHERE b = E'tab\\tnew\\nline\\\\N'").integer(0, 0), 180'000);
}

TEST_F(Pg, AbortsABulkLoadThatFails) {
    ASSERT_TRUE(db().exec("CREATE TEMP TABLE c(a int)"));
    int calls = 0;
    const auto source_failed = db().copy_in("COPY c FROM STDIN", [&]() -> Result<std::optional<std::string>> {
        if (++calls == 1) return "1\n";
        return fail(ErrorCode::io, "disk gone");
    });
    EXPECT_EQ(source_failed.error().code, ErrorCode::io);
    calls = 0;
    const auto bad_row = db().copy_in("COPY c FROM STDIN", [&]() -> Result<std::optional<std::string>> {
        if (++calls > 1000) return std::nullopt;
        return std::string(10'000, 'x') + "\n";
    });
    EXPECT_EQ(sqlstate(bad_row.error()), "22P02") << bad_row.error().message;
    const auto nothing = []() -> Result<std::optional<std::string>> { return std::nullopt; };
    EXPECT_EQ(sqlstate(db().copy_in("COPY nowhere FROM STDIN", nothing).error()), "42P01");
    EXPECT_EQ(db().copy_in("SELECT 1", nothing).error().code, ErrorCode::invalid);
    EXPECT_FALSE(db().exec("COPY c FROM STDIN"));
    EXPECT_EQ(run("SELECT count(*) FROM c").integer(0, 0), 0);
    EXPECT_EQ(db().exec("COPY c TO STDOUT").error().code, ErrorCode::unsupported);
    EXPECT_FALSE(db().usable());
}

TEST_F(Pg, GivesUpABulkLoadAtItsBounds) {
    ASSERT_TRUE(db().exec("CREATE TEMP TABLE c(a int)"));
    std::atomic<bool> flag{false};
    int calls = 0;
    const auto endless = [&]() -> Result<std::optional<std::string>> {
        if (++calls == 3) flag = true;
        return "1\n";
    };
    const auto cancelled = db().copy_in("COPY c FROM STDIN", endless, {.cancel = &flag});
    EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
    const auto late = db().copy_in("COPY c FROM STDIN", endless, {.timeout = 50ms});
    EXPECT_EQ(late.error().code, ErrorCode::timeout);
    EXPECT_EQ(run("SELECT count(*) FROM c").integer(0, 0), 0);
}

TEST_F(Pg, RollsBackWhatIsNotCommitted) {
    ASSERT_TRUE(db().exec("CREATE TEMP TABLE r(a int)"));
    {
        auto transaction = Transaction::begin(db());
        ASSERT_TRUE(transaction);
        EXPECT_EQ(db().transaction(), TransactionState::open);
        run("INSERT INTO r VALUES (1)");
    }
    EXPECT_EQ(db().transaction(), TransactionState::idle);
    EXPECT_EQ(run("SELECT count(*) FROM r").integer(0, 0), 0);
    auto kept = Transaction::begin(db(), "BEGIN ISOLATION LEVEL SERIALIZABLE");
    run("INSERT INTO r VALUES (1)");
    EXPECT_TRUE(kept->commit());
    EXPECT_EQ(run("SELECT count(*) FROM r").integer(0, 0), 1);
    auto failed = Transaction::begin(db());
    EXPECT_FALSE(db().exec("SELECT 1/0"));
    EXPECT_EQ(db().transaction(), TransactionState::failed);
    EXPECT_FALSE(failed->commit());
    EXPECT_EQ(db().transaction(), TransactionState::idle);
}

TEST_F(Pg, PreparesAStatementOnceAndSaysWhenItIsStale) {
    run("CREATE TEMP TABLE p (a int)");
    run("INSERT INTO p VALUES (1), (2)");
    const auto ask = [&](const char* least) {
        return db().query_prepared("all", "SELECT * FROM p WHERE a >= $1", {least});
    };
    EXPECT_EQ(ask("1")->size(), 2);
    EXPECT_EQ(ask("2")->size(), 1);
    EXPECT_EQ(run("SELECT count(*) FROM pg_prepared_statements").integer(0, 0), 1);
    run("ALTER TABLE p ADD COLUMN b text");
    const auto stale = ask("1");
    ASSERT_FALSE(stale);
    EXPECT_EQ(sqlstate(stale.error()), "0A000");
    EXPECT_FALSE(db().query_prepared("wrong", "SELECT nothing FROM p", {}));
    EXPECT_FALSE(db().query_prepared("wrong", "SELECT nothing FROM p", {}));
}

TEST_F(Pg, DeliversNotifications) {
    Connection sender = open();
    ASSERT_TRUE(db().listen("Odd \"name\""));
    EXPECT_EQ(*db().wait_notification({.timeout = 0ms}), std::nullopt);
    ASSERT_TRUE(sender.notify("Odd \"name\"", "payload"));
    const auto got = db().wait_notification({.timeout = 10s});
    ASSERT_TRUE(got && *got);
    EXPECT_EQ((*got)->channel, "Odd \"name\"");
    EXPECT_EQ((*got)->payload, "payload");
    EXPECT_EQ((*got)->sender_pid, sender.backend_pid());
    const std::atomic<bool> flag{true};
    EXPECT_EQ(*db().wait_notification({.cancel = &flag}), std::nullopt);
}

TEST_F(Pg, RefusesWrongCredentialsWithoutShowingThem) {
    const auto refused = Connection::open(conninfo_ + " password=hunter2");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_EQ((refused.error().message + refused.error().detail).find("hunter2"), std::string::npos);
    const auto unreadable = Connection::open("password='hunter2");
    ASSERT_FALSE(unreadable);
    EXPECT_EQ(unreadable.error().code, ErrorCode::invalid);
    EXPECT_EQ((unreadable.error().message + unreadable.error().detail).find("hunter2"), std::string::npos);
}

// A listening socket that never answers: the deadline of opening must hold.
TEST(PgOpen, GivesUpOnASilentServer) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), length), 0);
    ASSERT_EQ(::listen(listener, 1), 0);
    ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length), 0);
    const std::string port = std::to_string(ntohs(address.sin_port));
    const auto silent = Connection::open("host=127.0.0.1 port=" + port + " user=x", 200ms);
    ASSERT_FALSE(silent);
    EXPECT_EQ(silent.error().code, ErrorCode::unavailable);
    ::close(listener);
    const auto refused = Connection::open("host=127.0.0.1 port=" + port + " user=x", 2000ms);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace towline::pg
