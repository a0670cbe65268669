// towline: the command table as a parser. Wiring only; the work is in commands/.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <list>
#include <map>

#include "commands/command_table.h"
#include "commands/exit_codes.h"
#include "project/faults.h"

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
        app.add_flag_callback(std::string(spec.names), [&arguments, key] { arguments.flags.insert(key); }, help);
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

/// What SQLMesh takes before its commands, so that scripts written for it go on working.
void add_options_of_sqlmesh(CLI::App& app, commands::GlobalOptions& options) {
    const auto dotenv = [&options](const std::string& path) { options.process["SQLMESH_DOTENV_PATH"] = path; };
    app.add_option_function<std::string>("--dotenv", dotenv, "variables of this file instead of the projects' .env")
        ->check(CLI::ExistingPath);
    app.add_flag_callback("--ignore-warnings", [&options] { options.verbosity = -1; }, "print no warnings");
    app.add_flag_callback("--debug", [&options] { options.verbosity = 2; }, "the same as -vv");
    const auto nothing = [](const std::string&) {};
    app.add_option_function<std::string>("--config", nothing, "accepted; it names an object of a config.py");
    app.add_option_function<std::string>("--log-file-dir", nothing, "accepted; the command line writes no log files");
    app.add_flag_callback("--log-to-stdout", [] {}, "accepted; the command line writes no log files");
}

void add_global_options(CLI::App& app, commands::GlobalOptions& options) {
    app.fallthrough();
    app.set_version_flag("--version", TOWLINE_VERSION);
    app.add_option("-p,--paths", options.paths, "project folders; default the current one")
        ->expected(1, 100)
        ->allow_extra_args(false);
    app.add_option("--gateway", options.gateway, "gateway of the project to plan for");
    add_options_of_sqlmesh(app, options);
    app.add_option_function<std::string>(
           "-o,--output", [&options](const std::string& value) { options.json = value == "json"; }, "table or json")
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
        CLI::App* made =
            parent->add_subcommand(space == std::string::npos ? path : path.substr(space + 1), std::string(spec.help));
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

/// The innermost command that was given; the program itself if none was.
const CLI::App& innermost(const CLI::App& app) {
    const CLI::App* at = &app;
    for (auto given = at->get_subcommands(); !given.empty(); given = at->get_subcommands()) at = given.front();
    return *at;
}

/// Every option that could have been meant: of the command that was given and of the program.
std::vector<std::string> known_options(const CLI::App& app) {
    std::vector<std::string> out;
    for (const CLI::App* at = &innermost(app); at != nullptr; at = at->get_parent())
        for (const CLI::Option* option : at->get_options())
            for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
    return out;
}

/// What SQLMesh has and Towline has not.
struct CommandOfSqlmesh {
    std::string_view name, hint;
};
constexpr std::string_view kFilesOnly = "it touches the project's files alone: `sqlmesh` does it beside Towline";
constexpr std::string_view kEngineOnly = "it asks the engine alone: `sqlmesh` does it beside Towline";
constexpr std::string_view kNoSchema = "the scheduler's store brings itself up to date";
constexpr CommandOfSqlmesh kOnlyOfSqlmesh[] = {
    {"format", kFilesOnly},
    {"init", kFilesOnly},
    {"dag", kFilesOnly},
    {"clean", kFilesOnly},
    {"rewrite", kFilesOnly},
    {"dlt_refresh", kFilesOnly},
    {"create_test", kFilesOnly},
    {"create_external_models", kEngineOnly},
    {"evaluate", kEngineOnly},
    {"fetchdf", kEngineOnly},
    {"migrate", kNoSchema},
    {"rollback", kNoSchema},
    {"destroy", "invalidate the environments, then `towline janitor --ignore-ttl` drops what they used"},
    {"ui", "`towline events`, `towline plan list` and `towline run list` show what happens"},
};

/// What is wrong with the arguments, as one sentence with the word that was probably meant.
Error wrong_arguments(const CLI::App& app, const CLI::ParseError& error) {
    Error out{ErrorCode::invalid, error.what(), "", "`towline --help` lists the commands"};
    const std::vector<std::string> unknown = app.remaining(true);
    if (unknown.empty()) return out;
    const std::string& word = unknown.front();
    const CLI::App& command = innermost(app);
    std::vector<std::string> known;
    if (word.starts_with("-")) {
        out.message = "there is no option '" + word + "'";
        out.hint = "`towline " + (&command == &app ? std::string() : command.get_name() + " ") + "--help` lists them";
        known = known_options(app);
    } else if (command.get_require_subcommand_min() > 0) {
        out.message = "there is no command '" + word + "'";
        for (const CommandOfSqlmesh& one : kOnlyOfSqlmesh)
            if (one.name == word) return {ErrorCode::invalid, out.message, "", std::string(one.hint)};
        for (const CLI::App* one : command.get_subcommands([](const CLI::App*) { return true; }))
            known.push_back(one->get_name());
    } else {
        out.message = "unexpected argument '" + word + "'";
    }
    const std::string meant = project::closest_hint(word, known);
    if (!meant.empty()) out.hint = meant;
    return out;
}

/// Ends the program without a command: help where it was asked for or nothing was given, else what is wrong.
int refuse(const CLI::App& app, const CLI::ParseError& error, commands::GlobalOptions options, bool nothing_given) {
    const bool asked = error.get_exit_code() == 0;  // --help and --version
    if (asked) return app.exit(error) == 0 ? commands::kOk : commands::kUsage;
    if (nothing_given)
        std::fputs(app.help().c_str(), stdout);
    else
        commands::Session(std::move(options)).console().error(wrong_arguments(app, error));
    return commands::kUsage;
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
    } catch (const CLI::ParseError& error) {
        return refuse(app, error, std::move(options), argc == 1);
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
    const int code = commands::exit_code_of(outcome.error().code);
    return command->spec->of_sqlmesh && code == commands::kNotFound ? commands::kWorkFailed : code;
}
