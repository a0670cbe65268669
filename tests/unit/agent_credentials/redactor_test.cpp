#include "credentials/redactor.h"

#include <gtest/gtest.h>

#include <random>

#include "credentials/secret_forms.h"
#include "crypto/crypto.h"

namespace towline::credentials {
namespace {

TEST(RedactorForms, EachWayOfWritingASecretIsMasked) {
    struct Case {
        const char* secret;
        const char* written;
    };
    const Case cases[] = {
        {"p@ss w/rd+1", "p@ss w/rd+1"},
        {"p@ss w/rd+1", "p%40ss%20w%2Frd%2B1"},
        {"p@ss w/rd+1", "p%40ss%20w%2frd%2b1"},
        {"p@ss w/rd+1", "p%40ss+w%2Frd%2B1"},
        {"p@ss w/rd+1", "p%40ss%20w/rd%2B1"},
        {"p@ss w/rd+1", "p@ss w\\/rd+1"},
        {"say \"hi\"\\now", "say \\\"hi\\\"\\\\now"},
        {"say \"hi\"\\now", "say \\\\\\\"hi\\\\\\\"\\\\\\\\now"},
        {"clé-secrète", "cl\\u00e9-secr\\u00e8te"},
        {"clé-secrète", "cl\\u00E9-secr\\u00E8te"},
        {"key-\xF0\x9F\x94\x91-end", "key-\\ud83d\\udd11-end"},
        {"<b>&secret'", "\\u003cb\\u003e\\u0026secret\\u0027"},
        {"it's mine", "it''s mine"},
        {"it's mine", "it\\'s mine"},
        {"secret", "736563726574"},
        {"s\xC3\xA9z-z\xC5\x91", "73C3A97A2D7AC591"},
        {"line-one-of-the-key\nline-two-of-the-key", "line-one-of-the-key\\nline-two-of-the-key"},
        {"line-one-of-the-key\nline-two-of-the-key", "line-two-of-the-key"},
    };
    for (const Case& one : cases) {
        Redactor redactor;
        ASSERT_TRUE(redactor.add(one.secret));
        EXPECT_EQ(redactor.mask("<<" + std::string(one.written) + ">>"), "<<***>>") << one.written;
    }
}

TEST(RedactorForms, ShortSecretsAreRefusedAndHarmlessLinesStay) {
    Redactor redactor;
    EXPECT_FALSE(redactor.add("abc"));
    redactor.add("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END PRIVATE KEY-----\n");
    EXPECT_EQ(redactor.mask("a -----END PRIVATE KEY----- of MIIEvQIBADANBgkqhkiG9w0."),
              "a -----END PRIVATE KEY----- of ***.");
}

TEST(Redactor, SecretsThatChangeForYearsDoNotUseUpTheRoom) {
    Redactor redactor;
    ASSERT_TRUE(redactor.add("the one that stays"));
    const auto line = [](int hour, int number) {
        return "line-" + std::to_string(number) + "-of-hour-" + std::to_string(hour);
    };
    constexpr int kHours = 30;
    for (int hour = 0; hour < kHours; ++hour) {
        std::string key;
        for (int number = 0; number < 60; ++number) key += line(hour, number) + "\n";
        ASSERT_TRUE(redactor.add(key)) << hour;
        ASSERT_TRUE(redactor.add("the one that stays"));
    }
    EXPECT_LE(redactor.pattern_count(), Redactor::kPatternsMax);
    EXPECT_EQ(redactor.mask("the one that stays, " + line(kHours - 1, 59) + ", " + line(kHours - 2, 0)),
              "***, ***, ***");
    EXPECT_EQ(redactor.mask(line(0, 7)), line(0, 7));
}

TEST(Redactor, OverlappingSecretsAreCoveredTogether) {
    Redactor redactor;
    redactor.add("alpha-beta");
    redactor.add("beta-gamma");
    EXPECT_EQ(redactor.mask("x alpha-beta-gamma y"), "x *** y");
    EXPECT_EQ(redactor.mask("alpha-betaalpha-beta"), "******");
}

// Whatever the text and however it is cut, the pieces say what the whole says.
TEST(RedactingStream, CuttingChangesNothing) {
    std::mt19937 random(20240101);
    const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
    const std::string secrets[] = {"aabaab", "abaaba", "p@ss/w\"rd", "bbbb"};
    auto redactor = std::make_shared<Redactor>();
    for (const std::string& secret : secrets) redactor->add(secret);
    for (int round = 0; round < 1'000; ++round) {
        std::string text;
        for (std::size_t i = below(8); i-- > 0;) {
            const auto forms = forms_of(secrets[below(4)], 4);
            const std::string& form = forms[below(forms.size())];
            // Whole, cut off, or noise of the same letters.
            text += below(3) == 0   ? form.substr(0, below(form.size()))
                    : below(2) == 0 ? form
                                    : std::string(below(5), below(2) ? 'a' : 'b');
        }
        RedactingStream stream(redactor);
        std::string pieces;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t size = 1 + below(7);
            pieces += stream.feed(std::string_view(text).substr(at, size));
            at += size;
        }
        pieces += stream.finish();
        ASSERT_EQ(pieces, redactor->mask(text)) << text;
        for (const std::string& secret : secrets) ASSERT_EQ(pieces.find(secret), std::string::npos) << text;
    }
}

TEST(RedactingStream, HoldsBackNoMoreThanItMust) {
    auto redactor = std::make_shared<Redactor>();
    redactor->add("hunter2hunter2");
    RedactingStream stream(redactor);
    EXPECT_EQ(stream.feed("nothing to see\n"), "nothing to see\n");
    EXPECT_EQ(stream.feed("password=hunter2h"), "password=");
    EXPECT_EQ(stream.feed("ouse\n"), "hunter2house\n");
    EXPECT_EQ(stream.feed("hunter2"), "");
    redactor->add("another-secret");
    EXPECT_EQ(stream.feed("hunter2, another-"), "***, ");
    EXPECT_EQ(stream.finish(), "another-");
}

}  // namespace
}  // namespace towline::credentials
