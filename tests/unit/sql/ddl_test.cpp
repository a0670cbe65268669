#include "sql/ddl.h"

#include <gtest/gtest.h>

namespace towline::sql {
namespace {

Block parsed(std::string_view text, Dialect dialect = Dialect::duckdb) {
    auto block = parse_block(text, dialect);
    EXPECT_TRUE(block.has_value()) << (block ? "" : block.error().message + "\n" + block.error().detail);
    return block ? *block : Block{};
}

std::string failure(std::string_view text) {
    auto block = parse_block(text, Dialect::duckdb);
    return block ? "no failure" : block.error().message;
}

TEST(Ddl, ReadsAWholeModel) {
    const Block block = parsed(R"(-- Orders by day
/* second line */
MODEL (
  name db."Orders",
  kind INCREMENTAL_BY_TIME_RANGE (time_column (ds, '%Y-%m-%d'), batch_size 30,),
  cron '@daily', owner jen, tags (a, 'B'), grain [id, ds],
  columns (id INT, price DECIMAL(10,2), "Odd Name" TEXT[]),
  partitioned_by (ds, bucket(id, 4)),
  physical_properties (expiration = 7, 'x' = 'y'),
  audits (not_null(columns := (id)), UNIQUE_values(columns = [id])),
  enabled true,
)
;)");
    EXPECT_EQ(block.kind, BlockKind::model);
    EXPECT_EQ(block.description, "Orders by day\nsecond line");
    ASSERT_EQ(block.properties.size(), 11U);
    EXPECT_EQ(block.find("name")->raw, "db.\"Orders\"");
    const Property* kind = block.find("kind");
    ASSERT_NE(kind, nullptr);
    EXPECT_EQ(kind->value.name(), "INCREMENTAL_BY_TIME_RANGE");
    ASSERT_EQ(kind->properties.size(), 2U);
    EXPECT_EQ(gen(kind->properties[0].value), "TUPLE :expressions,ds,'%Y-%m-%d'");
    EXPECT_EQ(gen(kind->properties[1].value), "30");
    const Expr& columns = block.find("columns")->value;
    ASSERT_EQ(columns.children.size(), 3U);
    EXPECT_EQ(type_sql(columns.children[1].children[0], Dialect::duckdb), "DECIMAL(10, 2)");
    EXPECT_EQ(columns.children[2].text, "Odd Name");
    EXPECT_EQ(gen(block.find("audits")->value),
              "TUPLE :expressions,NOT_NULL(PROPERTYEQ :this,columns,:expression,(id)),UNIQUE_VALUES(columns "
              "= ARRAY(id))");
    EXPECT_EQ(gen(block.find("physical_properties")->value), "TUPLE :expressions,expiration = 7,'x' = 'y'");
    EXPECT_EQ(block.find("enabled")->value.boolean(), true);
}

TEST(Ddl, LastDuplicateWins) {
    const Block block = parsed("MODEL (name a, owner x, name b)");
    EXPECT_EQ(block.find("name")->raw, "b");
    EXPECT_EQ(block.properties.size(), 2U);
}

TEST(Ddl, MacrosStandForValuesKindsAndProperties) {
    const Block block =
        parsed("MODEL (name @{schema}.m_@x, kind @k, cron @c, enabled @IF(@x = 1, true, false), @prop(1))");
    EXPECT_EQ(block.find("name")->raw, "@{schema}.m_@x");
    EXPECT_TRUE(block.find("kind")->value.is(ExprKind::variable));
    EXPECT_EQ(block.find("enabled")->raw, "@IF(@x = 1, true, false)");
    EXPECT_NE(block.find("@prop"), nullptr);
}

TEST(Ddl, KindsOfEveryShape) {
    for (const char* kind :
         {"FULL", "view", "VIEW (materialized true)", "SEED (path '../x.csv', csv_settings (delimiter = '|'))",
          "SCD_TYPE_2_BY_COLUMN (unique_key id, columns *)", "scd_type_2(unique_key (a, b))",
          "INCREMENTAL_BY_UNIQUE_KEY (unique_key (id, COALESCE(b, 0)), when_matched (WHEN MATCHED THEN UPDATE "
          "SET target.a = source.a), merge_filter source.ds > target.ds)",
          "CUSTOM (materialization 'x', materialization_properties (a = 1))"}) {
        auto property = parse_kind(kind, Dialect::duckdb);
        EXPECT_TRUE(property.has_value()) << kind << ": " << property.error().message;
    }
}

TEST(Ddl, DashedProjectNameOfBigQuery) {
    EXPECT_EQ(parsed("MODEL (name proj-x.ds.tbl, kind FULL)", Dialect::bigquery).find("name")->raw, "proj-x.ds.tbl");
}

TEST(Ddl, RefusesWithPlaceAndReason) {
    struct Case {
        const char* text;
        const char* part;
    };
    for (const Case& c :
         {Case{"MODEL (name 'a.b')", "not a string"}, Case{"MODEL (name a owner b)", "Expected ','"},
          Case{"MODEL (name a, owner)", "'owner' has no value"},
          Case{"MODEL (name a, kind FULL (x 1))", "takes no properties"},
          Case{"MODEL (name a, kind INCREMENTAL_BY_TIME_RANGE (time_column ds, lookback -1))", "Expected a value"},
          Case{"MODEL (name a, columns (x))", "has no type"},
          Case{"MODEL (name a, columns (x TIMESTAMP \"when\", y INT))", "Expected ',' after the type of column 'x'"},
          Case{"MODEL (name a, columns (x INT y))", "Expected ',' after the type of column 'x'"},
          Case{"MODEL (name staging.311_calls)", "Expected table name, found the number"},
          Case{"MODEL (name a.'b')", "not a string"}, Case{"MODEL (name a", "never closed"},
          Case{"SELECT 1", "Expected MODEL"}}) {
        EXPECT_NE(failure(c.text).find(c.part), std::string::npos) << c.text << " -> " << failure(c.text);
    }
}

TEST(Ddl, ErrorsShowTheLineOfTheFile) {
    const std::string file = "-- one\n-- two\nMODEL (\n  name a,\n  owner\n)";
    auto block = parse_block(std::string_view(file).substr(14), Dialect::duckdb, {file, 14});
    ASSERT_FALSE(block.has_value());
    EXPECT_NE(block.error().message.find("line 5, column 3"), std::string::npos) << block.error().message;
}

}  // namespace
}  // namespace towline::sql
