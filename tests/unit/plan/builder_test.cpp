#include <gtest/gtest.h>

#include <algorithm>

#include "plan/plan.h"
#include "plan/stages.h"
#include "support/plan_world.h"

namespace towline::plan {
namespace {
using model::ChangeCategory;
using model::KindName;
using test::at;
using test::fqn;
using test::World;

/// A ← B ← C, all FULL, in prod since January 7.
World chain() {
    World world;
    world.add(test::node("db.a", KindName::full));
    world.add(test::node("db.b", KindName::full, {"db.a"}));
    world.add(test::node("db.c", KindName::full, {"db.b"}));
    world.now = at("2024-01-07 00:10");
    world.apply("prod");
    return world;
}

const Snapshot& of(const World& world, const Plan& plan, const std::string& name) {
    static std::map<SnapshotId, Snapshot> all;
    all = plan_snapshots(plan, world.stored);
    for (const auto& [id, snapshot] : all)
        if (id.name == fqn(name)) return snapshot;
    ADD_FAILURE() << "no " << name;
    return all.begin()->second;
}

TEST(FirstPlan, BuildsEverythingThenNothing) {
    World world;
    world.add(test::node("db.a", KindName::full));
    world.add(test::node("db.b", KindName::incremental_by_time_range, {"db.a"}));
    world.now = at("2024-01-07 00:10");
    const Plan plan = world.plan("prod");
    EXPECT_TRUE(plan.has_changes && plan.is_new_environment);
    EXPECT_EQ(plan.new_snapshots.size(), 2U);
    for (const Snapshot& s : plan.new_snapshots) {
        EXPECT_EQ(s.change_category, ChangeCategory::breaking);
        EXPECT_EQ(s.version, s.fingerprint.to_version());
    }
    EXPECT_EQ(missing_intervals(plan, plan_snapshots(plan, {}))->at(fqn("db.b")),
              Intervals{test::days("2024-01-01", "2024-01-07")});
    world.apply("prod");
    const Plan again = world.plan("prod");
    EXPECT_FALSE(again.has_changes);
    EXPECT_TRUE(again.new_snapshots.empty());
    EXPECT_TRUE(is_noop(again, *missing_intervals(again, world.stored), world.environments.at("prod")));
}

struct CategoryCase {
    const char* what;
    std::function<void(model::Node&)> edit;
    ChangeCategory a, b;
    bool forward_only;
    bool a_new_version, b_new_version;
};

TEST(Categories, FollowTheKindOfChange) {
    const CategoryCase cases[] = {
        {"filter", [](auto& n) { n.query = "SELECT 1 AS x WHERE FALSE"; }, ChangeCategory::breaking,
         ChangeCategory::indirect_breaking, false, true, true},
        {"column added", [](auto& n) { n.query = "SELECT 1 AS x, 2 AS y"; }, ChangeCategory::non_breaking,
         ChangeCategory::indirect_non_breaking, false, true, false},
        {"comment", [](auto& n) { n.query = "SELECT 1 AS x /* c */"; }, ChangeCategory::metadata,
         ChangeCategory::metadata, false, false, false},
        {"description", [](auto& n) { n.description = "d"; }, ChangeCategory::metadata, ChangeCategory::metadata, false,
         false, false},
        {"forward only", [](auto& n) { n.query = "SELECT 1 AS x WHERE FALSE"; }, ChangeCategory::breaking,
         ChangeCategory::indirect_breaking, true, false, false},
        {"unknown columns",
         [](auto& n) {
             n.query = "SELECT 1 AS x, 2 AS y";
             n.columns_to_types.reset();
         },
         ChangeCategory::breaking, ChangeCategory::indirect_breaking, false, true, true},
        {"kind", [](auto& n) { n.kind.name = KindName::view; }, ChangeCategory::breaking,
         ChangeCategory::indirect_breaking, false, true, true},
    };
    for (const CategoryCase& c : cases) {
        World world = chain();
        const Snapshot a = of(world, world.plan("prod"), "db.a");
        const Snapshot b = of(world, world.plan("prod"), "db.b");
        c.edit(world.project.nodes.at(fqn("db.a")));
        PlanOptions options;
        options.forward_only = c.forward_only;
        const Plan plan = world.plan("dev", options);
        const Snapshot new_a = of(world, plan, "db.a");
        const Snapshot new_b = of(world, plan, "db.b");
        EXPECT_EQ(new_a.change_category, c.a) << c.what;
        EXPECT_EQ(new_a.version != a.version, c.a_new_version) << c.what;
        EXPECT_EQ(new_a.forward_only, c.forward_only) << c.what;
        if (new_b.id() == b.id()) continue;
        EXPECT_EQ(new_b.change_category, c.b) << c.what;
        EXPECT_EQ(new_b.version != b.version, c.b_new_version) << c.what;
    }
}

TEST(Categories, AStarChangesWithWhatItReads) {
    struct Case {
        const char* what;
        model::Columns columns;
        ChangeCategory category;
    };
    const Case cases[] = {
        {"added", {{"x", "INT"}, {"z", "INT"}, {"y", "INT"}}, ChangeCategory::non_breaking},
        {"dropped", {{"x", "INT"}}, ChangeCategory::breaking},
        {"only a type", {{"x", "INT"}, {"z", "TEXT"}}, ChangeCategory::indirect_non_breaking},
    };
    const model::Columns first{{"x", "INT"}, {"z", "INT"}};
    for (const Case& c : cases) {
        World world;
        world.add(test::node("db.a", KindName::full));
        world.add(test::node("db.b", KindName::view, {"db.a"}, "WITH s AS (SELECT * FROM db.a) SELECT x FROM s"));
        const auto know = [&](const model::Columns& columns) {
            world.project.nodes.at(fqn("db.a")).columns_to_types = columns;
            world.project.nodes.at(fqn("db.b")).mapping_schema[fqn("db.a")] = columns;
        };
        know(first);
        world.now = at("2024-01-07 00:10");
        world.apply("prod");
        world.project.nodes.at(fqn("db.a")).query = "SELECT 1 AS x, 2 AS z";
        know(c.columns);
        PlanOptions options;
        options.categories[fqn("db.a")] = ChangeCategory::non_breaking;
        EXPECT_EQ(of(world, world.plan("dev", options), "db.b").change_category, c.category) << c.what;
    }
}

TEST(Categories, MetadataOfAParentReachesChildren) {
    World world = chain();
    world.project.nodes.at(fqn("db.a")).query = "SELECT 1 AS x -- c";
    const Plan plan = world.plan("prod");
    EXPECT_EQ(of(world, plan, "db.c").change_category, ChangeCategory::metadata);
    EXPECT_TRUE(missing_intervals(plan, plan_snapshots(plan, world.stored))->empty());
}

TEST(Categories, TheUserDecides) {
    World world = chain();
    world.project.nodes.at(fqn("db.a")).query = "SELECT 2 AS x";
    PlanOptions options;
    options.categories[fqn("db.a")] = ChangeCategory::non_breaking;
    const Plan plan = world.plan("dev", options);
    EXPECT_EQ(of(world, plan, "db.a").change_category, ChangeCategory::non_breaking);
    EXPECT_EQ(of(world, plan, "db.b").change_category, ChangeCategory::indirect_non_breaking);
    options.categories.clear();
    options.no_auto_categorization = true;
    const Plan open = world.plan("dev", options);
    EXPECT_EQ(of(world, open, "db.a").change_category, ChangeCategory::none);
    EXPECT_FALSE(plan_stages(open, plan_snapshots(open, world.stored), {}, {}));
}

TEST(Versions, AreReusedAndRemembered) {
    World world = chain();
    const std::string old_query = world.project.nodes.at(fqn("db.a")).query;
    const Snapshot before = of(world, world.plan("prod"), "db.a");
    world.project.nodes.at(fqn("db.a")).query = "SELECT 2 AS x";
    world.apply("dev");
    world.apply("prod");
    world.project.nodes.at(fqn("db.a")).query = old_query;
    const Plan plan = world.plan("prod");
    EXPECT_TRUE(plan.new_snapshots.empty());
    EXPECT_EQ(of(world, plan, "db.a").version, before.version);
    EXPECT_TRUE(missing_intervals(plan, plan_snapshots(plan, world.stored))->empty());
}

TEST(Versions, ForwardOnlyModelsKeepTheirTable) {
    World world;
    model::Node node = test::node("db.f", KindName::incremental_by_time_range);
    node.kind.forward_only = true;
    world.add(node);
    world.now = at("2024-01-07");
    const Plan first = world.plan("prod");
    EXPECT_NE(first.new_snapshots[0].version, first.new_snapshots[0].fingerprint.to_version());
    world.apply("prod");
    world.project.nodes.at(fqn("db.f")).query = "SELECT 2 AS x";
    const Plan plan = world.plan("dev");
    const Snapshot s = of(world, plan, "db.f");
    EXPECT_TRUE(s.forward_only);
    EXPECT_EQ(s.version, first.new_snapshots[0].version);
    EXPECT_NE(s.dev_version, first.new_snapshots[0].dev_version);
    EXPECT_FALSE(plan.restatements.empty()) << "a preview";
    ASSERT_EQ(s.previous_versions.size(), 1U);
}

TEST(DevPlan, LoadsOnlyWhatChanged) {
    World world = chain();
    world.project.nodes.at(fqn("db.b")).query = "SELECT 2 AS x FROM db.a";
    const Plan plan = world.plan("dev");
    EXPECT_EQ(plan.models_to_backfill->size(), 3U) << "ancestors come along";
    const auto missing = missing_intervals(plan, plan_snapshots(plan, world.stored));
    EXPECT_EQ(missing->size(), 2U);
    EXPECT_FALSE(missing->contains(fqn("db.a")));
    ASSERT_TRUE(plan.environment.promoted_snapshot_ids);
    EXPECT_EQ(plan.environment.promoted_snapshot_ids->size(), 2U);
    EXPECT_TRUE(plan.environment.expiration_ts);
    world.apply("dev");
    const Plan prod = world.plan("prod");
    EXPECT_TRUE(missing_intervals(prod, world.stored)->empty()) << "what dev built is reused";
    EXPECT_EQ(prod.environment.previous_plan_id, world.environments.at("prod").plan_id);
}

TEST(DevPlan, WhatWasLeftOutIsShownOnlyWithIncludeUnmodified) {
    World world = chain();
    world.project.nodes.at(fqn("db.c")).query = "SELECT 2 AS x FROM db.b";
    world.apply("dev");
    const auto noop = [&](const PlanOptions& options) {
        const Plan plan = world.plan("dev", options);
        return is_noop(plan, *missing_intervals(plan, world.stored), world.environments.at("dev"));
    };
    PlanOptions options;
    EXPECT_TRUE(noop(options));
    options.backfill_models = {"db.a"};
    EXPECT_TRUE(noop(options)) << "db.a is loaded";
    options.backfill_models.clear();
    options.include_unmodified = true;
    EXPECT_FALSE(noop(options));
}

TEST(DevPlan, ARestatementThatLoadsNothingDoesNothing) {
    World world = chain();
    world.project.nodes.at(fqn("db.a")).query = "SELECT 2 AS x";
    world.apply("dev");
    const auto noop = [&](const PlanOptions& options) {
        const Plan plan = world.plan("dev", options);
        EXPECT_FALSE(plan.restatements.empty());
        return is_noop(plan, *missing_intervals(plan, world.stored), world.environments.at("dev"));
    };
    PlanOptions options;
    options.restate_models = {"db.a"};
    EXPECT_FALSE(noop(options));
    options.skip_backfill = true;
    EXPECT_TRUE(noop(options));
    options.skip_backfill = false;
    options.empty_backfill = true;
    EXPECT_TRUE(noop(options));
}

TEST(DevPlan, NeedsAChange) {
    World world = chain();
    world.project.environment_statements = {{"", {"SELECT 1"}, {}, {}, "duckdb"}};
    EXPECT_TRUE(world.try_plan("dev", {})) << "other statements than those of prod";
    StateView state = world.view("dev");
    state.target_statements = world.project.environment_statements;
    PlanOptions dev;
    dev.environment = "dev";
    EXPECT_FALSE(build_plan(world.project, state, dev)) << "as prod has them";
    world.project.environment_statements.clear();
    auto plan = world.try_plan("dev", {});
    ASSERT_FALSE(plan);
    EXPECT_NE(plan.error().message.find("requires a change"), std::string::npos);
    PlanOptions options;
    options.include_unmodified = true;
    EXPECT_TRUE(world.try_plan("dev", options));
}

/// Until when a plan of dev goes that adds a model to `world`.
std::optional<std::string> end_of_dev(World world, const TableEnds& prod_ends) {
    world.add(test::node("db.d", KindName::incremental_by_time_range, {"db.a"}));
    StateView state = world.view("dev");
    state.prod_ends = prod_ends;
    PlanOptions dev;
    dev.environment = "dev";
    const auto plan = build_plan(world.project, state, dev);
    EXPECT_TRUE(plan) << (plan ? "" : plan.error().message);
    return plan ? plan->end : std::nullopt;
}

// The log knows more than a snapshot's own ranges, which are cut to units of its cron.
TEST(DevPlan, EndsWhereTheDataOfProdWereRecordedToEnd) {
    World world = chain();
    const std::string version = world.environments.at("prod").snapshots.front().version;
    ASSERT_EQ(world.environments.at("prod").snapshots.front().name, fqn("db.a"));
    const auto text = [](const char* moment) { return std::to_string(at(moment)); };
    EXPECT_EQ(end_of_dev(world, {{{fqn("db.a"), version}, at("2024-01-06 12:00")}}), text("2024-01-06 12:00"));
    EXPECT_EQ(end_of_dev(world, {{{fqn("db.a"), version}, at("2024-02-01")}}), text("2024-01-07 00:10"))
        << "not later than now";
    EXPECT_EQ(end_of_dev(world, {{{fqn("db.a"), "other"}, at("2024-01-06")}}), std::nullopt) << "not what prod shows";
    EXPECT_EQ(end_of_dev(world, {{{fqn("db.c"), "other"}, at("2024-01-06")}}), std::nullopt);

    // While a plan of prod is not done, what it showed before may count.
    model::Environment& prod = world.environments.at("prod");
    prod.finalized_ts.reset();
    prod.previous_finalized_snapshots = prod.snapshots;
    prod.previous_finalized_snapshots->front().version = "before";
    const TableEnds ends{{{fqn("db.a"), "before"}, at("2024-01-05")}, {{fqn("db.a"), version}, at("2024-01-06")}};
    EXPECT_EQ(shown_tables(prod).count({fqn("db.a"), "before"}), 1U);
    EXPECT_EQ(end_of_dev(world, ends), text("2024-01-06"));
    world.project.settings.plan.use_finalized_state = true;
    EXPECT_EQ(end_of_dev(world, ends), text("2024-01-05"));
}

// What is to be loaded matches nothing: the selection of changes says it then, if there is one.
TEST(DevPlan, ABackfillOfNothingIsThatOfTheSelection) {
    const World world = chain();
    PlanOptions options;
    options.include_unmodified = true;
    options.backfill_models = {"tag:none"};
    const auto refused = world.try_plan("dev", options);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("did not return any models"), std::string::npos);
    options.select_models = {"db.b"};
    const auto plan = world.try_plan("dev", options);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->models_to_backfill, (std::set<std::string>{fqn("db.a"), fqn("db.b")}));  // with what it reads
}

