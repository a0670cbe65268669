#pragma once
// Names and ranges as people read them in plans. Private to common/plan.

#include <map>
#include <string>

#include "plan/plan.h"

namespace towline::plan {

/// Looks up what a name is shown as: sushi__dev.items, the default catalog only where `with_catalog`.
class Describer {
 public:
    Describer(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots, bool with_catalog);
    std::string name(const std::string& fqn) const;
    /// The snapshot of the plan, or null.
    const Snapshot* snapshot(const std::string& fqn) const;

 private:
    const Plan& plan_;
    std::map<std::string, const Snapshot*> by_name_;
    bool with_catalog_;
};

/// "2024-01-01 - 2024-01-07", ends inclusive, with times for units below a day; several joined by commas.
std::string ranges_text(const model::Node& node, const Intervals& ranges);
/// What `Models needing backfill` says in brackets: ranges, "full refresh", "recreate view".
std::string backfill_text(const model::Node& node, const Intervals& ranges);

}  // namespace towline::plan
