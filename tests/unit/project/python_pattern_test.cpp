#include "project/python_pattern.h"

#include <gtest/gtest.h>

namespace towline::project {
namespace {

bool matches(const std::string& pattern, const std::string& text) {
    const auto compiled = PythonPattern::compile(pattern);
    EXPECT_TRUE(compiled) << pattern;
    return compiled && compiled->matches_at_start(text).value_or(false);
}

TEST(PythonPattern, MatchesAsPythonDoes) {
    struct Case {
        const char *pattern, *text;
        bool matches;
    };
    const Case cases[] = {
        {"^d", "db", true},
        {"b", "db", false},
        {"", "db", true},
        {"db$", "db", true},
        {"db$", "db\n", true},
        {"d$", "db", false},
        {"^s(?:h|x)op$", "shop", true},
        {"(?i)SHOP", "shop", true},
        {"(?i:S)HOP", "shop", false},
        {"^(?!shop)", "shop", false},
        {"s{4294967294}", "s", false},
        {"s{0,4294967294}hop", "sshop", true},
        {"^(?=sh)", "shop", true},
        {".*(?<=ho)p", "shop", true},
        {".*(?<!ho)p$", "shop", false},
        {"(?P<x>s)hop(?P=x)", "shops", true},
        {"(s)(h)\\2", "shh", true},
        {"\\Ashop\\Z", "shop", true},
        {"sho\\b", "shop", false},
        {"\\Sh\\Dp", "shop", true},
        {"[\\w]+$", "sh_p1", true},
        {"[^x]+$", "shop", true},
        {"s[h-o]+p", "shop", true},
        {"s{1,2}h", "ssh", true},
        {"s{,2}h", "h", true},
        {"s{x", "s{x", true},
        {"sh\\x6fp", "shop", true},
        {"a*?b", "aab", true},
        {"a*+a", "aaa", false},
        {"(?>a*)a", "aaa", false},
        {"(a|ab)c", "abc", true},
        {"(a*)*b", "aaac", false},
        {"[]a]+$", "]a", true},
        {"\xc3\x9c.$", "\xc3\x9c\xc3\xb6", true},
    };
    for (const Case& one : cases)
        EXPECT_EQ(matches(one.pattern, one.text), one.matches) << one.pattern << " on " << one.text;
}

TEST(PythonPattern, BrokenAndEndlessPatternsAreErrors) {
    for (const char* pattern :
         {"(", ")", "[", "*", "a**", "a{2,1}", "\\", "(?P<x>a)(?P=y)", "[b-a]", "a(?i)", "\\q", "(?<x)"})
        EXPECT_FALSE(PythonPattern::compile(pattern)) << pattern;
    EXPECT_FALSE(PythonPattern::compile("(?x) a"));
    EXPECT_FALSE(PythonPattern::compile(std::string(200, '(')));
    EXPECT_FALSE(PythonPattern::compile("(a*)*(b*)*(a*b*)*$")->matches_at_start(std::string(300, 'a') + "!"));
}

}  // namespace
}  // namespace towline::project
