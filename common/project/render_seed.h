#pragma once
// A seed as `render` shows it.

#include <string>

#include "base/result.h"
#include "model/node.h"

namespace towline::project {

/// The first batch of a seed's rows as a query over VALUES in the node's dialect. Fails as read_seed does. Pure.
Result<std::string> seed_query(const model::Node& node);

}  // namespace towline::project
