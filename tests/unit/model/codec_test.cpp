#include "model/codec.h"

#include <gtest/gtest.h>

namespace towline::model {
namespace {

template <class T, class Read>
void expect_round_trip(const T& value, const std::string& text, Read read) {
    auto document = json::Document::parse(text);
    ASSERT_TRUE(document) << text;
    auto back = read(document->root());
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_TRUE(*back == value) << text;
}

Value list_of(std::vector<Value> items) { return {Value::Type::list, false, {}, std::move(items), {}}; }
Value map_of(std::string name, Value value) {
    return {Value::Type::map, false, {}, {}, {{std::move(name), std::move(value)}}};
}

TEST(ValueCodec, KeepsTypesAndDigits) {
    const std::vector<Value> values = {
        {},
        Value::of_boolean(true),
        Value::of_integer("-12"),
        Value::of_integer("123456789012345678901234567890"),
        Value::of_integer("007"),
        {Value::Type::real, false, "1.50", {}, {}},
        Value::of_string("it's \"here\"\n"),
        Value::of_sql("a + 1"),
        list_of({Value::of_integer("1"), list_of({}), Value::of_string("")}),
        map_of("k", Value::of_sql("x")),
        map_of("$sql", Value::of_string("a map, not SQL")),
    };
    for (const Value& value : values) expect_round_trip(value, to_json(value), value_from_json);
}

Node full_node() {
    Node n;
    n.fqn = R"("memory"."db"."a")";
    n.name = "db.a";
    n.project = "p";
    n.dialect = "duckdb";
    n.default_catalog = "memory";
    n.kind.name = KindName::incremental_by_time_range;
    n.kind.time_column = TimeColumn{"\"ds\"", "%Y-%m-%d"};
    n.kind.batch_size = 30;
    n.kind.lookback = 2;
    n.kind.dialect = "duckdb";
    n.owner = "jen";
    n.description = "d";
    n.start = "2024-01-01";
    n.cron_tz = "Europe/Berlin";
    n.interval_unit = "day";
    n.tags = {"t2", "t1"};
    n.grains = {"x"};
    n.depends_on = {R"("memory"."db"."b")"};
    n.columns = Columns{{"z", "INT"}, {"a", "TEXT"}};
    n.columns_to_types = Columns{{"z", "INT"}, {"a", "TEXT"}};
    n.column_descriptions = {{"z", "last"}};
    n.partitioned_by = {"\"ds\"", "\"region\""};
    n.physical_properties = {{"b", "1"}, {"a", "'x'"}};
    n.session_properties = Properties{};
    n.physical_schema = "sqlmesh__db";
    n.audits = {{"not_null", {{"columns", "(x)"}}}};
    n.signals = {{"ready", {}}};
    n.audit_definitions["own"] = {"own", "duckdb", false, false, false, {{"limit", "1"}}, {"@DEF(x, 1)"}, "SELECT 1"};
    n.variables = {{"v", Value::of_integer("1")}};
    n.jinja_macros = {{"m", "{% macro m() %}{% endmacro %}"}};
    n.mapping_schema = {{R"("memory"."db"."b")", {{"y", "INT"}, {"x", ""}}}, {R"("memory"."raw"."c.d")", {}}};
    n.pre_statements = {"SET x = 1"};
    n.on_virtual_update = {"GRANT SELECT"};
    n.query = "SELECT 1 AS x /* ü */";
    n.path = "models/a.sql";
    return n;
}

TEST(NodeCodec, RoundTripsEveryField) {
    const Node n = full_node();
    expect_round_trip(n, to_json(n), node_from_json);

    Node seed;
    seed.source_type = SourceType::seed;
    seed.fqn = seed.name = "s";
    seed.interval_unit = "day";
    seed.kind.name = KindName::seed;
    seed.kind.seed_path = "seeds/s.csv";
    seed.kind.batch_size = 1000;
    seed.kind.csv_settings = {{"delimiter", ";"}};
    seed.seed = {"id\n1\n", {{"id", "123"}}, {{"id", "BIGINT"}}};
    expect_round_trip(seed, to_json(seed), node_from_json);

    Node audit;
    audit.source_type = SourceType::audit;
    audit.fqn = audit.name = "assert_x";
    audit.interval_unit = "day";
    audit.pre_statements = {"@DEF(y, 2)"};
    audit.query = "SELECT 1";
    audit.skip = true;
    expect_round_trip(audit, to_json(audit), node_from_json);
}

TEST(NodeCodec, KindsKeepTheirProperties) {
    Kind scd;
    scd.name = KindName::scd_type_2_by_column;
    scd.unique_key = {"\"id\""};
    scd.valid_from_name = "\"valid_from\"";
    scd.valid_to_name = "\"valid_to\"";
    scd.time_data_type = "TIMESTAMP";
    scd.scd_columns = {"*"};
    scd.forward_only = scd.disable_restatement = true;
    Kind unmanaged;
    unmanaged.name = KindName::incremental_unmanaged;
    unmanaged.insert_overwrite = true;
    unmanaged.on_destructive_change = "WARN";
    Kind merge;
    merge.name = KindName::incremental_by_unique_key;
    merge.unique_key = {"COALESCE(\"a\", 0)"};
    merge.when_matched = "WHEN MATCHED THEN UPDATE SET a = 1";
    merge.merge_filter = "a > 1";
    merge.batch_concurrency = 1;
    for (const Kind& kind : {Kind{}, scd, unmanaged, merge}) {
        Node n;
        n.fqn = n.name = "x";
        n.interval_unit = "hour";
        n.kind = kind;
        expect_round_trip(n, to_json(n), node_from_json);
    }
}

TEST(NodeCodec, UsesSqlmeshNames) {
    const std::string text = to_json(full_node());
    for (const char* part :
         {R"_("kind":{"name":"INCREMENTAL_BY_TIME_RANGE","time_column":{"column":"\"ds\"","format":"%Y-%m-%d"})_",
          R"_("query":{"sql":"SELECT 1 AS x /* ü */"})_", R"_("audits":[["not_null",{"columns":"(x)"}]])_",
          R"_("partitioned_by":["\"region\""])_", R"({"\"memory\"":{"\"db\"":{"\"b\"":{"y":"INT","x":""}})"})
        EXPECT_NE(text.find(part), std::string::npos) << part << "\nin " << text;
}

Snapshot full_snapshot() {
    Snapshot s;
    s.node = full_node();
    s.name = s.node.fqn;
    s.fingerprint = {"1", "2", "3", "4"};
    s.parents = {{"b", "9"}};
    s.previous_versions.push_back(
        {{"5", "6", "0", "0"}, "11", "12", ChangeCategory::breaking, "sqlmesh__db", "dev", "table_only", "full"});
    s.version = "21";
    s.dev_version = "22";
    s.change_category = ChangeCategory::indirect_non_breaking;
    s.effective_from = "2024-01-05";
    s.created_ts = 1700000000123;
    return s;
}

TEST(SnapshotCodec, StateIsWrittenOnlyOnRequest) {
    Snapshot s = full_snapshot();
    expect_round_trip(s, to_json(s, false), snapshot_from_json);
    s.forward_only = true;
    s.intervals = {{0, 5}, {7, 9}};
    s.dev_intervals = {{1, 2}};
    s.pending_restatement_intervals = {{3, 4}};
    s.updated_ts = 7;
    s.unpaused_ts = 8;
    s.unrestorable = true;
    s.next_auto_restatement_ts = 99;
    expect_round_trip(s, to_json(s, true), snapshot_from_json);
    EXPECT_EQ(to_json(s, false), to_json(full_snapshot(), false));
}

TEST(SnapshotCodec, EnvironmentsAndTheirParts) {
    Environment e;
    e.naming = {"dev", SuffixTarget::table, "cat", false, true};
    e.snapshots = {table_info(full_snapshot())};
    e.start_at = "2024-01-01";
    e.plan_id = "p1";
    e.previous_plan_id = "p0";
    e.expiration_ts = 5;
    e.finalized_ts = 6;
    e.promoted_snapshot_ids = std::vector<SnapshotId>{{"a", "1"}};
    e.previous_finalized_snapshots = std::vector<TableInfo>{};
    e.requirements = {{"pandas", "2"}};
    expect_round_trip(e, to_json(e), environment_from_json);
    expect_round_trip(Environment{}, to_json(Environment{}), environment_from_json);

    const EnvironmentStatements s{"p", {"a"}, {"b"}, {{"v", Value::of_boolean(false)}}, "duckdb"};
    expect_round_trip(s, to_json(s), environment_statements_from_json);
    const SnapshotId id{"a", "1"};
    expect_round_trip(id, to_json(id), snapshot_id_from_json);
    const Intervals ranges{{1, 2}, {5, 8}};
    EXPECT_EQ(to_json(ranges), "[[1,2],[5,8]]");
    expect_round_trip(ranges, to_json(ranges), intervals_from_json);
}

TEST(SnapshotCodec, SaysWhatIsWrong) {
    const std::pair<const char*, const char*> cases[] = {
        {R"({"name":"x"})", "fingerprint"},
        {R"({"name":"x","fingerprint":{"data_hash":1}})", "data_hash"},
        {R"([])", "object"},
    };
    for (const auto& [text, part] : cases) {
        auto document = json::Document::parse(text);
        ASSERT_TRUE(document);
        const auto snapshot = snapshot_from_json(document->root());
        ASSERT_FALSE(snapshot);
        EXPECT_NE(snapshot.error().message.find(part), std::string::npos) << snapshot.error().message;
    }
    auto document = json::Document::parse("[[1,2,3]]");
    EXPECT_FALSE(intervals_from_json(document->root()));
}

TEST(Fingerprint, HashVectors) {
    EXPECT_EQ(hash_parts({}), "0");
    EXPECT_EQ((Fingerprint{"111", "222", "0", "0"}).to_version(), "758557148");
    EXPECT_EQ((Fingerprint{"111", "222", "0", "0"}).to_identifier(), "1346038547");
}

}  // namespace
}  // namespace towline::model
