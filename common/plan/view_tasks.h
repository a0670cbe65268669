#pragma once
// Schemas and views of the virtual layer as tasks (reference section 6). Private to common/plan.

#include <set>
#include <vector>

#include "plan/tasks.h"

namespace towline::plan {

/// One task per (gateway, catalog, schema) of the tables to create and of the views to show.
std::vector<TaskSpec> create_schema_tasks(const TaskContext& context, const std::set<SnapshotId>& tables,
                                          const std::vector<TableInfo>& views);
/// What the environment shows and `existing` does not yet; all of it unless `existing` is prod as a whole.
std::vector<TableInfo> newly_promoted(const Environment& environment, const std::optional<Environment>& existing,
                                      TimestampMs execution_ts);
/// One task per promoted model that has a view.
std::vector<TaskSpec> create_view_tasks(const TaskContext& context, const std::vector<TableInfo>& promoted);
/// Views of `before` that the environment no longer shows, or shows elsewhere.
std::vector<TableInfo> demoted_views(const Environment& environment, const std::vector<TableInfo>& before,
                                     const Environment& existing);
std::vector<TaskSpec> drop_view_tasks(const TaskContext& context, const std::vector<TableInfo>& demoted,
                                      const std::optional<Environment>& existing);

}  // namespace towline::plan
