// What a scheduler does, without sockets and threads: the real services and store, called as its API and its ticker do.
#include <algorithm>
#include <filesystem>

#include "plan/codec.h"
#include "plan/plan.h"
#include "services/run_options.h"
#include "sim/expect.h"
#include "sim/world.h"

namespace towline::sim {
namespace {

const std::string kProject = "acme/shop";
constexpr std::int64_t kTtlMs = 30'000;
constexpr int kWorksMax = 60;

}  // namespace

void World::start_scheduler() {
    if (path_.empty()) path_ = folder_ + "/store0.db";
    scheduler_ = std::make_unique<SchedulerProcess>(path_, clock_);
    expect(scheduler_->store->ensure_project(kProject, now()), "project");
}

void World::crash_scheduler() {
    if (!scheduler_) return;
    // As kill −9 leaves them: the files while they are open, not what closing makes of them. The index of the log is
    // memory that the dead shared, and is built anew.
    const std::string next = folder_ + "/store" + std::to_string(++files_) + ".db";
    for (const char* part : {"", "-wal"})
        if (std::filesystem::exists(path_ + part)) std::filesystem::copy_file(path_ + part, next + part);
    scheduler_.reset();
    for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + part);
    path_ = next;
    ++report_.scheduler_crashes;
}

std::optional<SyncAnswer> World::register_process(const SyncCall& call) {
    core::Executor executor;
    executor.id = call.name + "." + call.request.boot_id;
    executor.project_id = kProject;
    executor.kind = call.kind;
    executor.name = call.name;
    executor.boot_id = call.request.boot_id;
    executor.slots = 8;
    executor.registered_ts = executor.last_seen_ts = now();
    const auto registered = scheduler_->store->register_executor(executor);
    if (!is_scheduler_up()) return std::nullopt;
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

void World::note_claims(const std::vector<protocol::LeasedTask>& tasks) {
    for (const protocol::LeasedTask& task : tasks) {
        if (!fences_.insert(task.fence).second) verdict_.report("a fence was given twice: " + task.lease.attempt_id);
        std::int64_t& fence = newest_fence_[task.lease.task_id];
        if (task.fence <= fence) verdict_.report("the fences of a task do not grow: " + task.lease.attempt_id);
        fence = task.fence;
        leased_[task.lease.attempt_id] = task;
        std::int64_t& epoch = newest_epoch_[task.lease.task_id];
        if (task.lease.epoch <= epoch) verdict_.report("an epoch was given twice: " + task.lease.attempt_id);
        epoch = task.lease.epoch;
    }
}

/// False if the scheduler died.
bool World::take_completions(const SyncCall& call, SyncAnswer& answer) {
    const std::vector<protocol::Completion>& completions = call.request.completions;
    const auto results =
        expect(scheduler_->store->complete(kProject, call.executor_id, completions, now(), random_.next()), "complete");
    std::set<std::string> over;
    bool freed = false;
    for (std::size_t i = 0; i < results.size(); ++i) {
        judge(completions[i], results[i].ack);
        answer.response.acks.push_back({completions[i].lease.attempt_id, results[i].ack});
        if (results[i].work_may_advance) over.insert(results[i].work_id);
        freed = freed || results[i].freed_tasks;
    }
    for (const std::string& work_id : over)
        freed = expect(scheduler_->advancer.advance(kProject, work_id), "advance") || freed;
    if (freed) scheduler_->dispatcher.wake();
    return is_scheduler_up();
}

// As api/sync.cpp does.
std::optional<SyncAnswer> World::handle(const Message& message) {
    const SyncCall& call = *message.call;
    if (call.executor_id.empty()) return register_process(call);
    SyncAnswer answer;
    answer.executor_id = call.executor_id;
    const auto executor = scheduler_->store->executor(kProject, call.executor_id);
    if (!is_scheduler_up()) return std::nullopt;
    answer.is_forgotten = !executor;
    if (!executor) return answer;
    answer.is_superseded = executor->state == core::ExecutorState::fenced;
    if (answer.is_superseded) return answer;
    scheduler_->dispatcher.seen(call.executor_id);
    if (!take_completions(call, answer)) return std::nullopt;
    auto renewal = expect(scheduler_->store->renew(call.executor_id, call.request.held, now(), kTtlMs), "renew");
    if (!is_scheduler_up()) return std::nullopt;
    answer.response.lost = std::move(renewal.lost);
    answer.response.cancels = std::move(renewal.cancels);
    const auto claimed = expect(
        scheduler_->store->claim(kProject, call.kind, {}, {{call.executor_id, call.request.slots_free}}, now(), kTtlMs),
        "claim");
    if (!is_scheduler_up()) return std::nullopt;
    for (const auto& [id, task] : claimed) answer.response.tasks.push_back(task);
    note_claims(answer.response.tasks);
    const auto& response = answer.response;
    const bool has_news =
        !response.acks.empty() || !response.lost.empty() || !response.cancels.empty() || !response.tasks.empty();
    if (has_news || call.request.slots_free == 0 || random_.chance(50)) return answer;
    park(message);
    return std::nullopt;
}

void World::park(const Message& message) {
    const SyncCall& call = *message.call;
    services::ParkedSync sync;
    sync.project_id = kProject;
    sync.kind = call.kind;
    sync.executor_id = call.executor_id;
    sync.slots = call.request.slots_free;
    sync.held = call.request.held;
    sync.wakes_seen = scheduler_->dispatcher.wakes();
    sync.deadline = clock_.steady_now() + std::chrono::hours(1);
    const int process = message.process, sequence = message.sequence;
    // An executor that no longer waits has hung up.
    sync.alive = [this, process, sequence] {
        return processes_[static_cast<std::size_t>(process)]->sequence() == sequence;
    };
    sync.answer = [this, process, sequence, id = call.executor_id](const protocol::SyncResponse& response) {
        // A process that ends answers nobody.
        if (!is_scheduler_up() || response.tasks.empty()) return;
        note_claims(response.tasks);
        SyncAnswer answer;
        answer.executor_id = id;
        answer.response = response;
        send({0, process, sequence, std::nullopt, std::move(answer)}, calm_);
    };
    scheduler_->dispatcher.park(std::move(sync));
}

// The ticker's duties, in its order.
void World::tick() {
    SchedulerProcess& scheduler = *scheduler_;
    for (const store::TaskTime& one : expect(scheduler.store->expire_leases(now(), random_.next()), "expire"))
        (void)expect(scheduler.advancer.advance(one.project_id, one.work_id), "advance");
    if (is_scheduler_up()) (void)expect(scheduler.advancer.run_once(), "advancer");
    if (is_scheduler_up()) (void)expect(scheduler.cron.run_once(), "cron");
    if (is_scheduler_up()) expect(scheduler.dispatcher.flush_seen(), "liveness");
    if (is_scheduler_up() && random_.chance(5)) expect(scheduler.janitor.run_once(), "janitor");
    if (is_scheduler_up()) (void)expect(scheduler.dispatcher.run_once(), "dispatcher");
}

void World::submit_plan() {
    if (works_ >= kWorksMax) return;
    plan::StateView state;
    state.now = now();
    state.target = state.base = state.prod = expect(scheduler_->store->environment(kProject, "prod"), "environment");
    for (const model::Snapshot& each : expect(scheduler_->store->snapshots(kProject, snapshot_ids()), "snapshots"))
        state.snapshots.insert_or_assign(each.id(), each);
    if (state.prod)
        state.prod_ends = expect(scheduler_->store->interval_ends(kProject, plan::shown_tables(*state.prod)), "ends");
    if (!is_scheduler_up()) return;
    auto built = plan::build_plan(project_, state, {});
    if (!built) return verdict_.report("plan: " + built.error().message);
    core::Work work;
    work.id = std::string(30, 'a') + std::to_string(10 + ++works_);
    work.project_id = kProject;
    work.environment = "prod";
    work.trigger = "cli";
    work.created_by = "somebody";
    work.base_plan_id = built->environment.previous_plan_id.value_or("");
    work.execution_ts = built->execution_ts;
    work.created_ts = now();
    built->plan_id = built->environment.plan_id = work.id;
    work.document = plan::to_json(*built);
    for (const model::SnapshotId& id : built->snapshots) snapshots_.insert(id);
    expect(scheduler_->store->add_work(work), "add work");
    if (is_scheduler_up()) (void)expect(scheduler_->advancer.advance(kProject, work.id), "advance");
}

void World::request_run() {
    const auto prod = expect(scheduler_->store->environment(kProject, "prod"), "environment");
    if (!is_scheduler_up() || !prod || works_ >= kWorksMax) return;
    core::Work run = services::new_run(kProject, *prod, now());
    run.id = std::string(30, 'b') + std::to_string(10 + ++works_);
    run.trigger = "manual";
    (void)expect(scheduler_->cron.request(std::move(run), {}), "request");
}

void World::cancel_some_work() {
    const auto open = expect(scheduler_->store->open_works(), "open works");
    if (open.empty()) return;
    const auto& work = open[static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(open.size()) - 1))];
    expect(scheduler_->store->request_cancel(kProject, work.id, true, now()), "cancel");
    if (is_scheduler_up()) (void)expect(scheduler_->advancer.advance(kProject, work.id), "advance");
    scheduler_->dispatcher.wake_holders();
}

void World::requeue_some_task() {
    store::TaskFilter filter;
    filter.state = core::TaskState::failed;
    const auto dead = expect(scheduler_->store->tasks(kProject, filter, {"", 50}), "tasks").items;
    if (dead.empty()) return;
    const auto& task = dead[static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(dead.size()) - 1))];
    const Status done = scheduler_->store->requeue(kProject, task.id, now());
    // Its work was cancelled, or another has the environment.
    if (!done && done.error().code != ErrorCode::conflict) expect(done, "requeue");
}

// Nothing is recorded that was not written.
void World::check_intervals() {
    for (const model::Snapshot& each : expect(scheduler_->store->snapshots(kProject, snapshot_ids()), "snapshots")) {
        const model::Intervals written = engine_.written(each.name);
        for (const Interval& range : each.intervals)
            if (!model::covers(written, {range.start / time::kDayMs, range.end / time::kDayMs}))
                verdict_.report("recorded, but not written: " + each.name);
    }
}

}  // namespace towline::sim
