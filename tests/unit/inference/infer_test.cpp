// What SQLMesh 0.236.4 finds for these queries (columns_to_types); "-" where it finds nothing.
#include "inference/infer.h"

#include <gtest/gtest.h>

#include "sql/expression.h"

namespace towline::inference {
namespace {

using sql::Dialect;

struct Case {
    Dialect dialect;
    const char* query;
    const char* columns;
};

/// Types are written neutrally; the tables have them in the dialect's words, as SQLMesh hands them on.
model::Columns columns_in(Dialect dialect, std::initializer_list<std::pair<const char*, const char*>> neutral) {
    model::Columns out;
    for (const auto& [name, type] : neutral) {
        const auto parsed = sql::parse_type(type, Dialect::none);
        out.push_back({name, parsed ? sql::type_sql(*parsed, dialect) : "UNKNOWN"});
    }
    return out;
}

class Infer : public testing::TestWithParam<Case> {};

TEST_P(Infer, FindsWhatSqlmeshFinds) {
    const Dialect dialect = GetParam().dialect;
    std::map<std::string, model::Columns> tables;
    tables[R"("c"."db"."t")"] = columns_in(dialect, {{"i", "INT"},
                                                     {"b", "BIGINT"},
                                                     {"d", "DOUBLE"},
                                                     {"n", "DECIMAL(10, 2)"},
                                                     {"s", "VARCHAR"},
                                                     {"dt", "DATE"},
                                                     {"ts", "TIMESTAMP"},
                                                     {"tz", "TIMESTAMPTZ"},
                                                     {"f", "BOOLEAN"},
                                                     {"a", "ARRAY<INT>"},
                                                     {"st", "STRUCT<x INT, y VARCHAR>"}});
    tables[R"("c"."db"."t")"].push_back({"u", "UNKNOWN"});
    tables[R"("c"."db"."t2")"] = columns_in(dialect, {{"i", "INT"}, {"z", "VARCHAR"}, {"dt", "DATE"}});
    if (dialect == Dialect::snowflake) {
        tables[R"("C"."DB"."T")"] = tables[R"("c"."db"."t")"];
        for (model::Column& column : tables[R"("C"."DB"."T")"])
            column.name = sql::normalize_identifier(column.name, false, dialect);
    }
    const Context context{dialect, dialect == Dialect::snowflake ? "C" : "c", &tables, R"("c"."db"."m")", true};
    const auto found = query_columns(GetParam().query, context);
    std::string text = found ? "" : "-";
    if (found)
        for (const model::Column& column : *found)
            text += (text.empty() ? "" : ", ") + column.name + " " + (column.type.empty() ? "UNKNOWN" : column.type);
    EXPECT_EQ(text, GetParam().columns) << GetParam().query;
}

// clang-format off
const Case kCases[] = {
    // Words that are functions in some dialects only, and else columns.
    {Dialect::bigquery, "SELECT utc_timestamp, sysdate, current_datetime AS a, CURRENT_DATE AS b2 FROM far.away",
     "utc_timestamp UNKNOWN, sysdate UNKNOWN, a DATETIME, b2 DATE"},
    {Dialect::duckdb, "SELECT utc_date, current_datetime, curdate, CURRENT_SCHEMA FROM far.away",
     "utc_date UNKNOWN, current_datetime UNKNOWN, curdate UNKNOWN, current_schema UNKNOWN"},
    // PIVOT and UNPIVOT; a later clause that names what comes out hides its type.
    {Dialect::duckdb, "SELECT * FROM db.t2 PIVOT(MAX(i) FOR z IN ('p', 'Q r'))", "dt DATE, p INT, q r INT"},
    {Dialect::duckdb, "SELECT dt, p_m FROM db.t2 PIVOT(MAX(i) AS m, MIN(i) FOR z IN ('p'))", "dt DATE, p_m INT"},
    {Dialect::duckdb, "SELECT pv.p + 0.5 AS x FROM (SELECT i, z FROM db.t2) AS u PIVOT(MAX(i) FOR z IN ('p')) AS pv",
     "x DOUBLE"},
    {Dialect::bigquery, "SELECT * FROM db.t2 PIVOT(MAX(i) AS m FOR z IN ('p' AS one))", "dt DATE, m_one INT64"},
    {Dialect::snowflake, "SELECT * FROM db.t2 PIVOT(MAX(i) FOR z IN (ANY))", "-"},
    {Dialect::duckdb, "SELECT * FROM db.t2 UNPIVOT(v FOR k IN (i)) AS u", "z TEXT, dt DATE, k TEXT, v INT"},
    {Dialect::duckdb, "SELECT k, v FROM db.t2 UNPIVOT(v FOR k IN (i)) WHERE i > 1", "k TEXT, v INT"},
    {Dialect::duckdb, "SELECT k, v FROM db.t2 UNPIVOT(v FOR k IN (i)) AS u WHERE u.k = 'i'", "k TEXT, v UNKNOWN"},
    {Dialect::duckdb, "SELECT k, MAX(v) AS m FROM db.t2 UNPIVOT(v FOR k IN (i)) GROUP BY 1", "k TEXT, m UNKNOWN"},
    {Dialect::duckdb, "WITH w AS (PIVOT db.t2 ON z USING MAX(i)) SELECT dt, p FROM w", "dt UNKNOWN, p UNKNOWN"},
    // Shapes of public projects: a comma too many, a week that starts on a day, Snowflake's times.
    {Dialect::duckdb, "SELECT i, , d, FROM db.t", "i INT, d DOUBLE"},
    {Dialect::bigquery, "SELECT DATE_TRUNC(dt, WEEK(MONDAY)) AS w FROM db.t", "w DATE"},
    {Dialect::snowflake,
     "SELECT TO_TIMESTAMP_NTZ(s) AS a, TO_TIMESTAMP_NTZ('2024-01-01') AS b, TRY_TO_TIMESTAMP(s) AS c FROM db.t",
     "A UNKNOWN, B TIMESTAMPNTZ, C UNKNOWN"},
    {Dialect::snowflake,
     "SELECT TO_TIMESTAMP(1) AS a, TO_TIMESTAMP_LTZ(s, 'YYYY') AS b, TO_DATE('1') AS c, TO_TIME(s) AS d FROM db.t",
     "A TIMESTAMP, B TIMESTAMPLTZ, C UNKNOWN, D TIME"},
    {Dialect::duckdb, "SELECT i, s FROM db.t",
     "i INT, s TEXT"},
    {Dialect::duckdb, "SELECT * FROM db.t",
     "i INT, b BIGINT, d DOUBLE, n DECIMAL(10, 2), s TEXT, dt DATE, ts TIMESTAMP, tz "
     "TIMESTAMPTZ, f BOOLEAN, a INT[], st STRUCT(x INT, y TEXT), u UNKNOWN"},
    {Dialect::duckdb, "SELECT t.* FROM db.t AS t",
     "i INT, b BIGINT, d DOUBLE, n DECIMAL(10, 2), s TEXT, dt DATE, ts TIMESTAMP, tz "
     "TIMESTAMPTZ, f BOOLEAN, a INT[], st STRUCT(x INT, y TEXT), u UNKNOWN"},
    {Dialect::duckdb, "SELECT t.*, t2.z FROM db.t JOIN db.t2 ON t.i = t2.i",
     "i INT, b BIGINT, d DOUBLE, n DECIMAL(10, 2), s TEXT, dt DATE, ts TIMESTAMP, tz "
     "TIMESTAMPTZ, f BOOLEAN, a INT[], st STRUCT(x INT, y TEXT), u UNKNOWN, z TEXT"},
    {Dialect::duckdb, "SELECT * FROM db.t JOIN db.t2 USING (i)",
     "-"},
    {Dialect::duckdb, "SELECT i, z FROM db.t LEFT JOIN db.t2 USING (i, dt)",
     "i INT, z TEXT"},
    {Dialect::duckdb, "SELECT i FROM db.t JOIN db.t2 ON t.i = t2.i",
     "i UNKNOWN"},
    {Dialect::duckdb, "SELECT t.i, z, s FROM db.t JOIN db.t2 ON t.i = t2.i",
     "i INT, z TEXT, s TEXT"},
    {Dialect::duckdb, "SELECT a.i, b.i AS j FROM db.t a CROSS JOIN db.t b",
     "i INT, j INT"},
    {Dialect::duckdb, "SELECT a.i, b.i AS j FROM db.t a, db.t b WHERE a.i = b.i",
     "i INT, j INT"},
    {Dialect::duckdb, "WITH c AS (SELECT i, COUNT(*) AS n FROM db.t GROUP BY i) SELECT c.i, n, n * 2 AS m FROM "
     "c",
     "i INT, n BIGINT, m BIGINT"},
    {Dialect::duckdb, "WITH c AS (SELECT i, SUM(d) AS n FROM db.t GROUP BY 1), e AS (SELECT * FROM c) SELECT * "
     "FROM e",
     "i INT, n DOUBLE"},
    {Dialect::duckdb, "WITH c(x, y) AS (SELECT i, s FROM db.t) SELECT x, y FROM c",
     "x INT, y TEXT"},
    {Dialect::duckdb, "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT n "
     "FROM r",
     "n INT"},
    {Dialect::duckdb, "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT n, "
     "n + i AS k FROM r JOIN db.t ON t.i = r.n",
     "n UNKNOWN, k UNKNOWN"},
    {Dialect::duckdb, "SELECT i FROM db.t UNION ALL SELECT d FROM db.t",
     "i INT"},
    {Dialect::duckdb, "SELECT x FROM (SELECT i AS x FROM db.t UNION ALL SELECT d FROM db.t) q",
     "x DOUBLE"},
    {Dialect::duckdb, "SELECT x FROM (SELECT i AS x FROM db.t UNION SELECT b FROM db.t UNION ALL SELECT d FROM "
     "db.t) q",
     "x DOUBLE"},
    {Dialect::duckdb, "WITH u AS (SELECT i AS x, NULL AS y FROM db.t UNION ALL SELECT i, s FROM db.t) SELECT "
     "x, y FROM u",
     "x INT, y TEXT"},
    {Dialect::duckdb, "SELECT NULL AS x, i FROM db.t",
     "x UNKNOWN, i INT"},
    {Dialect::duckdb, "SELECT i AS x, x + 1 AS y FROM db.t",
     "x INT, y INT"},
    {Dialect::duckdb, "SELECT i + 1 AS i, i * 2 AS k FROM db.t",
     "i INT, k INT"},
    {Dialect::duckdb, "WITH c AS (SELECT 1 AS a, 'x' AS b) SELECT a + 1 AS a, a AS k, b FROM c",
     "a INT, k INT, b TEXT"},
    {Dialect::duckdb, "SELECT i AS x FROM db.t GROUP BY x HAVING COUNT(*) > 1 ORDER BY x",
     "x INT"},
    {Dialect::duckdb, "SELECT i, COUNT(*) AS n FROM db.t GROUP BY i HAVING n > 1 ORDER BY n DESC",
     "i INT, n BIGINT"},
    {Dialect::duckdb, "SELECT i, (SELECT MAX(z) FROM db.t2 WHERE t2.i = t.i) AS m FROM db.t",
     "i INT, m TEXT"},
    {Dialect::duckdb, "SELECT i, EXISTS(SELECT 1 FROM db.t2 WHERE t2.i = t.i) AS e FROM db.t",
     "i INT, e BOOLEAN"},
    {Dialect::duckdb, "SELECT i FROM db.t WHERE i IN (SELECT i FROM db.t2)",
     "i INT"},
    {Dialect::duckdb, "SELECT i FROM db.t WHERE d > (SELECT AVG(d) FROM db.t)",
     "i INT"},
    {Dialect::duckdb, "SELECT nope FROM db.t",
     "nope UNKNOWN"},
    {Dialect::duckdb, "SELECT t.nope, i FROM db.t",
     "nope UNKNOWN, i UNKNOWN"},
    {Dialect::duckdb, "SELECT x.i, s FROM db.t",
     "i UNKNOWN, s UNKNOWN"},
    {Dialect::duckdb, "SELECT i, s, COUNT(*) FROM db.t GROUP BY 1, 2",
     "i INT, s TEXT, _col_2 BIGINT"},
    {Dialect::duckdb, "SELECT i + 1, s FROM db.t",
     "_col_0 INT, s TEXT"},
    {Dialect::duckdb, "SELECT CAST(i AS BIGINT), s FROM db.t",
     "i BIGINT, s TEXT"},
    {Dialect::duckdb, "SELECT i, i FROM db.t",
     "-"},
    {Dialect::duckdb, "SELECT q.i, q.c FROM (SELECT i, COUNT(*) AS c FROM db.t GROUP BY i) AS q",
     "i INT, c BIGINT"},
    {Dialect::duckdb, "SELECT ROW_NUMBER() OVER (PARTITION BY s ORDER BY dt) AS rn, SUM(i) OVER (PARTITION BY "
     "s) AS sm FROM db.t",
     "rn UNKNOWN, sm BIGINT"},
    {Dialect::duckdb, "SELECT * FROM (SELECT i, ROW_NUMBER() OVER (PARTITION BY s ORDER BY dt DESC) AS rn FROM "
     "db.t) x WHERE rn = 1",
     "i INT, rn UNKNOWN"},
    {Dialect::duckdb, "SELECT i, s FROM db.t QUALIFY ROW_NUMBER() OVER (PARTITION BY s ORDER BY dt) = 1",
     "i INT, s TEXT"},
    {Dialect::duckdb, "SELECT CASE WHEN i > 1 THEN 'a' WHEN i > 2 THEN s ELSE NULL END AS c FROM db.t",
     "c TEXT"},
    {Dialect::duckdb, "SELECT CASE s WHEN 'a' THEN 1 ELSE 2.5 END AS c FROM db.t",
     "c DOUBLE"},
    {Dialect::duckdb, "SELECT COALESCE(u, i) AS c, COALESCE(n, 0) AS d, COALESCE(i, d) AS e FROM db.t",
     "c UNKNOWN, d DECIMAL(10, 2), e DOUBLE"},
    {Dialect::duckdb, "SELECT DISTINCT i, s FROM db.t",
     "i INT, s TEXT"},
    {Dialect::duckdb, "SELECT DISTINCT ON (i) i, s FROM db.t ORDER BY i, dt",
     "i INT, s TEXT"},
    {Dialect::duckdb, "SELECT v.x, v.y FROM (VALUES (1, 'a'), (2, 'b')) AS v(x, y)",
     "x INT, y TEXT"},
    {Dialect::duckdb, "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(x, y)",
     "x INT, y TEXT"},
    {Dialect::duckdb, "SELECT x, i FROM db.t CROSS JOIN (VALUES (1), (2)) AS v(x)",
     "x INT, i INT"},
    {Dialect::duckdb, "SELECT i FROM db.nope",
     "i UNKNOWN"},
    {Dialect::duckdb, "SELECT n.i, t.s FROM db.nope n JOIN db.t ON n.i = t.i",
     "i UNKNOWN, s UNKNOWN"},
    {Dialect::duckdb, "SELECT COUNT(*) AS c, CURRENT_DATE AS d FROM db.nope",
     "c BIGINT, d DATE"},
    {Dialect::duckdb, "SELECT * FROM db.nope",
     "-"},
    {Dialect::duckdb, "SELECT 1 AS a, 'b' AS b, 1.5 AS c, TRUE AS d, NULL AS e",
     "a INT, b TEXT, c DOUBLE, d BOOLEAN, e UNKNOWN"},
    {Dialect::duckdb, "SELECT 1",
     "1 INT"},
    {Dialect::duckdb, "SELECT i, * FROM db.t2",
     "-"},
    {Dialect::duckdb, "SELECT st.x, st.y AS yy FROM db.t",
     "x INT, yy TEXT"},
    {Dialect::duckdb, "SELECT t.st.x FROM db.t",
     "x INT"},
    {Dialect::duckdb, "SELECT a[1] AS e FROM db.t",
     "e INT"},
    {Dialect::duckdb, "SELECT i AS \"Quoted Name\", s AS MixedCase FROM db.t",
     "quoted name INT, mixedcase TEXT"},
    {Dialect::duckdb, "SELECT db.t.i, c.db.t.s FROM db.t",
     "i INT, s TEXT"},
    {Dialect::duckdb, "SELECT i::VARCHAR AS v, CAST(d AS DECIMAL(12,2)) AS w, i::DOUBLE AS y FROM db.t",
     "v TEXT, w DECIMAL(12, 2), y DOUBLE"},
    {Dialect::duckdb, "SELECT i FROM db.t LEFT JOIN (SELECT i AS k, z FROM db.t2) q ON q.k = t.i",
     "i INT"},
    {Dialect::duckdb, "SELECT SUM(CASE WHEN f THEN 1 ELSE 0 END) AS c, AVG(i) AS a, MIN(dt) AS m, MAX(ts) AS "
     "x, SUM(n) AS sn FROM db.t",
     "c BIGINT, a DOUBLE, m DATE, x TIMESTAMP, sn DECIMAL(10, 2)"},
    {Dialect::duckdb, "SELECT i FROM db.t SEMI JOIN db.t2 ON t.i = t2.i",
     "i INT"},
    {Dialect::duckdb, "SELECT * FROM db.t2 LEFT JOIN (SELECT i AS k FROM db.t) q ON q.k = t2.i",
     "i INT, z TEXT, dt DATE, k INT"},
    {Dialect::duckdb, "SELECT z FROM db.t INNER JOIN db.t2 ON i = 1",
     "z UNKNOWN"},
    {Dialect::duckdb, "WITH a AS (SELECT * FROM db.t2), b AS (SELECT a.*, 1 AS one FROM a) SELECT * FROM b",
     "i INT, z TEXT, dt DATE, one INT"},
    {Dialect::duckdb, "WITH a AS (SELECT * FROM db.nope) SELECT x FROM a",
     "x UNKNOWN"},
    {Dialect::duckdb, "(SELECT i FROM db.t) UNION ALL (SELECT i FROM db.t2)",
     "i INT"},
    {Dialect::duckdb, "WITH x AS (SELECT i FROM db.t) SELECT i FROM x UNION ALL SELECT i FROM db.t2 ORDER BY i",
     "i INT"},
    {Dialect::duckdb, "SELECT i FROM db.m UNION ALL SELECT i FROM db.t",
     "i UNKNOWN"},
    {Dialect::duckdb, "SELECT COALESCE(MAX(i), 0) AS i FROM db.m",
     "i UNKNOWN"},
    {Dialect::duckdb, "SELECT t.i, m.j FROM db.t JOIN db.m ON t.i = m.i",
     "i INT, j UNKNOWN"},
    {Dialect::duckdb, "SELECT s AS t, i FROM db.t AS x ORDER BY t, x.i",
     "t TEXT, i INT"},
    {Dialect::duckdb, "SELECT i AS x FROM db.t WHERE x > 1",
     "x INT"},
    {Dialect::duckdb, "SELECT i FROM db.t t1 WHERE EXISTS (SELECT 1 FROM db.t2 WHERE z = s)",
     "i INT"},
    {Dialect::duckdb, "SELECT MAX(i) FILTER (WHERE f) AS m, COUNT(DISTINCT s) AS c FROM db.t",
     "m INT, c BIGINT"},
    {Dialect::duckdb, "SELECT 'a' || s AS x, i || 'b' AS y, s || i AS z FROM db.t",
     "x TEXT, y TEXT, z TEXT"},
    {Dialect::duckdb, "SELECT -i AS neg, NOT f AS nf, +d AS p, i = 1 AS eq, i > 1 AND f AS an FROM db.t",
     "neg INT, nf BOOLEAN, p DOUBLE, eq BOOLEAN, an BOOLEAN"},
    {Dialect::duckdb, "SELECT dt + INTERVAL '1' DAY AS a, ts - INTERVAL '1' HOUR AS b, dt - dt AS c FROM db.t",
     "a DATE, b TIMESTAMP, c DATE"},
    {Dialect::duckdb, "SELECT i FROM (SELECT * FROM db.t) AS q",
     "i INT"},
    {Dialect::duckdb, "SELECT q.* FROM (SELECT i, s FROM db.t) AS q",
     "i INT, s TEXT"},
    {Dialect::duckdb, "SELECT i AS a, s AS b FROM (SELECT i, s FROM db.t UNION ALL SELECT i, z FROM db.t2) q "
     "GROUP BY a, b",
     "a INT, b TEXT"},
    {Dialect::duckdb, "SELECT SUM(i) / COUNT(*) AS r, SUM(i) * 1.0 / COUNT(*) AS r2, 100 * SUM(d) / SUM(i) AS "
     "r3, ROUND(SUM(i) / 2, 1) AS r4 FROM db.t",
     "r DOUBLE, r2 DOUBLE, r3 DOUBLE, r4 DOUBLE"},
    {Dialect::duckdb, "SELECT LAG(i) OVER (ORDER BY dt) AS l, LEAD(s, 1, 'x') OVER (ORDER BY dt) AS m, "
     "FIRST_VALUE(i) OVER (ORDER BY dt) AS fv FROM db.t",
     "l UNKNOWN, m UNKNOWN, fv INT"},
    {Dialect::duckdb, "SELECT i, s FROM db.t WHERE dt BETWEEN '2020-01-01' AND '2020-01-02' LIMIT 10",
     "i INT, s TEXT"},
    {Dialect::duckdb, "SELECT ABS(i) AS a, ROUND(d) AS r, UPPER(s) AS u1, LENGTH(s) AS l, SUBSTRING(s, 1, 2) "
     "AS sb, TRIM(s) AS tr, REPLACE(s, 'a', 'b') AS re FROM db.t",
     "a INT, r DOUBLE, u1 TEXT, l BIGINT, sb TEXT, tr TEXT, re UNKNOWN"},
    {Dialect::duckdb, "SELECT z FROM db.t2 UNION ALL SELECT NULL",
     "z TEXT"},
    {Dialect::duckdb, "SELECT u AS x, u + 1 AS y, COALESCE(u, 'a') AS z FROM db.t",
     "x UNKNOWN, y UNKNOWN, z UNKNOWN"},
    {Dialect::duckdb, "SELECT (i) AS p, (i + 1) * 2 AS q, ((s)) AS r FROM db.t",
     "p INT, q INT, r TEXT"},
    {Dialect::duckdb, "SELECT t.i AS i, t2.i AS i2 FROM db.t AS t FULL OUTER JOIN db.t2 AS t2 ON t.i = t2.i",
     "i INT, i2 INT"},
    {Dialect::duckdb, "SELECT x.i, y.z FROM db.t x INNER JOIN db.t2 y ON x.i = y.i AND x.dt = y.dt WHERE x.f",
     "i INT, z TEXT"},
    {Dialect::duckdb, "SELECT CAST(s AS DATE) AS dd, CAST(NULL AS INT) AS ni, CAST('2020-01-01' AS TIMESTAMP) "
     "AS tt FROM db.t",
     "dd DATE, ni INT, tt TIMESTAMP"},
    {Dialect::duckdb, "SELECT i FROM db.t WINDOW w AS (PARTITION BY s)",
     "i INT"},
    {Dialect::duckdb, "SELECT SUM(i) OVER w AS x FROM db.t WINDOW w AS (PARTITION BY s ORDER BY dt)",
     "x BIGINT"},
    {Dialect::duckdb, "SELECT IF(f, i, 0) AS a, NULLIF(i, 0) AS b, GREATEST(i, b) AS c, LEAST(d, 1) AS e FROM "
     "db.t",
     "a INT, b INT, c BIGINT, e DOUBLE"},
    {Dialect::duckdb, "WITH c AS (SELECT 1 AS id UNION ALL SELECT 2) SELECT c.id, t.s FROM c LEFT JOIN db.t ON "
     "t.i = c.id",
     "id INT, s TEXT"},
    {Dialect::duckdb, "SELECT DATE_TRUNC('month', dt) AS m, EXTRACT(YEAR FROM dt) AS y, COUNT(*) AS n FROM "
     "db.t GROUP BY 1, 2",
     "m UNKNOWN, y BIGINT, n BIGINT"},
    {Dialect::duckdb, "SELECT i, SUM(n) AS total FROM db.t GROUP BY ALL",
     "i INT, total DECIMAL(10, 2)"},
    {Dialect::duckdb, "SELECT i IS NULL AS a, s LIKE 'a%' AS b, i IN (1, 2) AS c, i BETWEEN 1 AND 2 AS d2 FROM "
     "db.t",
     "a BOOLEAN, b BOOLEAN, c BOOLEAN, d2 BOOLEAN"},
    {Dialect::duckdb, "SELECT t.i, l.z FROM db.t, LATERAL (SELECT z FROM db.t2 WHERE t2.i = t.i) AS l",
     "i INT, z UNKNOWN"},
    {Dialect::duckdb, "SELECT i, e FROM db.t CROSS JOIN UNNEST(a) AS x(e)",
     "i INT, e INT"},
    {Dialect::duckdb, "SELECT i, e FROM db.t CROSS JOIN UNNEST(a) AS e",
     "i UNKNOWN, e UNKNOWN"},
    {Dialect::duckdb, "SELECT i, e FROM db.t LATERAL VIEW EXPLODE(a) x AS e",
     "i INT, e INT[]"},
    {Dialect::duckdb, "SELECT LIST_TRANSFORM(a, lambda x, k : x + k) AS l, COALESCE(s,, 'x') AS c, a[1] AS e FROM db.t",
     "l UNKNOWN, c TEXT, e INT"},
    {Dialect::duckdb, "SELECT i, UNNEST(a) AS e FROM db.t",
     "i INT, e INT"},
    {Dialect::duckdb, "SELECT * EXCLUDE (z) FROM db.t2",
     "i INT, dt DATE"},
    {Dialect::duckdb, "SELECT * EXCEPT (z) FROM db.t2",
     "i INT, dt DATE"},
    {Dialect::duckdb, "SELECT * REPLACE (i + 1.5 AS i) FROM db.t2",
     "i DOUBLE, z TEXT, dt DATE"},
    {Dialect::duckdb, "SELECT t2.* EXCLUDE (i), t.s FROM db.t2 JOIN db.t ON t.i = t2.i",
     "z TEXT, dt DATE, s TEXT"},
    {Dialect::duckdb, "SELECT i FROM db.t TABLESAMPLE (10 PERCENT)",
     "i INT"},
    {Dialect::duckdb, "SELECT g FROM GENERATE_SERIES(1, 10) AS x(g)",
     "g UNKNOWN"},
    {Dialect::duckdb, "SELECT generate_series FROM GENERATE_SERIES(1, 10)",
     "generate_series UNKNOWN"},
    {Dialect::duckdb, "FROM db.t SELECT i",
     "i INT"},
    {Dialect::duckdb, "FROM db.t2",
     "i INT, z TEXT, dt DATE"},
    {Dialect::postgres, "SELECT i / 2 AS a, i / d AS b2, dt - INTERVAL '1' HOUR AS c FROM db.t",
     "a BIGINT, b2 DOUBLE PRECISION, c TIMESTAMP"},
    {Dialect::postgres, "SELECT t AS r, DATE_PART('year', dt) AS y FROM db.t",
     "r STRUCT<i INT, b BIGINT, d DOUBLE PRECISION, n DECIMAL(10, 2), s VARCHAR, dt DATE, ts "
     "TIMESTAMP, tz TIMESTAMPTZ, f BOOLEAN, a INT[], st STRUCT<x INT, y VARCHAR>, u UNKNOWN>, "
     "y INT"},
    {Dialect::bigquery, "SELECT COALESCE(i, 0) AS a, ROUND(n, 1) AS b2, AVG(i) AS c, SAFE_DIVIDE(i, 2) AS d2, "
     "NULL AS e, [1, 2] AS f2 FROM db.t",
     "a INT64, b2 NUMERIC(10, 2), c FLOAT64, d2 FLOAT64, e INT64, f2 ARRAY<INT64>"},
    {Dialect::bigquery, "SELECT DATE_TRUNC(dt, MONTH) AS a, TIMESTAMP_TRUNC(tz, DAY) AS b2, FORMAT_DATE('%Y', "
     "dt) AS c, ROW_NUMBER() OVER (ORDER BY i) AS d2 FROM db.t",
     "a DATE, b2 TIMESTAMP, c STRING, d2 INT64"},
    {Dialect::bigquery, "SELECT e FROM db.t, UNNEST(a) AS e",
     "e INT64"},
    {Dialect::snowflake, "SELECT DATEADD(day, 1, dt) AS a, DATEADD(hour, 1, dt) AS b2, IFF(f, i, 0) AS c, "
     "MEDIAN(n) AS d2, SQRT(i) AS e FROM db.t",
     "A DATE, B2 TIMESTAMPNTZ, C INT, D2 DECIMAL(13, 5), E DOUBLE"},
    {Dialect::bigquery, "SELECT DATE_TRUNC(dt, WEEK(MONDAY)) AS a, DATE_DIFF(dt, dt, WEEK(SUNDAY)) AS b2, "
     "LAST_DAY(dt, ISOYEAR) AS c, i FROM db.t",
     "a DATE, b2 INT64, c DATE, i INT64"},
    {Dialect::bigquery, "SELECT ARRAY(SELECT AS STRUCT i, s AS k FROM db.t) AS a, CAST(NULL AS STRUCT<A INT64, "
     "b ARRAY<STRING>>) AS b2, 'x' 'y' AS c FROM db.t",
     "a ARRAY<STRUCT<i INT64, k STRING>>, b2 STRUCT<`a` INT64, `b` ARRAY<STRING>>, c STRING"},
    {Dialect::bigquery, "SELECT JSON_VALUE(s, '$.k'), JSON_QUERY(s, '$.p.q'), NET.HOST(s) AS h FROM db.t",
     "k STRING, q STRING, h STRING"},
    {Dialect::tsql, "SELECT DATEADD(qq, 1, dt) AS a, DATEDIFF(wk, dt, dt) AS b2, DATENAME(dw, dt) AS c, "
     "DATEPART(\"dd\", dt) AS d2, i FROM db.t",
     "a DATE, b2 INTEGER, c VARCHAR, d2 INTEGER, i INTEGER"},
    {Dialect::tsql, "SELECT CONVERT(VARCHAR(3), i) AS a, 0x1F AS b2, SYSTEM_USER AS c, JSON_VALUE(s, '$.k') "
     "FROM db.t",
     "a UNKNOWN, b2 BINARY, c VARCHAR, k UNKNOWN"},
    {Dialect::snowflake, "SELECT DATE_PART(dayofweekiso, dt) AS a, DATEADD(y, 5, dt) AS b2, TO_CHAR(dt::DATE, "
     "'YYYY') AS c, TO_CHAR(dt, 'YYYY') AS d2, i FROM db.t",
     "A INT, B2 DATE, C VARCHAR, D2 UNKNOWN, I INT"},
    {Dialect::snowflake, "SELECT s:Key.part, s:a[0].b::INT, s:k['x'], OBJECT_CONSTRUCT('a', i) AS o, {'Aa': i} "
     "AS p, CAST(s AS OBJECT(k INT)) AS q FROM db.t",
     "part UNKNOWN, _col_1 INT, x UNKNOWN, O OBJECT(\"a\" INT), P OBJECT(\"AA\" INT), Q OBJECT(\"K\" INT)"},
    {Dialect::databricks, "SELECT s:k.l, named_struct('P', i) AS a, struct(i, 'z') AS b2, CAST(s AS STRUCT<K: "
     "VARCHAR(3)>) AS c, INTERVAL 5 HOURS 30 MINUTES AS d2 FROM db.t",
     "l UNKNOWN, a STRUCT<`p`: INT>, b2 STRUCT<`i`: INT, `col2`: STRING>, c STRUCT<`k`: STRING>, d2 INTERVAL"},
    {Dialect::spark, "SELECT CAST(NULL AS VARCHAR(4)) AS a, struct(i, 'z') AS b2, map_from_arrays(array('k'), "
     "array(i)) AS c, get_json_object(s, '$.k'), i IS UNKNOWN AS d2 FROM db.t",
     "a STRING, b2 STRUCT<`i`: INT, `col2`: STRING>, c MAP<STRING, INT>, k UNKNOWN, d2 BOOLEAN"},
    {Dialect::mysql, "SELECT STR_TO_DATE(s, '%Y-%m-%d') AS a, STR_TO_DATE(s, '%d %H') AS b2, f && f AS c, 0x1F "
     "AS d2, s->>'$.k' FROM db.t",
     "a DATE, b2 DATETIME, c BOOLEAN, d2 BINARY, k UNKNOWN"},
    {Dialect::bigquery, "SELECT e, o FROM db.t, UNNEST(a) AS e WITH OFFSET AS o WHERE o < 2",
     "e INT64, o INT64"},
    {Dialect::bigquery, "SELECT i, offset FROM db.t, UNNEST(a) AS e WITH OFFSET",
     "i INT64, offset INT64"},
    {Dialect::snowflake, "SELECT i, SUM(b) AS b2 FROM db.t GROUP BY GROUPING SETS ((i), ())",
     "I INT, B2 BIGINT"},
    {Dialect::tsql, "SELECT TOP (5) WITH TIES i, Total = d + 1, [Full Name] = s FROM db.t ORDER BY i",
     "i INTEGER, total FLOAT, full name VARCHAR"},
    {Dialect::snowflake, "SELECT f.value AS v FROM db.t, LATERAL FLATTEN(input => a) AS f",
     "V UNKNOWN"},
    {Dialect::databricks, "SELECT NULL AS a, CONCAT(s, 'x') AS b2, DATE_ADD(dt, 1) AS c, IF(f, i, 0) AS d2, "
     "COALESCE(i, 0) AS e FROM db.t",
     "a VOID, b2 STRING, c DATE, d2 BIGINT, e BIGINT"},
    {Dialect::databricks, "SELECT i, e FROM db.t LATERAL VIEW EXPLODE(a) x AS e",
     "i INT, e ARRAY<INT>"},
    {Dialect::tsql, "SELECT TOP 10 ISNULL(i, 0) AS a, DATEADD(day, 1, dt) AS b2, FORMAT(dt, 'yyyy') AS c, i "
     "/ 2 AS d2, GETDATE() AS e FROM db.t",
     "a INTEGER, b2 DATE, c VARCHAR, d2 BIGINT, e DATETIME"},
    {Dialect::mysql, "SELECT s || 'a' AS a, DATE_ADD(dt, INTERVAL 1 DAY) AS b2, IFNULL(i, 0) AS c, NOW() AS "
     "d2 FROM db.t",
     "a BOOLEAN, b2 DATE, c INT, d2 UNKNOWN"},
    {Dialect::trino, "SELECT DATE_ADD('day', 1, dt) AS a, i / 2 AS b2, CAST(ROW(1, 'a') AS ROW(x INTEGER, y "
     "VARCHAR)) AS c FROM db.t",
     "a DATE, b2 BIGINT, c ROW(\"x\" INTEGER, \"y\" VARCHAR)"},
    {Dialect::redshift, "SELECT TO_TIMESTAMP(s, 'YYYY') AS a, NVL(i, 0) AS b2, GETDATE() AS c FROM db.t",
     "a TIMESTAMP WITH TIME ZONE, b2 INTEGER, c TIMESTAMP"},
    // A star takes tables first, then queries, then UNNEST and VALUES.
    {Dialect::duckdb, "SELECT * FROM (VALUES (1)) AS v(one) CROSS JOIN (SELECT 'a' AS two) AS s CROSS JOIN db.t2",
     "i INT, z TEXT, dt DATE, two TEXT, one INT"},
    {Dialect::postgres, "WITH v(a, b) AS (VALUES (1, 'x')) SELECT *, a + 1 AS c FROM v", "a INT, b VARCHAR, c INT"},
    {Dialect::postgres, "SELECT * FROM UNNEST(ARRAY[1], ARRAY['a']) WITH ORDINALITY AS u(a, b, c)",
     "a INT, b INT, c INT"},
    {Dialect::postgres, "SELECT * FROM db.t2 CROSS JOIN GENERATE_SERIES(1, i) AS g",
     "i INT, z VARCHAR, dt DATE, g UNKNOWN"},
    {Dialect::bigquery, "SELECT ARRAY<STRING>[] AS a, STRUCT<x INT64>(1) AS b2, STRUCT<x INT64>(1).x AS c",
     "a ARRAY<STRING>, b2 STRUCT<`x` INT64>, c INT64"},
    {Dialect::bigquery, "SELECT * FROM UNNEST(ARRAY<STRUCT<x INT64, y STRING>>[(1, 'a')])", "x INT64, y STRING"},
    {Dialect::spark, "SELECT FILTER(a, x -> 1 < x) AS b2 FROM db.t", "b2 ARRAY<INT>"},
    {Dialect::duckdb, "SELECT '{}'::JSON -> '/x/y' AS a, '{}'::JSON ->> '$.l[#-1]' AS b", "a JSON, b JSON"},
    {Dialect::duckdb, "SELECT CAST('{}' AS JSON) -> '$.x' AS a, CAST('{}' AS TEXT) ->> '/x' AS b", "a UNKNOWN, b TEXT"},
    {Dialect::bigquery, "SELECT st.*, e FROM db.t, t.a AS e", "x INT64, y STRING, e INT64"},
    {Dialect::postgres, "SELECT * FROM db.t2 CROSS JOIN LATERAL (SELECT 1 AS one) AS l", "-"},
    {Dialect::postgres, "SELECT * FROM db.t2 CROSS JOIN LATERAL (SELECT 1 AS one) AS l(two)",
     "i INT, z VARCHAR, dt DATE, two UNKNOWN"},
    {Dialect::spark, "SELECT 1L AS a, 1.5f AS b2, 10S AS c, 1.5BD AS d2, 1e5 AS e, 1d + 1 AS g, 4 l FROM db.t",
     "a BIGINT, b2 FLOAT, c SMALLINT, d2 DECIMAL, e DOUBLE, g DOUBLE, l INT"},
    {Dialect::trino, "SELECT TIMESTAMP '2020-01-01 01:00 +02:00' AS a, TIMESTAMP '2020-01-01 01:00' AS b2 FROM db.t",
     "a TIMESTAMP WITH TIME ZONE, b2 TIMESTAMP"},
};
// clang-format on

INSTANTIATE_TEST_SUITE_P(Queries, Infer, testing::ValuesIn(kCases));

TEST(InferLimits, BrokenQueriesHaveNoColumns) {
    const std::map<std::string, model::Columns> tables;
    const Context context{Dialect::duckdb, "c", &tables, "", true};
    for (const char* text : {"", "SELECT", "WITH x AS", "UPDATE t SET a = 1", "SELECT 'open", "(("})
        EXPECT_FALSE(query_columns(text, context)) << text;
}

TEST(InferLimits, BrokenPivotsAreNotUnderstood) {
    std::map<std::string, model::Columns> tables;
    tables[R"("c"."db"."t")"] = {{"i", "INT"}, {"s", "TEXT"}};
    const Context context{Dialect::duckdb, "c", &tables, "", true};
    for (const char* text :
         {"PIVOT", "PIVOT(", "PIVOT()", "PIVOT(SUM(i))", "PIVOT(SUM(i) FOR)", "PIVOT(SUM(i) FOR s IN)",
          "PIVOT(SUM(i) FOR s IN (ANY))", "PIVOT(SUM(i) FOR s IN (SELECT 1))", "UNPIVOT(FOR IN ())",
          "UNPIVOT((), () FOR k IN ((), ()))", "UNPIVOT(v FOR k IN (i) AS", "MATCH_RECOGNIZE ("})
        EXPECT_FALSE(query_columns(std::string("SELECT * FROM db.t ") + text, context)) << text;
}

TEST(InferLimits, AStarOfColumnsThatLeavesSomeOutHasNoName) {
    std::map<std::string, model::Columns> tables;
    tables[R"("c"."db"."t")"] = {{"i", "INT"}, {"s", "TEXT"}};
    const Context context{Dialect::duckdb, "c", &tables, "", true};
    EXPECT_EQ(query_columns("SELECT COLUMNS(* EXCLUDE (i)) + 1 FROM db.t", context), (model::Columns{{"_col_0", ""}}));
}

TEST(InferLimits, WhatIsTooDeepHasNoType) {
    const std::map<std::string, model::Columns> tables;
    const Context context{Dialect::duckdb, "c", &tables, "", true};
    std::string deep = "SELECT ";
    for (int i = 0; i < 190; ++i) deep += "(SELECT ";
    EXPECT_EQ(query_columns(deep + "1" + std::string(190, ')') + " AS a", context), (model::Columns{{"a", ""}}));
    // A chain of set operations is a tree as deep as it is long.
    std::string chain = "SELECT 1 AS a";
    for (int i = 0; i < 20'000; ++i) chain += " UNION ALL SELECT 1 AS a";
    EXPECT_EQ(query_columns(chain, context), (model::Columns{{"a", ""}}));
}

TEST(InferLimits, ChainsInChainsAreNoHigherThanOne) {
    const std::map<std::string, model::Columns> tables;
    const Context context{Dialect::duckdb, "c", &tables, "", true};
    // Of all strengths beside each other, and in brackets at the beginning of each other.
    std::string value = "x";
    for (const char* link : {"[1]", " * 2", " + 1", " || 'a'", " = 1", " AND TRUE", " OR TRUE"})
        for (int i = 0; i < 3'000; ++i) value += link;
    EXPECT_TRUE(query_columns("SELECT " + value + " AS a FROM (SELECT 1 AS x) AS t", context));
    std::string nested = "x";
    for (int i = 0; i < 150; ++i) {
        nested = "(" + nested;
        for (int k = 0; k < 1'000; ++k) nested += "[1]";
        nested += ")";
    }
    EXPECT_TRUE(query_columns("SELECT " + nested + " AS a FROM (SELECT 1 AS x) AS t", context));
}

TEST(InferLimits, StarsOfStarsHaveALimit) {
    const std::map<std::string, model::Columns> tables;
    const Context context{Dialect::duckdb, "c", &tables, "", true};
    std::string query = "WITH c0 AS (SELECT 1 AS a, 2 AS b)";
    for (int i = 1; i < 40; ++i)
        query += ", c" + std::to_string(i) + " AS (SELECT *, * FROM c" + std::to_string(i - 1) + ")";
    EXPECT_FALSE(query_columns(query + " SELECT * FROM c39", context));
}

TEST(InferLimits, AModelThatIsNotOptimizedHasNoTypes) {
    const std::map<std::string, model::Columns> tables;
    const Context context{Dialect::duckdb, "c", &tables, "", false};
    EXPECT_EQ(query_columns("SELECT 1 AS a, 'b' AS b", context), (model::Columns{{"a", ""}, {"b", ""}}));
}

}  // namespace
}  // namespace towline::inference
