#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/value.h"

namespace towline::project {

/// Renders a YAML file as SQLMesh does before it is read: the whole file is a Jinja template with the functions
/// `env_var(name, default=None)`, `user()` and `var(name, default=None)`. A missing variable without a default is
/// None. Fails with the line and column of the template; what needs Python is refused by name.
Result<std::string> render_yaml_template(std::string_view text, const std::map<std::string, std::string>& environment,
                                         const model::Variables& variables);
/// The same for configuration files, which see no variables.
Result<std::string> render_config_template(std::string_view text,
                                           const std::map<std::string, std::string>& environment);

}  // namespace towline::project
