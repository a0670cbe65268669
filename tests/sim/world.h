#pragma once
// Everything in one thread from one seed: the store, what the scheduler does with it, executors, the network between,
// the engine, time, and faults in all of them.

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/executor.h"
#include "store/store.h"

namespace towline::sim {

struct Options {
    std::uint64_t seed = 1;
    int fault_steps = 1500;  ///< then the faults stop, and everything must come to its end
    int calm_steps = 6000;
    bool has_fences = true;
};

struct Report {
    std::string fault;  ///< empty: every check held
    int steps = 0;
    std::size_t commits = 0;
    std::size_t accepted = 0;
    std::size_t superseded = 0;
    std::size_t crashes = 0;
};

class World {
   public:
    explicit World(const Options& options);
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
    void send(Message message, bool calm);
    void deliver(bool calm);
    Process& start_process(const std::string& name, protocol::ExecutorKind kind);
    void replace(std::size_t process);
    bool is_done();
    // scheduler.cpp: what the scheduler does
    SyncAnswer handle(const SyncCall& call);
    SyncAnswer register_process(const SyncCall& call);
    void judge(const protocol::Completion& completion, protocol::Ack ack);
    void tick();
    void advance(const core::Work& work);
    void add_work(core::WorkKind kind, std::int64_t last_day);
    plan::Stage missing_stage(std::int64_t last_day);
    // checks
    void check_intervals();
    void check_data();
    bool ok() const { return verdict_.fault.empty(); }
    /// A store that fails is a fault of the simulation: it has none of its own.
    template <class T>
    T expect(Result<T> result, const char* what);
    void expect(const Status& status, const char* what);

    const Options options_;
    Random random_;
    Verdict verdict_;
    Engine engine_;
    std::unique_ptr<store::Store> store_;
    std::int64_t now_ = 1'700'000'000'000;
    bool is_scheduler_down_ = false;
    std::vector<model::Snapshot> models_;                      ///< parents before children
    std::map<std::string, std::vector<std::string>> parents_;  ///< table → tables
    std::map<std::string, Spool> spools_;
    std::vector<std::unique_ptr<Process>> processes_;
    std::list<Message> network_;
    std::map<std::string, protocol::LeasedTask> leased_;  ///< by attempt: what was ever claimed
    std::set<std::string> accepted_;                      ///< attempts
    std::map<std::string, std::int64_t> newest_epoch_;    ///< by task
    std::map<std::string, std::int64_t> last_day_;        ///< by work
    std::int64_t fence_max_ = 0;
    int works_ = 0;
    Report report_;
};

}  // namespace towline::sim
