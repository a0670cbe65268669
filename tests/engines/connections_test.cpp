#include <algorithm>
#include <chrono>
#include <future>
#include <set>

#include "engines/fixture.h"

// A PostgreSQL connection serves one task after the other, and no task sees or hits another one.

namespace towline::testing_engines {
namespace {

class Connections : public EngineTest {
 protected:
    void SetUp() override {
        EngineTest::SetUp();
        settings_ = postgres_settings();
        settings_.application_name = src;
        settings_.linger.idle = std::chrono::hours(1);
        engine_ = engines::postgres_engine(settings_);
        engine_->expect_more(true);
    }
    std::unique_ptr<engines::Session> open(const std::string& label = "x") { return engine_->open(label).value(); }
    static std::string backend(const engines::Session& session) {
        const std::string id = session.session_id();
        return id.substr(0, id.find('#'));
    }
    /// The server's process of a session that has ended well.
    std::string ended(const std::string& statement = "SELECT 1") {
        const auto session = open();
        EXPECT_TRUE(session->execute(statement));
        return backend(*session);
    }
    static std::string value(engines::Session& session, const std::string& expression) {
        return session.query("SELECT " + expression).value().rows[0][0].value_or("null");
    }
    /// Waits until the engine has that many connections; false after ten seconds.
    bool has_connections(const std::string& count) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (std::chrono::steady_clock::now() < until) {
            if (rows("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '" + src + " %'")[0] == count)
                return true;
        }
        return false;
    }

