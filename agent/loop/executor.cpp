#include "loop/executor.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "log/log.h"
#include "loop/limits.h"
#include "protocol/limits.h"

namespace towline::loop {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::int64_t wall_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(now).count();
}

std::string text_of(const std::vector<project::Gateway>& gateways) {
    std::string text;
    for (const project::Gateway& gateway : gateways)
        text += fmt::format("{}|{}|{};", gateway.name, gateway.type, gateway.default_catalog.value_or("?"));
    return text;
}

}  // namespace

Executor::Executor(ExecutorParts parts, ExecutorOptions options)
    : parts_(parts),
      options_(std::move(options)),
      own_metrics_(options_.metrics == nullptr ? std::make_unique<metrics::Registry>() : nullptr),
      metrics_(options_.metrics == nullptr ? *own_metrics_ : *options_.metrics),
      backoff_(options_.retry, options_.seed),
      pool_(options_.identity.slots, [this](const std::shared_ptr<Attempt>& attempt) { carry_out(attempt); }) {}

ExitReport Executor::run() {
    while (true) {
        if (auto report = turn()) return *std::move(report);
    }
}

std::optional<ExitReport> Executor::turn() {
    pool_.start();
    look_around();
    follow_drain();
    beat();
    if (auto report = check_end()) return report;
    if (fenced_) {
        wait(kBeatMax);
        return std::nullopt;
    }
    if (!executor_id_.empty()) return sync_now();
    register_now();
    return std::nullopt;
}

void Executor::request_stop() {
    auto state = state_.lock();
    ++state->stop_requests;
    state->news = true;
    if (state->parked) state->parked->cancel();
    changed_.notify_all();
}

void Executor::look_around() {
    circumstances_ = parts_.surroundings.look();
    if (circumstances_.credentials_changed) backoff_.reset();
    if (!circumstances_.settings.empty()) metrics_.settings(circumstances_.settings);
}

std::optional<ExitReport> Executor::check_end() {
    const std::size_t pending = parts_.spool.pending().size();
    int finished = 0;
    std::size_t running = 0;
    {
        auto state = state_.lock();
        finished = state->finished_count;
        running = state->running.size();
        if (state->stop_requests == 0 && !(options_.once && idle_ && finished > 0 && running == 0 && pending == 0))
            return std::nullopt;
    }
    if (!stopping()) return end(0, "idle after its first work");
    const auto now = steady_clock::now();
    if (fenced_ && running == 0) return end(1, reason_);
    if (running > 0) {
        if (!confirm_deadline_ || now < *confirm_deadline_) return std::nullopt;
        ExitReport report = end(1, fmt::format("{} task(s) did not confirm their cancel in time", running));
        report.stuck = true;
        return report;
    }
    if (!flush_deadline_) flush_deadline_ = now + kFinalFlush;
    // One last call says that nothing is held: a task given in an answer that was cut short is free again at
    // once.
    const bool told = (pending == 0 && told_draining_) || executor_id_.empty() || now >= *flush_deadline_;
    if (!told) return std::nullopt;
    return end(0, pending == 0 ? "stopped" : fmt::format("stopped; {} result(s) stay in the spool", pending));
}

// A newer process of this name took over: what runs here is void, and only its end is waited for.
void Executor::become_fenced() {
    fenced_ = true;
    set_state("unready",
              fmt::format("a newer executor has registered with the name \"{}\" and took over; give each executor "
                          "a TOWLINE_EXECUTOR_NAME of its own",
                          options_.identity.name));
    log::error(reason_);
    std::vector<std::string> ids;
    {
        auto state = state_.lock();
        state->stop_requests += 2;  // As if stopped twice: cancel at once.
        for (const auto& [id, attempt] : state->running) ids.push_back(id);
    }
    stop_attempts(ids, true);
}

ExitReport Executor::end(int code, std::string sentence) {
    reported_state_ = "stopped";
    reason_ = sentence;
    beat();
    return {code, std::move(sentence), false};
}

