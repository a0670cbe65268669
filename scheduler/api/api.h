#pragma once
// The HTTP face of the scheduler. One table of routes (routes.cpp) says method, pattern, scopes, body limit and
// handler; everything else follows from it: routing, authorisation, limits, the list that the OpenAPI test checks.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/body_budget.h"
#include "api/event_streams.h"
#include "api/worker_pool.h"
#include "auth/authenticator.h"
#include "http_server/router.h"
#include "http_server/server.h"
#include "metrics/metrics.h"
#include "services/advancer.h"
#include "services/cron_enqueuer.h"
#include "services/dispatcher.h"
#include "services/janitor.h"
#include "store/store.h"
#include "time/clock.h"

namespace towline::api {

/// What handlers work with; owned by the program, outlives the Api.
struct Services {
    store::Store& store;
    auth::Authenticator& authenticator;
    services::Advancer& advancer;
    services::CronEnqueuer& cron;
    services::Dispatcher& dispatcher;
    services::Janitor& janitor;
    EventStreams& events;
    metrics::Registry& metrics;
    const time::Clock& clock;
    std::string issuer;  ///< public base address, "https://host"; empty: taken from the Host header
};

/// A route as a person would list it.
struct RouteInfo {
    std::string_view method;
    std::string_view pattern;
    std::vector<std::string> scopes;
};
std::vector<RouteInfo> route_infos();

/// Answers requests. `handle` may be called from any server thread: it routes and hands over to a bounded pool of
/// worker threads, because handlers talk to the store and block.
class Api {
 public:
    Api(Services services, int worker_threads);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    void handle(http::Request request, std::shared_ptr<http::Exchange> exchange);
    /// The limit for a request's body, for http::ServerOptions::body_rule: the route's, but more than a small body only
    /// with a bearer token and while the budget for bodies lasts; tokens that were never seen share a small one.
    http::BodyRule body_rule(const http::RequestHead& head) const;
    /// Lets running requests finish and drops queued ones. Idempotent. Requires: the server has stopped, so that nobody
    /// waits for their answers.
    void stop();

 private:
    static constexpr std::uint64_t kKnownBodyBytesMax = 512 << 20;
    static constexpr std::uint64_t kUnknownBodyBytesMax = 128 << 20;

    void answer(http::Request request, const std::shared_ptr<http::Exchange>& exchange, const http::RouteMatch& match);

    Services services_;
    http::Router router_;
    metrics::Family<metrics::Counter>& requests_;
    mutable BodyBudget known_bodies_{kKnownBodyBytesMax};
    mutable BodyBudget unknown_bodies_{kUnknownBodyBytesMax};
    std::atomic<bool> stopping_{false};
    WorkerPool workers_;
};

}  // namespace towline::api
