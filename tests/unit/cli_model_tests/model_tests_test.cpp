#include <gtest/gtest.h>

#include "model_tests/query_parts.h"
#include "model_tests/runner.h"
#include "project/loader.h"

namespace towline::model_tests {
namespace {

constexpr const char* kConfig =
    "gateways: {local: {connection: {type: duckdb, database: db.db}}}\n"
    "model_defaults: {dialect: duckdb}\nvariables: {rate: 2}\n";
constexpr const char* kModel = R"(MODEL (name shop.a, kind INCREMENTAL_BY_TIME_RANGE (time_column ds));
WITH x AS (SELECT id, ds, amount * @VAR('rate') AS amount FROM shop.src)
SELECT id::INT AS id, ds::DATE AS ds, amount::DOUBLE AS amount, CURRENT_DATE AS today FROM x
WHERE ds BETWEEN @start_ds AND @end_ds)";
constexpr const char* kSource =
    "MODEL (name shop.src, kind FULL); SELECT 1 AS id, DATE '2024-01-01' AS ds, 2.5::DOUBLE AS amount";

/// Runs the tests of one YAML text against the two models above; "name: outcome, message or first difference".
std::vector<std::string> run(const std::string& yaml) {
    const project::MemoryFileSystem files({{"config.yaml", kConfig},
                                           {"models/a.sql", kModel},
                                           {"models/src.sql", kSource},
                                           {"/p/tests/data/rows.csv", "id,ds,amount\n1,2024-01-01,4\n2,2024-01-01,\n"},
                                           {"/p/tests/test_a.yaml", yaml}});
    project::NativeProjectSource source(files);
    project::LoadOptions options;
    options.paths = {"."};
    auto project = source.load(options);
    EXPECT_TRUE(project);
    const auto entries = find_tests(files, {"/p", {}, {{"tested", model::Value::of_string("shop.a")}}, {}}, {});
    if (!entries) return {entries.error().message};
    const auto report = run_tests(*entries, {*project, files, "db"}, 0);
    if (!report) return {report.error().message};
    std::vector<std::string> out = report->warnings;
    for (const TestResult& result : report->results) {
        std::string line = result.name;
        if (result.outcome == Outcome::error) line += " error: " + result.message;
        if (result.outcome == Outcome::passed) line += " passed";
        for (const DifferenceTable& table : result.tables) {
            line += " | " + table.title;
            for (const auto& row : table.rows)
                for (const std::string& cell : row) line += " " + cell;
        }
        out.push_back(line);
    }
    return out;
}

using Lines = std::vector<std::string>;

TEST(ModelTests, AreRefusedWithAnEmptyFileOrAnUnknownGateway) {
    EXPECT_EQ(run("# nothing\n"), Lines{"/p/tests/test_a.yaml: YAML source can't be empty."});
    EXPECT_EQ(run("t: {model: shop.a, gateway: nope, inputs: {shop.src: []}, outputs: {query: []}}\n"),
              Lines{"Missing gateway with name 'nope'."});
}

TEST(ModelTests, PassOnValuesCtesAndVariables) {
    EXPECT_EQ(run(R"(
ok:
  model: shop.a
  inputs: {shop.src: [{id: 1, ds: 2024-01-01, amount: 1.5}, {id: 2, ds: 2024-01-09, amount: 9}]}
  outputs:
    ctes: {x: {rows: [{id: 2, ds: 2024-01-09, amount: 27}, {id: 1, ds: 2024-01-01, amount: 4.5}]}}
    query: [{id: 1, ds: 2024-01-01, amount: 4.5000001, today: 2020-02-03}]
  vars: {start: 2024-01-01, end: 2024-01-02, rate: 3, execution_time: 2020-02-03 04:05:06}
csv_and_partial:
  model: {{ var('tested') }}
  inputs: {shop.src: {format: csv, path: tests/data/rows.csv}}
  outputs: {partial: true, query: {query: "SELECT 1 AS id, 8 AS amount UNION ALL SELECT 2, NULL"}}
  vars: {start: 2024-01-01, end: 2024-01-01}
query_input:
  model: SHOP.A
  inputs: {shop.src: {query: "SELECT 5 AS ID, DATE '2024-01-01' AS ds"}}
  outputs: {query: {partial: true, rows: [{id: 5, amount: null}]}}
  vars: {start_ds: 2024-01-01, end_ds: 2024-01-01}
)"),
              (Lines{"ok passed", "csv_and_partial passed", "query_input passed"}));
}

TEST(ModelTests, SayWhatDiffers) {
    EXPECT_EQ(run(R"(
value:
  model: shop.a
  inputs: {shop.src: [{id: 1, ds: 2024-01-01, amount: 1.5}]}
  outputs: {partial: true, query: [{id: 1, amount: 4}]}
  vars: {start: 2024-01-01, end: 2024-01-02}
rows:
  model: shop.a
  inputs: {shop.src: [{id: 1, ds: 2024-01-01, amount: 1}]}
  outputs: {partial: true, query: [{id: 1}, {id: 7}]}
  vars: {start: 2024-01-01, end: 2024-01-02}
cte:
  model: shop.a
  inputs: {shop.src: []}
  outputs: {ctes: {nope: []}}
column:
  model: shop.a
  inputs: {shop.src: []}
  outputs: {query: [{idd: 1}]}
unknown: {model: shop.zzz, outputs: {query: []}}
)"),
              (Lines{"Model '\"db\".\"shop\".\"zzz\"' was not found at /p/tests/test_a.yaml",
                     "value | Data mismatch 0 4.0 3.0", "rows | Missing rows 0 7",
                     "cte error: Failed to run test at /p/tests/test_a.yaml:\nNo CTE named nope found in model shop.a",
                     "column error: Failed to run test:\nDetected unknown column(s)\n\nExpected column(s): id, ds, "
                     "amount, today\nUnknown column(s): idd"}));
}

/// Runs one test of a query in a dialect over shop.src's columns; "passed", "failed" or "error", and the note.
std::string verdict(const std::string& dialect, const std::string& query, const std::string& output) {
    const project::MemoryFileSystem files(
        {{"config.yaml", kConfig},
         {"models/m.sql", "MODEL (name shop.m, kind FULL, dialect " + dialect + ");\n" + query},
         {"models/src.sql", kSource},
         {"/p/tests/test_m.yaml",
          "t: {model: shop.m, inputs: {shop.src: [{id: 4, ds: 2024-01-31, amount: 2}]}, outputs: {query: [" + output +
              "]}}"}});
    project::NativeProjectSource source(files);
    project::LoadOptions options;
    options.paths = {"."};
    auto project = source.load(options);
    const auto entries = find_tests(files, {"/p", {}, {}, {}}, {});
    if (!project || !entries) return "no project";
    const auto report = run_tests(*entries, {*project, files, "db"}, 0);
    if (!report || report->results.size() != 1) return report ? "no result" : report.error().message;
    const TestResult& result = report->results.front();
    const std::string word = result.outcome == Outcome::passed   ? "passed"
                             : result.outcome == Outcome::failed ? "failed"
                                                                 : "error";
    return word + (result.foreign ? ", foreign" : "") + (result.note.empty() ? "" : ": " + result.note);
}

TEST(ModelTests, QueriesOfOtherDialectsAreTranslated) {
    const std::string refused =
        "'PIVOT' of the dialect 'postgres' is not translated to DuckDB (models/m.sql:2); the "
        "query ran as it is written";
    EXPECT_EQ(verdict("bigquery", "SELECT DATE_DIFF(ds, DATE '2024-01-30', DAY) AS n FROM shop.src", "{n: 1}"),
              "passed");
    EXPECT_EQ(verdict("bigquery", "SELECT SAFE_DIVIDE(id, 0) AS n FROM shop.src", "{n: 7}"), "failed");
    EXPECT_EQ(verdict("tsql", "SELECT TOP 1 [id], ISNULL(NULL, 'x') AS v FROM shop.src", "{id: 4, v: x}"), "passed");
    EXPECT_EQ(verdict("mysql", "SELECT IF(id > 1, \"a\", \"b\") AS `v` FROM shop.src", "{v: a}"), "passed");
    // Not translated, and DuckDB's as it stands.
    const std::string pivot = "SELECT * FROM (SELECT id, amount FROM shop.src) PIVOT (SUM(amount) FOR id IN (4))";
    EXPECT_EQ(verdict("postgres", pivot, "{'4': 2}"), "passed, foreign: " + refused);
    EXPECT_EQ(verdict("postgres", pivot, "{'4': 3}"), "failed, foreign: " + refused);
    // A translation that DuckDB does not run gives way to what is written.
    EXPECT_EQ(verdict("spark", "SELECT exists(array(1, 2), z -> z > 1) AS b, id FROM shop.src", "{b: true, id: 4}"),
              "error, foreign");
    // DuckDB's own words that only SQLMesh knows.
    EXPECT_EQ(verdict("duckdb", "SELECT TO_CHAR(ds, 'YYYY') AS y FROM shop.src", "{y: '2024-01-31'}"), "passed");
}

TEST(ModelTests, ValuesOfOtherTypesAreNeverEqual) {
    EXPECT_EQ(verdict("duckdb", "SELECT {'a': id, 'b': ['x']} AS s FROM shop.src", "{s: {a: 4, b: [x]}}"), "passed");
    EXPECT_EQ(verdict("duckdb", "SELECT {'a': id, 'b': ['x']} AS s FROM shop.src", "{s: {b: [x], a: 4}}"), "failed");
    EXPECT_EQ(verdict("duckdb", "SELECT {'a': id, 'b': ['1']} AS s FROM shop.src", "{s: {a: 4, b: [1]}}"), "failed");
    EXPECT_EQ(verdict("duckdb", "SELECT '6f1b2c3d-0000-4000-8000-000000000001'::UUID AS u FROM shop.src",
                      "{u: 6f1b2c3d-0000-4000-8000-000000000001}"),
              "failed");
}

TEST(ModelTests, AnIncompleteTestStopsAll) {
    const std::string in =
        "Failed to create test t (/p/tests/test_a.yaml)\nFailed to run test at "
        "/p/tests/test_a.yaml:\n";
    EXPECT_EQ(run("t: {model: shop.a}"), (Lines{in + "Incomplete test, missing outputs"}));
    EXPECT_EQ(run("t: {model: shop.a, outputs: {x: 1}}"),
              (Lines{in + "Incomplete test, outputs must contain 'query' or 'ctes'"}));
    EXPECT_EQ(run("t: {model: shop.a, inputs: {shop.b: []}, outputs: {query: []}}"),
              (Lines{in + "Incomplete test, missing input model '\"db\".\"shop\".\"src\"'"}));
    EXPECT_EQ(run("t: {outputs: {query: []}}"),
              (Lines{"Failed to run test at /p/tests/test_a.yaml:\nMissing required 'model' field"}));
}

TEST(ModelTests, AreChosenByFileNameAndPattern) {
    const std::vector<TestEntry> all{{"/p/tests/test_a.yaml", "one", {}}, {"/p/tests/test_b.yaml", "two", {}}};
    const auto names = [&](std::vector<std::string> tests, std::vector<std::string> patterns) {
        std::string out;
        const auto chosen = select_tests(all, {std::move(tests), std::move(patterns), "/p", {}});
        if (!chosen) return chosen.error().message;
        for (const TestEntry& test : *chosen) out += test.name + " ";
        return out;
    };
    EXPECT_EQ(names({}, {}), "one two ");
    EXPECT_EQ(names({"tests/test_b.yaml"}, {}), "two ");
    EXPECT_EQ(names({"tests/test_a.yaml::one", "tests/test_a.yaml"}, {}), "one ");
    EXPECT_EQ(names({}, {"*test_?"}), "");
    EXPECT_EQ(names({}, {"/p/*two", "nothing"}), "two ");
    EXPECT_EQ(names({}, {"_a.yaml::"}), "one ");
    EXPECT_EQ(names({"tests/none.yaml"}, {}), "'tests/none.yaml' is not a known model or test file.");
}

TEST(QueryParts, FindCtesAndOrder) {
    const QueryParts parts = query_parts(
        "WITH RECURSIVE a(x) AS (SELECT 1 ORDER BY 1), b AS NOT MATERIALIZED (SELECT 2) "
        "SELECT (SELECT 1 ORDER BY 1) FROM b",
        sql::Dialect::duckdb);
    ASSERT_EQ(parts.ctes.size(), 2U);
    EXPECT_TRUE(parts.ctes[0].ordered);
    EXPECT_FALSE(parts.ctes[1].ordered);
    EXPECT_FALSE(parts.ordered);
    EXPECT_EQ(parts.with, "WITH RECURSIVE a(x) AS (SELECT 1 ORDER BY 1), b AS NOT MATERIALIZED (SELECT 2)");
    EXPECT_EQ(with_frozen_time("SELECT current_date, now(), t.now, 'now()' AS current_time", "X"),
              "SELECT CAST('X' AS DATE), CAST('X' AS TIMESTAMP), t.now, 'now()' AS current_time");
}

}  // namespace
}  // namespace towline::model_tests
