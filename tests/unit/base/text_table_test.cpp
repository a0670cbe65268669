#include "base/text_table.h"

#include <gtest/gtest.h>

namespace towline {
namespace {

TEST(TextTable, TheFirstRowOfANameIsFound) {
    constexpr std::string_view kTable = "A 1\nAB 2\nAB 3\nB 4\nZZ 5";
    EXPECT_EQ(rows_from(kTable, "A"), kTable);
    EXPECT_EQ(rows_from(kTable, "AB"), "AB 2\nAB 3\nB 4\nZZ 5");
    EXPECT_EQ(rows_from(kTable, "ZZ"), "ZZ 5");
    EXPECT_EQ(rows_from(kTable, "C"), "ZZ 5") << "where it would stand";
    EXPECT_EQ(rows_from(kTable, "ZZZ"), "");
    EXPECT_EQ(rows_from("", "A"), "");
}

TEST(TextTable, CutsUpToAMarkOrAll) {
    std::string_view text = "a bc";
    EXPECT_EQ(cut_at(text, ' '), "a");
    EXPECT_EQ(cut_at(text, ' '), "bc");
    EXPECT_EQ(cut_at(text, ' '), "");
    EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace towline
