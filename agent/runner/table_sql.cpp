#include "runner/table_sql.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "runner/sql_text.h"

namespace towline::runner {

std::string create_table(const std::string& target, const model::Columns& columns, const Creatable& type,
                         bool or_replace) {
    std::vector<std::string> items;
    for (const model::Column& column : columns) items.push_back(quoted(column.name) + " " + column.type);
    return fmt::format("CREATE {}{}TABLE {}{} ({}){}", or_replace ? "OR REPLACE " : "", type.before,
                       or_replace ? "" : "IF NOT EXISTS ", target, join(items, ", "), type.behind);
}

std::string create_empty_table_as(const std::string& target, const std::string& query, const model::Columns& managed,
                                  const Creatable& type) {
    std::string items = "*";
    for (const model::Column& column : managed) {
        items += fmt::format(", CAST(NULL AS {}) AS {}", column.type, quoted(column.name));
    }
    return fmt::format("CREATE {}TABLE IF NOT EXISTS {}{} AS SELECT {} FROM {} WHERE FALSE LIMIT 0", type.before,
                       target, type.behind, items, subquery(query, "_subquery"));
}

Statements replace_view(const ViewSql& view, engines::ViewStrategy strategy) {
    if (strategy == engines::ViewStrategy::create_or_replace) {
        return {fmt::format("CREATE OR REPLACE {}VIEW {}{} AS\n{}", view.type.before, view.name, view.type.behind,
                            view.query)};
    }
    return {fmt::format("DROP VIEW IF EXISTS {} CASCADE", view.name),
            fmt::format("CREATE {}VIEW {}{} AS\n{}", view.type.before, view.name, view.type.behind, view.query)};
}

Statements promote_view(const std::string& view, const std::string& physical, engines::ViewStrategy strategy,
                        const Creatable& type) {
    return replace_view({view, "SELECT * FROM " + physical, type}, strategy);
}

std::string drop_view(const std::string& view) { return "DROP VIEW IF EXISTS " + view; }

Statements comments(const CommentSql& comment) {
    Statements out;
    if (comment.description && !comment.description->empty()) {
        out.push_back(fmt::format("COMMENT ON {} {} IS {}", comment.is_view ? "VIEW" : "TABLE", comment.target,
                                  text_literal(*comment.description)));
    }
    for (const auto& [column, text] : comment.columns) {
        const bool exists =
            std::find(comment.existing.begin(), comment.existing.end(), column) != comment.existing.end();
        if (!exists || text.empty()) continue;
        out.push_back(fmt::format("COMMENT ON COLUMN {}.{} IS {}", comment.target, quoted(column), text_literal(text)));
    }
    return out;
}

}  // namespace towline::runner