    engines::PostgresSettings settings_;
    std::unique_ptr<engines::Engine> engine_;
};

TEST_P(Connections, TheNextSessionFindsNothingOfTheLast) {
    const std::string first = ended(
        "CREATE TEMPORARY TABLE kept (a int); SET search_path = nowhere; SET SESSION lock_timeout = 77; "
        "PREPARE p AS SELECT 1; SELECT pg_advisory_lock(4711); LISTEN news; "
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1; SET my.value = 'secret'");
    const auto session = open("second");
    ASSERT_EQ(backend(*session), first);
    EXPECT_EQ(value(*session, "to_regclass('pg_temp.kept')"), "null");
    EXPECT_EQ(value(*session, "current_setting('search_path')"), "\"$user\", public");
    EXPECT_EQ(value(*session, "current_setting('lock_timeout')"), "0");
    EXPECT_EQ(value(*session, "coalesce(current_setting('my.value', true), '')"), "");
    EXPECT_EQ(value(*session, "current_setting('idle_in_transaction_session_timeout')"), "10min");
    EXPECT_EQ(value(*session, "current_setting('application_name')"), src + " second #2");
    for (const char* table : {"pg_prepared_statements", "pg_cursors", "pg_listening_channels()"})
        EXPECT_EQ(value(*session, "count(*) FROM " + std::string(table)), "0") << table;
    EXPECT_EQ(value(*session, "count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"), "0");
}

TEST_P(Connections, TheRoleIsTakenEachTimeAndLeftInBetween) {
    sql("CREATE ROLE " + src + "_group; CREATE ROLE " + src + "_user LOGIN PASSWORD 'pw' IN ROLE " + src + "_group");
    settings_.user = src + "_user";
    settings_.password = engines::Password("pw");
    settings_.role = src + "_group";
    engine_ = engines::postgres_engine(settings_);
    engine_->expect_more(true);
    const std::string first = ended("SET ROLE NONE");
    auto session = open();
    EXPECT_EQ(backend(*session), first);
    EXPECT_EQ(value(*session, "current_user"), src + "_group");
    session.reset();
    engine_.reset();
    sql("DROP ROLE " + src + "_user; DROP ROLE " + src + "_group");
}

TEST_P(Connections, AnEarlierUseIsNotEndedButThisOneIs) {
    const std::string earlier = open("first")->session_id();
    const auto session = open("second");
    ASSERT_EQ(backend(*session) + "#1", earlier);
    const auto other = other_engine();
    EXPECT_EQ(other->kill_session(earlier).value(), false);
    EXPECT_TRUE(session->execute("SELECT 1"));
    EXPECT_EQ(other->kill_session(session->session_id()).value(), true);
    const auto after = session->execute("SELECT 1");
    ASSERT_FALSE(after);
    EXPECT_EQ(after.error().code, ErrorCode::unavailable);
}

TEST_P(Connections, AUseThatHidesItsNameIsEnded) {
    const auto session = open();
    ASSERT_TRUE(session->execute("SET application_name = 'mine'"));
    EXPECT_EQ(other_engine()->kill_session(session->session_id()).value(), true);
    EXPECT_FALSE(session->execute("SELECT 1"));
}

TEST_P(Connections, OneThatIsWaitingIsNotEndedUnderItsOldName) {
    std::string earlier;
    {
        const auto session = open();
        earlier = session->session_id();
    }
    EXPECT_EQ(other_engine()->kill_session(earlier).value(), false);
    EXPECT_EQ(backend(*open()) + "#1", earlier);
}

TEST_P(Connections, TheUseStandsAtTheEndOfALongName) {
    const auto session = open(std::string(100, 'x'));
    const std::string name = value(*session, "current_setting('application_name')");
    EXPECT_EQ(name.size(), 63u);
    EXPECT_TRUE(name.ends_with("x #1")) << name;
    EXPECT_EQ(other_engine()->kill_session(session->session_id()).value(), true);
}

TEST_P(Connections, DoubtfulOnesServeNobodyElse) {
    const struct {
        const char* why;
        std::function<void(engines::Session&)> use;
    } cases[] = {
        {"a statement failed", [](auto& s) { EXPECT_FALSE(s.execute("SELECT 1 / 0")); }},
        {"a look-up failed", [](auto& s) { EXPECT_FALSE(s.query("SELECT nothing")); }},
        {"a transaction is open", [](auto& s) { EXPECT_TRUE(s.begin()); }},
        {"a cancel came", [](auto& s) { s.cancel(); }},
        {"its process was ended",
         [](auto& s) { EXPECT_FALSE(s.execute("SELECT pg_terminate_backend(pg_backend_pid())")); }},
    };
    for (const auto& each : cases) {
        const std::string before = ended();
        {
            const auto session = open();
            ASSERT_EQ(backend(*session), before) << each.why;
            each.use(*session);
        }
        EXPECT_NE(ended(), before) << each.why;
    }
}

TEST_P(Connections, OneThatTheServerEndedWhileItWaitedIsReplaced) {
    const std::string first = ended();
    sql("SELECT pg_terminate_backend(" + first.substr(0, first.find('@')) + ")");
    const auto session = open();
    EXPECT_NE(backend(*session), first);
    EXPECT_TRUE(session->execute("SELECT 1"));
}

TEST_P(Connections, TheyAreClosedWhenNothingMoreIsExpected) {
    {
        const auto a = open(), b = open();
    }
    EXPECT_TRUE(has_connections("2"));
    engine_->expect_more(false);
    EXPECT_TRUE(has_connections("0"));
    EXPECT_NE(ended(), ended());
    EXPECT_TRUE(has_connections("0"));
}

TEST_P(Connections, OfAnEngineThatIsGoneTheyAreClosed) {
    auto session = open();
    ended();
    engine_.reset();
    EXPECT_TRUE(session->execute("SELECT 1"));
    session.reset();
    EXPECT_TRUE(has_connections("0"));
}

TEST_P(Connections, ManyAtOnceNeverShareOne) {
    const auto work = [&] {
        std::vector<std::string> ids;
        for (int i = 0; i < 20; ++i) {
            const auto session = open();
            ids.push_back(session->session_id());
            EXPECT_TRUE(ids.back().starts_with(value(*session, "pg_backend_pid()") + "@"));
        }
        return ids;
    };
    std::vector<std::future<std::vector<std::string>>> threads;
    for (int i = 0; i < 4; ++i) threads.push_back(std::async(std::launch::async, work));
    std::multiset<std::string> ids;
    std::set<std::string> backends;
    for (auto& thread : threads)
        for (const std::string& id : thread.get()) {
            ids.insert(id);
            backends.insert(id.substr(0, id.find('#')));
        }
    EXPECT_EQ(ids.size(), 80u);
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 80u);
    EXPECT_LE(backends.size(), 4u);
}

INSTANTIATE_TEST_SUITE_P(Engines, Connections, ::testing::Values("postgres"),
                         [](const ::testing::TestParamInfo<const char*>& test) { return std::string(test.param); });

}  // namespace
}  // namespace towline::testing_engines
