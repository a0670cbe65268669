#include "query/inner_queries.h"

#include <gtest/gtest.h>

namespace towline::query {
namespace {

struct Case {
    const char* text;
    const char* gen;
};

// Printed by sqlglot's `gen` of what it reads in DuckDB, without the empty lists that SQLMesh's cache drops.
const Case kCases[] = {
    {R"(x > (SELECT MAX(ds) FROM db.test))", R"(x > (SELECT :expressions,MAX(ds),:from_,FROM db.test))"},
    {R"(x IN (SELECT DISTINCT a FROM t))", R"(x IN (:query,(SELECT :expressions,a,:distinct,DISTINCT,:from_,FROM t)))"},
    {R"(x IN (SELECT DISTINCT ON (a) a FROM t))",
     R"(x IN (:query,(SELECT :expressions,a,:distinct,DISTINCT :on,TUPLE :expressions,a,:from_,FROM t)))"},
    {R"(EXISTS (SELECT u.id FROM far.u JOIN far.v ON u.id = v.id))",
     R"(EXISTS(SELECT :expressions,u.id,:from_,FROM far.u,:joins,JOIN :this,far.v,:on,u.id = v.id))"},
    {R"(NOT EXISTS(SELECT 1 FROM u LEFT JOIN v USING (id, b) WHERE a = 1 AND NOT b))",
     R"(NOT EXISTS(SELECT :expressions,1,:from_,FROM u,:joins,JOIN :this,v,:side,LEFT,:using,id,b,:where,WHERE :this,a = 1 AND NOT b))"},
    {R"(x IN (SELECT id FROM u INNER JOIN v ON a = b))",
     R"(x IN (:query,(SELECT :expressions,id,:from_,FROM u,:joins,JOIN :this,v,:on,a = b,:kind,INNER)))"},
    {R"(x IN (SELECT id FROM u, v))", R"(x IN (:query,(SELECT :expressions,id,:from_,FROM u,:joins,JOIN :this,v)))"},
    {R"(x IN (SELECT a FROM u NATURAL LEFT JOIN v))",
     R"(x IN (:query,(SELECT :expressions,a,:from_,FROM u,:joins,JOIN :this,v,:side,LEFT,:method,NATURAL)))"},
    {R"(x IN (SELECT a FROM u FULL OUTER JOIN v ON a = b))",
     R"(x IN (:query,(SELECT :expressions,a,:from_,FROM u,:joins,JOIN :this,v,:on,a = b,:side,FULL,:kind,OUTER)))"},
    {R"(x IN (SELECT id FROM u GROUP BY id HAVING COUNT(*) > 1 ORDER BY id DESC LIMIT 3 OFFSET 2))",
     R"(x IN (:query,(SELECT :expressions,id,:from_,FROM u,:group,GROUP :expressions,id,:having,HAVING :this,COUNT(STAR,True) > 1,:order,ORDER :expressions,ORDERED :this,id,:desc,True,:nulls_first,False,:limit,LIMIT :expression,3,:offset,OFFSET :expression,2)))"},
    {R"(x IN (SELECT id FROM u UNION SELECT id FROM v ORDER BY 1 LIMIT 2))",
     R"(x IN (:query,(UNION :this,SELECT :expressions,id,:from_,FROM u,:expression,SELECT :expressions,id,:from_,FROM v,:distinct,True,:order,ORDER :expressions,ORDERED :this,1,:nulls_first,False,:limit,LIMIT :expression,2)))"},
    {R"(x IN (SELECT id FROM u EXCEPT SELECT id FROM v))",
     R"(x IN (:query,(EXCEPT :this,SELECT :expressions,id,:from_,FROM u,:expression,SELECT :expressions,id,:from_,FROM v,:distinct,True)))"},
    {R"(x IN (WITH c AS (SELECT 1 AS id), d AS (SELECT 2) SELECT id FROM c))",
     R"(x IN (:query,(SELECT :with_,WITH :expressions,CTE :this,SELECT :expressions,1 AS id,:alias, AS c,CTE :this,SELECT :expressions,2,:alias, AS d,:expressions,id,:from_,FROM c)))"},
    {R"(x IN (WITH RECURSIVE c(a, b) AS (SELECT 1, 2) SELECT id FROM c))",
     R"(x IN (:query,(SELECT :with_,WITH :expressions,CTE :this,SELECT :expressions,1,2,:alias, AS c(a,b),:recursive,True,:expressions,id,:from_,FROM c)))"},
    {R"(x IN (SELECT u.* FROM u))", R"(x IN (:query,(SELECT :expressions,u.STAR,:from_,FROM u)))"},
    {R"(x IN (SELECT COUNT(*) AS n FROM (SELECT 1 AS a) AS x(b)))",
     R"(x IN (:query,(SELECT :expressions,COUNT(STAR,True) AS n,:from_,FROM (SELECT :expressions,1 AS a) AS x(b))))"},
    {R"(x IN (SELECT id FROM u AS v(a, b)))", R"(x IN (:query,(SELECT :expressions,id,:from_,FROM u AS v(a,b))))"},
    {R"(x IN (SELECT SUM(a) FILTER (WHERE b) FROM u))",
     R"(x IN (:query,(SELECT :expressions,FILTER :this,SUM(a),:expression,WHERE :this,b,:from_,FROM u)))"},
    {R"(x IN (SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) FROM u QUALIFY 1 = 1))",
     R"(x IN (:query,(SELECT :expressions,WINDOW :this,ROW_NUMBER(),:partition_by,a,:order,ORDER :expressions,ORDERED :this,b,:nulls_first,False,:over,OVER,:from_,FROM u,:qualify,QUALIFY :this,1 = 1)))"},
    {R"(x IN (SELECT a FROM (VALUES (1), (2)) AS t(a)))",
     R"(x IN (:query,(SELECT :expressions,a,:from_,FROM VALUES :expressions,TUPLE :expressions,1,TUPLE :expressions,2,:alias, AS t(a))))"},
    {R"(x IN (SELECT (SELECT 1)))", R"(x IN (:query,(SELECT :expressions,(SELECT :expressions,1))))"},
    {R"(x IN (SELECT a FROM u WHERE a IN (SELECT b FROM v) AND EXISTS(SELECT 1)))",
     R"(x IN (:query,(SELECT :expressions,a,:from_,FROM u,:where,WHERE :this,a IN (:query,(SELECT :expressions,b,:from_,FROM v)) AND EXISTS(SELECT :expressions,1))))"},
    {R"(x IN (SELECT a FROM c.d.u))", R"(x IN (:query,(SELECT :expressions,a,:from_,FROM c.d.u)))"},
    {R"(x IN (SELECT a FROM "d"."U"))", R"(x IN (:query,(SELECT :expressions,a,:from_,FROM "d"."U")))"},
    {R"(x IN ((SELECT 1) UNION ALL (SELECT 2)))",
     R"(x IN (:query,(UNION :this,(SELECT :expressions,1),:expression,(SELECT :expressions,2),:distinct,False)))"},
    {R"(a = 1 AND x IN (SELECT 1 LIMIT 1))",
     R"(a = 1 AND x IN (:query,(SELECT :expressions,1,:limit,LIMIT :expression,1)))"},
    {R"(CASE WHEN EXISTS(SELECT 1) THEN (SELECT 2) END)",
     R"(CASE(IF(EXISTS(SELECT :expressions,1),(SELECT :expressions,2))))"},
    {R"(ARRAY(SELECT a FROM t))", R"(ARRAY(SELECT :expressions,a,:from_,FROM t))"},
    {R"(x = ANY (SELECT 1))", R"(x = ANY :this,(SELECT :expressions,1))"},
    {R"(x = ANY ((SELECT 1)))", R"(x = ANY :this,((SELECT :expressions,1)))"},
    {R"(x = SOME (SELECT 1))", R"(x = ANY :this,SELECT :expressions,1)"},
    {R"(x > ALL (SELECT 1 UNION SELECT 2))",
     R"(x > ALL :this,UNION :this,SELECT :expressions,1,:expression,SELECT :expressions,2,:distinct,True)"},
    {R"(x > ALL ((SELECT 1)))", R"(x > ALL((SELECT :expressions,1)))"},
    {R"(EXISTS((SELECT 1)))", R"(EXISTS((SELECT :expressions,1)))"},
    {R"(x LIKE ALL ('a', 'b'))", R"(x Like ALL :this,TUPLE :expressions,'a','b')"},
    {R"(x LIKE SOME ('a'))", R"(x Like ANY :this,('a'))"},
    {R"(COALESCE((SELECT MAX(a) FROM t), 0))", R"(COALESCE((SELECT :expressions,MAX(a),:from_,FROM t),0))"},
};

std::string gen_of(std::string_view text) {
    auto expression = sql::parse_expression(text, sql::Dialect::duckdb);
    if (!expression) return expression.error().message;
    add_gen(*expression, sql::Dialect::duckdb);
    return sql::checked_gen(*expression, sql::Dialect::duckdb).value_or("refused");
}

TEST(InnerQueries, HaveTheMinimalTextOfSqlglot) {
    for (const Case& c : kCases) EXPECT_EQ(gen_of(c.text), c.gen) << c.text;
}

TEST(InnerQueries, AreRefusedWhereTheirTextIsNotKnown) {
    for (const char* text : {"x = ANY (VALUES (1), (2))", "x IN (SELECT a FROM u TABLESAMPLE (10 PERCENT))",
                             "x IN (SELECT a FROM u GROUP BY ROLLUP (a, b))", "x > (SELECT a FROM t FOR UPDATE)"})
        EXPECT_EQ(gen_of(text), "refused") << text;
}

TEST(InnerQueries, HaveTheirNamesFoldedAndQuoted) {
    auto condition =
        sql::parse_expression("x > (SELECT Max(Ds) FROM Db.Test AS t WHERE source.Id = 'A')", sql::Dialect::duckdb);
    ASSERT_TRUE(condition);
    int trees = 0;
    normalize_inner_queries(*condition, sql::Dialect::duckdb, [&](Expr&) { ++trees; });
    EXPECT_EQ(trees, 1);
    EXPECT_EQ(sql::to_sql(*condition, sql::Dialect::duckdb),
              R"(x > (SELECT MAX("ds") FROM "db"."test" AS "t" WHERE "source"."id" = 'A'))");
}

}  // namespace
}  // namespace towline::query
