#include "project/render_layout.h"

#include <gtest/gtest.h>

#include "project/render_seed.h"

namespace towline::project {
namespace {

model::Node seed(const std::string& content) {
    model::Node node;
    node.dialect = "duckdb";
    node.kind.name = model::KindName::seed;
    node.seed.content = content;
    return node;
}

TEST(RenderSeed, TypesStandInTheFirstRowAndNamesAreQuotedWhereNeeded) {
    EXPECT_EQ(seed_query(seed("id,on day,ok\n1,,True\n2,x,False\n")).value_or("failed"),
              "SELECT\n  CAST(id AS BIGINT) AS id,\n  CAST(\"on day\" AS TEXT) AS \"on day\",\n"
              "  CAST(ok AS BOOLEAN) AS ok\nFROM (VALUES\n  (1, CAST(NULL AS TEXT), TRUE),\n  (2, 'x', FALSE)"
              ") AS t(id, \"on day\", ok)");
}

TEST(RenderSeed, NumbersInAColumnOfTextsAreTexts) {
    model::Node node = seed("id,slug\n3000,a\n10898,b\n");
    node.columns_to_types = model::Columns{{"id", "VARCHAR(5)"}, {"slug", "TEXT"}};
    EXPECT_NE(seed_query(node).value_or("failed").find("('3000', 'a')"), std::string::npos)
        << seed_query(node).value_or("failed");
}

TEST(RenderSeed, HasTheFirstBatchOfTheDeclaredColumns) {
    model::Node node = seed("id,day\n1,2024-01-01\n2,2024-01-02\n");
    node.kind.batch_size = 1;
    node.columns_to_types = std::vector<model::Column>{{"day", "DATE"}};
    EXPECT_EQ(seed_query(node).value_or("failed"),
              "SELECT\n  CAST(day AS DATE) AS day\nFROM (VALUES\n  (CAST('2024-01-01' AS DATE))) AS t(day)");
}

TEST(OuterComments, StandAroundTheQuery) {
    model::Node node;
    node.dialect = "duckdb";
    node.query = "SELECT 1 AS a";
    const std::string block = "MODEL (name db.a); -- of the block\n";
    EXPECT_EQ(with_outer_comments(node, block + "-- before */\nSELECT 1 AS a -- behind\n"),
              "/* before * /*/\nSELECT 1 AS a /* behind*/");
    EXPECT_EQ(with_outer_comments(node, block + "-- of a/*/b\nSELECT 1 AS a"), "/* of a/ * /b*/\nSELECT 1 AS a");
    EXPECT_EQ(with_outer_comments(node, "SELECT 1 AS a; SELECT 1 AS a -- which"), node.query);
    EXPECT_EQ(with_outer_comments(node, "SELECT @x AS a -- written otherwise"), node.query);
}

}  // namespace
}  // namespace towline::project
