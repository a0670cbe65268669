#pragma once
#include <functional>
#include <memory>

#include "credentials/redactor.h"
#include "http_client/retry.h"
#include "loop/snapshot_cache.h"
#include "loop/worker_pool.h"

namespace towline::loop {

/// Carries out a task on the engine: `runner::Runner::run`, or a fake.
using RunTask =
    std::function<protocol::Completion(const protocol::LeasedTask&, runner::CancelSwitch&, runner::TaskLog&)>;

/// One attempt from its snapshots to its completion. Never fails and never throws: whatever goes wrong is in
/// the completion. Any thread.
class TaskWork {
 public:
    TaskWork(SnapshotCache& snapshots, RunTask run, std::shared_ptr<const credentials::Redactor> redactor,
             http::RetryPolicy retry)
        : snapshots_(snapshots), run_(std::move(run)), redactor_(std::move(redactor)), retry_(retry) {}

    protocol::Completion perform(Attempt& attempt);

 private:
    /// Fetches what the task names, so that a definition that cannot be trusted is refused before anything
    /// runs.
    Status prepare(Attempt& attempt);
    protocol::Completion run_guarded(Attempt& attempt);

    SnapshotCache& snapshots_;
    RunTask run_;
    std::shared_ptr<const credentials::Redactor> redactor_;  // Shared with the process's log.
    http::RetryPolicy retry_;
};

/// A completion of an attempt that did not succeed.
protocol::Completion unsuccessful(const protocol::LeaseRef& lease, protocol::Outcome outcome, const Error& error,
                                  bool retryable);

}  // namespace towline::loop
