#pragma once
// Carries out one leased task on the customer's engine: statements of reference sqlmesh_plan_run section 5.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "engines/engine.h"
#include "model/snapshot.h"
#include "protocol/executor.h"

namespace towline::runner {

/// Set by the loop when a task must stop. The runner registers how to stop what runs right now; request() calls it.
/// Thread-safe. The handler is called at most once, on the requester's thread, and never after clear().
class CancelSwitch {
 public:
    void request();
    bool requested() const { return requested_.load(); }
    /// Called by the runner around each statement; an already requested cancel calls the handler at once.
    void on_request(std::function<void()> handler);
    void clear();

 private:
    std::atomic<bool> requested_{false};
    std::mutex mutex_;
    std::function<void()> handler_;
};

/// One event told twice: with the literals of a statement or the engine's own words, and without.
struct LogTexts {
    std::string_view raw;
    std::string_view shown;
};

/// Where a task's log lines go. Any thread.
class TaskLog {
 public:
    virtual ~TaskLog() = default;
    /// A sentence of ours: names and counts.
    virtual void line(std::string_view level, std::string_view text) = 0;
    /// What may hold values of rows: `raw` goes only where the customer allowed it.
    virtual void both(std::string_view level, const LogTexts& texts) { line(level, texts.shown); }
};

/// Which engine session runs a task, told before anything is executed, so that a successor can end it.
class SessionJournal {
 public:
    virtual ~SessionJournal() = default;
    virtual Status opened(const std::string& gateway, const std::string& session_id, const std::string& attempt_id) = 0;
    virtual void closed(const std::string& gateway, const std::string& session_id) = 0;
};

/// Engines by gateway name. `engine("")` is the default gateway's. unavailable or not_found with the reason.
class EngineSource {
 public:
    virtual ~EngineSource() = default;
    virtual Result<std::shared_ptr<engines::Engine>> engine(const std::string& gateway) = 0;
};

/// Snapshots by id, from the executor's cache or the scheduler; their fingerprints have been checked.
class SnapshotSource {
 public:
    virtual ~SnapshotSource() = default;
    virtual Result<std::map<model::SnapshotId, model::Snapshot>> snapshots(
        const std::vector<model::SnapshotId>& ids) = 0;
};

/// Runs tasks; one call is one task, safe to call from several threads at once. The returned completion holds no row
/// value: messages of the engine are scrubbed of literals.
class Runner {
 public:
    Runner(EngineSource& engines, SnapshotSource& snapshots, SessionJournal& journal)
        : engines_(engines), snapshots_(snapshots), journal_(journal) {}
    protocol::Completion run(const protocol::LeasedTask& task, CancelSwitch& cancel, TaskLog& log);

 private:
    EngineSource& engines_;
    SnapshotSource& snapshots_;
    SessionJournal& journal_;
};

}  // namespace towline::runner
