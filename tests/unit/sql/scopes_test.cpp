#include "sql/scopes.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace towline::sql {
namespace {

struct Case {
    Dialect dialect;
    const char* text;
    const char* expected;
};

// Printed by SQLMesh for the same queries, default catalog `c`.
const Case kDependencies[] = {
    {Dialect::duckdb, "WITH a AS (SELECT * FROM db.x) SELECT * FROM db.a", "\"c\".\"db\".\"x\""},
    {Dialect::duckdb, "WITH b AS (SELECT * FROM db.b) SELECT * FROM b", "\"c\".\"db\".\"b\""},
    {Dialect::snowflake, "WITH \"A\" AS (SELECT 1) SELECT * FROM a", ""},
    {Dialect::duckdb, "SELECT * FROM 's3://x/y.parquet'", "\"s3://x/y.parquet\""},
    {Dialect::duckdb, "SELECT * FROM UNNEST([1,2]) AS t(x), generate_series(1, 2), db.t, (VALUES (1)) v(a)",
     "\"c\".\"db\".\"t\""},
    {Dialect::duckdb,
     "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r JOIN "
     "db.z USING (n)",
     "\"c\".\"db\".\"z\""},
    {Dialect::duckdb,
     "SELECT EXTRACT(day FROM a), TRIM(BOTH ' ' FROM b), TRIM(FROM c) FROM db.t WHERE x IS DISTINCT FROM y",
     "\"c\".\"db\".\"t\""},
    {Dialect::duckdb, "SELECT * FROM a.b, c.d AS e, f.g h JOIN i.j ON h.x = j.x LEFT JOIN (k.l CROSS JOIN m.n) ON TRUE",
     "\"c\".\"a\".\"b\",\"c\".\"c\".\"d\",\"c\".\"f\".\"g\",\"c\".\"i\".\"j\",\"c\".\"k\".\"l\",\"c\".\"m\"."
     "\"n\""},
    {Dialect::duckdb,
     "SELECT (SELECT MAX(x) FROM db.u) AS m, EXISTS(SELECT 1 FROM db.v WHERE v.a = t.a) FROM db.t WHERE a IN "
     "(SELECT b FROM db.w)",
     "\"c\".\"db\".\"t\",\"c\".\"db\".\"u\",\"c\".\"db\".\"v\",\"c\".\"db\".\"w\""},
    {Dialect::duckdb, "SELECT * FROM db.t AS x, LATERAL (SELECT * FROM db.q WHERE q.a = x.a) l",
     "\"c\".\"db\".\"q\",\"c\".\"db\".\"t\""},
    {Dialect::duckdb, "(SELECT a FROM db.x) UNION ALL (SELECT a FROM db.y) EXCEPT SELECT a FROM db.z ORDER BY 1",
     "\"c\".\"db\".\"x\",\"c\".\"db\".\"y\",\"c\".\"db\".\"z\""},
    {Dialect::duckdb, "SELECT a FROM ((SELECT a FROM db.x) UNION (SELECT a FROM db.y)) s",
     "\"c\".\"db\".\"x\",\"c\".\"db\".\"y\""},
    {Dialect::duckdb, "WITH x AS (WITH y AS (SELECT * FROM db.y) SELECT * FROM y) SELECT * FROM x JOIN y ON TRUE",
     "\"c\".\"db\".\"y\",\"y\""},
    {Dialect::duckdb, "WITH x AS (SELECT * FROM y), y AS (SELECT * FROM x) SELECT * FROM y", "\"y\""},
    {Dialect::duckdb, "SELECT * FROM db.t TABLESAMPLE 10 PERCENT", "\"c\".\"db\".\"t\""},
    {Dialect::duckdb, "SELECT * FROM db.t PIVOT (SUM(a) FOR b IN ('x', 'y'))", "\"c\".\"db\".\"t\""},
    {Dialect::duckdb, "SELECT CAST(a AS DATE) FROM c2.db.t WHERE ds BETWEEN '2020' AND '2021' GROUP BY ALL",
     "\"c2\".\"db\".\"t\""},
    {Dialect::duckdb, "SELECT a, b FROM DB.\"Tbl\" ASOF JOIN db.s ON t.a >= s.a",
     "\"c\".\"db\".\"s\",\"c\".\"db\".\"tbl\""},
    {Dialect::duckdb, "SELECT * FROM read_csv('x.csv'), read_parquet(['a'])", ""},
    {Dialect::duckdb, "FROM db.t SELECT a", "\"c\".\"db\".\"t\""},
    {Dialect::duckdb, "SELECT a FROM settings", "\"settings\""},
    {Dialect::duckdb, "SELECT a FROM offset AS o JOIN db.limit USING (a)", "\"c\".\"db\".\"limit\",\"offset\""},
    {Dialect::clickhouse, "SELECT a FROM t, settings AS s", "\"settings\",\"t\""},
    {Dialect::clickhouse, "SELECT a FROM t, SETTINGS max_threads = 1", "\"t\""},
    {Dialect::duckdb, "SELECT * FROM db.t SEMI JOIN db.u USING (a) ANTI JOIN db.v USING (a)",
     "\"c\".\"db\".\"t\",\"c\".\"db\".\"u\",\"c\".\"db\".\"v\""},
    {Dialect::duckdb, "SELECT * FROM (db.t)", "\"c\".\"db\".\"t\""},
    {Dialect::duckdb, "SELECT * FROM (WITH c AS (SELECT 1 FROM db.q) SELECT * FROM c) d", "\"c\".\"db\".\"q\""},
    {Dialect::duckdb, "SELECT x FROM db.t QUALIFY ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) = 1",
     "\"c\".\"db\".\"t\""},
    {Dialect::duckdb, "SELECT list_filter(a, x -> x > 1), {'a': 1}, [1,2][1] FROM db.t", "\"c\".\"db\".\"t\""},
    {Dialect::duckdb, "SELECT COUNT(*) FILTER (WHERE a > 1) FROM db.t WINDOW w AS (PARTITION BY a)",
     "\"c\".\"db\".\"t\""},
    {Dialect::duckdb, "SELECT * EXCLUDE (a) FROM db.t; ", "\"c\".\"db\".\"t\""},
    {Dialect::bigquery, "SELECT * FROM `p-x.d.t`, `p`.d.t2, p-y.d.t3, d.t4, UNNEST(arr) AS z",
     "\"c\".\"d\".\"t4\",\"p\".\"d\".\"t2\",\"p-x\".\"d\".\"t\",\"p-y\".\"d\".\"t3\""},
    {Dialect::bigquery, "SELECT t.a, z FROM d.t AS t, t.arr AS z", "\"c\".\"d\".\"t\""},
    {Dialect::bigquery, "SELECT * EXCEPT (a) REPLACE (b AS c) FROM D.T", "\"c\".\"D\".\"T\""},
    {Dialect::snowflake, "SELECT * FROM db.t, LATERAL FLATTEN(input => t.a) f, TABLE(GENERATOR(ROWCOUNT => 10))",
     "\"C\".\"DB\".\"T\""},
    {Dialect::snowflake, "SELECT * FROM db.t AT(TIMESTAMP => '2020'::timestamp) x", "\"C\".\"DB\".\"T\""},
    {Dialect::snowflake, "SELECT a FROM t SAMPLE (10)", "\"T\""},
    {Dialect::postgres, "SELECT * FROM db.t, jsonb_to_recordset(a) AS x(b int), ONLY db.u",
     "\"c\".\"db\".\"t\",\"c\".\"db\".\"u\""},
    {Dialect::postgres, "SELECT a FROM db.t FOR UPDATE", "\"c\".\"db\".\"t\""},
    {Dialect::postgres, "SELECT a FROM db.t WHERE a = ANY(SELECT b FROM db.u) AND x @> y",
     "\"c\".\"db\".\"t\",\"c\".\"db\".\"u\""},
    {Dialect::spark, "SELECT * FROM db.t LATERAL VIEW EXPLODE(a) x AS b", "\"c\".\"db\".\"t\""},
    {Dialect::databricks, "SELECT * FROM delta.`/path/x`", "\"c\".\"delta\".\"/path/x\""},
    {Dialect::databricks, "SELECT * FROM db.t VERSION AS OF 3", "\"c\".\"db\".\"t\""},
    {Dialect::clickhouse, "SELECT * FROM db.t FINAL ARRAY JOIN a AS b", "\"c\".\"db\".\"t\""},
    {Dialect::clickhouse, "SELECT * FROM db.t GLOBAL ANY LEFT JOIN db.u USING a",
     "\"c\".\"db\".\"t\",\"c\".\"db\".\"u\""},
    {Dialect::tsql, "SELECT TOP 3 a FROM [Db].[T] WITH (NOLOCK) CROSS APPLY fn(a) x", "\"c\".\"db\".\"t\""},
    {Dialect::trino, "SELECT * FROM db.t CROSS JOIN UNNEST(a) WITH ORDINALITY AS x(y, z)", "\"c\".\"db\".\"t\""},
    {Dialect::mysql, "SELECT a FROM Db.T STRAIGHT_JOIN db.u ON 1 = 1", "\"c\".\"Db\".\"T\",\"c\".\"db\".\"u\""},
    {Dialect::duckdb, "SELECT a FROM db.t UNION BY NAME SELECT a FROM db.u", "\"c\".\"db\".\"t\",\"c\".\"db\".\"u\""},
    {Dialect::duckdb, "SELECT * FROM db.left_x LEFT JOIN db.right_y ON 1 = 1",
     "\"c\".\"db\".\"left_x\",\"c\".\"db\".\"right_y\""},
    {Dialect::duckdb, "SELECT * FROM db.t x, db.u y WHERE x.from_date > y.to_date",
     "\"c\".\"db\".\"t\",\"c\".\"db\".\"u\""},
    {Dialect::duckdb, "SELECT date_trunc('day', ts) AS \"from\" FROM db.t ORDER BY (SELECT 1 FROM db.o)",
     "\"c\".\"db\".\"o\",\"c\".\"db\".\"t\""},
    {Dialect::duckdb,
     "WITH a AS MATERIALIZED (SELECT 1 FROM db.m), b(x, y) AS (SELECT 1, 2 FROM db.n) SELECT * FROM a, b",
     "\"c\".\"db\".\"m\",\"c\".\"db\".\"n\""},
    {Dialect::duckdb, "SELECT * FROM db.t POSITIONAL JOIN db.u", "\"c\".\"db\".\"t\",\"c\".\"db\".\"u\""},
    {Dialect::duckdb,
     "SELECT CASE WHEN a THEN (SELECT b FROM db.c1) ELSE 1 END FROM db.t, db.x1 JOIN db.x2 ON TRUE, db.x3",
     "\"c\".\"db\".\"c1\",\"c\".\"db\".\"t\",\"c\".\"db\".\"x1\",\"c\".\"db\".\"x2\",\"c\".\"db\".\"x3\""},
    {Dialect::duckdb, "VALUES (1)", ""},
};

TEST(Scopes, FindsTheTablesSqlmeshFinds) {
    for (const Case& c : kDependencies) {
        const auto found = dependencies(c.text, c.dialect, "c");
        ASSERT_TRUE(found.has_value()) << c.text << ": " << found.error().message;
        EXPECT_EQ(join(*found, ","), c.expected) << c.text;
    }
}

// name#description of every projection of the outermost SELECT, from the same source.
const Case kProjections[] = {
    {Dialect::bigquery,
     "SELECT STRUCT<a INT64, b ARRAY<STRING>>(1, ['x']) AS s, a < 2 AS t, ARRAY<INT64>[1, 2] AS u FROM v", "s#|t#|u#|"},
    {Dialect::duckdb,
     "SELECT a, b AS c, t.d, \"E\", 1, 'x', f(x), f(x) AS g, CAST(a AS INT), a::int, (a), COUNT(*) n, * FROM "
     "db.t AS t",
     "a#|c#|d#|E#|1#|x#|-#|g#|a#|a#|a#|n#|*#|"},
    {Dialect::duckdb, "SELECT a -- the a\n, b, -- the b\n -- lead c\n c, /* d1 */ d /* d2 */ FROM t",
     "a#the a|b#the b|c#d1|d#d2|"},
    {Dialect::duckdb, "SELECT\n  a AS x, -- one\n  COALESCE(a, /* in */ b) AS y, -- two\n  b AS z -- three\nFROM t",
     "x#one|y#two|z#three|"},
    {Dialect::duckdb, "SELECT\n  a, /* x */ /* y */\n  b -- last\n", "a#y|b#last|"},
    {Dialect::duckdb, "WITH q AS (SELECT z FROM t) SELECT a, q.* FROM q", "a#|*#|"},
    {Dialect::duckdb, "(SELECT a AS b FROM t) UNION ALL SELECT c FROM u", "b#|"},
    {Dialect::duckdb, "SELECT DISTINCT ON (a) a, b FROM t", "a#|b#|"},
    {Dialect::duckdb,
     "SELECT CASE WHEN a THEN 1 END, CASE WHEN a THEN 1 END AS x, a IS NULL, a IS NULL AS n, a b, sum(x) "
     "OVER (PARTITION BY y) s, INTERVAL 1 DAY, current_date, current_date AS d, NULL, TRUE FROM t",
     "-#|x#|-#|n#|b#|s#|-#|-#|d#|-#|-#|"},
    {Dialect::duckdb, "SELECT a, FROM t", "a#|"},
    {Dialect::duckdb, "SELECT * EXCLUDE (a), t.* FROM t", "*#|*#|"},
    {Dialect::duckdb,
     "SELECT a::DOUBLE PRECISION, DATE '2020-01-01', DATE '2020-01-01' AS d, -1, -1 AS neg, NOT a, a AND b "
     "AS both FROM t",
     "a#|2020-01-01#|d#|-#|neg#|-#|both#|"},
    {Dialect::bigquery, "SELECT `a`, b `c` FROM t", "a#|c#|"},
};

TEST(Scopes, NamesAndDescribesProjections) {
    for (const Case& c : kProjections) {
        const auto query = analyze_query(c.text, c.dialect);
        ASSERT_TRUE(query.has_value()) << c.text;
        std::string out;
        for (const Projection& p : query->projections) {
            out += (p.star ? "*" : p.name ? p.name->text : "-") + "#" + p.comment + "|";
        }
        EXPECT_EQ(out, c.expected) << c.text;
    }
}

struct NameCase {
    Dialect dialect;
    const char* name;
    const char* catalog;
    const char* expected;
};

const NameCase kNames[] = {
    {Dialect::duckdb, "Db.Tbl", "Cat", "\"cat\".\"db\".\"tbl\""},
    {Dialect::snowflake, "Db.Tbl", "Cat", "\"CAT\".\"DB\".\"TBL\""},
    {Dialect::bigquery, "Db.Tbl", "Cat", "\"Cat\".\"Db\".\"Tbl\""},
    {Dialect::mysql, "Db.Tbl", "Cat", "\"Cat\".\"Db\".\"Tbl\""},
    {Dialect::postgres, "\"Db\".\"Tbl\"", "Cat", "\"cat\".\"Db\".\"Tbl\""},
    {Dialect::duckdb, "\"Db\".\"Tbl\"", "Cat", "\"cat\".\"db\".\"tbl\""},
    {Dialect::snowflake, "\"Db\".\"Tbl\"", "Cat", "\"CAT\".\"Db\".\"Tbl\""},
    {Dialect::bigquery, "c.Db.Tbl", "Cat", "\"c\".\"Db\".\"Tbl\""},
    {Dialect::bigquery, "proj-x.ds.tbl", "Cat", "\"proj-x\".\"ds\".\"tbl\""},
    {Dialect::bigquery, "proj-123.ds.tbl", "Cat", "\"proj-123\".\"ds\".\"tbl\""},
    {Dialect::bigquery, "Tbl", "Cat", "\"tbl\""},
    {Dialect::snowflake, "Tbl", "Cat", "\"TBL\""},
    {Dialect::duckdb, "\"A b\".c", "\"x y\"", "\"x y\".\"a b\".\"c\""},
    {Dialect::duckdb, "db.a", "my-cat", "\"my-cat\".\"db\".\"a\""},
    {Dialect::duckdb, "`Db`.`T`", "c", "\"c\".\"`db`\".\"`t`\""},
    {Dialect::bigquery, "`Db`.`T`", "c", "\"c\".\"Db\".\"T\""},
    {Dialect::bigquery, "`proj-x.ds.tbl`", "c", "\"proj-x\".\"ds\".\"tbl\""},
    {Dialect::tsql, "[Db].[T]", "c", "\"c\".\"db\".\"t\""},
    {Dialect::postgres, "db.a", "\"Cat\"", "\"Cat\".\"db\".\"a\""},
    {Dialect::snowflake, "a.b.c.d", "x", "\"A\".\"B\".\"C\".\"D\""},
    {Dialect::duckdb, "db.1a", "c", "\"c\".\"db\".\"1a\""},
    {Dialect::spark, "db.1a", "c", "\"c\".\"db\".\"1a\""},
    {Dialect::duckdb, "'s3://x/y.parquet'", "c", "\"s3://x/y.parquet\""},
    {Dialect::duckdb, "\"a\"\"b\".c", "x", "\"x\".\"a\"\"b\".\"c\""},
    {Dialect::trino, "inf.tbl$x", "c", "\"c\".\"inf\".\"tbl$x\""},
    {Dialect::databricks, "`Db`.Tbl", "Cat", "\"cat\".\"db\".\"tbl\""},
};

TEST(Scopes, FullyQualifiedNamesFollowTheDialect) {
    for (const NameCase& c : kNames) {
        const auto name = fqn(c.name, c.dialect, c.catalog);
        ASSERT_TRUE(name.has_value()) << c.name;
        EXPECT_EQ(*name, c.expected) << to_string(c.dialect) << " " << c.name;
    }
    EXPECT_EQ(join(fqn_parts("\"a\"\"b\".\"c d\".\"e\""), "|"), "a\"b|c d|e");
    EXPECT_FALSE(fqn("a + b", Dialect::duckdb, "").has_value());
    EXPECT_FALSE(fqn("", Dialect::duckdb, "").has_value());
}

std::string replaced(std::string_view text, Dialect dialect) {
    const auto analysis = analyze_query(text, dialect);
    if (!analysis) return analysis.error().message;
    return replace_tables(
        text, *analysis,
        [](const TableReference& table) -> std::optional<std::string> {
            if (table.parts.back().text == "keep") return std::nullopt;
            return "phys." + table.parts.back().text + "__1";
        },
        dialect);
}

TEST(Scopes, ReplacesTablesInPlace) {
    for (const Case& c : {
             Case{Dialect::duckdb, "SELECT * FROM db.Full, db.left AS l",
                  "SELECT * FROM phys.Full__1 AS \"full\", phys.left__1 AS l"},
             {Dialect::postgres, "SELECT * FROM db.Order", "SELECT * FROM phys.Order__1 AS \"order\""},
             {Dialect::duckdb, "SELECT a.x  FROM db.a /* c */ WHERE a.x > 1",
              "SELECT a.x  FROM phys.a__1 AS a /* c */ WHERE a.x > 1"},
             Case{Dialect::duckdb, "SELECT * FROM db.a AS z, db.b y, db.keep",
                  "SELECT * FROM phys.a__1 AS z, phys.b__1 y, db.keep"},
             Case{Dialect::duckdb, "WITH a AS (SELECT * FROM db.b) SELECT * FROM a JOIN \"D\".\"T u\" ON TRUE",
                  "WITH a AS (SELECT * FROM phys.b__1 AS b) SELECT * FROM a JOIN phys.T u__1 AS \"T u\" ON "
                  "TRUE"},
             Case{Dialect::postgres, "INSERT INTO db.a (x) SELECT x FROM db.b",
                  "INSERT INTO phys.a__1 (x) SELECT x FROM phys.b__1 AS b"},
             Case{Dialect::postgres, "CREATE INDEX IF NOT EXISTS i ON db.a (x)",
                  "CREATE INDEX IF NOT EXISTS i ON phys.a__1 (x)"},
             Case{Dialect::postgres, "GRANT SELECT ON VIEW db.a TO joe", "GRANT SELECT ON VIEW phys.a__1 TO joe"},
             Case{Dialect::postgres, "GRANT USAGE ON SCHEMA db TO joe", "GRANT USAGE ON SCHEMA db TO joe"},
             Case{Dialect::duckdb, "CREATE TABLE IF NOT EXISTS db.a AS SELECT * FROM db.b",
                  "CREATE TABLE IF NOT EXISTS phys.a__1 AS SELECT * FROM phys.b__1 AS b"},
             Case{Dialect::duckdb, "DROP TABLE IF EXISTS db.a", "DROP TABLE IF EXISTS phys.a__1"},
             Case{Dialect::duckdb, "ALTER TABLE db.a ADD COLUMN x INT", "ALTER TABLE phys.a__1 ADD COLUMN x INT"},
             Case{Dialect::duckdb, "DELETE FROM db.a WHERE x IN (SELECT x FROM db.b)",
                  "DELETE FROM phys.a__1 AS a WHERE x IN (SELECT x FROM phys.b__1 AS b)"},
             Case{Dialect::snowflake,
                  "MERGE INTO db.a AS t USING db.b AS s ON t.x = s.x WHEN MATCHED THEN UPDATE SET t.x = s.x",
                  "MERGE INTO phys.a__1 AS t USING phys.b__1 AS s ON t.x = s.x WHEN MATCHED THEN UPDATE SET "
                  "t.x = s.x"},
             Case{Dialect::bigquery, "SELECT * FROM d.a FOR SYSTEM_TIME AS OF x",
                  "SELECT * FROM phys.a__1 FOR SYSTEM_TIME AS OF x"},
             Case{Dialect::oracle, "SELECT * FROM d.a", "SELECT * FROM phys.a__1 a"},
             Case{Dialect::duckdb, "UPDATE db.a SET x = (SELECT MAX(y) FROM db.b)",
                  "UPDATE phys.a__1 AS a SET x = (SELECT MAX(y) FROM phys.b__1 AS b)"},
         }) {
        EXPECT_EQ(replaced(c.text, c.dialect), c.expected) << c.text;
    }
}

TEST(Scopes, BrokenBracketsAreErrors) {
    EXPECT_NE(replaced("SELECT (a FROM t", Dialect::duckdb).find("never closed"), std::string::npos);
    EXPECT_NE(replaced("SELECT a) FROM t", Dialect::duckdb).find("closes nothing"), std::string::npos);
}

}  // namespace
}  // namespace towline::sql
