#include "services/dispatcher.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "log/log.h"
#include "protocol/limits.h"

namespace towline::services {
namespace {

// Whoever makes tasks ready says so, also to other replicas, and backoffs end when they are known to end. A word may be
// lost; this bounds how late its news are noticed.
constexpr std::chrono::milliseconds kLookAgain{2000};
constexpr std::chrono::milliseconds kLookSoonest{10};

protocol::SyncResponse nothing_to_say() {
    protocol::SyncResponse response;
    response.lease_ttl_ms = protocol::kLeaseTtl.count();
    return response;
}

}  // namespace

void note_what_follows(store::Store& store, std::vector<protocol::LeasedTask>& tasks) {
    std::map<std::string, bool> waiting;
    for (protocol::LeasedTask& task : tasks) {
        const auto [entry, unknown] = waiting.try_emplace(task.work_id, false);
        if (unknown) {
            const Result<bool> answer = store.has_waiting_tasks(task.work_id);
            entry->second = answer && *answer;
        }
        task.more_follows = entry->second;
    }
}

Dispatcher::Dispatcher(store::Store& store, const time::Clock& clock, metrics::Registry& metrics)
    : store_(store),
      clock_(clock),
      claim_seconds_(metrics.histogram({"towline_claim_seconds", "Duration of one batched claim.", {}}).with()),
      news_heard_(metrics.counter({"towline_replica_news_total", "What other replicas told this one.", {}}).with()),
      parked_gauge_(metrics.gauge({"towline_parked_syncs", "Executors waiting for work.", {}}).with()) {}

Dispatcher::~Dispatcher() { stop(); }

void Dispatcher::start() {
    thread_ = std::thread([this] { loop(); });
    store_.listen([this](const store::News& news) {
        news_heard_.add(1);
        hear(news);
    });
}

void Dispatcher::stop() {
    store_.listen({});
    std::list<ParkedSync> parked;
    {
        auto state = state_.lock();
        state->stopping = true;
        parked.swap(state->parked);
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    for (ParkedSync& sync : parked) sync.answer(nothing_to_say());
}

void Dispatcher::park(ParkedSync sync) {
    {
        auto state = state_.lock();
        if (!state->stopping) {
            if (sync.wakes_seen != state->wakes && sync.slots > 0) state->work_ready = true;
            sync.wakes_seen = state->wakes;
            const bool is_earlier = sync.deadline < state->until;
            if (is_earlier) state->until = sync.deadline;
            state->parked.push_back(std::move(sync));
            parked_gauge_.set(static_cast<double>(state->parked.size()));
            if (!state->work_ready && !is_earlier) return;
        } else {
            state.mutex_lock().unlock();
            sync.answer(nothing_to_say());
            return;
        }
    }
    changed_.notify_all();
}

void Dispatcher::wake() {
    const store::News news{.work = true, .leases = false, .recalled = {}};
    hear(news);
    store_.tell(news);
}

void Dispatcher::hear(const store::News& news) {
    {
        auto state = state_.lock();
        if (news.work) {
            state->work_ready = true;
            ++state->wakes;
        }
        state->leases_changed = state->leases_changed || news.leases;
        state->recalled.insert(news.recalled.begin(), news.recalled.end());
    }
    changed_.notify_all();
}

std::uint64_t Dispatcher::wakes() const { return state_.lock()->wakes; }

void Dispatcher::wake_holders() {
    const store::News news{.work = false, .leases = true, .recalled = {}};
    hear(news);
    store_.tell(news);
}

void Dispatcher::recall(const std::set<std::string>& executor_ids) {
    const store::News news{.work = false, .leases = false, .recalled = executor_ids};
    hear(news);
    store_.tell(news);
}

void Dispatcher::seen(const std::string& executor_id) { state_.lock()->seen.insert(executor_id); }

Status Dispatcher::flush_seen() {
    std::set<std::string> seen;
    seen.swap(state_.lock()->seen);
    if (seen.empty()) return {};
    return store_.touch_executors({seen.begin(), seen.end()}, clock_.now_ms());
}

std::size_t Dispatcher::parked_count() const { return state_.lock()->parked.size(); }

// Until then nothing becomes ready without a word: the end of the next backoff.
std::chrono::steady_clock::time_point Dispatcher::next_look() {
    const auto now = clock_.now_ms();
    const Result<std::optional<store::TimestampMs>> due = store_.next_due(now);
    const auto wait = due && *due ? std::chrono::milliseconds(**due - now) : kLookAgain;
    return std::chrono::steady_clock::now() + std::clamp(wait, kLookSoonest, kLookAgain);
}

void Dispatcher::loop() {
    auto look = std::chrono::steady_clock::now() + kLookAgain;
    while (true) {
        bool look_at_leases = false;
        {
            auto state = state_.lock();
            auto until = look;
            for (const ParkedSync& sync : state->parked) until = std::min(until, sync.deadline);
            state->until = until;
            changed_.wait_until(state.mutex_lock(), until, [&] {
                return state->stopping || state->leases_changed || !state->recalled.empty() ||
                       (state->work_ready && !state->parked.empty()) || state->until < until;
            });
            if (state->stopping) return;
            look_at_leases = std::exchange(state->leases_changed, false);
        }
        answer_recalled();
        if (look_at_leases) look_at_holders();
        const Result<bool> served = run_once();
        if (!served) log::failure(log::Level::warn, "tasks cannot be handed out", served.error());
        answer_due();
        look = next_look();
    }
}

Result<bool> Dispatcher::run_once() {
    state_.lock()->work_ready = false;
    bool any = false;
    Status failed;
    for (std::vector<ParkedSync>& group : take_groups()) {
        // Every group that was taken is served, so that no sync is dropped unanswered.
        const Result<bool> served = serve(std::move(group));
        if (!served) failed = fail(served.error());
        any = any || (served && *served);
    }
    if (!failed) return fail(failed.error());
    return any;
}

// Takes every sync that can work out of the list, grouped by what a claim has in common.
std::vector<std::vector<ParkedSync>> Dispatcher::take_groups() {
    std::map<std::tuple<std::string, protocol::ExecutorKind, store::ClaimOffer>, std::vector<ParkedSync>> groups;
    auto state = state_.lock();
    for (auto it = state->parked.begin(); it != state->parked.end();) {
        if (!it->alive()) {
            it = state->parked.erase(it);
        } else if (it->slots > 0) {
            it->wakes_seen = state->wakes;  // the claim comes after this
            groups[{it->project_id, it->kind, it->offer}].push_back(std::move(*it));
            it = state->parked.erase(it);
        } else {
            ++it;
        }
    }
    std::vector<std::vector<ParkedSync>> out;
    for (auto& [key, group] : groups) out.push_back(std::move(group));
    return out;
}

Result<bool> Dispatcher::serve(std::vector<ParkedSync> group) {
    std::vector<store::ClaimRequest> requests;
    requests.reserve(group.size());
    for (const ParkedSync& sync : group) requests.push_back({sync.executor_id, sync.slots});
    const auto began = std::chrono::steady_clock::now();
    auto claimed = store_.claim(group.front().project_id, group.front().kind, group.front().offer, requests,
                                clock_.now_ms(), protocol::kLeaseTtl.count());
    claim_seconds_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());

    std::map<std::string, std::vector<protocol::LeasedTask>> by_executor;
    if (claimed)
        for (auto& [executor_id, task] : *claimed) by_executor[executor_id].push_back(std::move(task));
    for (ParkedSync& sync : group) {
        const auto found = by_executor.find(sync.executor_id);
        if (found == by_executor.end()) {
            park(std::move(sync));
            continue;
        }
        protocol::SyncResponse response = nothing_to_say();
        response.tasks = std::move(found->second);
        if (sync.asks_more) note_what_follows(store_, response.tasks);
        sync.answer(std::move(response));
    }
    if (!claimed) return fail(claimed.error());
    return !by_executor.empty();
}

void Dispatcher::look_at_holders() {
    std::list<ParkedSync> holders;
    {
        auto state = state_.lock();
        for (auto it = state->parked.begin(); it != state->parked.end();) {
            const auto next = std::next(it);
            // What a dead peer held is renewed by its next sync only: its list of leases is out of date by now.
            if (!it->held.empty() && it->alive()) holders.splice(holders.end(), state->parked, it);
            it = next;
        }
    }
    for (ParkedSync& sync : holders) {
        auto renewal = store_.renew(sync.executor_id, sync.held, clock_.now_ms(), protocol::kLeaseTtl.count());
        if (!renewal || (renewal->lost.empty() && renewal->cancels.empty())) {
            park(std::move(sync));
            continue;
        }
        protocol::SyncResponse response = nothing_to_say();
        response.lost = std::move(renewal->lost);
        response.cancels = std::move(renewal->cancels);
        sync.answer(std::move(response));
    }
}

// On the dispatcher's thread, because only there every parked sync is in the list.
void Dispatcher::answer_recalled() {
    std::list<ParkedSync> recalled;
    {
        auto state = state_.lock();
        const std::set<std::string> ids = std::exchange(state->recalled, {});
        for (auto it = state->parked.begin(); !ids.empty() && it != state->parked.end();) {
            const auto next = std::next(it);
            if (ids.contains(it->executor_id)) recalled.splice(recalled.end(), state->parked, it);
            it = next;
        }
    }
    for (ParkedSync& sync : recalled) sync.answer(nothing_to_say());
}

void Dispatcher::answer_due() {
    std::list<ParkedSync> due;
    {
        auto state = state_.lock();
        const auto now = std::chrono::steady_clock::now();
        for (auto it = state->parked.begin(); it != state->parked.end();) {
            const auto next = std::next(it);
            if (it->deadline <= now) due.splice(due.end(), state->parked, it);
            it = next;
        }
        parked_gauge_.set(static_cast<double>(state->parked.size()));
    }
    for (ParkedSync& sync : due) sync.answer(nothing_to_say());
}

}  // namespace towline::services
