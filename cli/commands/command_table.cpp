#include "commands/command_table.h"

#include "commands/command_table_parts.h"
#include "commands/handlers.h"

namespace towline::commands {
namespace {

using enum OptionKind;

const OptionSpec kId{"id", "id", positional_required, "id, a unique beginning of it, or `last`"};
const OptionSpec kWait{"--wait-timeout", "wait-timeout", value, "seconds to wait at most; the work goes on"};
const OptionSpec kDetach{"--detach", "detach", flag, "do not wait for the end"};
const OptionSpec kLimit{"--limit", "limit", value, "how many at most"};

CommandSpec plan_spec() {
    return {"plan",
            "compare the project with an environment and apply the difference",
            {
                {"environment", "environment", positional, "environment; default prod"},
                {"--environment", "environment", value, "the same, for names that are also commands"},
                {"-s,--start", "start", value, "first instant to backfill"},
                {"-e,--end", "end", value, "last instant to backfill"},
                {"--execution-time", "execution-time", value, "what the plan takes for now"},
                {"--create-from", "create-from", value, "environment a new one starts from; default prod"},
                {"-r,--restate-model", "restate-model", list, "load this model and what depends on it again"},
                {"--select-model", "select-model", list, "take only these models' changes"},
                {"--backfill-model", "backfill-model", list, "load only these models and what they read"},
                {"--allow-destructive-model", "allow-destructive-model", list, "may drop columns"},
                {"--allow-additive-model", "allow-additive-model", list, "may add columns"},
                {"--no-gaps", "no-gaps", flag, "refuse a plan that leaves gaps in loaded data"},
                {"--skip-backfill,--dry-run", "skip-backfill", flag, "only change the virtual layer"},
                {"--empty-backfill", "empty-backfill", flag, "record intervals as loaded without loading"},
                {"--forward-only", "forward-only", flag, "all changes apply from now on only"},
                {"--effective-from", "effective-from", value, "from when a forward-only change counts"},
                {"--include-unmodified", "include-unmodified", flag, "make views of unchanged models too"},
                {"--no-auto-categorization", "no-auto-categorization", flag, "do not categorise changes"},
                {"--run", "run", flag, "also load what is due"},
                {"--ignore-cron", "ignore-cron", flag, "with --run: also what is not due by cron yet"},
                {"--enable-preview", "enable-preview", flag, "show forward-only changes in dev environments"},
                {"--min-intervals", "min-intervals", value, "load at least this many intervals of each model"},
                {"--explain", "explain", flag, "print stages and reasons, apply nothing"},
                {"--no-prompts", "no-prompts", flag, "ask nothing"},
                {"--auto-apply", "auto-apply", flag, "apply without asking"},
                {"--no-diff", "no-diff", flag, "do not print text differences"},
                {"--diff-rendered", "diff-rendered", flag, "text differences of the rendered models"},
                {"--skip-tests", "skip-tests", flag, "do not run the unit tests first"},
                {"--test-changed-only", "test-changed-only", flag, "run only the tests of changed models"},
                {"--skip-linter", "skip-linter", flag, "do not run the linter first"},
                {"--detailed-exit-code", "detailed-exit-code", flag, "exit 9 if there are changes, apply nothing"},
                kDetach,
                kWait,
            },
            plan};
}

void add_works(std::vector<CommandSpec>& table) {
    const std::vector<OptionSpec> list_options{{"--env", "env", value, "only of this environment"},
                                               {"--state", "state", value, "queued running succeeded failed cancelled"},
                                               kLimit};
    const std::vector<OptionSpec> logs_options{kId, {"--model", "model", value, "only of this model"}};
    table.push_back(plan_spec());
    table.push_back({"plan list", "plans, newest first", list_options, list_plans});
    table.push_back({"plan show", "one plan with its tasks", {kId}, show_plan});
    table.push_back({"plan logs", "logs of a plan's tasks", logs_options, plan_logs});
    table.push_back({"plan watch", "follow a plan to its end", {kId, kWait}, watch_plan});
    table.push_back({"plan cancel", "stop a plan", {kId}, cancel_plan});
    table.push_back({"run",
                     "load what is due in an environment",
                     {{"environment", "environment", positional, "environment; default prod"},
                      {"--environment", "environment", value, "the same, for names that are also commands"},
                      {"-s,--start", "start", value, "first instant to load"},
                      {"-e,--end", "end", value, "last instant to load"},
                      {"--ignore-cron", "ignore-cron", flag, "also load what is not due by cron yet"},
                      {"--select-model", "select-model", list, "only these models and what they read"},
                      {"--no-auto-upstream", "no-auto-upstream", flag, "with --select-model: not what they read"},
                      {"--exit-on-env-update", "exit-on-env-update", value,
                       "exit with this code if a plan changed the environment meanwhile"},
                      {"--skip-janitor", "skip-janitor", flag, "accepted; the scheduler cleans up by itself"},
                      kDetach,
                      kWait},
                     run});
    table.push_back({"run list", "runs, newest first", list_options, list_runs});
    table.push_back({"run show", "one run with its tasks", {kId}, show_run});
    table.push_back({"run logs", "logs of a run's tasks", logs_options, run_logs});
    table.push_back({"run watch", "follow a run to its end", {kId, kWait}, watch_run});
    table.push_back({"run cancel", "stop a run", {kId}, cancel_run});
}

void add_operations(std::vector<CommandSpec>& table) {
    const OptionSpec name{"name", "name", positional_required, "environment"};
    const OptionSpec executor{"id", "id", positional_required, "id, a unique beginning of it, or the name"};
    const OptionSpec task{"id", "id", positional_required, "id, a unique beginning of it, or a model's name"};
    table.push_back({"env", "environments", {}, nullptr});
    table.push_back({"env list", "all environments", {}, list_environments});
    table.push_back({"env show", "one environment with its models", {name}, show_environment});
    const OptionSpec sync{"-s,--sync", "sync", flag, "drop its views now and wait for it"};
    table.push_back({"env invalidate", "let an environment expire now", {name, sync}, invalidate_environment});
    table.push_back({"invalidate", "let an environment expire now", {name, sync}, invalidate_environment});
    table.push_back(
        {"janitor",
         "clean up expired environments, snapshots and their tables",
         {{"--ignore-ttl", "ignore-ttl", flag, "everything that no environment uses, however young"},
          {"-e,--environment", "environment", value, "only this environment, if it has expired"},
          {"--force-delete", "force-delete", flag, "accepted; records go at once, and drops that fail are tried again"},
          kDetach},
         janitor});
    table.push_back({"state", "move a project's state from SQLMesh and back", {}, nullptr});
    table.push_back({"state import",
                     "take over the state of a SQLMesh deployment",
                     {{"file", "file", positional, "file written by `sqlmesh state export`"},
                      {"-i,--input-file", "file", value, "the same"},
                      {"--from-gateway", "from-gateway", value, "read the state database of this gateway instead"},
                      {"--environment", "environment", list, "only this environment"},
                      {"--replace", "replace", flag, "put it in the place of the project's state"},
                      {"--no-confirm", "no-confirm", flag, "do not ask"}},
                     import_state});
    table.push_back({"state export",
                     "write the project's state for `sqlmesh state import`",
                     {{"-o,--output-file", "output-file", value, "file to write; default standard output"},
                      {"--environment", "environment", list, "only this environment"},
                      {"--local", "local", flag, "the project's files instead of the state; cannot be imported"},
                      {"--no-confirm", "no-confirm", flag, "nothing is asked anyway"}},
                     export_state});
    table.push_back({"executor", "the programs that do the work", {}, nullptr});
    table.push_back({"executor list", "all executors", {}, list_executors});
    table.push_back({"executor drain", "give an executor no new work", {executor}, drain_executor});
    table.push_back({"executor resume", "give it work again", {executor}, resume_executor});
    table.push_back({"executor forget", "remove an executor from the list", {executor}, forget_executor});
    table.push_back({"task", "units of work", {}, nullptr});
    table.push_back({"task list",
                     "tasks, newest first",
                     {{"--work", "work", value, "of this plan or run"},
                      {"--state", "state", value, "blocked ready leased succeeded failed skipped cancelled"},
                      {"--model", "model", value, "of this model"},
                      {"--dead", "dead", flag, "only those that failed for good"},
                      kLimit},
                     list_tasks});
    table.push_back({"task show", "one task with its tries and audits", {task}, show_task});
    table.push_back({"task why", "why a task is not running", {task}, why_task});
    table.push_back({"task requeue", "try a failed task again", {task}, requeue_task});
    table.push_back({"pause", "stop runs of an environment or a model", {}, nullptr});
    table.push_back({"pause list", "what is paused", {}, list_pauses});
    table.push_back({"pause add",
                     "pause an environment, or one model and what depends on it",
                     {{"environment", "environment", positional_required, "environment"},
                      {"--model", "model", value, "only this model"},
                      {"--reason", "reason", value, "why"}},
                     add_pause});
    table.push_back({"pause remove", "resume", {{"id", "id", positional_required, "id of the pause"}}, remove_pause});
}

void add_rest(std::vector<CommandSpec>& table) {
    table.push_back({"client", "who may call the scheduler", {}, nullptr});
    table.push_back({"client create",
                     "make a client; its secret is printed once",
                     {{"name", "name", positional_required, "what it is for"},
                      {"--scope", "scope", list, "executor:run executor:apply plan run read admin"}},
                     create_client});
    table.push_back({"client list", "all clients of the project", {}, list_clients});
    table.push_back({"client revoke",
                     "end a client's access at once",
                     {{"id", "id", positional_required, "client id"}},
                     revoke_client});
    table.push_back({"events",
                     "what happens, as it happens",
                     {{"--after", "after", value, "from this sequence number on"},
                      {"--work", "work", value, "only of this plan or run"}},
                     events});
    table.push_back({"api",
                     "any call of the API, answer as it is",
                     {{"method", "method", positional_required, "GET, POST or DELETE"},
                      {"path", "path", positional_required, "below {project}/api/v1"},
                      {"-d,--data", "data", value, "JSON body"}},
                     api});
    table.push_back({"doctor", "check configuration, network, clock, client and executors", {}, doctor});
    table.push_back({"inspect",
                     "print a project as it is understood",
                     {{"projects", "projects", positional_list, "project folders; default the current one"},
                      {"--format", "format", value, "summary or oracle"},
                      {"--partial", "partial", flag, "leave out what cannot be loaded, and say what it is"}},
                     inspect});
    table.push_back({"dev",
                     "scheduler and executors on this machine, for one project",
                     {{"--port", "port", value, "port of the scheduler; default a free one"},
                      {"--dir", "dir", value, "folder of store, settings and logs; default .towline in the project"}},
                     dev});
    table.push_back({"help", "help topics", {{"topic", "topic", positional_required, "exit-codes or settings"}}, help});
}

}  // namespace

std::vector<CommandSpec> command_table() {
    std::vector<CommandSpec> table;
    add_works(table);
    add_project_commands(table);
    add_operations(table);
    add_rest(table);
    return table;
}

}  // namespace towline::commands
