#include "plan/naming.h"

#include <gtest/gtest.h>

namespace towline::plan {
namespace {
using model::SuffixTarget;

model::TableInfo info(std::string fqn, std::string schema, std::string version, std::string convention) {
    model::TableInfo out;
    out.name = std::move(fqn);
    out.physical_schema = std::move(schema);
    out.version = out.dev_version = std::move(version);
    out.table_naming_convention = std::move(convention);
    out.kind_name = "FULL";
    return out;
}

TEST(TableNames, AreSqlmeshs) {
    const auto plain = info(R"("memory"."db"."a")", "sqlmesh__db", "1070574910", "schema_and_table");
    EXPECT_EQ(table_name(plain, true).plain(), "memory.sqlmesh__db.db__a__1070574910");
    EXPECT_EQ(table_name(plain, false).plain(), "memory.sqlmesh__db.db__a__1070574910__dev");
    EXPECT_EQ(table_name(plain, true).quoted(), R"("memory"."sqlmesh__db"."db__a__1070574910")");
    EXPECT_EQ(table_name(info(plain.name, "sqlmesh__db", "1070574910", "table_only"), true).plain(),
              "memory.sqlmesh__db.a__1070574910");
    const auto md5 = info(R"("memory"."db"."b")", "sqlmesh__db", "123", "hash_md5");
    EXPECT_EQ(table_name(md5, true).plain(), "memory.sqlmesh__db.sqlmesh_md5__505d29e9755e5cacab526cd629c48712");
    EXPECT_EQ(table_name(md5, false).plain(), "memory.sqlmesh__db.sqlmesh_md5__431a7338d134fb48def3fef4324cbbae__dev");
    const auto odd = info(R"("my-cat"."My Db"."My-Tbl")", "sqlmesh__db", "123", "schema_and_table");
    EXPECT_EQ(table_name(odd, false).plain(), R"("my-cat".sqlmesh__db.My_Db__My_Tbl__123__dev)");
    EXPECT_EQ(table_name(info(R"("c"."s"."zähler列")", "sqlmesh__s", "1", "schema_and_table"), true).plain(),
              "c.sqlmesh__s.s__z_hler___1");
    EXPECT_EQ(table_name(info(R"("tbl")", "sqlmesh__default", "3543674131", "schema_and_table"), true).plain(),
              "sqlmesh__default.tbl__3543674131");
}

TEST(TableNames, ExternalAndDevOnlyKeepTheirOwnName) {
    auto table = info(R"("memory"."raw"."t")", "sqlmesh__raw", "1", "schema_and_table");
    table.virtual_environment_mode = "dev_only";
    EXPECT_EQ(table_name(table, true).plain(), "memory.raw.t");
    EXPECT_EQ(table_name(table, false).plain(), "memory.sqlmesh__raw.raw__t__1__dev");
    table.kind_name = "EXTERNAL";
    EXPECT_EQ(table_name(table, false).plain(), "memory.raw.t");
}

TEST(ViewNames, FollowTheSuffixTarget) {
    const std::string fqn = R"("memory"."db"."a")";
    const std::string dev = model::sanitize_environment_name("Dev-1");
    struct Case {
        SuffixTarget target;
        const char* dialect;
        const char* view;
    };
    const Case cases[] = {{SuffixTarget::schema, "duckdb", "memory.db__dev_1.a"},
                          {SuffixTarget::schema, "snowflake", "memory.db__DEV_1.a"},
                          {SuffixTarget::table, "duckdb", "memory.db.a__dev_1"},
                          {SuffixTarget::table, "snowflake", "memory.db.a__DEV_1"},
                          {SuffixTarget::catalog, "duckdb", "memory__dev_1.db.a"},
                          {SuffixTarget::catalog, "snowflake", "MEMORY__DEV_1.db.a"}};
    for (const Case& c : cases) EXPECT_EQ(view_name(fqn, {dev, c.target, {}, true, false}, c.dialect).plain(), c.view);
    EXPECT_EQ(view_name(fqn, {}, "duckdb").plain(), "memory.db.a");
    EXPECT_EQ(view_name(R"("tbl")", {}, "duckdb").quoted(), R"("default"."tbl")");
    EXPECT_EQ(view_name(R"("tbl")", {dev, SuffixTarget::schema, {}, true, false}, "duckdb").plain(),
              "default__dev_1.tbl");
    EXPECT_EQ(view_name(fqn, {dev, SuffixTarget::table, "devcat", true, false}, "duckdb").plain(),
              "devcat.db.a__dev_1");
    EXPECT_EQ(display_name(fqn, {dev, SuffixTarget::schema, {}, true, false}, "duckdb", "memory"), "db__dev_1.a");
    EXPECT_EQ(display_name(fqn, {dev, SuffixTarget::schema, {}, true, false}, "duckdb", "other"), "memory.db__dev_1.a");
}

TEST(Fqn, PartsLoseTheirQuotes) {
    EXPECT_EQ(fqn_parts(R"("a.b"."c""d")"), (std::vector<std::string>{"a.b", "c\"d"}));
    EXPECT_EQ(fqn_parts("audit_name"), std::vector<std::string>{"audit_name"});
}

}  // namespace
}  // namespace towline::plan
