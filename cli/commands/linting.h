#pragma once
// Running the linter, for `towline lint` and `towline plan`.

#include "commands/local_project.h"

namespace towline::commands {

/// Lints every model before a plan: warnings and errors are printed. Fails in SQLMesh's words if there were errors.
Status check_linter(Session& session, const LocalProject& local);

}  // namespace towline::commands
