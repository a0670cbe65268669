#include "adoption/python_literal.h"

#include <gtest/gtest.h>

#include "model/codec.h"

namespace towline::adoption {
namespace {

TEST(PythonLiteral, ValuesThatSqlmeshStores) {
    const std::pair<const char*, const char*> cases[] = {
        {"None", "null"},
        {"True", "true"},
        {"-12", "-12"},
        {"1.50", R"({"$real":"1.50"})"},
        {"'it\\'s'", R"("it's")"},
        {R"("it's")", R"("it's")"},
        {R"('a\nb\x41\u00e9')", R"("a\nbAé")"},
        {"[1, 'x', [], (2,), {3}]", R"([1,"x",[],[2],[3]])"},
        {"{'list': [1, 2], 'n': {'a': None}}", R"({"list":[1,2],"n":{"a":null}})"},
        {"{}", "{}"},
        {"set()", "[]"},
        {"SqlValue(sql='CURRENT_DATE')", R"({"$sql":"CURRENT_DATE"})"},
    };
    for (const auto& [text, json] : cases) {
        const auto value = python_literal(text);
        ASSERT_TRUE(value) << text << ": " << value.error().message;
        EXPECT_EQ(model::to_json(*value), json) << text;
    }
}

TEST(PythonLiteral, WhatIsNoneIsRefused) {
    for (const char* text : {"", "open('x')", "{'a'", "'a", "[1 2]", "1 + 1", "{1: 2, 3}", "lambda: 0", "'\\q'"})
        EXPECT_FALSE(python_literal(text)) << text;
    const auto deep = python_literal(std::string(100, '['));
    ASSERT_FALSE(deep);
    EXPECT_EQ(deep.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace towline::adoption
