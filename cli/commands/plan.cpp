// `towline plan`: load, build, show, ask, submit, follow.

#include <fmt/core.h>

#include <algorithm>

#include "commands/exit_codes.h"
#include "commands/follower.h"
#include "commands/handlers.h"
#include "commands/linting.h"
#include "commands/plan_prompts.h"
#include "commands/planning.h"
#include "commands/project_loading.h"
#include "commands/selection.h"
#include "commands/testing.h"
#include "crypto/crypto.h"
#include "model/codec.h"
#include "output/words.h"
#include "plan/codec.h"
#include "plan/text_diff.h"
#include "project/render.h"

namespace towline::commands {
namespace {

struct Confirmation {
    bool apply = false;
    int exit_code = kOk;
};

bool needs_backfill(const Planned& planned) {
    return !planned.missing.empty() && !planned.plan.skip_backfill && !planned.plan.empty_backfill;
}

Confirmation ask(Session& session, const Arguments& arguments, const Planned& planned,
                 const project::Project& project) {
    if (session.options().yes || arguments.flag("auto-apply") || project.settings.plan.auto_apply) return {true, kOk};
    if (arguments.flag("detailed-exit-code")) return {false, kChangesPresent};
    const std::string question = needs_backfill(planned) ? "Apply - Backfill Tables" : "Apply - Virtual Update";
    if (session.console().interactive() && !arguments.flag("no-prompts"))
        return {session.console().confirm(question), kOk};
    session.console().note(
        "Nothing was applied: nobody can be asked here.\n  hint: repeat the command with --auto-apply or "
        "--yes");
    return {false, kUsage};
}

/// Questions are asked where somebody can answer. Changes without a category need answers whatever else was said.
bool may_prompt(Session& session, const Arguments& arguments, const Planned& planned, const project::Project& project) {
    if (!session.console().interactive() || arguments.flag("explain")) return false;
    if (!uncategorized(planned).empty() || arguments.flag("no-auto-categorization")) return true;
    return !arguments.flag("no-prompts") && !project.settings.plan.no_prompts;
}

std::set<std::string> changed_models(const plan::Plan& plan) {
    std::set<std::string> out;
    for (const plan::Difference& difference : plan.differences)
        if (difference.change != plan::Change::unmodified && difference.change != plan::Change::removed)
            out.insert(difference.name);
    return out;
}

/// The node with macros expanded; what cannot be rendered stays as it is written.
model::Node rendered(model::Node node) {
    if (!node.query.empty()) node.query = project::render_query(node, {}).value_or(node.query);
    using project::StatementSet;
    for (const auto& [set, statements] :
         {std::pair{StatementSet::pre, &node.pre_statements}, std::pair{StatementSet::post, &node.post_statements},
          std::pair{StatementSet::on_virtual_update, &node.on_virtual_update}})
        *statements = project::render_statements(node, set, {}).value_or(*statements);
    return node;
}

/// --diff-rendered: the differences of what would be executed.
void render_differences(const Planned& planned, plan::Plan& shown) {
    const auto& base = planned.plan.is_new_environment ? planned.state.base : planned.state.target;
    if (!base) return;
    for (plan::Difference& difference : shown.differences) {
        if (difference.text_diff.empty()) continue;
        const model::Node* before = nullptr;
        const model::Node* after = nullptr;
        for (const model::TableInfo& info : base->snapshots)
            if (const auto found = planned.state.snapshots.find(info.id());
                info.name == difference.name && found != planned.state.snapshots.end())
                before = &found->second.node;
        for (const auto& [id, snapshot] : planned.snapshots)
            if (id.name == difference.name &&
                std::find(shown.snapshots.begin(), shown.snapshots.end(), id) != shown.snapshots.end())
                after = &snapshot.node;
        if (before != nullptr && after != nullptr)
            difference.text_diff = plan::definition_diff(rendered(*before), rendered(*after));
    }
}

void show_warnings(Session& session, const Planned& planned) {
    for (const std::string& warning : planned.plan.warnings) session.console().warning(warning);
}

void show(Session& session, const Arguments& arguments, const Planned& planned) {
    output::Console& console = session.console();
    show_warnings(session, planned);
    plan::Plan shown = planned.plan;
    if (arguments.flag("diff-rendered")) render_differences(planned, shown);
    if (arguments.flag("no-diff"))
        for (plan::Difference& difference : shown.differences) difference.text_diff.clear();
    console.line(plan::summary(shown, planned.missing, planned.snapshots, console.verbose()));
    if (arguments.flag("explain")) console.line(plan::explain(planned.plan, planned.missing, planned.snapshots));
}

Result<int> submit(Session& session, const Arguments& arguments, const Planned& planned) {
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    plan::Plan plan = planned.plan;
    plan.plan_id = crypto::random_hex(16);
    TRY(const json::Document work, scheduler->post_with_id("plans", submission(plan)));
    const std::string id = work.root().str("id");
    TRY_STATUS(work.root().status());
    output::Console& console = session.console();
    if (arguments.flag("detach")) {
        if (console.json()) {
            console.document(plan_document(planned, work.root().dump()));
        } else {
            console.line(
                fmt::format("Plan {} was submitted. Watch it: towline plan watch {}", id, output::short_id(id)));
        }
        return kOk;
    }
    console.note(fmt::format("Plan {} was submitted.", id));
    FollowOptions options{"plans", id, display_names(planned), kind_names(planned), {}};
    TRY(const std::optional<std::int64_t> wait, arguments.number("wait-timeout"));
    if (wait) options.wait_max = std::chrono::seconds(*wait);
    if (!needs_backfill(planned)) console.line("SKIP: No model batches to execute\n");
    return follow(session, options);
}

}  // namespace

Result<int> plan(Session& session, const Arguments& arguments) {
    if (arguments.flag("skip-tests") && arguments.flag("test-changed-only"))
        return fail(ErrorCode::internal, "Cannot combine --skip-tests with --test-changed-only.");
    output::Console& console = session.console();
    TRY(client::SchedulerClient * scheduler, session.scheduler());
    TRY(const project::KnownGateways gateways, known_gateways(*scheduler));
    TRY(project::Project loaded, load_project(session, session.paths(), gateways));
    TRY_STATUS(check_gateways(loaded));
    TRY(const LocalProject local, local_project(session, std::move(loaded)));
    const project::Project& project = local.project;
    if (!arguments.flag("skip-linter")) TRY_STATUS(check_linter(session, local));
    const bool tested = !arguments.flag("skip-tests") && !arguments.flag("explain");
    const bool changed_only = arguments.flag("test-changed-only");
    if (tested && !changed_only) TRY_STATUS(check_tests(session, local, std::nullopt));
    TRY(plan::PlanOptions options, plan_options(arguments, project));
    TRY_STATUS(expand_selections(session, local, options));
    TRY(const client::Settings* settings, session.settings());
    Result<Planned> planned = make_plan(*scheduler, project, options, settings->now);
    if (!planned) return fail(planning_error(planned.error()));
    if (tested && changed_only) TRY_STATUS(check_tests(session, local, changed_models(planned->plan)));

    if (plan::is_noop(planned->plan, planned->missing, planned->state.target)) {
        if (console.json()) console.document(plan_document(*planned, ""));
        show_warnings(session, *planned);
        console.line(plan::summary(planned->plan, planned->missing, planned->snapshots, console.verbose()));
        return kOk;
    }
    show(session, arguments, *planned);
    if (may_prompt(session, arguments, *planned, project)) {
        TRY(const bool categorized, ask_categories(console, *planned, options));
        const bool dated = ask_dates(console, *planned, options);
        if (categorized || dated) {
            planned = make_plan(*scheduler, project, options, settings->now);
            if (!planned) return fail(planning_error(planned.error()));
            show(session, arguments, *planned);
        }
    }
    if (arguments.flag("explain")) {
        if (console.json()) console.document(plan_document(*planned, ""));
        return kOk;
    }
    if (!uncategorized(*planned).empty())
        return fail(ErrorCode::internal, "Can't apply a plan with uncategorized changes.",
                    "choose categories on a terminal, or let changes be categorized automatically");
    TRY_STATUS(check_dialects(session, project));
    const Confirmation confirmation = ask(session, arguments, *planned, project);
    if (!confirmation.apply) {
        if (console.json()) console.document(plan_document(*planned, ""));
        return confirmation.exit_code;
    }
    return submit(session, arguments, *planned);
}

}  // namespace towline::commands
