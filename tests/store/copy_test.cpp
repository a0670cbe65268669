// A store with a row in every table moves from SQLite to PostgreSQL.
#include "store/copy.h"

#include <algorithm>
#include <set>

#include "store_fixture.h"

namespace towline::store {
namespace {

class Copy : public StoreTest {
 protected:
    void SetUp() override {
        StoreTest::SetUp();
        const char* conninfo = std::getenv("TOWLINE_TEST_PG");
        ASSERT_NE(conninfo, nullptr) << "run under tests/support/postgres.sh run";
        server_ = conninfo;
        schema_ = "t_" + crypto::random_hex(8);
        on_server("CREATE SCHEMA " + schema_);
        target_ = server_ + " options='-csearch_path=" + schema_ + "'";
        path_ = url().substr(std::string("sqlite:").size());
    }
    void TearDown() override {
        on_server("DROP SCHEMA IF EXISTS " + schema_ + " CASCADE");
        StoreTest::TearDown();
    }
    void on_server(const std::string& sql) {
        auto connection = pg::Connection::open(target_.empty() ? server_ : target_);
        ASSERT_OK(connection);
        ASSERT_OK(connection->exec(sql));
    }

    /// At least one row in every table.
    void fill() {
        ASSERT_OK(store().add_client({"c1", kProject, "tab\there", "hash", {"read", "admin"}, kNow, {}, kNow}));
        ASSERT_OK(store().add_token({"h1", "c1", kProject, {"read"}, kNow + 1}));
        const Snapshot a = snapshot("db.a"), gone = snapshot("db.gone");
        StatePage page{std::string(32, 'a'), 0, "digest", {}};
        page.part.snapshots = {a};
        ASSERT_OK(store().add_state_page(kProject, page, kNow));
        ASSERT_OK(store().push_snapshots(kProject, {a, gone}, kNow));
        ASSERT_OK(store().add_interval(kProject, a, days(0, 10), false, kNow));
        ASSERT_OK(store().expire_snapshots(kProject, {gone.id()}, {{model::table_info(gone), true}}, kNow));
        ASSERT_OK(store().auto_restate(kProject, {{a.name, a.version, days(0, 5), kNow + 5}}, kNow));
        model::Environment prod;
        prod.naming.name = "prod";
        prod.snapshots = {model::table_info(a)};
        prod.start_at = "2024-01-01";
        prod.plan_id = "p1";
        model::EnvironmentStatements statements;
        statements.before_all = {"SELECT 'a\\b\n'"};
        ASSERT_OK(store().promote(kProject, prod, {statements}, kNow));
        const core::Executor worker = executor("w\xc3\xb6rker");
        running("p1", {stage({spec("a"), spec("b"), spec("ab", {"a", "b"})})});
        const auto got = claim(worker, 1);
        ASSERT_EQ(got.size(), 1U);
        protocol::Completion c = completion(got[0]);
        c.rows = 7;
        c.audits = {{"not_null", true, 0, "passed"}};
        complete(worker, c);
        ASSERT_OK(store().append_log(kProject, got[0].lease.attempt_id, 0, std::string("x\0y", 3), kNow));
        fence_ = claim(worker, 1).at(0).fence;
        ASSERT_OK(store().add_pause({"x1", kProject, "prod", std::nullopt, "", "me", kNow}));
        ASSERT_OK(store().add_audit_log(kProject, "me", "did", "this", kNow));
    }

    static std::string normal(std::optional<std::string_view> cell) {
        if (!cell) return "NULL";
        return *cell == "t" ? "1" : *cell == "f" ? "0" : std::string(*cell);
    }
    /// Every table's rows as sorted texts, of the columns that SQLite has.
    void compare() {
        auto source = sqlite::Database::open(path_);
        auto target = pg::Connection::open(target_);
        ASSERT_OK(source);
        ASSERT_OK(target);
        auto tables = source->query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
        ASSERT_OK(tables);
        for (const sqlite::Row& row : *tables) {
            const std::string table = std::get<std::string>(row[0]);
            if (table == "counters" || table == "schema_migrations") continue;
            std::vector<std::string> here, there;
            std::string columns;
            auto statement = source->prepare("SELECT * FROM " + table);
            ASSERT_OK(statement);
            for (int i = 0; i < statement->columns(); ++i)
                columns += (i > 0 ? ", " : "") + std::string(statement->column_name(i));
            while (*statement->step()) {
                std::string text;
                for (int i = 0; i < statement->columns(); ++i) text += normal(statement->maybe_text(i)) + "|";
                here.push_back(text);
            }
            auto rows = target->exec("SELECT " + columns + " FROM " + table);
            ASSERT_OK(rows);
            for (int r = 0; r < rows->size(); ++r) {
                std::string text;
                for (int i = 0; i < rows->columns(); ++i) text += normal(rows->cell(r, i)) + "|";
                there.push_back(text);
            }
            std::sort(here.begin(), here.end());
            std::sort(there.begin(), there.end());
            EXPECT_FALSE(here.empty()) << "the test has no row in " << table;
            EXPECT_EQ(here, there) << table;
        }
    }

    std::string server_, schema_, target_, path_;
    std::int64_t fence_ = 0;
};

TEST_P(Copy, EverythingArrivesAndGoesOn) {
    fill();
    if (HasFatalFailure()) return;
    const auto still_open = copy_store(url(), target_);
    ASSERT_FALSE(still_open);
    EXPECT_EQ(still_open.error().code, ErrorCode::conflict) << still_open.error().message;
    const auto last = store().last_event_seq(kProject);
    ASSERT_OK(last);
    close();

    const auto copied = copy_store(url(), target_);
    ASSERT_OK(copied);
    EXPECT_GE(copied->size(), 19U);
    compare();
    const auto again = copy_store(url(), target_);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::conflict) << again.error().message;

    // The new store goes on where the old one was.
    auto moved = open_store(target_);
    ASSERT_OK(moved);
    EXPECT_EQ(*(*moved)->last_event_seq(kProject), *last);
    ASSERT_OK((*moved)->add_event({0, kProject, kNow, "plan", "p1", "p1", "{}"}));
    EXPECT_GT(*(*moved)->last_event_seq(kProject), *last);
    ASSERT_OK((*moved)->add_audit_log(kProject, "me", "did", "that", kNow));
    const auto executors = (*moved)->executors(kProject);
    ASSERT_OK(executors);
    ASSERT_EQ(executors->size(), 1U);
    ASSERT_OK((*moved)->expire_leases(kNow + 2 * kTtl, 1));
    const auto claimed = (*moved)->claim(kProject, protocol::ExecutorKind::apply, {{"local"}, {}},
                                         {{executors->front().id, 1}}, kNow + 100 * kTtl, kTtl);
    ASSERT_OK(claimed);
    ASSERT_EQ(claimed->size(), 1U);
    EXPECT_GT(claimed->front().second.fence, fence_);
    // And the old one is as it was.
    auto old = open_store(url());
    ASSERT_OK(old);
    EXPECT_EQ(*(*old)->last_event_seq(kProject), *last);
}

TEST_P(Copy, OtherWaysAreRefused) {
    EXPECT_EQ(copy_store(target_, url()).error().code, ErrorCode::invalid);
    EXPECT_EQ(copy_store(url(), url()).error().code, ErrorCode::invalid);
    EXPECT_EQ(copy_store("sqlite:/nowhere/at.db", target_).error().code, ErrorCode::not_found);
}

INSTANTIATE_TEST_SUITE_P(From, Copy, ::testing::Values("sqlite"));

}  // namespace
}  // namespace towline::store
