#include <gtest/gtest.h>

#include "adoption/sqlmesh_state.h"
#include "base/strings.h"

namespace towline::adoption {
namespace {

// As `sqlmesh state export` of 0.236 wrote it, shortened to one model.
constexpr std::string_view kState = R"json({
 "metadata": {"timestamp": "2024-01-10 12:30:00+00:00", "file_version": 1, "importable": true},
 "versions": {"schema_version": 102, "sqlglot_version": "30.8.0", "sqlmesh_version": "0.236.4"},
 "snapshots": [{
  "name": "\"shop\".\"shop\".\"child\"", "dev_version": "2", "change_category": 1,
  "fingerprint": {"data_hash": "1", "metadata_hash": "2", "parent_data_hash": "3", "parent_metadata_hash": "4"},
  "previous_versions": [], "dev_table_suffix": "dev", "table_naming_convention": "schema_and_table",
   "forward_only": true,
  "node": {"name": "shop.child", "project": "", "start": "2024-01-01", "cron": "@hourly", "tags": [],
   "dialect": "duckdb",
   "kind": {"name": "INCREMENTAL_BY_TIME_RANGE", "on_destructive_change": "ERROR", "on_additive_change": "ALLOW",
    "dialect": "duckdb",
    "forward_only": false, "disable_restatement": false, "time_column": {"column": "\"ds\"", "format": "%Y-%m-%d"},
     "partition_by_time_column": true},
   "partitioned_by": ["\"region\""], "clustered_by": [], "default_catalog": "shop", "audits": [["not_null",
    {"columns": "(id)"}]],
   "grains": [], "references": [], "physical_properties": "(a = 1, b = 'x')", "allow_partials": false,
    "signals": [], "enabled": true,
   "python_env": {"__sqlmesh__vars__": {"payload": "{'n': 3}", "kind": "value"}},
   "jinja_macros": {"packages": {}, "root_macros": {}, "global_objs": {}}, "audit_definitions": {},
   "mapping_schema": {"\"shop\"": {"\"shop\"": {"\"base\"": {"id": "INT", "ds": "DATE", "region": "TEXT"}}}},
   "pre_statements": [], "post_statements": [], "on_virtual_update": [],
   "query": {"sql": "SELECT id, ds, region, @n AS n FROM shop.base WHERE ds BETWEEN @start_date AND @end_date"},
    "source_type": "sql"},
  "parents": [], "intervals": [[1000, 3600000]], "dev_intervals": [], "pending_restatement_intervals": [[1000, 2000]],
  "created_ts": 5, "updated_ts": 6, "ttl": "in 1 week", "version": "7", "unpaused_ts": 8, "migrated": false,
   "unrestorable": false}],
 "environments": {"dev": {"environment": {
   "name": "dev", "start_at": "2024-01-01", "plan_id": "p1", "expiration_ts": 99, "finalized_ts": 9,
    "suffix_target": "table",
   "catalog_name_override": "other", "normalize_name": true, "gateway_managed": false,
    "requirements": {"pandas": "1.0"},
   "previous_finalized_snapshots": [], "promoted_snapshot_ids": [{"name": "\"shop\".\"shop\".\"child\"",
    "identifier": "IDENTIFIER"}],
   "snapshots": [{"name": "\"shop\".\"shop\".\"child\"", "version": "7", "dev_version": "2", "change_category": 1,
     "fingerprint": {"data_hash": "1", "metadata_hash": "2", "parent_data_hash": "3", "parent_metadata_hash": "4"},
     "previous_versions": [], "parents": [], "physical_schema": "sqlmesh__shop",
      "kind_name": "INCREMENTAL_BY_TIME_RANGE",
     "node_type": "model", "forward_only": true}]},
  "statements": [{"before_all": ["SELECT @n"], "after_all": [],
   "python_env": {"__sqlmesh__vars__": {"payload": "{'n': 3}", "kind": "value"}}}]}}
})json";

