#pragma once
// The HTTP face of the scheduler. One table of routes (routes.cpp) says method, pattern, scopes, body limit and
// handler; everything else follows from it: routing, authorisation, limits, the list that the OpenAPI test checks.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/event_streams.h"
#include "api/worker_pool.h"
#include "auth/authenticator.h"
#include "http_server/router.h"
#include "http_server/server.h"
#include "metrics/metrics.h"
#include "services/advancer.h"
#include "services/cron_enqueuer.h"
#include "services/dispatcher.h"
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
    /// Lets queued requests finish. Idempotent.
    void stop();

   private:
    void answer(http::Request request, const std::shared_ptr<http::Exchange>& exchange, const http::RouteMatch& match);

    Services services_;
    http::Router router_;
    metrics::Family<metrics::Counter>& requests_;
    WorkerPool workers_;
};

}  // namespace towline::api
