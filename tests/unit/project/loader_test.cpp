#include "project/loader.h"

#include <gtest/gtest.h>

#include "project/python_names.h"
#include "unit/project/sample.h"

namespace towline::project {
namespace {

tl::expected<Project, LoadFailure> loaded(const sample::Files& files, std::vector<std::string> paths, bool partial) {
    const MemoryFileSystem memory(files);
    LoadOptions options;
    options.paths = std::move(paths);
    options.partial = partial;
    return NativeProjectSource(memory).load(options);
}

sample::Files with_python() {
    auto files = sample::files();
    files["models/p.py"] = "from sqlmesh import model\n\n@model(\n    \"db.p\",\n    kind=\"FULL\")\ndef f(): pass\n";
    files["models/c.sql"] = "MODEL (name db.c);\nSELECT x FROM db.p\n";
    files["models/d.sql"] = "MODEL (name db.d);\nSELECT @own(1) AS x\n";
    files["models/e.sql"] = "MODEL (name db.e);\nSELECT x FROM db.d\n";
    return files;
}

TEST(Loader, SaysHowMuchLoadsWithoutPython) {
    const auto failed = loaded(with_python(), {""}, false);
    ASSERT_FALSE(failed);
    EXPECT_EQ(to_text(failed.error().share),
              "2 of 6 models need Python: db.p, db.d; 4 load without them, 2 of them read from what is left out.");
    EXPECT_EQ(failed.error().faults.size(), 2u);
}

TEST(Loader, LeavesOutWhatIsFaultyOnRequest) {
    auto files = with_python();
    files["models/f.sql"] = "MODEL (name db.f, kid FULL);\nSELECT 1 AS x\n";
    const auto project = loaded(files, {""}, true);
    ASSERT_TRUE(project);
    EXPECT_EQ(project->nodes.size(), 4u);
    EXPECT_EQ(project->incomplete, (std::set<std::string>{R"("shop"."db"."c")", R"("shop"."db"."e")"}));
    EXPECT_EQ(project->warnings.size(), 3u);
    EXPECT_EQ(to_text(project->share),
              "2 of 7 models need Python: db.p, db.d; 1 of 7 models has faults: db.f; 4 load without them, 2 of "
              "them read from what is left out.");
}

TEST(Loader, NothingIsSaidOfAWholeProject) {
    const auto project = loaded(sample::files(), {""}, false);
    ASSERT_TRUE(project);
    EXPECT_EQ(to_text(project->share), "");
    EXPECT_EQ(project->share.loaded, 2u);
}

TEST(Loader, ReadsSeveralFoldersAsOneProject) {
    sample::Files files;
    for (const auto& [path, text] : sample::files()) files["one/" + path] = text;
    files["two/config.yaml"] =
        "project: second\nmodel_defaults:\n  dialect: duckdb\n  owner: ann\nvariables:\n  limit_of: 7\n"
        "gateways: {other: {connection: {type: duckdb, database: elsewhere.db}}}\n";
    files["two/models/c.sql"] = "MODEL (name db.c);\nSELECT id, @limit_of AS n FROM db.b\n";
    const auto project = loaded(files, {"one", "two"}, false);
    ASSERT_TRUE(project) << to_text(project.error().faults.at(0));
    EXPECT_EQ(project->nodes.size(), 3u);
    const model::Node& node = project->nodes.at(R"("shop"."db"."c")");
    EXPECT_EQ(node.project, "second");
    EXPECT_EQ(node.owner, "ann");
    EXPECT_EQ(node.depends_on, (std::vector<std::string>{R"("shop"."db"."b")"}));
    ASSERT_EQ(node.variables.size(), 1u);
    EXPECT_EQ(node.variables[0].second.text, "7");
}

TEST(Loader, FaultsOfSeveralFoldersNameTheFolder) {
    sample::Files files;
    for (const char* root : {"one/", "two/"})
        for (const auto& [path, text] : sample::files()) files[root + path] = text;
    const auto both =
        loaded(files, {"one", "two"}, false);  // a later folder's model takes the place of an earlier one's
    ASSERT_TRUE(both);
    EXPECT_EQ(both->nodes.size(), loaded(files, {"one"}, false)->nodes.size());
    files["two/models/a.sql"] = "MODEL (name db.a, colour red);\nSELECT 1 AS id";
    const auto failed = loaded(files, {"one", "two"}, false);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().faults[0].path, "two/models/a.sql");
}

TEST(Loader, AnotherDialectIsLoadedButMarked) {
    const auto project =
        loaded(sample::with("models/c.sql", "MODEL (name db.c, dialect snowflake);\nSELECT 1 AS x"), {""}, false);
    ASSERT_TRUE(project);
    ASSERT_EQ(project->untranslated.size(), 1u);
    EXPECT_EQ(project->untranslated[0].path, "models/c.sql");
    EXPECT_NE(project->untranslated[0].message.find("its engine speaks 'duckdb'"), std::string::npos);
}

TEST(Loader, ATextAsTimeColumnIsLoadedButMarked) {
    const auto project = loaded(sample::with("models/c.sql",
                                             "MODEL (name db.c, kind INCREMENTAL_BY_TIME_RANGE (time_column 'ds'));\n"
                                             "SELECT DATE '2024-01-01' AS ds"),
                                {""}, false);
    ASSERT_TRUE(project);
    ASSERT_EQ(project->untranslated.size(), 1u);
    EXPECT_NE(project->untranslated[0].message.find("The time column 'ds' is a text"), std::string::npos);
}

TEST(Loader, AStandaloneAuditOfThisModelIsLoadedButMarked) {
    const auto project = loaded(
        sample::with("audits/x.sql", "AUDIT (name x, standalone true);\nSELECT * FROM @this_model WHERE id > 1;"), {""},
        false);
    ASSERT_TRUE(project);
    ASSERT_EQ(project->untranslated.size(), 1u);
    EXPECT_EQ(project->untranslated[0].message, "Macro variable 'this_model' is undefined.");
}

TEST(Loader, LineEndsAreNewlines) {
    const auto project =
        loaded(sample::with("models/c.sql", "MODEL (name db.c);\r\nSELECT\r\n  1 AS x\r\n"), {""}, false);
    ASSERT_TRUE(project);
    EXPECT_EQ(project->nodes.at(R"("shop"."db"."c")").query, "SELECT\n  1 AS x");
}

/// Enough models in layers that many are read and typed at once, some of them faulty.
sample::Files many() {
    auto files = sample::files();
    for (int i = 0; i < 300; ++i) {
        const std::string name = "m" + std::to_string(i);
        const std::string parent = i < 100 ? "db.a" : "db.m" + std::to_string(i - 100);
        std::string select = "SELECT id, word || '" + name + "' AS word FROM " + parent;
        if (i % 97 == 5) select = "SELECT id, FROM FROM " + parent;
        if (i % 101 == 7) select += " WHERE @own(1)";
        if (i == 250) select = "SELECT id, word FROM db.m251 UNION ALL SELECT id, word FROM db.m249";
        if (i == 251) select = "SELECT id, word FROM db.m250";
        files["models/" + name + ".sql"] = "MODEL (name db." + name + ", kind FULL);\n" + select + "\n";
    }
    return files;
}

TEST(Loader, WhoIsFirstOfManyChangesNothing) {
    const auto first = loaded(many(), {""}, true);
    ASSERT_TRUE(first);
    EXPECT_EQ(to_text(first->share).substr(0, 29), "3 of 302 models need Python: ");
    const model::Node& deep = first->nodes.at(R"("shop"."db"."m240")");
    ASSERT_TRUE(deep.columns_to_types);
    EXPECT_EQ(deep.columns_to_types->front().type, "INT");
    for (int again = 0; again < 2; ++again) {
        const auto project = loaded(many(), {""}, true);
        ASSERT_TRUE(project);
        EXPECT_EQ(to_text(project->share), to_text(first->share));
        ASSERT_EQ(project->warnings.size(), first->warnings.size());
        for (std::size_t i = 0; i < first->warnings.size(); ++i)
            EXPECT_EQ(to_text(project->warnings[i]), to_text(first->warnings[i]));
        ASSERT_EQ(project->nodes.size(), first->nodes.size());
        for (const auto& [fqn, node] : first->nodes) {
            EXPECT_EQ(project->nodes.at(fqn).columns_to_types, node.columns_to_types) << fqn;
            EXPECT_EQ(project->nodes.at(fqn).depends_on, node.depends_on) << fqn;
        }
    }
}

TEST(PythonNames, AreReadFromTheDecorator) {
    using Names = std::vector<std::optional<std::string>>;
    EXPECT_EQ(python_model_names("@model('a.b')\ndef f(): pass\n"), (Names{"a.b"}));
    EXPECT_EQ(python_model_names("@model(\n  name=\"a.b\",\n)\n"), (Names{"a.b"}));
    EXPECT_EQ(python_model_names("@model(f'{x}.b')\n@model('@{x}.b')\n"), (Names{std::nullopt, std::nullopt}));
    EXPECT_EQ(python_model_names("# nothing\n"), Names{});
}

}  // namespace
}  // namespace towline::project
