#include "inspect/oracle.h"

#include <gtest/gtest.h>

#include "json/json.h"
#include "project/loader.h"

namespace towline::inspect {
namespace {

TEST(Oracle, TeaShopHasEveryKindAndRendersWithoutErrors) {
    const project::DiskFileSystem files;
    project::LoadOptions options;
    options.paths = {TOWLINE_SOURCE_DIR "/examples/tea_shop"};
    auto loaded = project::NativeProjectSource(files).load(options);
    ASSERT_TRUE(loaded) << to_text(loaded.error().faults.at(0));
    EXPECT_GE(loaded->nodes.size(), 20u);
    const auto text = oracle_json(*loaded);
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(text->find("\"error\""), std::string::npos);
    const auto document = json::Document::parse(*text);
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root().sub("models").members().size(), 23u);
    EXPECT_EQ(document->root().sub("standalone_audits").members().size(), 1u);
    // Hashes that real SQLMesh gives for this project.
    const auto shops = document->root().sub("models").sub(R"("tea_shop"."pantry"."shops")");
    EXPECT_EQ(shops.str("data_hash"), "3050752270");
    EXPECT_EQ(shops.str("table"), "tea_shop.sqlmesh__pantry.pantry__shops__606046180");
    const auto orders = document->root().sub("models").sub(R"("tea_shop"."core"."orders")");
    EXPECT_EQ(orders.str("parent_data_hash"), "255847972");
    EXPECT_EQ(orders.str("identifier"), "2282063959");
}

}  // namespace
}  // namespace towline::inspect
