#pragma once
// Runs unit tests on DuckDB.

#include <string>
#include <vector>

#include "model_tests/comparison.h"
#include "model_tests/test_case.h"

namespace towline::model_tests {

enum class Outcome { passed, failed, error };

struct TestResult {
    std::string path;
    std::string name;
    std::string description;
    Outcome outcome = Outcome::passed;
    std::string message;                  ///< of an error
    std::vector<DifferenceTable> tables;  ///< of a failure
    /// The query is of another dialect, and no translation of it ran: a failure may be ours.
    bool foreign = false;
    std::string note;  ///< what was not translated, and where; "" if all was
};

struct Report {
    std::vector<TestResult> results;
    std::vector<std::string> warnings;
    bool successful() const;
};

/// Runs the tests one after the other, each in a schema of its own in one in-memory database. An Error means that
/// a test is not complete (SQLMesh stops there too) or that DuckDB cannot be opened. `now_ms` is the base of
/// relative times.
Result<Report> run_tests(const std::vector<TestEntry>& tests, const TestProject& project, std::int64_t now_ms);

}  // namespace towline::model_tests
