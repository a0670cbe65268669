#include "sql/executed_text.h"

#include <gtest/gtest.h>

namespace towline::sql {
namespace {

TEST(ReservedNames, StandInQuotesWhereTheyAreNames) {
    struct Case {
        std::string_view written;
        std::string_view expected;
    };
    for (const Case& c :
         {Case{"SELECT User, t.user FROM t", "SELECT \"user\", t.\"user\" FROM t"},
          {"SELECT at, x AT TIME ZONE 'UTC' AS at FROM t", "SELECT \"at\", x AT TIME ZONE 'UTC' AS \"at\" FROM t"},
          {"SELECT 1 check, \"user\", 'user' /* user */ FROM user",
           "SELECT 1 \"check\", \"user\", 'user' /* user */ FROM \"user\""},
          {"SELECT user(), f(default := 1), CURRENT_USER, users",
           "SELECT user(), f(default := 1), CURRENT_USER, users"},
          {"SELECT CASE WHEN a THEN 1 END FROM t ORDER BY a LIMIT 1",
           "SELECT CASE WHEN a THEN 1 END FROM t ORDER BY a LIMIT 1"},
          {"SELECT y FROM XMLTABLE('/a' PASSING x COLUMNS y int DEFAULT 0)",
           "SELECT y FROM XMLTABLE('/a' PASSING x COLUMNS y int DEFAULT 0)"},
          {"SELECT x::BINARY", "SELECT x::BINARY"},
          {"SELECT a, group, t.Order FROM t GROUP BY a", "SELECT a, \"group\", t.\"order\" FROM t GROUP BY a"},
          {"SELECT MAX(x) WITHIN GROUP (ORDER BY y), SUM(x) OVER (ORDER BY y ROWS 1 PRECEDING EXCLUDE GROUP) FROM t",
           "SELECT MAX(x) WITHIN GROUP (ORDER BY y), SUM(x) OVER (ORDER BY y ROWS 1 PRECEDING EXCLUDE GROUP) FROM t"},
          {"SELECT id, end, Limit, offset o FROM t WHERE end > 1 AND limit IS NULL ORDER BY end, window LIMIT 5 OFFSET "
           "2",
           "SELECT id, \"end\", \"limit\", \"offset\" o FROM t WHERE \"end\" > 1 AND \"limit\" IS NULL ORDER BY "
           "\"end\", "
           "\"window\" LIMIT 5 OFFSET 2"},
          {"SELECT CASE WHEN end > 1 THEN end ELSE end END AS end, t.end FROM t AS t(end, desc)",
           "SELECT CASE WHEN \"end\" > 1 THEN \"end\" ELSE \"end\" END AS end, t.\"end\" FROM t AS t(\"end\", "
           "\"desc\")"},
          {"SELECT SUM(offset) OVER (ORDER BY a), LEFT(x, 2), left FROM t WHERE order = 1 GROUP BY 1, order",
           "SELECT SUM(\"offset\") OVER (ORDER BY a), LEFT(x, 2), \"left\" FROM t WHERE \"order\" = 1 GROUP BY 1, "
           "\"order\""},
          {"SELECT a FROM (TABLE t) WINDOW w AS (ORDER BY a DESC, b ASC) LIMIT (1) OFFSET (2)",
           "SELECT a FROM (TABLE t) WINDOW w AS (ORDER BY a DESC, b ASC) LIMIT (1) OFFSET (2)"},
          {"SELECT a, FROM t GROUP BY a, LIMIT 5", "SELECT a, FROM t GROUP BY a, LIMIT 5"},
          {"SELECT COUNT(*) FROM a LEFT JOIN b ON TRUE FULL JOIN c ON a.x = c.x",
           "SELECT COUNT(*) FROM a LEFT JOIN b ON TRUE FULL JOIN c ON a.x = c.x"},
          {"", ""}})
        for (const Dialect dialect : {Dialect::duckdb, Dialect::postgres})
            EXPECT_EQ(executed_text(c.written, dialect), c.expected);
}

TEST(WindowFrames, WithTwoEndsHaveTheirBetween) {
    struct Case {
        std::string_view written;
        std::string_view expected;
    };
    for (const Case& c :
         {Case{"SUM(x) OVER (ORDER BY d ROWS UNBOUNDED PRECEDING AND 1 PRECEDING)",
               "SUM(x) OVER (ORDER BY d ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"},
          {"SUM(x) OVER (ORDER BY d range current row AND 2 FOLLOWING)",
           "SUM(x) OVER (ORDER BY d range BETWEEN current row AND 2 FOLLOWING)"},
          {"SUM(x) OVER (ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
           "SUM(x) OVER (ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"},
          {"SUM(x) OVER (ORDER BY d ROWS 2 PRECEDING)", "SUM(x) OVER (ORDER BY d ROWS 2 PRECEDING)"},
          {"SELECT rows FROM t WHERE rows AND range > 1", "SELECT rows FROM t WHERE rows AND range > 1"}})
        EXPECT_EQ(executed_text(c.written, Dialect::duckdb), c.expected);
}

}  // namespace
}  // namespace towline::sql
