#include "program/command_line.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <sstream>

namespace towline::program {
namespace {

using credentials::SettingId;
using credentials::SettingRow;

struct Parsed {
    std::map<SettingId, std::string> flags;
    std::string check;
    bool once = false;
    std::string config_kind = "run";
    QueryRequest query;
    std::string egress_head;
};

void add_settings(CLI::App& app, Parsed& parsed) {
    for (const SettingRow& row : credentials::setting_rows()) {
        if (row.flag.empty()) continue;
        const SettingId id = row.id;
        CLI::Option* option =
            app.add_option_function<std::string>(
                   std::string(row.flag), [&parsed, id](const std::string& value) { parsed.flags[id] = value; },
                   std::string(row.help) + " [" + std::string(row.name) + "]")
                ->type_name("");
        if (id == SettingId::labels) option->join(',');
    }
}

CLI::App* add_loop_command(CLI::App& app, const std::string& name, const std::string& help, Parsed& parsed) {
    CLI::App* command = app.add_subcommand(name, help);
    add_settings(*command, parsed);
    command
        ->add_option("--check", parsed.check,
                     "Look at a running executor: 0 if its loop advances (=ready: and it reaches the scheduler)")
        ->expected(0, 1)
        ->default_str("live")
        ->check(CLI::IsMember({"live", "ready"}))
        ->type_name("[=ready]");
    command->add_flag("--once", parsed.once, "End when idle after the first work");
    return command;
}

}  // namespace

std::variant<Command, Finished> parse_command_line(int argc, const char* const* argv, const std::string& version) {
    CLI::App app("Pulls the work of a Towline scheduler and does it on your own SQL engine.", "towline-executor");
    app.set_version_flag("--version", "towline-executor " + version);
    app.require_subcommand(1);
    app.footer(credentials::configuration_help());
    Parsed parsed;
    CLI::App* run = add_loop_command(app, "run", "Take the tasks of runs (cadence)", parsed);
    CLI::App* apply = add_loop_command(app, "apply", "Take the tasks of plans", parsed);
    CLI::App* config =
        app.add_subcommand("config", "Print the settings in force and where each came from; secrets are masked");
    config->add_option("kind", parsed.config_kind, "run or apply")->check(CLI::IsMember({"run", "apply"}));
    add_settings(*config, parsed);
    CLI::App* query =
        app.add_subcommand("query", "Run one statement on a gateway of this environment and print its rows");
    query->add_option("sql", parsed.query.sql, "the statement")->required();
    query->add_option("--gateway", parsed.query.gateway, "default: the default gateway");
    query->add_option("--limit", parsed.query.rows_max, "how many rows at most")->check(CLI::Range(1, 10'000));
    CLI::App* egress = app.add_subcommand("egress", "What left this machine for the scheduler, from the local journal");
    egress->require_subcommand(1);
    const auto add_egress = [&](const char* name, const char* help) {
        CLI::App* command = egress->add_subcommand(name, help);
        command->add_option("kind", parsed.config_kind, "run or apply")->check(CLI::IsMember({"run", "apply"}));
        command->add_option("--head", parsed.egress_head,
                            "a head noted earlier (SEQ:HASH) that the chain must contain");
        add_settings(*command, parsed);
        return command;
    };
    const CLI::App* report = add_egress("report", "Count the calls and every field of them");
    add_egress("verify", "Check that no line was changed, removed or put in");
    // CLI11 tells everything by exceptions, help included.
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream out;
        // The library only says that a command is missing.
        if (app.get_subcommands().empty() && argc > 1 && argv[1][0] != '-')
            out << "There is no command '" << argv[1] << "'.\n";
        const bool fine = app.exit(error, out, out) == 0;
        return Finished{fine ? 0 : 2, out.str()};
    }
    Command command;
    command.flags = parsed.flags;
    command.once = parsed.once;
    const bool by_word = config->parsed() || egress->parsed();
    const bool applies = apply->parsed() || (by_word && parsed.config_kind == "apply");
    command.kind = applies ? protocol::ExecutorKind::apply : protocol::ExecutorKind::run;
    const CLI::App* loop = run->parsed() ? run : apply;
    command.query = parsed.query;
    command.egress_head = parsed.egress_head;
    if (egress->parsed()) {
        command.verb = report->parsed() ? Command::Verb::egress_report : Command::Verb::egress_verify;
    } else if (query->parsed()) {
        command.verb = Command::Verb::query;
    } else if (config->parsed()) {
        command.verb = Command::Verb::config;
    } else if (loop->count("--check") > 0) {
        command.verb = Command::Verb::check;
        command.probe = parsed.check == "ready" ? health::Probe::ready : health::Probe::live;
    }
    return command;
}

}  // namespace towline::program
