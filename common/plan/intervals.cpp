#include "plan/intervals.h"

#include <algorithm>

#include "plan/node_schedule.h"
#include "plan/starts.h"
#include "time/interval_unit.h"
#include "time/timelike.h"

namespace towline::plan {
namespace {
using model::Interval;
using model::Intervals;
using model::Node;
using model::Snapshot;
using model::SnapshotId;
using model::TimestampMs;
using time::IntervalUnit;

TimestampMs ceil(IntervalUnit unit, TimestampMs t) {
    const TimestampMs floored = time::floor(unit, t);
    return floored == t ? t : time::next(unit, t);
}

/// Every tick of [range) that the recorded ranges do not cover wholly, as merged ranges. The last tick may be
/// partial.
Intervals uncovered_ticks(IntervalUnit unit, const Intervals& recorded, Interval range) {
    std::vector<Interval> out;
    for (const Interval& gap : model::uncovered(recorded, range))
        out.push_back({std::max(range.start, time::floor(unit, gap.start)), std::min(range.end, ceil(unit, gap.end))});
    return model::merged(std::move(out));
}

/// A tick is also missing if the tick `lookback` later is missing or lies beyond the range. Not transitive.
Intervals with_lookback(IntervalUnit unit, const Intervals& missing, Interval range, std::int64_t lookback) {
    std::vector<Interval> out(missing);
    for (const Interval& part : missing)
        out.push_back(
            {time::advance(unit, part.start, -lookback), time::advance(unit, ceil(unit, part.end), -lookback)});
    out.push_back({time::advance(unit, ceil(unit, range.end), -lookback), range.end});
    for (Interval& part : out) part = {std::max(part.start, range.start), std::min(part.end, range.end)};
    return model::merged(std::move(out));
}

/// An end of the model before the end of the range uses up that many ticks of lookback.
std::int64_t lookback_before_end(IntervalUnit unit, std::int64_t lookback, TimestampMs range_end,
                                 TimestampMs model_end) {
    const TimestampMs last = time::prev(unit, range_end);
    if (model_end >= last) return lookback;
    return std::max<std::int64_t>(0, lookback - time::ticks_between(unit, model_end + 1, last + 1));
}

Intervals compute_missing(const Node& node, IntervalUnit unit, const Intervals& recorded, Interval range,
                          std::optional<TimestampMs> model_end) {
    if (range.empty()) return {};
    Intervals missing = uncovered_ticks(unit, recorded, range);
    if (missing.empty()) return missing;
    std::int64_t lookback = model::is_model(node) ? node.kind.lookback.value_or(0) : 0;
    if (lookback > 0) {
        if (model_end) lookback = lookback_before_end(unit, lookback, range.end, *model_end);
        if (lookback > 0) missing = with_lookback(unit, missing, range, lookback);
    }
    if (model_end && *model_end < range.end) model::remove(missing, {ceil(unit, *model_end), range.end});
    return missing;
}

}  // namespace

Result<Interval> inclusive_exclusive(const Node& node, Interval range, bool end_is_date, bool expand) {
    TRY(const IntervalUnit unit, interval_unit(node));
    const bool partial = model::is_model(node) && node.allow_partials;
    Interval out;
    out.start = time::floor(unit, range.start);
    if (!expand && !partial && out.start < range.start) out.start = time::next(unit, range.start);
    const TimestampMs end = end_is_date ? range.end + time::kDayMs : range.end;
    if (partial)
        out.end = end;
    else
        out.end = expand ? ceil(unit, end) : time::floor(unit, end);
    return out;
}

Result<Intervals> missing_of(const Snapshot& snapshot, Interval range, bool end_is_date, bool representative,
                             const MissingOptions& options) {
    const Node& node = snapshot.node;
    TRY(const IntervalUnit unit, interval_unit(node));
    std::optional<TimestampMs> model_end;
    if (node.end) {
        TRY(const TimestampMs end, time::parse_timelike(*node.end, options.execution_ts));
        if (range.start > end) return Intervals{};
        TRY(const TimestampMs exclusive, time::exclusive_end(*node.end, options.execution_ts));
        if (model::is_model(node)) model_end = exclusive;
    }
    if (node.start) {
        TRY(const TimestampMs start, time::parse_timelike(*node.start, options.execution_ts));
        if (start > range.end) return Intervals{};
        range.start = std::max(range.start, start);
    }
    const bool partial = model::is_model(node) && node.allow_partials;
    if (!end_is_date && !partial && range.end - range.start < time::seconds(unit) * time::kSecondMs) return Intervals{};
    const Intervals& recorded = representative ? snapshot.intervals : snapshot.dev_intervals;
    if (!model::is_evaluatable(node) || (model::is_seed(node) && !recorded.empty())) return Intervals{};

    TRY(Interval bounds, inclusive_exclusive(node, range, end_is_date, true));
    TRY(const Schedule schedule, Schedule::of(node));
    TimestampMs upper = options.ignore_cron ? options.execution_ts : schedule.floor(options.execution_ts);
    if (options.end_bounded) upper = std::min(upper, bounds.end);
    if (!partial) upper = time::floor(unit, upper);
    bounds.end = std::min(bounds.end, upper);
    return compute_missing(node, unit, recorded, bounds, model_end);
}

namespace {

/// One snapshot per (name, version): the unpaused one, else the newer.
std::vector<const Snapshot*> one_per_version(const std::map<SnapshotId, Snapshot>& snapshots) {
    std::map<std::pair<std::string_view, std::string_view>, const Snapshot*> chosen;
    std::vector<const Snapshot*> out;
    for (const auto& [id, snapshot] : snapshots) {
        if (snapshot.version.empty()) {
            out.push_back(&snapshot);
            continue;
        }
        const Snapshot*& slot = chosen[{snapshot.name, snapshot.version}];
        const bool better = !slot || (slot->paused() && !snapshot.paused()) ||
                            (slot->paused() == snapshot.paused() && slot->created_ts < snapshot.created_ts);
        if (better) slot = &snapshot;
    }
    for (const auto& [key, snapshot] : chosen) out.push_back(snapshot);
    return out;
}

/// The window in which a snapshot's missing intervals are looked for.
struct Window {
    TimestampMs start = 0;
    TimestampMs end = 0;
    bool end_is_date = false;
};

class Finder {
 public:
    Finder(const std::map<SnapshotId, Snapshot>& snapshots, const DeployabilityIndex& index,
           const MissingOptions& options)
        : index_(index), options_(options), starts_(snapshots, options.execution_ts) {}

