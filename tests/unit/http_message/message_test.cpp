#include <gtest/gtest.h>

#include "http_message/compression.h"
#include "http_message/date.h"
#include "http_message/headers.h"
#include "http_message/query.h"

namespace towline::http {
namespace {

TEST(Headers, NamesCompareWithoutCase) {
    Headers headers{{"Content-Type", "a"}, {"X", "1"}, {"x", "2"}};
    EXPECT_EQ(headers.find("content-type"), "a");
    EXPECT_EQ(headers.count("X"), 2U);
    headers.set("X", "3");
    EXPECT_EQ(headers.count("x"), 1U);
    EXPECT_EQ(headers.find("x"), "3");
    EXPECT_FALSE(headers.find("y"));
}

TEST(Headers, FieldsThatWouldBreakTheMessageAreRecognised) {
    EXPECT_TRUE(is_field_name("X-Request-Id"));
    for (const std::string_view bad : {"", "a b", "a:", "a\r\n", "\xC3\xA4"}) EXPECT_FALSE(is_field_name(bad)) << bad;
    EXPECT_TRUE(is_field_value("a\tb \xC3\xA4"));
    for (const std::string_view bad : {"a\r\nb", "a\nb", "a\rb", "a\x7F"}) EXPECT_FALSE(is_field_value(bad)) << bad;
    EXPECT_FALSE(is_field_value(std::string_view("a\0b", 3)));
}

TEST(Query, DecodesPairsInOrder) {
    const auto query = parse_query("a=1&b=%C3%A4+x&a=2&&c&d=");
    ASSERT_TRUE(query);
    EXPECT_EQ(query->find("a"), "1");
    EXPECT_EQ(query->all("a"), (std::vector<std::string_view>{"1", "2"}));
    EXPECT_EQ(query->find("b"), "\xC3\xA4 x");
    EXPECT_EQ(query->find("c"), "");
    EXPECT_EQ(query->size(), 5U);
    EXPECT_FALSE(query->find("e"));
}

TEST(Query, RefusesBadEscapesAndExcess) {
    struct Case {
        std::string text;
        ErrorCode code;
    };
    for (const Case& test :
         {Case{"a=%", ErrorCode::invalid}, Case{"a=%4", ErrorCode::invalid}, Case{"a=%zz", ErrorCode::invalid},
          Case{"a=%00", ErrorCode::invalid}, Case{"a=%ff", ErrorCode::invalid}, Case{"%f0=1", ErrorCode::invalid},
          Case{"a=1&b=2&c=3", ErrorCode::too_large}, Case{std::string(65, 'a'), ErrorCode::too_large}}) {
        const auto query = parse_query(test.text, {.bytes_max = 64, .pairs_max = 2});
        ASSERT_FALSE(query) << test.text;
        EXPECT_EQ(query.error().code, test.code) << test.text;
    }
}

TEST(Query, EncodingIsTheInverse) {
    Query query;
    query.add("a b", "&=+%\n");
    query.add("ä", "");
    const auto back = parse_form(query.encoded());
    ASSERT_TRUE(back);
    EXPECT_EQ(std::vector(back->begin(), back->end()), std::vector(query.begin(), query.end()));
    EXPECT_EQ(percent_decode("a%2Fb+c").value(), "a/b+c");
}

TEST(HttpDate, RoundTripAndRefusals) {
    const std::string text = "Sun, 06 Nov 1994 08:49:37 GMT";
    const auto time = parse_http_date(text);
    ASSERT_TRUE(time);
    EXPECT_EQ(std::chrono::system_clock::to_time_t(*time), 784111777);
    EXPECT_EQ(http_date(*time), text);
    for (const std::string_view bad :
         {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, a6 Nov 1994 08:49:37 GMT"})
        EXPECT_FALSE(parse_http_date(bad)) << bad;
}

TEST(Compression, UnpacksWhatItPackedWithinALimit) {
    for (const std::string& text : {std::string(), std::string("a"), std::string(300'000, 'x')}) {
        const std::string packed = gzip(text);
        EXPECT_EQ(gunzip(packed, 300'000), text);
        EXPECT_EQ(gzip(text), packed);
    }
    EXPECT_EQ(gunzip(gzip(std::string(1'001, 'x')), 1'000).error().code, ErrorCode::too_large);
    const std::string whole = gzip("hello");
    for (const std::string& bad :
         {std::string("no gzip"), whole.substr(0, whole.size() - 1), whole + "x", std::string()})
        EXPECT_EQ(gunzip(bad, 1'000).error().code, ErrorCode::invalid) << bad.size();
}

}  // namespace
}  // namespace towline::http
