#include "sql/letter_case.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

#include "sql/dialect.h"

namespace towline::sql {
namespace {

struct Case {
    std::string_view text, lower, upper;
};

TEST(LetterCase, IsPythons) {
    constexpr std::array kCases{
        Case{"Shop_1", "shop_1", "SHOP_1"},
        Case{"Übersicht", "übersicht", "ÜBERSICHT"},
        Case{"Straße", "straße", "STRASSE"},
        Case{"Ünï ŁÓDŹ", "ünï łódź", "ÜNÏ ŁÓDŹ"},
        Case{"Ещё", "ещё", "ЕЩЁ"},
        Case{"ΟΔΟΣ ΣΑΣ Σ", "οδος σας σ", "ΟΔΟΣ ΣΑΣ Σ"},
        Case{"İx", "i̇x", "İX"},
        Case{"ŉﬁ", "ŉﬁ", "ʼNFI"},
        Case{"Ǆǅ", "ǆǆ", "ǄǄ"},
        Case{"𐐀", "𐐨", "𐐀"},
        Case{"列名", "列名", "列名"},
        Case{"a\xff\xc3", "a\xff\xc3", "A\xff\xc3"},
        Case{"", "", ""},
    };
    for (const Case& each : kCases) {
        EXPECT_EQ(lower_letters(each.text), each.lower);
        EXPECT_EQ(upper_letters(each.text), each.upper) << each.text;
    }
}

TEST(LetterCase, FoldsIdentifiers) {
    EXPECT_EQ(normalize_identifier("Größe", false, Dialect::duckdb), "größe");
    EXPECT_EQ(normalize_identifier("Größe", false, Dialect::snowflake), "GRÖSSE");
    EXPECT_EQ(normalize_identifier("Ärzte", false, Dialect::postgres), "ärzte");
    EXPECT_EQ(normalize_identifier("Ärzte", true, Dialect::postgres), "Ärzte");
    EXPECT_EQ(normalize_identifier("Ärzte", true, Dialect::duckdb), "ärzte");
}

}  // namespace
}  // namespace towline::sql
