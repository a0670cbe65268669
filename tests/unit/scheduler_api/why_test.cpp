#include "api/why.h"

#include <gtest/gtest.h>

#include <functional>

#include "protocol/limits.h"

namespace towline::api {
namespace {

constexpr model::TimestampMs kNow = 1'000'000;

core::Executor executor(const std::string& name, protocol::ExecutorKind kind = protocol::ExecutorKind::apply) {
    core::Executor e;
    e.id = "id_" + name;
    e.name = name;
    e.kind = kind;
    e.slots = 1;
    e.last_seen_ts = kNow;
    e.gateways = {{"local", "duckdb", "shop", {}}};
    return e;
}

WhyInput ready() {
    WhyInput input;
    input.now = kNow;
    input.task.state = core::TaskState::ready;
    input.task.work_kind = core::WorkKind::plan;
    input.task.spec.environment = "prod";
    input.task.spec.gateway = "local";
    input.work.state = core::WorkState::running;
    input.executors = {executor("one")};
    return input;
}

TEST(ExplainWaiting, EveryReason) {
    using Change = std::function<void(WhyInput&)>;
    const struct {
        const char* reason;
        Change change;
    } cases[] = {
        {"ready; an executor is about to take it", [](WhyInput&) {}},
        {"no apply executor is connected", [](WhyInput& w) { w.executors.clear(); }},
        {"no run executor is connected", [](WhyInput& w) { w.task.work_kind = core::WorkKind::run; }},
        {"no connected apply executor can take it now", [](WhyInput& w) { w.executors[0].drain_requested = true; }},
        {"no connected apply executor has the label size=large",
         [](WhyInput& w) {
             w.task.spec.labels = {"size=large"};
             w.executors[0].labels = {"size=small", "*"};
         }},
        {"no connected apply executor has the labels eu, size=large",
         [](WhyInput& w) { w.task.spec.labels = {"eu", "size=large"}; }},
        {"every connected apply executor has labels, and takes only tasks that ask for them",
         [](WhyInput& w) { w.executors[0].labels = {"size=large"}; }},
        {"ready; an executor is about to take it", [](WhyInput& w) { w.executors[0].labels = {"*", "size=large"}; }},
        {"ready; an executor is about to take it",
         [](WhyInput& w) {
             w.task.spec.labels = {"size=large"};
             w.executors[0].labels = {"eu", "size=large"};
         }},
        {"no connected apply executor can take it now",
         [](WhyInput& w) {
             w.task.spec.labels = {"size=large"};
             w.executors[0].labels = {"size=large"};
             w.executors[0].drain_requested = true;
         }},
        {"tried 1 of 3 times, the next try is in 2 s; last error: no",
         [](WhyInput& w) {
             w.task.attempt = 1;
             w.task.run_at = kNow + 1'001;
             w.task.error_message = "no";
         }},
        {"a plan is being applied to the environment", [](WhyInput& w) { w.plan_holds_environment = true; }},
        {"the environment is paused by me: holiday",
         [](WhyInput& w) {
             w.task.work_kind = core::WorkKind::run;
             w.pauses = {{"p", "x/y", "prod", {}, "holiday", "me", 0}};
         }},
        {"waiting for its upstream tasks",
         [](WhyInput& w) {
             w.task.state = core::TaskState::blocked;
             w.work.stage_index = 0;
         }},
        {"waiting for upstream db.a and 1 more",
         [](WhyInput& w) {
             w.task.state = core::TaskState::blocked;
             w.work.stage_index = 0;
             w.blockers.resize(2);
             w.blockers[0].spec.name = "db.a";
         }},
        {"an earlier stage is not finished",
         [](WhyInput& w) {
             w.task.state = core::TaskState::blocked;
             w.task.stage_index = 1;
             w.work.stage_index = 0;
         }},
        {"the plan waits for the environment",
         [](WhyInput& w) {
             w.task.state = core::TaskState::blocked;
             w.work.state = core::WorkState::queued;
         }},
        {"running on one for 5 s, asked to cancel",
         [](WhyInput& w) {
             w.task.state = core::TaskState::leased;
             w.task.executor_id = "id_one";
             w.task.started_ts = kNow - 5'000;
             w.task.cancel_requested = true;
         }},
        {"running on gone for 0 s",
         [](WhyInput& w) {
             w.task.state = core::TaskState::leased;
             w.task.executor_id = "gone";
         }},
        {"done", [](WhyInput& w) { w.task.state = core::TaskState::succeeded; }},
        {"failed: no",
         [](WhyInput& w) {
             w.task.state = core::TaskState::failed;
             w.task.error_message = "no";
         }},
        {"skipped: up",
         [](WhyInput& w) {
             w.task.state = core::TaskState::skipped;
             w.task.error_message = "up";
         }},
        {"cancelled", [](WhyInput& w) { w.task.state = core::TaskState::cancelled; }},
    };
    for (const auto& one : cases) {
        WhyInput input = ready();
        one.change(input);
        EXPECT_EQ(explain_waiting(input).reason, one.reason);
    }
}

TEST(ExplainWaiting, EveryExecutorSaysWhyNot) {
    WhyInput input = ready();
    input.executors = {executor("free"),      executor("runner", protocol::ExecutorKind::run),
                       executor("silent"),    executor("drained"),
                       executor("elsewhere"), executor("busy"),
                       executor("fenced")};
    input.executors[2].last_seen_ts = kNow - 2 * protocol::kLeaseTtl.count() - 1;
    input.executors[3].state = core::ExecutorState::draining;
    input.executors[4].gateways.clear();
    input.executors[6].state = core::ExecutorState::fenced;
    input.leased.resize(1);
    input.leased[0].executor_id = "id_busy";
    const Why why = explain_waiting(input);
    const std::vector<std::string> expected{"can take it", "takes run work only",    "not heard of",
                                            "draining",    "has no gateway 'local'", "all 1 slots are taken"};
    ASSERT_EQ(why.executors.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(why.executors[i].reason, expected[i]);
}

}  // namespace
}  // namespace towline::api
