#include "sql/canonical.h"

#include <gtest/gtest.h>

namespace towline::sql {
namespace {

TEST(Canonical, LayoutCaseAndCommentsDoNotCount) {
    EXPECT_TRUE(same_statement("SELECT a -- x\nFROM t;", "select  A from T", Dialect::duckdb));
    EXPECT_TRUE(same_statement("SELECT \"a\" AS b FROM t", "SELECT a b FROM t", Dialect::duckdb));
    EXPECT_TRUE(same_statement("SELECT a FROM t WHERE a != 1", "SELECT a FROM t WHERE a <> 1", Dialect::postgres));
    EXPECT_FALSE(same_statement("SELECT \"A\" FROM t", "SELECT a FROM t", Dialect::postgres));
    EXPECT_TRUE(same_statement("SELECT \"A\" FROM t", "SELECT a FROM t", Dialect::snowflake));
    EXPECT_TRUE(same_statement("select a from T", "SELECT a FROM T", Dialect::mysql));
    EXPECT_FALSE(same_statement("select a from t", "SELECT a FROM T", Dialect::mysql));
    EXPECT_FALSE(same_statement("SELECT 'a'", "SELECT 'A'", Dialect::duckdb));
}

TEST(Canonical, ClassifiesEditsAsTheTreeDiffDoes) {
    struct Case {
        const char* before;
        const char* after;
        QueryDiff expected;
    };
    const auto added = QueryDiff::only_projections_added;
    const auto other = QueryDiff::other;
    for (const Case& c : {
             Case{"SELECT a FROM t", "SELECT a /* c */ FROM t", QueryDiff::equal},
             Case{"SELECT a FROM t", "SELECT a, b FROM t", added},
             Case{"SELECT a, c FROM t", "SELECT a, COALESCE(b, 1) AS b, c FROM t", added},
             Case{"SELECT a FROM t", "SELECT a, (SELECT MAX(x) FROM u) AS m FROM t", added},
             Case{"WITH q AS (SELECT a FROM t) SELECT a FROM q", "WITH q AS (SELECT a, b FROM t) SELECT a, b FROM q",
                  added},
             Case{"SELECT a FROM (SELECT a FROM t) s", "SELECT a FROM (SELECT a, b FROM t) s", added},
             Case{"SELECT a FROM t UNION ALL SELECT a FROM u",
                  "SELECT a, 1 AS b FROM t UNION ALL SELECT a, 2 AS b FROM u", added},
             Case{"SELECT a, FROM t", "SELECT a, b, FROM t", added},
             Case{"SELECT DISTINCT a FROM t", "SELECT DISTINCT a, b FROM t", added},
             Case{"SELECT a FROM t", "SELECT a, (SELECT MAX(u) FROM UNNEST(x) AS u) AS m FROM t", added},
             Case{"SELECT a FROM t", "SELECT a, UNNEST(x) AS b FROM t", other},
             Case{"SELECT a FROM t", "SELECT a AS b FROM t", other},
             Case{"SELECT a, b FROM t", "SELECT b, a FROM t", other},
             Case{"SELECT a, b FROM t", "SELECT a FROM t", other},
             Case{"SELECT a FROM t", "SELECT a FROM t WHERE a > 1", other},
             Case{"SELECT a FROM t", "SELECT DISTINCT a FROM t", other},
             Case{"SELECT a FROM t", "SELECT a, b FROM u", other},
             Case{"SELECT a FROM t WHERE a IN (1)", "SELECT a FROM t WHERE a IN (1, 2)", other},
             Case{"SELECT a FROM t GROUP BY a", "SELECT a, b FROM t GROUP BY a, b", other},
             Case{"SELECT a FROM t GROUP BY 1", "SELECT a, b FROM t GROUP BY 1", added},
             Case{"SELECT a FROM t GROUP BY 1", "SELECT b, a FROM t GROUP BY 1", other},
             Case{"SELECT a, c FROM t ORDER BY c, 1", "SELECT a, b, c FROM t ORDER BY c, 1", other},
             Case{"SELECT (SELECT MAX(x) FROM u) AS m", "SELECT (SELECT MAX(x), 1 FROM u) AS m", other},
             Case{"SELECT a FROM t", "SELECT a, EXISTS (SELECT 1 FROM UNNEST(x)) AS m FROM t", other},
         }) {
        EXPECT_EQ(compare_queries(c.before, c.after, Dialect::duckdb), c.expected) << c.before << " -> " << c.after;
    }
}

}  // namespace
}  // namespace towline::sql
