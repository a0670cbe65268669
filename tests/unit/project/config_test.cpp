#include "project/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "project/config_template.h"
#include "project/file_system.h"
#include "support/temporary_folder.h"
#include "unit/project/sample.h"

namespace towline::project {
namespace {

using Environment = std::map<std::string, std::string>;

struct LayerCase {
    const char* name;
    const char* config;
    Environment environment;
    const char* gateway;  ///< selected; "!" = faults
    const char* type = "duckdb";
    const char* catalog = "";
};

class Layers : public testing::TestWithParam<LayerCase> {};

TEST_P(Layers, SelectGatewayTypeAndCatalog) {
    const LayerCase& c = GetParam();
    const auto outcome =
        sample::load({{"config.yaml", c.config},
                      {"home/config.yaml", "gateways:\n  mine:\n    connection: {type: duckdb, database: mine.db}\n"}},
                     c.environment);
    if (std::string(c.gateway) == "!") {
        EXPECT_FALSE(outcome.faults.empty());
        return;
    }
    ASSERT_TRUE(outcome.faults.empty()) << outcome.text;
    EXPECT_EQ(outcome.project.settings.default_gateway, c.gateway);
    for (const Gateway& gateway : outcome.project.settings.gateways) {
        if (gateway.name != c.gateway) continue;
        EXPECT_EQ(gateway.type, c.type);
        EXPECT_EQ(gateway.default_catalog.value_or("-"), c.catalog);
    }
}

#define DEFAULTS "model_defaults: {dialect: duckdb}\n"
#define PROD "gateways: {prod: {connection: {type: duckdb, database: x.db}}}\n" DEFAULTS

INSTANTIATE_TEST_SUITE_P(
    Rules, Layers,
    testing::Values(
        LayerCase{"FirstGateway",
                  "gateways: {b: {connection: {type: duckdb, database: one.db}}, a: {connection: {type: "
                  "duckdb}}}\n" DEFAULTS,
                  {},
                  "b",
                  "duckdb",
                  "one"},
        LayerCase{"DefaultGateway",
                  "default_gateway: A\ngateways: {b: {connection: {type: duckdb}}, a: {connection: {type: "
                  "duckdb}}}\n" DEFAULTS,
                  {},
                  "a",
                  "duckdb",
                  "memory"},
        LayerCase{"SingleGateway",
                  "gateways: {connection: {type: duckdb, database: 'd/one.two.db'}}\n" DEFAULTS,
                  {},
                  "",
                  "duckdb",
                  "one.two"},
        LayerCase{"Catalogs",
                  "gateways: {a: {connection: {type: duckdb, catalogs: {first: x.db, second: y.db}}}}\n" DEFAULTS,
                  {},
                  "a",
                  "duckdb",
                  "first"},
        LayerCase{"EnvironmentMerges",
                  PROD,
                  {{"SQLMESH__GATEWAYS__PROD__CONNECTION__DATABASE", "y.db"}},
                  "prod",
                  "duckdb",
                  "y"},
        LayerCase{"EnvironmentCreates",
                  DEFAULTS,
                  {{"SQLMESH__GATEWAYS__A__CONNECTION__TYPE", "duckdb"}},
                  "a",
                  "duckdb",
                  "memory"},
        LayerCase{"EnvironmentReplacesOtherCase",
                  "gateways: {Prod: {connection: {type: duckdb, database: x.db}}}\n" DEFAULTS,
                  {{"SQLMESH__GATEWAYS__PROD__CONNECTION__DATABASE", "y.db"}},
                  "!"},
        LayerCase{"DefaultGatewayByEnvironment",
                  "gateways: {a: {connection: {type: duckdb}}, prod: {connection: {type: mysql}}}\n" DEFAULTS,
                  {{"SQLMESH__DEFAULT_GATEWAY", "PROD"}},
                  "prod",
                  "mysql",
                  "-"},
        LayerCase{"GatewayVariable",
                  "gateways: {a: {connection: {type: duckdb}}, prod: {connection: {type: duckdb, database: "
                  "p}}}\n" DEFAULTS,
                  {{"SQLMESH_GATEWAY", "prod"}},
                  "prod",
                  "duckdb",
                  "p"},
        LayerCase{"PersonalOverProject",
                  "default_gateway: mine\n" DEFAULTS,
                  {{"SQLMESH_HOME", "home"}},
                  "mine",
                  "duckdb",
                  "mine"},
        LayerCase{"TypeKeepsCase", DEFAULTS, {{"SQLMESH__GATEWAYS__A__CONNECTION__TYPE", "DuckDB"}}, "!"},
        LayerCase{"NoKeyNamed", PROD, {{"SQLMESH__PLAN__", "x"}}, "!"},
        LayerCase{"ThroughAText", PROD, {{"SQLMESH__PLAN", "x"}, {"SQLMESH__PLAN__AUTO_APPLY", "1"}}, "!"},
        LayerCase{"BadBoolean", PROD, {{"SQLMESH__PLAN__AUTO_APPLY", "maybe"}}, "!"},
        LayerCase{"ListFromText", PROD, {{"SQLMESH__BEFORE_ALL", "[x]"}}, "!"},
        LayerCase{"SkippedName", PROD, {{"SQLMESH__AIRFLOW__DISABLE_STATE_MIGRATION", "x"}}, "prod", "duckdb", "x"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(Config, KnownGatewaysFillWhatTheProjectLeavesOut) {
    const KnownGateways known{{"warehouse", "duckdb", "dwh", {}}};
    const sample::Files files{{"config.yaml", DEFAULTS}, {"models/a.sql", "MODEL (name db.a);\nSELECT 1 AS x"}};
    const auto outcome = sample::load(files, {}, known);
    ASSERT_TRUE(outcome.faults.empty()) << outcome.text;
    EXPECT_EQ(outcome.project.settings.default_gateway, "warehouse");
    EXPECT_TRUE(outcome.project.nodes.contains(R"("dwh"."db"."a")"));
    const auto refused = sample::load(files);
    ASSERT_EQ(refused.faults.size(), 1u);
    EXPECT_EQ(refused.faults[0].code, ErrorCode::unavailable);
}

TEST(Config, CredentialsAreNotKept) {
    const auto outcome = sample::load({{"config.yaml",
                                        "gateways: {a: {connection: {type: postgres, host: h, user: u, "
                                        "password: canary, port: 1, database: d}}}\n"
                                        "model_defaults: {dialect: postgres}\n"}});
    ASSERT_TRUE(outcome.faults.empty()) << outcome.text;
    EXPECT_EQ(outcome.project.settings.gateways[0].default_catalog, "d");
}

TEST(Config, YamlIsVersionOnePointTwo) {
    const auto tree = parse_yaml("a: yes\nb: 017\nc: 0o17\nd: ~\ne: 2024-01-31\nf: 1.50\ng: 'true'\nh: True\n", "f");
    ASSERT_TRUE(tree);
    using Type = Yaml::Type;
    const std::pair<Type, std::string> wanted[] = {
        {Type::string, "yes"},      {Type::integer, "17"}, {Type::integer, "15"},  {Type::null, ""},
        {Type::date, "2024-01-31"}, {Type::real, "1.50"},  {Type::string, "true"}, {Type::boolean, "true"}};
    for (std::size_t i = 0; i < std::size(wanted); ++i) {
        EXPECT_EQ(tree->members[i].value.type, wanted[i].first) << i;
        EXPECT_EQ(tree->members[i].value.text, wanted[i].second) << i;
    }
}

TEST(Config, AliasesCannotExhaustMemory) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string below = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int k = 0; k < 10; ++k) text += (k ? ", " : "") + below;
        text += "]\n";
    }
    EXPECT_FALSE(parse_yaml(text, "f"));
    // Each anchor keeps a copy of what is below it.
    std::string nested;
    for (int i = 0; i < 50; ++i) nested += "&n" + std::to_string(i) + " [";
    for (int i = 0; i < 10'000; ++i) nested += "1, ";
    EXPECT_FALSE(parse_yaml(nested + "1" + std::string(50, ']'), "f"));
}

TEST(Config, OnlyALinkedRootIsFollowed) {
    const test::TemporaryFolder folder;
    namespace fs = std::filesystem;
    fs::create_directories(folder.path() / "p/models/below");
    fs::create_directories(folder.path() / "elsewhere");
    for (const char* file : {"p/models/a.sql", "p/models/below/b.sql", "elsewhere/c.sql"})
        std::ofstream(folder.path() / file) << "-- nothing";
    fs::create_directory_symlink(".", folder.path() / "p/models/here");
    fs::create_directory_symlink("../..", folder.path() / "p/models/below/up");
    fs::create_directory_symlink("../../elsewhere", folder.path() / "p/models/shared");
    fs::create_directory_symlink("../p/models", folder.path() / "elsewhere/round");
    const std::vector<std::string> found = DiskFileSystem().list((folder.path() / "p/models").string());
    EXPECT_EQ(found, (std::vector<std::string>{"a.sql", "below/b.sql"}));
    EXPECT_EQ(DiskFileSystem().list((folder.path() / "p/models/shared").string()), std::vector<std::string>{"c.sql"});
}

TEST(Config, TemplatesRenderThePlainForms) {
    const Environment environment{{"X", "value"}, {"USER", "me"}};
    const std::pair<const char*, const char*> cases[] = {{"a: {{ env_var('X') }}", "a: value"},
                                                         {"{{env_var(\"Y\", 'other')}}", "other"},
                                                         {"{{ env_var('Y') }}", "None"},
                                                         {"{{ user() }}", "me"},
                                                         {"{# note #}b", "b"},
                                                         {"{{ 'text' }}", "text"},
                                                         {"no braces { here }", "no braces { here }"}};
    for (const auto& [text, wanted] : cases)
        EXPECT_EQ(render_config_template(text, environment).value_or("failed"), wanted);
    const char* loop = "{% for i in range(2) %}{{ env_var('X', i) ~ i }} {% endfor %}";
    EXPECT_EQ(render_config_template(loop, environment).value_or("failed"), "value0 value1 ");
    EXPECT_EQ(render_config_template("{{ [1] | random }}", environment).error().code, ErrorCode::unsupported);
}

TEST(Config, PlanDefaultsAndNaming) {
    const auto outcome = sample::load(
        {{"config.yaml", PROD "plan: {auto_categorize_changes: {sql: 'off'}, enable_preview: false, no_prompts: 'no'}\n"
                              "environment_suffix_target: table\nphysical_table_naming_convention: "
                              "hash_md5\nenvironment_ttl: null\n"
                              "pinned_environments: [Dev-1]\nphysical_schema_mapping: {'^db$': own}\n"},
         {"models/a.sql", "MODEL (name db.a);\nSELECT 1 AS x"}});
    ASSERT_TRUE(outcome.faults.empty()) << outcome.text;
    const Settings& s = outcome.project.settings;
    EXPECT_EQ(s.plan.auto_categorize_changes.at("sql"), "off");
    EXPECT_EQ(s.plan.enable_preview, false);
    EXPECT_FALSE(s.plan.no_prompts);
    EXPECT_EQ(s.environment_suffix_target, model::SuffixTarget::table);
    EXPECT_EQ(s.physical_table_naming_convention, "hash_md5");
    EXPECT_FALSE(s.environment_ttl);
    EXPECT_EQ(s.pinned_environments, std::vector<std::string>{"dev_1"});
    EXPECT_EQ(outcome.project.nodes.at(R"("x"."db"."a")").physical_schema, "own");
}

}  // namespace
}  // namespace towline::project
