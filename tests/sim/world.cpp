#include "sim/world.h"

#include <algorithm>
#include <filesystem>

#include "crypto/crypto.h"
#include "sim/expect.h"
#include "support/plan_builders.h"

namespace towline::sim {
namespace {

const std::string kFirstDay = "2024-01-01";
constexpr int kModels = 5;
constexpr std::int64_t kDaysMax = 14;

/// In memory if the machine has such a file system: thousands of commits wait for no disk.
std::string new_folder() {
    const std::filesystem::path shared = "/dev/shm";
    std::error_code ignored;
    const bool has_shared = std::filesystem::is_directory(shared, ignored);
    const auto folder =
        (has_shared ? shared : std::filesystem::temp_directory_path()) / ("towline_sim_" + crypto::random_hex(8));
    std::filesystem::create_directories(folder);
    return folder.string();
}

std::int64_t first_day() { return test::at(kFirstDay) / time::kDayMs; }

}  // namespace

World::World(const Options& options)
    : options_(options),
      random_(options.seed),
      engine_(verdict_, options.has_fences),
      clock_(test::at("2024-01-05 12:00")),
      folder_(new_folder()) {
    start_scheduler();
    for (int i = 0; i < kModels; ++i) {
        const std::string name = "db.m" + std::to_string(i);
        std::vector<std::string> parents;
        for (int j = 0; j < i; ++j)
            if (random_.chance(40)) parents.push_back("db.m" + std::to_string(j));
        for (const std::string& parent : parents) parents_[test::fqn(name)].push_back(test::fqn(parent));
        model::Node node = test::node(name, model::KindName::incremental_by_time_range, parents);
        node.kind.batch_size = 2;
        project_.nodes.insert_or_assign(test::fqn(name), std::move(node));
    }
    for (const char* name : {"apply-1", "apply-2"}) start_process(name, protocol::ExecutorKind::apply);
    for (const char* name : {"run-1", "run-2", "run-3"}) start_process(name, protocol::ExecutorKind::run);
    submit_plan();
}

World::~World() {
    crash_scheduler();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
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
    if (kind <= 20 && process.is_running()) {
        process.crash(engine_);
        ++report_.crashes;
    } else if (kind <= 36) {
        process.pause();
    } else if (kind <= 52) {
        process.resume();
    } else if (kind <= 66 && !process.is_running()) {
        replace(index);
    } else if (kind <= 78) {
        hurt_scheduler();
    } else if (kind <= 82) {
        clock_.set(now() + random_.between(-60'000, 600'000));  // the scheduler's clock is set
    } else if (kind <= 87) {
        const bool is_over = now() / time::kDayMs - first_day() >= kDaysMax;
        if (!is_over) clock_.advance(std::chrono::hours(24));
    } else if (is_scheduler_up() && kind <= 90) {
        submit_plan();
    } else if (is_scheduler_up() && kind <= 93) {
        request_run();
    } else if (is_scheduler_up() && kind <= 97) {
        requeue_some_task();
    } else if (is_scheduler_up()) {
        cancel_some_work();
    }
}

/// It dies at once, or in the middle of what it does next, with or without the last commit.
void World::hurt_scheduler() {
    if (!is_scheduler_up()) return;
    if (random_.chance(30))
        crash_scheduler();
    else
        scheduler_->database->die_after(static_cast<int>(random_.between(0, 12)), random_.chance(50));
}

void World::send(Message message, bool calm) {
    message.deliver_at = now() + random_.between(1, 400);
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
        if (each->deliver_at <= now()) due.splice(due.end(), network_, each);
        each = next;
    }
    for (Message& message : due) {
        Process& process = *processes_[static_cast<std::size_t>(message.process)];
        if (message.call) {
            if (!is_scheduler_up()) continue;
            if (auto answer = handle(message))
                send({0, message.process, message.sequence, std::nullopt, std::move(*answer)}, calm);
        } else if (process.is_running()) {
            process.answer(engine_, message.sequence, message.answer);
        }
    }
}

void World::step(bool calm) {
    calm_ = calm;
    clock_.advance(std::chrono::milliseconds(random_.between(50, 1'500)));
    if (!calm && random_.chance(4)) inject_fault();
    if (scheduler_ && scheduler_->database->is_dead()) crash_scheduler();
    if (!scheduler_ && (calm || random_.chance(10))) start_scheduler();
    deliver(calm);
    for (std::size_t i = 0; i < processes_.size(); ++i) {
        Process& process = *processes_[i];
        if (!process.is_running() || (!calm && random_.chance(30))) continue;
        process.work(engine_, random_, calm);
        if (auto call = process.call(now()))
            send({0, static_cast<int>(i), process.sequence(), std::move(call), {}}, calm);
    }
    if (is_scheduler_up() && random_.chance(40)) tick();
    if (is_scheduler_up() && report_.steps % 10 == 0) check_intervals();
    ++report_.steps;
}

bool World::is_done() {
    if (!is_scheduler_up()) return false;
    for (const auto& process : processes_)
        if (process->is_running() && !process->is_idle()) return false;
    if (!expect(scheduler_->store->open_works(), "open works").empty()) return false;
    const model::Intervals all{{test::at(kFirstDay), now() / time::kDayMs * time::kDayMs}};
    const auto snapshots = expect(scheduler_->store->snapshots("acme/shop", snapshot_ids()), "snapshots");
    return snapshots.size() == kModels &&
           std::all_of(snapshots.begin(), snapshots.end(), [&](const auto& each) { return each.intervals == all; });
}

// Every table holds what an undisturbed run would have written.
void World::check_data() {
    std::map<std::string, std::map<std::int64_t, std::uint64_t>> expected;
    for (int i = 0; i < kModels; ++i) {
        const std::string name = test::fqn("db.m" + std::to_string(i));
        for (std::int64_t day = first_day(); day < now() / time::kDayMs; ++day) {
            std::vector<std::uint64_t> parents;
            for (const std::string& parent : parents_[name]) parents.push_back(expected[parent][day]);
            expected[name][day] = Engine::value(name, day, parents);
        }
    }
    if (engine_.data() != expected) verdict_.report("the tables differ from those of an undisturbed run");
}

Report World::run() {
    for (int i = 0; i < options_.fault_steps && ok(); ++i) step(false);
    // Now the world is kind: everybody is back, and what was asked for must come to its end.
    for (const auto& process : processes_) process->resume();
    for (std::size_t i = 0, count = processes_.size(); i < count; ++i)
        if (processes_[i]->is_dead()) replace(i);
    bool is_done_once = false;
    for (int i = 0; i < options_.calm_steps && ok() && !is_done_once; ++i) {
        step(true);
        // What failed for good or was cancelled is asked for again, as people do.
        if (i % 400 == 399 && is_scheduler_up() && expect(scheduler_->store->open_works(), "open works").empty())
            submit_plan();
        is_done_once = i % 10 == 0 && is_done();
    }
    if (ok() && !is_done_once) verdict_.report("not everything came to its end");
    if (ok()) check_intervals();
    if (ok()) check_data();
    report_.fault = verdict_.fault;
    report_.commits = engine_.commits();
    return report_;
}

}  // namespace towline::sim
