#include "base/strings.h"

#include <gtest/gtest.h>

namespace towline {
namespace {

TEST(Strings, AnExcerptOfALongLineIsShort) {
    const std::string text = "first\n" + std::string(1'000'000, 'a') + "é" + std::string(1'000'000, 'b') + "\nlast";
    const std::size_t place = 6 + 1'000'000;
    EXPECT_EQ(source_excerpt(text, place),
              "..." + std::string(200, 'a') + "é" + std::string(198, 'b') + "...\n" + std::string(203, ' ') + "^");
    EXPECT_EQ(source_excerpt("a\n\tb c", 5), "\tb c\n\t  ^");
    EXPECT_EQ(line_column(text, place).line, 2);
    EXPECT_EQ(line_column(text, place).column, 1'000'001);
    EXPECT_EQ(line_column(text, text.size() + 9).line, 3);
    EXPECT_EQ(line_column("", 0).column, 1);
}

}  // namespace
}  // namespace towline
