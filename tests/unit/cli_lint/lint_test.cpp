#include <gtest/gtest.h>

#include "lint/column_check.h"
#include "lint/linter.h"
#include "lint/outer_select.h"

namespace towline::lint {
namespace {

const std::map<std::string, model::Columns> kTables{
    {R"("shop"."a")", {{"id", "INT"}, {"ds", "DATE"}, {"amount", "DOUBLE"}}},
    {R"("shop"."src")", {{"id", "INT"}, {"ds", "DATE"}, {"k", "INT"}}}};

struct ColumnCase {
    const char* query;
    const char* problem;  ///< "" for none
};

// What sqlglot's qualify says about the same queries.
TEST(ColumnCheck, SaysWhatSqlglotSays) {
    const ColumnCase cases[] = {
        {"select id from shop.a x join shop.src y on x.id = y.id", "Column 'id' could not be resolved."},
        {"select x.id from shop.a x join shop.src y on x.id = y.id where id > 1", "Column 'id' could not be resolved."},
        {"select k kk, id from shop.a join shop.src using (id) where kk > 1", ""},
        {"select 1 from shop.a order by nope", "Column 'nope' could not be resolved."},
        {"select id as zz from shop.a group by zz order by zz", ""},
        {"select id from shop.a where exists(select 1 from shop.src where amount > 1)", ""},
        {"select amount.x.y from shop.a", ""},
        {"select q.id from shop.a x", "Column 'id' could not be resolved for table: 'q'."},
        {"select x.nope from shop.a x", "Unknown column: nope"},
        {"select id from shop.a union select nope from shop.src", "Column 'nope' could not be resolved."},
        {"select list_transform([1], x -> x + id) from shop.a", ""},
        {"select amount from shop.a group by all", ""},
        {"select id as a1, a1 + 1 as b from shop.a", ""},
        {"select x.id, id from shop.a x join shop.src y on x.id = y.id", "Column 'id' could not be resolved."},
        {"select x.id as id, y.k from shop.a x join shop.src y on x.id = y.id where id > 1", ""},
        {"select x.id, y.k from shop.a x join shop.src y on x.id = y.id order by id", ""},
        {"select nope as nope from shop.a", "Column 'nope' could not be resolved."},
        {"with c as (select id as u from shop.a) "
         "select c.id from c where exists (select 1 from shop.src e where e.nix)",
         "Unknown column: nix"},
        {"select anything from raw.unknown", ""},
        {"select u.anything, t.nope from raw.unknown u, shop.a t", "Unknown column: nope"},
        {"select extract(year from ds), current_date, count(*) from shop.a", ""},
        {"select x from unnest([1]) as t(x)", ""},
        {"with recursive r as (select 1 as n union all select n + 1 from r where n < 5) select n from r", ""},
        {"select t.* exclude (id) from shop.a t", ""},
        {"select id from (select id from shop.a) where amount > 1", "Column 'amount' could not be resolved."},
    };
    for (const ColumnCase& item : cases) {
        const ColumnCheck check = check_columns(item.query, sql::Dialect::duckdb, "", kTables);
        EXPECT_EQ(check.problem ? check.problem->message : "", item.problem) << item.query;
    }
}

TEST(ColumnCheck, PutsStarsOut) {
    const auto columns = [](const char* query) {
        return check_columns(query, sql::Dialect::duckdb, "", kTables).columns;
    };
    using Names = std::vector<std::string>;
    EXPECT_EQ(columns("select *, id from shop.a"), (Names{"id", "ds", "amount", "id"}));
    EXPECT_EQ(columns("select y.* exclude (ds), 1 + 1 from shop.a, shop.src y"), (Names{"id", "k", "_col_2"}));
    EXPECT_EQ(columns("select * from raw.unknown"), std::nullopt);
}

TEST(OuterSelect, ReadsEveryBranch) {
    const auto selects = outer_selects(
        "WITH c AS (SELECT * FROM t) (SELECT a, b AS \"C\", count(*) n FROM c) "
        "UNION ALL SELECT DISTINCT t.*, x * y FROM t",
        sql::Dialect::duckdb);
    ASSERT_EQ(selects.size(), 2U);
    ASSERT_EQ(selects[0].projections.size(), 3U);
    EXPECT_FALSE(selects[0].projections[1].star);
    EXPECT_FALSE(selects[0].projections[2].star);
    ASSERT_EQ(selects[1].projections.size(), 2U);
    EXPECT_TRUE(selects[1].projections[0].star);
    EXPECT_FALSE(selects[1].projections[1].star);
    EXPECT_TRUE(outer_selects("@my_macro(1)", sql::Dialect::duckdb).empty());
}

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

TEST(Linter, RefusesWhatSqlmeshRefuses) {
    const auto message = [](const char* text) { return Linter::make(linter_settings(config(text))).error().message; };
    EXPECT_EQ(message("linter: {enabled: true, rules: [mine]}"), "Rule mine could not be found");
    EXPECT_EQ(message("linter: {rules: noselectstar, warn_rules: [NOSELECTSTAR]}"),
              "Rules cannot simultaneously warn and raise an error: [noselectstar]");
}

}  // namespace
}  // namespace towline::lint
