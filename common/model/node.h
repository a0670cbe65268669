#pragma once
// A node of the project graph, as SQLMesh names it: a model or a standalone audit. Expressions are kept as SQL text in
// the node's dialect; who needs their structure parses them with sql/.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/value.h"

namespace towline::model {

enum class SourceType { sql, seed, external, audit };
std::string_view to_string(SourceType type);
Result<SourceType> source_type_from(std::string_view word);

enum class KindName {
    full,
    view,
    embedded,
    external,
    seed,
    incremental_by_time_range,
    incremental_by_unique_key,
    incremental_by_partition,
    incremental_unmanaged,
    scd_type_2,
    scd_type_2_by_time,
    scd_type_2_by_column,
    managed,
    custom,
};
/// SQLMesh's spelling: "INCREMENTAL_BY_TIME_RANGE".
std::string_view to_string(KindName name);
/// Case-insensitive.
Result<KindName> kind_name_from(std::string_view word);

/// A column and its SQL type in the node's dialect; an empty type means that it is not known.
struct Column {
    std::string name;
    std::string type;
    bool operator==(const Column&) const = default;
};
using Columns = std::vector<Column>;
/// Ordered key → SQL text.
using Properties = std::vector<std::pair<std::string, std::string>>;

struct TimeColumn {
    std::string column;  ///< normalised and quoted: "ds"
    std::string format;  ///< strftime, "%Y-%m-%d"
    bool operator==(const TimeColumn&) const = default;
};

/// Model kind with the properties of every kind; which of them a kind has is in sqlmesh_kind_properties (project/).
struct Kind {
    KindName name = KindName::view;
    // incremental and SCD
    std::string on_destructive_change = "ERROR";
    std::string on_additive_change = "ALLOW";
    std::optional<std::string> auto_restatement_cron;
    std::optional<std::int64_t> auto_restatement_intervals;
    std::optional<std::int64_t> batch_size;
    std::optional<std::int64_t> batch_concurrency;
    std::optional<std::int64_t> lookback;
    bool forward_only = false;
    bool disable_restatement = false;
    std::string dialect;
    // INCREMENTAL_BY_TIME_RANGE
    std::optional<TimeColumn> time_column;
    bool partition_by_time_column = true;
    // INCREMENTAL_BY_UNIQUE_KEY, SCD_TYPE_2*
    std::vector<std::string> unique_key;  ///< normalised and quoted
    std::optional<std::string> when_matched;
    std::optional<std::string> merge_filter;
    // INCREMENTAL_UNMANAGED
    bool insert_overwrite = false;
    // VIEW
    bool materialized = false;
    // SCD_TYPE_2*
    std::string valid_from_name;  ///< normalised and quoted
    std::string valid_to_name;
    bool invalidate_hard_deletes = false;
    std::string time_data_type;
    std::optional<std::string> updated_at_name;
    bool updated_at_as_valid_from = false;
    std::vector<std::string> scd_columns;  ///< BY_COLUMN; {"*"} means all
    bool execution_time_as_valid_from = false;
    // SEED
    std::string seed_path;
    Properties csv_settings;  ///< only the given ones, in field order, values as SQLMesh prints them
    // CUSTOM
    std::string materialization;
    bool operator==(const Kind&) const = default;
};

/// A call of an audit or signal: name and arguments (lower-case name → SQL text).
struct Call {
    std::string name;
    Properties arguments;
    bool operator==(const Call&) const = default;
};

/// Privileges of the engine ("SELECT") and who is to hold them.
using Grants = std::map<std::string, std::vector<std::string>>;

/// A model audit's definition, carried inside the node that uses it.
struct AuditDefinition {
    std::string name;
    std::string dialect;
    bool skip = false;
    bool blocking = true;
    bool standalone = false;
    Properties defaults;
    std::vector<std::string> statements;  ///< @DEF and the like, before the query
    std::string query;
    bool operator==(const AuditDefinition&) const = default;
};

/// Seed content travels with the node, because an executor has no project files.
struct Seed {
    std::string content;
    std::vector<std::pair<std::string, std::string>> column_hashes;  ///< column → crc32 as SQLMesh computes it
    Columns derived_columns;                                         ///< inferred types
    bool operator==(const Seed&) const = default;
};

struct Node {
    SourceType source_type = SourceType::sql;
    std::string fqn;   ///< "catalog"."schema"."name", quotes included; a standalone audit's plain name
    std::string name;  ///< as written
    std::string project;
    std::string dialect;  ///< with its settings: "mysql, normalization_strategy = lowercase"
    /// As the project wrote it, where a rule of folding was added to `dialect`; this one is hashed.
    std::optional<std::string> written_dialect;
    std::optional<std::string> default_catalog;
    Kind kind;
    std::optional<std::string> owner;
    std::optional<std::string> description;
    std::optional<std::string> stamp;
    std::optional<std::string> start;
    std::optional<std::string> end;
    std::string cron = "@daily";
    std::optional<std::string> cron_tz;
    std::string interval_unit;  ///< explicit or inferred: "day"
    std::vector<std::string> tags;
    std::vector<std::string> grains;
    std::vector<std::string> references;
    std::vector<std::string> depends_on;  ///< FQNs, sorted, without itself
    bool depends_on_self = false;
    std::optional<Columns> columns;           ///< declared
    std::optional<Columns> columns_to_types;  ///< declared or inferred; absent = unknown
    std::map<std::string, std::string> column_descriptions;
    std::optional<std::string> table_format;
    std::optional<std::string> storage_format;
    std::vector<std::string> partitioned_by;  ///< effective: the time column first where SQLMesh adds it
    std::vector<std::string> clustered_by;
    Properties physical_properties;
    Properties virtual_properties;
    std::optional<Properties> session_properties;
    std::optional<Grants> grants;                 ///< absent: privileges are left alone; empty: all are revoked
    std::string grants_target_layer = "virtual";  ///< "virtual", "physical" or "all"
    bool allow_partials = false;
    std::optional<std::string> gateway;
    std::optional<bool> optimize_query;
    std::optional<std::string> physical_version;
    std::string physical_schema;  ///< resolved: sqlmesh__<schema> or the mapping's value
    std::string virtual_environment_mode = "full";
    std::vector<std::string> ignored_rules;
    std::vector<Call> audits;
    std::vector<Call> signals;
    std::map<std::string, AuditDefinition> audit_definitions;
    Variables variables;           ///< config variables this node refers to (data)
    Variables metadata_variables;  ///< those only metadata refers to
    Variables blueprint_variables;
    std::map<std::string, std::string> jinja_macros;
    std::map<std::string, Columns> mapping_schema;  ///< parent FQN → its columns, where known
    std::vector<std::string> pre_statements;        ///< stored source text, see sqlmesh_project 4.1
    std::vector<std::string> post_statements;
    std::vector<std::string> on_virtual_update;
    std::string query;  ///< stored source text
    Seed seed;
    // standalone audit
    bool skip = false;
    bool blocking = false;

    std::string path;  ///< file it came from, relative to the project; diagnostics only, in no hash
    bool operator==(const Node&) const = default;
};

// Facts derived from the kind (SQLMesh's names).
bool is_model(const Node& node);
/// The dialect as the project wrote it.
const std::string& written_dialect(const Node& node);
bool is_symbolic(const Node& node);      ///< EMBEDDED, EXTERNAL: no table of its own
bool is_materialized(const Node& node);  ///< a table (everything but symbolic and VIEW)
bool is_incremental(const Node& node);
bool is_scd(const Node& node);
bool is_seed(const Node& node);
/// The query sees only execution_* variables (VIEW, FULL).
bool is_only_execution_time(const Node& node);
bool is_full_history_restatement_only(const Node& node);
bool depends_on_past(const Node& node);
/// Has something to run: not symbolic, or audits to run.
bool is_evaluatable(const Node& node);

}  // namespace towline::model
