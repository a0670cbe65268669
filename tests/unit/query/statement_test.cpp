// Statements as sqlglot prints them: the golden file holds what the reference says.
#include "query/statement.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/strings.h"

namespace towline::query {
namespace {

/// Dialect ("*" for those without a line of their own) and statement → text; "-" where the dialect cannot read it.
using Golden = std::map<std::pair<std::string, std::string>, std::string>;

Golden golden() {
    std::ifstream file(TOWLINE_SOURCE_DIR "/tests/golden/query/statements.txt");
    Golden out;
    for (std::string line; std::getline(file, line);) {
        const std::vector<std::string> parts = split(line, " | ");
        if (parts.size() == 3) out[{parts[0], parts[1]}] = parts[2];
    }
    return out;
}

TEST(Statement, IsPrintedAsSqlglotPrintsIt) {
    const Golden all = golden();
    for (const char* dialect : {"postgres", "duckdb", "snowflake", "bigquery", "databricks", "spark", "redshift",
                                "tsql", "mysql", "clickhouse", "trino"}) {
        int known = 0;
        for (const auto& [key, common] : all) {
            if (key.first != "*") continue;
            const auto own = all.find({dialect, key.second});
            const std::string& expected = own == all.end() ? common : own->second;
            const auto printed = printed_statement(key.second, *sql::dialect_from(dialect));
            if (!printed || expected == "-") continue;
            ++known;
            EXPECT_EQ(*printed, expected) << dialect << ": " << key.second;
        }
        EXPECT_GT(known, std::string_view(dialect) == "tsql" ? 20 : 60) << dialect;
    }
}

TEST(Statement, WhatIsNotUnderstoodInFullIsRefused) {
    for (const char* text :
         {"", "   ", "@", "@f(", "@f(a,)", "@{", "GRANT", "GRANT SELECT ON t TO", "UPDATE t SET", "DELETE FROM t WHERE",
          "DROP TABLE a, b", "CREATE INDEX i ON t (a", "INSERT INTO t", "GRANT SELECT /* why */ ON t TO r",
          "SELECT 1 towline_macro_0_", "SELECT @{f}(1)", "SELECT CAST(a AS @kind)", "ANALYZE t t t"}) {
        EXPECT_FALSE(printed_statement(text, sql::Dialect::postgres).has_value()) << text;
    }
    std::string deep = "a";
    for (int i = 0; i < 100; ++i) deep = "@f(" + deep + ")";
    EXPECT_FALSE(printed_statement(deep, sql::Dialect::duckdb).has_value());
}

}  // namespace
}  // namespace towline::query
