#pragma once
// Hands ready tasks to parked syncs. One thread, one wait point: it wakes when work may be ready (here or, told by the
// store, at another replica; or because a backoff ends), when a lease may have been cancelled, or when the first parked
// sync is due, and serves everyone with one claim per group of like executors.

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "metrics/metrics.h"
#include "store/store.h"
#include "time/clock.h"

namespace towline::services {

/// A sync that has nothing to be told yet.
struct ParkedSync {
    std::string project_id;
    protocol::ExecutorKind kind = protocol::ExecutorKind::run;
    std::string executor_id;
    int slots = 0;
    store::ClaimOffer offer;
    std::vector<protocol::LeaseRef> held;
    bool asks_more = false;
    std::chrono::steady_clock::time_point deadline;
    std::uint64_t wakes_seen = 0;                        ///< Dispatcher::wakes() before the caller looked for work
    std::function<bool()> alive;                         ///< false once the peer hung up
    std::function<void(protocol::SyncResponse)> answer;  ///< called exactly once, on the dispatcher's thread
};

/// Notes on each task whether others of its work still wait, after all of them were claimed. What cannot be told now is
/// "no": it only spares the executor an effort.
void note_what_follows(store::Store& store, std::vector<protocol::LeasedTask>& tasks);

class Dispatcher {
 public:
    Dispatcher(store::Store& store, const time::Clock& clock, metrics::Registry& metrics);
    ~Dispatcher();
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    void start();
    /// Answers every parked sync with nothing and ends the thread. Idempotent, legal before start.
    void stop();

    /// Parks until there is something to say or the deadline passes. After stop() it answers at once.
    void park(ParkedSync sync);
    /// Tasks may have become ready. This and the next two also tell the other replicas.
    void wake();
    /// How often wake() was called: read before looking for work oneself, so that a wake between the look and the
    /// parking is not missed.
    std::uint64_t wakes() const;
    /// Leases may have been cancelled or lost: parked syncs that hold some are looked at.
    void wake_holders();
    /// Something about these executors changed (drained, resumed, fenced, forgotten): their parked syncs are answered
    /// with nothing, so that they get no work on old terms and ask again.
    void recall(const std::set<std::string>& executor_ids);
    /// Executors that were heard of; written to the store in one statement by flush_seen().
    void seen(const std::string& executor_id);
    Status flush_seen();
    std::size_t parked_count() const;
    /// One round of claims, for tests and the loop: true if somebody got work.
    Result<bool> run_once();

 private:
    struct State {
        std::list<ParkedSync> parked;
        std::set<std::string> seen;
        std::set<std::string> recalled;
        bool work_ready = false;
        std::chrono::steady_clock::time_point until;  ///< how long the loop waits, at most
        std::uint64_t wakes = 0;
        bool leases_changed = false;
        bool stopping = false;
    };

    void loop();
    void hear(const store::News& news);
    std::chrono::steady_clock::time_point next_look();
    void answer_recalled();
    void answer_due();
    void look_at_holders();
    std::vector<std::vector<ParkedSync>> take_groups();
    Result<bool> serve(std::vector<ParkedSync> group);

    store::Store& store_;
    const time::Clock& clock_;
    metrics::Histogram& claim_seconds_;
    metrics::Counter& news_heard_;
    metrics::Gauge& parked_gauge_;
    Guarded<State> state_;
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace towline::services
