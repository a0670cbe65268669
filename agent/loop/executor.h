#pragma once
// The one loop of an executor (design section 3, "one loop, one call"). Each turn looks at the surroundings,
// then makes one call: register, or sync. A sync tells what is held and what is finished and brings news; the
// scheduler parks it until there is some. Events in this process (a task ended, SIGTERM) cut a parked call
// short, so they are told at once.

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "health/notify.h"
#include "health/status_file.h"
#include "http_client/cancel.h"
#include "loop/api.h"
#include "loop/backoff.h"
#include "loop/log_uploader.h"
#include "loop/loop_metrics.h"
#include "loop/surroundings.h"
#include "loop/task_work.h"
#include "loop/worker_pool.h"
#include "spool/spool.h"

namespace towline::loop {

struct ExecutorOptions {
    protocol::RegisterRequest identity;  ///< its gateways and now_ms are filled in at every registration
    http::RetryPolicy retry{.window_first = std::chrono::milliseconds(1'000),
                            .window_max = std::chrono::milliseconds(15'000),
                            .retry_after_max = std::chrono::milliseconds(60'000)};
    std::uint64_t seed = 0;                                 ///< of the jitter
    bool once = false;                                      ///< end when idle after the first work
    std::filesystem::path status_file;                      ///< empty: none
    std::chrono::milliseconds cancel_confirm{15'000};       ///< after the drain's deadline, for engines to confirm
    std::shared_ptr<const credentials::Redactor> redactor;  ///< Shared with the process's log.
    metrics::Registry* metrics = nullptr;                   ///< must outlive the executor; null: numbers go nowhere
    health::Notifier notifier{};
};

/// What the executor is made of; all must outlive it.
struct ExecutorParts {
    SchedulerApi& api;
    spool::Spool& spool;
    Surroundings& surroundings;
    TaskWork& work;
    LogUploader& uploader;
};

/// How the loop ended.
struct ExitReport {
    int code = 0;
    std::string sentence;
    /// Tasks that never confirmed their cancel still occupy threads: the process must end without joining
    /// them.
    bool stuck = false;
};

class Executor {
 public:
    Executor(ExecutorParts parts, ExecutorOptions options);
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    /// Turns until stopped, fenced by a newer process of the same name, or idle (`once`).
    ExitReport run();
    /// One turn; the report when it was the last. For run() and tests.
    std::optional<ExitReport> turn();
    /// Any thread. The first call drains, the second cancels what still runs.
    void request_stop();

 private:
    struct State {
        std::map<std::string, std::shared_ptr<Attempt>> running;  ///< by attempt id; shared with worker and canceller
        std::optional<http::CancelToken> parked;                  ///< the call that may be cut short
        int stop_requests = 0;
        int finished_count = 0;
        bool news = false;  ///< something happened since the last request was built
    };
    using TimePoint = std::chrono::steady_clock::time_point;

    // one turn
    void look_around();
    std::optional<ExitReport> check_end();
    void register_now();
    std::optional<ExitReport> sync_now();
    protocol::SyncRequest build_request(const http::CancelToken& token);
    std::chrono::milliseconds wait_time(const protocol::SyncRequest& request, bool stopping) const;
    std::optional<ExitReport> handle_failure(const Error& error, const CallOutcome& outcome);
    void wait(std::chrono::milliseconds delay);
    std::optional<TimePoint> next_deadline() const;
    void follow_drain();
    void become_fenced();
    void stop_if_revoked(bool refused);
    void beat();
    void set_state(std::string state, std::string reason = {}, std::string_view trouble = {});
    ExitReport end(int code, std::string sentence);

    // news
    void apply(const protocol::SyncResponse& response);
    void slow_down(const protocol::SyncRequest& request, const protocol::SyncResponse& response, TimePoint asked);
    std::chrono::milliseconds lease_ttl_of(std::int64_t told_ms) const;
    void settle(const std::vector<protocol::CompletionAck>& acks);
    void stop_attempts(const std::vector<std::string>& ids, bool lost);
    void take(const protocol::LeasedTask& task);
    /// True if the local policy does not allow the task, which is then handed back.
    bool refused_by_policy(const protocol::LeasedTask& task);
    void hand_back(const protocol::LeaseRef& lease, const Error& error, std::string_view code);
    void refuse(const protocol::LeaseRef& lease);
    void cancel_all();

    // a worker's side
    void carry_out(const std::shared_ptr<Attempt>& attempt);

    bool stopping() const { return state_.lock()->stop_requests > 0; }

    ExecutorParts parts_;
    ExecutorOptions options_;
    std::unique_ptr<metrics::Registry> own_metrics_;  ///< if nobody wants them
    LoopMetrics metrics_;
    Backoff backoff_;
    Circumstances circumstances_;
    std::string gateways_told_;  ///< as JSON-like text, to see a change
    std::string executor_id_;    ///< empty: not registered
    std::string reported_state_ = "starting";
    std::string reason_;
    std::string trouble_;  ///< error code of the call that made it unready
    std::chrono::milliseconds lease_ttl_{30'000};
    std::chrono::milliseconds sync_wait_{20'000};
    std::optional<TimePoint> last_sync_;
    bool contact_warned_ = false;
    int hasty_ = 0;                 ///< answers in a row that came at once and brought nothing
    int refusals_ = 0;              ///< of this client, in a row
    bool drain_directive_ = false;  ///< the scheduler asked to take nothing new
    bool idle_ = false;             ///< the last sync brought nothing and nothing runs
    bool fenced_ = false;
    bool told_draining_ = false;  ///< a call since the stop has ended, well or not
    bool cancelled_all_ = false;
    std::optional<TimePoint> drain_deadline_;
    std::optional<TimePoint> confirm_deadline_;
    std::optional<TimePoint> flush_deadline_;
    std::vector<std::string> cancelling_;  ///< attempts whose cancel was received and is not over
    Guarded<State> state_;
    std::condition_variable changed_;
    WorkerPool pool_;  // Last: its threads use everything above.
};

}  // namespace towline::loop