Result<Reading> read(std::string_view from = "", std::string_view to = "", const std::vector<std::string>& only = {}) {
    std::string text(kState);
    if (!from.empty()) text = replace_all(text, from, to);
    auto document = json::Document::parse(text);
    if (!document) return fail(document.error());
    return read_state(document->root(), {}, only);
}

TEST(ReadState, EverythingOfASnapshotAndAnEnvironment) {
    const auto reading = read();
    ASSERT_TRUE(reading) << reading.error().message;
    EXPECT_EQ(reading->sqlmesh_version, "0.236.4");
    EXPECT_TRUE(reading->warnings.empty());
    // The hashes are invented, so the definition cannot be theirs.
    EXPECT_EQ(reading->unverified, (std::vector<std::string>{"\"shop\".\"shop\".\"child\""}));
    ASSERT_EQ(reading->state.snapshots.size(), 1U);
    const model::Snapshot& s = reading->state.snapshots[0];
    EXPECT_EQ(s.version, "7");
    EXPECT_EQ(s.dev_version, "2");
    EXPECT_TRUE(s.forward_only);
    EXPECT_EQ(s.intervals, (model::Intervals{{1000, 3600000}}));
    EXPECT_EQ(s.pending_restatement_intervals, (model::Intervals{{1000, 2000}}));
    EXPECT_EQ(s.unpaused_ts, 8);
    EXPECT_EQ(s.updated_ts, 6);
    const model::Node& node = s.node;
    EXPECT_EQ(node.fqn, s.name);
    EXPECT_EQ(node.interval_unit, "hour");
    EXPECT_EQ(node.physical_schema, "sqlmesh__shop");
    EXPECT_EQ(node.partitioned_by, (std::vector<std::string>{"\"ds\"", "\"region\""}));
    EXPECT_EQ(node.depends_on, (std::vector<std::string>{"\"shop\".\"shop\".\"base\""}));
    EXPECT_EQ(node.physical_properties, (model::Properties{{"a", "1"}, {"b", "'x'"}}));
    ASSERT_EQ(node.variables.size(), 1U);
    EXPECT_EQ(node.variables[0].second, model::Value::of_integer("3"));
    ASSERT_TRUE(node.columns_to_types);
    EXPECT_EQ(node.columns_to_types->size(), 4U);

    ASSERT_EQ(reading->state.environments.size(), 1U);
    const model::Environment& e = reading->state.environments[0].environment;
    EXPECT_EQ(e.naming.name, "dev");
    EXPECT_EQ(e.naming.suffix_target, model::SuffixTarget::table);
    EXPECT_EQ(e.naming.catalog_name_override, "other");
    EXPECT_EQ(e.expiration_ts, 99);
    EXPECT_EQ(e.finalized_ts, 9);
    EXPECT_EQ(e.requirements.at("pandas"), "1.0");
    ASSERT_TRUE(e.promoted_snapshot_ids);
    const auto& statements = reading->state.environments[0].statements;
    ASSERT_EQ(statements.size(), 1U);
    EXPECT_EQ(statements[0].before_all, (std::vector<std::string>{"SELECT @n"}));
    ASSERT_EQ(statements[0].variables.size(), 1U);
}

// A snapshot that no environment names any more: VERSION and so on are replaced by the test.
constexpr std::string_view kOld = R"json("snapshots": [{
  "name": "\"shop\".\"shop\".\"old\"", "dev_version": "2", CATEGORY
  "fingerprint": {"data_hash": "9", "metadata_hash": "9", "parent_data_hash": "0", "parent_metadata_hash": "0"},
  "previous_versions": [], "dev_table_suffix": "dev", "table_naming_convention": "schema_and_table",
  "forward_only": false,
  "node": {"name": "shop.old", "project": "", "cron": "@daily", "tags": [], "dialect": "duckdb",
   "kind": {"name": "FULL"}, "default_catalog": "shop", "audits": [], "grains": [], "references": [],
   "python_env": {}, "jinja_macros": {"packages": {}, "root_macros": {}, "global_objs": {}}, "mapping_schema": {},
   "pre_statements": [], "post_statements": [], "on_virtual_update": [], "query": {"sql": "SELECT 1 AS id"},
   "source_type": "sql"},
  "parents": [], "intervals": [[0, 86400000]], "dev_intervals": [], "pending_restatement_intervals": [],
  "created_ts": 5, "updated_ts": 6, "ttl": "in 1 week", "version": "8", "migrated": false, "unrestorable": false},
 {)json";