    Status prepare() {
        window_.end = options_.execution_ts;
        if (options_.end) {
            TRY(window_.end, time::parse_timelike(*options_.end, options_.execution_ts));
            window_.end_is_date = time::is_date(*options_.end);
        }
        if (options_.start) {
            TRY(window_.start, time::parse_timelike(*options_.start, options_.execution_ts));
            return {};
        }
        TRY(window_.start, starts_.earliest(window_.end));
        return {};
    }

    Result<Intervals> missing(const Snapshot& snapshot) {
        Window window = window_;
        const auto override_of = options_.overrides.find(snapshot.name);
        if (override_of != options_.overrides.end() && override_of->second.start)
            window.start = override_of->second.start;
        const auto restated = options_.restatements.find(snapshot.name);
        if (restated != options_.restatements.end()) window = {restated->second.start, restated->second.end, false};
        if (override_of != options_.overrides.end() && override_of->second.end) {
            if (window.start >= override_of->second.end) return Intervals{};
            window.end = override_of->second.end;
            window.end_is_date = false;
        }
        TRY(const TimestampMs own_start, starts_.of(snapshot, window.end));
        window.start = std::max(window.start, own_start);
        if (window.start > window.end) return Intervals{};
        TRY_STATUS(cut_at_model_end(snapshot.node, window));
        const bool representative = index_.is_representative(snapshot.id());
        const Interval range{window.start, window.end};
        if (restated == options_.restatements.end())
            return missing_of(snapshot, range, window.end_is_date, representative, options_);
        return missing_of(without(snapshot, restated->second), range, window.end_is_date, representative, options_);
    }

 private:
    Status cut_at_model_end(const Node& node, Window& window) const {
        if (!node.end) return {};
        TRY(const TimestampMs end, time::parse_timelike(*node.end, options_.execution_ts));
        if (end < window.end) window = {window.start, end, time::is_date(*node.end)};
        return {};
    }

    static Snapshot without(const Snapshot& snapshot, Interval range) {
        Snapshot copy = snapshot;
        model::remove(copy.intervals, range);
        model::remove(copy.dev_intervals, range);
        return copy;
    }

    const DeployabilityIndex& index_;
    const MissingOptions& options_;
    Starts starts_;
    Window window_;
};

}  // namespace

Result<std::map<SnapshotId, Intervals>> missing_intervals(const std::map<SnapshotId, Snapshot>& snapshots,
                                                          const DeployabilityIndex& index,
                                                          const MissingOptions& options) {
    std::map<SnapshotId, Intervals> out;
    Finder finder(snapshots, index, options);
    TRY_STATUS(finder.prepare());
    for (const Snapshot* snapshot : one_per_version(snapshots)) {
        if (!model::is_evaluatable(snapshot->node)) continue;
        TRY(Intervals missing, finder.missing(*snapshot));
        if (!missing.empty()) out.emplace(snapshot->id(), std::move(missing));
    }
    return out;
}

std::vector<Interval> batches(const Node& node, const Intervals& missing) {
    // A seed's batch_size counts rows.
    const auto unit = interval_unit(node);
    if (model::is_seed(node) || !node.kind.batch_size || *node.kind.batch_size <= 0 || !unit) return missing;
    std::vector<Interval> out;
    for (const Interval& range : missing)
        for (TimestampMs start = range.start; start < range.end && out.size() < kBatchesMax;) {
            const TimestampMs end = std::min(range.end, time::advance(*unit, start, *node.kind.batch_size));
            out.push_back({start, end});
            start = end;
        }
    return out;
}

}  // namespace towline::plan
