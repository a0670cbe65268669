#include "store_fixture.h"

namespace towline::store {
namespace {

using core::TaskState;
using core::WorkKind;
using core::WorkState;

class Works : public StoreTest {
 protected:
    bool start(const std::string& id) {
        const auto started = store().start_work(kProject, id, {stage({spec("a")})}, kNow);
        if (!started) ADD_FAILURE() << started.error().message;
        return started && *started;
    }
    WorkState state(const std::string& id) { return store().work(kProject, id)->state; }
};

TEST_P(Works, AreKeptAsTheyWere) {
    core::Work w = new_work("w1", WorkKind::run, kNow, "dev");
    const auto back = store().work(kProject, "w1");
    ASSERT_OK(back);
    EXPECT_EQ(back->kind, WorkKind::run);
    EXPECT_EQ(back->environment, "dev");
    EXPECT_EQ(back->trigger, "cli");
    EXPECT_EQ(back->document, "");
    EXPECT_EQ(*store().work_document(kProject, "w1"), "{}");
    EXPECT_EQ(back->base_plan_id, "p0");
    EXPECT_EQ(back->stage_index, -1);
    EXPECT_EQ(store().add_work(w).error().code, ErrorCode::conflict);
    EXPECT_EQ(store().work(kProject, "none").error().code, ErrorCode::not_found);
    EXPECT_EQ(store().work("other/one", "w1").error().code, ErrorCode::not_found);
    EXPECT_EQ(store().work_document(kProject, "none").error().code, ErrorCode::not_found);
}

TEST_P(Works, PagesAreNewestFirstAndFiltered) {
    for (int i = 0; i < 7; ++i)
        new_work("w" + std::to_string(i), i % 2 == 0 ? WorkKind::plan : WorkKind::run, kNow + i / 2);
    std::vector<std::string> seen;
    PageRequest page{"", 3};
    do {
        const auto got = store().works(kProject, {}, page);
        ASSERT_OK(got);
        for (const core::Work& w : got->items) {
            seen.push_back(w.id);
            EXPECT_TRUE(w.document.empty());
        }
        page.cursor = got->next_cursor;
    } while (!page.cursor.empty());
    EXPECT_EQ(seen, (std::vector<std::string>{"w6", "w5", "w4", "w3", "w2", "w1", "w0"}));
    WorkFilter runs;
    runs.kind = WorkKind::run;
    runs.state = WorkState::queued;
    EXPECT_EQ(store().works(kProject, runs, {})->items.size(), 3U);
    runs.environment = "dev";
    EXPECT_TRUE(store().works(kProject, runs, {})->items.empty());
    EXPECT_EQ(store().works(kProject, {}, {"no cursor", 3}).error().code, ErrorCode::invalid);
    EXPECT_EQ(store().open_works()->size(), 7U);
    EXPECT_EQ(store().open_works()->front().id, "w0");
}

TEST_P(Works, OnePlanHoldsTheApplyLock) {
    new_work("p1", WorkKind::plan, kNow);
    new_work("p2", WorkKind::plan, kNow + 1);
    new_work("d1", WorkKind::plan, kNow + 2, "dev");
    EXPECT_FALSE(start("p2"));  // the older one goes first
    EXPECT_TRUE(start("p1"));
    EXPECT_FALSE(start("p1"));
    EXPECT_FALSE(start("p2"));
    EXPECT_TRUE(start("d1"));
    ASSERT_OK(store().finish_work(kProject, "p1", WorkState::succeeded, "", kNow));
    EXPECT_TRUE(start("p2"));
    EXPECT_EQ(state("p2"), WorkState::running);
}

TEST_P(Works, ARunWaitsForPlansButNotTheReverse) {
    new_work("r1", WorkKind::run, kNow);
    new_work("p1", WorkKind::plan, kNow + 1);
    EXPECT_FALSE(start("r1"));
    ASSERT_OK(store().request_cancel(kProject, "p1", true, kNow));
    EXPECT_TRUE(start("r1"));  // a queued plan that is cancelled is no reason to wait
    EXPECT_FALSE(start("p1"));
    new_work("r2", WorkKind::run, kNow + 2);
    EXPECT_FALSE(start("r2"));  // one run at a time
    new_work("p2", WorkKind::plan, kNow + 3);
    EXPECT_TRUE(start("p2"));
}

TEST_P(Works, StagesAreEnteredOnceAndInOrder) {
    new_work("p1");
    ASSERT_TRUE(*store().start_work(kProject, "p1",
                                    {stage({spec("a"), spec("b", {"a"})}), stage({}), stage({spec("a")})}, kNow));
    const core::Work w = *store().work(kProject, "p1");
    EXPECT_EQ(w.stages.size(), 3U);
    const core::Executor worker = executor("w1");
    EXPECT_TRUE(claim(worker, 4).empty());  // nothing is ready before its stage is entered
    EXPECT_FALSE(*store().enter_stage(w, 1, kNow));
    EXPECT_TRUE(*store().enter_stage(w, 0, kNow));
    EXPECT_FALSE(*store().enter_stage(w, 0, kNow));
    core::Work now = *store().work(kProject, "p1");
    EXPECT_EQ(now.stage_index, 0);
    EXPECT_EQ(store().stage_counts(now)->open, 2);
    const auto first = claim(worker, 4);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].spec.key, "a");
    EXPECT_EQ(first[0].plan_id, "p1");
    EXPECT_FALSE(complete(worker, completion(first[0])).work_may_advance);
    const auto second = claim(worker, 4);
    ASSERT_EQ(second.size(), 1U);
    EXPECT_TRUE(complete(worker, completion(second[0])).work_may_advance);
    EXPECT_EQ(store().stage_counts(now)->succeeded, 2);
    EXPECT_EQ(core::on_stage(now, *store().stage_counts(now)), core::StageVerdict::next);
}

