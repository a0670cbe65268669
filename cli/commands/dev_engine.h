#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "project/yaml.h"

namespace towline::commands {

struct DevEngineInput {
    std::string project;  ///< folder of the project
    std::string folder;   ///< of `towline dev`
    std::map<std::string, std::string> environment;
};

/// SQLMESH__ variables that give an executor the engine of the project's own configuration. Variables that
/// are set already win; a project without a connection gets a DuckDB file in the folder of `towline dev`.
/// Files are made absolute.
Result<std::map<std::string, std::string>> dev_engine_variables(const DevEngineInput& input);

/// The same of one connection as a configuration has it.
std::map<std::string, std::string> connection_variables(const std::string& gateway, const project::Yaml& connection,
                                                        const DevEngineInput& input);

}  // namespace towline::commands
