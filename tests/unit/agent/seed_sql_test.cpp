#include "runner/seed_sql.h"

#include <gtest/gtest.h>

#include "runner/csv.h"

namespace towline::runner {
namespace {

model::Node seed(std::string content, model::Columns columns) {
    model::Node node;
    node.name = "s.seed";
    node.kind.name = model::KindName::seed;
    node.columns = std::move(columns);
    node.seed.content = std::move(content);
    return node;
}

TEST(Csv, QuotesBlankLinesAndMissingValues) {
    const auto table = parse_csv("\xEF\xBB\xBFid,name,\n1,\"a, \"\"b\"\"\",x\r\n\n2,NULL,\n3\n", {});
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(table->header, (std::vector<std::string>{"id", "name", "Unnamed: 2"}));
    ASSERT_EQ(table->rows.size(), 3u);
    EXPECT_EQ(table->rows[0][1], "a, \"b\"");
    EXPECT_EQ(table->rows[1][1], std::nullopt);
    EXPECT_EQ(table->rows[2][2], std::nullopt);
}

TEST(Csv, SettingsAreObeyed) {
    const auto table =
        parse_csv("a;b\n'x;y';-\nNA;z\n",
                  {{"delimiter", "';'"}, {"quotechar", "'"}, {"na_values", "('-')"}, {"keep_default_na", "False"}});
    ASSERT_TRUE(table);
    EXPECT_EQ(table->rows[0][0], "x;y");
    EXPECT_EQ(table->rows[0][1], std::nullopt);
    EXPECT_EQ(table->rows[1][0], "NA");
    const auto tabbed = parse_csv("a\tb\n1\t\n", {{"delimiter", "\t"}});
    ASSERT_TRUE(tabbed);
    EXPECT_EQ(tabbed->header, (std::vector<std::string>{"a", "b"}));
}

TEST(Csv, FaultsNameTheLine) {
    EXPECT_NE(parse_csv("a\n1,2\n", {}).error().message.find("line 2"), std::string::npos);
    EXPECT_NE(parse_csv("a\n\"x\n", {}).error().message.find("line 2"), std::string::npos);
    EXPECT_FALSE(parse_csv("", {}));
}

TEST(SeedSql, BooleansWithGapsInAColumnOfTexts) {
    auto node = seed("a\nTRUE\n\"\"\nfalse\n", {{"a", "TEXT"}});
    EXPECT_EQ(seed_inserts(node, "\"t\"", 10).value().front(),
              R"(INSERT INTO "t" ("a") VALUES ('True'), (NULL), ('False'))");
    node.seed.derived_columns = *node.columns;
    node.columns.reset();
    EXPECT_EQ(seed_inserts(node, "\"t\"", 10).value().front(),
              R"(INSERT INTO "t" ("a") VALUES ('true'), (NULL), ('false'))");
}

TEST(SeedSql, ValuesFollowTheTypes) {
    const auto node =
        seed("id,code,ok,at,price\n1,007,yes,2024-01-01,1.50\n2,8,no,,\n",
             {{"id", "INT"}, {"code", "TEXT"}, {"ok", "BOOLEAN"}, {"at", "DATE"}, {"price", "DECIMAL(5, 2)"}});
    const auto statements = seed_inserts(node, "\"t\"", 10);
    ASSERT_TRUE(statements) << statements.error().message;
    EXPECT_EQ(*statements, (Statements{"INSERT INTO \"t\" (\"id\", \"code\", \"ok\", \"at\", \"price\") VALUES "
                                       "(1, '7', TRUE, '2024-01-01', 1.5), (2, '8', FALSE, NULL, NULL)"}));
}

TEST(SeedSql, TextOfNumbersWithGapsIsPythons) {
    const auto node = seed("a,b\n1,x\n,y\n", {{"a", "VARCHAR"}, {"b", "VARCHAR"}});
    EXPECT_EQ(seed_inserts(node, "\"t\"", 1)->front(), "INSERT INTO \"t\" (\"a\", \"b\") VALUES ('1.0', 'x')");
    EXPECT_EQ(seed_inserts(node, "\"t\"", 1)->size(), 2u);
}

TEST(SeedSql, ColumnsWithAPointOrAGapAreDoubles) {
    auto node = seed("a,b\n9007199254740993,1\n,2.5\n1e-3,3\n", {{"a", "BIGINT"}, {"b", "REAL"}});
    EXPECT_EQ(seed_inserts(node, "\"t\"", 10).value().front(),
              R"(INSERT INTO "t" ("a", "b") VALUES (9007199254740992.0, 1.0), (NULL, 2.5), (0.001, 3.0))");
    node.dialect = "duckdb";
    EXPECT_EQ(seed_inserts(node, "\"t\"", 10).value().front(),
              R"(INSERT INTO "t" ("a", "b") VALUES (9007199254740992.0e0, 1.0e0), (NULL, 2.5e0), (0.001e0, 3.0e0))");
}

TEST(SeedSql, MissingColumnIsNamed) {
    const auto statements = seed_inserts(seed("a\n1\n", {{"z", "INT"}}), "\"t\"", 1);
    ASSERT_FALSE(statements);
    EXPECT_NE(statements.error().message.find("column z"), std::string::npos);
}

}  // namespace
}  // namespace towline::runner
