#pragma once
#include <map>
#include <string>
#include <utility>

#include "base/result.h"
#include "commands/session.h"
#include "plan/interval_log.h"

namespace towline::commands {

/// A state as it was found: a document in the format of `sqlmesh state export`, and the interval log by (name, version)
/// where the document has no intervals itself.
struct StoredState {
    std::string document;
    std::map<std::pair<std::string, std::string>, plan::IntervalLog> logs;
};

/// Reads the tables in which SQLMesh keeps its state: in the gateway's state_connection, or else in its connection. The
/// connection comes from the project's configuration and this process's environment; nothing of it leaves the process,
/// and nothing is written there.
Result<StoredState> read_state_database(Session& session, const std::string& gateway);

}  // namespace towline::commands
