#include "json/pieces.h"

#include <gtest/gtest.h>

#include <sstream>

namespace towline::json {
namespace {

Status cut(const std::string& text, std::string& out, std::size_t bytes_max = 100) {
    std::istringstream in(text);
    return each_piece(in, {"list", "map"}, bytes_max, [&](const Piece& piece) -> Status {
        out += std::string(piece.member) + (piece.key.empty() ? "" : "." + piece.key);
        out += "=" + std::string(piece.text) + ";";
        return {};
    });
}

TEST(Pieces, MembersAndTheEntriesOfThoseThatAreCut) {
    const std::pair<const char*, const char*> cases[] = {
        {"{}", ""},
        {R"( {"a" : 1 , "b":[1, 2],"c":"x,]}\"\\" } )", R"(a=1;b=[1, 2];c="x,]}\"\\";)"},
        {R"({"list":[],"map":{}})", "list=;map=;"},
        {R"({"list": [ {"x": "]"}, [1,[2]] ,null,-1.5e+3 ], "z":true})",
         R"(list=;list={"x": "]"};list=[1,[2]];list=null;list=-1.5e+3;z=true;)"},
        {R"({"map":{"a":{"b":{}} , "\u00e9\"":[]}})", R"(map=;map.a={"b":{}};map.é"=[];)"},
        {R"({"list":7,"map":null})", "list=7;map=null;"},
    };
    for (const auto& [text, pieces] : cases) {
        std::string out;
        const Status done = cut(text, out);
        ASSERT_TRUE(done) << text << ": " << done.error().message;
        EXPECT_EQ(out, pieces) << text;
    }
}

TEST(Pieces, WhatIsBrokenTornOrTooLargeIsRefused) {
    std::string out;
    for (const char* text :
         {"", "[]", "{", "{}x", "hello", R"({"a":})", R"({"a":1,})", R"({"a" 1})", R"({"list":[1)", R"({"list":[1,]})",
          R"({"a":"x)", R"({"a":"\)", R"({a:1})", R"({"map":{"a"}})", R"({"list":[1 2]})"}) {
        const Status done = cut(text, out);
        ASSERT_FALSE(done) << text;
        EXPECT_EQ(done.error().code, ErrorCode::invalid) << text;
    }
    for (const std::string& text :
         {"{\"a\":\"" + std::string(200, 'x') + "\"}", "{\"a\":" + std::string(90, '[') + "}"}) {
        const Status done = cut(text, out);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, ErrorCode::too_large);
    }
    std::istringstream in(R"({"list":[1,2]})");
    int given = 0;
    const Status stopped = each_piece(in, {"list"}, 100, [&](const Piece&) -> Status {
        if (++given == 2) return fail(ErrorCode::conflict, "enough");
        return {};
    });
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, ErrorCode::conflict);
    EXPECT_EQ(given, 2);
}

}  // namespace
}  // namespace towline::json
