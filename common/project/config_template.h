#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace towline::project {

/// Renders the Jinja forms that configuration files use: `{{ env_var('X') }}`, `{{ env_var('X', 'default')
/// }}`,
/// `{{ user() }}`, `{{ var('x', 'default') }}`, text literals and comments. A missing variable without a
/// default renders as None, as in SQLMesh. Everything else in `{{ }}` or `{% %}` is refused by name, with its
/// line.
Result<std::string> render_config_template(std::string_view text,
                                           const std::map<std::string, std::string>& environment);

}  // namespace towline::project
