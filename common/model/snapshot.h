#pragma once
// Snapshots, what environments keep of them, and environments: SQLMesh's state shapes (reference: state schema 101).

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/interval.h"
#include "model/node.h"

namespace towline::model {

struct SnapshotId {
    std::string name;        ///< node FQN
    std::string identifier;  ///< hash of the four fingerprint parts
    auto operator<=>(const SnapshotId&) const = default;
};

struct Fingerprint {
    std::string data_hash = "0";
    std::string metadata_hash = "0";
    std::string parent_data_hash = "0";
    std::string parent_metadata_hash = "0";
    bool operator==(const Fingerprint&) const = default;
    std::string to_version() const;     ///< hash of data parts: names the physical table
    std::string to_identifier() const;  ///< hash of all parts
};

/// SQLMesh's hash primitive: CRC-32 of the parts joined by ';' as unsigned decimal text; no parts give "0".
std::string hash_parts(const std::vector<std::string>& parts);

/// Numbers are SQLMesh's, they stand in state files. Zero: not categorised yet.
enum class ChangeCategory {
    none = 0,
    breaking = 1,
    non_breaking = 2,
    forward_only = 3,
    indirect_breaking = 4,
    indirect_non_breaking = 5,
    metadata = 6,
};
std::string_view to_string(ChangeCategory category);  ///< "Indirect Breaking": what `sqlmesh plan` prints

/// One earlier table of a node; the last ten are kept, newest last.
struct DataVersion {
    Fingerprint fingerprint;
    std::string version;
    std::string dev_version;
    ChangeCategory change_category = ChangeCategory::none;
    std::string physical_schema;
    std::string dev_table_suffix = "dev";
    std::string table_naming_convention = "schema_and_table";
    std::string virtual_environment_mode = "full";
    bool operator==(const DataVersion&) const = default;
};

struct Snapshot {
    std::string name;
    Fingerprint fingerprint;
    Node node;
    std::string physical_schema;
    std::vector<SnapshotId> parents;  ///< EMBEDDED parents bring their own parents along
    std::vector<DataVersion> previous_versions;
    std::string version;
    std::string dev_version;
    ChangeCategory change_category = ChangeCategory::none;
    bool forward_only = false;
    std::optional<std::string> effective_from;
    TimestampMs created_ts = 0;
    std::string ttl = "in 1 week";
    bool migrated = false;
    std::string dev_table_suffix = "dev";
    std::string table_naming_convention = "schema_and_table";
    // What changes after creation.
    Intervals intervals;
    Intervals dev_intervals;
    Intervals pending_restatement_intervals;
    TimestampMs updated_ts = 0;
    std::optional<TimestampMs> unpaused_ts;
    bool unrestorable = false;
    std::optional<TimestampMs> next_auto_restatement_ts;

    SnapshotId id() const { return {name, fingerprint.to_identifier()}; }
    bool paused() const { return !unpaused_ts.has_value(); }
    /// Shares the previous version's table: nothing of its own is built in prod.
    bool is_no_rebuild() const;
    bool operator==(const Snapshot&) const = default;
};

/// What an environment keeps of a snapshot. Two are equal if their fingerprints are.
struct TableInfo {
    std::string name;
    Fingerprint fingerprint;
    std::string version;
    std::string dev_version;
    std::string physical_schema;
    std::vector<SnapshotId> parents;
    std::vector<DataVersion> previous_versions;
    ChangeCategory change_category = ChangeCategory::none;
    std::string kind_name;  ///< "FULL"; empty for a standalone audit
    bool is_model = true;
    std::optional<std::string> model_gateway;
    bool forward_only = false;
    std::string dev_table_suffix = "dev";
    std::string table_naming_convention = "schema_and_table";
    std::string virtual_environment_mode = "full";

    SnapshotId id() const { return {name, fingerprint.to_identifier()}; }
    bool operator==(const TableInfo& other) const { return fingerprint == other.fingerprint && name == other.name; }
};
TableInfo table_info(const Snapshot& snapshot);

enum class SuffixTarget { schema, table, catalog };
std::string_view to_string(SuffixTarget target);
Result<SuffixTarget> suffix_target_from(std::string_view word);

/// How the views of an environment are named.
struct EnvironmentNaming {
    std::string name = "prod";
    SuffixTarget suffix_target = SuffixTarget::schema;
    std::optional<std::string> catalog_name_override;
    bool normalize_name = true;
    bool gateway_managed = false;
    bool operator==(const EnvironmentNaming&) const = default;
};

struct Environment {
    EnvironmentNaming naming;
    std::vector<TableInfo> snapshots;
    std::string start_at;
    std::optional<std::string> end_at;
    std::string plan_id;
    std::optional<std::string> previous_plan_id;
    std::optional<TimestampMs> expiration_ts;
    std::optional<TimestampMs> finalized_ts;
    std::optional<std::vector<SnapshotId>> promoted_snapshot_ids;  ///< absent = all
    std::optional<std::vector<TableInfo>> previous_finalized_snapshots;
    std::map<std::string, std::string> requirements;
    bool operator==(const Environment&) const = default;
};
bool is_dev(const Environment& environment);
/// Non-word characters become '_', letters lower case: how SQLMesh spells an environment name.
std::string sanitize_environment_name(std::string_view name);
/// Those of the snapshots that have views.
std::vector<TableInfo> promoted_snapshots(const Environment& environment);

/// before_all / after_all of one project in an environment.
struct EnvironmentStatements {
    std::string project;
    std::vector<std::string> before_all;
    std::vector<std::string> after_all;
    Variables variables;
    std::string dialect;
    bool operator==(const EnvironmentStatements&) const = default;
};

}  // namespace towline::model
