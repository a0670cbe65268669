#include <gtest/gtest.h>

#include "project/graph.h"
#include "project/pattern.h"
#include "unit/project/sample.h"

namespace towline::project {
namespace {

using model::Kind;
using model::KindName;

const char* kQuery =
    ";\nSELECT CAST('2024-01-01' AS DATE) AS ds, CAST(1 AS INT) AS id, CAST('2024-01-01' AS TIMESTAMP) AS "
    "updated_at";

struct KindCase {
    const char* name;
    const char* kind;
    void (*check)(const Kind&);
};

class Kinds : public testing::TestWithParam<KindCase> {};

TEST_P(Kinds, AreReadWithTheirProperties) {
    const std::string text = std::string("MODEL (name db.c, partitioned_by id, kind ") + GetParam().kind + ")" + kQuery;
    const bool stored = std::string(GetParam().name) != "View" && std::string(GetParam().name) != "Embedded";
    const std::string plain = std::string("MODEL (name db.c, kind ") + GetParam().kind + ")" + kQuery;
    const auto outcome = sample::load(sample::with("models/c.sql", stored ? text : plain));
    ASSERT_TRUE(outcome.faults.empty()) << outcome.text;
    GetParam().check(outcome.project.nodes.at(R"("shop"."db"."c")").kind);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Kinds,
    testing::Values(
        KindCase{"Full", "full", [](const Kind& k) { EXPECT_EQ(k.name, KindName::full); }},
        KindCase{"View", "VIEW (materialized false)", [](const Kind& k) { EXPECT_FALSE(k.materialized); }},
        KindCase{"Embedded", "EMBEDDED", [](const Kind& k) { EXPECT_EQ(k.name, KindName::embedded); }},
        KindCase{"Time",
                 "INCREMENTAL_BY_TIME_RANGE (time_column (DS, '%Y%m%d'), batch_size 3, lookback 2, "
                 "on_destructive_change warn)",
                 [](const Kind& k) {
                     EXPECT_EQ(k.time_column, (model::TimeColumn{"\"ds\"", "%Y%m%d"}));
                     EXPECT_EQ(k.batch_size, 3);
                     EXPECT_EQ(k.lookback, 2);
                     EXPECT_EQ(k.on_destructive_change, "WARN");
                     EXPECT_EQ(k.dialect, "duckdb");
                 }},
        KindCase{"Key", "INCREMENTAL_BY_UNIQUE_KEY (unique_key (id, COALESCE(ds, NULL)))",
                 [](const Kind& k) {
                     EXPECT_EQ(k.unique_key, (std::vector<std::string>{"\"id\"", "COALESCE(\"ds\", NULL)"}));
                     EXPECT_EQ(k.batch_concurrency, 1);
                 }},
        KindCase{"MergeFilter",
                 "INCREMENTAL_BY_UNIQUE_KEY (unique_key id, merge_filter source.id > 0 AND Target.ID < 9)",
                 [](const Kind& k) {
                     EXPECT_EQ(k.merge_filter, R"("__MERGE_SOURCE__"."id" > 0 AND "__MERGE_TARGET__"."id" < 9)");
                 }},
        KindCase{"WhenMatched",
                 "INCREMENTAL_BY_UNIQUE_KEY (unique_key id, when_matched (WHEN MATCHED THEN UPDATE SET "
                 "target.id = source.id))",
                 [](const Kind& k) {
                     EXPECT_EQ(*k.when_matched, R"((WHEN MATCHED THEN UPDATE SET "__MERGE_TARGET__"."id" = )"
                                                R"("__MERGE_SOURCE__"."id"))");
                 }},
        KindCase{"Partition", "INCREMENTAL_BY_PARTITION", [](const Kind& k) { EXPECT_TRUE(k.forward_only); }},
        KindCase{"Unmanaged", "INCREMENTAL_UNMANAGED (insert_overwrite true)",
                 [](const Kind& k) { EXPECT_TRUE(k.insert_overwrite && k.forward_only && k.disable_restatement); }},
        KindCase{"ScdTime", "SCD_TYPE_2_BY_TIME (unique_key id, valid_from_name since)",
                 [](const Kind& k) {
                     EXPECT_EQ(k.valid_from_name, "\"since\"");
                     EXPECT_EQ(k.valid_to_name, "\"valid_to\"");
                     EXPECT_EQ(k.updated_at_name, "\"updated_at\"");
                     EXPECT_EQ(k.time_data_type, "TIMESTAMP");
                 }},
        KindCase{"ScdAlias", "SCD_TYPE_2 (unique_key id)",
                 [](const Kind& k) { EXPECT_EQ(k.name, KindName::scd_type_2); }},
        KindCase{"ScdColumn", "SCD_TYPE_2_BY_COLUMN (unique_key id, columns *)",
                 [](const Kind& k) {
                     EXPECT_EQ(k.scd_columns, std::vector<std::string>{"*"});
                     EXPECT_FALSE(k.updated_at_name);
                 }}),
    [](const auto& instance) { return std::string(instance.param.name); });

const model::Node& node_of(const sample::Outcome& outcome, const std::string& name) {
    return outcome.project.nodes.at("\"shop\".\"db\".\"" + name + "\"");
}

TEST(Model, DefaultsAreLaidUnderTheModel) {
    auto files = sample::with("models/c.sql",
                              "MODEL (name db.c, kind FULL, audits (at_least_one(column := x)), "
                              "physical_properties (a = 1));\nSELECT 1 AS x");
    files["config.yaml"] = std::string(sample::kConfig) + "";
    files["config.yaml"].replace(files["config.yaml"].find("  start:"), 0,
                                 "  cron: '@hourly'\n  owner: us\n  audits: ['number_of_rows(threshold := 0)']\n"
                                 "  physical_properties: {a: 2, b: two}\n  kind: full\n");
    const auto outcome = sample::load(files);
    ASSERT_TRUE(outcome.faults.empty()) << outcome.text;
    const model::Node& c = node_of(outcome, "c");
    EXPECT_EQ(c.cron, "@hourly");
    EXPECT_EQ(c.interval_unit, "hour");
    EXPECT_EQ(c.start, "2024-01-01");
    EXPECT_EQ(c.audits[0].name, "number_of_rows");
    EXPECT_EQ(c.physical_properties, (model::Properties{{"a", "1"}, {"b", "'two'"}}));
    EXPECT_EQ(node_of(outcome, "b").kind.name, KindName::view);
}

TEST(Model, DependenciesVariablesAndColumns) {
    const auto outcome = sample::load(sample::files());
    ASSERT_TRUE(outcome.faults.empty()) << outcome.text;
    const model::Node& b = node_of(outcome, "b");
    EXPECT_EQ(b.depends_on, std::vector<std::string>{R"("shop"."db"."a")"});
    EXPECT_EQ(b.columns_to_types, (model::Columns{{"id", "INT"}, {"word", "TEXT"}}));
    ASSERT_EQ(b.variables.size(), 1u);
    EXPECT_EQ(b.variables[0].first, "limit_of");
    EXPECT_EQ(b.physical_schema, "sqlmesh__db");
}

TEST(Model, BlueprintsMakeOneModelEach) {
    const auto outcome = sample::load(sample::with("models/c.sql",
                                                   "MODEL (name db.@{word}, kind FULL, blueprints ((word := "
                                                   "one, n := 1), (word := two, n := 2)));\nSELECT @n AS x"));
    ASSERT_TRUE(outcome.faults.empty()) << outcome.text;
    EXPECT_EQ(node_of(outcome, "one").blueprint_variables, (model::Variables{{"n", model::Value::of_sql("1")}}));
    EXPECT_EQ(node_of(outcome, "two").name, "db.two");
}

TEST(Model, StatementsAreSorted) {
    const auto outcome = sample::load(
        sample::with("models/c.sql",
                     "-- About c\nMODEL (name db.c, kind FULL);\nSET x = 1;\n@DEF(k, 2);\nSELECT @k AS x;\nSET y = 1;\n"
                     "ON_VIRTUAL_UPDATE_BEGIN;\nSET z = 1;\nON_VIRTUAL_UPDATE_END;"));
    ASSERT_TRUE(outcome.faults.empty()) << outcome.text;
    const model::Node& c = node_of(outcome, "c");
    EXPECT_EQ(c.description, "About c");
    EXPECT_EQ(c.pre_statements, (std::vector<std::string>{"SET x = 1", "@DEF(k, 2)"}));
    EXPECT_EQ(c.post_statements, std::vector<std::string>{"SET y = 1"});
    EXPECT_EQ(c.on_virtual_update, std::vector<std::string>{"SET z = 1"});
    EXPECT_EQ(c.query, "SELECT @k AS x");
}

TEST(Model, DisabledIgnoredAndEmptyFilesAreLeftOut) {
    auto files = sample::with("models/c.sql", "MODEL (name db.c, enabled false);\nSELECT 1 AS x");
    files["models/.ipynb_checkpoints/d.sql"] = "broken";
    files["models/e.sql"] = "";
    files["models/__init__.py"] = "";
    files["macros/__init__.py"] = "";
    files["macros/m.py"] = "def unused(): pass";
    const auto outcome = sample::load(files);
    EXPECT_TRUE(outcome.faults.empty()) << outcome.text;
    EXPECT_EQ(outcome.project.nodes.size(), 2u);
}

TEST(Model, ExternalModelsOfTheGateway) {
    const auto outcome =
        sample::load(sample::with("external_models.yaml",
                                  "- name: raw.orders\n  columns: {id: INT, total: 'DECIMAL(10, 2)'}\n  "
                                  "audits:\n    - name: not_null\n      columns: '(id)'\n"
                                  "- name: raw.other\n  gateway: elsewhere\n"));
    ASSERT_TRUE(outcome.faults.empty()) << outcome.text;
    const model::Node& node = outcome.project.nodes.at(R"("shop"."raw"."orders")");
    EXPECT_EQ(node.columns_to_types, (model::Columns{{"id", "INT"}, {"total", "DECIMAL(10, 2)"}}));
    EXPECT_EQ(node.audits, (std::vector<model::Call>{{"not_null", {{"columns", "(id)"}}}}));
    EXPECT_EQ(outcome.project.nodes.size(), 3u);
}

TEST(Graph, FindsCyclesAndOrders) {
    using Cycles = std::vector<std::vector<std::string>>;
    EXPECT_EQ(find_cycles({{"a", {"b"}}, {"b", {"c"}}, {"c", {"b"}}}), (Cycles{{"b", "c", "b"}}));
    EXPECT_TRUE(find_cycles({{"a", {"b", "x"}}, {"b", {}}}).empty());
    // What reads a cycle is in none, and what a cycle reads may be in another.
    EXPECT_EQ(find_cycles({{"a", {"b", "d"}}, {"b", {"c"}}, {"c", {"b", "d"}}, {"d", {"e"}}, {"e", {"a", "d"}}}),
              (Cycles{{"b", "c", "b"}, {"a", "d", "e", "a"}}));
    EXPECT_EQ(generations({{"a", {"b", "d"}}, {"b", {"c", "out"}}, {"c", {}}, {"d", {}}}),
              (std::vector<std::vector<std::string>>{{"c", "d"}, {"b"}, {"a"}}));
}

TEST(Pattern, PathsMatchFromTheRight) {
    EXPECT_TRUE(path_matches("models/.ipynb_checkpoints/a.sql", ".ipynb_checkpoints/*"));
    EXPECT_TRUE(path_matches("models/a.sql", "*.sql"));
    EXPECT_FALSE(path_matches("models/a.sql", "models"));
    EXPECT_TRUE(path_matches("models/x/y/a.sql", "models/**/a.sql"));
    EXPECT_TRUE(matches_at_start("^d", "db").value());
    EXPECT_FALSE(matches_at_start("b", "db").value());
    EXPECT_TRUE(matches_at_start("(?i)X", "x").value());
    EXPECT_TRUE(path_matches("models/a.sql", "./models/a.sql"));
}

}  // namespace
}  // namespace towline::project
