#include "project/argument_types.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "inference/infer.h"

namespace towline::project {
namespace {

using Types = std::map<std::pair<std::size_t, std::size_t>, sql::Expr>;

/// The type of an expression that stands at these bytes of a text.
std::string type_at(const Types& types, sql::Span span) {
    const auto found = types.find({span.begin, span.end});
    return found == types.end() || found->second.text == "UNKNOWN" ? "" : found->second.text;
}

/// The type of an expression if nothing is known of its columns.
std::string type_alone(const sql::Expr& expr, const std::string& query, sql::Dialect dialect) {
    std::map<std::string, model::Columns> tables;  // by the name that columns call them
    for (const sql::Expr* column : sql::columns_of(expr)) {
        const std::size_t parts = column->children.size();
        const std::string table = parts > 1 ? column->children[parts - 2].text : "t";
        const sql::Expr& name = column->children.back();
        tables[table].push_back({sql::normalize_identifier(name.text, name.quoted, dialect), ""});
    }
    if (tables.empty()) tables["t"] = {};
    constexpr std::string_view kHead = "SELECT ";
    const std::string text(expr.span.of(query));
    std::string from;
    std::map<std::string, model::Columns> known;
    for (auto& [table, columns] : tables) {
        const std::string quoted = sql::quote_identifier(table, dialect);
        from += (from.empty() ? "" : ", ") + quoted;
        known[quoted] = std::move(columns);
    }
    inference::Context context;
    context.dialect = dialect;
    context.tables = &known;
    const Types types =
        inference::expression_types(std::string(kHead) + text + " AS c FROM " + from, std::move(context));
    return type_at(types, {kHead.size(), kHead.size() + text.size()});
}

}  // namespace

std::function<std::string(const sql::Expr&)> argument_types(const model::Node& node, const std::string& query,
                                                            sql::Dialect dialect) {
    auto known = std::make_shared<std::optional<Types>>();
    return [known, &node, &query, dialect](const sql::Expr& expr) {
        if (!*known) {
            inference::Context context;
            context.dialect = dialect;
            context.default_catalog = node.default_catalog.value_or("");
            context.tables = &node.mapping_schema;
            context.self = node.fqn;
            context.optimize = node.optimize_query.value_or(true);
            *known = inference::expression_types(query, std::move(context));
        }
        if (!(*known)->empty()) return type_at(**known, expr.span);
        return dialect == sql::Dialect::postgres ? type_alone(expr, query, dialect) : std::string();
    };
}

}  // namespace towline::project
