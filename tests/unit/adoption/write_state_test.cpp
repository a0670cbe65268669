#include <gtest/gtest.h>

#include "adoption/sqlmesh_node.h"
#include "adoption/sqlmesh_state.h"
#include "model/codec.h"
#include "support/plan_builders.h"

namespace towline::adoption {
namespace {

using model::KindName;

/// The node as SQLMesh would store it, read again.
model::Node returned(const model::Node& node) {
    const auto text = node_to_sqlmesh(node);
    EXPECT_TRUE(text) << (text ? "" : text.error().message);
    const auto document = json::Document::parse(text ? *text : "{}");
    auto back = node_from_sqlmesh(document->root(), node.fqn);
    EXPECT_TRUE(back) << (back ? "" : back.error().message);
    return back ? *back : model::Node{};
}

std::vector<std::string> hashes(const model::Node& node) {
    return {model::hash_parts(*plan::data_hash_values(node)), model::hash_parts(*plan::metadata_hash_values(node))};
}

TEST(WriteState, AnyNodeComesBackWithItsHashes) {
    std::vector<model::Node> nodes;
    for (const KindName kind : {KindName::full, KindName::view, KindName::embedded, KindName::incremental_by_time_range,
                                KindName::incremental_by_partition, KindName::incremental_unmanaged})
        nodes.push_back(test::node("db.a", kind, {"db.b"}));
    model::Node rich = test::node("db.a", KindName::full, {"db.b"}, "SELECT @n AS x FROM db.b");
    rich.owner = "ann";
    rich.description = "it's ours";
    rich.tags = {"b", "a"};
    rich.physical_properties = {{"a", "1"}, {"with.dot", "'x'"}};
    rich.session_properties = model::Properties{{"s", "1"}};
    rich.physical_schema = "elsewhere";
    rich.variables = {{"n", model::Value::of_integer("3")}};
    rich.metadata_variables = {{"m", model::Value::of_string("it's")}};
    rich.audits = {{"not_null", {{"columns", "(x)"}}}, {"own", {}}};
    model::AuditDefinition own{"own", "duckdb", false, true, false, {{"d", "1"}}, {}, "SELECT 1 FROM @this_model"};
    rich.audit_definitions["own"] = own;
    rich.pre_statements = {"SET x = 1"};
    rich.mapping_schema[test::fqn("db.b")] = {{"x", "INT"}};
    nodes.push_back(rich);
    model::Node seed = test::node("db.s", KindName::seed);
    seed.source_type = model::SourceType::seed;
    seed.query.clear();
    seed.kind.dialect.clear();
    seed.kind.batch_size = 1000;
    seed.kind.seed_path = "../seeds/s.csv";
    seed.kind.csv_settings = {{"delimiter", ";"}, {"na_values", "['none', 'nil']"}, {"keep_default_na", "False"}};
    seed.columns = seed.columns_to_types = model::Columns{{"x", "INT"}};
    seed.seed.column_hashes = {{"x", "123"}};
    nodes.push_back(seed);
    for (const model::Node& node : nodes) {
        SCOPED_TRACE(model::to_json(node));
        const model::Node back = returned(node);
        EXPECT_EQ(hashes(back), hashes(node)) << model::to_json(back);
        EXPECT_EQ(back.depends_on, node.depends_on);
    }
}

TEST(WriteState, NothingThatSqlmeshDoesNotKnow) {
    State state;
    state.snapshots = {test::snapshot(test::node("db.a", KindName::incremental_unmanaged))};
    const auto text = write_state(state, {"2024-01-10 12:00:00+00:00", true});
    ASSERT_TRUE(text);
    EXPECT_EQ(text->find("towline"), std::string::npos);
    EXPECT_EQ(text->find("null"), std::string::npos);
    const auto document = json::Document::parse(*text);
    const json::Reader kind = document->root().list("snapshots").at(0).sub("node").sub("kind");
    EXPECT_FALSE(kind.has("dialect")) << "that kind has none";
}

}  // namespace
}  // namespace towline::adoption
