#pragma once
#include "base/result.h"
#include "model/node.h"

namespace towline::project {

/// Fills what loading a file would have found and a stored definition does not say: interval unit (if empty), physical
/// schema (if empty), effective partitioning, dependencies, hashes of a seed's content, columns and their types.
/// Requires: fqn, dialect and mapping_schema are set. Fails where the query cannot be expanded or read; what was filled
/// until then stays.
Status complete_stored_node(model::Node& node);

}  // namespace towline::project
