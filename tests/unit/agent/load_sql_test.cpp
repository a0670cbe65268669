#include "runner/load_sql.h"

#include <gtest/gtest.h>

#include "runner/sql_text.h"

namespace towline::runner {
namespace {

const Load kLoad{.target = R"("s"."t")", .columns = {"id", "ds"}, .query = "SELECT 1 AS id", .source_columns = {}};

TEST(LoadSql, RangeIsDeletedAndInserted) {
    EXPECT_EQ(replace_range(kLoad, R"("ds" BETWEEN 1 AND 2)"),
              (Statements{R"(DELETE FROM "s"."t" WHERE "ds" BETWEEN 1 AND 2)",
                          "INSERT INTO \"s\".\"t\" (\"id\", \"ds\") SELECT \"id\", \"ds\" FROM (\nSELECT 1 "
                          "AS id\n) AS \"_subquery\" "
                          "WHERE \"ds\" BETWEEN 1 AND 2"}));
}

TEST(LoadSql, ColumnsTheQueryLacksAreNull) {
    Load load = kLoad;
    load.source_columns = {"ID"};
    EXPECT_EQ(append(load), (Statements{"INSERT INTO \"s\".\"t\" (\"id\", \"ds\") SELECT \"id\", NULL AS "
                                        "\"ds\" FROM (\nSELECT 1 AS id\n) AS "
                                        "\"_subquery\""}));
}

TEST(LoadSql, ReplaceThroughReadsTheOldRowsFirst) {
    const Statements statements = replace_rows_through(kLoad, R"("s"."tmp")");
    ASSERT_EQ(statements.size(), 4u);
    EXPECT_TRUE(statements[0].starts_with(R"(CREATE TABLE "s"."tmp" AS SELECT)"));
    EXPECT_EQ(statements[1], R"(DELETE FROM "s"."t" WHERE TRUE)");
    EXPECT_EQ(statements[2], R"(INSERT INTO "s"."t" ("id", "ds") SELECT "id", "ds" FROM "s"."tmp")");
    EXPECT_EQ(statements[3], R"(DROP TABLE IF EXISTS "s"."tmp")");
}

TEST(LoadSql, CreateAsCastsDeclaredTypes) {
    EXPECT_EQ(create_as({"\"t\"", "SELECT 1 AS a", {}, false}), (Statements{"CREATE TABLE \"t\" AS\nSELECT 1 AS a"}));
    EXPECT_EQ(create_as({"\"t\"", "SELECT 1 AS a", {{"a", "BIGINT"}}, true}),
              (Statements{"CREATE OR REPLACE TABLE \"t\" AS SELECT CAST(\"a\" AS BIGINT) AS \"a\" FROM "
                          "(\nSELECT 1 AS a\n) AS \"_subquery\""}));
}

TEST(LoadSql, CreatableTypes) {
    struct Case {
        const char* value;
        const char* dialect;
        const char* made;
    };
    for (const Case& each : {Case{"UNLOGGED", "postgres", "CREATE UNLOGGED TABLE \"t\" AS\nq"},
                             Case{"'unlogged'", "postgres", "CREATE UNLOGGED TABLE \"t\" AS\nq"},
                             Case{"unlogged", "duckdb", "CREATE TABLE \"t\" AS\nq"},
                             Case{"TEMP", "duckdb", "CREATE TEMPORARY TABLE \"t\" AS\nq"},
                             Case{"TRANSIENT", "postgres", "CREATE TABLE \"t\" AS\nq"},
                             Case{"'fillfactor = 70'", "postgres", "CREATE TABLE \"t\" WITH (fillfactor=70) AS\nq"},
                             Case{"MATERIALIZED", "postgres", nullptr}, Case{"unlogged temp", "postgres", nullptr}}) {
        const auto type = creatable_type({{"other", "1"}, {"CREATABLE_TYPE", each.value}}, each.dialect);
        ASSERT_EQ(type.has_value(), each.made != nullptr) << each.value;
        if (!type) continue;
        EXPECT_EQ(create_as({"\"t\"", "q", {}, false, *type}), Statements{each.made});
    }
}

TEST(LoadSql, ReplaceByOneAndBySeveralKeys) {
    const Statements one = replace_by_key({kLoad, {R"("id")"}, R"("tmp")", true});
    EXPECT_EQ(one[1], R"(DELETE FROM "s"."t" WHERE "id" IN (SELECT "id" FROM "tmp"))");
    EXPECT_EQ(one[2], R"(INSERT INTO "s"."t" ("id", "ds") SELECT DISTINCT ON ("id") "id", "ds" FROM "tmp")");
    const Statements two = replace_by_key({kLoad, {R"("id")", R"("ds")"}, R"("tmp")", false});
    EXPECT_EQ(two[1],
              "DELETE FROM \"s\".\"t\" WHERE CONCAT_WS('__SQLMESH_DELIM__', \"id\", \"ds\") IN (SELECT DISTINCT "
              "CONCAT_WS('__SQLMESH_DELIM__', \"id\", \"ds\") FROM \"tmp\")");
    EXPECT_EQ(two[2], R"(INSERT INTO "s"."t" ("id", "ds") SELECT "id", "ds" FROM "tmp")");
}

TEST(LoadSql, MergeUpdatesAndInsertsAllColumns) {
    EXPECT_EQ(merge({kLoad, {R"("id")"}, {}, {}}),
              (Statements{"MERGE INTO \"s\".\"t\" AS \"__MERGE_TARGET__\" USING (\nSELECT \"id\", \"ds\" "
                          "FROM (\nSELECT 1 AS id\n) AS "
                          "\"_subquery\"\n) AS \"__MERGE_SOURCE__\" ON \"__MERGE_TARGET__\".\"id\" = "
                          "\"__MERGE_SOURCE__\".\"id\" WHEN MATCHED THEN UPDATE "
                          "SET \"id\" = \"__MERGE_SOURCE__\".\"id\", \"ds\" = \"__MERGE_SOURCE__\".\"ds\" "
                          "WHEN NOT MATCHED THEN INSERT (\"id\", "
                          "\"ds\") VALUES (\"__MERGE_SOURCE__\".\"id\", \"__MERGE_SOURCE__\".\"ds\")"}));
}

TEST(LoadSql, MergeTakesTheAuthorsWhenMatched) {
    const std::string whens =
        R"((WHEN MATCHED AND "__MERGE_SOURCE__"."x" THEN UPDATE SET "__MERGE_TARGET__"."a" = COALESCE("__MERGE_SOURCE__"."a", "__MERGE_TARGET__"."a"), "__MERGE_TARGET__"."b" = 1))";
    const std::string sql = merge({kLoad, {R"(COALESCE("id", 0))"}, whens, R"("__MERGE_TARGET__"."ds" > 3)"}).front();
    EXPECT_NE(sql.find(R"(ON ("__MERGE_TARGET__"."ds" > 3) AND COALESCE("__MERGE_TARGET__"."id", 0) )"
                       R"(= COALESCE("__MERGE_SOURCE__"."id", 0) )"),
              std::string::npos)
        << sql;
    EXPECT_NE(
        sql.find(
            R"( UPDATE SET "a" = COALESCE("__MERGE_SOURCE__"."a", "__MERGE_TARGET__"."a"), "b" = 1 WHEN NOT MATCHED)"),
        std::string::npos)
        << sql;
}

TEST(SqlText, ColumnsOfAnExpressionAreRewritten) {
    EXPECT_EQ(rewrite_columns(R"(COALESCE("a", 'x"y"', "f"("b"), "t"."c"))", {.table = "j", .name_prefix = "t_"}),
              R"(COALESCE("j"."t_a", 'x"y"', "f"("j"."t_b"), "t"."t_c"))");
}

TEST(SqlText, TimesFollowTheType) {
    EXPECT_EQ(time_literal(1'709'251'200'000, "DATE"), "CAST('2024-03-01' AS DATE)");
    EXPECT_EQ(time_literal(1'709'251'200'000, "TIMESTAMP"), "CAST('2024-03-01 00:00:00' AS TIMESTAMP)");
    EXPECT_EQ(time_literal(1'709'251'200'123, "timestamp with time zone"),
              "CAST('2024-03-01 00:00:00.123000+00:00' AS timestamp with time zone)");
    EXPECT_EQ(time_literal(-1, "TIMESTAMP"), "CAST('1969-12-31 23:59:59.999000' AS TIMESTAMP)");
}

TEST(SqlText, TemporaryNamesFitTheEngine) {
    EXPECT_EQ(temporary_name({"c", "s", "orders"}, "ab", 0).table, "__temp_orders_ab");
    const std::string cut = temporary_name({"c", "s", std::string(62, 'x')}, "0123abcd", 63).table;
    EXPECT_EQ(cut.size(), 63u);
    EXPECT_TRUE(cut.ends_with("_0123abcd"));
}

}  // namespace
}  // namespace towline::runner
