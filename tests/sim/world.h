#pragma once
// Everything in one thread from one seed: the scheduler's real services over a store in a file, executors, the network
// between, the engine, time, and faults in all of them.

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "project/project.h"
#include "sim/executor.h"
#include "sim/process.h"
#include "time/clock.h"

namespace towline::sim {

struct Options {
    std::uint64_t seed = 1;
    int fault_steps = 1500;  ///< then the faults stop, and everything must come to its end
    int calm_steps = 8000;
    bool has_fences = true;
};

struct Report {
    std::string fault;  ///< empty: every check held
    int steps = 0;
    std::size_t commits = 0;
    std::size_t accepted = 0;
    std::size_t superseded = 0;
    std::size_t crashes = 0;            ///< of executors
    std::size_t scheduler_crashes = 0;  ///< each followed by opening the file anew
};

class World {
 public:
    explicit World(const Options& options);
    ~World();
    Report run();

 private:
    struct Message {
        std::int64_t deliver_at = 0;
        int process = 0;
        int sequence = 0;
        std::optional<SyncCall> call;  ///< else the answer
        SyncAnswer answer;
    };

    // world.cpp: time, faults, network
    void step(bool calm);
    void inject_fault();
    void hurt_scheduler();
    void send(Message message, bool calm);
    void deliver(bool calm);
    Process& start_process(const std::string& name, protocol::ExecutorKind kind);
    void replace(std::size_t process);
    /// Everybody is at rest and every day is recorded up to the last.
    bool is_done();
    std::int64_t now() const { return clock_.now_ms(); }
    // scheduler.cpp: what the scheduler does
    void start_scheduler();
    /// What is in the file is all that is left of it.
    void crash_scheduler();
    bool is_scheduler_up() const { return scheduler_ && !scheduler_->database->is_dead(); }
    /// Nothing: it died over the call, or answers later.
    std::optional<SyncAnswer> handle(const Message& message);
    std::optional<SyncAnswer> register_process(const SyncCall& call);
    bool take_completions(const SyncCall& call, SyncAnswer& answer);
    void park(const Message& message);
    void judge(const protocol::Completion& completion, protocol::Ack ack);
    void note_claims(const std::vector<protocol::LeasedTask>& tasks);
    void tick();
    void submit_plan();
    void request_run();
    void cancel_some_work();
    void requeue_some_task();
    std::vector<model::SnapshotId> snapshot_ids() const { return {snapshots_.begin(), snapshots_.end()}; }
    // checks
    void check_intervals();
    void check_data();
    bool ok() const { return verdict_.fault.empty(); }
    /// A store that fails is a fault of the simulation, unless the scheduler just died.
    template <class T>
    T expect(Result<T> result, const char* what);
    void expect(const Status& status, const char* what);

    const Options options_;
    Random random_;
    Verdict verdict_;
    Engine engine_;
    time::FakeClock clock_;
    const std::string folder_;
    std::string path_;  ///< of the store
    int files_ = 0;
    std::unique_ptr<SchedulerProcess> scheduler_;
    project::Project project_;
    std::set<model::SnapshotId> snapshots_;                    ///< of the plans so far
    std::map<std::string, std::vector<std::string>> parents_;  ///< table → tables
    std::map<std::string, Spool> spools_;
    std::vector<std::unique_ptr<Process>> processes_;
    std::list<Message> network_;
    bool calm_ = false;
    std::map<std::string, protocol::LeasedTask> leased_;  ///< by attempt: what was ever handed out
    std::set<std::string> accepted_;                      ///< attempts
    std::map<std::string, std::int64_t> newest_epoch_;    ///< by task
    std::map<std::string, std::int64_t> newest_fence_;    ///< by task
    std::set<std::int64_t> fences_;                       ///< all that were ever handed out
    int works_ = 0;
    Report report_;
};

}  // namespace towline::sim
