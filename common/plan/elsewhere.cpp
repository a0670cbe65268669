#include "plan/elsewhere.h"

#include <algorithm>

#include "plan/graph.h"
#include "plan/intervals.h"

namespace towline::plan {
namespace {
using model::Interval;
using model::SnapshotId;
using model::TableInfo;

/// A model and all that reads it in one environment, by name.
std::set<std::string> with_downstream(const std::string& name, const std::vector<TableInfo>& snapshots) {
    std::map<std::string, std::vector<std::string>> children;
    for (const TableInfo& info : snapshots)
        for (const SnapshotId& parent : info.parents) children[parent.name].push_back(info.name);
    std::set<std::string> out{name};
    std::vector<std::string> open{name};
    while (!open.empty()) {
        const std::string at = std::move(open.back());
        open.pop_back();
        for (const std::string& child : children[at])
            if (out.insert(child).second) open.push_back(child);
    }
    return out;
}

Interval wider(Interval a, Interval b) { return {std::min(a.start, b.start), std::max(a.end, b.end)}; }

/// What a model that is only loaded as a whole loses with a range.
Result<Interval> removal_of(const model::Snapshot& snapshot, Interval range, model::TimestampMs now) {
    if (model::depends_on_past(snapshot.node)) range.end = now;
    if (!snapshot.intervals.empty()) range.start = snapshot.intervals.front().start;
    return inclusive_exclusive(snapshot.node, range, false, true);
}

}  // namespace

std::set<std::string> Elsewhere::names() const {
    std::set<std::string> out;
    for (const auto& [id, version] : ranges) out.insert(id.name);
    return out;
}

Restated in_order(const std::map<std::string, Interval>& restatements,
                  const std::map<SnapshotId, model::Snapshot>& planned) {
    Restated out;
    const Graph graph(planned);
    for (const SnapshotId& id : graph.order())
        if (const auto found = restatements.find(id.name); found != restatements.end()) out.push_back(*found);
    return out;
}

Elsewhere restated_elsewhere(const Restated& restatements, const std::set<TableVersion>& prod,
                             const std::set<std::string>& kept, const std::vector<model::Environment>& environments) {
    Elsewhere out;
    for (const model::Environment& environment : environments) {
        std::map<std::string, const TableInfo*> shown;
        for (const TableInfo& info : environment.snapshots) shown.emplace(info.name, &info);
        for (const auto& [name, range] : restatements) {
            if (!shown.contains(name)) continue;
            for (const std::string& affected : with_downstream(name, environment.snapshots)) {
                const auto found = shown.find(affected);
                if (found == shown.end() || kept.contains(affected)) continue;
                const TableInfo& info = *found->second;
                if (prod.contains({info.name, info.version})) continue;
                out.ranges.emplace(info.id(), std::pair(info.version, range));
            }
        }
    }
    return out;
}

Result<std::map<TableVersion, Interval>> ranges_elsewhere(const Elsewhere& found,
                                                          const std::vector<model::Snapshot>& stored,
                                                          const std::set<TableVersion>& prod,
                                                          const std::set<SnapshotId>& expired, model::TimestampMs now) {
    std::map<std::string, Interval> widest;
    for (const auto& [id, version] : found.ranges) {
        const Interval& range = version.second;
        const auto [known, is_new] = widest.emplace(id.name, range);
        if (!is_new) known->second = wider(known->second, range);
    }
    std::map<TableVersion, Interval> out;
    for (const model::Snapshot& snapshot : stored) {
        const TableVersion table{snapshot.name, snapshot.version};
        const auto range_of_name = widest.find(snapshot.name);
        const auto shown = found.ranges.find(snapshot.id());
        if (range_of_name == widest.end() || prod.contains(table)) continue;
        if (shown == found.ranges.end() && expired.contains(snapshot.id())) continue;
        Interval range = shown == found.ranges.end() ? range_of_name->second : shown->second.second;
        if (model::is_full_history_restatement_only(snapshot.node)) {
            TRY(range, removal_of(snapshot, range, now));
        }
        const auto [known, is_new] = out.emplace(table, range);
        if (!is_new) known->second = wider(known->second, range);
    }
    return out;
}

}  // namespace towline::plan
