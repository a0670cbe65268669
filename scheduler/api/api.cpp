#include "api/api.h"

#include "api/context.h"
#include "api/routes.h"
#include "base/assert.h"
#include "base/strings.h"
#include "log/log.h"
#include "protocol/executor.h"
#include "protocol/limits.h"

namespace towline::api {
namespace {

constexpr std::size_t kQueuedRequestsMax = 20'000;

http::Response problem(int status, std::string_view code, std::string_view detail, const std::string& request_id) {
    protocol::Problem document;
    document.status = status;
    document.code = code;
    document.title = detail;
    document.detail = detail;
    document.request_id = request_id;
    http::Response response;
    response.status = status;
    response.body = protocol::to_json(document);
    response.content_type = "application/problem+json";
    if (status == 503) response.headers.add("Retry-After", "2");
    return response;
}

}  // namespace

http::Response json_response(int status, std::string body) {
    http::Response response;
    response.status = status;
    response.body = std::move(body);
    response.content_type = "application/json";
    response.headers.add("Cache-Control", "no-store");
    return response;
}

http::Response problem_response(const Error& error, const std::string& request_id) {
    protocol::Problem document;
    document.status = protocol::http_status(error.code);
    document.code = to_string(error.code);
    document.title = to_string(error.code);
    document.detail = error.message;
    document.hint = error.hint;
    document.request_id = request_id;
    http::Response response;
    response.status = document.status;
    response.body = protocol::to_json(document);
    response.content_type = "application/problem+json";
    if (document.status == 503) response.headers.add("Retry-After", "2");
    if (document.status == 401) response.headers.add("WWW-Authenticate", "Bearer");
    return response;
}

Result<store::PageRequest> page_request(const Context& context) {
    store::PageRequest page;
    page.cursor = context.query_value("cursor");
    if (const auto limit = context.query.find("limit")) {
        const auto value = parse_int(*limit);
        if (!value || *value < 1 || *value > protocol::kPageItemsMax)
            return fail(ErrorCode::invalid, "limit must be a number from 1 to 200");
        page.limit = static_cast<int>(*value);
    }
    return page;
}

Result<json::Document> body_json(const Context& context) {
    return json::Document::parse(context.request.body, {.bytes_max = protocol::kPlanBodyBytesMax, .depth_max = 64});
}

Api::Api(Services services, int worker_threads)
    : services_(std::move(services)),
      requests_(services_.metrics.counter(
          {"towline_http_requests_total", "Requests answered, by route and status class.", {"route", "status"}})),
      workers_(worker_threads, kQueuedRequestsMax) {
    int number = 0;
    for (const Route& route : routes()) {
        const Status added = router_.add(route.method, route.pattern, number++);
        TOWLINE_ASSERT(added.has_value());
    }
}

Api::~Api() { stop(); }

void Api::stop() {
    stopping_ = true;
    workers_.stop();
}

http::BodyRule Api::body_rule(const http::RequestHead& head) const {
    constexpr std::uint64_t kSmall = protocol::kSmallBodyBytesMax;
    const http::RouteMatch match = router_.match(head.method, head.path);
    if (!match.found()) return {kSmall};
    const std::uint64_t limit = routes()[static_cast<std::size_t>(match.route)].body_bytes_max;
    const auto length = parse_int(head.headers.find("Content-Length").value_or(""));
    const std::uint64_t needed = length ? static_cast<std::uint64_t>(*length) : limit;
    if (needed <= kSmall || needed > limit || limit <= kSmall) return {limit};
    const auto authorization = head.headers.find("Authorization");
    if (!authorization || !starts_with_ignoring_case(*authorization, "Bearer ")) return {kSmall, 401};
    BodyBudget& budget = services_.authenticator.is_known(*authorization) ? known_bodies_ : unknown_bodies_;
    std::shared_ptr<const void> hold = budget.take(needed);
    if (!hold) return {kSmall, 503};
    return {needed, 413, std::move(hold)};
}

void Api::handle(http::Request request, std::shared_ptr<http::Exchange> exchange) {
    http::RouteMatch match = router_.match(request.method, request.path);
    if (!match.found()) {
        http::Response response =
            match.status == 405   ? problem(405, "method_not_allowed", "this address has no such method", request.id)
            : match.status == 400 ? problem(400, "invalid", "the address has a broken escape", request.id)
                                  : problem(404, "not_found", "no such address", request.id);
        if (!match.allow.empty()) response.headers.add("Allow", match.allow);
        exchange->send(std::move(response));
        return;
    }
    const Route& route = routes()[static_cast<std::size_t>(match.route)];
    if (request.body.size() > route.body_bytes_max) {
        exchange->send(problem(413, "too_large", "the body is larger than this call allows", request.id));
        return;
    }
    const std::string id = request.id;
    // The closure is copied into the queue; what it needs of the request is moved once into shared ownership.
    auto job = std::make_shared<std::pair<http::Request, http::RouteMatch>>(std::move(request), std::move(match));
    const bool queued = workers_.submit([this, job, exchange] {
        if (!stopping_) answer(std::move(job->first), exchange, job->second);
    });
    if (!queued) exchange->send(problem(503, "unavailable", "the scheduler is busy or stopping", id));
}

void Api::answer(http::Request request, const std::shared_ptr<http::Exchange>& exchange,
                 const http::RouteMatch& match) {
    const Route& route = routes()[static_cast<std::size_t>(match.route)];
    const auto run = [&]() -> Answer {
        TRY(http::Query query, http::parse_query(request.query, {.bytes_max = 16 << 10, .pairs_max = 200}));
        std::string project_id;
        if (const auto org = match.params.find("org"); org != match.params.end())
            project_id = org->second + "/" + match.params.find("project")->second;
        auth::Principal principal;
        if (!route.scopes.empty()) {
            if (!auth::is_project_id(project_id)) return fail(ErrorCode::not_found, "no such project");
            TRY(principal, services_.authenticator.authorize(request.header("Authorization"), project_id,
                                                             split(route.scopes, " ")));
        }
        Context context{services_, request, exchange, match.params, std::move(query), project_id, std::move(principal)};
        return route.handler(context);
    };
    Answer answer;
    try {
        answer = run();
    } catch (const std::exception& failure) {
        // The last border before the thread: a bug in one request must not end the scheduler.
        log::error("a request threw", {{"id", request.id}, {"what", std::string_view(failure.what())}});
        answer = fail(ErrorCode::internal, "the request could not be handled");
    }
    int status = 200;
    if (!answer) {
        if (answer.error().code == ErrorCode::internal)
            log::failure(log::Level::error, "a request failed", answer.error().in(request.id));
        http::Response response = problem_response(answer.error(), request.id);
        status = response.status;
        exchange->send(std::move(response));
    } else if (*answer) {
        status = (*answer)->status;
        exchange->send(std::move(**answer));
    }
    requests_.with({std::string(route.pattern), std::to_string(status / 100) + "xx"}).add();
}

}  // namespace towline::api
