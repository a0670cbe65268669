#include "loop/task_work.h"

#include <fmt/core.h>

#include <exception>
#include <random>

#include "engines/failures.h"
#include "log/log.h"
#include "loop/backoff.h"
#include "loop/limits.h"

namespace towline::loop {
namespace {

std::vector<model::SnapshotId> ids_of(const plan::TaskSpec& spec) {
    std::vector<model::SnapshotId> ids;
    if (spec.snapshot) ids.push_back(spec.snapshot->id);
    for (const plan::SnapshotUse& parent : spec.parents) ids.push_back(parent.id);
    return ids;
}

/// Waits, or returns early when the task is cancelled. True if it was.
bool wait_unless_cancelled(runner::CancelSwitch& cancel, std::chrono::milliseconds delay) {
    Guarded<bool> stop;
    std::condition_variable changed;
    cancel.on_request([&] {
        *stop.lock() = true;
        changed.notify_all();
    });
    {
        auto lock = stop.lock();
        changed.wait_for(lock.mutex_lock(), delay, [&] { return *lock; });
    }
    cancel.clear();
    return cancel.requested();
}

}  // namespace

protocol::Completion unsuccessful(const protocol::LeaseRef& lease, protocol::Outcome outcome, const Error& error,
                                  bool retryable) {
    protocol::Completion completion;
    completion.lease = lease;
    completion.outcome = outcome;
    completion.error_code = to_string(error.code);
    completion.error_message = error.message;
    completion.retryable = retryable;
    return completion;
}

protocol::Completion TaskWork::perform(Attempt& attempt) {
    const protocol::LeasedTask& task = attempt.task;
    const auto started = std::chrono::steady_clock::now();
    attempt.log->note(fmt::format("{} {}, attempt {} of {}, {} {}", to_string(task.spec.kind), task.spec.name,
                                  task.attempt, task.tries_max, task.work_kind, task.work_id));
    protocol::Completion completion = run_guarded(attempt);
    completion.lease = task.lease;
    if (completion.duration_ms == 0) {
        const auto took = std::chrono::steady_clock::now() - started;
        completion.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    }
    completion.error_message = redactor_->mask(completion.error_message);
    attempt.log->note(fmt::format("{} after {} ms{}{}{}", to_string(completion.outcome), completion.duration_ms,
                                  completion.rows ? fmt::format(", {} rows", *completion.rows) : "",
                                  completion.error_message.empty() ? "" : ": ", completion.error_message));
    return completion;
}

protocol::Completion TaskWork::run_guarded(Attempt& attempt) {
    const protocol::LeaseRef& lease = attempt.task.lease;
    if (attempt.cancel.requested())
        return unsuccessful(lease, protocol::Outcome::cancelled,
                            Error{ErrorCode::cancelled, "cancelled before it began", {}, {}}, true);
    if (const Status ready = prepare(attempt); !ready) {
        const Error& error = ready.error();
        if (error.code == ErrorCode::cancelled) return unsuccessful(lease, protocol::Outcome::cancelled, error, true);
        // A definition that does not fit its fingerprint stays so: handed back, not failed.
        const bool refuse = error.code == ErrorCode::invalid || error.code == ErrorCode::unsupported ||
                            error.code == ErrorCode::too_large;
        return unsuccessful(lease, refuse ? protocol::Outcome::refused : protocol::Outcome::failed, error, !refuse);
    }
    // The one place where a third party's exception could end the whole process.
    try {
        return run_(attempt.task, attempt.cancel, *attempt.log);
    } catch (const std::exception&) {
        // Its text may hold anything, so it is not repeated.
        return unsuccessful(lease, protocol::Outcome::failed,
                            Error{ErrorCode::internal, "the task ended with an unexpected exception", {}, {}}, true);
    }
}

Status TaskWork::prepare(Attempt& attempt) {
    const std::vector<model::SnapshotId> ids = ids_of(attempt.task.spec);
    if (ids.empty()) return {};
    std::mt19937_64 random(std::random_device{}());
    for (int tries = 1;; ++tries) {
        const auto fetched = snapshots_.snapshots(ids);
        if (fetched) return {};
        const ErrorCode code = fetched.error().code;
        const bool again = code == ErrorCode::unavailable || code == ErrorCode::timeout || code == ErrorCode::io;
        if (!again || tries >= kSnapshotTriesMax) return fail(fetched.error());
        http::RetryInput input;
        input.failures = tries;
        input.jitter = std::uniform_real_distribution<double>(0.0, 1.0)(random);
        input.policy = retry_;
        const auto decision = http::decide_retry(fail(ErrorCode::unavailable, ""), input);
        if (wait_unless_cancelled(attempt.cancel, decision.delay))
            return fail(ErrorCode::cancelled, "cancelled while its snapshots were fetched");
    }
}

}  // namespace towline::loop
