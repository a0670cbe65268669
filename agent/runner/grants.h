#pragma once
// Privileges of a model's table or view: what the model wants, what is there, and the statements between the two.

#include <string>

#include "model/node.h"
#include "plan/naming.h"
#include "runner/sql_text.h"
#include "runner/task_run.h"

namespace towline::runner {

/// A part of SQLMesh's layers: the table of a version, or the environment's view of it.
enum class Layer { physical, virtual_layer };

/// REVOKE for what is held and not wanted, then GRANT for what is wanted and not held; compared without regard to case,
/// as SQLMesh does. `name` is quoted. Fails with `invalid` for a privilege that is not plain words.
Result<Statements> grant_statements(const std::string& name, const model::Grants& wanted, const model::Grants& held);

/// Makes the privileges of others on the object be what the model's `grants` say, if they target this layer. Those of
/// the owner are left alone. An engine without privileges gets a warning in the log.
Status sync_grants(TaskRun& run, const model::Node& node, const plan::TableName& object, const std::string& name,
                   Layer layer);

}  // namespace towline::runner
