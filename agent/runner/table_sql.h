#pragma once
// Statements that make, describe and drop tables and views (reference sqlmesh_plan_run 5.2, 5.8, 5.11, 6).
// Pure.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engines/engine.h"
#include "model/node.h"
#include "runner/creatable.h"
#include "runner/load_sql.h"

namespace towline::runner {

/// CREATE TABLE IF NOT EXISTS with the columns' types as given.
std::string create_table(const std::string& target, const model::Columns& columns, const Creatable& type = {},
                         bool or_replace = false);
/// An empty table with the types the query gives, plus `managed` columns that the query does not have.
std::string create_empty_table_as(const std::string& target, const std::string& query, const model::Columns& managed,
                                  const Creatable& type = {});

/// A view over a query. `replace` follows the engine's way: OR REPLACE, or DROP … CASCADE and CREATE.
struct ViewSql {
    std::string name;  ///< quoted
    std::string query;
    Creatable type = {};
};
Statements replace_view(const ViewSql& view, engines::ViewStrategy strategy);
/// The view of an environment: SELECT * FROM a physical table.
Statements promote_view(const std::string& view, const std::string& physical, engines::ViewStrategy strategy,
                        const Creatable& type = {});
std::string drop_view(const std::string& view);

/// COMMENT ON statements for a table or view and those of its columns that exist.
struct CommentSql {
    std::string target;
    bool is_view = false;
    std::optional<std::string> description;
    std::map<std::string, std::string> columns;
    std::vector<std::string> existing;
};
Statements comments(const CommentSql& comment);

}  // namespace towline::runner
