#pragma once
// The customer's engines for commands that read data: info, audit, table_diff. Credentials come from the project's
// configuration and this process's environment, and nothing of them or of what is read goes to the scheduler.

#include <memory>

#include "commands/local_project.h"
#include "credentials/engine_set.h"

namespace towline::commands {

/// Engines by gateway; "" is the default one.
Result<std::unique_ptr<credentials::EngineSet>> project_engines(Session& session, const LocalProject& local);

}  // namespace towline::commands
