#pragma once
// Every handler, by file. The table in routes.cpp names each once.

#include "api/context.h"

namespace towline::api {

// executors.cpp
Answer register_executor(Context& context);
Answer list_executors(Context& context);
Answer drain_executor(Context& context);
Answer resume_executor(Context& context);
Answer forget_executor(Context& context);
Answer list_gateways(Context& context);
// sync.cpp
Answer sync_executor(Context& context);
// attempts.cpp
Answer append_log(Context& context);
Answer read_log(Context& context);
// snapshots.cpp
Answer get_snapshots(Context& context);
Answer planning_state(Context& context);
// works.cpp
Answer submit_plan(Context& context);
Answer list_plans(Context& context);
Answer show_plan(Context& context);
Answer cancel_plan(Context& context);
Answer request_run(Context& context);
Answer list_runs(Context& context);
Answer show_run(Context& context);
Answer cancel_run(Context& context);
// tasks.cpp
Answer list_tasks(Context& context);
Answer list_dead_letters(Context& context);
Answer show_task(Context& context);
Answer why_task(Context& context);
Answer requeue_task(Context& context);
// environments.cpp
Answer list_environments(Context& context);
Answer show_environment(Context& context);
Answer invalidate_environment(Context& context);
Answer list_pauses(Context& context);
Answer add_pause(Context& context);
Answer remove_pause(Context& context);
// state.cpp
Answer import_state(Context& context);
Answer add_state_page(Context& context);
Answer clean_up(Context& context);
// clients.cpp
Answer list_clients(Context& context);
Answer add_client(Context& context);
Answer revoke_client(Context& context);
// events.cpp
Answer stream_events(Context& context);
// public.cpp: no token needed
Answer token(Context& context);
Answer oauth_metadata(Context& context);
Answer openapi(Context& context);
Answer healthz(Context& context);
Answer readyz(Context& context);
Answer metrics_text(Context& context);

}  // namespace towline::api
