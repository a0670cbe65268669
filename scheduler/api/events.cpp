#include "api/handlers.h"
#include "base/strings.h"

namespace towline::api {

Answer stream_events(Context& context) {
    std::int64_t after = 0;
    const auto resume = context.request.header("Last-Event-ID");
    const std::string text = resume ? std::string(*resume) : context.query_value("after");
    if (text.empty()) {
        TRY(after, context.store().last_event_seq(context.project_id));
    } else {
        const auto value = parse_int(text);
        if (!value || *value < 0) return fail(ErrorCode::invalid, "after must be a sequence number");
        after = *value;
    }
    if (!context.services.events.has_room(context.principal.client_id))
        return fail(ErrorCode::unavailable, "too many event streams are open", "close some, or ask again later");
    http::Response head;
    head.content_type = "text/event-stream";
    head.headers.add("Cache-Control", "no-store");
    head.headers.add("X-Accel-Buffering", "no");
    context.exchange->begin(std::move(head));
    context.exchange->park();
    context.exchange->chunk(": connected\n\n");
    if (!context.services.events.add(
            {context.project_id, context.query_value("work"), context.principal.client_id, after}, context.exchange))
        context.exchange->end();
    return std::optional<http::Response>();
}

}  // namespace towline::api
