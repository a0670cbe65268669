#include "sim/executor.h"

#include "time/clock.h"

namespace towline::sim {
namespace {

constexpr int kSlots = 3;
constexpr std::int64_t kSyncEveryMs = 3'000;
constexpr std::int64_t kGiveUpMs = 9'000;  // an answer that takes longer is not waited for

}  // namespace

std::optional<Write> write_of(const protocol::LeasedTask& task) {
    if (task.spec.kind != plan::TaskKind::evaluate) return std::nullopt;
    const Interval days{task.spec.interval.start / time::kDayMs, task.spec.interval.end / time::kDayMs};
    return Write{task.lease.attempt_id, task.spec.name, days, task.fence};
}

void Process::crash(Engine& engine) {
    for (const auto& [attempt, job] : jobs_) engine.abort(job.session);
    jobs_.clear();
    is_dead_ = true;
}

void Process::end(Job& job, protocol::Outcome outcome, const std::string& code) {
    protocol::Completion result;
    result.lease = job.task.lease;
    result.outcome = outcome;
    result.error_code = code;
    job.result = result;
}

void Process::step(Job& job, Engine& engine, Random& random, bool calm) {
    const auto write = write_of(job.task);
    // Most are short; some outlast a lease, so that a frozen process has a successor while it still writes.
    // Drawn from the seed: fences begin with the time of day.
    if (job.steps_left == 0) job.steps_left = random.chance(25) ? 60 : static_cast<int>(random.between(1, 7));
    if (job.is_cancelled) {
        engine.abort(job.session);
        return end(job, protocol::Outcome::cancelled, "cancelled");
    }
    if (!calm && random.between(1, 1000) <= 4) {
        engine.abort(job.session);
        return end(job, protocol::Outcome::failed, "engine");
    }
    if (write && !job.has_begun) {
        std::vector<std::string> parents;
        for (const plan::SnapshotUse& parent : job.task.spec.parents) parents.push_back(parent.id.name);
        const Begin begun = engine.begin(job.session, *write, parents);
        if (begun == Begin::stale || (begun == Begin::busy && --job.waits_left <= 0))
            return end(job, protocol::Outcome::failed, begun == Begin::stale ? "superseded" : "engine");
        job.has_begun = begun == Begin::ok;
        return;
    }
    if (--job.steps_left > 0) return;
    if (write && !engine.commit(job.session)) return end(job, protocol::Outcome::failed, "engine");
    end(job, protocol::Outcome::succeeded, "");
}

void Process::work(Engine& engine, Random& random, bool calm) {
    for (auto job = jobs_.begin(); job != jobs_.end();) {
        if (job->second.result) {
            // A step later than the commit: a crash may come between.
            spool_.push_back(*job->second.result);
            job = jobs_.erase(job);
            continue;
        }
        step(job->second, engine, random, calm);
        ++job;
    }
}

std::optional<SyncCall> Process::call(std::int64_t now) {
    const std::int64_t wait = in_flight_ ? kGiveUpMs : (spool_.empty() ? kSyncEveryMs : 0);
    // A clock that was set back must not silence the loop.
    if (sequence_ > 0 && now >= called_at_ && now - called_at_ < wait) return std::nullopt;
    ++sequence_;
    in_flight_ = true;
    called_at_ = now;
    SyncCall call{executor_id_, name_, kind_, {}};
    call.request.boot_id = std::to_string(number_);
    for (const auto& [attempt, job] : jobs_) call.request.held.push_back(job.task.lease);
    call.request.slots_free = kSlots - static_cast<int>(jobs_.size());
    call.request.completions = spool_;
    return call;
}

void Process::answer(Engine& engine, int sequence, const SyncAnswer& answer) {
    if (sequence != sequence_ || !in_flight_) return;
    in_flight_ = false;
    if (answer.is_superseded) return crash(engine);  // it stops, and says why
    if (answer.is_forgotten) {
        executor_id_.clear();
        return;
    }
    executor_id_ = answer.executor_id;
    const protocol::SyncResponse& response = answer.response;
    for (const protocol::CompletionAck& ack : response.acks)
        std::erase_if(spool_, [&](const auto& each) { return each.lease.attempt_id == ack.attempt_id; });
    for (const std::string& lost : response.lost) {
        const auto job = jobs_.find(lost);
        if (job == jobs_.end() || job->second.result) continue;  // what is done is told anyway
        engine.abort(job->second.session);
        jobs_.erase(job);
    }
    for (const std::string& cancel : response.cancels)
        if (const auto job = jobs_.find(cancel); job != jobs_.end()) job->second.is_cancelled = true;
    for (const protocol::LeasedTask& task : response.tasks) {
        Job job;
        job.task = task;
        job.session = number_ * 100'000 + ++sessions_;
        jobs_.emplace(task.lease.attempt_id, std::move(job));
    }
}

}  // namespace towline::sim
