#pragma once
// Compares the columns of a table with those it should have (reference sqlmesh_plan_run 5.10). Pure: a plan asks it of
// two versions of a model, an executor of two tables.

#include <string>
#include <string_view>
#include <vector>

#include "model/node.h"
#include "sql/dialect.h"

namespace towline::plan {

enum class ColumnChange { drop, add, change_type };
struct ColumnOperation {
    ColumnChange change = ColumnChange::add;
    std::string column;
    std::string type;  ///< new type; empty for drop
    /// The values of the column are lost. An add that follows a drop of the same column is part of that loss.
    bool destructive = false;
};

/// Operations that turn `current` into `wanted` in SQLMesh's order, which is the order of the columns afterwards:
/// columns that go, new ones, then changed types. A type that may not be altered is dropped and added.
std::vector<ColumnOperation> column_operations(const model::Columns& current, const model::Columns& wanted,
                                               sql::Dialect dialect);
/// True for two spellings of one type, such as `int4` and `INTEGER`.
bool is_same_type(std::string_view one, std::string_view other, sql::Dialect dialect);
/// True if SQLMesh alters a column of type `from` to `to` and keeps its values; false for the same type.
bool is_alterable_type(std::string_view from, std::string_view to, sql::Dialect dialect);

}  // namespace towline::plan
