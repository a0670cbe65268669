#include "runner/grants.h"

#include <gtest/gtest.h>

namespace towline::runner {
namespace {

TEST(Grants, OnlyTheDifferenceIsSaid) {
    const model::Grants wanted{{"select", {"Ann", "\"Bob B\"", "public"}}, {"INSERT", {"ann"}}};
    const model::Grants held{{"SELECT", {"ann", "carl"}}, {"UPDATE", {"ann"}}};
    const auto statements = grant_statements("\"s\".\"t\"", wanted, held);
    ASSERT_TRUE(statements);
    EXPECT_EQ(*statements,
              (Statements{R"(REVOKE SELECT ON "s"."t" FROM "carl")", R"(REVOKE UPDATE ON "s"."t" FROM "ann")",
                          R"(GRANT INSERT ON "s"."t" TO "ann")", R"(GRANT SELECT ON "s"."t" TO "Bob B", PUBLIC)"}));
    EXPECT_TRUE(grant_statements("t", held, held)->empty());
    EXPECT_EQ(grant_statements("t", {}, {{"SELECT", {"ann"}}})->size(), 1U);
}

TEST(Grants, NothingCanBeSmuggledIn) {
    EXPECT_FALSE(grant_statements("t", {{"SELECT ON other TO mallory; --", {"ann"}}}, {}));
    EXPECT_FALSE(grant_statements("t", {{"", {"ann"}}}, {}));
    EXPECT_EQ(*grant_statements("t", {{"SELECT", {"ann\"; DROP TABLE t; --"}}}, {}),
              Statements{R"(GRANT SELECT ON t TO "ann""; drop table t; --")"});
}

}  // namespace
}  // namespace towline::runner
