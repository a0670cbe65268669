#pragma once
#include <string>

#include "base/result.h"
#include "commands/session.h"
#include "commands/state_pages.h"

namespace towline::commands {

/// Reads the tables in which SQLMesh keeps its state: in the gateway's state_connection, or else in its connection. The
/// connection comes from the project's configuration and this process's environment; nothing of it leaves the process,
/// and nothing is written there.
Result<StoredState> read_state_database(Session& session, const std::string& gateway);

}  // namespace towline::commands
