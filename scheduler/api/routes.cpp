#include "api/routes.h"

#include "api/handlers.h"
#include "base/strings.h"
#include "protocol/limits.h"

namespace towline::api {
namespace {

#define P "/sqlmesh/{org}/{project}/api/v1"
constexpr std::size_t kSmall = protocol::kSmallBodyBytesMax;
constexpr std::size_t kForm = 8 << 10;  // anybody may send one
constexpr std::string_view kExecutor = "executor:run executor:apply";
constexpr std::string_view kReader = "read executor:run executor:apply";

constexpr Route kRoutes[] = {
    {"POST", "/oauth/token", "", kForm, token},
    {"GET", "/.well-known/oauth-authorization-server", "", kSmall, oauth_metadata},
    {"GET", "/api/openapi.json", "", kSmall, openapi},
    {"GET", "/healthz", "", kSmall, healthz},
    {"GET", "/readyz", "", kSmall, readyz},
    {"GET", "/metrics", "", kSmall, metrics_text},

    {"POST", P "/executors", kExecutor, kSmall, register_executor},
    {"POST", P "/executors/{id}/sync", kExecutor, protocol::kSyncBodyBytesMax, sync_executor},
    {"PUT", P "/attempts/{id}/log", kExecutor, protocol::kLogChunkBytesMax, append_log},
    {"GET", P "/attempts/{id}/log", "read", kSmall, read_log},
    {"GET", P "/snapshots", kReader, kSmall, get_snapshots},

    {"GET", P "/gateways", "read", kSmall, list_gateways},
    {"POST", P "/planning-state", "read", protocol::kSyncBodyBytesMax, planning_state},
    {"POST", P "/plans", "plan", protocol::kPlanBodyBytesMax, submit_plan},
    {"GET", P "/plans", "read", kSmall, list_plans},
    {"GET", P "/plans/{id}", "read", kSmall, show_plan},
    {"POST", P "/plans/{id}/cancel", "plan", kSmall, cancel_plan},

    {"POST", P "/runs", "run", kSmall, request_run},
    {"GET", P "/runs", "read", kSmall, list_runs},
    {"GET", P "/runs/{id}", "read", kSmall, show_run},
    {"POST", P "/runs/{id}/cancel", "run", kSmall, cancel_run},
    {"GET", P "/tasks", "read", kSmall, list_tasks},
    {"GET", P "/tasks/{id}", "read", kSmall, show_task},
    {"GET", P "/tasks/{id}/why", "read", kSmall, why_task},
    {"POST", P "/tasks/{id}/requeue", "run", kSmall, requeue_task},
    {"GET", P "/dead-letters", "read", kSmall, list_dead_letters},
    {"GET", P "/environments", "read", kSmall, list_environments},
    {"GET", P "/environments/{name}", "read", kSmall, show_environment},
    {"POST", P "/environments/{name}/invalidate", "plan", kSmall, invalidate_environment},
    {"POST", P "/janitor", "plan", kSmall, clean_up},
    {"POST", P "/state", "admin", protocol::kPlanBodyBytesMax, import_state},
    {"POST", P "/state/pages", "admin", protocol::kPlanBodyBytesMax, add_state_page},
    {"GET", P "/executors", "read", kSmall, list_executors},
    {"POST", P "/executors/{id}/drain", "admin", kSmall, drain_executor},
    {"POST", P "/executors/{id}/resume", "admin", kSmall, resume_executor},
    {"DELETE", P "/executors/{id}", "admin", kSmall, forget_executor},
    {"GET", P "/pauses", "read", kSmall, list_pauses},
    {"POST", P "/pauses", "run", kSmall, add_pause},
    {"DELETE", P "/pauses/{id}", "run", kSmall, remove_pause},
    {"GET", P "/clients", "admin", kSmall, list_clients},
    {"POST", P "/clients", "admin", kSmall, add_client},
    {"DELETE", P "/clients/{id}", "admin", kSmall, revoke_client},
    {"GET", P "/events", "read", kSmall, stream_events},
};
#undef P

}  // namespace

std::span<const Route> routes() { return kRoutes; }

std::vector<RouteInfo> route_infos() {
    std::vector<RouteInfo> out;
    for (const Route& route : kRoutes)
        out.push_back({route.method, route.pattern,
                       route.scopes.empty() ? std::vector<std::string>{} : split(route.scopes, " ")});
    return out;
}

}  // namespace towline::api
