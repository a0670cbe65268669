#include <set>
#include <thread>

#include "protocol/limits.h"
#include "store_fixture.h"

namespace towline::store {
namespace {

class Events : public StoreTest {};

TEST_P(Events, AreNumberedInOrderAndBelongToAProject) {
    const std::int64_t before = *store().last_event_seq(kProject);
    for (int i = 0; i < 5; ++i)
        ASSERT_OK(store().add_event({0, kProject, kNow, "plan", "s" + std::to_string(i), "w", "{}"}));
    ASSERT_OK(store().add_event({0, "other/one", kNow, "plan", "x", "w", "{}"}));
    const auto all = store().events(kProject, before, 100);
    ASSERT_OK(all);
    ASSERT_EQ(all->size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_EQ(all->at(i).subject, "s" + std::to_string(i));
        if (i > 0) {
            EXPECT_GT(all->at(i).seq, all->at(i - 1).seq);
        }
    }
    EXPECT_EQ(store().events(kProject, all->at(2).seq, 1)->at(0).subject, "s3");
    EXPECT_EQ(*store().last_event_seq(kProject), all->back().seq);
    EXPECT_TRUE(store().events(kProject, all->back().seq, 10)->empty());
}

// A reader that follows by the last number it saw must miss nothing, whoever commits first.
TEST_P(Events, AFollowerMissesNothing) {
    constexpr int kWriters = 4, kEach = 40;
    std::atomic<int> running = kWriters;
    std::vector<std::thread> writers;
    for (int w = 0; w < kWriters; ++w)
        writers.emplace_back([&, w] {
            for (int i = 0; i < kEach; ++i)
                (void)store().add_event(
                    {0, kProject, kNow, "task", std::to_string(w) + "." + std::to_string(i), "", "{}"});
            --running;
        });
    std::set<std::string> seen;
    std::int64_t last = 0;
    for (bool final_look = false; !final_look;) {
        final_look = running == 0;
        const auto some = store().events(kProject, last, 1000);
        ASSERT_OK(some);
        for (const Event& event : *some) {
            last = event.seq;
            EXPECT_TRUE(seen.insert(event.subject).second);
        }
    }
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(kWriters * kEach));
}

TEST_P(Events, EverythingThatChangesSaysSo) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a")})});
    complete(worker, completion(claim(worker, 1)[0]));
    ASSERT_OK(store().finish_work(kProject, "p1", core::WorkState::succeeded, "", kNow));
    std::vector<std::string> topics;
    const auto events = store().events(kProject, 0, 100);
    ASSERT_OK(events);
    for (const Event& event : *events) topics.push_back(event.topic);
    EXPECT_EQ(topics, (std::vector<std::string>{"executor", "plan", "plan", "plan", "task", "task", "plan"}));
}

TEST_P(Events, LogsAreAppendedByOffset) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a")})});
    const std::string id = claim(worker, 1)[0].lease.attempt_id;
    const std::string binary(
        "a\0\xff"
        "b",
        4);
    EXPECT_EQ(*store().append_log(kProject, id, 0, "hello ", kNow), 6);
    EXPECT_EQ(*store().append_log(kProject, id, 0, "hello ", kNow), 6);     // repeated
    EXPECT_EQ(*store().append_log(kProject, id, 3, "lo world", kNow), 11);  // overlapping
    EXPECT_EQ(store().append_log(kProject, id, 20, "x", kNow).error().code, ErrorCode::conflict);
    EXPECT_EQ(*store().append_log(kProject, id, 11, binary, kNow), 15);
    EXPECT_EQ(*store().log(kProject, id, 0, 1000), "hello world" + binary);
    EXPECT_EQ(*store().log(kProject, id, 4, 4), "o wo");
    EXPECT_EQ(*store().log(kProject, id, 99, 4), "");
    EXPECT_EQ(*store().log("other/one", id, 0, 4), "");
    EXPECT_EQ(store().append_log(kProject, "none.1", 0, "x", kNow).error().code, ErrorCode::not_found);
    const std::string huge(protocol::kLogBytesPerAttemptMax, 'x');
    EXPECT_EQ(store().append_log(kProject, id, 15, huge, kNow).error().code, ErrorCode::too_large);
}

TEST_P(Events, RetentionDeletesWhatIsOldAndOnlyThat) {
    const core::Executor worker = executor("w1");
    running("old", {stage({spec("a"), spec("b", {"a"})})});
    const auto task = claim(worker, 1)[0];
    protocol::Completion c = completion(task);
    c.audits = {{"x", true, 0, "passed"}};
    ASSERT_OK(store().append_log(kProject, task.lease.attempt_id, 0, "log", kNow));
    complete(worker, c);
    ASSERT_OK(store().finish_work(kProject, "old", core::WorkState::failed, "", kNow));
    running("open", {stage({spec("a")})});
    ASSERT_OK(store().add_event({0, kProject, kNow + 1000, "plan", "fresh", "", "{}"}));
    ASSERT_OK(store().events(kProject, 0, 1));
    ASSERT_OK(store().clean({.events_before = kNow + 500, .works_before = kNow + 500}));
    EXPECT_EQ(store().work(kProject, "old").error().code, ErrorCode::not_found);
    EXPECT_EQ(store().task(kProject, task.lease.task_id).error().code, ErrorCode::not_found);
    EXPECT_TRUE(store().attempts(kProject, task.lease.task_id)->empty());
    EXPECT_TRUE(store().audit_results(kProject, task.lease.task_id)->empty());
    EXPECT_EQ(*store().log(kProject, task.lease.attempt_id, 0, 10), "");
    ASSERT_OK(store().work(kProject, "open"));
    const auto left = store().events(kProject, 0, 100);
    ASSERT_EQ(left->size(), 1U);
    EXPECT_EQ(left->front().subject, "fresh");
    ASSERT_OK(store().add_audit_log(kProject, "me", "client.create", "c1", kNow));
}

TEST_P(Events, RetentionTakesALittleOfEachAtATime) {
    Client client;
    client.id = "c1";
    client.project_id = kProject;
    client.name = "laptop";
    client.created_ts = kNow;
    ASSERT_OK(store().add_client(client));
    for (int i = 1; i <= 3; ++i) ASSERT_OK(store().add_token({std::to_string(i), "c1", kProject, {}, kNow + 100 + i}));
    ASSERT_OK(store().add_token({"live", "c1", kProject, {}, kNow + 9000}));
    const core::Executor idle = executor("gone");
    const core::Executor busy = executor("busy");
    running("p", {stage({spec("a")})});
    claim(busy, 1);

    const EventStore::Retention limits{
        .events_before = kNow + 500, .works_before = 0, .tokens_before = kNow + 500, .rows_max = 2, .works_max = 1};
    ASSERT_OK(store().clean(limits));
    EXPECT_TRUE(store().token("3", kNow)) << "two were enough for one call";
    ASSERT_OK(store().clean(limits));
    EXPECT_EQ(store().token("3", kNow).error().code, ErrorCode::unauthenticated);
    EXPECT_TRUE(store().token("live", kNow));
    const auto left = store().executors(kProject);
    ASSERT_EQ(left->size(), 1U) << "who holds a lease is not gone";
    EXPECT_EQ(left->front().id, busy.id);
}

ON_EVERY_STORE(Events);

}  // namespace
}  // namespace towline::store
