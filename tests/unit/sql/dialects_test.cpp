// Shapes of every dialect against what real SQLMesh makes of them (tests/golden/sql, written by its regenerate.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/strings.h"
#include "sql/expression.h"
#include "sql/function_text.h"
#include "sql/scopes.h"
#include "sql/statements.h"

namespace towline::sql {
namespace {

struct Block {
    std::string section;
    std::string text;
    std::string expected;
};

std::vector<Block> blocks_of(const std::string& dialect) {
    std::vector<Block> out;
    std::ifstream file(TOWLINE_SOURCE_DIR "/tests/golden/sql/" + dialect + ".txt");
    std::string section;
    std::string text;
    for (std::string line; std::getline(file, line);) {
        if (const auto base = line.find("those of "); line.starts_with("# ") && base != std::string::npos)
            out = blocks_of(line.substr(base + 9, line.find(".txt") - base - 9));
        if (line.starts_with("## ")) {
            section = line.substr(3);
            text.clear();
        } else if (line.starts_with("=>")) {
            const Block found{section, std::string(trim(text)), std::string(trim(line.substr(2)))};
            const auto same = std::find_if(out.begin(), out.end(), [&](const Block& block) {
                return block.section == found.section && block.text == found.text;
            });
            same == out.end() ? out.push_back(found) : void(same->expected = found.expected);
            text.clear();
        } else {
            text += line + "\n";
        }
    }
    return out;
}

/// The shapes of a dialect that the reference understands.
std::vector<Block> blocks(const std::string& dialect) {
    std::vector<Block> out = blocks_of(dialect);
    std::erase_if(out, [](const Block& block) { return block.expected == "!"; });
    return out;
}

/// What the text is here, or nothing if it is refused.
std::optional<std::string> said(const Block& block, Dialect dialect) {
    if (block.section == "queries") {
        const auto found = dependencies(block.text, dialect, "");
        return found ? std::optional(join(*found, ", ")) : std::nullopt;
    }
    if (block.section == "types") {
        const auto type = parse_type(block.text, dialect);
        return type ? std::optional(type_sql(*type, dialect)) : std::nullopt;
    }
    const auto expression = parse_expression(block.text, dialect);
    const auto text = expression ? checked_gen(*expression, dialect) : fail(expression.error());
    return text ? std::optional(*text) : std::nullopt;
}

struct Row {
    const char* dialect;
    int refused;  ///< At most so many expressions are an error here; none ever has a wrong text.
};
std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.dialect; }

class Dialects : public testing::TestWithParam<Row> {};

TEST_P(Dialects, AgreeWithTheReference) {
    const Dialect dialect = *dialect_from(GetParam().dialect);
    const auto all = blocks(GetParam().dialect);
    EXPECT_GT(all.size(), 50u);
    int refused = 0;
    for (const Block& block : all) {
        const auto text = said(block, dialect);
        if (text)
            EXPECT_EQ(*text, block.expected) << block.text;
        else
            EXPECT_EQ(block.section, "expressions") << block.text;
        refused += text ? 0 : 1;
    }
    EXPECT_LE(refused, GetParam().refused);
}

TEST_P(Dialects, PrintedExpressionsReadAsTheSame) {
    // A project keeps the printed text, and hashes what it reads from it.
    const Dialect dialect = *dialect_from(GetParam().dialect);
    for (const Block& block : blocks(GetParam().dialect)) {
        if (block.section != "expressions" || !said(block, dialect)) continue;
        const std::string printed = to_sql(*parse_expression(block.text, dialect), dialect);
        EXPECT_EQ(said({block.section, printed, {}}, dialect).value_or("refused"), block.expected) << printed;
    }
}

TEST_P(Dialects, QueriesAreSplitAsTheyStand) {
    const Dialect dialect = *dialect_from(GetParam().dialect);
    for (const Block& block : blocks(GetParam().dialect)) {
        if (block.section != "queries") continue;
        const std::string file =
            "MODEL (name d.m, dialect " + std::string(GetParam().dialect) + ");\n" + block.text + "\n";
        const auto statements = split_statements(file, dialect);
        ASSERT_TRUE(statements.has_value()) << block.text;
        ASSERT_EQ(statements->size(), 2u) << block.text;
        EXPECT_EQ((*statements)[1].kind, StatementKind::query) << block.text;
        EXPECT_TRUE(block.text.starts_with((*statements)[1].text)) << (*statements)[1].text;
    }
}

INSTANTIATE_TEST_SUITE_P(All, Dialects,
                         testing::Values(Row{"duckdb", 3}, Row{"postgres", 2}, Row{"bigquery", 0}, Row{"snowflake", 3},
                                         Row{"redshift", 0}, Row{"databricks", 4}, Row{"spark", 3}, Row{"trino", 0},
                                         Row{"tsql", 3}, Row{"mysql", 2}, Row{"clickhouse", 7}, Row{"doris", 2},
                                         Row{"starrocks", 2}, Row{"singlestore", 9}, Row{"materialize", 2},
                                         Row{"risingwave", 2}, Row{"dune", 0}, Row{"presto", 0}, Row{"fabric", 3},
                                         Row{"hive", 5}, Row{"sqlite", 6}, Row{"oracle", 4}, Row{"exasol", 8},
                                         Row{"teradata", 2}, Row{"dremio", 2}, Row{"druid", 2}, Row{"tableau", 6}),
                         [](const auto& row) { return std::string(row.param.dialect); });

TEST(FunctionText, KeysHaveTheSameTextAfterTheyWereFoldedAndPrinted) {
    struct Case {
        Dialect dialect;
        const char* key;
        const char* text;
    };
    const Case cases[] = {
        {Dialect::tsql, "a COLLATE Latin1_General_CI_AS", R"(COLLATE("a",Latin1_General_CI_AS))"},
        {Dialect::tsql, "COALESCE(dbo.My_F(a), [x].[G](1))", R"(COALESCE("dbo".MY_F("a"),"x"."g"(1)))"},
        {Dialect::snowflake, "Db.Sch.f(a)", R"("DB"."SCH".F("A"))"},
        {Dialect::bigquery, "`p-x.d`.f(SAFE.SUBSTR(a, 1))", R"("p-x.d".F(SAFE_FUNC(SUBSTRING("a",1))))"},
        {Dialect::tsql, "DATEPART(dd, a)", R"(EXTRACT(DAY,"a"))"},
        {Dialect::tsql, "DATEPART(isoww, a)", R"(EXTRACT(WEEKISO,"a"))"},
        {Dialect::tsql, "DATEPART(Year, a)", R"(EXTRACT(Year,"a"))"},
        {Dialect::snowflake, "DATE_PART(Month, a)", R"(EXTRACT(Month,"A"))"},
        {Dialect::bigquery, "DATE_TRUNC(d, WEEK(monday))", R"(DATE_TRUNC(WEEK_START(monday),"d"))"},
        {Dialect::spark, "CAST(a AS STRUCT<b: INT>)",
         R"(TRY_CAST("a",STRUCT :expressions,COLUMNDEF :this,"b",:kind,INT :nested,False,:nested,True))"},
        {Dialect::databricks, "FILTER(a, x -> x > 0)", R"(FILTER("a",LAMBDA :this,"x" > 0,:expressions,"x"))"},
        {Dialect::snowflake, "v:Key.b::STRING",
         R"(CAST(JSON_EXTRACT("V",JSONPATH :expressions,JSONPATHROOT,JSONPATHKEY :this,Key,JSONPATHKEY :this,b,True,True),TEXT :nested,False))"},
        {Dialect::snowflake, "DATE_TRUNC('month', a::DATE)", R"(DATE_TRUNC('MONTH',CAST("A",DATE :nested,False)))"},
        {Dialect::mysql, "STR_TO_DATE(a, '%Y-%m-%d')", R"(STR_TO_DATE("a",'%Y-%m-%d'))"},
        {Dialect::bigquery, "`p.d`.c", R"("p"."d"."c")"},
        {Dialect::spark, "DATE '2024-01-01'", R"(CAST('2024-01-01',DATE :nested,False))"},
    };
    for (const Case& c : cases) {
        const auto key = parse_expression(c.key, c.dialect);
        ASSERT_TRUE(key.has_value()) << c.key;
        const auto read = parse_expression(to_sql(normalized(*key, c.dialect), c.dialect), c.dialect);
        ASSERT_TRUE(read.has_value()) << c.key;
        EXPECT_EQ(checked_gen(*read, c.dialect).value_or("refused"), c.text) << c.key;
    }
}

TEST(DialectSettings, SayHowNamesAreFolded) {
    const auto folded = [](const char* dialect, bool quoted) {
        const auto known = dialect_from(dialect);
        return known ? normalize_identifier("aB", quoted, *known) : known.error().message;
    };
    EXPECT_EQ(folded("snowflake", false), "AB");
    EXPECT_EQ(folded("snowflake,normalization_strategy=case_sensitive", false), "aB");
    EXPECT_EQ(folded("mysql, normalization_strategy = lowercase", false), "ab");
    EXPECT_EQ(folded("mysql, normalization_strategy = lowercase", true), "aB");
    EXPECT_EQ(folded("duckdb, normalization_strategy = CASE_INSENSITIVE_UPPERCASE", true), "AB");
    EXPECT_EQ(folded("mysql, version = 8", false), "The dialect setting 'version' is not supported.");
    EXPECT_EQ(folded("mysql, normalization_strategy = none", false), "'none' is no normalization_strategy.");
    EXPECT_EQ(dialect_name("mysql , normalization_strategy = lowercase"), "mysql");
    EXPECT_TRUE(inherits_folding(Dialect::hive, Dialect::databricks));
    EXPECT_FALSE(inherits_folding(Dialect::postgres, Dialect::redshift));
}

TEST(PartitionText, TransformsAreWhatStandsInTheListsBrackets) {
    const auto text = [](const char* sql, Dialect dialect) {
        const auto expression = parse_expression(sql, dialect);
        return checked_partition_gen(*expression, dialect).value_or("refused");
    };
    EXPECT_EQ(text("BUCKET(4, \"a\")", Dialect::trino), "PARTITIONEDBYBUCKET :this,\"a\",:expression,4");
    EXPECT_EQ(text("(BUCKET(4, \"a\"))", Dialect::trino), "BUCKET(4,\"a\")");
    EXPECT_EQ(text("(TRUNCATE(\"a\", 4))", Dialect::duckdb), "TRUNC(\"a\",4)");
    EXPECT_EQ(text("LOWER(\"a\")", Dialect::redshift), "LOWER(\"a\")");
}

TEST(FunctionText, WhatTheTablesDoNotHoldIsRefused) {
    const auto path = parse_expression("JSON_EXTRACT(a, '$.b-c')", Dialect::mysql);
    ASSERT_TRUE(path.has_value());
    const auto text = checked_gen(*path, Dialect::mysql);
    ASSERT_FALSE(text.has_value());
    EXPECT_EQ(text.error().code, ErrorCode::unsupported);
    EXPECT_NE(text.error().message.find("JSON_EXTRACT"), std::string::npos);
}

TEST(FunctionText, WhatPartsWordsIsSpelledOut) {
    constexpr const char* kInitcap = "INITCAP(a,' \t\n\r\f\v!\"#$%&'()*+,\\-./:;<=>?@\\[\\]^_`{|}~'";
    for (const Dialect dialect : {Dialect::none, Dialect::duckdb, Dialect::postgres, Dialect::clickhouse})
        EXPECT_EQ(gen(*parse_expression("initcap(a)", dialect), dialect), std::string(kInitcap) + ")");
    EXPECT_EQ(gen(*parse_expression("initcap(a)", Dialect::redshift), Dialect::redshift),
              std::string(kInitcap) + ",False)");
    EXPECT_EQ(gen(*parse_expression("initcap(a)", Dialect::spark), Dialect::spark), "INITCAP(a,' ')");
}

TEST(FunctionText, RowsAreFoundByNameKindAndDialect) {
    EXPECT_EQ(function_template("NVL", "cc", "", Dialect::snowflake), "COALESCE($*)");
    EXPECT_EQ(function_template("NO_SUCH_FUNCTION", "c", "", Dialect::snowflake), std::nullopt);
    EXPECT_EQ(function_template("", "", "", Dialect::none), std::nullopt);
    EXPECT_EQ(function_template("ZZZZ", "", "", Dialect::none), std::nullopt);
    EXPECT_EQ(function_template("HASHBYTES", "sc", "MD5", Dialect::tsql), "MD5($2)");
    EXPECT_EQ(neutral_format("yyyy-MM-dd", Dialect::spark), "%Y-%m-%d");
    EXPECT_EQ(neutral_format("", Dialect::spark), "");
}

}  // namespace
}  // namespace towline::sql