// SIGTERM: nothing new, the deadline, then cancels; a second signal moves the deadline to now.
void Executor::follow_drain() {
    int requests = 0;
    std::size_t running = 0;
    {
        auto state = state_.lock();
        requests = state->stop_requests;
        running = state->running.size();
    }
    if (requests == 0) return;
    const auto now = steady_clock::now();
    if (!drain_deadline_) {
        drain_deadline_ = now + circumstances_.drain;
        log::info("draining", {{"running", running}, {"seconds", circumstances_.drain.count()}});
        if (!fenced_) set_state("draining");
    }
    if (requests > 1) drain_deadline_ = std::min(*drain_deadline_, now);
    if (now < *drain_deadline_ || cancelled_all_) return;
    cancelled_all_ = true;
    confirm_deadline_ = now + options_.cancel_confirm;
    if (running > 0) log::warn("cancelling what still runs", {{"running", running}});
    cancel_all();
}

void Executor::register_now() {
    set_state(stopping() ? "draining" : "registering", reason_, trouble_);
    protocol::RegisterRequest request = options_.identity;
    request.gateways = circumstances_.gateways;
    request.now_ms = wall_ms();
    const http::CancelToken token;
    {
        auto state = state_.lock();
        state->parked = token;
        state->news = false;
    }
    const auto answer = parts_.api.register_executor(request, token);
    state_.lock()->parked.reset();
    metrics_.call("register", answer.value ? "ok" : "failed");
    const http::RetryDecision decision = backoff_.judge(answer.outcome);
    if (!answer.value) {
        if (answer.value.error().code == ErrorCode::cancelled) return;
        set_state(stopping() ? "draining" : "unready", answer.value.error().message,
                  to_string(answer.value.error().code));
        log::failure(log::Level::warn, "cannot register yet", answer.value.error());
        return wait(decision.delay);
    }
    executor_id_ = answer.value->executor_id;
    last_sync_ = steady_clock::now();  // The first sync may be parked for long; this call reached the
                                       // scheduler as well.
    gateways_told_ = text_of(request.gateways);
    lease_ttl_ = lease_ttl_of(answer.value->lease_ttl_ms);
    if (answer.value->sync_wait_ms > 0) sync_wait_ = milliseconds(answer.value->sync_wait_ms);
    const milliseconds skew(std::clamp(answer.value->clock_skew_ms, -kClockSkewMsMax, kClockSkewMsMax));
    if (std::chrono::abs(skew) > protocol::kClockSkewWarning)
        log::warn("this machine's clock differs from the scheduler's; leases are not affected",
                  {{"skew_ms", skew.count()}});
    log::info("registered", {{"executor", executor_id_}, {"name", request.name}, {"slots", request.slots}});
    set_state(stopping() ? "draining" : "ready");
}

protocol::SyncRequest Executor::build_request(const http::CancelToken& token) {
    protocol::SyncRequest request;
    request.boot_id = options_.identity.boot_id;
    parts_.spool.retry_disk();
    const bool room = parts_.spool.has_room();
    request.health = circumstances_.degraded || !room ? "degraded" : "ok";
    if (text_of(circumstances_.gateways) != gateways_told_) request.gateways = circumstances_.gateways;

    request.asks_more = circumstances_.exclusive;

    // What runs is noted before the spool is read: an attempt that ends in between is in both, and the spool
    // counts.
    auto state = state_.lock();
    state->news = false;
    std::vector<protocol::LeaseRef> running;
    for (const auto& [id, attempt] : state->running) {
        if (!attempt->lost) running.push_back(attempt->task.lease);
    }
    std::size_t bytes = 0;
    for (protocol::Completion& completion : parts_.spool.pending()) {
        bytes += 1'024 + completion.error_message.size() + 200 * completion.audits.size();
        const bool fits = request.completions.size() < kCompletionsPerCallMax &&
                          (bytes <= kCompletionBytesPerCallMax || request.completions.empty());
        std::erase_if(running,
                      [&](const protocol::LeaseRef& lease) { return lease.attempt_id == completion.lease.attempt_id; });
        // A lease that is in neither list would be given to somebody else.
        if (fits) {
            request.completions.push_back(std::move(completion));
        } else {
            request.held.push_back(completion.lease);
        }
    }
    request.held.insert(request.held.end(), running.begin(), running.end());
    std::erase_if(cancelling_, [&](const std::string& id) { return !state->running.contains(id); });
    request.cancelling = cancelling_;

