#include "credentials/dotenv.h"

#include <gtest/gtest.h>

#include "credentials/environment.h"

namespace towline::credentials {
namespace {

struct Case {
    const char* text;
    Variables expected;
};

TEST(Dotenv, ReadsPythonDotenvSyntax) {
    const Variables environment{{"HOME", "/home/ada"}, {"EMPTY", ""}};
    const std::vector<Case> cases{
        {"", {}},
        {"A=1", {{"A", "1"}}},
        {"A=1\nB=2\r\nC=3\r", {{"A", "1"}, {"B", "2"}, {"C", "3"}}},
        {"\xEF\xBB\xBF"
         "A=1",
         {{"A", "1"}}},
        {"export A=1", {{"A", "1"}}},
        {"export=1", {{"export", "1"}}},
        {"  A = b c  # comment", {{"A", "b c"}}},
        {"A=b#c", {{"A", "b#c"}}},
        {"A=#c", {{"A", ""}}},
        {"# A=1\n\nB=2", {{"B", "2"}}},
        {"A=\nB=2", {{"A", ""}, {"B", "2"}}},
        {"A\nB=2", {{"B", "2"}}},
        {"A='a b' # c", {{"A", "a b"}}},
        {"A='a\\'b\\n'", {{"A", "a'b\\n"}}},
        {"A=\"a\\nb\\t\\\"c\\\"\\q\"", {{"A", "a\nb\t\"c\"\\q"}}},
        {"A='one\ntwo'\nB=2", {{"A", "one\ntwo"}, {"B", "2"}}},
        {"'A b'=1", {{"A b", "1"}}},
        {"A=1\nA=2", {{"A", "2"}}},
        {"A=${HOME}/x", {{"A", "/home/ada/x"}}},
        {"A=${NONE}", {{"A", ""}}},
        {"A=${NONE:-d e}", {{"A", "d e"}}},
        {"A=${EMPTY:-d}", {{"A", ""}}},
        {"HOME=/h\nA=${HOME}", {{"HOME", "/h"}, {"A", "/h"}}},
        {"A='${HOME}'", {{"A", "/home/ada"}}},
        {"A=$HOME and ${", {{"A", "$HOME and ${"}}},
        {"A=a=b==", {{"A", "a=b=="}}},
        {"A=it's", {{"A", "it's"}}},
    };
    for (const Case& one : cases) {
        const auto values = parse_dotenv(one.text, environment);
        ASSERT_TRUE(values) << one.text << ": " << values.error().message;
        EXPECT_EQ(*values, one.expected) << one.text;
    }
}

TEST(Dotenv, NamesTheLineOfAFaultAndNoContent) {
    struct Fault {
        const char* text;
        const char* line;
    };
    const Fault cases[] = {
        {"A=1\nB='hunter2", "line 2: "},  {"A=1\n\n# c\nB=\"hunter2\nC=3", "line 4: "},
        {"hunter2 is wrong", "line 1: "}, {"A='hunter2' x", "line 1: "},
        {"=hunter2", "line 1: "},         {"A=1\n'hunter2=2", "line 2: "},
    };
    for (const Fault& one : cases) {
        const auto values = parse_dotenv(one.text, {});
        ASSERT_FALSE(values) << one.text;
        EXPECT_EQ(values.error().code, ErrorCode::invalid);
        EXPECT_TRUE(values.error().message.starts_with(one.line)) << values.error().message;
        EXPECT_EQ(values.error().message.find("hunter2"), std::string::npos);
    }
}

TEST(Dotenv, BoundsGrowth) {
    std::string text = "A0=xxxxxxxxxxxxxxxx\n";
    for (int i = 1; i < 40; ++i)
        text +=
            "A" + std::to_string(i) + "=${A" + std::to_string(i - 1) + "}${A" + std::to_string(i - 1) + "}\n";
    const auto values = parse_dotenv(text, {});
    ASSERT_FALSE(values);
    EXPECT_EQ(values.error().code, ErrorCode::too_large);
    EXPECT_FALSE(parse_dotenv(std::string(kDotenvBytesMax + 1, '\n'), {}));
}

}  // namespace
}  // namespace towline::credentials
