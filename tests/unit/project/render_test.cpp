#include "project/render.h"

#include <gtest/gtest.h>

#include "project/render_layout.h"
#include "project/render_scope.h"
#include "unit/project/sample.h"

namespace towline::project {
namespace {

constexpr model::TimestampMs kDay = 86'400'000;
constexpr model::TimestampMs kMarch = 1'709'251'200'000;  // 2024-03-01

/// A project with one more model, and a context as an executor has it.
class Rendering : public testing::Test {
 protected:
    const model::Node& load(const std::string& text, const std::string& audits = "") {
        auto files = sample::with("models/c.sql", text);
        files["models/e.sql"] = "MODEL (name db.e, kind EMBEDDED);\nSELECT id FROM db.a WHERE id > 0";
        if (!audits.empty()) files["audits/all.sql"] = audits;
        outcome_ = sample::load(files);
        EXPECT_TRUE(outcome_.faults.empty()) << outcome_.text;
        context_.stage = RuntimeStage::evaluating;
        context_.interval = {kMarch, kMarch + kDay};
        context_.execution_ms = kMarch + 2 * kDay;
        context_.this_model = R"("shop"."sqlmesh__db"."db__c__1")";
        context_.table_of = [](std::string_view fqn) -> std::optional<std::string> {
            if (fqn == R"("shop"."db"."a")") return R"("shop"."sqlmesh__db"."db__a__9")";
            return std::nullopt;
        };
        context_.embedded_of = [this](std::string_view fqn) -> const model::Node* {
            return fqn == R"("shop"."db"."e")" ? &outcome_.project.nodes.at(std::string(fqn)) : nullptr;
        };
        return outcome_.project.nodes.at(R"("shop"."db"."c")");
    }

