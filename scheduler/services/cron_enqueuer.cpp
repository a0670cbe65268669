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

}  // namespace

Result<bool> CronEnqueuer::run_once() {
    TRY(const std::vector<std::string> projects, store_.projects());
    bool started = false;
    for (const std::string& project : projects) {
        for (const std::string& name : cadence_) {
            TRY(const std::optional<model::Environment> environment, store_.environment(project, name));
            if (!environment || !environment->finalized_ts) continue;
            TRY(const bool made, look_at(project, *environment));
            started = started || made;
        }
    }
    return started;
}

Result<bool> CronEnqueuer::look_at(const std::string& project_id, const model::Environment& environment) {
    const model::TimestampMs now = clock_.now_ms();
    Look& look = looks_[{project_id, environment.naming.name}];
    if (look.plan_id == environment.plan_id && now < look.next_due) return false;

    TRY(const std::vector<core::Pause> pauses, store_.pauses(project_id));
    if (is_paused(pauses, environment.naming.name)) return false;
    store::WorkFilter open;
    open.kind = core::WorkKind::run;
    open.environment = environment.naming.name;
    for (const core::WorkState state : {core::WorkState::queued, core::WorkState::running}) {
        open.state = state;
        TRY(const auto page, store_.works(project_id, open, {"", 1}));
        if (!page.items.empty()) return false;  // looked at again when it has ended
    }

    core::Work work = new_run(project_id, environment, now);
    TRY(const std::optional<RunInput> input, load_run(store_, work));
    if (!input) return false;
    TRY(const std::vector<plan::Stage> stages, plan::run_stages(input->request, input->snapshots));
    look.plan_id = environment.plan_id;
    look.next_due = plan::next_run_at(input->snapshots, now).value_or(now + kLookAgainMs);
    if (stages.empty()) return false;
    TRY_STATUS(store_.add_work(work));
    log::info("run created", {{"run", work.id}, {"environment", work.environment}, {"trigger", work.trigger}});
    return advancer_.advance(project_id, work.id);
}

Result<CronEnqueuer::Requested> CronEnqueuer::request(core::Work work) {
    Requested requested;
    TRY(const std::optional<RunInput> input, load_run(store_, work));
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
    TRY([[maybe_unused]] const bool freed, advancer_.advance(work.project_id, work.id));
    return requested;
}

}  // namespace towline::services
