#pragma once
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "http_client/transport.h"

namespace towline::http {

/// A transport for tests: answers from a script, in order, and remembers what was asked. Any thread.
class ScriptedTransport final : public HttpTransport {
 public:
    using Step = std::function<Result<HttpResponse>(const HttpRequest&)>;

    /// Adds the answer to the next unanswered request.
    void then(Step step);
    void then_status(int status, std::string body = {}, std::string content_type = "application/json");
    void then_fail(ErrorCode code, std::string message = "scripted failure");
    /// Answers every request beyond the script; without it such a request fails with `internal`.
    void otherwise(Step step);

    Result<HttpResponse> send(const HttpRequest& request) override;
    /// Gives the whole body of a 2xx answer to `on_data` in one piece.
    Result<HttpResponse> stream(const HttpRequest& request, const OnData& on_data) override;

    std::vector<HttpRequest> requests() const;
    std::size_t remaining() const;

 private:
    struct State {
        std::deque<Step> steps;
        Step otherwise;
        std::vector<HttpRequest> requests;
    };
    Guarded<State> state_;
};

}  // namespace towline::http
