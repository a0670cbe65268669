#include "base/wildcards.h"

#include <gtest/gtest.h>

#include <string>

namespace towline {
namespace {

struct Case {
    std::string_view text;
    std::string_view pattern;
    bool fits;
};

TEST(Wildcards, RunsAndSingleCharacters) {
    // clang-format off: a table of words
    for (const Case& c : {Case{"", "", true}, {"", "*", true}, {"", "?", false}, {"a", "", false}, {"a", "a", true},
                          {"a", "A", false}, {"shop.orders", "shop.*", true}, {"shop.orders", "*orders", true},
                          {"shop.orders", "*.ord*s", true}, {"shop.orders", "shop", false}, {"aab", "a*ab", true},
                          {"abcbc", "a*bc", true}, {"abc", "a?c", true}, {"ac", "a?c", false}, {"abcd", "*?d", true},
                          {"a", "a**", true}, {"größe", "gr?ße", true}, {"größe", "gr?e", false},
                          {"größe", "*?e", true}, {"ö", "??", false}, {"a.b", "a[.]b", false}})
        // clang-format on
        EXPECT_EQ(fits(c.text, c.pattern, {'*', '?'}), c.fits) << c.text << " ~ " << c.pattern;
}

TEST(Wildcards, OnlyThoseNamedAreWild) {
    EXPECT_TRUE(fits("a?c", "a?c", {}));
    EXPECT_FALSE(fits("abc", "a?c", {}));
    EXPECT_TRUE(fits("a*c", "a*_", {'%', '_'}));
    EXPECT_FALSE(fits("abbc", "a*c", {'%', '_'}));
    EXPECT_TRUE(fits("abbc", "a%c", {'%', '_'}));
}

TEST(Wildcards, ManyRunsTakeNoTime) {
    std::string pattern;
    for (int i = 0; i < 100; ++i) pattern += "a*";
    EXPECT_FALSE(fits(std::string(5'000, 'a'), pattern + "b", {}));
}

}  // namespace
}  // namespace towline
