#pragma once
// What a plan assumes where the user says nothing. Private to common/plan.

#include "plan/draft.h"
#include "plan/intervals.h"

namespace towline::plan {

/// Fills the draft: selections, differences, graph, default start and end. The first step of building.
Status prepare(Draft& draft);
/// environment_catalog_mapping: the catalog of the first pattern that matches the environment's name.
std::optional<std::string> catalog_override(const project::Settings& settings, const std::string& environment);
/// A time-like text with relative expressions resolved against the execution time; others stay as they are.
Result<std::string> resolved(const std::string& text, TimestampMs execution_ts);
/// The index of a dev plan, or of a prod plan before its tables are altered (3.4).
Result<DeployabilityIndex> plan_index(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots);
/// What the plan says about which intervals count as missing.
MissingOptions missing_options(const Plan& plan);
/// Missing intervals with a given index: the plan's own before it is finished.
Result<MissingIntervals> missing_intervals(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots,
                                           const DeployabilityIndex& index);

}  // namespace towline::plan
