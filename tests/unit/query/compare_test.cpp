// Edits of queries as SQLMesh calls them: nothing, projections added, or another query.
#include "query/compare.h"

#include <gtest/gtest.h>

#include "query/query.h"

namespace towline::query {
namespace {

/// "c"."raw"."t" has four columns; "c"."raw"."far" has none that are known.
const std::vector<std::string>* columns_of(const std::string& fqn) {
    static const std::vector<std::string> kColumns = {"id", "qty", "name", "ok"};
    return fqn == R"("c"."raw"."t")" ? &kColumns : nullptr;
}

Edit edit(const std::string& before, const std::string& after) {
    Context context;
    context.dialect = sql::Dialect::duckdb;
    context.default_catalog = "c";
    context.self = R"("c"."db"."m")";
    context.lenient = true;
    context.columns = columns_of;
    context.is_boolean = [](const std::string&, const std::string& column) { return column == "ok"; };
    const auto a = rendered(before, context);
    const auto b = rendered(after, context);
    EXPECT_TRUE(a && b) << before << " -> " << after;
    return a && b ? compare(*a, *b) : Edit::other;
}

TEST(Compare, EditsOfConditions) {
    struct Case {
        const char* before;
        const char* after;
        Edit expected;
    };
    for (const Case& c : {
             Case{"qty > 1", "1 = 1 AND qty > 1", Edit::none},
             Case{"qty > 1", "qty > -1 AND qty > 1", Edit::none},
             Case{"qty > 1 AND id = 2", "id = 2 AND 1 < qty", Edit::none},
             Case{"qty > 1", "NOT qty <= 1", Edit::none},
             Case{"qty BETWEEN 1 AND 5", "qty <= 5 AND qty >= 1", Edit::none},
             Case{"qty + 1 = 3", "qty = 2", Edit::none},
             Case{"qty > 1", "qty > 1 OR (qty > 1 AND id = 2)", Edit::none},
             Case{"qty > 1", "qty > 1 AND (id = 2 OR qty > 1)", Edit::none},
             Case{"qty > 1", "(qty > 1 AND id = 2) OR (qty > 1 AND NOT id = 2)", Edit::none},
             Case{"qty > 1", "CASE WHEN TRUE THEN qty > 1 END", Edit::none},
             Case{"ok", "ok AND TRUE", Edit::none},
             Case{"ok", "NOT NOT ok", Edit::none},
             Case{"id > CAST('2024-01-01' AS DATE)", "id > DATE '2024-01-01'", Edit::none},
             Case{"is_good(name)", "is_good(name) AND TRUE", Edit::other},  // no condition but for the connector
             Case{"qty > 1", "qty > 2 AND qty > 1", Edit::other},
             Case{"qty > 1", "qty > 1 AND id > 1", Edit::other},
             Case{"RANDOM() > 1", "RANDOM() > 1 AND RANDOM() > 0", Edit::other},
             Case{"qty > 1", "1 = 0 AND qty > 1", Edit::other},
         }) {
        const std::string query = "SELECT id FROM raw.t WHERE ";
        EXPECT_EQ(edit(query + c.before, query + c.after), c.expected) << c.before << " -> " << c.after;
    }
}

TEST(Compare, EditsOfSelectLists) {
    struct Case {
        const char* before;
        const char* after;
        Edit expected;
    };
    for (const Case& c : {
             Case{"SELECT * FROM raw.t", "SELECT id, qty, u.name, ok FROM raw.t AS u", Edit::other},
             Case{"SELECT * FROM raw.t", "SELECT id, t.qty, name AS name, ok FROM raw.t", Edit::none},
             Case{"SELECT id FROM raw.t", "SELECT qty, id FROM raw.t", Edit::projections_added},
             Case{"SELECT id FROM raw.t GROUP BY 1", "SELECT id, COUNT(*) AS n FROM raw.t GROUP BY 1",
                  Edit::projections_added},
             Case{"SELECT id FROM raw.far GROUP BY 1", "SELECT id, COUNT(*) AS n FROM raw.far GROUP BY 1",
                  Edit::projections_added},
             Case{"SELECT id FROM raw.far GROUP BY 1", "SELECT 1 AS n, id FROM raw.far GROUP BY 1", Edit::other},
             Case{"SELECT id FROM raw.far UNION ALL SELECT 1 ORDER BY 1",
                  "SELECT 2 AS a, id FROM raw.far UNION ALL SELECT 1, 2 ORDER BY 1", Edit::other},
             Case{"SELECT id FROM raw.t", "SELECT id, UNNEST([1, 2]) AS u FROM raw.t", Edit::other},
             Case{"SELECT id FROM raw.t", "SELECT id, (SELECT MAX(u) FROM (SELECT UNNEST([1]) AS u)) AS m FROM raw.t",
                  Edit::projections_added},
             Case{"WITH q AS (SELECT id FROM raw.t) SELECT id FROM q",
                  "WITH q AS (SELECT id, qty FROM raw.t) SELECT id FROM q", Edit::projections_added},
             Case{"SELECT (SELECT MAX(id) AS m FROM raw.t) AS v",
                  "SELECT (SELECT MAX(id) AS m, 1 AS n FROM raw.t) AS v", Edit::other},
             Case{"SELECT id, qty FROM raw.t", "SELECT qty, id FROM raw.t", Edit::other},
             Case{"SELECT id FROM raw.t", "SELECT id, (SELECT MAX(m.id) FROM db.m) AS last FROM raw.t",
                  Edit::projections_added},
             Case{"SELECT id FROM raw.t", "SELECT t.id, m.* FROM raw.t CROSS JOIN db.m", Edit::other},
         }) {
        EXPECT_EQ(edit(c.before, c.after), c.expected) << c.before << " -> " << c.after;
    }
}

}  // namespace
}  // namespace towline::query
