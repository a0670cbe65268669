#include "runner/schema_diff.h"

#include <gtest/gtest.h>

namespace towline::runner {
namespace {

using plan::ColumnChange;
using plan::ColumnOperation;

TEST(SchemaDiff, OperationsBecomeStatements) {
    const auto operations = plan::column_operations({{"old", "text"}, {"n", "character varying(9)"}},
                                                    {{"n", "text"}, {"note", "text"}}, sql::Dialect::postgres);
    EXPECT_EQ(alter_table("\"t\"", operations, true),
              (Statements{"ALTER TABLE \"t\" DROP COLUMN \"old\" CASCADE", "ALTER TABLE \"t\" ADD COLUMN \"note\" text",
                          "ALTER TABLE \"t\" ALTER COLUMN \"n\" TYPE text"}));
}

std::vector<ColumnOperation> drop_and_add() {
    return {{ColumnChange::drop, "gone", "", true}, {ColumnChange::add, "fresh", "INT", false}};
}

TEST(SchemaDiff, PolicyDecides) {
    std::vector<std::string> warnings;
    auto refused = permitted_operations(drop_and_add(), {}, warnings);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("\"gone\""), std::string::npos);
    EXPECT_EQ(permitted_operations(drop_and_add(), {.allow_destructive = true}, warnings)->size(), 2u);
    EXPECT_TRUE(warnings.empty());
    EXPECT_EQ(permitted_operations(drop_and_add(), {.on_destructive = "warn"}, warnings)->size(), 2u);
    EXPECT_EQ(warnings.size(), 1u);
    const auto ignored =
        permitted_operations(drop_and_add(), {.on_destructive = "IGNORE", .on_additive = "IGNORE"}, warnings);
    EXPECT_TRUE(ignored->empty());
    const auto still = permitted_operations(
        drop_and_add(), {.on_destructive = "IGNORE", .on_additive = "IGNORE", .allow_destructive = true}, warnings);
    EXPECT_TRUE(still->empty());
}

}  // namespace
}  // namespace towline::runner
