// Expected texts were printed by SQLMesh 0.236.4.
#include "sql/merge_clauses.h"

#include <gtest/gtest.h>

namespace towline::sql {
namespace {

struct Case {
    const char* name;
    const char* text;
    const char* gen;
    const char* sql;
};

class MergeClauses : public testing::TestWithParam<Case> {};

TEST_P(MergeClauses, HaveSqlglotsText) {
    const auto clauses = parse_merge_clauses(GetParam().text, Dialect::duckdb);
    ASSERT_TRUE(clauses) << clauses.error().message;
    EXPECT_EQ(gen(*clauses, Dialect::duckdb), GetParam().gen);
    EXPECT_EQ(to_sql(*clauses, Dialect::duckdb), GetParam().sql);
}

const Case kCases[] = {
    {"Update", R"((WHEN MATCHED THEN UPDATE SET "t"."v" = "s"."v"))",
     R"(WHENS :expressions,WHEN :matched,True,:source,False,:then,UPDATE :expressions,"t"."v" = "s"."v")",
     R"((WHEN MATCHED THEN UPDATE SET "t"."v" = "s"."v"))"},
    {"ConditionAndDelete", R"(when matched and "s"."del" then delete WHEN MATCHED THEN UPDATE SET "a" = 1, "b" = 2)",
     R"(WHENS :expressions,WHEN :matched,True,:source,False,:condition,"s"."del",:then,DELETE,)"
     R"(WHEN :matched,True,:source,False,:then,UPDATE :expressions,"a" = 1,"b" = 2)",
     R"((WHEN MATCHED AND "s"."del" THEN DELETE WHEN MATCHED THEN UPDATE SET "a" = 1, "b" = 2))"},
    {"BySource", "(WHEN NOT MATCHED BY SOURCE THEN DELETE)",
     "WHENS :expressions,WHEN :matched,False,:source,True,:then,DELETE", "(WHEN NOT MATCHED BY SOURCE THEN DELETE)"},
    {"InsertByTarget", R"((WHEN NOT MATCHED BY TARGET THEN INSERT ("id") VALUES (1)))",
     R"(WHENS :expressions,WHEN :matched,False,:source,False,:then,INSERT :this,TUPLE :expressions,"id",)"
     R"(:expression,TUPLE :expressions,1)",
     R"((WHEN NOT MATCHED THEN INSERT ("id") VALUES (1)))"},
    {"InsertAll", "(WHEN NOT MATCHED THEN INSERT *)",
     "WHENS :expressions,WHEN :matched,False,:source,False,:then,INSERT :this,STAR",
     "(WHEN NOT MATCHED THEN INSERT *)"},
    {"InsertRow", "(WHEN NOT MATCHED THEN INSERT ROW)",
     "WHENS :expressions,WHEN :matched,False,:source,False,:then,INSERT :this,ROW,:expression,False",
     "(WHEN NOT MATCHED THEN INSERT ROW)"},
    {"DoNothing", "(WHEN MATCHED THEN DO NOTHING)",
     "WHENS :expressions,WHEN :matched,True,:source,False,:then,DO NOTHING", "(WHEN MATCHED THEN DO NOTHING)"},
    {"UpdateStar", "(WHEN MATCHED THEN UPDATE *)",
     "WHENS :expressions,WHEN :matched,True,:source,False,:then,UPDATE :expressions,STAR",
     "(WHEN MATCHED THEN UPDATE *)"},
    {"UpdateWhere", R"((WHEN MATCHED THEN UPDATE SET "v" = 1 WHERE "v" > 1))",
     R"(WHENS :expressions,WHEN :matched,True,:source,False,:then,UPDATE :expressions,"v" = 1,)"
     R"(:where,WHERE :this,"v" > 1)",
     R"((WHEN MATCHED THEN UPDATE SET "v" = 1))"},
};

INSTANTIATE_TEST_SUITE_P(Sqlglot, MergeClauses, testing::ValuesIn(kCases),
                         [](const auto& row) { return row.param.name; });

TEST(MergeClausesErrors, AnythingElseIsRefusedWithACaret) {
    for (const char* text : {"", "()", "WHEN", "WHEN MATCHED", "WHEN MATCHED THEN", "WHEN MATCHED THEN MERGE",
                             "WHEN MATCHED THEN UPDATE SET", "WHEN MATCHED THEN INSERT (a)",
                             "(WHEN MATCHED THEN DELETE", "WHEN MATCHED THEN DELETE, x", "'WHEN MATCHED THEN DELETE'"})
        EXPECT_FALSE(parse_merge_clauses(text, Dialect::postgres)) << text;
}

}  // namespace
}  // namespace towline::sql
