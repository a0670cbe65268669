#include "loop/log_uploader.h"

#include <algorithm>
#include <utility>

#include "log/log.h"
#include "loop/limits.h"
#include "protocol/limits.h"

namespace towline::loop {
namespace {

constexpr std::chrono::milliseconds kPace{1'000};  ///< how stale a running task's uploaded log may be
constexpr int kChunksPerTurnMax = 64;

}  // namespace

void LogUploader::start() {
    if (!thread_.joinable()) thread_ = std::thread([this] { loop(); });
}

void LogUploader::stop(std::chrono::milliseconds deadline) {
    if (!thread_.joinable()) return;
    {
        auto state = state_.lock();
        state->stopping = true;
        state->stop_at = std::chrono::steady_clock::now() + deadline;
    }
    changed_.notify_all();
    {
        auto state = state_.lock();
        changed_.wait_until(state.mutex_lock(), state->stop_at, [&] { return state->logs.empty(); });
    }
    {
        // Under the lock: the thread is not between its look at the token and its wait, so it hears of it.
        const auto state = state_.lock();
        stop_token_.cancel();
    }
    changed_.notify_all();  // A pause after a failure may be longer than anybody waits for a stop.
    thread_.join();
}

void LogUploader::add(std::shared_ptr<AttemptLog> log) {
    auto state = state_.lock();
    state->logs.push_back(std::move(log));
    if (state->logs.size() <= kLogsWaitingMax) return;
    const auto oldest =
        std::find_if(state->logs.begin(), state->logs.end(), [](const auto& one) { return one->finished(); });
    if (oldest == state->logs.end()) return;
    log::warn("a log was given up: too many wait to be sent", {{"attempt", (*oldest)->attempt_id()}});
    state->logs.erase(oldest);
}

void LogUploader::wake() {
    state_.lock()->woken = true;
    changed_.notify_all();
}

LogUploader::Sent LogUploader::send_one(AttemptLog& log) {
    for (int i = 0; i < kChunksPerTurnMax; ++i) {
        AttemptLog::Chunk chunk = log.next(protocol::kLogChunkBytesMax);
        if (chunk.bytes.empty()) return Sent::all;
        const auto answer = api_.put_log(log.attempt_id(), chunk.offset, std::move(chunk.bytes), stop_token_);
        if (answer.value) {
            backoff_.reset();
            // Bytes that the scheduler lacks and that are gone here cannot be sent any more.
            if (!log.sent_until(answer.value->next_offset)) return Sent::gave_up;
            continue;
        }
        const http::RetryDecision decision = backoff_.judge(answer.outcome);
        const int status = answer.outcome.status();
        const bool refused = decision.verdict == http::Verdict::final && status >= 400 && status != 401;
        if (refused) {
            log::failure(log::Level::warn, "a task's log was refused", answer.value.error());
            return Sent::gave_up;
        }
        log::failure(log::Level::debug, "a task's log cannot be sent now", answer.value.error());
        pause_ = decision.delay;
        return Sent::later;
    }
    return Sent::later;
}

bool LogUploader::run_once() {
    pause_ = std::chrono::milliseconds(0);
    const auto logs = state_.lock()->logs;  // A copy: sending takes its time.
    for (const auto& log : logs) {
        const bool was_finished = log->finished();
        const Sent sent = send_one(*log);
        if (sent == Sent::gave_up || (sent == Sent::all && was_finished)) {
            auto state = state_.lock();
            std::erase(state->logs, log);
        }
        if (pause_.count() > 0 || stop_token_.cancelled()) return false;
    }
    return true;
}

void LogUploader::loop() {
    while (true) {
        run_once();
        auto state = state_.lock();
        changed_.notify_all();  // stop() waits for an empty list.
        if (state->stopping && (state->logs.empty() || std::chrono::steady_clock::now() >= state->stop_at)) return;
        const bool failing = pause_.count() > 0;
        const auto wait = state->stopping ? std::chrono::milliseconds(200) : std::max(pause_, kPace);
        changed_.wait_for(state.mutex_lock(), wait,
                          [&] { return stop_token_.cancelled() || (!failing && std::exchange(state->woken, false)); });
        state->woken = false;
    }
}

}  // namespace towline::loop
