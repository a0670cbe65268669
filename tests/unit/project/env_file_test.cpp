#include "project/env_file.h"

#include <gtest/gtest.h>

namespace towline::project {
namespace {

TEST(EnvFile, IsReadAsPythonDotenvReadsIt) {
    const Variables known{{"ONE", "1"}};
    struct Case {
        const char *text, *value;
    };
    const Case cases[] = {
        {"A=x", "x"},
        {"export A='x y' # c\n", "x y"},
        {"# c\n\n A = 4 \n", "4"},
        {"A=$ONE", "$ONE"},
        {"A=${ONE}2", "12"},
        {"A='${ONE}'", "1"},
        {"A=${NONE:-d}", "d"},
        {"A=${NONE}", ""},
        {"A=\"a\\nb\"", "a\nb"},
        {"A='a\\'b'", "a'b"},
        {"A=a#b", "a#b"},
        {"A=a #b", "a"},
        {"A=a=b", "a=b"},
        {"A=a b c\r\n", "a b c"},
        {"'A'=q", "q"},
        {"A=\"two\nlines\"", "two\nlines"},
        {"no line\nA=x", "x"},
        {"A=x\n'B", "x"},
        {"'B\nA=x", "x"},
        {"A=x\nA=${A}y", "xy"},
        {"A=", ""},
    };
    for (const Case& one : cases) EXPECT_EQ(with_env_text(one.text, known)->at("A"), one.value) << one.text;
    for (const char* text : {"A", "A='x", "A='x' y", "=x", "#A=x"})
        EXPECT_FALSE(with_env_text(text, known)->contains("A")) << text;
}

TEST(EnvFile, TheLastRootWinsAndOneNamedFileStandsForAll) {
    const MemoryFileSystem files({{"one/.env", "A=1\nB=1\n"}, {"two/.env", "A=2\n"}, {"own", "A=3\n"}});
    const Variables both = *with_env_files(files, {"one", "two", "none"}, {{"A", "process"}});
    EXPECT_EQ(both.at("A"), "2");
    EXPECT_EQ(both.at("B"), "1");
    const Variables named = *with_env_files(files, {"one"}, {{"SQLMESH_DOTENV_PATH", "own"}});
    EXPECT_EQ(named.at("A"), "3");
    EXPECT_FALSE(named.contains("B"));
}

TEST(EnvFile, OneThatIsTooLargeIsNamedInsteadOfIgnored) {
    const MemoryFileSystem files({{"one/.env", "A=1\n" + std::string(dotenv::kFileBytesMax, '#')}});
    const auto refused = with_env_files(files, {"one"}, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "one/.env: the file is too long: more than 1 MiB");
}

}  // namespace
}  // namespace towline::project
