#include <algorithm>

#include "base/strings.h"
#include "plan/changes.h"
#include "plan/defaults.h"
#include "plan/draft.h"
#include "plan/fingerprint.h"
#include "plan/intervals.h"
#include "plan/known_fingerprints.h"
#include "plan/selector.h"
#include "plan/text_diff.h"
#include "plan/view_tasks.h"
#include "time/civil.h"
#include "time/timelike.h"

namespace towline::plan {
namespace {
using model::ChangeCategory;

Status check_new_environment(const Draft& d) {
    if (!d.is_dev || d.options.include_unmodified || !d.diff.is_new_environment) return {};
    if (d.diff.has_snapshot_changes() || d.diff.statements_changed || d.backfill) return {};
    return fail(ErrorCode::invalid,
                "Creating a new environment requires a change, but project files match the `" + d.options.create_from +
                    "` environment. Make a change or use the --include-unmodified flag to create a new environment "
                    "without changes.");
}

Status check_dates(const Draft& d) {
    const bool allowed = d.is_dev || (d.restate && !d.restate->empty());
    if ((d.options.start || d.options.end) && !allowed)
        return fail(ErrorCode::invalid,
                    "The start and end dates can't be set for a production plan without restatements.");
    std::optional<TimestampMs> start;
    std::optional<TimestampMs> end;
    if (d.start) {
        TRY(start, time::parse_timelike(*d.start, d.execution_ts));
    }
    if (d.end) {
        TRY(end, time::parse_timelike(*d.end, d.execution_ts));
    }
    if (start && end && *start > *end)
        return fail(ErrorCode::invalid, "Plan end date: '" + (d.options.end ? *d.end : time::format_timestamp(*end)) +
                                            "' must be after the plan start date: '" +
                                            (d.options.start ? *d.start : time::format_timestamp(*start)) + "'");
    if (end && *end > d.execution_ts)
        return fail(ErrorCode::invalid, "Plan end date: '" + *d.end + "' cannot be in the future (execution time: '" +
                                            time::format_timestamp(d.execution_ts) + "')");
    return {};
}

/// With nothing to load at all, a plan would only fail later, at the first table that does not exist.
Status check_first_interval(const Draft& d) {
    if (d.start || d.diff.snapshots.empty() || !d.diff.has_changes()) return {};
    TRY(const TimestampMs start, earliest_interval_start(d.diff.snapshots, d.execution_ts));
    TimestampMs end = d.execution_ts;
    if (d.end) {
        TRY(end, time::parse_timelike(*d.end, d.execution_ts));
    }
    if (start <= end) return {};
    return fail(ErrorCode::invalid,
                "Start date / time (" + time::format_timestamp(start) + ") can't be greater than end date / time (" +
                    time::format_timestamp(end) + ")",
                "set an earlier `start` in the models or in model_defaults of the config");
}

Status check_references(const Draft& d) {
    for (const auto& [id, snapshot] : d.diff.snapshots)
        for (const std::string& parent : snapshot.node.depends_on) {
            const auto removed = d.diff.removed.find(parent);
            if (removed == d.diff.removed.end() || removed->second.kind_name == "EXTERNAL") continue;
            return fail(ErrorCode::invalid, "Removed '" + parent + "' are referenced in '" + snapshot.name +
                                                "'. Please remove broken references before proceeding.");
        }
    return {};
}

Status apply_effective_from(Draft& d) {
    if (!d.options.effective_from) return {};
    if (!d.forward_only) return fail(ErrorCode::invalid, "Effective date can only be set for a forward-only plan.");
    TRY(const TimestampMs effective, time::parse_timelike(*d.options.effective_from, d.execution_ts));
    if (effective > d.state.now) return fail(ErrorCode::invalid, "Effective date cannot be in the future.");
    for (const SnapshotId& id : d.diff.new_ids) {
        Snapshot& s = d.diff.snapshots.at(id);
        const bool whole = model::is_full_history_restatement_only(s.node) && model::is_incremental(s.node);
        if (model::is_evaluatable(s.node) && !s.node.kind.disable_restatement && !whole)
            s.effective_from = d.options.effective_from;
    }
    return {};
}

/// What is not asked for is not loaded: explicit selections, restated models, or everything; ancestors come
/// along.
std::optional<std::set<std::string>> models_to_backfill(const Draft& d) {
    std::set<SnapshotId> ids;
    if (d.backfill) {
        for (const std::string& name : *d.backfill)
            if (const auto found = d.diff.by_name.find(name); found != d.diff.by_name.end()) ids.insert(found->second);
    } else if (d.restate && !d.restate->empty()) {
        for (const auto& [id, range] : d.restatements) ids.insert(id);
    } else {
        return {};
    }
    std::set<std::string> out;
    for (const SnapshotId& id : d.graph->with_upstream(ids)) out.insert(id.name);
    return out;
}

std::optional<std::vector<SnapshotId>> promoted_ids(const Draft& d) {
    if (!d.is_dev || (!d.backfill && d.options.include_unmodified)) return {};
    std::set<SnapshotId> chosen = d.diff.previously_promoted;
    if (d.backfill) {
        for (const std::string& name : *d.backfill)
            if (const auto found = d.diff.by_name.find(name); found != d.diff.by_name.end())
                chosen.insert(found->second);
    } else {
        chosen.insert(d.diff.added.begin(), d.diff.added.end());
        for (const auto& [name, modified] : d.diff.modified) chosen.insert(modified.current);
    }
    std::vector<SnapshotId> out;
    for (const SnapshotId& id : d.graph->order())
        if (chosen.contains(id)) out.push_back(id);
    return out;
}

/// Dates stand in the environment's record as the user gave them; what was computed is written as a time.
std::string recorded_time(const std::string& text) {
    constexpr std::size_t kDateDigits = 8;  // 20240101 is a date
    const bool is_number = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number || text.size() <= kDateDigits) return text;
    const auto at = time::parse_timelike(text, 0);
    return at ? time::format_timestamp(*at) : text;
}

Result<Environment> environment_of(const Draft& d) {
    const project::Settings& settings = d.project.settings;
    Environment e;
    e.naming.name = d.options.environment;
    e.naming.suffix_target = settings.environment_suffix_target;
    e.naming.normalize_name = d.diff.normalize_name;
    e.naming.gateway_managed = settings.gateway_managed_virtual_layer;
    e.naming.catalog_name_override = catalog_override(settings, d.options.environment);
    if (d.restate && d.state.target) e.naming = d.state.target->naming;
    for (const SnapshotId& id : d.graph->order()) e.snapshots.push_back(model::table_info(d.diff.snapshots.at(id)));
    if (d.start) {
        e.start_at = recorded_time(*d.start);
    } else {
        TRY(const TimestampMs earliest, earliest_interval_start(d.diff.snapshots, d.execution_ts));
        e.start_at = time::format_timestamp(earliest);
    }
    if (d.end) e.end_at = recorded_time(*d.end);
    e.previous_plan_id = d.diff.previous_plan_id;
    const auto& pinned = settings.pinned_environments;
    const bool is_pinned = std::find(pinned.begin(), pinned.end(), d.options.environment) != pinned.end();
    if (d.is_dev && settings.environment_ttl && !is_pinned) {
        TRY(e.expiration_ts, time::parse_timelike(*settings.environment_ttl, d.state.now));
    }
    e.promoted_snapshot_ids = promoted_ids(d);
    if (d.diff.is_unfinalized)
        e.previous_finalized_snapshots = d.diff.previous_finalized_snapshots;
    else if (d.diff.base_exists)
        e.previous_finalized_snapshots = d.diff.environment_snapshots;
    return e;
}

Difference difference(const Draft& d, const SnapshotId& id, Change change) {
    const Snapshot& s = d.diff.snapshots.at(id);
    Difference out;
    out.name = s.name;
    out.change = change;
    out.category = s.change_category;
    out.forward_only = s.forward_only;
    if (const auto reason = d.reasons.find(s.name); reason != d.reasons.end()) out.reason = reason->second;
    if (const auto below = d.indirectly_modified.find(id); below != d.indirectly_modified.end())
        for (const SnapshotId& child : below->second) out.indirect.push_back(child.name);
    if (d.diff.directly_modified(s.name) || d.diff.metadata_updated(s.name))
        out.text_diff = definition_diff(d.diff.modified.at(s.name).before->node, s.node);
    return out;
}

std::vector<Difference> differences_of(const Draft& d) {
    std::vector<Difference> out;
    for (const auto& [name, id] : d.diff.by_name) {
        if (d.diff.added.contains(id))
            out.push_back(difference(d, id, Change::added));
        else if (d.diff.directly_modified(name))
            out.push_back(difference(d, id, Change::directly_modified));
        else if (d.diff.indirectly_modified(name))
            out.push_back(difference(d, id, Change::indirectly_modified));
        else if (d.diff.metadata_updated(name))
            out.push_back(difference(d, id, Change::metadata_updated));
    }
    for (const auto& [name, info] : d.diff.removed) {
        Difference gone;
        gone.name = name;
        gone.change = Change::removed;
        gone.category = info.change_category;
        out.push_back(std::move(gone));
    }
    return out;
}

void copy_options(const Draft& d, Plan& plan) {
    const PlanOptions& o = d.options;
    plan.is_dev = d.is_dev;
    plan.no_gaps = o.no_gaps;
    plan.skip_backfill = o.skip_backfill;
    plan.empty_backfill = o.empty_backfill;
    plan.forward_only = d.forward_only;
    plan.end_bounded = !o.run;
    plan.ignore_cron = o.run && o.ignore_cron;
    plan.use_finalized_state = d.project.settings.plan.use_finalized_state;
    plan.allow_destructive_models = d.allow_destructive;
    plan.allow_additive_models = d.allow_additive;
    const bool full = d.project.settings.virtual_environment_mode == "full";
    plan.restate_all_snapshots = d.restate.has_value() && !d.is_dev && full;
}

/// New metadata snapshots whose audits differ from the ones they follow.
Result<std::set<std::string>> audit_only(const Draft& d) {
    std::set<std::string> out;
    for (const auto& [name, modified] : d.diff.modified) {
        const Snapshot& s = d.diff.snapshots.at(modified.current);
        const bool metadata = d.diff.is_new(modified.current) && s.change_category == ChangeCategory::metadata;
        if (!metadata || !model::is_model(s.node) || !model::is_evaluatable(s.node) || s.node.audits.empty()) continue;
        TRY(const std::string now, audit_hash(s.node));
        TRY(const std::string before, audit_hash(modified.before->node));
        if (now != before) out.insert(name);
    }
    return out;
}

/// When no start is asked for, the plan begins where the first missing interval does. Sets plan.start.
Status settle_start(const Draft& d, Plan& plan) {
    plan.start = d.start;
    if (d.start) return {};
    TRY(TimestampMs start, earliest_interval_start(d.diff.snapshots, d.execution_ts));
    plan.start = std::to_string(start);
    TRY(const MissingIntervals missing, missing_intervals(plan, d.diff.snapshots, d.index));
    std::optional<TimestampMs> first;
    for (const auto& [name, ranges] : missing)
        first = std::min(first.value_or(ranges.front().start), ranges.front().start);
    plan.start = std::to_string(first.value_or(start));
    return {};
}

Result<Plan> assemble(Draft& d) {
    Plan plan;
    copy_options(d, plan);
    TRY(plan.environment, environment_of(d));
    if (!plan.is_dev)
        for (const TableInfo& info : newly_promoted(plan.environment, d.state.target, d.execution_ts))
            plan.unpaused.push_back(info.id());
    plan.is_new_environment = d.diff.is_new_environment;
    if (plan.is_new_environment && d.diff.base_exists) plan.create_from = d.options.create_from;
    plan.restate_models = d.restate.value_or(std::set<std::string>{});
    for (const SnapshotId& id : d.graph->order()) {
        plan.snapshots.push_back(id);
        if (d.diff.is_new(id)) plan.new_snapshots.push_back(d.diff.snapshots.at(id));
    }
    plan.environment_statements = d.diff.environment_statements;
    plan.differences = differences_of(d);
    plan.end = d.end;
    plan.execution_ts = d.execution_ts;
    for (const auto& [id, range] : d.restatements) plan.restatements[id.name] = range;
    plan.models_to_backfill = models_to_backfill(d);
    plan.interval_overrides = d.overrides;
    if (d.options.end)
        for (auto& [name, range] : plan.interval_overrides) range.end = 0;
    for (const SnapshotId& id : d.directly_modified) plan.directly_modified.insert(id.name);
    for (const auto& [id, below] : d.indirectly_modified)
        for (const SnapshotId& child : below) plan.indirectly_modified[id.name].insert(child.name);
    for (const auto& [name, _] : d.diff.modified)
        if (d.diff.metadata_updated(name)) plan.metadata_updated.insert(name);
    for (const auto& [name, info] : d.diff.removed) plan.removed.push_back(info);
    TRY(plan.audit_only, audit_only(d));
    plan.has_changes = d.diff.has_changes();
    plan.warnings = d.warnings;
    TRY_STATUS(settle_start(d, plan));
    return plan;
}

Status run_steps(Draft& d) {
    TRY_STATUS(check_new_environment(d));
    TRY_STATUS(check_dates(d));
    TRY_STATUS(check_first_interval(d));
    TRY_STATUS(check_references(d));
    TRY_STATUS(apply_effective_from(d));
    find_modified(d);
    TRY_STATUS(check_schema_changes(d));
    TRY_STATUS(categorize(d));
    TRY_STATUS(adjust_intervals(d));
    d.index = DeployabilityIndex::all();
    if (d.is_dev) {
        std::optional<TimestampMs> start;
        if (d.start) {
            TRY(start, time::parse_timelike(*d.start, d.execution_ts));
        }
        d.index = deployability(d.diff.snapshots, start, d.execution_ts);
    }
    return find_restatements(d);
}

Result<Plan> finish(Draft& draft) {
    TRY_STATUS(prepare(draft));
    TRY_STATUS(run_steps(draft));
    return assemble(draft);
}

}  // namespace

Result<Plan> build_plan(const project::Project& project, const StateView& state, const PlanOptions& options) {
    Draft draft(project, state, options);
    return finish(draft);
}

Result<Plan> build_plan(const project::Project& project, const Fingerprints& prints, const StateView& state,
                        const PlanOptions& options) {
    Draft draft(project, state, options);
    draft.prints = &prints;
    return finish(draft);
}

}  // namespace towline::plan
