#include "crypto/crypto.h"

#include <gtest/gtest.h>

#include <set>

namespace towline::crypto {
namespace {

TEST(Hash, KnownAnswers) {
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256_bytes("abc")), sha256("abc"));
    EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
    EXPECT_EQ(crc32(""), 0U);
    // RFC 4231, case 2.
    EXPECT_EQ(to_hex(hmac_sha256({.key = "Jefe", .message = "what do ya want for nothing?"})),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Random, GivesTheAskedLengthAndNoRepetition) {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) seen.insert(random_hex(16));
    EXPECT_EQ(seen.size(), 100U);
    EXPECT_EQ(random_hex(16).size(), 32U);
    EXPECT_EQ(random_base64url(32).size(), 43U);
    EXPECT_EQ(random_bytes(0), "");
}

TEST(Base64, RoundTripsAndKnownAnswers) {
    const std::pair<const char*, const char*> cases[] = {{"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
                                                         {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xfb\xff", "+/8="}};
    for (const auto& [raw, text] : cases) {
        EXPECT_EQ(base64_encode(raw), text);
        EXPECT_EQ(base64_decode(text), raw);
    }
    EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
    EXPECT_EQ(base64url_decode("-_8"), "\xfb\xff");
    EXPECT_EQ(base64url_decode("-_8="), "\xfb\xff");
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    EXPECT_EQ(base64_decode(base64_encode(all)), all);
    EXPECT_EQ(base64url_decode(base64url_encode(all)), all);
    EXPECT_EQ(from_hex(to_hex(all)), all);
}

TEST(Base64, RefusesWhatIsNotCanonical) {
    for (const char* text : {"Zg", "Zg=", "Zh==", "Zg==\n", "Z===", "====", "Z g=", "-_8="})
        EXPECT_FALSE(base64_decode(text)) << text;
    for (const char* text : {"A", "Zh", "+/8", "Zg=", "Zg==="}) EXPECT_FALSE(base64url_decode(text)) << text;
    for (const char* text : {"a", "0g", "0x"}) EXPECT_FALSE(from_hex(text)) << text;
}

TEST(Percent, DecodesAndEncodes) {
    EXPECT_EQ(percent_decode("a%20b%2Fc+d"), "a b/c+d");
    EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
    for (const char* text : {"%", "%2", "a%zz"}) EXPECT_FALSE(percent_decode(text)) << text;
    EXPECT_EQ(percent_encode("a b/~\xC3\xA9"), "a%20b%2F~%C3%A9");
}

TEST(Secrets, CompareAndWipe) {
    EXPECT_TRUE(constant_time_equal("abc", "abc"));
    EXPECT_FALSE(constant_time_equal("abc", "abd"));
    EXPECT_FALSE(constant_time_equal("abc", "ab"));
    EXPECT_TRUE(constant_time_equal("", ""));
    std::string secret = "a password that is longer than the small buffer";
    const char* memory = secret.data();
    const std::size_t capacity = secret.capacity();
    wipe(secret);
    EXPECT_TRUE(secret.empty());
    ASSERT_EQ(secret.data(), memory);
    for (std::size_t i = 0; i < capacity; ++i) ASSERT_EQ(memory[i], '\0') << i;
}

}  // namespace
}  // namespace towline::crypto
