#include "sim/world.h"

#include <algorithm>

#include "base/assert.h"
#include "sim/expect.h"
#include "support/plan_builders.h"

namespace towline::sim {
namespace {

const std::string kProject = "acme/shop";
constexpr std::int64_t kDays = 12;
constexpr int kModels = 6;

std::unique_ptr<store::Store> memory_store() {
    auto opened = store::open_store("sqlite::memory:");
    TOWLINE_ASSERT(opened.has_value());
    TOWLINE_ASSERT((*opened)->migrate().has_value());
    return std::move(*opened);
}

}  // namespace

World::World(const Options& options)
    : options_(options), random_(options.seed), engine_(verdict_, options.has_fences), store_(memory_store()) {
    expect(store_->ensure_project(kProject, now_), "project");
    for (int i = 0; i < kModels; ++i) {
        model::Snapshot each = test::snapshot(
            test::node("db.m" + std::to_string(i), model::KindName::incremental_by_time_range));
        for (const model::Snapshot& parent : models_)
            if (random_.chance(40)) parents_[each.name].push_back(parent.name);
        models_.push_back(std::move(each));
    }
    expect(store_->push_snapshots(kProject, models_, now_), "push");
    for (const char* name : {"apply-1", "apply-2"}) start_process(name, protocol::ExecutorKind::apply);
    for (const char* name : {"run-1", "run-2", "run-3"}) start_process(name, protocol::ExecutorKind::run);
    add_work(core::WorkKind::plan, kDays / 2);
}

Process& World::start_process(const std::string& name, protocol::ExecutorKind kind) {
    const int number = static_cast<int>(processes_.size());
    processes_.push_back(std::make_unique<Process>(number, name, kind, spools_[name]));
    return *processes_.back();
}

/// A new process under the same name. The old one may be dead, or frozen and come back.
void World::replace(std::size_t process) {
    const Process& old = *processes_[process];
    for (std::size_t i = process + 1; i < processes_.size(); ++i)
        if (processes_[i]->name() == old.name()) return;  // it has a successor already
    start_process(old.name(), old.kind());
}

void World::inject_fault() {
    const auto index = static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(processes_.size()) - 1));
    Process& process = *processes_[index];
    const std::int64_t kind = random_.between(1, 100);
    if (kind <= 25 && process.is_running()) {
        process.crash(engine_);
        ++report_.crashes;
    } else if (kind <= 45) {
        process.pause();
    } else if (kind <= 60) {
        process.resume();
    } else if (kind <= 75 && !process.is_running()) {
        replace(index);
    } else if (kind <= 82) {
        is_scheduler_down_ = true;
    } else if (kind <= 88) {
        now_ += random_.between(-60'000, 600'000);  // the scheduler's clock is set
    } else if (kind <= 94 && works_ < 40) {
        const bool is_plan = random_.chance(30);
        add_work(is_plan ? core::WorkKind::plan : core::WorkKind::run, random_.between(kDays / 2, kDays));
    } else if (works_ > 1) {
        const std::string id = "w" + std::to_string(random_.between(1, works_));
        expect(store_->request_cancel(kProject, id, random_.chance(50), now_), "cancel");
    }
}

void World::send(Message message, bool calm) {
    message.deliver_at = now_ + random_.between(1, 400);
    if (calm) return network_.push_back(std::move(message));
    if (random_.chance(8)) return;  // lost
    if (random_.chance(8)) message.deliver_at += random_.between(1'000, 40'000);
    if (random_.chance(6)) {
        Message twin = message;
        twin.deliver_at += random_.between(0, 30'000);
        network_.push_back(std::move(twin));
    }
    network_.push_back(std::move(message));
}

void World::deliver(bool calm) {
    std::list<Message> due;
    for (auto each = network_.begin(); each != network_.end();) {
        const auto next = std::next(each);
        if (each->deliver_at <= now_) due.splice(due.end(), network_, each);
        each = next;
    }
    for (Message& message : due) {
        Process& process = *processes_[static_cast<std::size_t>(message.process)];
        if (message.call) {
            if (is_scheduler_down_) continue;
            Message reply{0, message.process, message.sequence, std::nullopt, handle(*message.call)};
            send(std::move(reply), calm);
        } else if (process.is_running()) {
            process.answer(engine_, message.sequence, message.answer);
        }
    }
}

void World::step(bool calm) {
    now_ += random_.between(50, 1'500);
    if (!calm && random_.chance(4)) inject_fault();
    if (is_scheduler_down_ && (calm || random_.chance(10))) is_scheduler_down_ = false;
    deliver(calm);
    for (std::size_t i = 0; i < processes_.size(); ++i) {
        Process& process = *processes_[i];
        if (!process.is_running() || (!calm && random_.chance(30))) continue;
        process.work(engine_, random_, calm);
        if (auto call = process.call(now_))
            send({0, static_cast<int>(i), process.sequence(), std::move(call), {}}, calm);
    }
    if (!is_scheduler_down_ && random_.chance(40)) tick();
    if (report_.steps % 100 == 0) check_intervals();
    ++report_.steps;
}

bool World::is_done() {
    for (const auto& process : processes_)
        if (process->is_running() && !process->is_idle()) return false;
    return expect(store_->open_works(), "open works").empty();
}

// Every table holds what an undisturbed run would have written, and the store knows it.
void World::check_data() {
    std::map<std::string, std::map<std::int64_t, std::uint64_t>> expected;
    for (const model::Snapshot& each : models_)
        for (std::int64_t day = 0; day < kDays; ++day) {
            std::vector<std::uint64_t> parents;
            for (const std::string& parent : parents_[each.name]) parents.push_back(expected[parent][day]);
            expected[each.name][day] = Engine::value(each.name, day, parents);
        }
    if (engine_.data() != expected) verdict_.report("the tables differ from those of an undisturbed run");
    std::vector<model::SnapshotId> ids;
    for (const model::Snapshot& each : models_) ids.push_back(each.id());
    for (const model::Snapshot& each : expect(store_->snapshots(kProject, ids), "snapshots"))
        if (each.intervals != model::Intervals{{0, kDays}}) verdict_.report("not all is recorded: " + each.name);
}

Report World::run() {
    for (int i = 0; i < options_.fault_steps && ok(); ++i) step(false);
    // Now the world is kind: everybody is back, and what was asked for must come to its end.
    for (const auto& process : processes_) process->resume();
    for (std::size_t i = 0, count = processes_.size(); i < count; ++i)
        if (processes_[i]->is_dead()) replace(i);
    bool is_final_run_added = false;
    for (int i = 0; i < options_.calm_steps && ok(); ++i) {
        step(true);
        if (!is_done()) continue;
        if (is_final_run_added) break;
        add_work(core::WorkKind::run, kDays);
        is_final_run_added = true;
    }
    if (ok() && !is_done()) verdict_.report("works do not come to their end");
    if (ok()) check_intervals();
    if (ok()) check_data();
    report_.fault = verdict_.fault;
    report_.commits = engine_.commits();
    return report_;
}

}  // namespace towline::sim
