#include "plan/describe.h"

#include "plan/naming.h"
#include "plan/node_schedule.h"
#include "time/civil.h"

namespace towline::plan {
namespace {
std::string instant(bool date_only, TimestampMs t) {
    return date_only ? time::format_date(t) : time::format_timestamp(t).substr(0, 19);
}
}  // namespace

Describer::Describer(const Plan& plan, const std::map<SnapshotId, Snapshot>& snapshots, bool with_catalog)
    : plan_(plan), with_catalog_(with_catalog) {
    for (const SnapshotId& id : plan.snapshots)
        if (const auto found = snapshots.find(id); found != snapshots.end()) by_name_[id.name] = &found->second;
}

const Snapshot* Describer::snapshot(const std::string& fqn) const {
    const auto found = by_name_.find(fqn);
    return found == by_name_.end() ? nullptr : found->second;
}

std::string Describer::name(const std::string& fqn) const {
    const Snapshot* known = snapshot(fqn);
    if (!known && !by_name_.empty()) known = by_name_.begin()->second;
    if (!known) return fqn;
    if (known->name == fqn && !model::is_model(known->node)) return fqn;
    const auto catalog = with_catalog_ ? std::nullopt : known->node.default_catalog;
    return display_name(fqn, plan_.environment.naming, known->node.dialect, catalog);
}

std::string ranges_text(const model::Node& node, const Intervals& ranges) {
    const auto unit = interval_unit(node);
    const bool date_only = !unit || time::is_date_granularity(*unit);
    std::string out;
    for (const Interval& range : ranges) {
        if (!out.empty()) out += ", ";
        out += instant(date_only, range.start) + " - " + instant(date_only, range.end - 1);
    }
    return out;
}

std::string backfill_text(const model::Node& node, const Intervals& ranges) {
    if (model::is_incremental(node)) return ranges_text(node, ranges);
    return node.kind.name == model::KindName::view ? "recreate view" : "full refresh";
}

}  // namespace towline::plan
