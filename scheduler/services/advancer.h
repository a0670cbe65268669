#pragma once
#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/work.h"
#include "store/store.h"
#include "time/clock.h"

namespace towline::services {

/// Takes works (plans and runs) through their stages. Executor stages are left to executors; scheduler stages are
/// performed here, each idempotent, so that a crash at any moment is repaired by looking again. Thread-safe: threads
/// take turns; replicas that advance the same work meet in the store, where one of them loses and stops.
class Advancer {
 public:
    Advancer(store::Store& store, const time::Clock& clock) : store_(store), clock_(clock) {}

    /// Moves one work as far as it goes now. True if tasks may have become ready. A failure of the store is returned
    /// (ask again later); a failure of the work ends the work and is success here.
    Result<bool> advance(const std::string& project_id, const std::string& work_id);

    /// Looks at every open work; what a tick calls. True if tasks may have become ready.
    Result<bool> run_once();

 private:
    enum class Step { again, wait, ended };

    Result<Step> step(const core::Work& work, bool& freed);
    Result<Step> start(const core::Work& work);
    Result<Step> start_plan(const core::Work& work);
    Result<Step> start_run(const core::Work& work);
    Result<Step> start_cleanup(const core::Work& work);
    Status perform(const core::Work& work, plan::StageKind kind, model::TimestampMs now);
    Result<Step> stage_done(const core::Work& work, bool& freed);
    Result<Step> preempt(const core::Work& work);
    Status rebuild(const core::Work& work, const model::Environment& environment);
    Result<Step> end_if_final(const core::Work& work, const Error& error);
    Result<Step> end(const core::Work& work, core::WorkState state, const std::string& error);

    store::Store& store_;
    const time::Clock& clock_;
    /// One thread at a time advances a work, so that a scheduler stage is performed and a run rebuilt once per replica.
    std::array<std::mutex, 16> turns_;
};

}  // namespace towline::services
