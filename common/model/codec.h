#pragma once
// JSON of the state shapes, with SQLMesh's field names (sqlmesh_plan_run 7.4, 7.5). What SQLMesh has no field for
// (variables, seed content, effective properties) is nested under the single key "towline" of the node.

#include <string>

#include "base/result.h"
#include "json/json.h"
#include "model/snapshot.h"

namespace towline::model {

std::string to_json(const Value& value);
Result<Value> value_from_json(const json::Reader& reader);
std::string to_json(const Node& node);
Result<Node> node_from_json(const json::Reader& reader);
/// The mapping schema as SQLMesh nests it: {"\"catalog\"": {"\"schema\"": {"\"table\"": {"column": "TYPE"}}}}.
std::string mapping_schema_json(const Node& node);
/// With the mutable fields (intervals, updated_ts, …) only if `with_state` is set; the store keeps those in columns.
std::string to_json(const Snapshot& snapshot, bool with_state);
Result<Snapshot> snapshot_from_json(const json::Reader& reader);
/// Everything but the node, which stays empty: SQLMesh's snapshots have the same members, their nodes have not.
Result<Snapshot> snapshot_record_from_json(const json::Reader& reader);
std::string to_json(const SnapshotId& id);
Result<SnapshotId> snapshot_id_from_json(const json::Reader& reader);
std::string to_json(const Fingerprint& fingerprint);
Result<Fingerprint> fingerprint_from_json(const json::Reader& reader);
std::string to_json(const TableInfo& info);
Result<TableInfo> table_info_from_json(const json::Reader& reader);
std::string to_json(const Environment& environment);
Result<Environment> environment_from_json(const json::Reader& reader);
std::string to_json(const EnvironmentStatements& statements);
Result<EnvironmentStatements> environment_statements_from_json(const json::Reader& reader);
/// [[start, end], …]
std::string to_json(const Intervals& intervals);
Result<Intervals> intervals_from_json(const json::Reader& reader);

}  // namespace towline::model
