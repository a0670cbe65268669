#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/snapshot.h"

namespace towline::plan {

/// The strings that enter a node's data hash, in SQLMesh's order (reference sqlmesh_project 10.2).
Result<std::vector<std::string>> data_hash_values(const model::Node& node);
/// The same for the metadata hash (10.5).
Result<std::vector<std::string>> metadata_hash_values(const model::Node& node);

/// Fingerprints of all nodes; parents are the depends_on entries that are nodes themselves.
Result<std::map<std::string, model::Fingerprint>> fingerprints(const std::map<std::string, model::Node>& nodes);

/// True if the node's own hashes are those of the fingerprint: an executor checks this before it runs anything.
Result<bool> matches(const model::Node& node, const model::Fingerprint& fingerprint);

}  // namespace towline::plan
