#pragma once
// Where unit tests come from, and which of them were asked for.

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/node.h"
#include "project/file_system.h"
#include "project/project.h"
#include "project/yaml.h"

namespace towline::model_tests {

/// One test as its file has it.
struct TestEntry {
    std::string path;  ///< absolute
    std::string name;
    project::Yaml body;
    std::string qualified() const { return path + "::" + name; }
};

/// One project folder.
struct TestRoot {
    std::string folder;                        ///< absolute
    std::vector<std::string> ignore_patterns;  ///< of its configuration
    model::Variables variables;                ///< what `{{ var('x') }}` sees, those of the chosen gateway included
    std::vector<project::Gateway> gateways;    ///< a file that names one sees its variables
};

/// Every test below `tests/`, files in order of their names. Fails naming the file that cannot be read.
Result<std::vector<TestEntry>> find_tests(const project::FileSystem& files, const TestRoot& root,
                                          const std::map<std::string, std::string>& environment);

struct TestSelection {
    std::vector<std::string> tests;     ///< `file`, `file::name` or a model's file; relative to `folder`
    std::vector<std::string> patterns;  ///< parts of "file::name", with `*`
    std::string folder;                 ///< absolute: where relative files start
    /// Files of models, absolute, and the names that their tests may give the model.
    std::multimap<std::string, std::string> models_by_file;
};

/// Those that were asked for, each once. `invalid` for a file that is neither a test's nor a model's.
Result<std::vector<TestEntry>> select_tests(const std::vector<TestEntry>& all, const TestSelection& selection);

}  // namespace towline::model_tests
