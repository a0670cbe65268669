// towline: the command table as a parser. Wiring only; the work is in commands/.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <list>
#include <map>

#include "commands/command_table.h"
#include "commands/exit_codes.h"

extern char** environ;

namespace {

using namespace towline;
using commands::CommandSpec;
using commands::OptionKind;
using commands::OptionSpec;

client::Variables process_environment() {
    client::Variables out;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != std::string::npos) out[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return out;
}

// A command with its parser and what was given to it.
struct Bound {
    const CommandSpec* spec = nullptr;
    CLI::App* app = nullptr;
    CLI::App* parent = nullptr;
    commands::Arguments arguments;
};

void bind(CLI::App& app, const OptionSpec& spec, commands::Arguments& arguments) {
    const std::string key(spec.key);
    const std::string help(spec.help);
    if (spec.kind == OptionKind::flag) {
        app.add_flag_callback(
            std::string(spec.names), [&arguments, key] { arguments.flags.insert(key); }, help);
        return;
    }
    auto& values = arguments.values;
    CLI::Option* option = nullptr;
    if (spec.kind == OptionKind::list || spec.kind == OptionKind::positional_list) {
        const auto take = [&values, key](const std::vector<std::string>& given) { values[key] = given; };
        option = app.add_option_function<std::vector<std::string>>(std::string(spec.names), take, help);
        option->expected(spec.kind == OptionKind::list ? 1 : 0, 1000)->type_name("TEXT");
        if (spec.kind == OptionKind::list) option->allow_extra_args(false);
    } else {
        const auto take = [&values, key](const std::string& given) { values[key] = {given}; };
        option = app.add_option_function<std::string>(std::string(spec.names), take, help);
    }
    if (spec.kind == OptionKind::positional_required) option->required();
}

void add_global_options(CLI::App& app, commands::GlobalOptions& options) {
    app.fallthrough();
    app.set_version_flag("--version", TOWLINE_VERSION);
    app.add_option("-p,--paths", options.paths, "project folders; default the current one")
        ->expected(1, 100)
        ->allow_extra_args(false);
    app.add_option("--gateway", options.gateway, "gateway of the project to plan for");
    app.add_option_function<std::string>(
           "-o,--output", [&options](const std::string& value) { options.json = value == "json"; },
           "table or json")
        ->check(CLI::IsMember({"table", "json"}));
    app.add_flag("-y,--yes", options.yes, "answer every question with yes");
    app.add_flag("--no-color", options.no_color, "no colours; also NO_COLOR");
    app.add_flag("-v,--verbose", options.verbosity, "show more");
    for (const client::SettingInfo& info : client::setting_infos()) {
        if (info.flag.empty()) continue;
        const std::string flag(info.flag);
        app.add_option_function<std::string>(
            "--" + flag, [&options, flag](const std::string& value) { options.flags[flag] = value; },
            std::string(info.help) + " [" + std::string(info.name) + "]");
    }
}

void add_commands(CLI::App& app, const std::vector<CommandSpec>& table, std::list<Bound>& bound) {
    std::map<std::string, CLI::App*> groups;
    for (const CommandSpec& spec : table) {
        const std::string path(spec.path);
        const std::size_t space = path.find(' ');
        CLI::App* parent = space == std::string::npos ? &app : groups.at(path.substr(0, space));
        CLI::App* made = parent->add_subcommand(space == std::string::npos ? path : path.substr(space + 1),
                                                std::string(spec.help));
        if (space == std::string::npos) groups[path] = made;
        if (spec.run == nullptr) made->require_subcommand(1);
        Bound& entry = bound.emplace_back(Bound{&spec, made, parent, {}});
        for (const OptionSpec& option : spec.options) bind(*made, option, entry.arguments);
    }
}

bool takes_environment(const CommandSpec& spec) {
    return std::any_of(spec.options.begin(), spec.options.end(), [](const OptionSpec& option) {
        return option.kind == OptionKind::positional && option.key == "environment";
    });
}

// The innermost command that was given. Where options of its group were given too, the word was the name of an
// environment: `plan list --auto-apply`.
Bound* chosen(std::list<Bound>& bound) {
    Bound* out = nullptr;
    for (Bound& entry : bound) {
        if (!entry.app->parsed() || (out != nullptr && entry.parent != out->app)) continue;
        if (out != nullptr && !out->arguments.empty()) {
            if (!entry.arguments.empty() || !takes_environment(*out->spec) || out->arguments.value("environment"))
                return nullptr;
            out->arguments.values["environment"] = {entry.app->get_name()};
            return out;
        }
        out = &entry;
    }
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    CLI::App app("Plans, runs and watches SQLMesh projects on a Towline scheduler.", "towline");
    app.require_subcommand(1);
    commands::GlobalOptions options;
    options.process = process_environment();
    options.program = argv[0];
    const std::vector<CommandSpec> table = commands::command_table();
    std::list<Bound> bound;
    add_global_options(app, options);
    add_commands(app, table, bound);
    try {
        app.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        // A mistyped command is also a missing one; its name helps more.
        const std::vector<std::string> unknown = app.remaining(true);
        if (unknown.empty()) return app.exit(error) == 0 ? commands::kOk : commands::kUsage;
        commands::Session(std::move(options))
            .console()
            .error({ErrorCode::invalid, "there is no command '" + unknown.front() + "'", "",
                    "`towline --help` lists the commands"});
        return commands::kUsage;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? commands::kOk : commands::kUsage;
    }
    Bound* command = chosen(bound);
    commands::Session session(std::move(options));
    if (command == nullptr) {
        session.console().error({ErrorCode::invalid, "too many arguments", "",
                                 "an environment that is named like a command needs --environment"});
        return commands::kUsage;
    }
    const Result<int> outcome = command->spec->run(session, command->arguments);
    if (outcome) return *outcome;
    session.console().error(outcome.error());
    return commands::exit_code_of(outcome.error().code);
}
