#include "json/json.h"

#include <gtest/gtest.h>

namespace towline::json {
namespace {

Document parsed(std::string_view text) {
    auto document = Document::parse(text);
    EXPECT_TRUE(document) << text << ": " << document.error().message;
    return document ? std::move(*document) : *Document::parse("null");
}

constexpr std::string_view kTask =
    R"({"id":"t1","epoch":7,"ratio":2,"half":0.5,"live":true,"none":null,"tags":["a","b"],"env":{"K":"v"},)"
    R"("tasks":[{"n":1},{"n":2}],"sub":{"x":"y"}})";

TEST(Reader, ReadsEveryType) {
    const Document document = parsed(kTask);
    const Reader root = document.root();
    EXPECT_EQ(root.str("id"), "t1");
    EXPECT_EQ(root.num("epoch"), 7);
    EXPECT_EQ(root.real("ratio"), 2.0);
    EXPECT_EQ(root.real("half"), 0.5);
    EXPECT_TRUE(root.flag("live"));
    EXPECT_EQ(root.strings("tags"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(root.dict("env"), (std::map<std::string, std::string>{{"K", "v"}}));
    EXPECT_EQ(root.list("tasks").at(1).num("n"), 2);
    EXPECT_EQ(root.sub("sub").str("x"), "y");
    EXPECT_TRUE(root.has("none"));
    EXPECT_FALSE(root.has("absent"));
    EXPECT_TRUE(root.status());
}

TEST(Reader, AbsentAndNullGiveFallbacks) {
    const Document document = parsed(kTask);
    const Reader root = document.root();
    for (const char* key : {"none", "absent"}) {
        EXPECT_EQ(root.str(key, "f"), "f");
        EXPECT_EQ(root.num(key, 3), 3);
        EXPECT_EQ(root.real(key, 1.5), 1.5);
        EXPECT_TRUE(root.flag(key, true));
        EXPECT_EQ(root.maybe_str(key), std::nullopt);
        EXPECT_EQ(root.maybe_num(key), std::nullopt);
        EXPECT_FALSE(root.maybe_sub(key));
        EXPECT_TRUE(root.strings(key).empty());
        EXPECT_TRUE(root.dict(key).empty());
        EXPECT_TRUE(root.list(key).empty());
    }
    EXPECT_TRUE(root.status());
}

TEST(Reader, NamesThePathOfTheFirstFailure) {
    struct Case {
        const char* text;
        void (*read)(Reader);
        const char* message;
    };
    const Case cases[] = {
        {R"({"tasks":[{"epoch":1},{"epoch":"x"}]})",
         [](Reader r) {
             for (const Reader& task : r.list("tasks")) task.num("epoch");
         },
         "tasks[1].epoch: expected integer"},
        {R"({})", [](Reader r) { r.str("id"); }, "id: missing, expected string"},
        {R"({"id":null})", [](Reader r) { r.str("id"); }, "id: expected string"},
        {R"([1])", [](Reader r) { r.str("id"); }, "expected object"},
        {R"({"a":[["x",1]]})", [](Reader r) { r.list("a").at(0).as_strings(); }, "a[0][1]: expected string"},
        {R"({"a":{"b":2}})", [](Reader r) { r.dict("a"); }, "a.b: expected string"},
        {R"({"n":9223372036854775808})", [](Reader r) { r.num("n"); }, "n: integer out of range"},
        {R"({"n":1.0})", [](Reader r) { r.num("n"); }, "n: expected integer"},
        {R"({"f":1})", [](Reader r) { r.flag("f", false); }, "f: expected true or false"},
        {R"({"k":{"kind":"zap"}})", [](Reader r) { r.sub("k").reject("kind", "unknown kind"); },
         "k.kind: unknown kind"},
    };
    for (const Case& c : cases) {
        const Document document = parsed(c.text);
        c.read(document.root());
        document.root().str("later");
        const Status status = document.root().status();
        ASSERT_FALSE(status) << c.text;
        EXPECT_EQ(status.error().message, c.message);
        EXPECT_EQ(status.error().code, ErrorCode::invalid);
    }
}

TEST(Reader, GivesDefaultsAfterAFailure) {
    const Document document = parsed(kTask);
    const Reader root = document.root();
    const Reader missing = root.sub("absent");
    EXPECT_EQ(missing.sub("deeper").str("x"), "");
    EXPECT_FALSE(missing.has("x"));
    EXPECT_EQ(missing.dump(), "null");
    EXPECT_EQ(root.num("epoch"), 0);
    EXPECT_TRUE(root.list("tasks").empty());
    EXPECT_EQ(root.status().error().message, "absent: missing, expected a value");
}

TEST(Reader, SurvivesMovingTheDocument) {
    Document first = parsed(R"({"a":"b"})");
    const Reader root = first.root();
    const Document second = std::move(first);
    EXPECT_EQ(root.str("a"), "b");
}

TEST(Parse, KeepsOrderAndTheLastOfRepeatedKeys) {
    EXPECT_EQ(parsed(R"({"z":1,"a":2,"z":3,"m":4,"z":5})").root().dump(), R"({"z":5,"a":2,"m":4})");
    std::string many = "{";
    for (int i = 0; i < 100; ++i)
        many += "\"k" + std::to_string(i % 40) + "\":" + std::to_string(i) + (i < 99 ? "," : "}");
    const Document document = parsed(many);
    ASSERT_EQ(document.root().members().size(), 40U);
    for (int i = 0; i < 40; ++i) {
        EXPECT_EQ(document.root().members()[static_cast<std::size_t>(i)].first, "k" + std::to_string(i));
        EXPECT_EQ(document.root().num("k" + std::to_string(i)), i < 20 ? 80 + i : 40 + i);
    }
    EXPECT_FALSE(document.root().has("k40"));
}

TEST(Parse, RefusesWhatIsNotJson) {
    for (const char* text : {"", " ", "{", "[1,]", "{\"a\":1,}", "nul", "01", "1 2", "\"\\x\"", "\"\xFF\"", "NaN",
                             "1e999", "\"\\ud800\"", "'a'", "[1", "{\"a\"}", "\"a\nb\""}) {
        const auto document = Document::parse(text);
        ASSERT_FALSE(document) << text;
        EXPECT_EQ(document.error().code, ErrorCode::invalid) << text;
    }
    const auto document = Document::parse("{\"a\": 1,\n \"password\": \"hunter2\" x}");
    ASSERT_FALSE(document);
    EXPECT_NE(document.error().message.find("line 2, column 24"), std::string::npos) << document.error().message;
    EXPECT_EQ(document.error().message.find("hunter2"), std::string::npos) << document.error().message;
}

TEST(Parse, EnforcesItsLimits) {
    const std::string deep = std::string(64, '[') + std::string(64, ']');
    EXPECT_TRUE(Document::parse(deep));
    EXPECT_EQ(Document::parse("[" + deep + "]").error().code, ErrorCode::too_large);
    EXPECT_EQ(Document::parse(std::string(1 << 20, '[')).error().code, ErrorCode::too_large);
    EXPECT_EQ(Document::parse("[1,2,3]", {.bytes_max = 6}).error().code, ErrorCode::too_large);
    EXPECT_TRUE(Document::parse("[1,2,3]", {.bytes_max = 7}));
}

TEST(Writer, BuildsText) {
    Object object;
    object.str("s", "a\"\\\n\x01\x7f\xC3\xA9").maybe("gone", std::nullopt).maybe("here", "x").num("n", -5);
    object.real("r", 1).flag("f", false).null("z").strings("l", {"p", "q"}).dict("d", {{"k", "v"}}).raw("w", "[1]");
    EXPECT_EQ(object.dump(),
              "{\"s\":\"a\\\"\\\\\\n\\u0001\x7f\xC3\xA9\",\"here\":\"x\",\"n\":-5,\"r\":1.0,\"f\":false,\"z\":null,"
              "\"l\":[\"p\",\"q\"],\"d\":{\"k\":\"v\"},\"w\":[1]}");
    EXPECT_TRUE(Document::parse(object.dump()));
    EXPECT_EQ(Object().dump(), "{}");
    EXPECT_EQ(Array().dump(), "[]");
    EXPECT_EQ(Array().str("a").num(1).sub(Object().num("k", 2)).dump(), R"(["a",1,{"k":2}])");
}

TEST(Writer, ReplacesBytesThatAreNotUtf8) {
    const std::pair<const char*, const char*> cases[] = {
        {"a\xFF"
         "b",
         "\"a\xEF\xBF\xBD"
         "b\""},
        {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xE2\x82", "\"\xEF\xBF\xBD\""},
        {"\xF0\x9F\x98\x80", "\"\xF0\x9F\x98\x80\""},
    };
    for (const auto& [raw, quoted] : cases) EXPECT_EQ(quote(raw), quoted);
}

// Expected texts were printed by CPython 3.11's json module.
TEST(Python, PrintsWhatJsonDumpsPrints) {
    const Document document =
        parsed(R"({"b":[1,2.50,1e16,1E-5,123456789012345678901234567890,-0.0,100.0,1.5e300,0.0001,9999999999999998.0],)"
               R"("a":{"é":"ü😀/\u007f\u0000","":[],"e":{}},"A":null,"t":true})");
    EXPECT_EQ(
        python_dumps(document.root(), false),
        R"({"b": [1, 2.5, 1e+16, 1e-05, 123456789012345678901234567890, -0.0, 100.0, 1.5e+300, 0.0001, 9999999999999998.0], )"
        R"("a": {"\u00e9": "\u00fc\ud83d\ude00/\u007f\u0000", "": [], "e": {}}, "A": null, "t": true})");
    EXPECT_EQ(python_dumps(document.root().sub("a"), true),
              R"({"": [], "e": {}, "\u00e9": "\u00fc\ud83d\ude00/\u007f\u0000"})");
    EXPECT_EQ(pretty(parsed(R"({"a":[1,{"é":[]}],"b":{}})").root(), 2),
              "{\n  \"a\": [\n    1,\n    {\n      \"é\": []\n    }\n  ],\n  \"b\": {}\n}");
}

}  // namespace
}  // namespace towline::json