TEST(ReadState, WhatNoEnvironmentNamesIsTakenOverWithTheWholeStateOnly) {
    const std::string kept = replace_all(std::string(kOld), "CATEGORY", "\"change_category\": 1,");
    const auto whole = read("\"snapshots\": [{\n", kept);
    ASSERT_TRUE(whole) << whole.error().message;
    ASSERT_EQ(whole->state.snapshots.size(), 2U);
    EXPECT_EQ(whole->state.snapshots[0].version, "8");
    EXPECT_EQ(whole->state.snapshots[0].intervals, (model::Intervals{{0, 86400000}}));
    EXPECT_TRUE(whole->warnings.empty());
    // Of the definitions that could not be rebuilt only those that a plan would need are named.
    EXPECT_EQ(whole->unverified.size(), 1U);

    const auto one = read("\"snapshots\": [{\n", kept, {"dev"});
    ASSERT_TRUE(one) << one.error().message;
    EXPECT_EQ(one->state.snapshots.size(), 1U);

    const auto unfit = read("\"snapshots\": [{\n", replace_all(std::string(kOld), "CATEGORY", ""));
    ASSERT_TRUE(unfit) << unfit.error().message;
    EXPECT_EQ(unfit->state.snapshots.size(), 1U);
    ASSERT_EQ(unfit->warnings.size(), 1U);
    EXPECT_NE(unfit->warnings[0].find("\"old\""), std::string::npos) << unfit->warnings[0];
}

TEST(ReadState, AVersionThatMayHashDifferentlyIsSaid) {
    const auto reading = read("0.236.4", "0.230.1");
    ASSERT_TRUE(reading);
    ASSERT_EQ(reading->warnings.size(), 1U);
    EXPECT_NE(reading->warnings[0].find("0.230.1"), std::string::npos);
}

TEST(ReadState, WhatCannotBeTakenOverIsRefused) {
    struct Case {
        const char* from;
        const char* to;
        const char* says;
    };
    const Case cases[] = {
        {"\"importable\": true", "\"importable\": false", "not importable"},
        {"\"file_version\": 1", "\"file_version\": 2", "version is 2"},
        {"\"schema_version\": 102", "\"schema_version\": 90", "schema is version 90"},
        {"\"metadata\":", "\"other\":", "no state of SQLMesh"},
        {"\"source_type\": \"sql\"", "\"source_type\": \"python\"", "Python model"},
        {"\"__sqlmesh__vars__\": {\"payload\": \"{'n': 3}\", \"kind\": \"value\"}},\n   \"jinja",
         "\"my_macro\": {\"payload\": \"def my_macro(e): 1\", \"kind\": \"definition\"}},\n   \"jinja", "my_macro"},
        {"\"migrated\": false", "\"migrated\": true, \"base_table_name_override\": \"old\"", "earlier SQLMesh"},
        {"\"created_ts\": 5, \"updated_ts\": 6, \"ttl\": \"in 1 week\", \"version\": \"7\"", "\"created_ts\": 5",
         "not categorised"},
        {"\"snapshots\": [{\n", "\"snapshots\": [], \"none\": [{\n", "lacks the snapshot"},
        {"\"environments\": {\"dev\"", "\"environments\": {}, \"none\": {\"dev\"", "no environment"},
    };
    for (const Case& one : cases) {
        const auto reading = read(one.from, one.to);
        ASSERT_FALSE(reading) << one.says;
        EXPECT_NE(reading.error().message.find(one.says), std::string::npos) << reading.error().message;
    }
    const auto unknown = read("", "", {"prod"});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().message, "No such environment: prod");
}

}  // namespace
}  // namespace towline::adoption
