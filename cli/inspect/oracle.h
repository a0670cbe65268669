#pragma once
#include <string>

#include "base/result.h"
#include "project/project.h"

namespace towline::inspect {

/// The project as canonical JSON: sections models, audits, standalone_audits, environment_statements; each
/// model with its properties, dependencies, columns, hashes, and the names a brand-new project's first plan
/// gives its tables. Texts that fail to render become {"error": code}. Fails only if a fingerprint cannot be
/// computed.
Result<std::string> oracle_json(const project::Project& project);

}  // namespace towline::inspect
