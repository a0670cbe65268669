// Queries beside the reference's, one line each, for test_edits.py and test_shapes.py:
//   DIALECT SCHEMA BEFORE AFTER   `metadata`, `added` or `other`; SCHEMA is FQN=NAME:TYPE;… with `|` between tables
//   DIALECT SCHEMA QUERY          the query as `render` prints it, flat
// Fields are separated by tabs. An answer that begins with `!` is an error.
#include <cstdio>

#include "base/strings.h"
#include "plan/changes.h"
#include "project/render_layout.h"
#include "support/plan_builders.h"

namespace towline {
namespace {

/// A FULL model that reads the tables of a schema.
model::Node reader(const std::string& dialect, const std::string& schema, const std::string& query) {
    model::Node node = test::node("db.m", model::KindName::full, {}, query);
    node.dialect = node.kind.dialect = dialect;
    node.default_catalog = "c";
    node.fqn = R"("c"."db"."m")";
    for (const std::string& table : split(schema, "|")) {
        const std::size_t sign = table.find('=');
        if (sign == std::string::npos) continue;
        for (const std::string& column : split(table.substr(sign + 1), ";")) {
            const std::size_t colon = column.find(':');
            node.mapping_schema[table.substr(0, sign)].push_back({column.substr(0, colon), column.substr(colon + 1)});
        }
    }
    return node;
}

std::string printed(const std::vector<std::string>& in) {
    const auto said = project::render_laid_out(reader(in[0], in[1], in[2]), {}, {.pretty = false});
    return said ? *said : "! " + said.error().message;
}

std::string_view change(const std::vector<std::string>& in) {
    const model::Node before = reader(in[0], in[1], in[2]);
    const model::Node after = reader(in[0], in[1], in[3]);
    if (plan::is_metadata_only_change(after, before)) return "metadata";
    return plan::is_only_additions(after, before) ? "added" : "other";
}

int run() {
    constexpr std::size_t kLineMax = 64 * 1024;
    std::vector<char> buffer(kLineMax);
    while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), stdin)) {
        std::string line(buffer.data());
        while (!line.empty() && line.back() == '\n') line.pop_back();
        const std::vector<std::string> in = split(line, "\t");
        const std::string said = in.size() == 3   ? printed(in)
                                 : in.size() == 4 ? std::string(change(in))
                                                  : "! three or four fields";
        std::fprintf(stdout, "%s\n", replace_all(said, "\n", " ").c_str());
    }
    return 0;
}

}  // namespace
}  // namespace towline

int main() { return towline::run(); }
