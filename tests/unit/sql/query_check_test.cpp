#include "sql/query_check.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace towline::sql {
namespace {

struct Refused {
    const char* text;
    const char* says;
};

TEST(QueryCheck, WhatIsCertainlyNoQueryIsRefusedAtItsPlace) {
    const std::vector<Refused> cases{
        {"SELECT a, FROM WHERE", "nothing stands behind 'WHERE'. (line 1, column 16)"},
        {"SELECT a FROM WHERE b", "nothing stands between 'FROM' and 'WHERE'. (line 1, column 10)"},
        {"SELECT a FROM", "nothing stands behind 'FROM'."},
        {"SELECT a FROM t\nWHERE", "nothing stands behind 'WHERE'. (line 2, column 1)"},
        {"SELECT a FROM t WHERE a =", "nothing stands behind '='."},
        {"SELECT a FROM t WHERE a = AND b", "nothing stands between '=' and 'AND'."},
        {"SELECT a FROM t WHERE AND b", "nothing stands between 'WHERE' and 'AND'."},
        {"SELECT a + FROM t", "nothing stands between '+' and 'FROM'."},
        {"SELECT a FROM t ORDER BY", "nothing stands behind 'BY'."},
        {"SELECT a FROM t JOIN", "nothing stands behind 'JOIN'."},
        {"SELECT a FROM t JOIN ON t.a = 1", "nothing stands between 'JOIN' and 'ON'."},
        {"SELECT a FROM t UNION ALL", "nothing stands behind 'UNION'."},
        {"SELECT a FROM (SELECT b FROM t", "Expecting )"},
        {"SELECT COUNT(* FROM t", "Expecting )"},
        {"SELECT [1, 2 FROM t", "Expecting ]"},
        {"SELECT a FROM t)", "')' closes nothing."},
        {"SELECT (a] FROM t", "']' does not close the '('"},
        {"SELECT a b c FROM t", "unexpected 'c'."},
        {"SELECT a AS b c FROM t", "unexpected 'c'."},
        {"SELECT o.id o.name FROM o", "unexpected 'o'. (line 1, column 13)"},
        {"SELECT a FORM t", "unexpected 't'."},
        {"SELECT a FROM t WERE a = 1", "unexpected 'a'."},
        {"SELECT a FROM t GROUP a", "unexpected 'a'."},
        {"SELECT CASE WHEN a THEN b FROM t", "Expected END after CASE. (line 1, column 8)"},
        {"SELECT f(CASE WHEN a THEN b) FROM t", "Expected END after CASE."},
        {"WITH x AS (SELECT 1)", "no statement follows the CTEs"},
        {"SELECT a FROM t.", "a name ends with a point."},
        {"SELECT a FROM {{ ref('t') }} t", "a template outside a Jinja block. (line 1, column 15)"},
        {"SELECT a {% if b %}, c{% endif %} FROM t", "a template outside a Jinja block. (line 1, column 10)"},
        {"SELECT SUM(a) AS b::DECIMAL(15, 2) FROM t", "a cast behind the alias 'b'. (line 1, column 19)"},
        {"SELECT a FROM t\n\nCREATE USER s PASSWORD = 'x'", "unexpected 'CREATE'. (line 3, column 1)"},
        {"SELECT a FROM my-project.t", "unexpected '-'. (line 1, column 17)"},
        {"SELECT a FROM t JOIN my-project.u AS u ON t.a = u.a", "unexpected '-'."},
        {"SELECT a FROM t SETTINGS threads = 1", "unexpected 'threads'."},
        {"SELECT a #of a\nFROM t", "unexpected '#'. (line 1, column 10)"},
        {"SELECT a FROM t WHERE a = 1\nGO", "unexpected 'GO'. (line 2, column 1)"},
        {"SELECT a FROM t HAVING MAX(a) > 'x' go;", "unexpected 'go'."},
    };
    for (const Refused& refused : cases) {
        const Status status = check_query(refused.text, Dialect::duckdb);
        ASSERT_FALSE(status) << refused.text;
        EXPECT_EQ(status.error().message.rfind("Failed to parse: ", 0), 0u) << status.error().message;
        EXPECT_NE((status.error().message + status.error().detail).find(refused.says), std::string::npos)
            << refused.text << "\n"
            << status.error().message;
    }
}

TEST(QueryCheck, WhatSqlglotReadsOverPasses) {
    const std::vector<std::string> cases{
        "SELECT a, b, FROM t",
        "SELECT a,, b FROM t",
        "SELECT ,a FROM t",
        "SELECT a FROM FROM t",
        "SELECT a FROM t GROUP BY WHERE x",
        "SELECT a FROM t JOIN u ON",
        "SELECT CAST(a AS DECIMAL(10, 2) AS d",
        "SELECT FROM t",
        "SELECT a.b. FROM t",
        "SELECT a FROM t, WHERE x",
        "SELECT t.from, t.where, t.\"end\" FROM t",
        "FROM t SELECT a",
        "SELECT a AS, b FROM t",
        "SELECT 'a' 'b'",
        "SELECT DISTINCT ON (a) b c, d FROM t",
        "SELECT COUNT(*) FILTER (WHERE a > 0) OVER (PARTITION BY b ORDER BY c ROWS UNBOUNDED PRECEDING) FROM t",
        "SELECT a FROM t LATERAL VIEW explode(b) u AS c",
        "SELECT * FROM t PIVOT (SUM(a) AS total FOR q IN ('Q1' AS first, 'Q2' second)) p x",
        "SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY a ORDER BY b PATTERN (x y+ z) DEFINE x AS a > 1)",
        "SELECT ts AT TIME ZONE 'UTC' AS u, INTERVAL '1' DAY AS d, DATE '2024-01-01' AS e FROM t",
        "SELECT CASE a WHEN 1 THEN CASE WHEN b THEN c END ELSE d END AS e FROM t",
        "WITH x AS (SELECT 1), y AS (SELECT 2) (SELECT * FROM x)",
        "WITH x AS (SELECT 1) @query()",
        "SELECT @a b c, x @b y z, @EACH([a, b], v -> v =), @{a}_b c FROM t WHERE @AND(a, )",
        "SELECT a FROM t WHERE @WHERE(TRUE) AND @x",
        "SELECT * FROM @table",
        "SELECT j:from:where AS a FROM t",
        "SELECT EXTRACT(DAY FROM a - b), a IS DISTINCT FROM b - 1 FROM t WHERE a IS DISTINCT FROM b - 1",
        "SELECT a = 1 go",
        "SELECT a FROM t WHERE a = (SELECT b = 1 go)",
        "SELECT a FROM t WHERE a > b + INTERVAL '1' dayz",
        "SELECT a FROM t, u WHERE t.a = u.a (+) AND t.b(+) = u.b",
        "SELECT CONNECT_BY_ROOT x y FROM t",
        "SELECT * FROM t MATCH_RECOGNIZE (ORDER BY a PATTERN (b c+) DEFINE c AS d > 1)",
        "SELECT CAST(a AS ARRAY<STRUCT<b INT64, c ARRAY<STRING>>>) AS d, CAST(e AS MAP<STRING, INT>) FROM t",
    };
    for (const std::string& text : cases) {
        const Status status = check_query(text, Dialect::snowflake);
        EXPECT_TRUE(status) << text << "\n" << (status ? "" : status.error().message);
    }
}

TEST(QueryCheck, WhatOneDialectReadsPassesThere) {
    EXPECT_TRUE(check_query("SELECT a FROM my-project.t", Dialect::bigquery));
    EXPECT_TRUE(check_query("SELECT a FROM t SETTINGS threads = 1", Dialect::clickhouse));
    EXPECT_TRUE(check_query("SELECT a # b AS c FROM t", Dialect::postgres));
    EXPECT_TRUE(check_query("SELECT a FROM t WHERE or(a, b) AND and(c, d)", Dialect::clickhouse));
    EXPECT_TRUE(check_query("SELECT #1 FROM t ORDER BY #1", Dialect::duckdb));
}

TEST(QueryCheck, AnyBytesAreAnswered) {
    const std::vector<std::string> cases{"", "(", ")", "@", ".", "WITH", "CASE WHEN", "'", "AS b c", "@{", "@a(("};
    for (const std::string& text : cases) (void)check_query(text, Dialect::tsql);
}

}  // namespace
}  // namespace towline::sql
