#include "runner/schema_diff.h"

#include <gtest/gtest.h>

namespace towline::runner {
namespace {

TEST(SchemaDiff, DropsComeFirstThenAddsAndTypes) {
    const auto operations = schema_operations({{"id", "integer"}, {"old", "text"}, {"n", "text"}},
                                              {{"id", "bigint"}, {"n", "integer"}, {"note", "text"}});
    EXPECT_EQ(
        alter_table("\"t\"", operations, true),
        (Statements{"ALTER TABLE \"t\" DROP COLUMN \"old\" CASCADE", "ALTER TABLE \"t\" DROP COLUMN \"n\" CASCADE",
                    "ALTER TABLE \"t\" ALTER COLUMN \"id\" TYPE bigint", "ALTER TABLE \"t\" ADD COLUMN \"n\" integer",
                    "ALTER TABLE \"t\" ADD COLUMN \"note\" text"}));
    EXPECT_TRUE(schema_operations({{"a", "INTEGER"}}, {{"a", "integer"}}).empty());
}

TEST(SchemaDiff, OnlyTypesThatKeepEveryValueAreAltered) {
    const char* const widening[][2] = {{"integer", "bigint"},
                                       {"character varying(10)", "text"},
                                       {"VARCHAR", "VARCHAR"},
                                       {"character varying(5)", "character varying(9)"},
                                       {"DECIMAL(10,2)", "DECIMAL(12,2)"},
                                       {"numeric(5,1)", "numeric"},
                                       {"FLOAT", "DOUBLE"},
                                       {"real", "double precision"}};
    for (const auto& pair : widening) EXPECT_TRUE(is_widening(pair[0], pair[1])) << pair[0] << " to " << pair[1];
    const char* const narrowing[][2] = {{"bigint", "integer"},
                                        {"text", "character varying(9)"},
                                        {"character varying(9)", "character varying(5)"},
                                        {"DECIMAL(10,2)", "DECIMAL(10,4)"},
                                        {"text", "integer"},
                                        {"date", "text"}};
    for (const auto& pair : narrowing) EXPECT_FALSE(is_widening(pair[0], pair[1])) << pair[0] << " to " << pair[1];
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
}

}  // namespace
}  // namespace towline::runner
