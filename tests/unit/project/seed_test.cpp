#include "project/seed.h"

#include <gtest/gtest.h>

#include "crypto/crypto.h"
#include "project/seed_moments.h"
#include "unit/project/sample.h"

namespace towline::project {
namespace {

struct ColumnCase {
    const char* name;
    const char* cells;  ///< lines below the header
    SeedType type;
    const char* json;  ///< what pandas' to_json prints
    model::Properties settings = {};
};

class SeedColumns : public testing::TestWithParam<ColumnCase> {};

TEST_P(SeedColumns, HaveThePandasTypeAndHash) {
    const ColumnCase& c = GetParam();
    const auto columns = read_seed("k,v\n" + std::string(c.cells), c.settings);
    ASSERT_TRUE(columns) << columns.error().message;
    ASSERT_EQ(columns->size(), 2u);
    EXPECT_EQ((*columns)[1].type, c.type);
    EXPECT_EQ(seed_column_hash((*columns)[1]), std::to_string(crypto::crc32(c.json)));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, SeedColumns,
    testing::Values(
        ColumnCase{"Integers", "1,5\n2,-007\n", SeedType::integer, R"({"0":5,"1":-7})"},
        ColumnCase{"IntegersWithMissing", "1,5\n2,\n", SeedType::real, R"({"0":5.0,"1":null})"},
        ColumnCase{"Decimals", "1,8.40\n2,1e3\n", SeedType::real, R"({"0":8.4,"1":1000.0})"},
        ColumnCase{"Booleans", "1,true\n2,FALSE\n", SeedType::boolean, R"({"0":true,"1":false})"},
        ColumnCase{"BooleansWithMissing", "1,true\n2,NA\n", SeedType::text, R"({"0":true,"1":null})"},
        ColumnCase{"Text", "1,a/b\n2,\"q\"\"x\"\n3,caf\xC3\xA9\n", SeedType::text,
                   R"({"0":"a\/b","1":"q\"x","2":"caf\u00e9"})"},
        ColumnCase{"MissingWords", "1,NULL\n2,n/a\n3,x\n", SeedType::text, R"({"0":null,"1":null,"2":"x"})"},
        ColumnCase{"DatesStayText", "1,2024-01-01\n", SeedType::text, R"({"0":"2024-01-01"})"},
        ColumnCase{"AllMissing", "1,\n2,\n", SeedType::real, R"({"0":null,"1":null})"},
        ColumnCase{"BlankLinesSkipped", "1,a\n\n2,b\n", SeedType::text, R"({"0":"a","1":"b"})"},
        ColumnCase{"ShortRow", "1,a\n2\n", SeedType::text, R"({"0":"a","1":null})"},
        ColumnCase{"LineBreakInQuotes", "1,\"a\nb\"\n", SeedType::text, R"({"0":"a\nb"})"},
        ColumnCase{
            "OwnMissingWord", "1,none\n2,5\n", SeedType::real, R"({"0":null,"1":5.0})", {{"na_values", "['none']"}}},
        ColumnCase{"NoDefaultWords",
                   "1,NA\n2,-\n",
                   SeedType::text,
                   R"({"0":"NA","1":null})",
                   {{"na_values", "['-']"}, {"keep_default_na", "False"}}}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(Seed, SettingsAndHeaders) {
    const auto columns = read_seed("a;a;\n'x;y';2;3\n", {{"delimiter", ";"}, {"quotechar", "'"}});
    ASSERT_TRUE(columns);
    EXPECT_EQ((*columns)[0].cells[0], "x;y");
    EXPECT_EQ((*columns)[1].name, "a.1");
    EXPECT_EQ((*columns)[2].name, "Unnamed: 2");
}

TEST(Seed, TooManyFieldsAndOpenQuotesFail) {
    EXPECT_FALSE(read_seed("a\n1,2\n", {}));
    EXPECT_FALSE(read_seed("a\n\"1\n", {}));
    EXPECT_FALSE(read_seed("", {}));
}

TEST(Seed, EveryEndOfLineIsOneNewline) {
    auto files = sample::with("models/s.sql", "MODEL (name db.s, kind SEED (path '../seeds/s.csv'));");
    files["seeds/s.csv"] = "id,word\r\n1,\"a\r\nb\"\r2,c\n";
    const auto outcome = sample::load(files);
    ASSERT_TRUE(outcome.faults.empty()) << outcome.text;
    EXPECT_EQ(outcome.project.nodes.at(R"("shop"."db"."s")").seed.content, "id,word\n1,\"a\nb\"\n2,c\n");
}

TEST(Seed, NodeHoldsContentHashesAndTypes) {
    auto files = sample::with("models/s.sql", "MODEL (name db.s, kind SEED (path '../seeds/s.csv'));");
    files["seeds/s.csv"] = "Id,Word\n1,x\n";
    const auto outcome = sample::load(files);
    ASSERT_TRUE(outcome.faults.empty()) << outcome.text;
    const model::Node& node = outcome.project.nodes.at(R"("shop"."db"."s")");
    EXPECT_EQ(node.columns_to_types, (model::Columns{{"id", "BIGINT"}, {"word", "TEXT"}}));
    EXPECT_EQ(node.seed.column_hashes[0].second, std::to_string(crypto::crc32(R"({"0":1})")));
    files["models/s.sql"] = "MODEL (name db.s, kind SEED (path '$root/seeds/s.csv'), columns (id INT, nope TEXT));";
    EXPECT_NE(sample::load(files).text.find("no column 'nope'"), std::string::npos);
    EXPECT_NE(sample::load(files).text.find("Its first line names: id, word."), std::string::npos);
    files["seeds/s.csv"] = "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n";
    EXPECT_NE(sample::load(files).text.find("is a Git LFS pointer"), std::string::npos);
}

TEST(SeedHeader, IsNamedAsSqlmeshNamesIt) {
    using sql::Dialect;
    EXPECT_EQ(seed_column_name("Name", Dialect::postgres), "name");
    EXPECT_EQ(seed_column_name(" Month", Dialect::snowflake), "MONTH");
    EXPECT_EQ(seed_column_name("Unnamed: 0", Dialect::postgres), "Unnamed: 0");
    EXPECT_EQ(seed_column_name("Unnamed: 0", Dialect::duckdb), "unnamed: 0");
    EXPECT_EQ(seed_column_name("Cust Id", Dialect::postgres), "Cust Id");
    EXPECT_EQ(seed_column_name("1A", Dialect::postgres), "1a");
}

struct MomentCase {
    const char* name;
    std::vector<std::optional<std::string>> cells;
    SeedType kind;
    const char* type;
    std::vector<std::optional<std::string>> expected;
};

class SeedMoments : public testing::TestWithParam<MomentCase> {};

TEST_P(SeedMoments, AreThoseOfPandas) {
    const MomentCase& c = GetParam();
    EXPECT_EQ(seed_moments(c.cells, c.kind, c.type, 2), c.expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, SeedMoments,
    testing::Values(
        MomentCase{"month", {"2024-01", {}}, SeedType::text, "DATE", {"2024-01-01", {}}},
        MomentCase{"mixed", {"2024-01-05 10:11:12", "2024-01-06"}, SeedType::text, "TIMESTAMP", {{}, {}}},
        MomentCase{"batches", {"2024-01-05", "x", "1/31/2024"}, SeedType::text, "DATE", {{}, {}, "2024-01-31"}},
        MomentCase{"europe", {"31/01/2024", "1/12/2024"}, SeedType::text, "DATE", {"2024-01-31", "2024-12-01"}},
        MomentCase{"no_day", {"2024-02-30"}, SeedType::text, "DATE", {{}}},
        MomentCase{"far", {"9999-12-31"}, SeedType::text, "DATE", {{}}},
        MomentCase{"halves", {"1/5/24 12:04 AM"}, SeedType::text, "DATETIME", {"2024-01-05 00:04:00"}},
        MomentCase{"offset", {"2024-01-05T10:11:12Z"}, SeedType::text, "TIMESTAMP", {"2024-01-05 10:11:12+00:00"}},
        MomentCase{
            "offsets", {"2024-01-05T10:11:12Z", "2024-01-05T10:11:12-0200"}, SeedType::text, "TIMESTAMP", {{}, {}}},
        MomentCase{"epoch", {"1700000000"}, SeedType::integer, "TIMESTAMP", {"1970-01-01 00:00:01.700000"}},
        MomentCase{"real", {"-1000.0", {}}, SeedType::real, "TIMESTAMP", {"1969-12-31 23:59:59.999999", {}}},
        MomentCase{"flags", {"True"}, SeedType::boolean, "DATE", {{}}},
        MomentCase{"texts", {"2024-01-05"}, SeedType::text, "TEXT", {{}}}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace towline::project
