#include "services/advancer.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/expiry.h"
#include "crypto/crypto.h"
#include "log/log.h"
#include "services/cleanup.h"
#include "services/run_options.h"
#include "services/scheduler_stages.h"

namespace towline::services {
namespace {

using core::Work;
using core::WorkKind;
using core::WorkState;

// A work has a dozen stages; more steps than this in one call means that a transition does not hold.
constexpr int kStepsMax = 64;

std::string conflict_sentence(const Work& work, const std::optional<model::Environment>& existing) {
    return fmt::format("environment '{}' moved on: it now holds plan {}, and this plan was made for {}",
                       work.environment, existing ? existing->plan_id : std::string("none"),
                       work.base_plan_id.empty() ? std::string("a new environment") : "plan " + work.base_plan_id);
}

// The run that takes the place of this one. A function of the run, so that rebuilding it again, after a crash or on
// another replica, finds the run that is there already.
std::string successor_id(const Work& run) { return crypto::sha256("rebuilt:" + run.id).substr(0, 32); }

}  // namespace

Result<bool> Advancer::advance(const std::string& project_id, const std::string& work_id) {
    const std::lock_guard turn(turns_[std::hash<std::string>{}(work_id) % turns_.size()]);
    bool freed = false;
    for (int i = 0; i < kStepsMax; ++i) {
        TRY(const Work work, store_.work(project_id, work_id));
        if (core::is_final(work.state)) return freed;
        TRY(const Step next, step(work, freed));
        if (next == Step::wait) return freed;
        // Whoever waited for its environment may go on: runs behind a plan.
        if (next == Step::ended) return true;
    }
    return fail(ErrorCode::internal, "work " + work_id + " does not come to rest");
}

Result<bool> Advancer::run_once() {
    TRY(const std::vector<Work> works, store_.open_works());
    bool freed = false;
    for (const Work& work : works) {
        const Result<bool> moved = advance(work.project_id, work.id);
        if (!moved) {
            if (moved.error().code == ErrorCode::unavailable) return fail(moved.error());
            log::failure(log::Level::error, "a work cannot be advanced", moved.error().in(work.id));
            continue;
        }
        freed = freed || *moved;
    }
    return freed;
}

Result<Advancer::Step> Advancer::step(const Work& work, bool& freed) {
    if (work.state == WorkState::queued) {
        if (work.cancel_requested) return end(work, WorkState::cancelled, "cancelled before it started");
        return start(work);
    }
    if (work.kind == WorkKind::run && !work.cancel_requested) {
        TRY(const auto mark, store_.environment_mark(work.project_id, work.environment));
        if (!mark || mark->plan_id != work.base_plan_id) return preempt(work);
    }
    return stage_done(work, freed);
}

Result<Advancer::Step> Advancer::start(const Work& work) {
    // Asked every second while a long plan runs, and what follows reads megabytes. The store asks again under its lock.
    TRY(const std::vector<Work> open, store_.open_works());
    const auto holds_it_back = [&](const Work& other) { return core::holds_back(other, work); };
    if (std::any_of(open.begin(), open.end(), holds_it_back)) return Step::wait;
    if (core::is_cleanup(work)) return start_cleanup(work);
    return work.kind == WorkKind::plan ? start_plan(work) : start_run(work);
}

Result<Advancer::Step> Advancer::start_cleanup(const Work& work) {
    const model::TimestampMs now = clock_.now_ms();
    const Result<std::vector<plan::Stage>> stages = cleanup_stages(store_, work, now);
    if (!stages) return end_if_final(work, stages.error());
    if (stages->empty()) return end(work, WorkState::succeeded, "");
    const Result<bool> started = store_.start_work(work.project_id, work.id, *stages, now);
    if (!started) return end_if_final(work, started.error());
    if (*started) log::info("cleanup started", {{"work", work.id}, {"environment", work.environment}});
    return *started ? Step::again : Step::wait;
}

Result<Advancer::Step> Advancer::start_plan(const Work& work) {
    const model::TimestampMs now = clock_.now_ms();
    TRY(std::optional<model::Environment> existing, store_.environment(work.project_id, work.environment));
    // Refused before any work is done. SQLMesh notices only when it promotes, after everything was built.
    if (!core::fits_base(existing, work.base_plan_id, now))
        return end(work, WorkState::failed, conflict_sentence(work, existing));

    Result<plan::Plan> plan = stored_plan(store_, work);
    if (!plan) return end(work, WorkState::failed, plan.error().message);
    std::optional<model::Environment> prod;
    if (!existing) {
        TRY(prod, store_.environment(work.project_id, "prod"));
    }
    const Result<SnapshotMap> snapshots =
        load_plan_snapshots(store_, work.project_id, *plan, existing ? existing : prod);
    if (!snapshots) return end_if_final(work, snapshots.error());
    for (const model::SnapshotId& id : plan->snapshots)
        if (!snapshots->contains(id))
            return end(work, WorkState::failed,
                       fmt::format("the snapshot of {} expired before the plan could start; plan again", id.name));
    TRY(const bool waits, waits_for_cleanup(store_, work, *snapshots));
    if (waits) return Step::wait;
    const Result<std::vector<plan::Stage>> stages = plan::plan_stages(*plan, *snapshots, existing, prod);
    if (!stages) return end(work, WorkState::failed, stages.error().message);
    const Result<bool> started = store_.start_work(work.project_id, work.id, *stages, now);
    if (!started) return end_if_final(work, started.error());
    if (*started) log::info("plan started", {{"plan", work.id}, {"environment", work.environment}});
    return *started ? Step::again : Step::wait;
}

Result<Advancer::Step> Advancer::start_run(const Work& work) {
    TRY(const RunOptions options, stored_run_options(store_, work));
    const Result<std::optional<RunInput>> loaded = load_run(store_, work, options);
    if (!loaded) return end_if_final(work, loaded.error());
    const std::optional<RunInput>& input = *loaded;
    if (!input) return Step::wait;  // not finalised yet: a plan is on its way
    if (input->request.environment.plan_id != work.base_plan_id) {
        TRY_STATUS(rebuild(work, input->request.environment));
        return end(work, WorkState::cancelled, "the environment was changed by a plan before the run started");
    }
    const Result<std::vector<plan::Stage>> stages = plan::run_stages(input->request, input->snapshots);
    if (!stages) return end(work, WorkState::failed, stages.error().message);
    if (!input->restatements.empty()) {
        const Status stored = store_.auto_restate(work.project_id, input->restatements, clock_.now_ms());
        if (!stored) return end_if_final(work, stored.error());
    }
    const Result<bool> started = store_.start_work(work.project_id, work.id, *stages, clock_.now_ms());
    if (!started) return end_if_final(work, started.error());
    if (*started) log::info("run started", {{"run", work.id}, {"environment", work.environment}});
    return *started ? Step::again : Step::wait;
}

// A plan changed the environment under a running run. What is leased finishes; the rest is dropped and a new run is
// made from the new snapshots, as `sqlmesh run` does when it notices. The new run comes first: a crash between the two
// is repaired by looking again, while a run that is already being cancelled is never looked at this way.
Result<Advancer::Step> Advancer::preempt(const Work& work) {
    TRY(const auto environment, store_.environment(work.project_id, work.environment));
    if (environment) TRY_STATUS(rebuild(work, *environment));
    TRY_STATUS(store_.request_cancel(work.project_id, work.id, false, clock_.now_ms()));
    return Step::again;
}

Status Advancer::rebuild(const Work& work, const model::Environment& environment) {
    Work next = new_run(work.project_id, environment, clock_.now_ms());
    next.id = successor_id(work);
    next.trigger = work.trigger;
    next.created_by = work.created_by;
    TRY(next.document, store_.work_document(work.project_id, work.id));
    const Status added = store_.add_work(next);
    if (!added && added.error().code != ErrorCode::conflict) return added;
    if (added) log::info("run is rebuilt", {{"run", work.id}, {"as", next.id}, {"environment", work.environment}});
    return {};
}

// What asking again cannot change ends the work; it must not stand in the queue for ever.
Result<Advancer::Step> Advancer::end_if_final(const Work& work, const Error& error) {
    if (error.code == ErrorCode::unavailable || error.code == ErrorCode::timeout) return fail(error);
    return end(work, WorkState::failed, error.message);
}

Result<Advancer::Step> Advancer::stage_done(const Work& work, bool& freed) {
    const model::TimestampMs now = clock_.now_ms();
    const auto stage_count = static_cast<int>(work.stages.size());
    core::StageVerdict verdict = core::StageVerdict::next;
    if (work.stage_index >= 0) {
        const plan::StageKind kind = work.stages.at(static_cast<std::size_t>(work.stage_index));
        if (plan::is_scheduler_stage(kind) && !work.cancel_requested) {
            const Status done = perform(work, kind, now);
            if (!done) return end_if_final(work, done.error());
        } else {
            TRY(const core::StageCounts counts, store_.stage_counts(work));
            verdict = core::on_stage(work, counts);
        }
    } else if (work.cancel_requested) {
        verdict = core::StageVerdict::cancelled;
    }
    // after_all of a run is executed even if batches failed, like SQLMesh's `finally`.
    const bool after_all_follows =
        work.kind == WorkKind::run && work.stage_index + 1 < stage_count &&
        work.stages.at(static_cast<std::size_t>(work.stage_index) + 1) == plan::StageKind::after_all;
    if (verdict == core::StageVerdict::failed && after_all_follows) verdict = core::StageVerdict::next;

    switch (verdict) {
        case core::StageVerdict::wait:
            return Step::wait;
        case core::StageVerdict::cancelled:
            return end(work, WorkState::cancelled, "cancelled");
        case core::StageVerdict::failed: {
            TRY(const std::string reason, failure_sentence(store_, work));
            return end(work, WorkState::failed, reason);
        }
        case core::StageVerdict::next:
            break;
    }
    if (work.stage_index + 1 < stage_count) {
        TRY(const bool entered, store_.enter_stage(work, work.stage_index + 1, now));
        freed = freed || entered;
        return Step::again;
    }
    TRY(const bool failed, has_failed_tasks(store_, work));
    if (!failed) return end(work, WorkState::succeeded, "");
    TRY(const std::string reason, failure_sentence(store_, work));
    return end(work, WorkState::failed, reason);
}

Status Advancer::perform(const Work& work, plan::StageKind kind, model::TimestampMs now) {
    if (core::is_cleanup(work)) return perform_cleanup_stage(store_, work, kind);
    TRY(const plan::Plan plan, stored_plan(store_, work));
    return perform_stage(store_, work, plan, kind, now);
}

Result<Advancer::Step> Advancer::end(const Work& work, WorkState state, const std::string& error) {
    TRY_STATUS(store_.finish_work(work.project_id, work.id, state, error, clock_.now_ms()));
    log::info("work ended", {{"work", work.id},
                             {"kind", core::to_string(work.kind)},
                             {"state", core::to_string(state)},
                             {"reason", error}});
    return Step::ended;
}

}  // namespace towline::services
