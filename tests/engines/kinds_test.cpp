#include "engines/fixture.h"

namespace towline::testing_engines {
namespace {

using model::Kind;
using model::KindName;
using Rows = std::vector<std::string>;

class Kinds : public EngineTest {
 protected:
    // Events of three days, two a day.
    void events() {
        sql("CREATE TABLE " + src + ".events (id INTEGER, ds DATE, price NUMERIC(10,2))");
        sql("INSERT INTO " + src +
            ".events VALUES (1,'2024-01-01',1.5),(2,'2024-01-01',2),(3,'2024-01-02',3),(4,'2024-01-02',4),"
            "(5,'2024-01-03',5)");
    }
    Kind kind(KindName name) {
        Kind kind;
        kind.name = name;
        return kind;
    }
    Kind by_time() {
        Kind out = kind(KindName::incremental_by_time_range);
        out.time_column = model::TimeColumn{"\"ds\"", "%Y-%m-%d"};
        return out;
    }
    /// The full name of a table in the schema of sources.
    std::string source_fqn(const model::Snapshot& snapshot, const std::string& table) const {
        return "\"" + snapshot.node.default_catalog.value_or("") + "\".\"" + src + "\".\"" + table + "\"";
    }
    Kind scd(KindName name) {
        Kind out = kind(name);
        out.unique_key = {"\"id\""};
        out.valid_from_name = "\"valid_from\"";
        out.valid_to_name = "\"valid_to\"";
        out.time_data_type = "TIMESTAMP";
        out.invalidate_hard_deletes = true;
        return out;
    }
};

TEST_P(Kinds, TimeRangeLoadsOnlyItsBatchAndReplacesIt) {
    events();
    const auto snapshot =
        make_model("m", by_time(), "SELECT id, ds, price * 2 AS double_price FROM " + src + ".events -- all days");
    EXPECT_EQ(evaluate(snapshot, 0, 1, true).rows, 2);
    EXPECT_EQ(evaluate(snapshot, 1, 2).rows, 2);
    EXPECT_EQ(rows("SELECT id FROM " + physical(snapshot) + " ORDER BY id"), (Rows{"1", "2", "3", "4"}));
    sql("DELETE FROM " + src + ".events WHERE id = 1");
    EXPECT_EQ(evaluate(snapshot, 0, 1).rows, 1);
    EXPECT_EQ(rows("SELECT id FROM " + physical(snapshot) + " ORDER BY id"), (Rows{"2", "3", "4"}));
    EXPECT_EQ(types_of(snapshot), postgres() ? "id integer;ds date;double_price numeric;"
                                             : "id integer;ds date;double_price decimal(18,2);");
}

TEST_P(Kinds, DeclaredTypesWinOverTheQuerys) {
    auto snapshot = make_model("m", by_time(), "SELECT 1 AS id, CAST('2024-01-01' AS DATE) AS ds");
    snapshot.node.columns = model::Columns{{"id", "BIGINT"}, {"ds", "DATE"}};
    evaluate(snapshot, 0, 1, true);
    EXPECT_EQ(types_of(snapshot), "id bigint;ds date;");
    auto full = make_model("f", kind(KindName::full), "SELECT 1 AS id");
    full.node.columns = model::Columns{{"id", "BIGINT"}};
    evaluate(full);
    EXPECT_EQ(types_of(full), "id bigint;");
}

TEST_P(Kinds, FullIsReplaced) {
    events();
    const auto snapshot = make_model("m", kind(KindName::full), "SELECT count(*) AS n FROM " + src + ".events");
    EXPECT_EQ(evaluate(snapshot, 0, 1, true).rows, 1);
    sql("DELETE FROM " + src + ".events WHERE id > 2");
    evaluate(snapshot, 1, 2);
    EXPECT_EQ(rows("SELECT n FROM " + physical(snapshot)), Rows{"2"});
}

TEST_P(Kinds, FullMayReadItself) {
    auto snapshot = make_model("m", kind(KindName::full), "");
    snapshot.node.depends_on_self = true;
    snapshot.node.query = "SELECT CAST(count(*) AS BIGINT) + 1 AS n FROM " + snapshot.node.fqn;
    snapshot.node.columns = model::Columns{{"n", "BIGINT"}};
    evaluate(snapshot, 0, 1, true);
    evaluate(snapshot, 1, 2);
    // PostgreSQL's table is emptied before the query reads it, as in SQLMesh.
    EXPECT_EQ(rows("SELECT n FROM " + physical(snapshot)), Rows{postgres() ? "1" : "2"});
}

TEST_P(Kinds, UniqueKeyUpdatesAndInserts) {
    sql("CREATE TABLE " + src + ".people (id INTEGER, region TEXT, name TEXT)");
    sql("INSERT INTO " + src + ".people VALUES (1,'n','Ann'),(2,'n','Bob')");
    Kind unique = kind(KindName::incremental_by_unique_key);
    unique.unique_key = {"\"id\"", "\"region\""};
    const auto snapshot = make_model("m", unique, "SELECT * FROM " + src + ".people");
    evaluate(snapshot, 0, 1, true);
    sql("UPDATE " + src + ".people SET name = 'Bea' WHERE id = 2");
    sql("DELETE FROM " + src + ".people WHERE id = 1");
    sql("INSERT INTO " + src + ".people VALUES (3,'s','Cy')");
    evaluate(snapshot, 1, 2);
    EXPECT_EQ(rows("SELECT id, name FROM " + physical(snapshot) + " ORDER BY id"), (Rows{"1|Ann", "2|Bea", "3|Cy"}));
}

TEST_P(Kinds, PartitionsAreReplacedWhole) {
    events();
    const std::string query = "SELECT id, ds FROM " + src + ".events";
    auto snapshot = make_model("m", kind(KindName::incremental_by_partition), query);
    snapshot.node.partitioned_by = {"\"ds\""};
    evaluate(snapshot, 0, 1, true);
    sql("DELETE FROM " + src + ".events WHERE id IN (1, 3, 4)");
    evaluate(snapshot, 1, 2);
    EXPECT_EQ(rows("SELECT id FROM " + physical(snapshot) + " ORDER BY id"), (Rows{"2", "3", "4", "5"}));
}

TEST_P(Kinds, UnmanagedAppendsOncePerTask) {
    events();
    const auto snapshot =
        make_model("m", kind(KindName::incremental_unmanaged), "SELECT id FROM " + src + ".events WHERE id = 1");
    evaluate(snapshot, 0, 1, true);
    auto task = make_task(snapshot);
    ASSERT_EQ(run(task).outcome, protocol::Outcome::succeeded);
    // The completion was lost: the same task comes back under a newer lease.
    task.fence = make_task(snapshot).fence;
    ASSERT_EQ(run(task).outcome, protocol::Outcome::succeeded);
    EXPECT_EQ(rows("SELECT count(*) FROM " + physical(snapshot)), Rows{"2"});
    evaluate(snapshot, 2, 3);
    EXPECT_EQ(rows("SELECT count(*) FROM " + physical(snapshot)), Rows{"3"});
}

TEST_P(Kinds, ScdByTime) {
    sql("CREATE TABLE " + src + ".menu (id INTEGER, name TEXT, updated_at TIMESTAMP)");
    sql("INSERT INTO " + src + ".menu VALUES (1,'tea','2024-01-01'),(2,'milk','2024-01-01'),(3,'bun','2024-01-01')");
    Kind by_time_kind = scd(KindName::scd_type_2_by_time);
    by_time_kind.updated_at_name = "updated_at";
    const auto snapshot = make_model("m", by_time_kind, "SELECT * FROM " + src + ".menu");
    evaluate(snapshot, 0, 1, true);
    sql("UPDATE " + src + ".menu SET name = 'green tea', updated_at = '2024-01-02 10:00:00' WHERE id = 1");
    sql("DELETE FROM " + src + ".menu WHERE id = 2");
    evaluate(snapshot, 1, 2);
    sql("INSERT INTO " + src + ".menu VALUES (2,'milk','2024-01-02')");
    evaluate(snapshot, 2, 3);
    EXPECT_EQ(rows("SELECT id, name, valid_from, valid_to FROM " + physical(snapshot) + " ORDER BY id, valid_from"),
              (Rows{"1|tea|1970-01-01 00:00:00|2024-01-02 10:00:00", "1|green tea|2024-01-02 10:00:00|-",
                    "2|milk|1970-01-01 00:00:00|2024-01-03 00:00:00", "2|milk|2024-01-03 00:00:00|-",
                    "3|bun|1970-01-01 00:00:00|-"}));
}

TEST_P(Kinds, ScdByColumn) {
    sql("CREATE TABLE " + src + ".menu (id INTEGER, name TEXT, price INTEGER)");
    sql("INSERT INTO " + src + ".menu VALUES (1,'tea',2),(2,'milk',1)");
    Kind by_column = scd(KindName::scd_type_2_by_column);
    by_column.scd_columns = {"*"};
    const auto snapshot = make_model("m", by_column, "SELECT * FROM " + src + ".menu");
    evaluate(snapshot, 0, 1, true);
    sql("UPDATE " + src + ".menu SET price = NULL WHERE id = 1");
    sql("DELETE FROM " + src + ".menu WHERE id = 2");
    evaluate(snapshot, 1, 2);
    EXPECT_EQ(rows("SELECT id, price, valid_from, valid_to FROM " + physical(snapshot) + " ORDER BY id, valid_from"),
              (Rows{"1|2|1970-01-01 00:00:00|2024-01-03 00:00:00", "1|-|2024-01-03 00:00:00|-",
                    "2|1|1970-01-01 00:00:00|2024-01-03 00:00:00"}));
    EXPECT_EQ(types_of(snapshot).find("valid_to timestamp") != std::string::npos, true);
}

TEST_P(Kinds, SeedHoldsItsFile) {
    auto snapshot = make_model("m", kind(KindName::seed), "");
    snapshot.node.columns = model::Columns{{"id", "INTEGER"}, {"name", "TEXT"}, {"on_day", "DATE"}, {"ok", "BOOLEAN"}};
    snapshot.node.seed.content = "id,name,on_day,ok\n1,\"it's, ok\",2024-01-01,true\n2,,,f\n";
    EXPECT_EQ(evaluate(snapshot, 0, 1, true).rows, 2);
    EXPECT_EQ(evaluate(snapshot, 0, 1).rows, 2);
    EXPECT_EQ(rows("SELECT id, name, on_day FROM " + physical(snapshot) + " WHERE ok ORDER BY id"),
              Rows{"1|it's, ok|2024-01-01"});
    EXPECT_EQ(rows("SELECT count(*) FROM " + physical(snapshot) + " WHERE name IS NULL AND NOT ok"), Rows{"1"});
}

TEST_P(Kinds, ViewIsMadeAndEmbeddedAndExternalMakeNothing) {
    const auto view = make_model("v", kind(KindName::view), "SELECT 1 AS one");
    evaluate(view, 0, 1, true);
    evaluate(view, 1, 2);
    EXPECT_EQ(rows("SELECT one FROM " + physical(view)), Rows{"1"});
    evaluate(make_model("e", kind(KindName::embedded), "SELECT 1 AS one"));
    auto external = make_model("x", kind(KindName::external), "");
    external.node.source_type = model::SourceType::external;
    evaluate(external);
}

// A star is written out before the query runs: what the source gains later is not shown, and DuckDB's view, which keeps
// its text, does not break.
TEST_P(Kinds, AStarMeansTheColumnsThatWereKnown) {
    events();
    auto view = make_model("v", kind(KindName::view), "SELECT * FROM " + src + ".events");
    view.node.mapping_schema[source_fqn(view, "events")] = {{"id", "INT"}, {"ds", "DATE"}};
    evaluate(view, 0, 1, true);
    EXPECT_EQ(types_of(view), "id integer;ds date;");
    sql("ALTER TABLE " + src + ".events ADD COLUMN more INTEGER");
    EXPECT_EQ(rows("SELECT count(*) FROM " + physical(view)), Rows{"5"});
    evaluate(view, 1, 2);
    EXPECT_EQ(types_of(view), "id integer;ds date;");
}

// The reference does not know the columns of a model that reads itself, and takes the name for the outer table's.
TEST_P(Kinds, ANameBelongsToTheTableWhoseColumnsAreKnown) {
    events();
    auto snapshot = make_model("m", kind(KindName::incremental_unmanaged), "");
    snapshot.node.depends_on_self = true;
    snapshot.node.columns = model::Columns{{"id", "INT"}};
    snapshot.node.query =
        "SELECT id FROM " + src + ".events WHERE id NOT IN (SELECT id FROM " + src + ".m) AND id <= 2";
    snapshot.node.mapping_schema[source_fqn(snapshot, "events")] = {{"id", "INT"}};
    evaluate(snapshot, 0, 1, true);
    sql("INSERT INTO " + src + ".events VALUES (0, '2024-01-01', 1)");
    EXPECT_EQ(evaluate(snapshot, 1, 2).rows, 0);
    snapshot.node.query = "SELECT e.id FROM " + src + ".events AS e WHERE e.id NOT IN (SELECT m.id FROM " + src +
                          ".m AS m) AND e.id <= 2";
    EXPECT_EQ(evaluate(snapshot, 2, 3).rows, 1);
}

TEST_P(Kinds, StatementsRunInTheTransactionOfTheLoad) {
    sql("CREATE TABLE " + src + ".trace (what TEXT)");
    auto snapshot = make_model("m", kind(KindName::full), "SELECT 1 AS one");
    snapshot.node.pre_statements = {"INSERT INTO " + src + ".trace VALUES ('pre')"};
    snapshot.node.post_statements = {"INSERT INTO " + src + ".trace SELECT 'post' FROM @this_model"};
    evaluate(snapshot, 0, 1, true);
    EXPECT_EQ(rows("SELECT what FROM " + src + ".trace"), (Rows{"pre", "post"}));
    snapshot.node.post_statements = {"SELECT nothing_of_that_name"};
    const auto failed = run(make_task(snapshot));
    EXPECT_EQ(failed.outcome, protocol::Outcome::failed);
    EXPECT_EQ(failed.error_code, "engine");
    EXPECT_FALSE(failed.retryable);
    EXPECT_EQ(rows("SELECT what FROM " + src + ".trace"), (Rows{"pre", "post"}));
}

INSTANTIATE_TEST_SUITE_P(Engines, Kinds, ::testing::Values("duckdb", "postgres"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace towline::testing_engines
