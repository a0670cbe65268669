// Whole queries against what real SQLMesh renders of them (tests/golden/query, written by its regenerate.py), and
// what is refused.
#include "query/query.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <map>

#include "base/strings.h"
#include "query/canonical.h"
#include "query/parse.h"
#include "sql/limits.h"

namespace towline::query {
namespace {

struct Case {
    std::string dialect;
    std::string query;
    std::string expected;
};

std::vector<Case> cases() {
    std::vector<Case> out;
    std::ifstream file(TOWLINE_SOURCE_DIR "/tests/golden/query/queries.txt");
    Case current;
    bool answer = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) {
            current.dialect = line.substr(3);
        } else if (line == "=>") {
            answer = true;
        } else if (line == "<=") {
            current.query = std::string(trim(current.query));
            out.push_back(current);
            current = {current.dialect, "", ""};
            answer = false;
        } else if (answer) {
            current.expected += line + "\n";
        } else if (!line.starts_with("# ")) {
            current.query += line + "\n";
        }
    }
    return out;
}

/// far.t and far.o of the catalog memory.
const std::vector<std::string>* columns_of(const std::string& fqn) {
    static const std::map<std::string, std::vector<std::string>> kTables = {
        {R"("memory"."far"."t")", {"id", "ds", "region", "qty", "price", "ok"}},
        {R"("memory"."far"."o")", {"id", "ds", "name"}},
        {R"("memory"."far"."n")", {"id", "tags", "doc", "s"}},
        {R"("MEMORY"."FAR"."T")", {"ID", "DS", "REGION", "QTY", "PRICE", "OK"}},
        {R"("MEMORY"."FAR"."O")", {"ID", "DS", "NAME"}},
        {R"("MEMORY"."FAR"."N")", {"ID", "TAGS", "DOC", "S"}}};
    const auto found = kTables.find(fqn);
    return found == kTables.end() ? nullptr : &found->second;
}

Context context_of(sql::Dialect dialect) {
    Context context;
    context.dialect = dialect;
    context.default_catalog = "memory";
    context.columns = columns_of;
    return context;
}

Result<Expr> render(const std::string& query, sql::Dialect dialect) { return rendered(query, context_of(dialect)); }

std::string without_blanks_at_ends(const std::string& text) {
    std::string out;
    for (std::string line : split(text, "\n")) {
        while (line.ends_with(' ')) line.pop_back();
        out += line + "\n";
    }
    return out;
}

TEST(Query, IsPrintedAsSqlmeshRendersIt) {
    int count = 0;
    for (const Case& each : cases()) {
        const sql::Dialect dialect = *sql::dialect_from(each.dialect);
        const auto tree = render(each.query, dialect);
        ++count;
        ASSERT_TRUE(tree.has_value()) << each.dialect << "\n" << each.query << "\n" << tree.error().message;
        EXPECT_EQ(without_blanks_at_ends(print(*tree, dialect, {}) + "\n"), without_blanks_at_ends(each.expected))
            << each.dialect << "\n"
            << each.query;
    }
    EXPECT_GT(count, 30);
}

TEST(Query, PrintedTextReadsAsTheSameQueryAgain) {
    for (const Case& each : cases()) {
        const sql::Dialect dialect = *sql::dialect_from(each.dialect);
        const auto tree = render(each.query, dialect);
        if (!tree) continue;
        const std::string flat = print(*tree, dialect, {.pretty = false});
        auto again = parse(flat, dialect);
        ASSERT_TRUE(again.has_value()) << flat;
        ASSERT_TRUE(canonical(*again, dialect).has_value()) << flat;
        EXPECT_EQ(print(*again, dialect, {.pretty = false}), flat);
    }
}

