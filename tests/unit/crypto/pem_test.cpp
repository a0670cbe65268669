#include "crypto/pem.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "support/http/certificate.h"

namespace towline::crypto {
namespace {

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Pem, SaysWhatIsWrongWithAPair) {
    const test::TemporaryFolder folder;
    ASSERT_TRUE(test_support::make_certificate(folder, "one"));
    ASSERT_TRUE(test_support::make_certificate(folder, "two"));
    const std::string locked = "openssl pkey -in '" + folder.file("one.key") + "' -aes256 -passout pass:x -out '" +
                               folder.file("locked.key") + "' 2>/dev/null";
    ASSERT_EQ(std::system(locked.c_str()), 0);
    const std::string one = text_of(folder.file("one.pem"));
    const std::string two = text_of(folder.file("two.pem"));
    const std::string key = text_of(folder.file("one.key"));
    EXPECT_TRUE(check_key_pair({one, key}));
    EXPECT_TRUE(check_key_pair({one + two, key}));
    EXPECT_TRUE(check_certificates(one + "some words\n" + two));
    const struct {
        std::string certificate;
        std::string key;
        std::string said;
    } cases[] = {
        {two, key, "the key does not belong to the certificate"},
        {two + one, key, "the key does not belong to the certificate"},
        {one, key.substr(0, key.size() / 2), "the key is cut off or is no PEM private key"},
        {one, one, "the key is cut off or is no PEM private key"},
        {one, "", "the key is cut off or is no PEM private key"},
        {one, text_of(folder.file("locked.key")), "the key is protected by a passphrase; give it without one"},
        {one + two.substr(0, two.size() / 2), key, "a certificate is cut off or is no certificate"},
        {one.substr(0, one.size() / 2), key, "a certificate is cut off or is no certificate"},
        {key, key, "there is no PEM certificate in it"},
        {std::string(1 << 16, '\0'), key, "there is no PEM certificate in it"},
        {"", key, "there is no PEM certificate in it"},
    };
    for (const auto& one_case : cases) {
        const Status outcome = check_key_pair({one_case.certificate, one_case.key});
        ASSERT_FALSE(outcome) << one_case.said;
        EXPECT_EQ(outcome.error().message, one_case.said);
    }
}

}  // namespace
}  // namespace towline::crypto
