// What SQLMesh 0.236.4 names the columns of a query it runs.
#include "project/output_names.h"

#include <gtest/gtest.h>

namespace towline::project {
namespace {

struct NameCase {
    const char* dialect;
    const char* query;
    const char* named;
};

class OutputNames : public testing::TestWithParam<NameCase> {};

TEST_P(OutputNames, AreThoseOfSqlmesh) {
    model::Node node;
    node.dialect = GetParam().dialect;
    node.fqn = R"("c"."db"."m")";
    node.default_catalog = "c";
    node.mapping_schema[R"("c"."db"."t")"] = {{"id", "INT"}, {"qty", "INT"}};
    EXPECT_EQ(with_output_names(GetParam().query, node), GetParam().named);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, OutputNames,
    testing::Values(
        // Expressions that sqlglot can name, whatever is known of the table.
        NameCase{"duckdb", "SELECT id::INT, /* c */ b.c::TEXT -- d\n FROM far.away AS b",
                 "SELECT id::INT AS \"id\", /* c */ b.c::TEXT AS \"c\" -- d\n FROM far.away AS b"},
        NameCase{"duckdb", "SELECT UPPER(x), COUNT(*) FROM far.away", "SELECT UPPER(x), COUNT(*) FROM far.away"},
        // All of them, on every level, where the columns of the table are known.
        NameCase{"duckdb", "SELECT ABS(id), COUNT(*) FROM db.t GROUP BY 1",
                 "SELECT ABS(id) AS \"_col_0\", COUNT(*) AS \"_col_1\" FROM db.t GROUP BY 1"},
        NameCase{"duckdb", "WITH a AS (SELECT id::TEXT FROM db.t) SELECT id FROM a",
                 "WITH a AS (SELECT id::TEXT AS \"id\" FROM db.t) SELECT id FROM a"},
        NameCase{"duckdb", "WITH a AS (SELECT id::TEXT FROM far.away) SELECT id FROM a",
                 "WITH a AS (SELECT id::TEXT FROM far.away) SELECT id FROM a"},
        NameCase{"postgres", "SELECT id + qty FROM db.t", "SELECT id + qty AS \"_col_0\" FROM db.t"},
        // DuckDB keeps the case of names, SQLMesh folds it.
        NameCase{"duckdb", "SELECT UserId, b.OrderId, y AS FooBar, z \"Quux\", t.*, * EXCLUDE (w) FROM far.away AS b",
                 "SELECT UserId AS \"userid\", b.OrderId AS \"orderid\", y AS \"foobar\", z AS \"quux\", t.*, "
                 "* EXCLUDE (w) FROM far.away AS b"},
        NameCase{"postgres", "SELECT UserId, y AS FooBar FROM far.away", "SELECT UserId, y AS FooBar FROM far.away"},
        NameCase{"duckdb", "SELECT A FROM x UNION ALL SELECT B FROM y",
                 "SELECT A AS \"a\" FROM x UNION ALL SELECT B FROM y"},
        // One expression, several columns.
        NameCase{"duckdb", "SELECT COLUMNS('q.*'), MAX(COLUMNS(*)) FROM db.t",
                 "SELECT COLUMNS('q.*'), MAX(COLUMNS(*)) FROM db.t"}));

}  // namespace
}  // namespace towline::project
