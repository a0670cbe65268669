#include "services/cron_enqueuer.h"

#include <algorithm>

#include "log/log.h"
#include "services/run_options.h"

namespace towline::services {
namespace {

// A project without any schedule is looked at again after this, in case a plan on another replica changed it.
constexpr model::TimestampMs kLookAgainMs = 60'000;

bool is_paused(const std::vector<core::Pause>& pauses, const std::string& environment) {
    return std::any_of(pauses.begin(), pauses.end(),
                       [&](const core::Pause& pause) { return pause.environment == environment && !pause.model; });
}

std::set<std::string> paused_models(const std::vector<core::Pause>& pauses, const std::string& environment) {
    std::set<std::string> models;
    for (const core::Pause& pause : pauses)
        if (pause.environment == environment && pause.model) models.insert(*pause.model);
    return models;
}

}  // namespace

Result<bool> CronEnqueuer::run_once() {
    TRY(const std::vector<std::string> projects, store_.projects());
    bool started = false;
    for (const std::string& project : projects) {
        for (const std::string& name : cadence_) {
            TRY(const auto mark, store_.environment_mark(project, name));
            if (!mark || !mark->finalized_ts) continue;
            const Result<bool> made = look_at(project, name, mark->plan_id);
            if (!made && made.error().code == ErrorCode::unavailable) return fail(made.error());
            // One project's trouble must not keep the others from running.
            if (!made) log::failure(log::Level::error, "no run can be made", made.error().in(project + " " + name));
            started = started || (made && *made);
        }
    }
    return started;
}

Result<bool> CronEnqueuer::look_at(const std::string& project_id, const std::string& name, const std::string& plan_id) {
    const model::TimestampMs now = clock_.now_ms();
    Look& look = looks_[{project_id, name}];
    TRY(const std::vector<core::Pause> pauses, store_.pauses(project_id));
    if (is_paused(pauses, name)) return false;
    // A model whose pause ends may have been due for long.
    const std::set<std::string> paused = paused_models(pauses, name);
    if (look.plan_id == plan_id && look.paused_models == paused && now < look.next_due) return false;

    store::WorkFilter open;
    open.kind = core::WorkKind::run;
    open.environment = name;
    for (const core::WorkState state : {core::WorkState::queued, core::WorkState::running}) {
        open.state = state;
        TRY(const auto page, store_.works(project_id, open, {"", 1}));
        if (!page.items.empty()) return false;  // looked at again when it has ended
    }

    TRY(const std::optional<model::Environment> environment, store_.environment(project_id, name));
    if (!environment || environment->plan_id != plan_id) return false;  // changed since; the next look sees it whole
    core::Work work = new_run(project_id, *environment, now);
    TRY(const std::optional<RunInput> input, load_run(store_, work, {}));
    if (!input) return false;
    const Result<std::vector<plan::Stage>> due = plan::run_stages(input->request, input->snapshots);
    if (!due) {
        look = {plan_id, paused, now + kLookAgainMs};
        return fail(due.error());
    }
    const std::vector<plan::Stage>& stages = *due;
    if (!stages.empty()) TRY_STATUS(store_.add_work(work));
    look = {plan_id, paused, plan::next_run_at(input->snapshots, now).value_or(now + kLookAgainMs)};
    if (stages.empty()) return false;
    log::info("run created", {{"run", work.id}, {"environment", work.environment}, {"trigger", work.trigger}});
    return advancer_.advance(project_id, work.id);
}

Result<CronEnqueuer::Requested> CronEnqueuer::request(core::Work work, const RunOptions& options) {
    work.document = to_json(options);
    Requested requested;
    TRY(const std::optional<RunInput> input, load_run(store_, work, options));
    if (input) {
        work.base_plan_id = input->request.environment.plan_id;
        TRY(const std::vector<plan::Stage> stages, plan::run_stages(input->request, input->snapshots));
        if (stages.empty()) {
            requested.next_run_ts = plan::next_run_at(input->snapshots, work.execution_ts);
            return requested;
        }
    }
    requested.work_id = work.id;
    TRY_STATUS(store_.add_work(work));
    // The run is accepted: a failure to start it now is repaired by the next tick, and is none of the request, which
    // the caller would repeat.
    const Result<bool> freed = advancer_.advance(work.project_id, work.id);
    if (!freed) log::failure(log::Level::warn, "a run cannot be started now", freed.error().in(work.id));
    return requested;
}

}  // namespace towline::services
