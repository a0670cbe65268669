#include "plan/stages.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/strings.h"
#include "support/plan_world.h"

namespace towline::plan {
namespace {
using model::KindName;
using test::at;
using test::fqn;
using test::World;

std::string kinds(const std::vector<Stage>& stages) {
    std::vector<std::string> out;
    for (const Stage& stage : stages) out.emplace_back(to_string(stage.kind));
    return join(out, " ");
}

const Stage& stage_of(const std::vector<Stage>& stages, StageKind kind) {
    static const Stage kNone;
    for (const Stage& stage : stages)
        if (stage.kind == kind) return stage;
    ADD_FAILURE() << "no stage " << to_string(kind);
    return kNone;
}

const TaskSpec& task_of(const Stage& stage, const std::string& key) {
    static const TaskSpec kNone;
    for (const TaskSpec& task : stage.tasks)
        if (task.key == key) return task;
    ADD_FAILURE() << "no task " << key;
    return kNone;
}

using Keys = std::vector<std::string>;

model::Node with_audit(model::Node node) {
    node.audits.push_back({"not_null", {{"columns", "(x)"}}});
    return node;
}

/// A(time range, two batches) ← B(view) ← C(full, nothing missing) ← D(full).
World reference_dag() {
    World world;
    model::Node a = test::node("db.a", KindName::incremental_by_time_range);
    a.kind.batch_size = 3;
    world.add(a);
    world.add(test::node("db.b", KindName::view, {"db.a"}));
    world.add(test::node("db.c", KindName::full, {"db.b"}));
    world.add(test::node("db.d", KindName::full, {"db.c"}));
    world.now = at("2024-01-07");
    return world;
}

TEST(Tasks, ReferenceDag) {
    World world = reference_dag();
    const Plan plan = world.plan("prod");
    auto snapshots = plan_snapshots(plan, {});
    for (auto& [id, s] : snapshots)
        if (id.name == fqn("db.c")) s.intervals = {test::days("2024-01-01", "2024-01-07")};
    Plan stripped = plan;
    stripped.new_snapshots.clear();
    const auto stages = plan_stages(stripped, snapshots, {}, {});
    ASSERT_TRUE(stages) << stages.error().message;
    const Stage& backfill = stage_of(*stages, StageKind::backfill);
    EXPECT_EQ(backfill.tasks.size(), 5U);
    EXPECT_EQ(task_of(backfill, "create:db.a").depends_on, Keys{});
    EXPECT_EQ(task_of(backfill, "backfill:db.a:0").depends_on, Keys{"create:db.a"});
    EXPECT_EQ(task_of(backfill, "backfill:db.a:1").depends_on, Keys{"create:db.a"});
    EXPECT_EQ(task_of(backfill, "backfill:db.b:0").depends_on, (Keys{"backfill:db.a:0", "backfill:db.a:1"}));
    EXPECT_EQ(task_of(backfill, "backfill:db.d:0").depends_on, Keys{"backfill:db.b:0"})
        << "through C, which has no work";
    const TaskSpec& first = task_of(backfill, "backfill:db.a:0");
    EXPECT_EQ(first.interval, test::days("2024-01-01", "2024-01-04"));
    EXPECT_TRUE(first.is_first_insert);
    EXPECT_FALSE(first.create_table);
    EXPECT_FALSE(task_of(backfill, "backfill:db.a:1").is_first_insert);
    EXPECT_TRUE(task_of(backfill, "backfill:db.b:0").create_table);
}

TEST(Tasks, TimeRangesWaitOnlyForWhatTheyRead) {
    World world;
    model::Node a = test::node("db.a", KindName::incremental_by_time_range);
    a.kind.batch_size = 2;
    model::Node b = test::node("db.b", KindName::incremental_by_time_range, {"db.a"});
    b.kind.batch_size = 3;
    world.add(a);
    world.add(b);
    world.now = at("2024-01-07");
    const auto stages = world.stages(world.plan("prod"));
    const Stage& backfill = stage_of(stages, StageKind::backfill);
    EXPECT_EQ(task_of(backfill, "backfill:db.b:0").depends_on,
              (Keys{"backfill:db.a:0", "backfill:db.a:1", "create:db.b"}));
    EXPECT_EQ(task_of(backfill, "backfill:db.b:1").depends_on,
              (Keys{"backfill:db.a:0", "backfill:db.a:1", "backfill:db.a:2", "create:db.b"}));
    EXPECT_EQ(task_of(backfill, "create:db.b").depends_on, Keys{"create:db.a"});
}

TEST(Tasks, BatchesInARow) {
    World world;
    model::Node self = test::node("db.self", KindName::incremental_by_time_range);
    self.kind.batch_size = 2;
    self.depends_on_self = true;
    model::Node pairs = test::node("db.pairs", KindName::incremental_by_time_range);
    pairs.kind.batch_size = 2;
    pairs.kind.batch_concurrency = 2;
    world.add(self);
    world.add(pairs);
    world.now = at("2024-01-07");
    const auto stages = world.stages(world.plan("prod"));
    const Stage& backfill = stage_of(stages, StageKind::backfill);
    EXPECT_EQ(task_of(backfill, "backfill:db.self:2").depends_on, (Keys{"backfill:db.self:1", "create:db.self"}));
    EXPECT_EQ(task_of(backfill, "backfill:db.pairs:1").depends_on, Keys{"create:db.pairs"});
    EXPECT_EQ(task_of(backfill, "backfill:db.pairs:2").depends_on, (Keys{"backfill:db.pairs:0", "create:db.pairs"}));
}

TEST(Tasks, ManyBatchesKeepFewEdges) {
    World world;
    model::Node a = test::node("db.a", KindName::incremental_by_time_range);
    a.kind.batch_size = 1;
    a.start = "2022-01-01";
    model::Node b = test::node("db.b", KindName::incremental_by_time_range, {"db.a"});
    b.kind.batch_size = 1;
    b.start = "2022-01-01";
    world.add(a);
    world.add(b);
    world.now = at("2024-01-01");
    std::size_t edges = 0;
    for (const Stage& stage : world.stages(world.plan("prod")))
        for (const TaskSpec& task : stage.tasks) edges += task.depends_on.size();
    EXPECT_LT(edges, 5'000U);
}

TEST(Tasks, SeedsAuditsAndEmbeddedParents) {
    World world;
    model::Node seed = test::node("db.s", KindName::seed);
    seed.source_type = model::SourceType::seed;
    seed.query.clear();
    seed.kind.batch_size = 1000;
    world.add(seed);
    world.add(test::node("db.e", KindName::embedded, {"db.s"}));
    world.add(test::node("db.f", KindName::full, {"db.e"}));
    model::Node audit = test::node("check", KindName::view, {"db.f"});
    audit.source_type = model::SourceType::audit;
    audit.fqn = "check";
    world.add(audit);
    model::Node external = with_audit(test::node("raw.x", KindName::external));
    external.source_type = model::SourceType::external;
    external.query.clear();
    world.add(external);
    world.now = at("2024-01-07");
    const auto stages = world.stages(world.plan("prod"));
    const Stage& backfill = stage_of(stages, StageKind::backfill);
    EXPECT_EQ(task_of(backfill, "backfill:db.s:0").kind, TaskKind::evaluate);
    EXPECT_EQ(task_of(backfill, "backfill:check:0").kind, TaskKind::audit);
    EXPECT_EQ(task_of(backfill, "backfill:raw.x:0").kind, TaskKind::audit);
    const TaskSpec& full = task_of(backfill, "backfill:db.f:0");
    EXPECT_EQ(full.depends_on, Keys{"backfill:db.s:0"});
    ASSERT_EQ(full.parents.size(), 2U) << "the embedded model and what it reads";
    EXPECT_EQ(stage_of(stages, StageKind::create_views).tasks.size(), 2U);
}

TEST(StageOrder, FirstProdPlan) {
    World world = reference_dag();
    world.project.environment_statements = {{"", {"SELECT 1"}, {"SELECT 2"}, {}, "duckdb"}};
    const auto stages = world.stages(world.plan("prod"));
    EXPECT_EQ(kinds(stages),
              "before_all create_snapshot_records create_schemas backfill environment_record_update unpause "
              "create_views "
              "finalize after_all");
    Keys schemas;
    for (const TaskSpec& task : stage_of(stages, StageKind::create_schemas).tasks) schemas.push_back(task.key);
    EXPECT_EQ(schemas, (Keys{"schema:memory.db", "schema:memory.sqlmesh__db"}));
    const TaskSpec& view = task_of(stage_of(stages, StageKind::create_views), "view:db.a");
    EXPECT_EQ(view.view_catalog + "." + view.view_schema + "." + view.view_name, "memory.db.a");
}

TEST(StageOrder, VirtualUpdateAndRemoval) {
    World world = reference_dag();
    world.apply("prod");
    world.project.nodes.erase(fqn("db.d"));
    world.project.nodes.at(fqn("db.c")).description = "new";
    const auto stages = world.stages(world.plan("prod"));
    EXPECT_EQ(kinds(stages),
              "create_snapshot_records create_schemas environment_record_update migrate_schemas unpause "
              "create_views "
              "drop_views finalize");
    EXPECT_EQ(stage_of(stages, StageKind::create_views).tasks.size(), 1U) << "only what changed";
    EXPECT_EQ(stage_of(stages, StageKind::drop_views).tasks[0].view_name, "d");
}

TEST(StageOrder, ForwardOnlyLoadsAfterPromotion) {
    World world;
    world.add(test::node("db.i", KindName::incremental_by_time_range));
    world.now = at("2024-01-09");
    world.apply("prod");
    world.project.nodes.at(fqn("db.i")).query = "SELECT 2 AS x";
    PlanOptions options;
    options.forward_only = true;
    options.effective_from = "2024-01-05";
    const Plan plan = world.plan("prod", options);
    auto snapshots = plan_snapshots(plan, {});
    const auto stages = plan_stages(plan, snapshots, world.environments.at("prod"), {});
    ASSERT_TRUE(stages);
    EXPECT_EQ(kinds(*stages),
              "create_snapshot_records create_schemas environment_record_update migrate_schemas unpause "
              "backfill create_views "
              "finalize");
    const TaskSpec& load = stage_of(*stages, StageKind::backfill).tasks.at(0);
    EXPECT_TRUE(load.snapshot->deployable);
    EXPECT_FALSE(load.create_table);

    const Plan dev = world.plan("dev", options);
    const auto preview = world.stages(dev);
    EXPECT_EQ(kinds(preview),
              "create_snapshot_records create_schemas backfill environment_record_update create_views finalize");
    const Stage& backfill = stage_of(preview, StageKind::backfill);
    EXPECT_FALSE(task_of(backfill, "backfill:db.i:0").snapshot->deployable);
    EXPECT_EQ(task_of(backfill, "create:db.i").kind, TaskKind::create_table);
}

TEST(StageOrder, ALaterBackfillMakesItsOwnTables) {
    World world;
    world.add(test::node("db.s", KindName::seed));
    model::Node kept = test::node("db.i", KindName::incremental_by_unique_key, {"db.s"});
    kept.kind.forward_only = true;
    world.add(kept);
    world.add(test::node("db.f", KindName::full, {"db.i"}));
    world.now = at("2024-01-09");
    Keys keys;
    for (const Stage& stage : world.stages(world.plan("prod")))
        for (const TaskSpec& task : stage.tasks)
            if (stage.kind == StageKind::backfill) keys.push_back(task.key);
    EXPECT_EQ(keys, (Keys{"backfill:db.s:0", "backfill:db.i:0", "backfill:db.f:0"}));
}

TEST(StageOrder, RestatementAndSkippedBackfill) {
    World world = reference_dag();
    PlanOptions options;
    options.skip_backfill = true;
    EXPECT_EQ(kinds(world.stages(world.plan("prod", options))),
              "create_snapshot_records create_schemas create_tables environment_record_update unpause "
              "create_views finalize");
    world.apply("prod");
    PlanOptions restate;
    restate.restate_models = {"db.a+"};
    const auto stages = world.stages(world.plan("prod", restate));
    EXPECT_EQ(kinds(stages), "create_schemas backfill restatement environment_record_update finalize");
    EXPECT_TRUE(task_of(stage_of(stages, StageKind::backfill), "backfill:db.a:0").is_restatement);
}

TEST(Run, LoadsWhatIsDue) {
    World world = reference_dag();
    world.apply("prod");
    RunRequest request;
    request.environment = world.environments.at("prod");
    request.statements = {{"", {"SELECT 1"}, {}, {}, "duckdb"}};
    request.execution_ts = at("2024-01-07 10:00");
    EXPECT_TRUE(run_stages(request, world.hydrated())->empty());
    request.execution_ts = at("2024-01-08 00:00");
    const auto stages = run_stages(request, world.hydrated());
    EXPECT_EQ(kinds(*stages), "before_all backfill");
    EXPECT_EQ(stage_of(*stages, StageKind::backfill).tasks.size(), 4U);
    request.paused_models = {fqn("db.c")};
    EXPECT_EQ(stage_of(*run_stages(request, world.hydrated()), StageKind::backfill).tasks.size(), 2U);
    request.select_models = {fqn("db.a")};
    EXPECT_EQ(stage_of(*run_stages(request, world.hydrated()), StageKind::backfill).tasks.size(), 1U);
    EXPECT_EQ(next_run_at(world.stored, at("2024-01-07 10:00")), at("2024-01-08"));
    EXPECT_FALSE(next_run_at({}, 0));
}

/// Whatever is changed: when everything a plan asks for was done, planning again finds nothing to do.
TEST(Property, ApplyingLeavesNothing) {
    std::uint64_t seed = 11;
    const auto next = [&seed](std::uint64_t below) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::size_t>((seed >> 33U) % below);
    };
    constexpr KindName kKinds[] = {KindName::full, KindName::view, KindName::incremental_by_time_range,
                                   KindName::incremental_by_partition};
    for (int round = 0; round < 12; ++round) {
        World world;
        world.now = at("2024-01-09 03:00");
        for (std::size_t i = 0; i < 8; ++i) {
            std::vector<std::string> parents;
            for (std::size_t p = 0; p < i; ++p)
                if (next(3) == 0) parents.push_back("db.m" + std::to_string(p));
            world.add(test::node("db.m" + std::to_string(i), kKinds[next(4)], parents));
        }
        for (int step = 0; step < 6; ++step) {
            const std::string environment = step == 0 || next(2) ? "prod" : "dev";
            if (step > 0) {
                model::Node& node = world.project.nodes.at(fqn("db.m" + std::to_string(next(8))));
                const std::size_t what = next(3);
                if (what == 0) node.query += " -- " + std::to_string(step);
                if (what == 1) node.query = "SELECT " + std::to_string(step) + " AS x";
                if (what == 2) node.query = replace_all(node.query, " AS x", " AS x, 1 AS y" + std::to_string(step));
            }
            PlanOptions options;
            options.forward_only = step > 0 && next(4) == 0;
            options.include_unmodified = true;
            // Without it previews shorten what dev loads, and a dev plan without them asks for the rest.
            if (environment == "dev") options.start = "2024-01-01";
            world.apply(environment, options);
            const Plan again = world.plan(environment, options);
            if (environment == "dev" && !again.restatements.empty()) continue;  // previews are loaded each time
            EXPECT_FALSE(again.has_changes) << round << "." << step;
            const auto missing = missing_intervals(again, world.hydrated());
            EXPECT_TRUE(missing->empty()) << round << "." << step << " " << environment;
        }
    }
}

TEST(Labels, AreTheTagsForExecutors) {
    model::Node node;
    node.tags = {"finance", "executor:size=large", "executor:", "executor:eu", "executor:eu", "Executor:no"};
    EXPECT_EQ(executor_labels(node), (std::vector<std::string>{"eu", "size=large"}));
    node.tags.clear();
    EXPECT_TRUE(executor_labels(node).empty());
}

TEST(RecordsInterval, OnlyWhatIsLoadedThen) {
    TaskSpec task;
    task.key = "backfill:a:0";
    task.interval = {0, 1};
    EXPECT_FALSE(records_interval(task)) << "no snapshot";
    task.snapshot = SnapshotUse{};
    EXPECT_TRUE(records_interval(task));
    task.kind = TaskKind::audit;
    EXPECT_TRUE(records_interval(task)) << "a standalone audit is done for its interval";
    task.key = "audit:a";
    EXPECT_FALSE(records_interval(task)) << "looked at again";
    task.kind = TaskKind::create_view;
    EXPECT_FALSE(records_interval(task));
}

TEST(Stages, ChangedAuditsLookAgainAtEachBatch) {
    World world;
    model::Node a = test::node("db.a", KindName::incremental_by_time_range);
    a.kind.batch_size = 3;
    world.add(a);
    world.now = at("2024-01-07");
    world.apply("prod");
    world.add(with_audit(a));
    const auto stages = world.stages(world.plan("prod"));
    const Stage& again = stage_of(stages, StageKind::audit_only);
    EXPECT_EQ(again.tasks.size(), 2U);
    EXPECT_EQ(task_of(again, "audit:db.a:1").interval, test::days("2024-01-04", "2024-01-07"));
}

TEST(Stages, ProdThatIsNotFinalisedIsShownAnewAsAWhole) {
    World world;
    const model::Node a = test::node("db.a", KindName::full);
    world.add(a);
    world.add(test::node("db.b", KindName::full));
    world.now = at("2024-01-07");
    world.apply("prod");
    world.add(with_audit(a));
    EXPECT_EQ(world.plan("prod").unpaused.size(), 1U);
    world.environments.at("prod").finalized_ts.reset();
    const Plan plan = world.plan("prod");
    EXPECT_EQ(plan.unpaused.size(), 2U);
    EXPECT_EQ(stage_of(world.stages(plan), StageKind::create_views).tasks.size(), 2U);
}

TEST(Stages, WhatASelectionTakesOfTheEnvironmentMayBeAltered) {
    World world;
    const model::Node a = test::node("db.a", KindName::full);
    world.add(a);
    world.add(test::node("db.b", KindName::full));
    world.now = at("2024-01-07");
    world.apply("prod");
    for (auto& [id, s] : world.stored) s.unrestorable = id.name == fqn("db.a");
    PlanOptions options;
    options.select_models = {"db.b"};
    const Plan plan = world.plan("prod", options);
    ASSERT_EQ(plan.new_snapshots.size(), 1U);
    EXPECT_TRUE(plan.new_snapshots.front().node.stamp->starts_with("revert to "));
}

TEST(Stages, ASelectionWithNothingToLoadMakesNoTablesIfOthersHave) {
    World world;
    model::Node old = test::node("db.old", KindName::incremental_unmanaged);
    old.kind.forward_only = true;
    old.end = "2024-01-03";
    world.add(old);
    world.add(test::node("db.b", KindName::full));
    world.now = at("2024-01-07");
    world.apply("prod");
    PlanOptions options;
    options.select_models = {"db.old"};
    options.run = true;
    EXPECT_EQ(stage_of(world.stages(world.plan("dev", options)), StageKind::create_tables).tasks.size(), 1U);
    world.now = at("2024-01-08");
    EXPECT_EQ(kinds(world.stages(world.plan("dev", options))),
              "create_schemas environment_record_update create_views finalize");
}

}  // namespace
}  // namespace towline::plan
