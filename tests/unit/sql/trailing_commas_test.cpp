#include "sql/trailing_commas.h"

#include <gtest/gtest.h>

namespace towline::sql {
namespace {

TEST(TrailingCommas, OnlyThoseBeforeAnEndGo) {
    struct Case {
        std::string_view written;
        std::string_view expected;
    };
    for (const Case& c :
         {Case{"SELECT a, b, FROM t", "SELECT a, b FROM t"},
          {"SELECT a,\n  -- last\nFROM t GROUP BY a, ORDER BY a,", "SELECT a\n  -- last\nFROM t GROUP BY a ORDER BY a"},
          {"WITH x AS (SELECT 1 AS a,), y AS (SELECT 2) SELECT a, FROM x UNION SELECT 2,",
           "WITH x AS (SELECT 1 AS a), y AS (SELECT 2) SELECT a FROM x UNION SELECT 2"},
          {"SELECT ', FROM', \",\", $$, from$$ /* , */ FROM t", "SELECT ', FROM', \",\", $$, from$$ /* , */ FROM t"},
          {"SELECT a, \"from\" FROM t WHERE a IN (1, 2,)", "SELECT a, \"from\" FROM t WHERE a IN (1, 2)"},
          {"", ""},
          {",", ","}})
        EXPECT_EQ(without_trailing_commas(c.written, Dialect::postgres), c.expected);
}

}  // namespace
}  // namespace towline::sql
