#include "runner/scrub.h"

#include <gtest/gtest.h>

namespace towline::runner {
namespace {

struct Case {
    const char* message;
    const char* scrubbed;
};

class Scrub : public testing::TestWithParam<Case> {};

TEST_P(Scrub, KeepsNamesAndDropsValues) { EXPECT_EQ(scrub(GetParam().message), GetParam().scrubbed); }

INSTANTIATE_TEST_SUITE_P(
    Messages, Scrub,
    testing::Values(
        Case{R"(relation "shop.orders" does not exist)", R"(relation "shop.orders" does not exist)"},
        Case{R"(column "a" of relation "t" already exists)", R"(column "a" of relation "t" already exists)"},
        Case{R"(invalid input syntax for type integer: "secret")", R"(invalid input syntax for type integer: "…")"},
        Case{R"(syntax error at or near "'secret'")", R"(syntax error at or near "…")"},
        Case{"value \"99999999999\" is out of range for type integer", "value \"…\" is out of range for type integer"},
        Case{"DETAIL: Key (id, name)=(5, Jo (x)) already exists.", "DETAIL: Key (id, name)=(…) already exists."},
        Case{"Failing row contains (1, a, null).", "Failing row contains (…)."},
        Case{"value too long for type character varying(10)", "value too long for type character varying(10)"},
        Case{"Could not convert string 'it''s' to INT32", "Could not convert string '…' to INT32"},
        Case{"can't cast this", "can't cast this"},
        Case{"Overflow in multiplication of INT32 (2147483647 * 2)!", "Overflow in multiplication of INT32 (… * …)!"},
        Case{"Duplicate key \"id: 1\" violates primary key", "Duplicate key \"…\" violates primary key"},
        Case{"Referenced column \"x\" not found in FROM clause!\nCandidate bindings: \"a\", \"b\"\n\nLINE 1: "
             "SELECT 'secret'\n  ^",
             "Referenced column \"x\" not found in FROM clause! Candidate bindings: \"a\", \"b\""},
        Case{"Table with name \"s\".\"t\" is 3.5 old", "Table with name \"s\".\"t\" is … old"},
        Case{"Could not convert string 'it's me' to INT32", "Could not convert string '…' to INT32"},
        Case{"Could not convert string 'the boys' and girls' club' to INT32", "Could not convert string '…' to INT32"},
        Case{"invalid input syntax for type integer: \"a\"b\"", "invalid input syntax for type integer: \"…\""},
        Case{"Key (name)=(a :) b) already exists.", "Key (name)=(…) already exists."},
        Case{"an open 'quote and more", "an open '…'"}));

TEST(ScrubLimits, LongMessagesAreCut) { EXPECT_LE(scrub(std::string(10'000, 'x')).size(), 510u); }

}  // namespace
}  // namespace towline::runner
