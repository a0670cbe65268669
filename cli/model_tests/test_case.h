#pragma once
// A test's body with its names folded and its shape checked.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model_tests/test_file.h"
#include "project/project.h"

namespace towline::model_tests {

/// Rows of an input or an output: given as values, or as a query on the test's engine.
struct RowSet {
    std::vector<std::string> columns;  ///< every name that a row uses, in order of appearance
    std::vector<std::map<std::string, project::Yaml>> rows;
    std::optional<std::string> query;
    std::map<std::string, std::string> types;  ///< `columns:` of an input; DuckDB's types
    bool partial = false;
};

struct TestCase {
    std::string path;
    std::string name;
    std::string description;
    std::string schema;  ///< "" = one of the runner's
    const model::Node* node = nullptr;
    std::vector<std::pair<std::string, RowSet>> inputs;  ///< by FQN, in the order of the file
    std::vector<std::pair<std::string, RowSet>> ctes;    ///< by folded name
    std::optional<RowSet> query;
    model::Variables variables;
    std::map<std::string, std::string> times;  ///< start, end, execution_time
};

/// The project as tests see it.
struct TestProject {
    const project::Project& project;
    const project::FileSystem& files;
    std::string default_catalog;
};

/// The full name that a test means by a model's name.
std::string model_name(const TestProject& project, const std::string& name);

/// Checks and folds a test. Nothing if its model is not in the project (a warning says so in SQLMesh); an error
/// with SQLMesh's sentences if the test is not complete.
Result<std::optional<TestCase>> read_case(const TestEntry& entry, const TestProject& project);

}  // namespace towline::model_tests
