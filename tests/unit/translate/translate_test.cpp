#include "translate/translate.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/strings.h"
#include "sql/lexer.h"

namespace towline::translate {
namespace {

/// Tokens without quotes of names, in lower case: what is left differs in meaning.
std::string plain(const std::string& text) {
    const sql::TokenList tokens = sql::lex(text, sql::Dialect::duckdb);
    std::string out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool name = tokens.kind(i) == sql::TokenKind::quoted_identifier;
        const std::string token(tokens.text_of(i));
        out += lower(name ? sql::identifier_text(token, sql::Dialect::duckdb) : token) + " ";
    }
    return out;
}

Result<std::string> translated(const std::string& query, sql::Dialect dialect) {
    const model::Columns columns = {{"i", "INT"},     {"j", "BIGINT"}, {"f", "DOUBLE"},     {"n", "DECIMAL(10, 2)"},
                                    {"v", "VARCHAR"}, {"d", "DATE"},   {"ts", "TIMESTAMP"}, {"b", "BOOLEAN"}};
    std::map<std::string, model::Columns> tables;
    tables["\"typed\""] = columns;
    for (const model::Column& column : columns) tables["\"TYPED\""].push_back({upper(column.name), column.type});
    return to_duckdb(query, {dialect, "", &tables});
}

TEST(Translate, GivesTheTextOfTheReference) {
    const std::filesystem::path folder = std::filesystem::path(TOWLINE_SOURCE_DIR) / "tests/golden/translate";
    int count = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.path().extension() != ".txt") continue;
        const auto dialect = sql::dialect_from(file.path().stem().string());
        ASSERT_TRUE(dialect) << file.path();
        std::ifstream stream(file.path());
        std::string query;
        for (std::string line; std::getline(stream, line);) {
            if (!line.starts_with("=>")) {
                if (!line.empty() && !line.starts_with("#")) query = line;
                continue;
            }
            const std::string expected = line.substr(std::min<std::size_t>(line.size(), 3));
            const auto made = translated(query, *dialect);
            ++count;
            if (expected == "!") {
                EXPECT_FALSE(made) << query;
                continue;
            }
            EXPECT_TRUE(made) << query << "\n" << (made ? "" : made.error().message);
            if (!made) continue;
            EXPECT_EQ(plain(*made), plain(expected)) << file.path().stem() << ": " << query;
        }
    }
    EXPECT_GT(count, 100);
}

TEST(Translate, NamesWhatItRefuses) {
    const auto made = translated("SELECT a FROM t, LATERAL FLATTEN(INPUT => t.v) AS f", sql::Dialect::snowflake);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::unsupported);
    EXPECT_EQ(made.error().message, "'FLATTEN()' as a table of the dialect 'snowflake' is not translated to DuckDB");
    EXPECT_EQ(made.error().hint, "FLATTEN()");
    EXPECT_FALSE(translated("SELECT 1", sql::Dialect::oracle));
}

TEST(Translate, EndsOnAnyText) {
    for (const char* text : {"", "SELECT", "SELECT (", "WITH", "WITH a AS (", "SELECT 1 FROM", "SELECT * EXCEPT",
                             "SELECT a[", "SELECT CASE", "VALUES", "SELECT f(a, b", "SELECT 'x", "SELECT a FROM t JOIN",
                             "((((((", "SELECT x FROM t WINDOW w", "SELECT TOP", "SELECT STRUCT(", ";;"}) {
        for (const sql::Dialect::Name dialect : {sql::Dialect::snowflake, sql::Dialect::bigquery, sql::Dialect::tsql}) {
            const auto made = to_duckdb(text, {dialect, "", nullptr});
            EXPECT_TRUE(!made || !made->empty()) << text;
        }
    }
}

}  // namespace
}  // namespace towline::translate
