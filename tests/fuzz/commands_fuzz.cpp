// Fuzzes what commands of the CLI read beside a project: a state of SQLMesh to import, selections of models, files of
// unit tests, `.env` files of a project. The first byte picks the reader.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "adoption/sqlmesh_state.h"
#include "json/json.h"
#include "model_tests/test_case.h"
#include "model_tests/test_file.h"
#include "plan/selector.h"
#include "project/env_file.h"
#include "project/loader.h"

namespace {

using namespace towline;

/// Three models, one of which reads the others.
const project::Project& sample() {
    static const project::Project kProject = [] {
        const project::MemoryFileSystem files(
            {{"config.yaml", "gateways: {local: {connection: {type: duckdb}}}\nmodel_defaults: {dialect: duckdb}\n"},
             {"models/a.sql", "MODEL (name shop.a, kind FULL, tags (x)); SELECT 1 AS id, DATE '2024-01-01' AS ds"},
             {"models/b.sql", "MODEL (name shop.b, kind VIEW, tags (y)); SELECT id FROM shop.a"},
             {"models/c.sql", "MODEL (name shop.c, kind FULL); SELECT a.id FROM shop.a AS a JOIN shop.b USING (id)"}});
        project::LoadOptions options;
        options.paths = {"."};
        auto loaded = project::NativeProjectSource(files).load(options);
        if (!loaded) std::abort();
        return std::move(*loaded);
    }();
    return kProject;
}

void state(const std::string& text) {
    const auto document = json::Document::parse(text);
    if (!document) return;
    const auto local = adoption::local_project(sample());
    if (!local) std::abort();
    const auto read = adoption::read_state(document->root(), *local);
    if (read) (void)adoption::write_state(read->state, {"2024-01-10 12:00:00+00:00", true});
}

void selection(const std::string& text) {
    const auto chosen = plan::select_models(sample().nodes, {text});
    if (!chosen) return;
    for (const std::string& fqn : *chosen)
        if (!sample().nodes.contains(fqn)) std::abort();
}

void unit_tests(const std::string& text) {
    const project::MemoryFileSystem files({{"/p/tests/test_a.yaml", text}, {"/p/tests/rows.csv", "id\n1\n"}});
    const auto entries = model_tests::find_tests(files, {"/p", {}, {{"v", model::Value::of_string("1")}}, {}}, {});
    if (!entries) return;
    for (const model_tests::TestEntry& entry : *entries)
        (void)model_tests::read_case(entry, {sample(), files, "memory"});
}

void env_file(const std::string& text) {
    const project::Variables outer{{"A", "outer"}, {"B", "${A}"}};
    const auto values = project::with_env_text(text, outer);
    if (values && values->size() > text.size() + outer.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(data + 1, data + size);
    switch (data[0] % 4) {
        case 0:
            state(text);
            break;
        case 1:
            selection(text);
            break;
        case 2:
            unit_tests(text);
            break;
        default:
            env_file(text);
    }
    return 0;
}
