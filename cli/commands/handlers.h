#pragma once
// The handlers of the command table, by file.

#include "commands/session.h"

namespace towline::commands {

#define TOWLINE_HANDLER(name) Result<int> name(Session& session, const Arguments& arguments)
// plan.cpp
TOWLINE_HANDLER(plan);
// runs.cpp: starting runs, and what plans and runs have in common
TOWLINE_HANDLER(run);
TOWLINE_HANDLER(list_runs);
TOWLINE_HANDLER(show_run);
TOWLINE_HANDLER(run_logs);
TOWLINE_HANDLER(watch_run);
TOWLINE_HANDLER(cancel_run);
TOWLINE_HANDLER(list_plans);
TOWLINE_HANDLER(show_plan);
TOWLINE_HANDLER(plan_logs);
TOWLINE_HANDLER(watch_plan);
TOWLINE_HANDLER(cancel_plan);
// environments.cpp
TOWLINE_HANDLER(list_environments);
TOWLINE_HANDLER(show_environment);
TOWLINE_HANDLER(invalidate_environment);
TOWLINE_HANDLER(janitor);
TOWLINE_HANDLER(list_pauses);
TOWLINE_HANDLER(add_pause);
TOWLINE_HANDLER(remove_pause);
// state.cpp
TOWLINE_HANDLER(import_state);
// state_export.cpp
TOWLINE_HANDLER(export_state);
// executors.cpp
TOWLINE_HANDLER(list_executors);
TOWLINE_HANDLER(drain_executor);
TOWLINE_HANDLER(resume_executor);
TOWLINE_HANDLER(forget_executor);
// tasks.cpp
TOWLINE_HANDLER(list_tasks);
TOWLINE_HANDLER(show_task);
TOWLINE_HANDLER(why_task);
TOWLINE_HANDLER(requeue_task);
// access.cpp
TOWLINE_HANDLER(create_client);
TOWLINE_HANDLER(list_clients);
TOWLINE_HANDLER(revoke_client);
TOWLINE_HANDLER(events);
TOWLINE_HANDLER(api);
TOWLINE_HANDLER(doctor);
TOWLINE_HANDLER(help);
// one file each
TOWLINE_HANDLER(render);
TOWLINE_HANDLER(info);
TOWLINE_HANDLER(lint);
TOWLINE_HANDLER(test);
TOWLINE_HANDLER(diff);
TOWLINE_HANDLER(audit);
TOWLINE_HANDLER(table_diff);
// environment_queries.cpp: what an environment holds, in SQLMesh's words
TOWLINE_HANDLER(table_name);
TOWLINE_HANDLER(environments);
TOWLINE_HANDLER(check_intervals);
// inspect.cpp
TOWLINE_HANDLER(inspect);
// dev.cpp
TOWLINE_HANDLER(dev);
#undef TOWLINE_HANDLER

}  // namespace towline::commands