TEST(Query, LayoutFollowsItsOptions) {
    const auto tree =
        render("SELECT id, upper(region) AS r FROM far.t WHERE qty IN (1, 2) AND ok", sql::Dialect::duckdb);
    ASSERT_TRUE(tree.has_value());
    EXPECT_EQ(print(*tree, sql::Dialect::duckdb, {.pretty = false}),
              R"(SELECT "t"."id" AS "id", UPPER("t"."region") AS "r" FROM "memory"."far"."t" AS "t" )"
              R"(WHERE "t"."ok" AND "t"."qty" IN (1, 2))");
    Layout layout;
    layout.pad = 4;
    layout.leading_comma = true;
    layout.max_text_width = 10;
    layout.functions = FunctionCase::lower;
    EXPECT_EQ(print(*tree, sql::Dialect::duckdb, layout),
              "SELECT\n    \"t\".\"id\" AS \"id\"\n    , upper(\n        \"t\".\"region\"\n    ) AS \"r\"\n"
              "FROM \"memory\".\"far\".\"t\" AS \"t\"\nWHERE\n    \"t\".\"ok\"\n    AND \"t\".\"qty\" IN (1, 2)");
}

TEST(Query, WhatIsNotUnderstoodIsRefused) {
    for (const char* query :
         {"SELECT * FROM far.t PIVOT (sum(qty), count(*) FOR region IN ('a', 'b'))",
          "SELECT * FROM (PIVOT far.t ON region USING sum(qty))", "SELECT * FROM (DESCRIBE far.t)",
          "SELECT id IN [] AS a FROM far.t", "SELECT id FROM far.t USING SAMPLE 10% ORDER BY id",
          "SELECT approx_quantile(qty, [0.5]) FROM far.t", "VALUES (1)", "SELECT id FROM far.t FETCH FIRST ROW ONLY",
          "SELECT E'\\' AS a", "SELECT bool_or(ok) FROM far.t", "SELECT x'00' AS b", "SELECT @start_ds AS a",
          "INSERT INTO far.t SELECT 1", "SELECT (",
          "SELECT date_add(ds, INTERVAL 1 DAY) > '2024-01-01' AS a FROM far.t", ""}) {
        const auto tree = render(query, sql::Dialect::duckdb);
        EXPECT_FALSE(tree.has_value()) << query;
    }
}

TEST(Query, WhatTheReferenceCannotRunIsRefused) {
    for (const char* query : {"SELECT d.d FROM generate_series(1, 3) AS d", "SELECT id FROM far.t LIMIT ALL",
                              "SELECT id FROM far.t SEMI JOIN far.o USING (id)"})
        EXPECT_FALSE(render(query, sql::Dialect::postgres).has_value()) << query;
}

/// One line as it is executed; "" if it is not known.
std::string executed(const std::string& query, sql::Dialect dialect, const std::map<std::string, std::string>& types) {
    Context context;
    context.dialect = dialect;
    context.default_catalog = "memory";
    context.columns = columns_of;
    context.type_of = [&](const Expr& expr) {
        const auto found = types.find(std::string(expr.span.of(query)));
        return found == types.end() ? std::string() : found->second;
    };
    const auto tree = rendered(query, context);
    if (!tree) return {};
    const std::string text = print(*tree, dialect, {.pretty = false});
    Context as_is;
    as_is.dialect = dialect;
    as_is.named = false;
    const auto again = rendered(text, as_is);
    EXPECT_TRUE(again && print(*again, dialect, {.pretty = false}) == text) << text;
    return text.substr(0, text.find(" FROM"));
}

