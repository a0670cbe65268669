#include "project/render.h"
#include "sql/macros.h"
namespace towline::sql {
bool is_definition(std::string_view, Dialect) { return false; }
}
namespace towline::project {
Result<std::string> render_query(const model::Node& n, const RenderContext&) { return n.query; }
Result<std::vector<std::string>> render_statements(const model::Node& node, StatementSet set, const RenderContext&) {
    return set == StatementSet::pre ? node.pre_statements : node.post_statements; }
}
