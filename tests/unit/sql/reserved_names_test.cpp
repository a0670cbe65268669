#include "sql/reserved_names.h"

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
          {"", ""}})
        for (const Dialect dialect : {Dialect::duckdb, Dialect::postgres})
            EXPECT_EQ(with_reserved_names_quoted(c.written, dialect), c.expected);
}

}  // namespace
}  // namespace towline::sql
