#include <gtest/gtest.h>

#include "lint/linter.h"

namespace towline::lint {
namespace {

project::Yaml config(const char* text) { return project::parse_yaml(text, "config.yaml").value(); }

TEST(Linter, TakesRulesFromTheConfiguration) {
    const auto linter =
        Linter::make(linter_settings(config("linter: {enabled: true, rules: ALL, ignored_rules: [NoSelectStar]}")));
    ASSERT_TRUE(linter);
    project::Project project;
    model::Node node;
    node.name = "shop.b";
    node.fqn = R"("shop"."b")";
    node.dialect = "duckdb";
    node.query = "SELECT * FROM raw.x";
    node.depends_on = {R"("raw"."x")"};
    const std::string file = "MODEL (name shop.b);\n\nSELECT * FROM raw.x";
    const auto names = [&] {
        std::vector<std::string> out;
        const auto report = linter->check({node, project, file, {}});
        for (const Violation& v : report->errors) out.push_back(v.rule + ":" + std::to_string(v.line));
        return out;
    };
    EXPECT_EQ(names(), (std::vector<std::string>{"invalidselectstarexpansion:0", "nomissingunittest:0",
                                                 "nomissingaudits:1", "nomissingexternalmodels:3"}));
    node.ignored_rules = {"ALL"};
    EXPECT_TRUE(names().empty());
}

/// The violation of one rule of a query over shop.a and shop.src; "" for none.
std::string violation(const std::string& rule, const std::string& query) {
    project::Project project;
    model::Node node;
    node.name = "shop.b";
    node.fqn = R"("shop"."b")";
    node.dialect = "duckdb";
    node.query = query;
    node.mapping_schema = {{R"("shop"."a")", {{"id", "INT"}, {"ds", "DATE"}, {"amount", "DOUBLE"}}},
                           {R"("shop"."src")", {{"id", "INT"}, {"ds", "DATE"}, {"k", "INT"}}}};
    const std::string file = "MODEL (name shop.b);\n" + query;
    const auto linter = Linter::make(linter_settings(config(("linter: {enabled: true, rules: " + rule + "}").c_str())));
    const auto report = linter->check({node, project, file, {}});
    if (report->errors.empty()) return "";
    return std::to_string(report->errors[0].line) + ": " + report->errors[0].message;
}

TEST(Linter, FindsStarsInEveryOutermostSelect) {
    const auto star = [](const char* query) { return violation("noselectstar", query).substr(0, 2); };
    EXPECT_EQ(star("SELECT\n * FROM shop.a"), "3:");
    EXPECT_EQ(star("FROM shop.a"), "1:");
    EXPECT_EQ(
        star("WITH c AS (SELECT * FROM t) (SELECT a, count(*) n FROM c) UNION ALL SELECT DISTINCT t.*, x * y FROM t"),
        "0:");
    EXPECT_EQ(star("SELECT id FROM shop.a WHERE @f(id) UNION SELECT * FROM shop.a"), "0:");
    EXPECT_EQ(star("SELECT * FROM @f(x)"), "2:");  // the macro is more than an expression
    EXPECT_EQ(star("WITH c AS (SELECT * FROM t) SELECT a, count(*) AS n, x * y AS z FROM c"), "");
    EXPECT_EQ(star("SELECT @star(t) FROM t"), "");
    EXPECT_EQ(star("@my_macro(1)"), "");
}

TEST(Linter, TellsTheColumnAndItsPlace) {
    const auto column = [](const char* query) {
        const std::string told = violation("ambiguousorinvalidcolumn", query);
        return told.substr(0, told.find(" for model"));
    };
    EXPECT_EQ(column("SELECT id,\n nope FROM shop.a"), "0: Column 'nope' could not be resolved. Line: 3, Col: 5");
    EXPECT_EQ(column("SELECT (WITH c AS (SELECT nope FROM shop.a) SELECT MAX(nope) FROM c) AS m"),
              "0: Ambiguous column 'nope' (Line: 2, Col: 30)");
    EXPECT_EQ(column("SELECT x.nope FROM shop.a AS x"), "0: Unknown column: nope");
    EXPECT_EQ(column("SELECT id FROM shop.a FOR UPDATE OF a"), "");  // not understood in full
    EXPECT_EQ(column("SELECT anything FROM raw.unknown"), "");
}

TEST(Linter, FindsProjectionsWithoutNamesAndTwice) {
    const auto projection = [](const char* query) { return violation("noambiguousprojections", query); };
    EXPECT_EQ(projection("SELECT *, id FROM shop.a"), "0: Found duplicate outer select name 'id'");
    EXPECT_EQ(projection("SELECT a.*, 1 + 1, 2 FROM shop.a"), "");
    EXPECT_EQ(projection("SELECT x.a + 1 FROM raw.unknown AS x"),
              R"(0: Outer projection '"x"."a" + 1' must have inferrable names or explicit aliases.)");
}

TEST(Linter, RefusesWhatSqlmeshRefuses) {
    const auto message = [](const char* text) { return Linter::make(linter_settings(config(text))).error().message; };
    EXPECT_EQ(message("linter: {enabled: true, rules: [mine]}"), "Rule mine could not be found");
    EXPECT_EQ(message("linter: {rules: noselectstar, warn_rules: [NOSELECTSTAR]}"),
              "Rules cannot simultaneously warn and raise an error: [noselectstar]");
}

}  // namespace
}  // namespace towline::lint
