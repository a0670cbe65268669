#pragma once
// What is taken down: the views of an environment that expired, and tables that nothing needs any more. Pure.

#include <map>
#include <vector>

#include "plan/naming.h"
#include "plan/stages.h"

namespace towline::plan {

/// A physical table by the facts that make its name.
struct PhysicalTable {
    TableInfo info;
    bool dev = false;  ///< the dev table, else the one of the version
    TableName name() const { return table_name(info, !dev); }
};

/// The physical tables that a snapshot may have: none of audits, symbolic models and (outside dev) of models without
/// virtual environments, whose table carries the model's own name and is nobody's to drop.
std::vector<PhysicalTable> physical_tables(const TableInfo& info);

/// Drops the environment's views and the schemas that only it had, then forgets its record. Requires: not prod.
std::vector<Stage> environment_cleanup_stages(const Environment& environment,
                                              const std::map<SnapshotId, Snapshot>& snapshots,
                                              TimestampMs execution_ts);

/// Drops tables, what reads a table before the table; then forgets them. Two of the same name are dropped once.
std::vector<Stage> table_cleanup_stages(const std::vector<PhysicalTable>& tables, TimestampMs execution_ts);

}  // namespace towline::plan
