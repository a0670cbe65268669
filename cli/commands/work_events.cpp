#include "commands/work_events.h"

#include <utility>

#include "commands/task_view.h"
#include "json/document.h"

namespace towline::commands {
namespace {

constexpr std::chrono::milliseconds kStreamRetry{1000};

/// The task that an event tells has ended; else empty.
std::string ended_task(const std::string& event_data) {
    const auto document = json::Document::parse(event_data);
    const auto payload = document ? document->root().maybe_sub("payload") : std::nullopt;
    if (!payload) return {};
    const std::string state = payload->str("state", "");
    return has_run(state) ? document->root().str("subject", "") : std::string();
}

}  // namespace

void read_events(client::SchedulerClient& scheduler, const std::string& work_id, Wakeups& wakeups) {
    std::string last_id;
    bool gap = true;  // between the first list and the first event, and while there is no stream
    while (!wakeups.stopped()) {
        http::Query query;
        query.add("work", work_id);
        if (!last_id.empty()) query.add("after", last_id);
        const Status status = scheduler.events(query, wakeups.cancel(), [&](const client::StreamEvent& event) {
            last_id = event.id;
            if (std::exchange(gap, false)) wakeups.tell_missed();
            const bool of_task = event.topic == "task";
            wakeups.tell(of_task ? ended_task(event.data) : std::string(), of_task);
            return !wakeups.stopped();
        });
        if (!status) {
            gap = last_id.empty();
            wakeups.tell_missed();
        }
        wakeups.wait_for_stop(kStreamRetry);
    }
}

}  // namespace towline::commands
