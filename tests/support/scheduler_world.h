#pragma once
// A scheduler's store (SQLite in a file of its own), a clock that stands still, and a project as values: what tests of
// services and of the API stand on. Executors are played by hand: claim, complete.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "plan/codec.h"
#include "plan/plan.h"
#include "services/advancer.h"
#include "store/store.h"
#include "support/plan_builders.h"
#include "support/temporary_folder.h"
#include "time/clock.h"

namespace towline::test {

inline const std::string kProject = "acme/shop";

#define ASSERT_OK(expression)                                \
    do {                                                     \
        const auto& ok_ = (expression);                      \
        ASSERT_TRUE(ok_.has_value()) << ok_.error().message; \
    } while (false)

class SchedulerWorld {
 public:
    SchedulerWorld() {
        auto opened = store::open_store("sqlite:" + (folder_ / "store.db").string());
        if (opened && (*opened)->migrate()) store_ = std::move(*opened);
        EXPECT_TRUE(store_ && store_->ensure_project(kProject, clock.now_ms()));
        advancer_ = std::make_unique<services::Advancer>(*store_, clock);
    }

    time::FakeClock clock{at("2024-01-05 12:00")};
    project::Project project;

    store::Store& store() { return *store_; }
    services::Advancer& advancer() { return *advancer_; }
    model::TimestampMs now() const { return clock.now_ms(); }

    void add(model::Node node) {
        std::string name = node.fqn;
        project.nodes.insert_or_assign(std::move(name), std::move(node));
    }

    plan::Plan plan(plan::PlanOptions options = {}) {
        plan::StateView state;
        state.now = now();
        state.target = *store_->environment(kProject, options.environment);
        state.base = state.prod = *store_->environment(kProject, "prod");
        for (const auto& environment : {state.target, state.prod}) {
            if (!environment) continue;
            std::vector<model::SnapshotId> ids;
            for (const model::TableInfo& info : environment->snapshots) ids.push_back(info.id());
            const auto stored = store_->snapshots(kProject, ids);
            for (const model::Snapshot& snapshot : *stored) state.snapshots.insert_or_assign(snapshot.id(), snapshot);
        }
        if (state.prod) state.prod_ends = *store_->interval_ends(kProject, plan::shown_tables(*state.prod));
        auto built = plan::build_plan(project, state, options);
        EXPECT_TRUE(built) << (built ? "" : built.error().message);
        return built ? *built : plan::Plan{};
    }

    /// Queues a plan as the API does. Each is a millisecond younger than the one before.
    std::string submit(plan::Plan plan) {
        clock.advance(std::chrono::milliseconds(1));
        core::Work work;
        work.id = std::string(31, 'a') + std::to_string(++works_);
        work.project_id = kProject;
        work.environment = plan.environment.naming.name;
        work.trigger = "cli";
        work.created_by = "somebody";
        work.base_plan_id = plan.environment.previous_plan_id.value_or("");
        work.execution_ts = plan.execution_ts;
        work.created_ts = now();
        plan.plan_id = plan.environment.plan_id = work.id;
        work.document = plan::to_json(plan);
        EXPECT_TRUE(store_->add_work(work));
        return work.id;
    }

    core::Work work(const std::string& id) {
        auto found = store_->work(kProject, id);
        EXPECT_TRUE(found) << (found ? "" : found.error().message);
        return found ? *found : core::Work{};
    }
    core::WorkState state(const std::string& id) { return work(id).state; }

    core::Executor executor(protocol::ExecutorKind kind = protocol::ExecutorKind::apply,
                            const std::string& name = "e1") {
        core::Executor e;
        e.id = std::string(protocol::to_string(kind)) + "_" + name;
        e.project_id = kProject;
        e.kind = kind;
        e.name = name;
        e.boot_id = "b1";
        e.client_id = "client";
        e.slots = 8;
        e.registered_ts = e.last_seen_ts = now();
        auto registered = store_->register_executor(e);
        EXPECT_TRUE(registered);
        return registered ? *registered : e;
    }

    std::vector<protocol::LeasedTask> claim(const core::Executor& executor, int slots = 64) {
        std::vector<protocol::LeasedTask> tasks;
        auto got = store_->claim(kProject, executor.kind, {}, {{executor.id, slots}}, now(), 30'000);
        EXPECT_TRUE(got) << (got ? "" : got.error().message);
        if (got)
            for (auto& [id, task] : *got) tasks.push_back(std::move(task));
        return tasks;
    }

    void complete(const core::Executor& executor, const protocol::LeasedTask& task,
                  protocol::Outcome outcome = protocol::Outcome::succeeded) {
        protocol::Completion done;
        done.lease = task.lease;
        done.outcome = outcome;
        done.retryable = false;
        if (outcome == protocol::Outcome::failed) done.error_message = "the engine said no";
        auto result = store_->complete(kProject, executor.id, {done}, now(), 1);
        EXPECT_TRUE(result && result->at(0).ack == protocol::Ack::accepted);
    }

    /// Advances and executes until nothing moves any more. Tasks of a model in `failing` fail.
    void drive(const std::string& work_id, const std::string& failing = {}) {
        const core::Executor worker = executor(
            work(work_id).kind == core::WorkKind::plan ? protocol::ExecutorKind::apply : protocol::ExecutorKind::run);
        for (int i = 0; i < 100; ++i) {
            const auto moved = advancer_->advance(kProject, work_id);
            ASSERT_TRUE(moved) << moved.error().message;
            const auto tasks = claim(worker);
            if (tasks.empty()) return;
            for (const protocol::LeasedTask& task : tasks)
                complete(worker, task,
                         !failing.empty() && task.spec.name == failing ? protocol::Outcome::failed
                                                                       : protocol::Outcome::succeeded);
        }
        FAIL() << "work " << work_id << " does not come to rest";
    }

    /// Plans and applies the project; the plan's id.
    std::string apply(const plan::PlanOptions& options = {}) {
        const std::string id = submit(plan(options));
        drive(id);
        EXPECT_EQ(state(id), core::WorkState::succeeded) << work(id).error;
        return id;
    }

    std::vector<core::Task> tasks(const std::string& work_id) {
        store::TaskFilter filter;
        filter.work_id = work_id;
        auto page = store_->tasks(kProject, filter, {"", 200});
        EXPECT_TRUE(page);
        return page ? page->items : std::vector<core::Task>{};
    }

    std::vector<core::Work> runs() {
        store::WorkFilter filter;
        filter.kind = core::WorkKind::run;
        return store_->works(kProject, filter, {})->items;
    }

    model::Environment environment(const std::string& name = "prod") {
        auto found = store_->environment(kProject, name);
        EXPECT_TRUE(found && *found);
        return found && *found ? **found : model::Environment{};
    }

    model::Snapshot snapshot(const std::string& name) {
        const model::Environment prod = environment();
        for (const model::TableInfo& info : prod.snapshots)
            if (info.name == fqn(name)) return store_->snapshots(kProject, {info.id()})->at(0);
        ADD_FAILURE() << "prod has no " << name;
        return {};
    }

 private:
    TemporaryFolder folder_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<services::Advancer> advancer_;
    int works_ = 0;
};

/// The project that most tests of services begin with: db.a by days, and db.b over it.
class TwoModelTest : public ::testing::Test {
 protected:
    TwoModelTest() {
        world.add(node("db.a", model::KindName::incremental_by_time_range));
        world.add(node("db.b", model::KindName::full, {"db.a"}));
    }
    void change_b(const std::string& query) { world.add(node("db.b", model::KindName::full, {"db.a"}, query)); }

    SchedulerWorld world;
};

}  // namespace towline::test
