#include "engines/fixture.h"

namespace towline::testing_engines {
namespace {

using model::KindName;
using plan::TaskKind;
using protocol::Outcome;
using Rows = std::vector<std::string>;

std::string name_of(const ::testing::TestParamInfo<const char*>& test) { return test.param; }

class Tasks : public EngineTest {
 protected:
    model::Snapshot full(const std::string& query, const std::string& version = "1") {
        model::Kind kind;
        kind.name = KindName::full;
        return make_model("m", kind, query, version);
    }
    model::Snapshot by_time(const std::string& query, const std::string& version = "1") {
        model::Kind kind;
        kind.name = KindName::incremental_by_time_range;
        kind.time_column = model::TimeColumn{"\"ds\"", "%Y-%m-%d"};
        return make_model("m", kind, query, version);
    }
    protocol::LeasedTask view_task(const model::Snapshot& snapshot, TaskKind kind = TaskKind::create_view) {
        protocol::LeasedTask task = make_task(snapshot, kind);
        task.spec.naming.name = "dev";
        task.spec.view_catalog = snapshot.node.default_catalog.value();
        task.spec.view_schema = src + "__dev";
        task.spec.view_name = "m";
        return task;
    }
    void expect_success(const protocol::Completion& done) {
        EXPECT_EQ(done.outcome, Outcome::succeeded) << done.error_code << ": " << done.error_message;
    }
};

TEST_P(Tasks, TablesAreCreatedEmptyAndOnlyOnce) {
    const auto snapshot = by_time("SELECT 1 AS id, CAST('2024-01-01' AS DATE) AS ds");
    expect_success(run(make_task(snapshot, TaskKind::create_table)));
    EXPECT_EQ(types_of(snapshot), "id integer;ds date;");
    EXPECT_EQ(rows("SELECT count(*) FROM " + physical(snapshot)), Rows{"0"});
    evaluate(snapshot, 0, 1, true);
    expect_success(run(make_task(snapshot, TaskKind::create_table)));
    EXPECT_EQ(rows("SELECT count(*) FROM " + physical(snapshot)), Rows{"1"});
}

TEST_P(Tasks, SchemasAreCreatedIfMissing) {
    auto task = make_task(full("SELECT 1 AS a"), TaskKind::create_schema);
    task.spec.snapshot.reset();
    task.spec.catalog = full("").node.default_catalog.value();
    task.spec.schema = src + "__dev";
    expect_success(run(task));
    expect_success(run(task));
    sql("CREATE TABLE " + src + "__dev.x (a INTEGER)");
}

TEST_P(Tasks, CatalogsOfEnvironmentsAreFilesBesideTheDatabaseAndNowhereElse) {
    auto task = make_task(full("SELECT 1 AS a"), TaskKind::drop_schema);
    task.spec.snapshot.reset();
    task.spec.naming.name = "dev";
    task.spec.naming.suffix_target = model::SuffixTarget::catalog;
    for (const char* catalog : {"../kept__dev", "kept"}) {
        task.spec.catalog = catalog;
        const auto done = run(task);
        EXPECT_EQ(done.outcome, Outcome::failed) << catalog;
        EXPECT_EQ(done.error_code, "invalid") << catalog;
    }
    task.spec.catalog = "kept__dev";
    expect_success(run(task));
}

TEST_P(Tasks, ViewsFollowTheirTableAndAreReplacedAndDropped) {
    auto old_version = full("SELECT 1 AS a");
    evaluate(old_version);
    old_version.node.on_virtual_update = {"CREATE TABLE " + src + ".updated AS SELECT * FROM @this_model"};
    expect_success(run(view_task(old_version)));
    EXPECT_EQ(rows("SELECT a FROM " + src + "__dev.m"), Rows{"1"});
    EXPECT_EQ(rows("SELECT a FROM " + src + ".updated"), Rows{"1"});
    const auto new_version = full("SELECT 2 AS b, 3 AS c", "2");
    evaluate(new_version);
    expect_success(run(view_task(new_version)));
    EXPECT_EQ(rows("SELECT * FROM " + src + "__dev.m"), Rows{"2|3"});
    expect_success(run(view_task(new_version, TaskKind::drop_view)));
    expect_success(run(view_task(new_version, TaskKind::drop_view)));
    EXPECT_EQ(rows("SELECT count(*) FROM information_schema.tables WHERE table_schema = '" + src + "__dev'"),
              Rows{"0"});
}

TEST_P(Tasks, GrantsAreMadeToBeWhatTheModelSays) {
    auto snapshot = full("SELECT 1 AS a");
    snapshot.node.grants = model::Grants{{"select", {src + "_reader"}}};
    snapshot.node.grants_target_layer = "all";
    if (!postgres()) {
        evaluate(snapshot);
        ASSERT_FALSE(log_.lines.empty());
        EXPECT_NE(log_.lines.back().find("grants were not applied"), std::string::npos);
        return;
    }
    const std::string reader = src + "_reader", writer = src + "_writer";
    sql("CREATE ROLE " + reader);
    sql("CREATE ROLE " + writer);
    const auto held = [&](const std::string& schema) {
        return rows(
            "SELECT DISTINCT grantee, privilege_type FROM information_schema.role_table_grants "
            "WHERE grantee LIKE '" +
            src + "%' AND table_schema = '" + schema + "'");
    };
    evaluate(snapshot);
    expect_success(run(view_task(snapshot)));
    EXPECT_EQ(held(src + "__dev"), Rows{reader + "|SELECT"});
    EXPECT_EQ(held(snapshot.node.physical_schema), Rows{reader + "|SELECT"});
    snapshot.node.grants = model::Grants{{"INSERT", {writer}}};
    snapshot.node.grants_target_layer = "virtual";
    expect_success(run(view_task(snapshot)));
    EXPECT_EQ(held(src + "__dev"), Rows{writer + "|INSERT"});
    EXPECT_EQ(held(snapshot.node.physical_schema), Rows{reader + "|SELECT"});
    sql("DROP OWNED BY " + reader + ", " + writer);
    sql("DROP ROLE " + reader + ", " + writer);
}

TEST_P(Tasks, AViewNeverTakesThePlaceOfATable) {
    const auto snapshot = full("SELECT 1 AS a");
    evaluate(snapshot);
    sql("CREATE SCHEMA " + src + "__dev");
    sql("CREATE TABLE " + src + "__dev.m (precious INTEGER)");
    const auto refused = run(view_task(snapshot));
    EXPECT_EQ(refused.error_code, "invalid");
    expect_success(run(view_task(snapshot, TaskKind::drop_view)));
    EXPECT_EQ(rows("SELECT count(*) FROM " + src + "__dev.m"), Rows{"0"});
}

TEST_P(Tasks, AnOlderLeaseCannotMoveAViewBack) {
    const auto snapshot = full("SELECT 1 AS a");
    evaluate(snapshot);
    auto stale = view_task(snapshot);
    expect_success(run(view_task(snapshot)));
    const auto refused = run(stale);
    EXPECT_EQ(refused.error_code, "superseded");
    EXPECT_TRUE(refused.retryable);
}

TEST_P(Tasks, MigrationAddsWidensAndRefusesLosses) {
    const auto first = by_time("SELECT CAST(1 AS DECIMAL(10, 2)) AS id, CAST('2024-01-01' AS DATE) AS ds");
    evaluate(first, 0, 1, true);
    const auto forward_only = [](model::Snapshot snapshot) {
        snapshot.previous_versions.emplace_back().version = snapshot.version;
        snapshot.forward_only = true;
        return snapshot;
    };
    const auto wider = forward_only(
        by_time("SELECT CAST(1 AS DECIMAL(12, 2)) AS id, CAST('2024-01-01' AS DATE) AS ds, CAST('x' AS TEXT) AS note"));
    expect_success(run(make_task(wider, TaskKind::migrate)));
    EXPECT_EQ(types_of(wider),
              postgres() ? "id numeric(12,2);ds date;note text;" : "id decimal(12,2);ds date;note varchar;");
    EXPECT_EQ(rows("SELECT id, note FROM " + physical(wider)), Rows{"1.00|-"});
    const auto narrower = forward_only(by_time("SELECT CAST('2024-01-01' AS DATE) AS ds"));
    const auto refused = run(make_task(narrower, TaskKind::migrate));
    EXPECT_EQ(refused.error_code, "invalid");
    EXPECT_NE(refused.error_message.find("column \"id\""), std::string::npos) << refused.error_message;
    auto allowed = make_task(narrower, TaskKind::migrate);
    allowed.spec.allow_destructive = true;
    expect_success(run(allowed));
    EXPECT_EQ(types_of(narrower), "ds date;");
    EXPECT_EQ(rows("SELECT count(*) FROM information_schema.tables WHERE table_name LIKE '\\_\\_temp%' "
                   "ESCAPE '\\' AND table_schema = 'sqlmesh__" +
                   src + "'"),
              Rows{"0"});
}

TEST_P(Tasks, MigrationLeavesATableOfItsOwnAlone) {
    auto snapshot = by_time("SELECT 1 AS id, CAST('2024-01-01' AS DATE) AS ds");
    evaluate(snapshot, 0, 1, true);
    snapshot.node.columns_to_types =
        model::Columns{{"id", "TEXT"}, {"ds", "DATE"}};  // what was inferred is not what the engine gives
    expect_success(run(make_task(snapshot, TaskKind::migrate)));
    EXPECT_EQ(types_of(snapshot), "id integer;ds date;");
    EXPECT_EQ(rows("SELECT id FROM " + physical(snapshot)), Rows{"1"});
    // A table that is taken over and built anew has no rows to lose.
    snapshot.node.physical_version = "1";
    auto task = make_task(snapshot, TaskKind::migrate);
    task.spec.allow_destructive = true;
    expect_success(run(task));
    EXPECT_EQ(types_of(snapshot), postgres() ? "ds date;id text;" : "ds date;id varchar;");
}

TEST_P(Tasks, AuditsCountTheirRowsAndOnlyBlockingOnesFail) {
    auto snapshot = full("SELECT CAST(NULL AS INTEGER) AS a UNION ALL SELECT 1");
    snapshot.node.audits = {{"soft", {}}, {"hard", {}}, {"fine", {}}};
    snapshot.node.audit_definitions["soft"] = {.name = "soft",
                                               .dialect = {},
                                               .blocking = false,
                                               .defaults = {},
                                               .statements = {},
                                               .query = "SELECT * FROM @this_model"};
    snapshot.node.audit_definitions["hard"] = {.name = "hard",
                                               .dialect = {},
                                               .defaults = {},
                                               .statements = {},
                                               .query = "SELECT * FROM @this_model WHERE a IS NULL"};
    snapshot.node.audit_definitions["fine"] = {.name = "fine",
                                               .dialect = {},
                                               .defaults = {},
                                               .statements = {},
                                               .query = "SELECT * FROM @this_model WHERE a > 5"};
    const auto done = run(make_task(snapshot));
    EXPECT_EQ(done.outcome, Outcome::failed);
    EXPECT_EQ(done.error_code, "audit_failed");
    EXPECT_FALSE(done.retryable);
    ASSERT_EQ(done.audits.size(), 3u);
    EXPECT_EQ(done.audits[0].status + done.audits[1].status + done.audits[2].status, "failedfailedpassed");
    EXPECT_EQ(done.audits[0].count, 2);
    EXPECT_EQ(rows("SELECT count(*) FROM " + physical(snapshot)), Rows{"2"});
    auto preview = make_task(snapshot);
    preview.spec.snapshot->deployable = false;
    preview.spec.snapshot->representative = false;
    expect_success(run(preview));
}

TEST_P(Tasks, EnvironmentStatementsAreOneTransaction) {
    sql("CREATE TABLE " + src + ".trace (what TEXT)");
    auto task = make_task(full(""), TaskKind::statements);
    task.spec.snapshot.reset();
    model::EnvironmentStatements statements;
    statements.before_all = {"INSERT INTO " + src + ".trace VALUES ('a')",
                             "INSERT INTO " + src + ".trace VALUES ('b')"};
    task.spec.environment = src;
    task.spec.statements = {statements};
    expect_success(run(task));
    task.fence += 1000;
    task.spec.statements[0].before_all.push_back("SELECT * FROM no_such_table");
    EXPECT_EQ(run(task).outcome, Outcome::failed);
    EXPECT_EQ(rows("SELECT what FROM " + src + ".trace"), (Rows{"a", "b"}));
}

TEST_P(Tasks, FailuresShowNoValueAndTheSessionIsJournalled) {
    sql("CREATE TABLE " + src + ".raw (a TEXT)");
    sql("INSERT INTO " + src + ".raw VALUES ('topsecret')");
    const auto failed = run(make_task(full("SELECT CAST(a AS INTEGER) AS a FROM " + src + ".raw")));
    EXPECT_EQ(failed.error_code, "engine");
    EXPECT_FALSE(failed.retryable);
    EXPECT_EQ(failed.error_message.find("topsecret"), std::string::npos) << failed.error_message;
    for (const std::string& line : log_.lines) EXPECT_EQ(line.find("topsecret"), std::string::npos) << line;
    ASSERT_EQ(journal_.events.size(), 2u);
    EXPECT_TRUE(journal_.events[0].starts_with("opened "));
    EXPECT_TRUE(journal_.events[1].starts_with("closed "));
}

TEST_P(Tasks, CommentsAreWritten) {
    auto snapshot = full("SELECT 1 AS a");
    snapshot.node.description = "it's described";
    snapshot.node.column_descriptions = {{"a", "the a"}, {"gone", "not there"}};
    evaluate(snapshot);
    for (const std::string& line : log_.lines) EXPECT_FALSE(line.starts_with("warning")) << line;
    if (postgres()) {
        EXPECT_EQ(rows("SELECT obj_description('" + physical(snapshot) + "'::regclass), col_description('" +
                       physical(snapshot) + "'::regclass, 1)"),
                  Rows{"it's described|the a"});
    } else {
        EXPECT_EQ(rows("SELECT comment FROM duckdb_tables() WHERE comment IS NOT NULL"), Rows{"it's described"});
    }
}

INSTANTIATE_TEST_SUITE_P(Engines, Tasks, ::testing::Values("duckdb", "postgres"), name_of);

}  // namespace
}  // namespace towline::testing_engines
