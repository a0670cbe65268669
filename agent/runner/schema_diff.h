#pragma once
// Compares the columns of a table with those it should have (reference sqlmesh_plan_run 5.10). Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/node.h"
#include "runner/load_sql.h"

namespace towline::runner {

enum class ColumnChange { drop, add, change_type };
struct ColumnOperation {
    ColumnChange change = ColumnChange::add;
    std::string column;
    std::string type;  ///< new type; empty for drop
    /// The values of the column are lost. An add that follows a drop of the same column is part of that loss.
    bool destructive = false;
};

/// Operations that turn `current` into `wanted`, drops first. A type that cannot be widened is dropped and
/// added.
std::vector<ColumnOperation> schema_operations(const model::Columns& current, const model::Columns& wanted);
/// True if every value of `from` is kept when a column is altered to `to` (both as the engine's catalogue
/// prints types).
bool is_widening(std::string_view from, std::string_view to);

/// What the model's on_destructive_change and on_additive_change make of the operations. ERROR fails with
/// `invalid` and names the columns; IGNORE takes the operation out; WARN is added to `warnings`.
struct ChangePolicy {
    std::string on_destructive = "ERROR";
    std::string on_additive = "ALLOW";
    bool allow_destructive = false;  ///< the plan said so for this model
    bool allow_additive = false;
};
Result<std::vector<ColumnOperation>> permitted_operations(std::vector<ColumnOperation> operations,
                                                          const ChangePolicy& policy,
                                                          std::vector<std::string>& warnings);

/// ALTER TABLE statements. `cascade` drops what depends on a dropped column, where the engine needs that
/// said.
Statements alter_table(const std::string& table, const std::vector<ColumnOperation>& operations, bool cascade);

}  // namespace towline::runner