    sample::Outcome outcome_;
    RenderContext context_;
};

TEST_F(Rendering, ReplacesTablesAndInlinesEmbedded) {
    const auto& node =
        load("MODEL (name db.c, kind FULL);\nSELECT a.id /* kept */ FROM db.a JOIN db.e AS x ON x.id = a.id");
    EXPECT_EQ(render_query(node, context_).value_or("failed"),
              "SELECT a.id /* kept */ FROM \"shop\".\"sqlmesh__db\".\"db__a__9\" AS a JOIN (SELECT id FROM "
              "\"shop\".\"sqlmesh__db\".\"db__a__9\" AS a WHERE id > 0\n) AS x ON x.id = a.id");
}

TEST_F(Rendering, TimeVariables) {
    const auto& node = load(
        "MODEL (name db.c, kind INCREMENTAL_BY_TIME_RANGE (time_column ds));\n"
        "SELECT @start_date AS ds, @start_dt AS a, @end_dtntz AS b, @end_ds AS c, @end_ts AS d, @start_epoch "
        "AS e, @end_millis AS f, "
        "@end_hour AS g, @execution_tstz AS h, @runtime_stage AS i");
    EXPECT_EQ(render_query(node, context_).value_or("failed"),
              "SELECT CAST('2024-03-01' AS DATE) AS ds, CAST('2024-03-01 00:00:00+00:00' AS TIMESTAMPTZ) AS a, "
              "CAST('2024-03-01 23:59:59.999999' AS TIMESTAMP) AS b, '2024-03-01' AS c, '2024-03-01 "
              "23:59:59.999999' AS d, "
              "1709251200.0 AS e, 1709337599999 AS f, 23 AS g, '2024-03-03 00:00:00+00:00' AS h, 'evaluating' AS "
              "i");
}

TEST_F(Rendering, StatementsTakeDefinitionsAndStages) {
    const auto& node = load(
        "MODEL (name db.c, kind FULL);\n@DEF(k, 2);\n@IF(@runtime_stage = 'creating', SET x = 1);\nSET y = "
        "@k;\n"
        "SELECT 1 AS id;\nANALYZE @this_model;\nON_VIRTUAL_UPDATE_BEGIN;\nINSERT INTO log SELECT id FROM "
        "@this_model;\nON_VIRTUAL_UPDATE_END;");
    EXPECT_EQ(render_statements(node, StatementSet::pre, context_).value(), std::vector<std::string>{"SET y = 2"});
    EXPECT_EQ(render_statements(node, StatementSet::post, context_).value(),
              std::vector<std::string>{R"(ANALYZE "shop"."sqlmesh__db"."db__c__1")"});
    context_.this_model = R"("shop"."db"."c")";
    EXPECT_EQ(render_statements(node, StatementSet::on_virtual_update, context_).value(),
              std::vector<std::string>{R"(INSERT INTO log SELECT id FROM "shop"."db"."c")"});
}

TEST_F(Rendering, StatementsAreExecutedAsSqlglotPrintsThem) {
    const auto& node = load(
        "MODEL (name db.c, kind FULL);\nSELECT 1 AS id;\n"
        "UPDATE @this_model SET id = nvl(id, 0) + 1 where 60 + (id + 1) % 4 > 2;\n"
        "CREATE TABLE made AS SELECT id::INT, (1 + 2) FROM db.a;\n"
        "INSERT INTO t SELECT id FROM db.a ON CONFLICT DO NOTHING;\n"
        "DELETE FROM t /* why */ WHERE nvl(a, 1) = 1");
    const std::string table = R"("shop"."sqlmesh__db"."db__c__1")";
    const auto printed = executed_statements(node, StatementSet::post, context_, sql::Dialect::duckdb).value();
    EXPECT_EQ(printed[0], "UPDATE " + table + " SET id = COALESCE(id, 0) + 1 WHERE 60 + (id + 1) % 4 > 2");
    EXPECT_EQ(printed[1],
              R"(CREATE TABLE made AS SELECT CAST("id" AS INT) AS "id", (1 + 2) AS "1" FROM "shop"."sqlmesh__db")"
              R"(."db__a__9" AS "a")");
    // Statements of another engine's dialect stay as they are written.
    const auto written = render_statements(node, StatementSet::post, context_).value();
    EXPECT_EQ(printed[2], R"(INSERT INTO t SELECT "id" AS "id" FROM "shop"."sqlmesh__db"."db__a__9" AS "a" )"
                          "ON CONFLICT DO NOTHING");
    EXPECT_EQ(printed[3], "DELETE FROM t WHERE COALESCE(a, 1) = 1");
    EXPECT_EQ(executed_statements(node, StatementSet::post, context_, sql::Dialect::postgres).value(), written);
    EXPECT_EQ(executed_statements({"update t set a = nvl(a, 1)", "pragma x"}, "duckdb", sql::Dialect::duckdb),
              (std::vector<std::string>{"UPDATE t SET a = COALESCE(a, 1)", "pragma x"}));
}

TEST_F(Rendering, CustomAuditsSeeTheIntervalOnly) {
    const auto& node = load(
        "MODEL (name db.c, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), audits (above(column := id), "
        "not_null(columns := id)));\n"
        "SELECT CAST('2024-01-01' AS DATE) AS ds, CAST(1 AS INT) AS id",
        "AUDIT (name above, blocking false, defaults (least = 3));\nSELECT * FROM @this_model AS t WHERE "
        "t.@{column} <= @least;");
    const auto audit = render_audit(node, node.audits[0], context_);
    ASSERT_TRUE(audit) << audit.error().message;
    EXPECT_FALSE(audit->blocking);
    EXPECT_EQ(audit->query,
              "SELECT * FROM (SELECT * FROM \"shop\".\"sqlmesh__db\".\"db__c__1\" WHERE \"ds\" BETWEEN "
              "CAST('2024-03-01' "
              "AS DATE) AND CAST('2024-03-01' AS DATE)) AS t WHERE t.id <= 3");
    EXPECT_TRUE(render_audit(node, node.audits[1], context_)->blocking);
}

struct AuditCase {
    const char* name;
    const char* call;
    model::Properties arguments;
    const char* query;
};

class BuiltinAudits : public testing::TestWithParam<AuditCase> {};

TEST_P(BuiltinAudits, AskForBadRows) {
    const auto query = builtin_audit_query(GetParam().call, GetParam().arguments, "t", sql::Dialect::duckdb);
    EXPECT_EQ(query.value_or("failed"), GetParam().query);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BuiltinAudits,
    testing::Values(
        AuditCase{"NotNull",
                  "not_null",
                  {{"columns", "(a, b)"}},
                  "SELECT * FROM t WHERE (a IS NULL OR b IS NULL) AND (TRUE)"},
        AuditCase{"Accepted",
                  "accepted_values",
                  {{"column", "a"}, {"is_in", "('x', 'y')"}},
                  "SELECT * FROM t WHERE (NOT a IN ('x', 'y')) AND (TRUE)"},
        AuditCase{"Range",
                  "accepted_range",
                  {{"column", "a"}, {"min_v", "1"}, {"inclusive", "false"}},
                  "SELECT * FROM t WHERE (a <= 1) AND (TRUE)"},
        AuditCase{"RangeWithoutBounds", "accepted_range", {{"column", "a"}}, "SELECT * FROM t WHERE (TRUE) AND (TRUE)"},
        AuditCase{"Forall",
                  "forall",
                  {{"criteria", "(a > 0, b < 2)"}, {"condition", "c = 1"}},
                  "SELECT * FROM t WHERE (NOT (a > 0) OR NOT (b < 2)) AND (c = 1)"},
        AuditCase{"Like",
                  "not_match_like_pattern_list",
                  {{"column", "a"}, {"patterns", "('x%')"}},
                  "SELECT * FROM t WHERE (a LIKE 'x%') AND (TRUE)"},
        AuditCase{"Mean",
                  "mean_in_range",
                  {{"column", "a"}, {"max_v", "5"}},
                  "SELECT * FROM (SELECT AVG(a) AS measured FROM t WHERE TRUE) AS stats WHERE measured > 5"},
        AuditCase{"MissingArgument", "accepted_values", {{"column", "a"}}, "failed"},
        AuditCase{"Unknown", "nothing", {}, "failed"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(EnvironmentStatements, SeeTheEnvironment) {
    model::EnvironmentStatements statements;
    statements.dialect = "duckdb";
    statements.before_all = {"SET a = 1; SET b = 2;", "@IF(@this_env = 'prod', SET c = @n)",
                             "@IF(@this_env = 'dev', SET d = 1)"};
    statements.variables = {{"n", model::Value::of_integer("3")}};
    RenderContext context;
    context.environment = EnvironmentInfo{"prod", {"db"}, {"db.a"}};
    EXPECT_EQ(render_environment_statements(statements, true, context).value(),
              (std::vector<std::string>{"SET a = 1", "SET b = 2", "SET c = 3"}));
}

}  // namespace
}  // namespace towline::project
