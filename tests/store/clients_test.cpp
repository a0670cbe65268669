#include "store_fixture.h"

namespace towline::store {
namespace {

Client client(const std::string& id) { return {id, kProject, "ci", "hash", {"plan", "read"}, kNow, {}, {}}; }

class Clients : public StoreTest {};

TEST_P(Clients, AreKeptAndPaged) {
    EXPECT_EQ(*store().client_count(), 0);
    for (int i = 0; i < 5; ++i) ASSERT_OK(store().add_client(client("c" + std::to_string(i))));
    EXPECT_EQ(*store().client_count(), 5);
    EXPECT_EQ(store().add_client(client("c1")).error().code, ErrorCode::conflict);
    EXPECT_EQ(store().client("c3")->scopes, (std::vector<std::string>{"plan", "read"}));
    EXPECT_EQ(store().client("none").error().code, ErrorCode::not_found);

    std::vector<std::string> seen;
    PageRequest page{"", 2};
    do {
        const auto got = store().clients(kProject, page);
        ASSERT_OK(got);
        EXPECT_LE(got->items.size(), 2U);
        for (const Client& each : got->items) seen.push_back(each.id);
        page.cursor = got->next_cursor;
    } while (!page.cursor.empty());
    EXPECT_EQ(seen, (std::vector<std::string>{"c0", "c1", "c2", "c3", "c4"}));

    ASSERT_OK(store().touch_client("c3", kNow + 9));
    EXPECT_EQ(store().client("c3")->last_used_ts, kNow + 9);
}

TEST_P(Clients, TokensLiveUntilTheyExpireOrTheClientIsRevoked) {
    ASSERT_OK(store().add_client(client("c1")));
    ASSERT_OK(store().add_token({"h1", "c1", kProject, {"read"}, kNow + 100}));
    const auto token = store().token("h1", kNow);
    ASSERT_OK(token);
    EXPECT_EQ(token->client_id, "c1");
    EXPECT_EQ(token->scopes, std::vector<std::string>{"read"});
    EXPECT_EQ(store().token("h1", kNow + 100).error().code, ErrorCode::unauthenticated);
    EXPECT_EQ(store().token("h2", kNow).error().code, ErrorCode::unauthenticated);
    ASSERT_OK(store().revoke_client("c1", kNow + 1));
    EXPECT_EQ(store().token("h1", kNow + 2).error().code, ErrorCode::unauthenticated);
    EXPECT_EQ(store().client("c1")->revoked_ts, kNow + 1);
    EXPECT_EQ(store().revoke_client("none", kNow).error().code, ErrorCode::not_found);
}

TEST_P(Clients, RevokingEndsTheLeasesOfItsExecutors) {
    ASSERT_OK(store().add_client(client("client")));
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a")})});
    const auto tasks = claim(worker, 1);
    ASSERT_EQ(tasks.size(), 1U);
    ASSERT_OK(store().revoke_client("client", kNow + 1));
    EXPECT_EQ(state_of(tasks[0].lease.task_id), core::TaskState::ready);
    EXPECT_EQ(complete(worker, completion(tasks[0]), kNow + 2).ack, protocol::Ack::superseded);
    const auto renewal = store().renew(worker.id, {tasks[0].lease}, kNow + 2, kTtl);
    ASSERT_OK(renewal);
    EXPECT_EQ(renewal->lost, std::vector<std::string>{tasks[0].lease.attempt_id});
}

ON_EVERY_STORE(Clients);

class Whole : public StoreTest {};

TEST_P(Whole, MigratesTwiceAndPings) {
    ASSERT_OK(store().migrate());
    ASSERT_OK(store().ping());
    EXPECT_EQ(*store().projects(), std::vector<std::string>{kProject});
    ASSERT_OK(store().ensure_project(kProject, kNow));
}

TEST_P(Whole, ALockIsHeldByOne) {
    const std::string name = "cron " + crypto::random_hex(4);
    bool inner = true;
    const auto outer = store().with_lock(name, [&]() -> Status {
        inner = *store().with_lock(name, []() -> Status { return {}; });
        return {};
    });
    ASSERT_OK(outer);
    EXPECT_TRUE(*outer);
    EXPECT_FALSE(inner);
    EXPECT_EQ(store().with_lock(name, []() -> Status { return fail(ErrorCode::io, "x"); }).error().code, ErrorCode::io);
    EXPECT_TRUE(*store().with_lock(name, []() -> Status { return {}; }));
    if (GetParam() == "sqlite") return;  // one process owns a SQLite store
    auto replica = open_store(url());
    ASSERT_OK(replica);
    bool other = true;
    ASSERT_OK(store().with_lock(name, [&]() -> Status {
        other = *(*replica)->with_lock(name, []() -> Status { return {}; });
        return {};
    }));
    EXPECT_FALSE(other);
}

TEST_P(Whole, RefusesAStoreOfANewerProgram) {
    if (GetParam() == "sqlite") {
        auto database = sqlite::Database::open(url().substr(7));
        ASSERT_OK(database);
        ASSERT_OK(database->run("INSERT INTO schema_migrations VALUES (9999, 0)"));
    } else {
        auto connection = pg::Connection::open(url());
        ASSERT_OK(connection);
        ASSERT_OK(connection->exec("INSERT INTO schema_migrations VALUES (9999, 0)"));
    }
    EXPECT_EQ(store().migrate().error().code, ErrorCode::conflict);
}

TEST(Address, WrongOnesAreNamed) {
    EXPECT_EQ(open_store("mysql://x").error().code, ErrorCode::invalid);
    const auto unreachable = open_store("postgresql://nobody:canary@127.0.0.1:1/x");
    ASSERT_FALSE(unreachable);
    EXPECT_EQ(unreachable.error().code, ErrorCode::unavailable);
    EXPECT_EQ(unreachable.error().message.find("canary"), std::string::npos);
}

ON_EVERY_STORE(Whole);

}  // namespace
}  // namespace towline::store
