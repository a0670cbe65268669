#pragma once
// The project for commands that need no scheduler, with the parts of its configuration that only they use.

#include <string>
#include <vector>

#include "commands/session.h"
#include "project/config.h"
#include "project/project.h"

namespace towline::commands {

/// One folder of -p.
struct LocalRoot {
    std::string folder;  ///< absolute
    project::Yaml tree;  ///< its configuration as written
    project::Config config;
};

struct LocalProject {
    project::Project project;
    std::vector<LocalRoot> roots;
    std::string default_catalog;  ///< of the chosen gateway; may be empty

    /// The folder that a node came from. Requires: there is one.
    const LocalRoot& root_of(const model::Node& node) const;
    /// The absolute file of a node.
    std::string file_of(const model::Node& node) const;
};

/// Loads the project of -p. Where its configuration does not say what kind of engine a gateway is, the scheduler is
/// asked, if there is one.
Result<LocalProject> load_local_project(Session& session);
/// The same for a project that is loaded already.
Result<LocalProject> local_project(Session& session, project::Project project);

/// The model of a name as people write it: full, or without its catalog. `not_found` in SQLMesh's words.
Result<const model::Node*> find_model(const LocalProject& local, const std::string& name);

}  // namespace towline::commands
