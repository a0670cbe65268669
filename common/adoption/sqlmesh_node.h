#pragma once
// A node between SQLMesh's JSON and ours. Both share most members (model/codec.h); what differs is written anew here.

#include <string>

#include "base/result.h"
#include "json/json.h"
#include "model/node.h"

namespace towline::adoption {

/// A definition out of SQLMesh's state. `fqn` is the snapshot's name. Fails with `unsupported` for what needs Python
/// (its models, macros, signals), with `invalid` for what is no node. Whatever cannot be derived from the definition is
/// left empty: whether it is whole is told by its fingerprint (plan::matches).
Result<model::Node> node_from_sqlmesh(const json::Reader& in, const std::string& fqn);

/// The definition as SQLMesh stores it.
Result<std::string> node_to_sqlmesh(const model::Node& node);

}  // namespace towline::adoption
