#include "credentials/gateways.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "credentials/engine_set.h"

namespace towline::credentials {
namespace {

using engines::DuckDbSettings;
using engines::PostgresSettings;

Variables postgres_environment() {
    return {{"SQLMESH__GATEWAYS__Prod__CONNECTION__TYPE", "postgres"},
            {"SQLMESH__GATEWAYS__PROD__CONNECTION__HOST", "db.example"},
            {"sqlmesh__gateways__prod__connection__user", "Ada"},
            {"SQLMESH__GATEWAYS__PROD__CONNECTION__PASSWORD", "hunter2hunter2"},
            {"SQLMESH__GATEWAYS__PROD__CONNECTION__PORT", " 5_433 "},
            {"SQLMESH__GATEWAYS__PROD__CONNECTION__DATABASE", "shop"}};
}

TEST(Gateways, ReadsPostgres) {
    Variables environment = postgres_environment();
    environment["SQLMESH__DEFAULT_GATEWAY"] = "PROD";
    environment["SQLMESH__GATEWAYS__PROD__CONNECTION__CONCURRENT_TASKS"] = "7.0";
    environment["SQLMESH__GATEWAYS__PROD__CONNECTION__PRE_PING"] = "true";
    environment["SQLMESH__GATEWAYS__PROD__STATE_CONNECTION__TYPE"] = "mysql";
    const Gateways gateways = gateways_from(environment);
    ASSERT_TRUE(gateways.faults.empty()) << gateways.faults.front();
    ASSERT_EQ(gateways.items.size(), 1U);
    EXPECT_EQ(gateways.default_name, "prod");
    const GatewaySettings& gateway = gateways.items.front();
    EXPECT_EQ(gateway.name, "prod");
    EXPECT_EQ(gateway.concurrent_tasks(), 7);
    const auto& settings = std::get<PostgresSettings>(gateway.connection);
    EXPECT_EQ(settings.host, "db.example");
    EXPECT_EQ(settings.user, "Ada");
    EXPECT_EQ(settings.port, 5433);
    EXPECT_EQ(settings.password.reveal(), "hunter2hunter2");
    EXPECT_EQ(gateways.secrets, std::vector<std::string>{"hunter2hunter2"});
}

TEST(Gateways, ReadsDuckDb) {
    const Gateways gateways =
        gateways_from({{"SQLMESH__GATEWAYS__B__CONNECTION__TYPE", "duckdb"},
                       {"SQLMESH__GATEWAYS__B__CONNECTION__DATABASE", "/x/b.db"},
                       {"SQLMESH__GATEWAYS__A__CONNECTION__TYPE", "duckdb"},
                       {"SQLMESH__GATEWAYS__A__CONNECTION__CATALOGS", R"({"m": "/m.db", "n": {"path": "/n.db"}})"},
                       {"SQLMESH__GATEWAYS__A__CONNECTION__CONNECTOR_CONFIG__THREADS", "2"},
                       {"SQLMESH__GATEWAYS__A__CONNECTION__EXTENSIONS", "[]"}});
    ASSERT_TRUE(gateways.faults.empty()) << gateways.faults.front();
    ASSERT_EQ(gateways.items.size(), 2U);
    EXPECT_EQ(gateways.default_name, "a");
    const auto& a = std::get<DuckDbSettings>(gateways.items[0].connection);
    EXPECT_EQ(a.catalogs, (std::vector<std::pair<std::string, std::string>>{{"m", "/m.db"}, {"n", "/n.db"}}));
    EXPECT_EQ(a.connector_config, (std::vector<std::pair<std::string, std::string>>{{"threads", "2"}}));
    EXPECT_EQ(std::get<DuckDbSettings>(gateways.items[1].connection).database, "/x/b.db");
}

TEST(Gateways, NamesFaultsByVariableAndNeverByValue) {
    const std::string prefix = "SQLMESH__GATEWAYS__A__CONNECTION__";
    struct Case {
        Variables environment;
        std::string fault;
    };
    const std::vector<Case> cases{
        {{{prefix + "DATABASE", "hunter2"}}, prefix + "TYPE: is required"},
        {{{prefix + "TYPE", "hunter2"}}, prefix + "TYPE: this type of connection is not supported"},
        {{{prefix + "TYPE", "DuckDB"}}, prefix + "TYPE: this type of connection is not supported"},
        {{{prefix + "TYPE", "duckdb"}, {prefix + "HOTS", "hunter2"}},
         prefix + "HOTS: a duckdb connection has no such setting"},
        {{{prefix + "TYPE", "duckdb"}, {prefix + "CATALOGS", "hunter2"}}, prefix + "CATALOGS: expected a JSON object"},
        {{{prefix + "TYPE", "duckdb"}, {prefix + "SECRETS", "[\"hunter2\"]"}},
         prefix + "SECRETS: this setting is not supported"},
        {{{prefix + "TYPE", "duckdb"}, {prefix + "CONCURRENT_TASKS", "7.5"}},
         prefix + "CONCURRENT_TASKS: expected a whole number"},
        {{{prefix + "TYPE", "duckdb"}, {prefix + "DATABASE", "md:hunter2"}}, prefix + "DATABASE: MotherDuck"},
        {{{prefix + "TYPE", "duckdb"}, {prefix + "DATABASE", "x"}, {prefix + "CATALOGS", R"({"a":"b"})"}},
         prefix + "DATABASE: database and catalogs"},
        {{{"SQLMESH__GATEWAYS__A__CONECTION__TYPE", "duckdb"}},
         "SQLMESH__GATEWAYS__A__CONECTION__TYPE: a gateway has no such"},
        {{{"SQLMESH__GATEWAYS__A__CONNECTION", "hunter2"}}, "SQLMESH__GATEWAYS__A__CONNECTION: a gateway has no such"},
        {{{"SQLMESH__GATEWAYS__", "hunter2"}}, "SQLMESH__GATEWAYS__: expected"},
        {{{prefix + "TYPE", "duckdb"}, {"SQLMESH__DEFAULT_GATEWAY", "hunter2"}},
         "SQLMESH__DEFAULT_GATEWAY: there is no"},
    };
    for (const Case& one : cases) {
        const Gateways gateways = gateways_from(one.environment);
        ASSERT_FALSE(gateways.faults.empty()) << one.fault;
        EXPECT_TRUE(gateways.faults.front().starts_with(one.fault)) << gateways.faults.front();
        for (const std::string& fault : gateways.faults) EXPECT_EQ(fault.find("hunter2"), std::string::npos) << fault;
    }
}

TEST(Gateways, ListsEveryFault) {
    const Gateways gateways = gateways_from(
        {{"SQLMESH__GATEWAYS__A__CONNECTION__TYPE", "postgres"}, {"SQLMESH__GATEWAYS__B__CONNECTION__TYPE", "oracle"}});
    EXPECT_EQ(gateways.faults.size(), 5U);  // host, user, database, password of a; the type of b
}

TEST(Gateways, AnotherEngineIsNamedAndInNobodysWay) {
    const auto foreign = [](const char* name, Variables more) {
        more[fmt::format("SQLMESH__GATEWAYS__{}__CONNECTION__TYPE", name)] = "snowflake";
        more[fmt::format("SQLMESH__GATEWAYS__{}__CONNECTION__CLIENT_SECRET", name)] = "xyzzy-secret";
        return gateways_from(more);
    };
    const Gateways second = foreign("Z", postgres_environment());
    EXPECT_TRUE(second.faults.empty());
    ASSERT_EQ(second.foreign.size(), 1U);
    EXPECT_EQ(second.foreign.front().name + "/" + second.foreign.front().type, "z/snowflake");
    EXPECT_NE(std::find(second.secrets.begin(), second.secrets.end(), "xyzzy-secret"), second.secrets.end());
    EngineSet engines([](const GatewaySettings&) { return nullptr; });
    engines.configure(second);
    const auto refused = engines.engine("Z");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
    EXPECT_NE(refused.error().message.find("snowflake"), std::string::npos);

    // The default one, the first one without a default, and the only one are faults.
    Variables wanted = postgres_environment();
    wanted["SQLMESH__DEFAULT_GATEWAY"] = "Z";
    for (const Gateways& wrong : {foreign("Z", wanted), foreign("0", postgres_environment()), foreign("Z", {})}) {
        ASSERT_EQ(wrong.faults.size(), 1U);
        EXPECT_NE(wrong.faults.front().find("not supported yet"), std::string::npos);
        EXPECT_EQ(wrong.faults.front().find("xyzzy"), std::string::npos);
    }
    wanted["SQLMESH__DEFAULT_GATEWAY"] = second.items.front().name;
    EXPECT_TRUE(foreign("0", wanted).faults.empty());
}

TEST(Gateways, RevisionFollowsEverySetting) {
    const std::string before = gateways_from(postgres_environment()).items.front().revision;
    for (const auto& [name, value] : postgres_environment()) {
        if (name.ends_with("TYPE")) continue;
        Variables changed = postgres_environment();
        changed[name] = value + "1";
        const Gateways gateways = gateways_from(changed);
        if (!gateways.items.empty()) {
            EXPECT_NE(gateways.items.front().revision, before) << name;
        }
    }
    EXPECT_EQ(gateways_from(postgres_environment()).items.front().revision, before);
}

TEST(Gateways, OtherVariablesAreNotOurs) {
    const Gateways gateways = gateways_from({{"SQLMESH__PLAN__AUTO_APPLY", "1"}, {"PATH", "x"}, {"SQLMESH_HOME", "y"}});
    EXPECT_TRUE(gateways.items.empty());
    EXPECT_TRUE(gateways.faults.empty());
}

}  // namespace
}  // namespace towline::credentials
