// Commands about the project itself, and what SQLMesh calls them.

#include "commands/command_table_parts.h"
#include "commands/handlers.h"

namespace towline::commands {
namespace {

using enum OptionKind;

const OptionSpec kStart{"-s,--start", "start", value, "first instant of the interval"};
const OptionSpec kEnd{"-e,--end", "end", value, "last instant of the interval"};
const OptionSpec kExecutionTime{"--execution-time", "execution-time", value, "what is taken for now"};

void add_local(std::vector<CommandSpec>& table) {
    table.push_back({"render",
                     "print a model's query as it would be executed",
                     {{"model", "model", positional_required, "name of the model"},
                      kStart,
                      kEnd,
                      kExecutionTime,
                      {"--expand", "expand", list, "put this model's query in place of its name; true: all models"},
                      {"--dialect", "dialect", value, "dialect of the result; only the model's own"},
                      {"--no-format", "no-format", flag, "no colours; they are never printed here"},
                      {"--max-text-width", "max-text-width", value, "characters of a line before it is broken; 80"},
                      {"--leading-comma", "leading-comma", flag, "commas at the start of lines"},
                      {"--normalize-functions", "normalize-functions", value, "case of function names: upper, lower"},
                      {"--indent", "indent", value, "blanks of a nested query; 2"},
                      {"--pad", "pad", value, "blanks of a line of a clause; 2"},
                      {"--normalize", "normalize", flag, "names without quotes in lower case"}},
                     render});
    table.push_back({"info",
                     "numbers of models and macros, and whether the connections work",
                     {{"--skip-connection", "skip-connection", flag, "connect to nothing"}},
                     info});
    table.push_back(
        {"lint",
         "check models against the linter's rules",
         {{"--model,--models", "model", list, "only this model"},
          {"--use-project-index", "use-project-index", flag, "accepted; the whole project is loaded anyway"},
          {"--local", "local", flag, "use the project's files alone, which is always so"}},
         lint});
    table.push_back({"test",
                     "run the project's unit tests on DuckDB",
                     {{"tests", "tests", positional_list, "test files, file::name, or files of models"},
                      {"-k", "match", list, "only tests whose file::name has this part"},
                      {"--select-model", "select-model", list, "only tests of these models"},
                      {"--preserve-fixtures", "preserve-fixtures", flag, "accepted; the database is in memory"},
                      {"--local", "local", flag, "use the project's files alone, which is always so"}},
                     test});
}

void add_state(std::vector<CommandSpec>& table) {
    table.push_back({"table_name",
                     "print the physical table of a model",
                     {{"model", "model", positional_required, "name of the model"},
                      {"--environment,--env", "environment", value, "environment; default prod"},
                      {"--prod", "prod", flag, "the table that prod would use"}},
                     table_name});
    table.push_back({"diff",
                     "print what differs between the project and an environment; exit 1 if anything",
                     {{"environment", "environment", positional, "environment; default prod"},
                      {"--environment", "environment", value, "the same, for names that are also commands"}},
                     diff});
    table.push_back({"environments", "names of all environments and when they expire", {}, environments});
    table.push_back({"check_intervals",
                     "print what is loaded and what is missing in an environment",
                     {{"environment", "environment", positional, "environment; default prod"},
                      {"--no-signals", "no-signals", flag, "do not ask signals; there are none natively"},
                      {"--select-model", "select-model", list, "only these models"},
                      kStart,
                      kEnd},
                     check_intervals});
}

void add_data(std::vector<CommandSpec>& table) {
    table.push_back({"audit",
                     "run the audits of models on their tables now; exit 1 if any finds rows",
                     {{"--model", "model", list, "only this model"}, kStart, kEnd, kExecutionTime},
                     audit});
    table.push_back(
        {"table_diff",
         "compare two tables, or models of two environments",
         {{"source-to-target", "source-to-target", positional_required, "SOURCE:TARGET, tables or environments"},
          {"model", "model", positional, "model to compare in both environments"},
          {"-o,--on", "on", list, "column to join on; default the model's grain"},
          {"-s,--skip-columns", "skip-columns", list, "column that is not compared"},
          {"--where", "where", value, "condition on the rows of both"},
          {"--limit", "limit", value, "rows of a sample; default 20"},
          {"--show-sample", "show-sample", flag, "print rows that differ"},
          {"-d,--decimals", "decimals", value, "decimals that count; default 3"},
          {"--skip-grain-check", "skip-grain-check", flag, "do not check that the join columns are unique"},
          {"--warn-grain-check", "warn-grain-check", flag, "only warn about models without a grain"},
          {"--temp-schema", "temp-schema", value, "accepted; nothing is written"},
          {"-m,--select-model", "select-model", list, "models to compare in both environments"},
          {"--schema-diff-ignore-case", "schema-diff-ignore-case", flag, "column names may differ in case"}},
         table_diff});
}

}  // namespace

void add_project_commands(std::vector<CommandSpec>& table) {
    const std::size_t first = table.size();
    add_local(table);
    add_state(table);
    add_data(table);
    for (std::size_t i = first; i < table.size(); ++i) table[i].of_sqlmesh = true;
}

}  // namespace towline::commands