TEST(Query, TypesDecideWhatIsPrinted) {
    const std::map<std::string, std::string> types = {
        {"ok", "BOOLEAN"}, {"qty", "INT"},    {"tags", "ARRAY"},  {"id", "INT"},       {"doc", "JSON"},
        {"id + 2", "INT"}, {"id - 1", "INT"}, {"region", "TEXT"}, {"tags[2]", "TEXT"}, {"price", "DOUBLE"}};
    const std::pair<const char*, const char*> rows[] = {
        {"SELECT bool_or(ok) AS a FROM far.t", R"(SELECT BOOL_OR("t"."ok") AS "a")"},
        {"SELECT logical_and(qty) AS a FROM far.t", R"(SELECT BOOL_AND(CAST("t"."qty" AS BOOLEAN)) AS "a")"},
        {"SELECT bool_and(qty > 1) AS a FROM far.t", R"(SELECT BOOL_AND("t"."qty" > 1) AS "a")"},
        {"SELECT approx_quantile(qty, 0.5) AS a FROM far.t",
         R"(SELECT CAST(APPROX_QUANTILE("t"."qty", 0.5) AS DOUBLE) AS "a")"},
        {"SELECT bit_or(price) AS a, bit_and(region) AS b, bit_xor(qty) AS c FROM far.t",
         R"(SELECT BIT_OR(CAST(ROUND("t"."price") AS INT)) AS "a", BIT_AND(CAST("t"."region" AS INT)) AS "b", )"
         R"(BIT_XOR("t"."qty") AS "c")"},
        {"SELECT tags[id] AS a FROM far.n", R"(SELECT "n"."tags"["n"."id" + 1] AS "a")"},
        {"SELECT tags[id + 2] AS a FROM far.n", R"(SELECT "n"."tags"["n"."id" + 3] AS "a")"},
        {"SELECT tags[id - 1] AS a FROM far.n", R"(SELECT "n"."tags"[("n"."id" - 1) + 1] AS "a")"},
        {"SELECT region[1] AS a, region[1:2] AS b, region[-1] AS c, ds[1] AS d FROM far.t",
         R"(SELECT "t"."region"[0] AS "a", "t"."region"[1:2] AS "b", "t"."region"[-2] AS "c", "t"."ds"[1] AS "d")"},
        {"SELECT tags[2][1] AS a FROM far.n", R"(SELECT "n"."tags"[2][0] AS "a")"},
        {"SELECT tags[2] AS a, doc[id] AS b FROM far.n", R"(SELECT "n"."tags"[2] AS "a", "n"."doc"["n"."id"] AS "b")"}};
    for (const auto& [query, text] : rows) EXPECT_EQ(executed(query, sql::Dialect::duckdb, types), text);
    const std::string words = executed("SELECT initcap(region) AS a FROM far.t", sql::Dialect::duckdb, types);
    EXPECT_EQ(words.size(), 824U) << words;  // as long as the reference's, whose letters were compared by hand
    EXPECT_TRUE(
        words.starts_with(R"(SELECT ARRAY_TO_STRING(CASE WHEN REGEXP_MATCHES(LEFT("t"."region", 1), '[' || (' )"));
    EXPECT_EQ(executed("SELECT initcap(initcap(region)) AS a FROM far.t", sql::Dialect::duckdb, types), "");
    EXPECT_EQ(executed("SELECT approx_quantile(qty, 0.5) OVER () AS a FROM far.t", sql::Dialect::duckdb, types), "");
    EXPECT_EQ(executed("SELECT tags[unknown] AS a FROM far.n", sql::Dialect::duckdb, types), "");
    // The reference leaves the letters of the unit as they are.
    EXPECT_EQ(executed("SELECT date_part('year', ds) = 1 AS a FROM far.t", sql::Dialect::postgres, types),
              R"(SELECT EXTRACT(YEAR)");
}

/// `head` and `tail` around what is inside, that many times.
std::string nested(const std::string& head, const std::string& tail, int times) {
    std::string out = "id";
    for (int i = 0; i < times; ++i) out = head + out + tail;
    return out;
}

// Arguments that stand in a call's text twice make a text without end of few calls.
std::size_t nodes(const Expr& tree) {
    std::size_t count = 1;
    for (const Expr& child : tree.children) count += nodes(child);
    return count;
}

int height(const Expr& tree) {
    int out = 0;
    for (const Expr& child : tree.children) out = std::max(out, height(child));
    return out + 1;
}

TEST(Query, CallsThatRepeatTheirArgumentsHaveALimit) {
    const std::pair<const char*, const char*> calls[] = {{"CONCAT_WS('-', ", ", name)"}, {"CEIL(1, ", ")"}};
    for (const auto& [head, tail] : calls) {
        const auto query = [&](int times) { return "SELECT " + nested(head, tail, times) + " AS x FROM far.o"; };
        EXPECT_TRUE(render(query(3), sql::Dialect::duckdb)) << query(3);
        const auto large = render(query(60), sql::Dialect::duckdb);
        ASSERT_FALSE(large) << head;
        EXPECT_EQ(large.error().code, ErrorCode::unsupported);
    }
}

