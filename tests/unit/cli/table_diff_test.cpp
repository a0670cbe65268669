#include "table_diff/table_diff.h"

#include <gtest/gtest.h>

#include "engines/duckdb.h"

namespace towline::table_diff {
namespace {

TEST(TableDiff, ComparesSchemas) {
    const model::Columns source{{"id", "INT"}, {"Name", "TEXT"}, {"gone", "INT"}};
    const model::Columns target{{"id", "BIGINT"}, {"name", "TEXT"}, {"id2", "INT"}};
    const SchemaDiff exact = schema_diff(source, target, false);
    EXPECT_EQ(exact.added.size(), 2U);
    EXPECT_EQ(exact.removed.size(), 2U);
    ASSERT_EQ(exact.modified.size(), 1U);
    EXPECT_EQ(exact.modified[0].second.second, "BIGINT");
    EXPECT_EQ(schema_diff(source, target, true).removed.size(), 1U);
    EXPECT_TRUE(schema_diff(source, source, false).empty());
}

TEST(TableDiff, CountsOnAnEngine) {
    const auto engine = engines::duckdb_engine({});
    const auto session = engine->open("test").value();
    ASSERT_TRUE(
        session->execute("CREATE TABLE a AS SELECT * FROM (VALUES (1, 1.00001::DOUBLE, 'x'), (2, 2, NULL), "
                         "(3, 3, 'z'), (NULL, 4, 'n')) AS t(id, v, w)"));
    ASSERT_TRUE(
        session->execute("CREATE TABLE b AS SELECT * FROM (VALUES (1, 1::DOUBLE, 'x'), (2, 2, NULL), "
                         "(3, 3, 'Z'), "
                         "(5, 5, 'q'), (5, 5, 'q')) AS t(id, v, w)"));
    const model::Columns columns{{"id", "INTEGER"}, {"v", "DOUBLE"}, {"w", "VARCHAR"}};
    Options options;
    options.on = {"ID"};
    options.sample_rows = 10;
    const auto diff = row_diff(*session, {"\"a\"", columns}, {"\"b\"", columns}, options);
    ASSERT_TRUE(diff) << diff.error().message << diff.error().detail;
    EXPECT_EQ(diff->join_count, 3);
    EXPECT_EQ(diff->full_match_count, 2);
    EXPECT_EQ(diff->target_only_count(), 2);
    EXPECT_TRUE(diff->grain_is_doubtful());
    ASSERT_EQ(diff->column_match.size(), 2U);
    EXPECT_EQ(diff->column_match[0].second, 100);
    EXPECT_NEAR(diff->column_match[1].second, 66.667, 0.001);
    ASSERT_EQ(diff->differing.rows.size(), 1U);
    EXPECT_EQ(diff->differing.columns, (std::vector<std::string>{"id", "s__w", "t__w"}));
    EXPECT_EQ(diff->target_only.rows.size(), 2U);
    options.skip_columns = {"w"};
    EXPECT_EQ(row_diff(*session, {"\"a\"", columns}, {"\"b\"", columns}, options)->full_match_count, 3);
    options.on = {"nope"};
    EXPECT_EQ(row_diff(*session, {"\"a\"", columns}, {"\"b\"", columns}, options).error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace towline::table_diff
