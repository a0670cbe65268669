#include <algorithm>

#include "plan/intervals.h"
#include "plan/node_schedule.h"
#include "plan/stages.h"
#include "plan/tasks.h"
#include "time/timelike.h"

namespace towline::plan {
namespace {

/// The environment's snapshots; ranges that wait for a restatement count as missing.
Result<std::map<SnapshotId, Snapshot>> environment_snapshots(const RunRequest& request,
                                                             const std::map<SnapshotId, Snapshot>& known) {
    std::map<SnapshotId, Snapshot> out;
    for (const TableInfo& info : request.environment.snapshots) {
        const auto found = known.find(info.id());
        if (found == known.end())
            return fail(ErrorCode::invalid, "the environment names an unknown snapshot of " + info.name);
        Snapshot snapshot = found->second;
        for (const Interval& range : snapshot.pending_restatement_intervals) model::remove(snapshot.intervals, range);
        out.emplace(info.id(), std::move(snapshot));
    }
    return out;
}

/// Paused models and everything below them.
std::set<std::string> paused_names(const RunRequest& request, const Graph& graph) {
    std::set<std::string> out;
    if (request.paused_models.empty()) return out;
    for (const SnapshotId& id : graph.order()) {
        if (!request.paused_models.contains(id.name)) continue;
        out.insert(id.name);
        for (const SnapshotId& below : graph.downstream(id)) out.insert(below.name);
    }
    return out;
}

void add_statements(const RunRequest& request, bool before, Interval range, std::vector<Stage>& out) {
    TaskSpec task;
    for (const EnvironmentStatements& statements : request.statements)
        if (!(before ? statements.before_all : statements.after_all).empty()) task.statements.push_back(statements);
    if (task.statements.empty()) return;
    const StageKind kind = before ? StageKind::before_all : StageKind::after_all;
    task.key = task.name = std::string(to_string(kind));
    task.kind = TaskKind::statements;
    task.before = before;
    task.environment = request.environment.naming.name;
    task.naming = request.environment.naming;
    task.execution_ts = request.execution_ts;
    task.interval = range;
    out.push_back({kind, {std::move(task)}});
}

Interval hull(const std::map<SnapshotId, Intervals>& missing) {
    Interval out = {missing.begin()->second.front().start, missing.begin()->second.back().end};
    for (const auto& [id, ranges] : missing)
        out = {std::min(out.start, ranges.front().start), std::max(out.end, ranges.back().end)};
    return out;
}

/// A start after the end is a mistake, not a run with nothing to do.
Status check_range(const RunRequest& request) {
    if (!request.start || !request.end) return {};
    TRY(const TimestampMs start, time::parse_timelike(*request.start, request.execution_ts));
    TRY(const TimestampMs end, time::parse_timelike(*request.end, request.execution_ts));
    if (start <= end) return {};
    return fail(ErrorCode::invalid, "Start date / time (" + *request.start +
                                        ") can't be greater than end date / time (" + *request.end + ")");
}

}  // namespace

Result<std::vector<Stage>> run_stages(const RunRequest& request, const std::map<SnapshotId, Snapshot>& known) {
    TRY_STATUS(check_range(request));
    TRY(const auto snapshots, environment_snapshots(request, known));
    const Graph graph(snapshots);
    DeployabilityIndex index = DeployabilityIndex::all();
    if (model::is_dev(request.environment)) {
        std::optional<TimestampMs> start;
        if (request.start) {
            TRY(start, time::parse_timelike(*request.start, request.execution_ts));
        }
        index = deployability(snapshots, start, request.execution_ts);
    }
    MissingOptions options;
    options.start = request.start;
    options.end = request.end;
    options.execution_ts = request.execution_ts;
    options.ignore_cron = request.ignore_cron;
    TRY(auto missing, missing_intervals(snapshots, index, options));
    const std::set<std::string> paused = paused_names(request, graph);
    const std::set<std::string> selected(request.select_models.begin(), request.select_models.end());
    std::erase_if(missing, [&](const auto& entry) {
        const std::string& name = entry.first.name;
        return paused.contains(name) || (!selected.empty() && !selected.contains(name));
    });
    std::vector<Stage> out;
    if (missing.empty()) return out;
    const TaskContext context{
        snapshots, graph, index, request.environment.naming.name, request.environment.naming, request.execution_ts,
        {},        {},    {}};
    const Interval range = hull(missing);
    add_statements(request, true, range, out);
    TRY(auto tasks, backfill_tasks(context, missing, {}));
    out.push_back({StageKind::backfill, std::move(tasks)});
    add_statements(request, false, range, out);
    return out;
}

std::optional<TimestampMs> next_run_at(const std::map<SnapshotId, Snapshot>& snapshots, TimestampMs now) {
    std::optional<TimestampMs> out;
    for (const auto& [id, snapshot] : snapshots) {
        const model::Node& node = snapshot.node;
        if (!model::is_evaluatable(node) || model::is_seed(node)) continue;
        const auto schedule = Schedule::of(node);
        if (!schedule) continue;
        const TimestampMs next = schedule->next(now);
        out = std::min(out.value_or(next), next);
        const auto& restated = snapshot.next_auto_restatement_ts;
        if (restated && *restated > now) out = std::min(*out, *restated);
    }
    return out;
}

}  // namespace towline::plan