// Each of these says twice what it holds, and holds another: without a limit the text would have 2^40 of the innermost.
TEST(Query, WhatStandsTwiceHasALimit) {
    std::string aliases = "SELECT id + id AS a0";
    for (int i = 1; i < 40; ++i) {
        const std::string before = "a" + std::to_string(i - 1);
        aliases += ", " + before + " + " + before + " AS a" + std::to_string(i);
    }
    const std::string queries[] = {
        aliases + " FROM far.o", "SELECT " + nested("(", " BETWEEN FALSE AND TRUE)", 40) + " AS x FROM far.o",
        "SELECT " + nested("CASE WHEN DATE_TRUNC('month', ", ") = DATE '2024-01-01' THEN ds END", 40) +
            " AS x FROM far.o",
        "SELECT " + nested("CASE ", " WHEN 1 THEN 2 WHEN 3 THEN id END", 40) + " AS x FROM far.o"};
    constexpr std::size_t kTreeMax = 4 * sql::kAliasNodesMax;
    for (const std::string& query : queries) {
        const auto tree = render(query, sql::Dialect::duckdb);
        ASSERT_TRUE(tree) << query;
        EXPECT_LT(nodes(*tree), kTreeMax) << query;
    }
}

// Each name stands for the one before it and more: trees of the whole chain would be too high for the stack.
TEST(Query, WhatAliasesStandForDoesNotGrowWithoutEnd) {
    const std::pair<const char*, int> links[] = {{" + 1", 1'400}, {"[1]", 1'400}, {"::INT", 1'400}};
    for (const auto& [link, times] : links) {
        std::string query = "SELECT id AS a0";
        for (int i = 1; i <= 8; ++i) {
            query += ", a" + std::to_string(i - 1);
            for (int k = 0; k < times; ++k) query += link;
            query += " AS a" + std::to_string(i);
        }
        const auto tree = render(query + " FROM far.o", sql::Dialect::duckdb);
        ASSERT_TRUE(tree) << link;
        EXPECT_LE(height(*tree), 2'500) << link;
    }
}

// Each query stands at the bottom of a chain around it.
TEST(Query, QueriesInChainsInQueriesHaveALimit) {
    std::string query = "SELECT id FROM far.t";
    for (int i = 0; i < 60; ++i) {
        query = "SELECT (" + query + ")";
        for (int k = 0; k < 1'400; ++k) query += " + 1";
        query += " AS id FROM far.t";
    }
    EXPECT_FALSE(render(query, sql::Dialect::duckdb));
    EXPECT_FALSE(checked(query, context_of(sql::Dialect::duckdb)));
}

// A star of stars doubles what it stands for, and each use of a column of USING is as long as the joins are many.
TEST(Query, StarsAndUsingHaveALimit) {
    std::string stars = "WITH c0 AS (SELECT 1 AS a, 2 AS b)";
    for (int i = 1; i < 40; ++i)
        stars += ", c" + std::to_string(i) + " AS (SELECT *, * FROM c" + std::to_string(i - 1) + ")";
    std::string joins;
    std::string uses = "id";
    for (int i = 0; i < 300; ++i) {
        joins += " JOIN far.o AS o" + std::to_string(i) + " USING (id)";
        for (int k = 0; k < 4; ++k) uses += ", id";
    }
    constexpr std::size_t kTreeMax = 2 * sql::kStarNodesMax;
    for (const std::string& query : {stars + " SELECT * FROM c39", "SELECT " + uses + " FROM far.o" + joins}) {
        const auto tree = render(query, sql::Dialect::duckdb);
        ASSERT_TRUE(tree) << query;
        EXPECT_LT(nodes(*tree), kTreeMax) << query;
    }
}

// The rules for chains looked at each pair of operands for each operator.
TEST(Query, LongChainsAreSimplifiedInTime) {
    std::string sum = "SELECT id";
    std::string text = "SELECT id";
    for (int i = 0; i < 1'400; ++i) sum += " + qty";
    for (int i = 0; i < 700; ++i) text += " || ('a' || id)";
    for (const std::string& query : {sum, text}) {
        const auto start = std::chrono::steady_clock::now();
        EXPECT_TRUE(render(query + " AS x FROM far.t", sql::Dialect::duckdb)) << query;
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << query;
    }
}

std::string told(const Finding& finding) {
    if (!finding.last_byte) return finding.message;
    const std::string place = "Line: 1, Col: " + std::to_string(*finding.last_byte + 1);
    return finding.message + (finding.place_in_brackets ? " (" + place + ")" : " " + place);
}

// What real SQLMesh says of the columns of whole queries (tests/golden/query, written by its regenerate_findings.py).
TEST(Query, WhatIsWrongIsToldAsSqlmeshTellsIt) {
    std::ifstream file(TOWLINE_SOURCE_DIR "/tests/golden/query/findings.txt");
    std::string query;
    sql::Dialect dialect = sql::Dialect::none;
    int count = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("## ")) dialect = *sql::dialect_from(line.substr(3));
        if (line.empty() || line.starts_with("#")) continue;
        if (!line.starts_with("=>")) {
            query = line;
            continue;
        }
        const auto found = checked(query, context_of(dialect));
        const bool wrong = found && found->finding;
        EXPECT_EQ(wrong ? told(*found->finding) : "", std::string(trim(line.substr(2))))
            << query << (found ? "" : found.error().message);
        ++count;
    }
    EXPECT_GT(count, 400);
}

TEST(Query, TablesAreFoundInTheOrderOfScopes) {
    const auto tree = parse(
        "WITH c AS (SELECT a FROM t1) SELECT (SELECT 1 FROM t4) AS x, @f(t0) AS y FROM c JOIN t5 ON TRUE "
        "JOIN (SELECT a FROM t2 WHERE a IN (SELECT a FROM c)) AS q ON EXISTS(SELECT 1 FROM t3.u) UNION SELECT 1 FROM "
        "t6",
        sql::Dialect::duckdb, Reading::to_ask);
    ASSERT_TRUE(tree.has_value());
    std::string names;
    for (const Expr* table : tables_of(*tree)) names += fqn_of(*table) + " ";
    EXPECT_EQ(names, R"("t1" "t2" "t4" "t3"."u" "t5" "t6" )");
}

TEST(Query, UnknownNamesLeaveItUnqualified) {
    for (const char* query : {"SELECT nothing FROM far.t", "SELECT ds FROM far.t, far.o", "SELECT a.id FROM far.t",
                              "SELECT id FROM far.other"}) {
        const auto tree = render(query, sql::Dialect::duckdb);
        ASSERT_TRUE(tree.has_value()) << query;
        EXPECT_EQ(print(*tree, sql::Dialect::duckdb, {.pretty = false}).find("\"t\".\"id\""), std::string::npos)
            << query;
    }
}

TEST(Query, AColumnOfUsingKeepsItsNameInEveryScope) {
    const auto tree = render("WITH f AS (SELECT 1 AS one, id FROM far.t LEFT JOIN far.o USING (id)) SELECT * FROM f",
                             sql::Dialect::duckdb);
    ASSERT_TRUE(tree.has_value());
    const std::string text = print(*tree, sql::Dialect::duckdb, {.pretty = false});
    EXPECT_NE(text.find(R"(COALESCE("t"."id", "o"."id") AS "id" FROM)"), std::string::npos) << text;
    EXPECT_NE(text.find(R"("f"."id" AS "id" FROM "f")"), std::string::npos) << text;
}

TEST(Query, TablesAreReplaced) {
    auto tree = render("WITH t AS (SELECT id FROM far.t) SELECT id FROM t JOIN far.o USING (id)", sql::Dialect::duckdb);
    ASSERT_TRUE(tree.has_value());
    const auto status = replace_tables(*tree, [](const std::string& fqn) -> Result<Replacement> {
        Replacement out;
        if (fqn == R"("memory"."far"."t")") out.name = {"memory", "sqlmesh__far", "far__t__1"};
        if (fqn == R"("memory"."far"."o")") out.query.push_back(*parse("SELECT 1 AS id", sql::Dialect::duckdb));
        return out;
    });
    ASSERT_TRUE(status.has_value());
    EXPECT_EQ(print(*tree, sql::Dialect::duckdb, {.pretty = false}),
              R"(WITH "t" AS (SELECT "t"."id" AS "id" FROM "memory"."sqlmesh__far"."far__t__1" AS "t" )"
              R"(/* memory.far.t */) )"
              R"(SELECT COALESCE("t"."id", "o"."id") AS "id" FROM "t" AS "t" JOIN (SELECT 1 AS id) AS "o" )"
              R"(ON "o"."id" = "t"."id")");
}

}  // namespace
}  // namespace towline::query