TEST_P(Works, BrokenStagesStartNothing) {
    new_work("p1");
    EXPECT_EQ(store().start_work(kProject, "p1", {stage({spec("a", {"x"})})}, kNow).error().code, ErrorCode::invalid);
    EXPECT_EQ(store().start_work(kProject, "p1", {stage({spec("a"), spec("a")})}, kNow).error().code,
              ErrorCode::invalid);
    EXPECT_EQ(state("p1"), WorkState::queued);
}

TEST_P(Works, ThousandsOfTasksAtOnce) {
    std::vector<plan::TaskSpec> tasks;
    for (int i = 0; i < 3'000; ++i) {
        tasks.push_back(spec("t" + std::to_string(i)));
        if (i > 0) tasks.back().depends_on = {"t" + std::to_string(i / 2)};
    }
    tasks[0].depends_on.clear();
    const core::Work w = running("p1", {stage(tasks)});
    EXPECT_EQ(store().stage_counts(w)->open, 3'000);
    EXPECT_EQ(claim(executor("w1"), 10).size(), 1U);
}

TEST_P(Works, FinishingCancelsWhatIsOpen) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a"), spec("b"), spec("c", {"a"})})});
    const auto got = claim(worker, 1);
    ASSERT_EQ(got.size(), 1U);
    ASSERT_OK(store().finish_work(kProject, "p1", WorkState::failed, "why", kNow + 1));
    for (const auto& [key, each] : states("p1")) EXPECT_EQ(each, TaskState::cancelled) << key;
    EXPECT_EQ(complete(worker, completion(got[0])).ack, protocol::Ack::superseded);
    EXPECT_EQ(store().renew(worker.id, {got[0].lease}, kNow, kTtl)->lost.size(), 1U);
    ASSERT_OK(store().finish_work(kProject, "p1", WorkState::succeeded, "", kNow + 2));  // no effect
    EXPECT_EQ(state("p1"), WorkState::failed);
    EXPECT_EQ(store().work(kProject, "p1")->error, "why");
    EXPECT_TRUE(store().open_works()->empty());
    EXPECT_EQ(store().finish_work(kProject, "none", WorkState::failed, "", kNow).error().code, ErrorCode::not_found);
}

TEST_P(Works, CancellingReachesTheHolder) {
    const core::Executor worker = executor("w1");
    running("p1", {stage({spec("a"), spec("b"), spec("c", {"a"})})});
    const auto got = claim(worker, 1);
    ASSERT_OK(store().request_cancel(kProject, "p1", true, kNow));
    EXPECT_EQ(states("p1"), (std::map<std::string, TaskState>{
                                {"a", TaskState::leased}, {"b", TaskState::cancelled}, {"c", TaskState::cancelled}}));
    EXPECT_EQ(store().renew(worker.id, {got[0].lease}, kNow, kTtl)->cancels,
              std::vector<std::string>{got[0].lease.attempt_id});
    const auto result = complete(worker, completion(got[0], protocol::Outcome::cancelled));
    EXPECT_EQ(result.ack, protocol::Ack::accepted);
    EXPECT_TRUE(result.work_may_advance);
    EXPECT_EQ(states("p1")["a"], TaskState::cancelled);
}

TEST_P(Works, APreemptedRunFinishesWhatIsLeased) {
    const core::Executor worker = executor("w1", "b1", protocol::ExecutorKind::run);
    running("r1", {stage({spec("a"), spec("b"), spec("c")})}, WorkKind::run);
    const auto got = claim(worker, 2);
    ASSERT_EQ(got.size(), 2U);
    ASSERT_OK(store().request_cancel(kProject, "r1", false, kNow));
    EXPECT_TRUE(store().renew(worker.id, {got[0].lease, got[1].lease}, kNow, kTtl)->cancels.empty());
    EXPECT_EQ(complete(worker, completion(got[0])).ack, protocol::Ack::accepted);
    // A failure is not tried again.
    EXPECT_TRUE(complete(worker, completion(got[1], protocol::Outcome::failed)).work_may_advance);
    EXPECT_EQ(states("r1"),
              (std::map<std::string, TaskState>{
                  {"a", TaskState::succeeded}, {"b", TaskState::cancelled}, {"c", TaskState::cancelled}}));
}

TEST_P(Works, RunTasksWaitForPlansAndPauses) {
    const core::Executor worker = executor("w1", "b1", protocol::ExecutorKind::run);
    running("r1", {stage({spec("a"), spec("b"), spec("c")})}, WorkKind::run);
    ASSERT_EQ(claim(worker, 1).size(), 1U);
    new_work("p1", WorkKind::plan, kNow + 1);
    ASSERT_EQ(claim(worker, 1).size(), 1U);  // queued only
    ASSERT_TRUE(start("p1"));
    EXPECT_TRUE(claim(worker, 1).empty());
    ASSERT_OK(store().finish_work(kProject, "p1", WorkState::succeeded, "", kNow));
    ASSERT_OK(store().add_pause({"x1", kProject, "prod", "\"shop\".\"a\"", "", "me", kNow}));
    ASSERT_OK(store().add_pause({"x2", kProject, "prod", std::nullopt, "migration", "me", kNow}));
    EXPECT_TRUE(claim(worker, 1).empty());
    EXPECT_EQ(store().pauses(kProject)->size(), 2U);
    ASSERT_OK(store().remove_pause(kProject, "x2"));
    EXPECT_EQ(store().remove_pause(kProject, "x2").error().code, ErrorCode::not_found);
    EXPECT_EQ(claim(worker, 1).size(), 1U);
}

ON_EVERY_STORE(Works);

}  // namespace
}  // namespace towline::store
