#include "http_client/scripted_transport.h"

#include <utility>

namespace towline::http {

void ScriptedTransport::then(Step step) { state_.lock()->steps.push_back(std::move(step)); }

void ScriptedTransport::then_status(int status, std::string body, std::string content_type) {
    HttpResponse response{status, {}, std::move(body)};
    if (!content_type.empty()) response.headers.add("Content-Type", std::move(content_type));
    then([response = std::move(response)](const HttpRequest&) { return Result<HttpResponse>(response); });
}

void ScriptedTransport::then_fail(ErrorCode code, std::string message) {
    then(
        [code, message = std::move(message)](const HttpRequest&) { return Result<HttpResponse>(fail(code, message)); });
}

void ScriptedTransport::otherwise(Step step) { state_.lock()->otherwise = std::move(step); }

Result<HttpResponse> ScriptedTransport::send(const HttpRequest& request) {
    Step step;
    {
        auto state = state_.lock();
        state->requests.push_back(request);
        if (!state->steps.empty()) {
            step = std::move(state->steps.front());
            state->steps.pop_front();
        } else {
            step = state->otherwise;
        }
    }
    if (request.cancel && request.cancel->cancelled()) return fail(ErrorCode::cancelled, "the call was cancelled");
    if (!step) return fail(ErrorCode::internal, "no scripted answer for " + request.method + " " + request.url);
    return step(request);  // Outside the lock: a step may block or ask again.
}

Result<HttpResponse> ScriptedTransport::stream(const HttpRequest& request, const OnData& on_data) {
    auto response = send(request);
    if (!response || response->status < 200 || response->status > 299) return response;
    const std::string body = std::exchange(response->body, {});
    if (!body.empty()) on_data(body);
    return response;
}

std::vector<HttpRequest> ScriptedTransport::requests() const { return state_.lock()->requests; }
std::size_t ScriptedTransport::remaining() const { return state_.lock()->steps.size(); }

}  // namespace towline::http
