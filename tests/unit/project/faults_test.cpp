#include "project/faults.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "unit/project/sample.h"

namespace towline::project {
namespace {

struct FaultCase {
    const char* name;
    const char* path;
    const char* text;
    const char* message;  ///< part of the text of all faults
    const char* hint = "";
    int line = 1;
    ErrorCode code = ErrorCode::invalid;
};

std::string name_of(const testing::TestParamInfo<FaultCase>& instance) { return instance.param.name; }

class EachFault : public testing::TestWithParam<FaultCase> {};

TEST_P(EachFault, IsReportedWithItsPlace) {
    const FaultCase& c = GetParam();
    const auto outcome = sample::load(sample::with(c.path, c.text));
    ASSERT_FALSE(outcome.faults.empty());
    const auto found = std::find_if(outcome.faults.begin(), outcome.faults.end(), [&](const Fault& fault) {
        return fault.message.find(c.message) != std::string::npos;
    });
    ASSERT_NE(found, outcome.faults.end()) << outcome.text;
    EXPECT_EQ(found->line, c.line) << outcome.text;
    EXPECT_EQ(found->code, c.code) << outcome.text;
    EXPECT_NE(found->hint.find(c.hint), std::string::npos) << outcome.text;
    EXPECT_EQ(found->excerpt.find('^') != std::string::npos, c.line > 0) << outcome.text;
}

constexpr ErrorCode kRefused = ErrorCode::unsupported;

INSTANTIATE_TEST_SUITE_P(
    Model, EachFault,
    testing::Values(
        FaultCase{"UnknownProperty", "models/c.sql", "MODEL (\n  name db.c,\n  corn '@daily'\n);\nSELECT 1 AS x",
                  "Unknown model property 'corn'", "'cron'", 3},
        FaultCase{"UnknownKind", "models/c.sql", "MODEL (name db.c, kind FUL);\nSELECT 1 AS x",
                  "Unknown model kind 'FUL'", "'FULL'"},
        FaultCase{"UnknownKindProperty", "models/c.sql",
                  "MODEL (name db.c, kind INCREMENTAL_BY_TIME_RANGE (time_colum ds));\nSELECT 1 AS ds",
                  "has no property 'time_colum'", "'time_column'"},
        FaultCase{"MissingKindProperty", "models/c.sql",
                  "MODEL (name db.c, kind INCREMENTAL_BY_UNIQUE_KEY);\nSELECT 1 AS x",
                  "needs the property 'unique_key'"},
        FaultCase{"WrongType", "models/c.sql",
                  "MODEL (name db.c, kind INCREMENTAL_BY_TIME_RANGE (time_column ds, lookback 'x'));\nSELECT "
                  "CAST('2024-01-01' AS DATE) AS ds",
                  "'lookback' must be an integer above zero"},
        FaultCase{"BadCron", "models/c.sql", "MODEL (name db.c,\n cron '61 * * * *');\nSELECT 1 AS x",
                  "Bad cron '61 * * * *'", "", 2},
        FaultCase{"BadUnit", "models/c.sql", "MODEL (name db.c, interval_unit week);\nSELECT 1 AS x",
                  "'week' is not an interval unit"},
        FaultCase{"BadZone", "models/c.sql", "MODEL (name db.c, cron_tz 'Mars/Base');\nSELECT 1 AS x", "Mars/Base"},
        FaultCase{"Duplicate", "models/c.sql", "MODEL (name DB.A);\nSELECT 1 AS x", "already defined in models/a.sql",
                  "", 1, ErrorCode::conflict},
        FaultCase{"UnknownAudit", "models/c.sql", "MODEL (name db.c, audits (not_nul(columns := (x))));\nSELECT 1 AS x",
                  "no audit 'not_nul'", "'not_null'", 1, ErrorCode::not_found},
        FaultCase{"MissingSeed", "models/c.sql", "MODEL (name db.c, kind SEED (path 'none.csv'));",
                  "seed file 'none.csv'", "", 1, ErrorCode::not_found},
        FaultCase{"NoQuery", "models/c.sql", "MODEL (name db.c);\n", "has no query"},
        FaultCase{"TwoQueries", "models/c.sql", "MODEL (name db.c);\nSELECT 1 AS x;\nSELECT 2 AS x",
                  "more than one query", "", 3},
        FaultCase{"NoName", "models/c.sql", "MODEL (kind FULL);\nSELECT 1 AS x", "has no name"},
        FaultCase{"NoModelBlock", "models/c.sql", "SELECT 1 AS x", "does not begin with a MODEL block"},
        FaultCase{"UnknownVariable", "models/c.sql", "MODEL (name db.c);\nSELECT @nowhere AS x", "nowhere", "", 2},
        FaultCase{"RangeInView", "models/c.sql", "MODEL (name db.c);\nSELECT @start_ds AS x", "start_ds", "", 2},
        FaultCase{"AuditedEmbedded", "models/c.sql",
                  "MODEL (name db.c, kind EMBEDDED, audits (not_null(columns := (x))));\nSELECT 1 AS x",
                  "cannot have audits"},
        FaultCase{"PartitionedView", "models/c.sql", "MODEL (name db.c, partitioned_by x);\nSELECT 1 AS x",
                  "cannot be partitioned"},
        FaultCase{"TimeColumnAbsent", "models/c.sql",
                  "MODEL (name db.c, kind INCREMENTAL_BY_TIME_RANGE (time_column ds));\nSELECT 1 AS x",
                  "is not among the model's columns"},
        FaultCase{"Cycle", "models/a.sql", "MODEL (name db.a);\nSELECT id, word FROM db.b", "db.a -> db.b -> db.a", "",
                  2},
        FaultCase{"SelfWithoutTypes", "models/c.sql", "MODEL (name db.c);\nSELECT x FROM db.c", "reads itself", "", 2}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Refused, EachFault,
    testing::Values(
        FaultCase{"JinjaQuery", "models/c.sql",
                  "MODEL (name db.c);\nJINJA_QUERY_BEGIN;\nSELECT 1 AS x,\n  {{ no.such }} AS y\nJINJA_END;",
                  "'no' is undefined", "Python", 4},
        FaultCase{"JinjaStatement", "models/c.sql",
                  "MODEL (name db.c);\nJINJA_QUERY_BEGIN;\n  SELECT {% include 'x' %}\nJINJA_END;",
                  "'include' is not supported", "", 3, kRefused},
        FaultCase{"JinjaSql", "models/c.sql",
                  "MODEL (name db.c);\nJINJA_QUERY_BEGIN;\nSELECT ({{ 1 }} AS y\nJINJA_END;", "rendered jinja", "", 2},
        FaultCase{"JinjaMacro", "macros/m.sql", "{% macro a() %}{% endmacro %}\n{% macro b( %}{% endmacro %}\n",
                  "unexpected '}'", "", 2},
        FaultCase{"JinjaMacroOpen", "macros/m.sql", "{% macro a() %}\n", "has no endmacro", "", 1},
        FaultCase{"PythonModel", "models/c.py", "@model('db.c')\ndef f(context): pass", "Python models", "", 0,
                  kRefused},
        FaultCase{"PythonMacro", "models/c.sql", "MODEL (name db.c);\nSELECT @mask(id) AS x FROM db.a", "@mask", "", 2,
                  kRefused},
        FaultCase{"Signals", "models/c.sql", "MODEL (name db.c, signals (late()));\nSELECT 1 AS x",
                  "'signals' is not supported", "", 1, kRefused},
        FaultCase{"FourParts", "models/c.sql", "MODEL (name a.b.c.d, kind FULL);\nSELECT 1 AS x",
                  "more than three parts is not supported", "Names are catalog.schema.table.", 1, kRefused},
        FaultCase{"Custom", "models/c.sql", "MODEL (name db.c, kind CUSTOM (materialization 'm'));\nSELECT 1 AS x",
                  "CUSTOM is not supported", "", 1, kRefused},
        FaultCase{"Dbt", "dbt_project.yml", "name: x", "dbt projects", "", 0, kRefused}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Config, EachFault,
    testing::Values(
        FaultCase{"UnknownKey", "config.yaml", "model_defaults:\n  dialect: duckdb\n  crn: x\n", "'model_defaults.crn'",
                  "'cron'", 3},
        FaultCase{"UnknownRootKey", "config.yaml", "model_default:\n  dialect: duckdb\n", "'model_default'",
                  "'model_defaults'", 2},
        FaultCase{"DuplicateKey", "config.yaml", "variables: {}\nvariables: {}\n", "'variables' is here twice", "", 2},
        FaultCase{"WrongType", "config.yaml", "model_defaults:\n  dialect: duckdb\ndefault_target_environment: 7\n",
                  "must be text, not an integer", "", 3},
        FaultCase{"BadEnum", "config.yaml", "model_defaults:\n  dialect: duckdb\nenvironment_suffix_target: Table\n",
                  "must be one of schema, table, catalog", "'table'", 3},
        FaultCase{"UnknownEngine", "config.yaml",
                  "gateways:\n  a:\n    connection:\n      type: DuckDB\nmodel_defaults:\n  dialect: duckdb\n",
                  "Unknown connection type 'DuckDB'", "'duckdb'", 4},
        FaultCase{"UnknownConnectionKey", "config.yaml",
                  "gateways:\n  a:\n    connection:\n      type: duckdb\n      databse: x\nmodel_defaults:\n "
                  " dialect: duckdb\n",
                  "no key 'databse'", "'database'", 4},
        FaultCase{"NoDialect", "config.yaml", "gateways:\n  a:\n    connection:\n      type: duckdb\n",
                  "no 'model_defaults.dialect'", "", 0},
        FaultCase{"UnknownGateway", "config.yaml",
                  "default_gateway: prod\ngateways:\n  local:\n    connection: {type: "
                  "duckdb}\nmodel_defaults: {dialect: duckdb}\n",
                  "no gateway 'prod'", "Gateways are local.", 1, ErrorCode::not_found},
        FaultCase{"TabInYaml", "config.yaml", "gateways:\n\tlocal: x\n", "YAML is broken", "line 2 begins with a tab",
                  2},
        FaultCase{"WrongDialect", "models/c.sql", "MODEL (name db.c,\n  dialect postgre);\nSELECT 1 AS x",
                  "Unknown dialect 'postgre'", "Did you mean 'postgres'?", 2},
        FaultCase{"WrongKind", "models/c.sql",
                  "MODEL (name db.c, kind INCREMENTAL_BY_TIME (time_column a));\nSELECT 1 AS a",
                  "Unknown model kind 'INCREMENTAL_BY_TIME'", "INCREMENTAL_BY_TIME_RANGE", 1},
        FaultCase{"NoSemicolon", "models/c.sql", "-- c\nMODEL (name db.c)\nSELECT 1 AS x", "not ended by a semicolon",
                  "", 2},
        FaultCase{"BrokenQuery", "models/c.sql", "MODEL (name db.c);\nSELECT 1 AS x\nFROM WHERE", "Failed to parse", "",
                  3},
        FaultCase{"BrokenAudit", "audits/c.sql", "AUDIT (name c);\nSELECT 1 AS x FROM", "Failed to parse", "", 2},
        FaultCase{"Jinja", "config.yaml", "model_defaults:\n  dialect: {{ chosen.first | lower }}\n",
                  "'chosen' is undefined", "", 2},
        FaultCase{"JinjaBlock", "config.yaml", "{% import 'x' %}\nproject: x\n", "'import' is not supported", "", 1,
                  kRefused},
        FaultCase{"BrokenYaml", "config.yaml", "a: [1,\nb: 2\n", "YAML is broken", "", 2},
        FaultCase{"Empty", "config.yaml", "", "is empty", "", 0},
        FaultCase{"TwoFiles", "config.py", "config = 1", "two configuration files", "", 0},
        FaultCase{"Ttl", "config.yaml", "snapshot_ttl: 1 week ago\nmodel_defaults: {dialect: duckdb}\n",
                  "must be a time in the future", "", 1}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Audits, EachFault,
    testing::Values(FaultCase{"EmptyFile", "audits/x.sql", "-- nothing\n", "does not begin with an AUDIT block"},
                    FaultCase{"UnknownKey", "audits/x.sql", "AUDIT (name x, blockin false);\nSELECT 1",
                              "Unknown audit property 'blockin'", "'blocking'"},
                    FaultCase{"NodeKey", "audits/x.sql", "AUDIT (name x, owner me);\nSELECT 1",
                              "only for standalone audits"},
                    FaultCase{"NoQuery", "audits/x.sql", "AUDIT (name x);\n", "has no query"},
                    FaultCase{"BlockingStandalone", "audits/x.sql",
                              "AUDIT (name x, standalone true, blocking true);\nSELECT 1", "cannot be blocking"},
                    FaultCase{"ExternalNotAList", "external_models.yaml", "name: x\n", "must be a list"}),
    name_of);

TEST(Faults, ComeAllAtOnceInOrder) {
    auto files = sample::files();
    files["models/z.sql"] = "MODEL (name db.z, kid FULL);\nSELECT 1 AS x";
    files["models/c.sql"] = "MODEL (name db.c, kind FULL,\n  crons '@daily',\n  own me);\nSELECT 1 AS x";
    files["audits/q.sql"] = "AUDIT (name);";
    const auto outcome = sample::load(files);
    ASSERT_GE(outcome.faults.size(), 4u) << outcome.text;
    EXPECT_TRUE(std::is_sorted(outcome.faults.begin(), outcome.faults.end(), [](const Fault& a, const Fault& b) {
        return std::tie(a.path, a.line, a.column) < std::tie(b.path, b.line, b.column);
    }));
    EXPECT_EQ(outcome.faults.front().path, "audits/q.sql");
    EXPECT_EQ(outcome.faults.back().path, "models/z.sql");
}

TEST(Faults, TextHasPlaceLineCaretAndHint) {
    const auto outcome =
        sample::load(sample::with("models/c.sql", "MODEL (\n  name db.c,\n  corn '@daily'\n);\nSELECT 1 AS x"));
    ASSERT_EQ(outcome.faults.size(), 1u) << outcome.text;
    EXPECT_EQ(to_text(outcome.faults[0]),
              "models/c.sql:3:3: Unknown model property 'corn'.\n  corn '@daily'\n  ^\nhint: Did you mean 'cron'?");
}

TEST(Faults, EditDistanceCountsSwapsOnce) {
    EXPECT_EQ(edit_distance("cron", "corn"), 1u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("Kind", "kind"), 0u);
    EXPECT_EQ(closest_hint("wholly_different", {"cron", "kind"}), "");
}

}  // namespace
}  // namespace towline::project
