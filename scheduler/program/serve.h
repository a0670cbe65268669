#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "program/settings.h"

namespace towline::program {

/// Runs the scheduler until SIGTERM or SIGINT, then drains and returns. Requires: called on the main thread before any
/// other thread exists, because it blocks the two signals for all of them.
Status serve(const Settings& settings);

/// Creates a client directly in the store, for whoever can reach it: how the first admin comes to be. Returns the JSON
/// with the secret, which is shown this once.
Result<std::string> create_client(const Settings& settings, const std::string& project, const std::string& name,
                                  const std::vector<std::string>& scopes);

/// Copies a SQLite store into the empty PostgreSQL store `to` (empty: the one of the settings). Gives what was copied,
/// a line a table.
Result<std::string> copy_store(const Settings& settings, const std::string& from, const std::string& to);

/// Creates or upgrades the store's tables and returns.
Status migrate(const Settings& settings);

}  // namespace towline::program
