// What a scheduler does with its store, without sockets: answer syncs, expire leases, advance works.
#include <algorithm>

#include "sim/expect.h"
#include "sim/world.h"

namespace towline::sim {
namespace {

const std::string kProject = "acme/shop";
constexpr std::int64_t kTtlMs = 30'000;
constexpr std::int64_t kDaysPerBatch = 2;

}  // namespace

SyncAnswer World::register_process(const SyncCall& call) {
    core::Executor executor;
    executor.project_id = kProject;
    executor.kind = call.kind;
    executor.name = call.name;
    executor.boot_id = call.request.boot_id;
    executor.registered_ts = executor.last_seen_ts = now_;
    const auto registered = store_->register_executor(executor);
    SyncAnswer answer;
    answer.is_superseded = !registered && registered.error().code == ErrorCode::superseded;
    if (registered)
        answer.executor_id = registered->id;
    else if (!answer.is_superseded)
        verdict_.report("register: " + registered.error().message);
    return answer;
}

void World::judge(const protocol::Completion& completion, protocol::Ack ack) {
    if (ack == protocol::Ack::unknown) verdict_.report("an attempt is unknown: " + completion.lease.attempt_id);
    if (ack == protocol::Ack::superseded) ++report_.superseded;
    if (ack != protocol::Ack::accepted) return;
    ++report_.accepted;
    if (newest_epoch_[completion.lease.task_id] != completion.lease.epoch)
        verdict_.report("a superseded attempt was accepted: " + completion.lease.attempt_id);
    if (!accepted_.insert(completion.lease.attempt_id).second)
        verdict_.report("an attempt was accepted twice: " + completion.lease.attempt_id);
    const auto write = write_of(leased_.at(completion.lease.attempt_id));
    const bool is_success = completion.outcome == protocol::Outcome::succeeded;
    if (write && is_success && !engine_.has_committed(*write))
        verdict_.report("an interval was recorded that attempt " + write->attempt_id + " did not write");
}

SyncAnswer World::handle(const SyncCall& call) {
    if (call.executor_id.empty()) return register_process(call);
    SyncAnswer answer;
    answer.executor_id = call.executor_id;
    const auto executor = store_->executor(kProject, call.executor_id);
    answer.is_forgotten = !executor;
    if (!executor) return answer;
    answer.is_superseded = executor->state == core::ExecutorState::fenced;
    if (answer.is_superseded) return answer;
    const std::vector<protocol::Completion>& completions = call.request.completions;
    const auto results =
        expect(store_->complete(kProject, call.executor_id, completions, now_, random_.next()), "complete");
    for (std::size_t i = 0; i < results.size(); ++i) {
        judge(completions[i], results[i].ack);
        answer.response.acks.push_back({completions[i].lease.attempt_id, results[i].ack});
    }
    const auto renewal = expect(store_->renew(call.executor_id, call.request.held, now_, kTtlMs), "renew");
    answer.response.lost = renewal.lost;
    answer.response.cancels = renewal.cancels;
    const auto claimed = expect(
        store_->claim(kProject, call.kind, {}, {{call.executor_id, call.request.slots_free}}, now_, kTtlMs), "claim");
    for (const auto& [id, task] : claimed) {
        if (task.fence <= fence_max_) verdict_.report("fences do not grow: " + std::to_string(task.fence));
        fence_max_ = task.fence;
        leased_[task.lease.attempt_id] = task;
        newest_epoch_[task.lease.task_id] = task.lease.epoch;
        answer.response.tasks.push_back(task);
    }
    return answer;
}

void World::tick() {
    (void)expect(store_->expire_leases(now_, random_.next()), "expire");
    for (const core::Work& work : expect(store_->open_works(), "open works")) advance(work);
}

void World::advance(const core::Work& work) {
    if (work.state == core::WorkState::queued) {
        if (work.cancel_requested)
            return expect(store_->finish_work(kProject, work.id, core::WorkState::cancelled, "", now_), "finish");
        plan::Stage views;
        views.kind = plan::StageKind::create_views;
        plan::TaskSpec view;
        view.key = view.name = "view";
        view.kind = plan::TaskKind::create_view;
        view.tries_max = 100'000;
        views.tasks = {view};
        (void)expect(store_->start_work(kProject, work.id, {missing_stage(last_day_[work.id]), views}, now_), "start");
        return;
    }
    core::StageVerdict verdict = core::StageVerdict::next;
    if (work.stage_index >= 0) verdict = core::on_stage(work, expect(store_->stage_counts(work), "counts"));
    if (work.stage_index < 0 && work.cancel_requested) verdict = core::StageVerdict::cancelled;
    const bool is_last = work.stage_index + 1 == static_cast<int>(work.stages.size());
    switch (verdict) {
        case core::StageVerdict::wait: return;
        case core::StageVerdict::failed: return verdict_.report("work " + work.id + " failed");
        case core::StageVerdict::cancelled:
            return expect(store_->finish_work(kProject, work.id, core::WorkState::cancelled, "", now_), "finish");
        case core::StageVerdict::next: break;
    }
    if (is_last) return expect(store_->finish_work(kProject, work.id, core::WorkState::succeeded, "", now_), "finish");
    (void)expect(store_->enter_stage(work, work.stage_index + 1, now_), "enter");
}

void World::add_work(core::WorkKind kind, std::int64_t last_day) {
    core::Work work;
    work.id = "w" + std::to_string(++works_);
    work.kind = kind;
    work.project_id = kProject;
    work.environment = "prod";
    work.created_ts = now_;
    last_day_[work.id] = last_day;
    expect(store_->add_work(work), "add work");
}

/// Batches of what the store says is missing; a child's batch waits for those batches of its parents that it reads.
plan::Stage World::missing_stage(std::int64_t last_day) {
    std::vector<model::SnapshotId> ids;
    for (const model::Snapshot& each : models_) ids.push_back(each.id());
    std::map<std::string, model::Intervals> recorded;
    for (const model::Snapshot& each : expect(store_->snapshots(kProject, ids), "snapshots"))
        recorded[each.name] = each.intervals;
    plan::Stage stage;
    stage.kind = plan::StageKind::backfill;
    for (const model::Snapshot& each : models_)
        for (const Interval& gap : model::uncovered(recorded[each.name], {0, last_day}))
            for (std::int64_t day = gap.start; day < gap.end; day += kDaysPerBatch) {
                plan::TaskSpec spec;
                spec.kind = plan::TaskKind::evaluate;
                spec.name = each.name;
                spec.interval = {day, std::min(gap.end, day + kDaysPerBatch)};
                spec.key = each.name + ":" + std::to_string(day);
                spec.snapshot = plan::SnapshotUse{each.id(), true, true};
                spec.tries_max = 100'000;
                for (const std::string& parent : parents_[each.name]) {
                    plan::SnapshotUse use;
                    use.id.name = parent;
                    spec.parents.push_back(use);
                    for (const plan::TaskSpec& other : stage.tasks)
                        if (other.name == parent && other.interval.start < spec.interval.end &&
                            spec.interval.start < other.interval.end)
                            spec.depends_on.push_back(other.key);
                }
                stage.tasks.push_back(std::move(spec));
            }
    return stage;
}

// Nothing is recorded that was not written.
void World::check_intervals() {
    std::vector<model::SnapshotId> ids;
    for (const model::Snapshot& each : models_) ids.push_back(each.id());
    for (const model::Snapshot& each : expect(store_->snapshots(kProject, ids), "snapshots")) {
        const model::Intervals written = engine_.written(each.name);
        for (const Interval& range : each.intervals)
            if (!model::covers(written, range)) verdict_.report("recorded, but not written: " + each.name);
    }
}

}  // namespace towline::sim
