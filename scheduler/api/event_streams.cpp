#include "api/event_streams.h"

#include <fmt/core.h>

#include <chrono>

#include "json/json.h"
#include "log/log.h"
#include "protocol/limits.h"

namespace towline::api {
namespace {

constexpr std::chrono::milliseconds kLookInterval{200};
constexpr int kHeartbeatLooks = 75;  // 15 s
constexpr int kEventsPerLook = 500;

std::string text_of(const store::Event& event) {
    json::Object data;
    data.num("seq", event.seq)
        .num("ts", event.ts)
        .str("topic", event.topic)
        .str("subject", event.subject)
        .str("work_id", event.work_id)
        .raw("payload", event.payload.empty() ? "{}" : event.payload);
    return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.seq, event.topic, data.dump());
}

}  // namespace

EventStreams::~EventStreams() { stop(); }

void EventStreams::start() {
    thread_ = std::thread([this] { loop(); });
}

void EventStreams::stop() {
    std::list<Stream> streams;
    {
        auto state = state_.lock();
        state->stopping = true;
        streams.swap(state->streams);
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    for (Stream& stream : streams) stream.exchange->end();
}

bool EventStreams::has_room(const std::string& client_id) const {
    auto state = state_.lock();
    const auto open = state->open.find(client_id);
    return !state->stopping && state->total < kStreamsMax &&
           (open == state->open.end() || open->second < kStreamsPerClientMax);
}

bool EventStreams::add(Watch watch, std::shared_ptr<http::Exchange> exchange) {
    if (!has_room(watch.client_id)) return false;
    {
        auto state = state_.lock();
        if (state->stopping) return false;
        ++state->open[watch.client_id];
        ++state->total;
        state->streams.push_back(
            {std::move(watch), std::chrono::steady_clock::now() + protocol::kTokenLife, std::move(exchange)});
    }
    changed_.notify_all();
    return true;
}

void EventStreams::end_client(const std::string& client_id) {
    auto state = state_.lock();
    if (state->open.contains(client_id)) state->ended_clients.insert(client_id);
}

void EventStreams::loop() {
    int looks = 0;
    while (true) {
        std::list<Stream> streams;
        std::set<std::string> ended_clients;
        {
            auto state = state_.lock();
            if (state->streams.empty())
                changed_.wait(state.mutex_lock(), [&] { return state->stopping || !state->streams.empty(); });
            else
                changed_.wait_for(state.mutex_lock(), kLookInterval, [&] { return state->stopping; });
            if (state->stopping) return;
            streams.swap(state->streams);
            ended_clients.swap(state->ended_clients);
        }
        drop_ended(streams, ended_clients);
        pump(streams);
        if (++looks % kHeartbeatLooks == 0)
            for (Stream& stream : streams) stream.exchange->chunk(": still here\n\n");
        auto state = state_.lock();
        if (state->stopping) {
            for (Stream& stream : streams) stream.exchange->end();
            return;
        }
        state->streams.splice(state->streams.end(), streams);
    }
}

void EventStreams::drop_ended(std::list<Stream>& streams, const std::set<std::string>& ended_clients) {
    const auto now = std::chrono::steady_clock::now();
    for (auto it = streams.begin(); it != streams.end();) {
        if (!it->exchange->closed() && now < it->until && !ended_clients.contains(it->watch.client_id)) {
            ++it;
            continue;
        }
        it->exchange->end();
        {
            auto state = state_.lock();
            --state->total;
            const auto open = state->open.find(it->watch.client_id);
            if (--open->second == 0) state->open.erase(open);
        }
        it = streams.erase(it);
    }
}

void EventStreams::pump(std::list<Stream>& streams) {
    // One small query a project tells whether there is anything new, however many streams watch it.
    std::map<std::string, std::int64_t> last;
    for (Stream& stream : streams) {
        Watch& watch = stream.watch;
        auto newest = last.find(watch.project_id);
        if (newest == last.end()) {
            const Result<std::int64_t> seq = store_.last_event_seq(watch.project_id);
            if (!seq) return log::failure(log::Level::warn, "events cannot be read", seq.error());
            newest = last.emplace(watch.project_id, *seq).first;
        }
        if (watch.after_seq >= newest->second) continue;
        const auto events = store_.events(watch.project_id, watch.after_seq, kEventsPerLook);
        if (!events) return log::failure(log::Level::warn, "events cannot be read", events.error());
        std::string text;
        for (const store::Event& event : *events) {
            watch.after_seq = event.seq;
            if (watch.work_id.empty() || watch.work_id == event.work_id) text += text_of(event);
        }
        if (!text.empty()) stream.exchange->chunk(std::move(text));
    }
}

}  // namespace towline::api
