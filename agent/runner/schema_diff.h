#pragma once
// What a model lets happen to its table, and the statements that do it (reference sqlmesh_plan_run 5.10). Pure.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "plan/column_changes.h"
#include "runner/load_sql.h"

namespace towline::runner {

/// What the model's on_destructive_change and on_additive_change make of the operations. ERROR fails with
/// `invalid` and names the columns; IGNORE takes the operation out; WARN is added to `warnings`.
struct ChangePolicy {
    std::string on_destructive = "ERROR";
    std::string on_additive = "ALLOW";
    bool allow_destructive = false;  ///< the plan said so for this model
    bool allow_additive = false;
};
Result<std::vector<plan::ColumnOperation>> permitted_operations(std::vector<plan::ColumnOperation> operations,
                                                                const ChangePolicy& policy,
                                                                std::vector<std::string>& warnings);

/// ALTER TABLE statements. `cascade` drops what depends on a dropped column, where the engine needs that
/// said.
Statements alter_table(const std::string& table, const std::vector<plan::ColumnOperation>& operations, bool cascade);

}  // namespace towline::runner
