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

/// Data values less the text of statements and query: equal ones mean that only SQL text may differ.
Result<std::vector<std::string>> data_hash_values_without_sql(const model::Node& node);
/// What the kind adds to the data hash; with the name in front it gives a forward-only model its first version.
Result<std::vector<std::string>> kind_data_values(const model::Node& node);
/// Hash of the audits alone: a metadata change that alters it runs them once over the loaded data.
Result<std::string> audit_hash(const model::Node& node);

/// Fingerprints of all nodes; parents are the depends_on entries that are nodes themselves.
Result<std::map<std::string, model::Fingerprint>> fingerprints(const std::map<std::string, model::Node>& nodes);

/// True if the node's own hashes are those of the fingerprint: an executor checks this before it runs anything.
Result<bool> matches(const model::Node& node, const model::Fingerprint& fingerprint);

}  // namespace towline::plan
