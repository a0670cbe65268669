// Jinja blocks from file to SQL, with the values an executor has. Loading is compared with SQLMesh by test_load.

#include <gtest/gtest.h>

#include "base/strings.h"
#include "model/codec.h"
#include "project/jinja_blocks.h"
#include "project/render.h"
#include "unit/project/sample.h"

namespace towline::project {
namespace {

constexpr model::TimestampMs kDay = 86'400'000;
constexpr model::TimestampMs kMarch = 1'709'251'200'000;  // 2024-03-01

constexpr const char* kMacros = R"({% macro day(name) %}CAST('{{ name }}' AS DATE){% endmacro %}
{% macro between(column) %}{{ column }} BETWEEN {{ day(start_ds) }} AND {{ day(end_ds) }}{% endmacro %}
{% macro unused() %}{% endmacro %}
)";

RenderContext context() {
    RenderContext out;
    out.stage = RuntimeStage::evaluating;
    out.interval = {kMarch, kMarch + kDay};
    out.execution_ms = kMarch + 2 * kDay;
    out.this_model = R"("shop"."sqlmesh__db"."db__c__1")";
    out.table_of = [](std::string_view fqn) -> std::optional<std::string> {
        if (fqn == R"("shop"."db"."a")") return R"("p"."a_9")";
        return std::nullopt;
    };
    return out;
}

/// The model db.c of a project with macros, as an executor reads it from its document.
model::Node loaded(const std::string& text, const std::string& audits = {}) {
    auto files = sample::with("models/c.sql", text);
    files["macros/deep/own.sql"] = kMacros;
    if (!audits.empty()) files["audits/all.sql"] = audits;
    const auto outcome = sample::load(files);
    EXPECT_TRUE(outcome.faults.empty()) << outcome.text;
    const auto found = outcome.project.nodes.find(R"("shop"."db"."c")");
    if (found == outcome.project.nodes.end()) return {};
    const auto document = json::Document::parse(model::to_json(found->second));
    auto node = model::node_from_json(document->root());
    EXPECT_TRUE(node);
    return node.value_or(model::Node{});
}

constexpr const char* kHead =
    "MODEL (name db.c, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), columns (ds DATE, id INT));\n";

std::string query(const std::string& body) {
    const auto node = loaded(kHead + ("JINJA_QUERY_BEGIN;\n" + body + "\nJINJA_END;\n"));
    const auto out = render_query(node, context());
    return out ? *out : out.error().message;
}

TEST(Jinja, QueriesSeeTheInterval) {
    EXPECT_EQ(
        query("SELECT ds, id FROM db.a WHERE {{ between('ds') }} AND id < {{ var('limit_of') }}"),
        "SELECT ds, id FROM \"p\".\"a_9\" AS a WHERE ds BETWEEN CAST('2024-03-01' AS DATE) AND CAST('2024-03-01' AS "
        "DATE) AND id < 5");
    EXPECT_EQ(query("SELECT @start_date AS ds, {{ end_hour }} AS id, '{{ this_model }}' AS m, '{{ runtime_stage }}'"),
              "SELECT CAST('2024-03-01' AS DATE) AS ds, 23 AS id, '\"shop\".\"sqlmesh__db\".\"db__c__1\"' AS m, "
              "'evaluating' AS \"evaluating\"");
    EXPECT_EQ(query("SELECT '{{ start_dt.strftime(\"%d.%m.%Y\") }} {{ end_ts }} {{ execution_date }} {{ "
                    "end_dt.isoformat() }}' AS t"),
              "SELECT '01.03.2024 2024-03-01 23:59:59.999999 2024-03-03 2024-03-01T23:59:59.999999+00:00' AS t");
    EXPECT_EQ(query("SELECT {{ var('words') | join(', ') }}, {{ resolve_table('db.a') }}.id FROM db.a"),
              "SELECT a, b, \"p\".\"a_9\".id FROM \"p\".\"a_9\" AS a");
}

TEST(Jinja, NodesCarryWhatTheyReferTo) {
    const auto node =
        loaded(std::string(kHead) +
               "JINJA_QUERY_BEGIN;\nSELECT ds, id FROM db.a WHERE {{ between('ds') }} AND {{ var('LIMIT_of') }} > 1\n"
               "JINJA_END;\n");
    ASSERT_EQ(node.jinja_macros.size(), 2U);
    EXPECT_EQ(node.jinja_macros.at("day"), "{% macro day(name) %}CAST('{{ name }}' AS DATE){% endmacro %}");
    EXPECT_TRUE(node.jinja_macros.contains("between"));
    ASSERT_EQ(node.variables.size(), 1U);
    EXPECT_EQ(node.variables[0].first, "limit_of");
    EXPECT_EQ(node.depends_on, std::vector<std::string>{R"("shop"."db"."a")"});
}

TEST(Jinja, StatementsMayBecomeSeveralOrNone) {
    const auto node = loaded(
        std::string(kHead) +
        "JINJA_STATEMENT_BEGIN;\nSET a = {{ 1 }};\n-- nothing\nSET b = @start_ds;\nJINJA_END;\n"
        "JINJA_STATEMENT_BEGIN;\n{% if false %}SET c = 1{% endif %}\nJINJA_END;\n"
        "SELECT ds, id FROM db.a;\n"
        "ON_VIRTUAL_UPDATE_BEGIN;\nJINJA_STATEMENT_BEGIN;\n  GRANT {{ 'x' }}\nJINJA_END;\nON_VIRTUAL_UPDATE_END;\n");
    EXPECT_EQ(join(render_statements(node, StatementSet::pre, context()).value_or(std::vector<std::string>{}), "|"),
              "SET a = 1|SET b = '2024-03-01'");
    EXPECT_EQ(node.on_virtual_update, std::vector<std::string>{"JINJA_STATEMENT_BEGIN;\nGRANT {{ 'x' }}\nJINJA_END;"});
}

TEST(Jinja, AuditsSeeTheirArguments) {
    const auto node = loaded("MODEL (name db.c, kind FULL, audits (small(top := 7)));\nSELECT id FROM db.a",
                             "AUDIT (name small, defaults (low = 1));\nJINJA_QUERY_BEGIN;\nSELECT * FROM {{ this_model "
                             "}} WHERE id > {{ top }} OR id < "
                             "{{ low }}\nJINJA_END;\n");
    ASSERT_EQ(node.audits.size(), 1U);
    const auto audit = render_audit(node, node.audits[0], context());
    ASSERT_TRUE(audit) << audit.error().message;
    EXPECT_EQ(audit->query, "SELECT * FROM \"shop\".\"sqlmesh__db\".\"db__c__1\" AS \"_q_0\" WHERE id > 7 OR id < 1");
}

TEST(Jinja, FailuresSayWhere) {
    const auto node = loaded(
        "MODEL (name db.c, kind FULL);\nJINJA_QUERY_BEGIN;\nSELECT id\n  {{ x.y if runtime_stage != 'loading' }}\nFROM "
        "db.a\nJINJA_END;\n");
    const auto out = render_query(node, context());
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().message, "Could not render the Jinja block: 'x' is undefined (line 3, column 7)");
}

TEST(Jinja, BlocksAreKnownByTheirFirstWord) {
    EXPECT_TRUE(is_jinja_block(" jinja_query_begin ;\nSELECT 1\nJINJA_END"));
    EXPECT_FALSE(is_jinja_block("SELECT 'JINJA_QUERY_BEGIN;'"));
    EXPECT_FALSE(is_jinja_block("JINJA_QUERY_BEGINNING;"));
    EXPECT_EQ(printed_jinja_block("JINJA_STATEMENT_BEGIN;   x ; JINJA_END"), "JINJA_STATEMENT_BEGIN;\nx ;\nJINJA_END;");
}

}  // namespace
}  // namespace towline::project