TEST(BadPlans, AreRefusedWithAReason) {
    World world = chain();
    struct Case {
        const char* part;
        std::function<void(PlanOptions&)> edit;
    };
    const Case cases[] = {
        {"can't be set for a production plan", [](auto& o) { o.start = "2024-01-01"; }},
        {"did not return any models", [](auto& o) { o.select_models = {"nothing.here"}; }},
        {"forward-only plan", [](auto& o) { o.effective_from = "2024-01-05"; }},
        {"git:", [](auto& o) { o.select_models = {"git:main"}; }},
        {"position", [](auto& o) { o.select_models = {"(db.a"}; }},
        {"cannot be in the future",
         [](auto& o) {
             o.restate_models = {"db.a"};
             o.end = "2030-01-01";
         }},
    };
    for (const Case& c : cases) {
        PlanOptions options;
        c.edit(options);
        const auto plan = world.try_plan("prod", options);
        ASSERT_FALSE(plan) << c.part;
        EXPECT_NE(plan.error().message.find(c.part), std::string::npos) << plan.error().message;
    }
    world.project.nodes.erase(fqn("db.a"));
    EXPECT_NE(world.try_plan("prod", {}).error().message.find("broken references"), std::string::npos);
}

TEST(BadPlans, AStartAfterNowIsToldBeforeAnythingIsMade) {
    World world;
    model::Node late = test::node("db.a", KindName::full);
    late.start = "2024-02-01";
    world.add(late);
    world.now = at("2024-01-07 00:10");
    const auto refused = world.try_plan("prod", {});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("can't be greater than end date / time (2024-01-07"), std::string::npos)
        << refused.error().message;
    model::Node early = test::node("db.b", KindName::full);
    early.start = "2024-01-01";
    world.add(early);
    EXPECT_TRUE(world.try_plan("prod", {}));
}

