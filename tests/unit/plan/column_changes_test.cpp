#include "plan/column_changes.h"

#include <gtest/gtest.h>

namespace towline::plan {
namespace {

using sql::Dialect;

std::string shown(const std::vector<ColumnOperation>& operations) {
    std::string out;
    for (const ColumnOperation& each : operations) {
        const char* const word = each.change == ColumnChange::drop ? "-" : each.change == ColumnChange::add ? "+" : "~";
        out += word + each.column + (each.type.empty() ? "" : ":" + each.type) + (each.destructive ? "! " : " ");
    }
    return out;
}

// As SQLMesh's SchemaDiffer gives them: what goes, what is new, what has another type.
TEST(ColumnChanges, TheOrderIsThatOfTheColumnsAfterwards) {
    const model::Columns current{{"id", "integer"}, {"old", "text"}, {"n", "text"}, {"s", "character varying(5)"}};
    const model::Columns wanted{{"s", "text"}, {"id", "bigint"}, {"n", "integer"}, {"note", "text"}, {"first", "date"}};
    EXPECT_EQ(shown(column_operations(current, wanted, Dialect::postgres)),
              "-old! +note:text +first:date -id! +id:bigint! -n! +n:integer! ~s:text ");
    EXPECT_EQ(shown(column_operations({{"a", "INTEGER"}}, {{"a", "int4"}}, Dialect::postgres)), "");
}

struct Pair {
    Dialect dialect;
    const char* from;
    const char* to;
};

TEST(ColumnChanges, OnlyTypesThatSqlmeshAltersAreAltered) {
    const Pair altered[] = {{Dialect::postgres, "character varying(10)", "text"},
                            {Dialect::postgres, "text", "character varying"},
                            {Dialect::postgres, "character varying(5)", "character varying(9)"},
                            {Dialect::postgres, "character(3)", "text"},
                            {Dialect::postgres, "numeric(10,2)", "numeric(10,4)"},
                            {Dialect::postgres, "numeric(5,1)", "numeric"},
                            {Dialect::postgres, "numeric(5)", "numeric(6,0)"},
                            {Dialect::postgres, "timestamp(3) without time zone", "timestamp without time zone"},
                            {Dialect::postgres, "citext", "hstore_of_ours"},
                            {Dialect::duckdb, "DECIMAL(18,3)", "DECIMAL(20,3)"}};
    for (const Pair& each : altered)
        EXPECT_TRUE(is_alterable_type(each.from, each.to, each.dialect)) << each.from << " to " << each.to;
    const Pair replaced[] = {{Dialect::postgres, "integer", "bigint"},
                             {Dialect::postgres, "real", "double precision"},
                             {Dialect::postgres, "text", "character varying(9)"},
                             {Dialect::postgres, "character varying", "character varying(9)"},
                             {Dialect::postgres, "numeric", "numeric(10,2)"},
                             {Dialect::postgres, "numeric(10,2)", "numeric(12,1)"},
                             {Dialect::postgres, "integer[]", "bigint[]"},
                             {Dialect::postgres, "date", "timestamp without time zone"},
                             {Dialect::duckdb, "INTEGER", "BIGINT"},
                             {Dialect::duckdb, "FLOAT", "DOUBLE"},
                             {Dialect::duckdb, "VARCHAR", "INTEGER"}};
    for (const Pair& each : replaced)
        EXPECT_FALSE(is_alterable_type(each.from, each.to, each.dialect)) << each.from << " to " << each.to;
}

TEST(ColumnChanges, SpellingsOfOneType) {
    const Pair same[] = {{Dialect::postgres, "timestamp with time zone", "TIMESTAMPTZ"},
                         {Dialect::postgres, "character varying(7)", "VARCHAR(7)"},
                         {Dialect::postgres, "double precision", "float8"},
                         {Dialect::duckdb, "DECIMAL", "DECIMAL(18, 3)"},
                         {Dialect::duckdb, "INTEGER[]", "INT[]"}};
    for (const Pair& each : same) EXPECT_TRUE(is_same_type(each.from, each.to, each.dialect)) << each.from;
    EXPECT_FALSE(is_same_type("TEXT", "VARCHAR", Dialect::postgres));
}

}  // namespace
}  // namespace towline::plan
