#pragma once
#include <optional>
#include <string>
#include <vector>

#include "model/snapshot.h"

namespace towline::plan {

/// Parts of an FQN without their quotes: {"memory", "db", "a"}.
std::vector<std::string> fqn_parts(std::string_view fqn);

/// A table or view name by its parts; `catalog` may be empty.
struct TableName {
    std::string catalog;
    std::string schema;
    std::string table;
    bool operator==(const TableName&) const = default;
    auto operator<=>(const TableName&) const = default;
    /// "memory"."sqlmesh__db"."db__a__1": every part quoted with double quotes.
    std::string quoted() const;
    /// memory.sqlmesh__db.db__a__1: parts quoted only where needed, as SQLMesh prints names.
    std::string plain() const;
};

/// Physical table of a snapshot (sqlmesh_project 10.7). Requires: version (and dev_version) assigned, except EXTERNAL.
TableName table_name(const model::TableInfo& info, bool deployable);
TableName table_name(const model::Snapshot& snapshot, bool deployable);
/// View of a model in an environment (10.8); `dialect` decides the case of the suffix.
TableName view_name(std::string_view fqn, const model::EnvironmentNaming& naming, std::string_view dialect);
/// What `sqlmesh plan` shows: sushi__dev.items
std::string display_name(std::string_view fqn, const model::EnvironmentNaming& naming, std::string_view dialect,
                         const std::optional<std::string>& default_catalog);

}  // namespace towline::plan
