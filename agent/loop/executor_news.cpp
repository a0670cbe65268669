// What the loop does with the scheduler's news, and what a worker does when its task has ended.

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "log/log.h"
#include "loop/executor.h"

namespace towline::loop {

void Executor::apply(const protocol::SyncResponse& response) {
    lease_ttl_ = lease_ttl_of(response.lease_ttl_ms);
    if (response.drain != drain_directive_) log::debug(response.drain ? "told to drain" : "told to resume");
    drain_directive_ = response.drain;
    settle(response.acks);
    stop_attempts(response.lost, true);
    stop_attempts(response.cancels, false);
    for (const protocol::LeaseRef& lease : response.unreadable) refuse(lease);
    // The call may have been parked for long: what changed meanwhile counts for the tasks that it brought.
    if (!response.tasks.empty()) look_around();
    for (const protocol::LeasedTask& task : response.tasks) take(task);
}

void Executor::settle(const std::vector<protocol::CompletionAck>& acks) {
    std::vector<std::string> ids;
    for (const protocol::CompletionAck& ack : acks) {
        ids.push_back(ack.attempt_id);
        if (ack.ack == protocol::Ack::accepted) continue;
        log::warn("a result was not taken: the task belongs to a newer attempt or is gone",
                  {{"attempt", ack.attempt_id}, {"answer", protocol::to_string(ack.ack)}});
    }
    if (!ids.empty()) parts_.spool.acknowledge(ids);
}

void Executor::stop_attempts(const std::vector<std::string>& ids, bool lost) {
    for (const std::string& id : ids) {
        std::shared_ptr<Attempt> attempt;
        {
            auto state = state_.lock();
            const auto found = state->running.find(id);
            if (found != state->running.end()) attempt = found->second;
        }
        if (!attempt) continue;
        if (lost) {
            log::warn("the lease of a task is lost; it is stopped and its result is void", {{"attempt", id}});
            attempt->lost = true;
        } else {
            if (std::find(cancelling_.begin(), cancelling_.end(), id) != cancelling_.end()) continue;
            log::info("cancelling a task", {{"attempt", id}});
            cancelling_.push_back(id);
        }
        pool_.cancel(std::move(attempt));
    }
}

void Executor::cancel_all() {
    std::vector<std::shared_ptr<Attempt>> attempts;
    {
        auto state = state_.lock();
        for (const auto& [id, attempt] : state->running) attempts.push_back(attempt);
    }
    for (auto& attempt : attempts) pool_.cancel(std::move(attempt));
}

void Executor::take(const protocol::LeasedTask& task) {
    const std::string& id = task.lease.attempt_id;
    if (parts_.spool.is_pending(id) || refused_by_policy(task)) return;
    auto attempt = std::make_shared<Attempt>();
    attempt->task = task;
    attempt->log = std::make_shared<AttemptLog>(id, circumstances_.log_upload, options_.redactor);
    {
        auto state = state_.lock();
        const bool full = state->running.size() >= static_cast<std::size_t>(options_.identity.slots);
        // Not held at the next call, so the scheduler takes it back at once and counts no try.
        if (state->stop_requests > 0 || full || !parts_.spool.has_room() || state->running.contains(id)) return;
        state->running.emplace(id, attempt);
    }
    log::info(
        "task begins",
        {{"attempt", id}, {"kind", plan::to_string(task.spec.kind)}, {"name", task.spec.name}, {"work", task.work_id}});
    parts_.uploader.add(attempt->log);
    pool_.submit(std::move(attempt));
}

bool Executor::refused_by_policy(const protocol::LeasedTask& task) {
    if (circumstances_.policy == nullptr) return false;
    const policy::TaskFacts facts{task.work_kind, std::string(plan::to_string(task.spec.kind)), task.spec.environment,
                                  task.spec.gateway.value_or(""), task.spec.name};
    const auto refusal = circumstances_.policy->refusal(facts, std::chrono::system_clock::now());
    if (!refusal) return false;
    metrics_.refused_by_policy();
    hand_back(task.lease, Error{ErrorCode::forbidden, *refusal, {}, {}}, "policy_refused");
    return true;
}

void Executor::refuse(const protocol::LeaseRef& lease) {
    const Error error{ErrorCode::unsupported,
                      "this executor does not know tasks of this kind",
                      {},
                      "is it older than the scheduler?"};
    hand_back(lease, error, to_string(error.code));
}

void Executor::hand_back(const protocol::LeaseRef& lease, const Error& error, std::string_view code) {
    if (parts_.spool.is_pending(lease.attempt_id) || !parts_.spool.has_room()) return;
    log::failure(log::Level::warn, "a task is handed back", error);
    protocol::Completion completion = unsuccessful(lease, protocol::Outcome::refused, error, true);
    completion.error_code = code;
    const Status spooled = parts_.spool.add(std::move(completion));
    if (!spooled) log::failure(log::Level::error, "a result is not on disk", spooled.error());
}

void Executor::carry_out(const std::shared_ptr<Attempt>& attempt) {
    protocol::Completion completion = parts_.work.perform(*attempt);
    attempt->log->finish();
    parts_.uploader.wake();
    const std::string id = attempt->task.lease.attempt_id;
    log::info("task ended", {{"attempt", id},
                             {"outcome", protocol::to_string(completion.outcome)},
                             {"ms", completion.duration_ms},
                             {"error", completion.error_message}});
    metrics_.task_ended(plan::to_string(attempt->task.spec.kind), protocol::to_string(completion.outcome),
                        std::chrono::milliseconds(completion.duration_ms));
    if (!attempt->lost) {
        // On disk before anybody is told; and in the spool before it leaves `running`, so that its lease is
        // always named.
        const Status spooled = parts_.spool.add(std::move(completion));
        if (!spooled)
            log::failure(log::Level::error, "a result is not on disk; it is sent from memory", spooled.error());
    }
    auto state = state_.lock();
    state->running.erase(id);
    ++state->finished_count;
    state->news = true;
    if (state->parked) state->parked->cancel();
    changed_.notify_all();
}

}  // namespace towline::loop
