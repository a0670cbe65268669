// diff: the project against an environment, nothing else.

#include <fmt/core.h>

#include "commands/exit_codes.h"
#include "commands/handlers.h"
#include "commands/planning.h"
#include "commands/project_loading.h"
#include "plan/plan.h"

namespace towline::commands {

Result<int> diff(Session& session, const Arguments& arguments) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const project::KnownGateways gateways, known_gateways(*scheduler));
    TRY(const project::Project project, load_project(session, session.paths(), gateways));
    TRY_STATUS(check_gateways(project));
    TRY(plan::PlanOptions options, plan_options(arguments, project));
    // The comparison alone: what a plan would refuse or load is another question.
    options.include_unmodified = true;
    options.skip_backfill = true;
    TRY(const client::Settings* settings, session.settings());
    auto planned = make_plan(*scheduler, project, options, settings->now);
    if (!planned) return fail(planning_error(planned.error()));
    output::Console& console = session.console();
    if (console.json())
        console.document(plan_document(*planned, ""));
    else if (planned->plan.has_changes)
        console.line(plan::summary(planned->plan, {}, planned->snapshots, console.verbose()));
    else
        console.line(fmt::format("\nNo changes to plan: project files match the `{}` environment\n",
                                 planned->plan.environment.naming.name));
    return planned->plan.has_changes ? kWorkFailed : kOk;
}

}  // namespace towline::commands
