#include "plan/fingerprint.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "plan/changes.h"
#include "plan/naming.h"
#include "plan/python_text.h"
#include "support/plan_builders.h"

// Every number here was computed by SQLMesh.

namespace towline::plan {
namespace {
using model::KindName;
using model::Node;
using model::Value;

Node bare(std::string_view name, KindName kind, std::string query) {
    Node node = test::node(name, kind, {}, std::move(query));
    node.start.reset();
    return node;
}

Node reference_model() {
    Node node = bare("db.a", KindName::full, "SELECT 1 AS x /* c */, 'q' AS y");
    node.owner = "jen";
    node.tags = {"t2", "t1"};
    node.grains = {"x"};
    node.column_descriptions = {{"x", "c"}};
    node.audits = {{"not_null", {{"columns", "(x)"}}}};
    return node;
}

TEST(Fingerprints, ReferenceModel) {
    const Node node = reference_model();
    EXPECT_EQ(join(*data_hash_values(node), ";"),
              "[];FULL;;;0;;sqlmesh__db;;;day;;full;{};SELECT 1 AS x /* c */, 'q' AS y");
    const auto prints = fingerprints({{node.fqn, node}});
    ASSERT_TRUE(prints) << prints.error().message;
    const model::Fingerprint& print = prints->at(node.fqn);
    EXPECT_EQ(print.data_hash, "485938333");
    EXPECT_EQ(print.metadata_hash, "475888856") << join(*metadata_hash_values(node), ";");
    EXPECT_EQ(print.to_version(), "1070574910");
    EXPECT_EQ(print.to_identifier(), "2109227313");
    EXPECT_TRUE(*matches(node, print));
    Node other = node;
    other.query += " ";
    EXPECT_FALSE(*matches(other, print));
}

TEST(Fingerprints, ParentsEnter) {
    const Node node = reference_model();
    Node child = test::node("db.b", KindName::full, {"db.a"});
    child.depends_on.push_back(test::fqn("raw.unknown"));
    const auto prints = fingerprints({{node.fqn, node}, {child.fqn, child}});
    EXPECT_EQ(prints->at(child.fqn).parent_data_hash, "2652949227");
    EXPECT_EQ(prints->at(child.fqn).parent_metadata_hash, "3731130302");
}

TEST(Fingerprints, CirclesAreNamed) {
    const Node a = test::node("db.a", KindName::full, {"db.b"});
    const Node b = test::node("db.b", KindName::full, {"db.a"});
    const auto prints = fingerprints({{a.fqn, a}, {b.fqn, b}});
    ASSERT_FALSE(prints);
    EXPECT_NE(prints.error().message.find("db.a <- db.b <- db.a"), std::string::npos) << prints.error().message;
}

TEST(FirstVersions, OfForwardOnlyModelsIgnoreTheQuery) {
    const auto version = [](Node node) {
        model::Snapshot snapshot;
        snapshot.name = node.fqn;
        const auto prints = fingerprints({{node.fqn, node}});
        EXPECT_TRUE(prints) << prints.error().message;
        snapshot.fingerprint = prints->at(node.fqn);
        snapshot.node = std::move(node);
        EXPECT_TRUE(categorize_as(snapshot, model::ChangeCategory::breaking, false));
        return snapshot.version;
    };
    Node range = bare("db.f", KindName::incremental_by_time_range, "SELECT 1");
    range.kind.forward_only = true;
    EXPECT_EQ(version(range), "2263663133");
    EXPECT_EQ(version(bare("db.f", KindName::incremental_unmanaged, "SELECT 1")), "744155160");
    Node scd = bare("db.f", KindName::scd_type_2_by_time, "SELECT 1");
    scd.kind.unique_key = {"\"id\""};
    scd.kind.valid_from_name = "\"valid_from\"";
    scd.kind.valid_to_name = "\"valid_to\"";
    scd.kind.updated_at_name = "\"updated_at\"";
    scd.kind.time_data_type = "TIMESTAMP";
    scd.kind.forward_only = true;
    EXPECT_EQ(version(scd), "4088088485");
    EXPECT_EQ(version(bare("db.v", KindName::view, "SELECT 1 AS x")), "2543047697");
    Node plain = bare("tbl", KindName::full, "SELECT 1 AS x");
    plain.physical_schema = "sqlmesh__default";
    EXPECT_EQ(version(plain), "3543674131");
}

TEST(KindValues, ExpressionsAreCanonical) {
    Node node = bare("db.k", KindName::incremental_by_unique_key, "SELECT 1");
    node.kind.unique_key = {"\"id\"", "COALESCE(\"b\", 0)"};
    EXPECT_EQ(join(*kind_data_values(node), "|"), "INCREMENTAL_BY_UNIQUE_KEY|duckdb||\"id\"|COALESCE(\"b\",0)||");
}

TEST(PythonText, LooksLikeRepr) {
    EXPECT_EQ(python_repr(std::string_view("it's")), "\"it's\"");
    EXPECT_EQ(python_repr(std::string_view("a'b\"c\\\n\x01")), R"('a\'b"c\\\n\x01')");
    const model::Variables variables{{"z", Value::of_boolean(true)},
                                     {"a", Value::of_integer("5")},
                                     {"n", {}},
                                     {"f", {Value::Type::real, false, "1.50", {}, {}}},
                                     {"s", Value::of_sql("x")}};
    EXPECT_EQ(python_repr(variables), "{'a': 5, 'f': 1.5, 'n': None, 's': SqlValue(sql='x'), 'z': True}");
    Node node = bare("db.a", KindName::full, "SELECT @cfg");
    node.variables = {{"cfg", Value::of_integer("5")}};
    EXPECT_EQ(data_hash_values(node)->front(), "[('__sqlmesh__vars__', Executable<payload: {'cfg': 5}, kind: value>)]");
}

}  // namespace
}  // namespace towline::plan
