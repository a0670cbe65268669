#pragma once
// News of one plan or run from the scheduler's event stream, for a thread that looks when there is something to see.

#include <chrono>
#include <condition_variable>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "client/scheduler_client.h"
#include "http_client/cancel.h"

namespace towline::commands {

/// What the event stream has told since the last look.
struct News {
    std::vector<std::string> ended_tasks;
    bool missed = true;  ///< something may have happened that was not told: only a list shows all
};

/// Carries news from the thread that reads the stream to the one that looks, and ends its waiting.
class Wakeups {
 public:
    /// An event: `ended_task` is empty if it tells of something else. Only tasks can be many, so the rest is looked at
    /// without delay.
    void tell(const std::string& ended_task, bool of_task) {
        auto state = state_.lock();
        if (!ended_task.empty()) state->news.ended_tasks.push_back(ended_task);
        if (state->news.ended_tasks.size() > kNewsMax) state->news = {};
        state->pending = true;
        state->urgent = state->urgent || !of_task;
        changed_.notify_all();
    }
    void tell_missed() {
        auto state = state_.lock();
        state->news = {};
        state->pending = true;
        changed_.notify_all();
    }
    void stop() {
        state_.lock()->stopped = true;
        changed_.notify_all();
        cancel_.cancel();
    }
    bool stopped() const { return state_.lock()->stopped; }
    News take() {
        auto state = state_.lock();
        News out = std::move(state->news);
        state->news = {{}, false};
        return out;
    }
    /// Until there is news, at most `time`; `pause` passes in any case, unless the news is of the work itself.
    void wait(std::chrono::milliseconds pause, std::chrono::milliseconds time) {
        auto state = state_.lock();
        changed_.wait_for(state.mutex_lock(), pause, [&] { return state->urgent || state->stopped; });
        changed_.wait_for(state.mutex_lock(), time, [&] { return state->pending || state->stopped; });
        state->pending = state->urgent = false;
    }
    void wait_for_stop(std::chrono::milliseconds time) {
        auto state = state_.lock();
        changed_.wait_for(state.mutex_lock(), time, [&] { return state->stopped; });
    }
    const http::CancelToken& cancel() const { return cancel_; }

 private:
    static constexpr std::size_t kNewsMax = 2'000;
    struct State {
        News news;
        bool pending = false;
        bool urgent = false;
        bool stopped = false;
    };
    Guarded<State> state_;
    std::condition_variable changed_;
    http::CancelToken cancel_;
};

/// Reads the work's events until it is told to stop, and goes on where it was after a break. For a thread of its own.
void read_events(client::SchedulerClient& scheduler, const std::string& work_id, Wakeups& wakeups);

}  // namespace towline::commands
