#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "dotenv/dotenv.h"
#include "project/file_system.h"

namespace towline::project {

using dotenv::Variables;

/// The environment with the variables of a .env text laid over it, as SQLMesh reads such files: lines that are no
/// assignment are passed over. Fails with `too_large` only.
Result<Variables> with_env_text(std::string_view text, Variables environment);
/// The same with the file that SQLMESH_DOTENV_PATH names, or else with the `.env` of each root in turn. Files that are
/// not there or cannot be read change nothing; one that is too large is an error.
Result<Variables> with_env_files(const FileSystem& files, const std::vector<std::string>& roots, Variables environment);

}  // namespace towline::project
