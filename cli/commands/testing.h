#pragma once
// Running a project's unit tests, for `towline test` and `towline plan`.

#include "commands/local_project.h"
#include "model_tests/runner.h"

namespace towline::commands {

/// Finds the tests of all folders.
Result<std::vector<model_tests::TestEntry>> find_tests(Session& session, const LocalProject& local);
/// Runs them.
Result<model_tests::Report> run_tests(Session& session, const LocalProject& local,
                                      const std::vector<model_tests::TestEntry>& tests);
/// Prints what `sqlmesh test` prints; nothing if no test ran.
void show_tests(output::Console& console, const model_tests::Report& report, double seconds);

/// What `plan` does before it plans. Fails in SQLMesh's words if a test fails. Tests of models that DuckDB cannot
/// run as they are written only warn. `models` are FQNs; absent means all.
Status check_tests(Session& session, const LocalProject& local, const std::optional<std::set<std::string>>& models);

}  // namespace towline::commands
