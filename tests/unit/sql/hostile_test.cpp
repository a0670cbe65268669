// Texts that are cheap to write and must not be dear to read: no stack overflow, no time that doubles with a bracket.
#include <gtest/gtest.h>

#include <string>

#include "sql/expression.h"
#include "sql/macros.h"
#include "sql/statements.h"

namespace towline::sql {
namespace {

std::string repeated(std::string_view text, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += text;
    return out;
}

TEST(Hostile, ChainsWithoutBracketsDoNotFillTheStack) {
    constexpr int kLinks = 100'000;
    for (const char* link : {"a := ", "f(a := ", "INTERVAL ", "NOT ", "- ", "a -> ", "x -> ", "CASE WHEN ", "a => "}) {
        EXPECT_FALSE(parse_expression("f(" + repeated(link, kLinks) + "1)", Dialect::duckdb).has_value() &&
                     parse_expression(repeated(link, kLinks) + "1", Dialect::duckdb).has_value())
            << link;
    }
}

TEST(Hostile, WhatIsTriedTwiceIsNotTriedTwiceInEachBracket) {
    // Each bracket is read as an interval and then, because of what is inside, as a call.
    for (const char* inside : {"1 2", "x,", "", "'a' 'b' ::"})
        for (const char* open : {"INTERVAL (", "TRIM(BOTH 'a' FROM ", "EXTRACT(DAY FROM ", "CAST("})
            (void)parse_expression(repeated(open, 90) + inside + repeated(")", 90), Dialect::duckdb);
    SUCCEED();
}

TEST(Hostile, AnArgumentThatIsGivenUpCostsNoDepth) {
    const std::string given_up = repeated("OVERLAY('a' PLACING 'b' FROM 1), ", 300);
    EXPECT_TRUE(parse_expression("f(" + given_up + "(1))", Dialect::duckdb).has_value());
}

TEST(Hostile, TextBeyondTheLimitIsNotReadAtAll) {
    const auto statements = split_statements(std::string(20u << 20, '\''), Dialect::duckdb);
    ASSERT_FALSE(statements);
    EXPECT_EQ(statements.error().code, ErrorCode::too_large);
}

TEST(Hostile, AResultThatIsReadAgainAtEveryStepEnds) {
    std::string items = "0";
    for (int i = 1; i < 5'000; ++i) items += "," + std::string(40, 'x') + std::to_string(i);
    MacroScope scope{Dialect::duckdb, {}, {}, {}, {}};
    const auto expanded = expand_macros("SELECT @REDUCE([" + items + "], (x, y) -> x || y)", scope);
    ASSERT_FALSE(expanded);
    EXPECT_EQ(expanded.error().code, ErrorCode::too_large) << expanded.error().message;
}

TEST(Hostile, CommentsBehindManyBlanksAreFound) {
    const std::string text = "SELECT 1" + std::string(1 << 20, ' ') + "-- one\n  -- two";
    const TokenList tokens = lex(text, Dialect::duckdb);
    const auto comments = tokens.comments(2);
    ASSERT_EQ(comments.size(), 2u);
    EXPECT_TRUE(comments[0].trailing);
    EXPECT_FALSE(comments[1].trailing);
}

}  // namespace
}  // namespace towline::sql
