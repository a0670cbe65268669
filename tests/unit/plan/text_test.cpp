#include <gtest/gtest.h>

#include "plan/codec.h"
#include "plan/selector.h"
#include "plan/text_diff.h"
#include "support/plan_world.h"

namespace towline::plan {
namespace {
using model::KindName;
using test::at;
using test::fqn;
using test::World;

World shop() {
    World world;
    model::Node items = test::node("sushi.items", KindName::incremental_by_time_range);
    items.tags = {"Raw", "fish"};
    world.add(items);
    world.add(test::node("sushi.orders", KindName::full, {"sushi.items"}));
    world.now = at("2024-01-08");
    return world;
}

TEST(Summary, FirstPlan) {
    const World world = shop();
    const Plan plan = world.plan("prod");
    const auto snapshots = plan_snapshots(plan, {});
    EXPECT_EQ(summary(plan, *missing_intervals(plan, snapshots), snapshots, false),
              "\n`prod` environment will be initialized\n\n"
              "Models:\n"
              "└── Added:\n"
              "    ├── sushi.items\n"
              "    └── sushi.orders\n"
              "Models needing backfill:\n"
              "├── sushi.items: [2024-01-01 - 2024-01-07]\n"
              "└── sushi.orders: [full refresh]\n");
}

TEST(Summary, MetadataOfAParentIsNotAChangeOfAChild) {
    World world = shop();
    world.apply("prod");
    world.project.nodes.at(fqn("sushi.items")).description = "what is sold";
    const Plan plan = world.plan("dev");
    EXPECT_EQ(plan.metadata_updated, std::set<std::string>{fqn("sushi.items")});
    ASSERT_EQ(plan.differences.size(), 1u);
    EXPECT_EQ(plan.differences[0].change, Change::metadata_updated);
}

TEST(Summary, MetadataBesideAnIndirectChangeIsTold) {
    World world = shop();
    world.apply("prod");
    world.project.nodes.at(fqn("sushi.items")).query = "SELECT 2 AS x";
    world.project.nodes.at(fqn("sushi.orders")).description = "what was sold";
    const Plan plan = world.plan("dev");
    const auto snapshots = plan_snapshots(plan, world.hydrated());
    const std::string text = summary(plan, *missing_intervals(plan, snapshots), snapshots, false);
    EXPECT_NE(text.find("└── Indirectly Modified:\n    └── sushi__dev.orders\n"), std::string::npos) << text;
    EXPECT_NE(text.find("+  description 'what was sold'"), std::string::npos) << text;
    EXPECT_NE(text.find("\nMetadata Updated: sushi__dev.orders\n"), std::string::npos) << text;
}

TEST(Summary, ChangeInANewDevEnvironment) {
    World world = shop();
    world.apply("prod");
    world.project.nodes.at(fqn("sushi.items")).query = "SELECT 2 AS x";
    const Plan plan = world.plan("dev");
    const auto snapshots = plan_snapshots(plan, world.hydrated());
    const std::string text = summary(plan, *missing_intervals(plan, snapshots), snapshots, false);
    EXPECT_EQ(text.substr(0, text.find("\n---")),
              "\nNew environment `dev` will be created from `prod`\n\n"
              "\nDifferences from the `prod` environment:\n\n"
              "Models:\n"
              "├── Directly Modified:\n"
              "│   └── sushi__dev.items\n"
              "└── Indirectly Modified:\n"
              "    └── sushi__dev.orders\n");
    EXPECT_NE(text.find("Directly Modified: sushi__dev.items (Breaking)\n"
                        "└── Indirectly Modified Children:\n"
                        "    └── sushi__dev.orders (Indirect Breaking)\n"),
              std::string::npos)
        << text;
    const std::string why = explain(plan, *missing_intervals(plan, snapshots), snapshots);
    EXPECT_EQ(why.substr(0, why.find('\n')), "Explained plan");
    EXPECT_NE(why.find("sushi__dev.items -> memory.sqlmesh__sushi.sushi__items__"), std::string::npos) << why;
    EXPECT_NE(why.find("Fully refresh table"), std::string::npos) << why;
    EXPECT_NE(why.find("more than added columns"), std::string::npos) << why;
}

TEST(Summary, NothingToDo) {
    World world = shop();
    world.apply("prod");
    const Plan plan = world.plan("prod");
    EXPECT_EQ(summary(plan, {}, world.hydrated(), false),
              "\nNo changes to plan: project files match the `prod` environment\n\n");
}

TEST(UnifiedDiff, LooksLikeDiffs) {
    EXPECT_EQ(unified_diff("a\nb\nc", "a\nb\nc"), "");
    EXPECT_EQ(unified_diff("a\nb\nc", "a\nx\nc"), "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
    EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\n6\n7"), "@@ -4,3 +4,4 @@\n 4\n 5\n 6\n+7\n");
    std::string a;
    std::string b;
    for (int i = 0; i < 40; ++i) {
        a += std::to_string(i) + "\n";
        b += (i == 5 || i == 30 ? "x" : std::to_string(i)) + "\n";
    }
    const std::string text = unified_diff(a, b);
    EXPECT_NE(text.find("@@ -3,7 +3,7 @@"), std::string::npos) << text;
    EXPECT_NE(text.find("@@ -28,7 +28,7 @@"), std::string::npos) << text;
}

TEST(Selectors, Grammar) {
    World world = shop();
    world.add(test::node("sushi.top", KindName::view, {"sushi.orders"}));
    struct Case {
        const char* text;
        std::set<std::string> names;
    };
    const Case cases[] = {
        {"sushi.items", {"sushi.items"}},
        {"SUSHI.Items", {"sushi.items"}},
        {"items", {}},
        {"*", {"sushi.items", "sushi.orders", "sushi.top"}},
        {"sushi.o*", {"sushi.orders"}},
        {"+sushi.orders", {"sushi.items", "sushi.orders"}},
        {"sushi.orders+", {"sushi.orders", "sushi.top"}},
        {"+sushi.orders+", {"sushi.items", "sushi.orders", "sushi.top"}},
        {"^sushi.orders", {"sushi.items", "sushi.top"}},
        {"tag:raw", {"sushi.items"}},
        {"tag:f*", {"sushi.items"}},
        {"(sushi.items | sushi.top) & ^tag:raw", {"sushi.top"}},
        {"resource_type:audit", {}},
    };
    for (const Case& c : cases) {
        std::set<std::string> wanted;
        for (const std::string& name : c.names) wanted.insert(fqn(name));
        EXPECT_EQ(*select_models(world.project.nodes, {c.text}), wanted) << c.text;
    }
    for (const char* bad : {"", "a &", "(a", "a)", "resource_type:seed"})
        EXPECT_FALSE(select_models(world.project.nodes, {bad})) << bad;
}

TEST(Codec, PlansStagesAndOptionsRoundTrip) {
    World world = shop();
    world.project.environment_statements = {{"p", {"SELECT 1"}, {}, {}, "duckdb"}};
    world.apply("prod");
    world.project.nodes.at(fqn("sushi.items")).query = "SELECT 2 AS x";
    PlanOptions options;
    options.min_intervals = 2;
    options.enable_preview = false;
    options.start = "2024-01-03";
    options.categories[fqn("sushi.items")] = model::ChangeCategory::non_breaking;
    const Plan plan = world.plan("dev", options);
    const auto same = [](const std::string& text, auto read) {
        auto document = json::Document::parse(text);
        ASSERT_TRUE(document);
        auto value = read(document->root());
        ASSERT_TRUE(value) << value.error().message;
        EXPECT_EQ(to_json(*value), text);
    };
    same(to_json(options), plan_options_from_json);
    same(to_json(plan), plan_from_json);
    for (const Stage& stage : world.stages(plan)) {
        same(to_json(stage), stage_from_json);
        for (const TaskSpec& task : stage.tasks) same(to_json(task), task_spec_from_json);
    }
    auto document = json::Document::parse(R"({"key":"k","kind":"dance"})");
    EXPECT_FALSE(task_spec_from_json(document->root()));
}

}  // namespace
}  // namespace towline::plan
