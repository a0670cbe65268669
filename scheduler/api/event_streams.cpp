#include "api/event_streams.h"

#include <fmt/core.h>

#include <chrono>

#include "json/json.h"
#include "log/log.h"

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

bool EventStreams::add(const std::string& project_id, const std::string& work_id, std::int64_t after_seq,
                       std::shared_ptr<http::Exchange> exchange) {
    {
        auto state = state_.lock();
        if (state->stopping || state->streams.size() >= kStreamsMax) return false;
        state->streams.push_back({project_id, work_id, after_seq, std::move(exchange)});
    }
    changed_.notify_all();
    return true;
}

void EventStreams::loop() {
    int looks = 0;
    while (true) {
        std::list<Stream> streams;
        {
            auto state = state_.lock();
            if (state->streams.empty())
                changed_.wait(state.mutex_lock(), [&] { return state->stopping || !state->streams.empty(); });
            else
                changed_.wait_for(state.mutex_lock(), kLookInterval, [&] { return state->stopping; });
            if (state->stopping) return;
            streams.swap(state->streams);
        }
        streams.remove_if([](const Stream& stream) { return stream.exchange->closed(); });
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

void EventStreams::pump(std::list<Stream>& streams) {
    for (Stream& stream : streams) {
        const auto events = store_.events(stream.project_id, stream.after_seq, kEventsPerLook);
        if (!events) {
            log::failure(log::Level::warn, "events cannot be read", events.error());
            return;
        }
        std::string text;
        for (const store::Event& event : *events) {
            stream.after_seq = event.seq;
            if (stream.work_id.empty() || stream.work_id == event.work_id) text += text_of(event);
        }
        if (!text.empty()) stream.exchange->chunk(std::move(text));
    }
}

}  // namespace towline::api
