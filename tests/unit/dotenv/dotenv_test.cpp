#include "dotenv/dotenv.h"

#include <gtest/gtest.h>

namespace towline::dotenv {
namespace {

struct Case {
    const char* text;
    Variables expected;
};

TEST(Dotenv, ReadsWhatPythonDotenvReads) {
    const Variables environment{{"HOME", "/home/ada"}, {"EMPTY", ""}};
    // What python-dotenv 1.2 makes of them with `override`, as SQLMesh calls it.
    const std::vector<Case> cases{
        {"", {}},
        {"A=1", {{"A", "1"}}},
        {"A=1\nB=2\r\nC=3\r", {{"A", "1"}, {"B", "2"}, {"C", "3"}}},
        {"export A=1", {{"A", "1"}}},
        {"export=1", {{"export", "1"}}},
        {"  A = b c  # comment", {{"A", "b c"}}},
        {"A=b#c", {{"A", "b#c"}}},
        {"A=#c", {{"A", "#c"}}},
        {"A= # c", {{"A", ""}}},
        {"A=a # c # d", {{"A", "a"}}},
        {"# A=1\n\nB=2", {{"B", "2"}}},
        {"A=\nB=2", {{"A", ""}, {"B", "2"}}},
        {"A\nB=2", {{"B", "2"}}},
        {"A='a b' # c", {{"A", "a b"}}},
        {"A='a\\'b\\n'", {{"A", "a'b\\n"}}},
        {"A=\"a\\nb\\t\\\"c\\\"\\q\"", {{"A", "a\nb\t\"c\"\\q"}}},
        {"A='one\ntwo'\nB=2", {{"A", "one\ntwo"}, {"B", "2"}}},
        {"'A b'=1", {{"A b", "1"}}},
        {"A=1\nA=2", {{"A", "2"}}},
        {"A=1\nA", {}},
        {"A=${HOME}/x", {{"A", "/home/ada/x"}}},
        {"A=${NONE}", {{"A", ""}}},
        {"A=${NONE:-d e}", {{"A", "d e"}}},
        {"A=${EMPTY:-d}", {{"A", ""}}},
        {"HOME=/h\nA=${HOME}", {{"A", "/h"}, {"HOME", "/h"}}},
        {"HOME\nA=${HOME}", {{"A", ""}}},
        {"A='${HOME}'", {{"A", "/home/ada"}}},
        {"A=$HOME and ${", {{"A", "$HOME and ${"}}},
        {"A=a=b==", {{"A", "a=b=="}}},
        {"A=it's", {{"A", "it's"}}},
        {"A=${HOME:x}", {{"A", "${HOME:x}"}}},
        {"A=${HOME:x ${HOME}", {{"A", "${HOME:x /home/ada"}}},
        {"A=${NONE:-${HOME}}", {{"A", "${HOME}"}}},
        {"A=${}", {{"A", ""}}},
        {"A='it\\\\' # c", {{"A", "it\\"}}},
        {"A='x\nB=2\nC='y'", {}},
        {"A=\"x\nB=2", {{"B", "2"}}},
        {"A='x' y\nB=2", {{"B", "2"}}},
        {"=x\nB=2", {{"B", "2"}}},
        {"no line\nB=2", {{"B", "2"}}},
        {"A: 1\nB=2", {{"B", "2"}}},
        {"'A\nB=2", {{"B", "2"}}},
        {"A=x\nA=${A}y", {{"A", "xy"}}},
        {"export # c\nB=2", {{"B", "2"}}},
        {"export\tA=1", {{"A", "1"}}},
        {"A = ", {{"A", ""}}},
        {"A=\tx\t", {{"A", "x"}}},
        {"A=\\n", {{"A", "\\n"}}},
        {"A='\\\\'", {{"A", "\\"}}},
        {"A=\"\\u0041\"", {{"A", "\\u0041"}}},
        {"A b=1\nB=2", {{"B", "2"}}},
        {"A=\"two\\\nlines\"", {{"A", "two\\\nlines"}}},
        {"A.b-c=1", {{"A.b-c", "1"}}},
        {"A=x\v# c", {{"A", "x"}}},
        {"A=''", {{"A", ""}}},
        {"A=\"\"#c", {{"A", ""}}},
        {"A='b'c'\nB=2", {{"B", "2"}}},
    };
    for (const Case& one : cases) {
        const auto values = parse(one.text, environment, Faults::pass_over);
        ASSERT_TRUE(values) << one.text << ": " << values.error().message;
        EXPECT_EQ(*values, one.expected) << one.text;
        // Who refuses faults reads the same where there is none.
        const auto strict = parse(one.text, environment, Faults::refuse);
        if (strict) {
            EXPECT_EQ(*strict, one.expected) << one.text;
        }
    }
    EXPECT_EQ(*parse("\xEF\xBB\xBF"
                     "A=1",
                     {}, Faults::pass_over),
              (Variables{{"A", "1"}}));
    EXPECT_EQ(*parse(std::string("A=1\0\nB=2", 8), {}, Faults::pass_over), (Variables{{"B", "2"}}));
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
        const auto values = parse(one.text, {}, Faults::refuse);
        ASSERT_FALSE(values) << one.text;
        EXPECT_EQ(values.error().code, ErrorCode::invalid);
        EXPECT_TRUE(values.error().message.starts_with(one.line)) << values.error().message;
        EXPECT_EQ(values.error().message.find("hunter2"), std::string::npos);
    }
}

TEST(Dotenv, BoundsGrowth) {
    std::string text = "A0=xxxxxxxxxxxxxxxx\n";
    for (int i = 1; i < 40; ++i)
        text += "A" + std::to_string(i) + "=${A" + std::to_string(i - 1) + "}${A" + std::to_string(i - 1) + "}\n";
    std::string many;
    for (std::size_t i = 0; i <= kEntriesMax; ++i) many += "A" + std::to_string(i) + "=1\n";
    for (const Faults faults : {Faults::refuse, Faults::pass_over}) {
        const auto words = [&](const std::string& file) {
            const auto values = parse(file, {}, faults);
            return values ? std::string() : values.error().message;
        };
        EXPECT_NE(words(text).find("the value is too long"), std::string::npos);
        EXPECT_NE(words(many).find("too many entries"), std::string::npos);
        EXPECT_EQ(words(std::string(kFileBytesMax + 1, '\n')), "the file is too long: more than 1 MiB");
        EXPECT_EQ(words(std::string(kFileBytesMax, '\n')), "");
    }
}

}  // namespace
}  // namespace towline::dotenv
