#pragma once
// What the options of `render` and the configuration's `format` ask for.

#include <set>
#include <string>
#include <vector>

#include "commands/local_project.h"
#include "commands/session.h"
#include "project/render_layout.h"

namespace towline::commands {

/// --start, --end and --execution-time: the interval and the moment that predefined variables have.
Result<project::RenderContext> render_context(const Arguments& arguments);

/// The configuration's `format` of the node's project, and the options over it.
Result<query::Layout> render_layout(const LocalProject& local, const model::Node& node, const Arguments& arguments);

/// FQNs of the models that --expand names; `true` means all.
Result<std::set<std::string>> expanded_models(const LocalProject& local, const std::vector<std::string>& given);

}  // namespace towline::commands
