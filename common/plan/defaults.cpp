#include "plan/defaults.h"

#include <algorithm>

#include "plan/node_schedule.h"
#include "plan/selector.h"
#include "time/civil.h"
#include "time/timelike.h"

namespace towline::plan {
namespace {

tl::unexpected<Error> nothing_selected() {
    return fail(ErrorCode::invalid,
                "Selector did not return any models. Please check your model selection and try again.");
}

Status find_selections(Draft& d) {
    const auto merged = with_other_projects(d.project, d.state);
    const auto& nodes = merged ? *merged : d.project.nodes;
    TRY(d.allow_destructive, select_models(nodes, d.options.allow_destructive_models));
    TRY(d.allow_additive, select_models(nodes, d.options.allow_additive_models));
    if (!d.options.restate_models.empty()) {
        TRY(d.restate, select_models(nodes, d.options.restate_models));
        if (d.restate->empty()) return nothing_selected();
    }
    if (!d.options.backfill_models.empty()) {
        TRY(d.backfill, select_models(nodes, d.options.backfill_models));
        if (d.backfill->empty() && d.options.select_models.empty()) return nothing_selected();
    }
    if (!d.options.select_models.empty() && (!d.backfill || d.backfill->empty())) {
        // A selection that matches only what was removed locally loads nothing and is still a plan.
        TRY(d.backfill, select_models(nodes, d.options.select_models));
    }
    return {};
}

Status find_differences(Draft& d) {
    if (d.restate) {
        TRY(d.diff, no_diff(d.state, d.options));
        for (const std::string& name : *d.restate)
            if (!d.diff.by_name.contains(name))
                return fail(ErrorCode::not_found, "Cannot restate model '" + name + "'. Model does not exist.");
    } else {
        TRY(d.diff, context_diff(d.project, d.prints, d.state, d.options));
    }
    const bool selects = d.backfill && d.backfill->empty();
    if (selects && d.diff.removed.empty()) return nothing_selected();
    d.graph.emplace(d.diff.snapshots);
    return {};
}

std::set<std::string> changed_names(const Draft& d) {
    std::set<std::string> out;
    for (const SnapshotId& id : d.diff.added) out.insert(id.name);
    for (const auto& [name, modified] : d.diff.modified) out.insert(name);
    return out;
}

/// Where prod's data end, by model; only for what is backfilled and its ancestors.
std::map<std::string, TimestampMs> prod_ends(const Draft& d) {
    std::map<std::string, TimestampMs> out;
    if (!d.state.prod) return out;
    std::optional<std::set<std::string>> wanted;
    if (d.backfill) {
        std::set<SnapshotId> ids;
        for (const std::string& name : *d.backfill)
            if (const auto found = d.diff.by_name.find(name); found != d.diff.by_name.end()) ids.insert(found->second);
        wanted.emplace();
        for (const SnapshotId& id : d.graph->with_upstream(ids)) wanted->insert(id.name);
    }
    for (const TableInfo& info : compared_snapshots(*d.state.prod, d.project.settings.plan.use_finalized_state)) {
        const auto found = d.state.prod_ends.find({info.name, info.version});
        if (found == d.state.prod_ends.end()) continue;
        if (!wanted || wanted->contains(info.name)) out[info.name] = found->second;
    }
    return out;
}

/// Smallest start whose interval ends where the plan does by default: one unit before each model's frontier.
Result<std::optional<TimestampMs>> default_start(const Draft& d, const std::map<std::string, TimestampMs>& ends,
                                                 TimestampMs default_end) {
    std::set<std::string> names = d.backfill ? *d.backfill : changed_names(d);
    if (names.empty())
        for (const auto& [name, end] : ends) names.insert(name);
    std::optional<TimestampMs> out;
    for (const std::string& name : names) {
        if (!d.diff.by_name.contains(name)) continue;
        const model::Node& node = d.snapshot(name).node;
        TRY(const auto unit, interval_unit(node));
        TRY(const Schedule schedule, Schedule::of(node));
        const auto end = ends.find(name);
        const TimestampMs last = end == ends.end() ? schedule.floor(default_end) : end->second;
        const TimestampMs start = time::prev(unit, time::floor(unit, last));
        out = std::min(out.value_or(start), start);
    }
    return out;
}

/// A plan does not pull models beyond what prod has; the user's own dates and --run lift that (2.6).
Status find_default_range(Draft& d, std::optional<TimestampMs>& start) {
    if (d.options.run) return {};
    auto ends = prod_ends(d);
    std::optional<TimestampMs> end;
    for (const auto& [name, at] : ends) {
        const bool seed = d.diff.by_name.contains(name) && model::is_seed(d.snapshot(name).node);
        if (!seed) end = std::max(end.value_or(at), at);
    }
    if (end) {
        TRY(start, default_start(d, ends, *end));
        end = std::min(*end, d.execution_ts);
        if (d.options.execution_time && !d.options.end && d.execution_ts > *end) {
            end = d.execution_ts;
            for (auto& [name, at] : ends) at = std::max(at, d.execution_ts);
        }
    }
    for (const auto& [name, at] : ends) d.overrides[name].end = at;
    if (!d.end && end) d.end = std::to_string(*end);
    return {};
}

/// --min-intervals: each model reaches back that many cron periods, and parents as far as their children
/// (3.1).
Status find_min_starts(Draft& d, std::optional<TimestampMs> default_start_ts) {
    if (!d.options.min_intervals || *d.options.min_intervals <= 0 || !d.backfill) return {};
    if (!d.start && !default_start_ts) return {};
    TimestampMs plan_start = default_start_ts.value_or(0);
    if (d.start) {
        TRY(plan_start, time::parse_timelike(*d.start, d.execution_ts));
    }
    TimestampMs plan_end = d.execution_ts;
    if (d.end) {
        TRY(plan_end, time::parse_timelike(*d.end, d.execution_ts));
    }
    constexpr int kMinIntervalsMax = 100'000;
    const int count = std::min(*d.options.min_intervals, kMinIntervalsMax);
    std::map<std::string, TimestampMs> from_children;
    const auto& order = d.graph->order();
    for (auto id = order.rbegin(); id != order.rend(); ++id) {
        if (!d.backfill->contains(id->name)) continue;
        const Snapshot& snapshot = d.diff.snapshots.at(*id);
        TimestampMs point = d.overrides[id->name].end ? d.overrides[id->name].end : plan_end;
        if (snapshot.node.end) {
            TRY(const TimestampMs node_end, time::exclusive_end(*snapshot.node.end, d.execution_ts));
            if (node_end < plan_end) point = node_end;
        }
        TRY(const Schedule schedule, Schedule::of(snapshot.node));
        TimestampMs start = schedule.floor(point);
        for (int i = 0; i < count; ++i) start = schedule.prev(start);
        const auto child = from_children.find(id->name);
        start = std::min(start, child == from_children.end() ? plan_start : child->second);
        d.overrides[id->name].start = start;
        for (const SnapshotId& parent : snapshot.parents) {
            const auto known = from_children.emplace(parent.name, start).first;
            known->second = std::min(known->second, start);
        }
    }
    return {};
}

bool needs_other_preview(const Draft& d) {
    if (!d.is_dev) return false;
    for (const auto& [id, s] : d.diff.snapshots)
        if (model::is_model(s.node) && d.is_modified_or_added(s) &&
            (s.node.virtual_environment_mode != "full" || s.node.kind.auto_restatement_cron))
            return true;
    return false;
}

/// Previews need a start: the default one, else yesterday.
void find_preview_start(Draft& d, std::optional<TimestampMs> default_start_ts) {
    const bool forward = needs_forward_only_preview(d);
    if (d.start) {
        if (forward) d.preview_start = d.start;
        return;
    }
    if (!forward && !needs_other_preview(d)) return;
    d.start = default_start_ts ? std::to_string(*default_start_ts) : time::format_date(d.state.now - time::kDayMs);
    if (forward) d.preview_start = d.start;
}

/// The few signs that patterns of environment names use: literals, `.`, `*`, `^`, `$`; anchored at the start.
bool matches_here(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return true;
    if (pattern == "$") return text.empty();
    if (pattern.size() >= 2 && (pattern[1] == '*' || pattern[1] == '+')) {
        std::size_t least = pattern[1] == '+' ? 1 : 0;
        std::size_t most = 0;
        while (most < text.size() && (pattern[0] == '.' || pattern[0] == text[most])) ++most;
        for (; least <= most; ++least)
            if (matches_here(pattern.substr(2), text.substr(least))) return true;
        return false;
    }
    if (text.empty() || (pattern[0] != '.' && pattern[0] != text[0])) return false;
    return matches_here(pattern.substr(1), text.substr(1));
}

}  // namespace

std::optional<std::string> catalog_override(const project::Settings& settings, const std::string& environment) {
    if (environment != "prod" && settings.environment_suffix_target == model::SuffixTarget::catalog) return {};
    for (const auto& [pattern, catalog] : settings.environment_catalog_mapping) {
        std::string_view text = pattern;
        if (text.starts_with('^')) text.remove_prefix(1);
        if (matches_here(text, environment)) return catalog;
    }
    return {};
}

Result<std::string> resolved(const std::string& text, TimestampMs execution_ts) {
    if (!time::is_relative(text)) return text;
    TRY(const TimestampMs at, time::parse_timelike(text, execution_ts));
    return std::to_string(at);
}

Status prepare(Draft& d) {
    const project::Settings& settings = d.project.settings;
    d.is_dev = d.options.environment != "prod";
    d.execution_ts = d.state.now;
    if (d.options.execution_time) {
        TRY(d.execution_ts, time::parse_timelike(*d.options.execution_time, d.state.now));
    }
    d.forward_only =
        d.options.forward_only || settings.plan.forward_only || settings.virtual_environment_mode != "full";
    d.enable_preview = d.options.enable_preview.value_or(settings.plan.enable_preview.value_or(true));
    if (d.options.start) {
        TRY(d.start, resolved(*d.options.start, d.execution_ts));
    }
    if (d.options.end) {
        TRY(d.end, resolved(*d.options.end, d.execution_ts));
    }
    TRY_STATUS(find_selections(d));
    TRY_STATUS(find_differences(d));
    if (d.is_dev && !d.options.include_unmodified && !d.backfill && !d.restate) {
        std::set<std::string> changed = changed_names(d);
        if (!changed.empty()) d.backfill = std::move(changed);
    }
    std::optional<TimestampMs> start;
    TRY_STATUS(find_default_range(d, start));
    TRY_STATUS(find_min_starts(d, start));
    find_preview_start(d, start);
    return {};
}

}  // namespace towline::plan
