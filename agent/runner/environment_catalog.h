#pragma once
// The catalogue that an environment has of its own with environment_suffix_target: catalog.

#include <string>

#include "runner/task_run.h"

namespace towline::runner {

/// Attaches the environment's catalogue where the engine's databases are files: one beside the default database, made
/// if it is missing. Does nothing for another catalogue or engine. Fails as the engine does.
Status ensure_catalog(TaskRun& run, const std::string& catalog);
/// Detaches the environment's catalogue and removes its file; it stays, with a warning, if anything else is in it.
Status drop_catalog(TaskRun& run, const std::string& catalog);

}  // namespace towline::runner
