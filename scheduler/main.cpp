// towline-scheduler: serve [--check] | client create | migrate | store copy. Wiring only; the work is in program/.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>

#include "program/probe.h"
#include "program/serve.h"

extern char** environ;

namespace {

using namespace towline;

std::map<std::string, std::string> process_environment() {
    std::map<std::string, std::string> out;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != std::string::npos) out[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return out;
}

int report(const Error& error) {
    std::fprintf(stderr, "towline-scheduler: %s\n", error.message.c_str());
    if (!error.hint.empty()) std::fprintf(stderr, "  hint: %s\n", error.hint.c_str());
    return error.code == ErrorCode::invalid ? 2 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Decides what runs when; executors pull the work.", "towline-scheduler");
    app.require_subcommand(1);
    app.set_version_flag("--version", TOWLINE_VERSION);
    std::map<std::string, std::string> flags;
    CLI::App* serve = app.add_subcommand("serve", "run the scheduler");
    CLI::App* migrate = app.add_subcommand("migrate", "create or upgrade the store's tables");
    CLI::App* store = app.add_subcommand("store", "manage the store as a whole");
    CLI::App* copy = store->add_subcommand("copy", "copy a SQLite store into an empty PostgreSQL store");
    store->require_subcommand(1);
    std::string from;
    std::string to;
    copy->add_option("--from", from, "sqlite:PATH; no scheduler may run on it")->required();
    copy->add_option("--to", to, "postgresql://… [TOWLINE_STORE_URL, where other users cannot see it]");
    CLI::App* client = app.add_subcommand("client", "manage clients in the store itself");
    CLI::App* create = client->add_subcommand("create", "make a client; its secret is printed once");
    client->require_subcommand(1);
    for (const program::SettingInfo& info : program::setting_infos()) {
        if (info.flag.empty()) continue;
        const std::string name(info.flag);
        serve->add_option_function<std::string>(
            "--" + name, [&flags, name](const std::string& value) { flags[name] = value; },
            std::string(info.help) + " [" + std::string(info.environment) + "]");
    }
    std::string check;
    serve
        ->add_option("--check", check,
                     "Ask the scheduler that runs here: 0 if it answers (=ready: and its store does), else 1")
        ->expected(0, 1)
        ->default_str("live")
        ->check(CLI::IsMember({"live", "ready"}))
        ->type_name("[=ready]");
    std::string project = "*";
    std::string name = "admin";
    std::vector<std::string> scopes{"admin"};
    create->add_option("--project", project, "ORG/PROJECT, or * for every project")->capture_default_str();
    create->add_option("--name", name, "what it is for")->capture_default_str();
    create->add_option("--scope", scopes, "executor:run executor:apply plan run read admin")->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    const Result<program::Settings> settings = program::load_settings(flags, process_environment());
    if (!settings) return report(settings.error());
    Status done;
    if (serve->count("--check") > 0) {
        const auto well = program::probe(*settings, check == "ready" ? program::Probe::ready : program::Probe::live);
        if (!well) return report(well.error());
        std::printf("%s\n", well->c_str());
    } else if (serve->parsed()) {
        done = log::init(settings->log);
        if (done) done = program::serve(*settings);
    } else if (copy->parsed()) {
        const Result<std::string> copied = program::copy_store(*settings, from, to);
        if (!copied) return report(copied.error());
        std::printf("%s\n", copied->c_str());
    } else if (migrate->parsed()) {
        done = program::migrate(*settings);
    } else {
        const Result<std::string> made = program::create_client(*settings, project, name, scopes);
        if (!made) return report(made.error());
        std::printf("%s\n", made->c_str());
    }
    return done ? 0 : report(done.error());
}
