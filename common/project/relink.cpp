#include "project/relink.h"

#include <vector>

#include "inference/infer.h"
#include "project/graph.h"
#include "project/inference.h"

namespace towline::project {
namespace {

model::Columns columns_for(const model::Node& child, const model::Node& parent) {
    model::Columns columns = *parent.columns_to_types;
    const auto from = sql::dialect_from(parent.dialect).value_or(sql::Dialect::none);
    const auto to = sql::dialect_from(child.dialect).value_or(sql::Dialect::none);
    for (model::Column& column : columns) column.type = inference::type_for(column.type, from, to);
    return columns;
}

}  // namespace

void relink(std::map<std::string, model::Node>& nodes, const std::set<std::string>& foreign) {
    std::map<std::string, std::vector<std::string>> parents;
    for (const auto& [fqn, node] : nodes) parents.emplace(fqn, node.depends_on);
    std::set<std::string> changed;
    for (const auto& generation : generations(parents)) {
        for (const std::string& fqn : generation) {
            model::Node& node = nodes.at(fqn);
            auto schema = node.mapping_schema;
            for (const std::string& name : node.depends_on) {
                const auto parent = nodes.find(name);
                if (parent == nodes.end()) continue;
                // Between two of one side all is said already, in words that may be lost by now.
                if (foreign.contains(fqn) == foreign.contains(name) && !changed.contains(name)) continue;
                if (const auto& columns = parent->second.columns_to_types; columns && !columns->empty())
                    schema[name] = columns_for(node, parent->second);
                else
                    schema.erase(name);
            }
            if (schema == node.mapping_schema) continue;
            node.mapping_schema = std::move(schema);
            const auto before = node.columns_to_types;
            infer_columns(node);
            if (node.columns_to_types != before) changed.insert(fqn);
        }
    }
}

}  // namespace towline::project
