#pragma once
// An executor as a model: one control loop, one sync in flight, jobs that write through the engine, and a spool that
// outlives its process.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/executor.h"
#include "sim/engine.h"
#include "sim/random.h"

namespace towline::sim {

/// What survives the process: the spool of one executor name.
using Spool = std::vector<protocol::Completion>;

struct SyncCall {
    std::string executor_id;  ///< empty: a registration
    std::string name;
    protocol::ExecutorKind kind = protocol::ExecutorKind::run;
    protocol::SyncRequest request;
};
struct SyncAnswer {
    bool is_superseded = false;  ///< a newer boot of the name is registered
    bool is_forgotten = false;   ///< register again
    std::string executor_id;
    protocol::SyncResponse response;
};

class Process {
 public:
    Process(int number, std::string name, protocol::ExecutorKind kind, Spool& spool)
        : number_(number), name_(std::move(name)), kind_(kind), spool_(spool) {}

    const std::string& name() const { return name_; }
    protocol::ExecutorKind kind() const { return kind_; }
    bool is_running() const { return !is_dead_ && !is_paused_; }
    bool is_dead() const { return is_dead_; }
    bool is_paused() const { return is_paused_; }
    void pause() { is_paused_ = true; }
    void resume() { is_paused_ = false; }
    /// Loses everything but the spool; the engine notices that the connections are gone.
    void crash(Engine& engine);

    /// One step of the jobs. `calm`: the engine does not fail.
    void work(Engine& engine, Random& random, bool calm);
    /// The next call, if it is time for one and none is in flight.
    std::optional<SyncCall> call(std::int64_t now);
    /// The answer to call number `sequence`; answers to older calls are ignored.
    void answer(Engine& engine, int sequence, const SyncAnswer& answer);
    int sequence() const { return sequence_; }
    bool is_idle() const { return jobs_.empty() && spool_.empty(); }

 private:
    struct Job {
        protocol::LeasedTask task;
        int session = 0;
        int steps_left = 0;  ///< 0: not drawn yet
        int waits_left = 40;
        bool has_begun = false;
        bool is_cancelled = false;
        std::optional<protocol::Completion> result;  ///< known, but not on disk yet
    };
    void step(Job& job, Engine& engine, Random& random, bool calm);
    void end(Job& job, protocol::Outcome outcome, const std::string& code);

    const int number_;
    const std::string name_;
    const protocol::ExecutorKind kind_;
    Spool& spool_;
    std::string executor_id_;
    bool is_dead_ = false;
    bool is_paused_ = false;
    std::map<std::string, Job> jobs_;  ///< by attempt
    int sequence_ = 0;
    bool in_flight_ = false;
    std::int64_t called_at_ = 0;
    int sessions_ = 0;
};

/// The table and days that a task writes, if it writes any.
std::optional<Write> write_of(const protocol::LeasedTask& task);

}  // namespace towline::sim