    const bool stops = state->stop_requests > 0;
    request.draining = stops || drain_directive_;
    const int free = options_.identity.slots - static_cast<int>(state->running.size());
    request.slots_free = request.draining || !room ? 0 : std::max(free, 0);
    request.wait_ms = wait_time(request, stops).count();
    // A call that delivers something is answered at once; cutting it short would only lose its answer.
    if (request.completions.empty()) state->parked = token;
    return request;
}

std::chrono::milliseconds Executor::wait_time(const protocol::SyncRequest& request, bool stopping) const {
    milliseconds wait = std::min(sync_wait_, protocol::kSyncWaitMax);
    // systemd's watchdog is fed between two calls.
    if (const auto pace = options_.notifier.pace()) wait = std::min(wait, *pace);
    // After a failure the first good answer shall come at once: it makes the executor ready again.
    if (backoff_.failures() > 0) return milliseconds(0);
    if (options_.once && request.held.empty()) wait = std::min(wait, milliseconds(1'000));
    if (!stopping) return wait;
    if (request.held.empty()) return milliseconds(0);
    const auto deadline = confirm_deadline_ ? confirm_deadline_ : drain_deadline_;
    if (!deadline) return milliseconds(0);
    const auto left = std::chrono::duration_cast<milliseconds>(*deadline - steady_clock::now());
    return std::clamp(left, milliseconds(0), wait);
}

std::optional<ExitReport> Executor::sync_now() {
    const http::CancelToken token;
    const protocol::SyncRequest request = build_request(token);
    const TimePoint asked = steady_clock::now();
    const auto answer = parts_.api.sync(executor_id_, request, token);
    state_.lock()->parked.reset();
    const bool cut_short = !answer.value && answer.value.error().code == ErrorCode::cancelled;
    metrics_.call("sync", cut_short ? "cut_short" : answer.value ? "ok" : "failed");
    told_draining_ = told_draining_ || (request.draining && stopping() && !cut_short);
    if (!answer.value) return handle_failure(answer.value.error(), answer.outcome);
    backoff_.judge(answer.outcome);
    last_sync_ = steady_clock::now();
    metrics_.synced();
    refusals_ = 0;
    contact_warned_ = false;
    if (!request.gateways.empty()) gateways_told_ = text_of(request.gateways);
    idle_ = answer.value->tasks.empty() && request.held.empty() && request.completions.empty();
    if (!stopping()) set_state("ready");
    apply(*answer.value);
    slow_down(request, *answer.value, asked);
    return std::nullopt;
}

std::chrono::milliseconds Executor::lease_ttl_of(std::int64_t told_ms) const {
    return told_ms > 0 ? milliseconds(std::clamp(told_ms, kLeaseTtlMsMin, kLeaseTtlMsMax)) : lease_ttl_;
}

// A scheduler, or something between, that does not keep a call parked would be asked as fast as the machine can.
void Executor::slow_down(const protocol::SyncRequest& request, const protocol::SyncResponse& response,
                         TimePoint asked) {
    const bool hasty = milliseconds(request.wait_ms) > kHastyWindow && steady_clock::now() - asked < kHastyWindow &&
                       request.completions.empty() && response.tasks.empty();
    hasty_ = hasty ? hasty_ + 1 : 0;
    if (hasty_ == kHastyAnswersMax + 1)
        log::warn("calls to the scheduler are answered at once without any work; they are made more slowly now");
    if (hasty_ > kHastyAnswersMax) wait(kHastyPause);
}

std::optional<ExitReport> Executor::handle_failure(const Error& error, const CallOutcome& outcome) {
    if (error.code == ErrorCode::cancelled) return std::nullopt;  // Cut short by news of our own.
    const int status = outcome.status();
    if (status == 409 && error.code == ErrorCode::superseded) {
        become_fenced();
        return std::nullopt;
    }
    const http::RetryDecision decision = backoff_.judge(outcome);
    if (status == 404 || status == 409) {
        log::warn("the scheduler does not know this executor any more; it registers again");
        executor_id_.clear();
        if (backoff_.failures() <= 1) return std::nullopt;
    } else {
        log::failure(log::Level::warn, "the scheduler cannot be asked now", error);
        const bool refused = error.code == ErrorCode::unauthenticated || error.code == ErrorCode::forbidden;
        stop_if_revoked(refused);
        if (!stopping())
            set_state("unready", refused ? "the scheduler refuses this client: " + error.message : error.message,
                      to_string(error.code));
    }
    const auto silence = last_sync_ ? steady_clock::now() - *last_sync_ : milliseconds(0);
    if (silence > lease_ttl_ && !std::exchange(contact_warned_, true)) {
        log::warn(
            "no call succeeded for longer than a lease lives: tasks go on, but others may be given them; the "
            "engine's "
            "fence keeps the writes apart",
            {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(silence).count()}});
    }
    wait(decision.delay);
    return std::nullopt;
}

// A revoked client's leases end at once, so its tasks are given to others: what runs here shall not run beside them.
void Executor::stop_if_revoked(bool refused) {
    if (!refused) return;
    if (++refusals_ != kRefusalsBeforeStop) return;
    std::vector<std::string> ids;
    {
        auto state = state_.lock();
        for (const auto& [id, attempt] : state->running) ids.push_back(id);
    }
    if (!ids.empty()) log::error("the scheduler refuses this client; what runs is stopped", {{"running", ids.size()}});
    stop_attempts(ids, true);
}

// The next instant at which stopping goes on by itself.
std::optional<Executor::TimePoint> Executor::next_deadline() const {
    const auto now = steady_clock::now();
    std::optional<TimePoint> next;
    for (const auto& deadline : {drain_deadline_, confirm_deadline_, flush_deadline_}) {
        if (deadline && *deadline > now && (!next || *deadline < *next)) next = deadline;
    }
    return next;
}

// The loop's own waiting: in slices, so that it stays visibly alive; cut short by a stop and, while stopping,
// by the end of a task.
void Executor::wait(milliseconds delay) {
    TimePoint until = steady_clock::now() + delay;
    if (const auto deadline = next_deadline()) until = std::min(until, *deadline);
    while (steady_clock::now() < until) {
        const auto slice = std::min(until, steady_clock::now() + options_.notifier.pace().value_or(kBeatMax));
        {
            auto state = state_.lock();
            const int requests = state->stop_requests;
            const bool cut = changed_.wait_until(state.mutex_lock(), slice, [&] {
                return state->stop_requests != requests || (requests > 0 && state->news);
            });
            state->news = false;
            if (cut) return;
        }
        beat();
    }
}

void Executor::set_state(std::string state, std::string reason, std::string_view trouble) {
    trouble_ = trouble;
    reported_state_ = std::move(state);
    reason_ = std::move(reason);
}

void Executor::beat() {
    const std::string spool_trouble = parts_.spool.trouble();
    const bool degraded = circumstances_.degraded || !spool_trouble.empty();
    const std::string& other = spool_trouble.empty() ? circumstances_.reason : spool_trouble;
    const std::string reason = reason_.empty() ? other : reason_;
    if (reported_state_ == "draining" || reported_state_ == "stopped") options_.notifier.stopping();
    options_.notifier.turn(reason.empty() ? reported_state_ : reported_state_ + ": " + reason);
    const std::size_t spooled = parts_.spool.pending().size();
    metrics_.turn({.running = state_.lock()->running.size(),
                   .slots = options_.identity.slots,
                   .spooled = spooled,
                   .ready = reported_state_ == "ready",
                   .degraded = degraded});
    if (options_.status_file.empty()) return;
    health::LoopStatus status;
    status.pid = ::getpid();
    status.kind = protocol::to_string(options_.identity.kind);
    status.name = options_.identity.name;
    status.state = reported_state_;
    status.reason = reason;
    status.trouble = trouble_;
    status.health = degraded ? "degraded" : "ok";
    status.loop_ms = health::monotonic_ms();
    if (last_sync_)
        status.last_sync_ms = std::chrono::duration_cast<milliseconds>(last_sync_->time_since_epoch()).count();
    status.slots = options_.identity.slots;
    {
        auto state = state_.lock();
        for (const auto& [id, attempt] : state->running) status.tasks.push_back(id);
    }
    status.spooled = static_cast<std::int64_t>(spooled);
    status.egress_head = circumstances_.egress_head;
    const Status written = health::write_status(options_.status_file, status);
    if (!written) log::failure(log::Level::warn, "the status file cannot be written", written.error());
}

}  // namespace towline::loop