TEST(Restatement, GoesDownstream) {
    World world = chain();
    PlanOptions options;
    options.restate_models = {"db.b"};
    world.project.nodes.at(fqn("db.a")).query = "SELECT 'ignored' AS x";
    const Plan plan = world.plan("prod", options);
    EXPECT_EQ(plan.restatements.size(), 2U);
    EXPECT_TRUE(plan.new_snapshots.empty());
    EXPECT_TRUE(plan.restate_all_snapshots);
    const auto missing = missing_intervals(plan, plan_snapshots(plan, world.stored));
    EXPECT_EQ(missing->size(), 2U);
    EXPECT_TRUE(missing->contains(fqn("db.c")));
}

TEST(Selection, TakesTheRestFromTheEnvironment) {
    World world = chain();
    world.project.nodes.at(fqn("db.a")).query = "SELECT 2 AS x";
    world.project.nodes.at(fqn("db.b")).query = "SELECT 3 AS x FROM db.a";
    PlanOptions options;
    options.select_models = {"db.b"};
    const Plan plan = world.plan("dev", options);
    EXPECT_EQ(plan.directly_modified, std::set<std::string>{fqn("db.b")});
    EXPECT_EQ(plan.new_snapshots.size(), 2U);
}

TEST(EffectiveFrom, CutsWhatIsInherited) {
    World world;
    world.add(test::node("db.i", KindName::incremental_by_time_range));
    world.now = at("2024-01-09");
    world.apply("prod");
    world.project.nodes.at(fqn("db.i")).query = "SELECT 2 AS x";
    PlanOptions options;
    options.forward_only = true;
    options.effective_from = "2024-01-05";
    const Plan plan = world.plan("prod", options);
    EXPECT_EQ(plan.new_snapshots[0].intervals, Intervals{test::days("2024-01-01", "2024-01-05")});
    EXPECT_EQ(missing_intervals(plan, plan_snapshots(plan, world.stored))->at(fqn("db.i")),
              Intervals{test::days("2024-01-05", "2024-01-09")});
    options.effective_from.reset();
    EXPECT_TRUE(
        missing_intervals(world.plan("prod", options), plan_snapshots(world.plan("prod", options), world.stored))
            ->empty());
}

TEST(Differences, CarryReasonAndText) {
    World world = chain();
    world.project.nodes.at(fqn("db.a")).query = "SELECT 2 AS x";
    world.project.nodes.erase(fqn("db.c"));
    const Plan plan = world.plan("dev");
    const auto found = std::find_if(plan.differences.begin(), plan.differences.end(),
                                    [](const Difference& d) { return d.change == Change::directly_modified; });
    ASSERT_NE(found, plan.differences.end());
    EXPECT_NE(found->text_diff.find("-SELECT 1 AS x\n+SELECT 2 AS x"), std::string::npos) << found->text_diff;
    EXPECT_EQ(found->indirect, std::vector<std::string>{fqn("db.b")});
    EXPECT_FALSE(found->reason.empty());
    EXPECT_EQ(plan.removed.size(), 1U);
}

}  // namespace
}  // namespace towline::plan
