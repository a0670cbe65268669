// `towline dev`: scheduler and both executors as children of this process, on one machine, without any
// set-up.

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/strings.h"
#include "commands/child_process.h"
#include "commands/dev_engine.h"
#include "commands/exit_codes.h"
#include "commands/handlers.h"

namespace towline::commands {
namespace {

namespace fs = std::filesystem;
using Variables = std::map<std::string, std::string>;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStartMax{30};
constexpr std::chrono::seconds kExecutorPatience{35};
constexpr std::chrono::seconds kSchedulerPatience{15};
constexpr int kLookMs = 50;

/// SIGINT and SIGTERM wait here instead of ending the process.
class StopSignals {
 public:
    StopSignals() {
        sigemptyset(&set_);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set_, signal);
        pthread_sigmask(SIG_BLOCK, &set_, &before_);
    }
    ~StopSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    /// True if one came within the time.
    bool wait(int milliseconds) const {
        const timespec time{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
        return sigtimedwait(&set_, nullptr, &time) > 0;
    }

 private:
    sigset_t set_{};
    sigset_t before_{};
};

struct Setup {
    std::string folder;  ///< absolute
    std::string programs;
    std::string project_id;
    Variables base;    ///< of every child
    Variables engine;  ///< executors only
    std::string port;
    std::string path(const std::string& name) const { return folder + "/" + name; }
};

std::string project_name(const std::string& folder) {
    std::string name = fs::absolute(folder).lexically_normal().filename().string();
    if (name.empty()) name = fs::absolute(folder).lexically_normal().parent_path().filename().string();
    for (char& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_') c = '_';
    return name.empty() ? "project" : name;
}

std::string program_folder(const std::string& argv0) {
    std::error_code error;
    const fs::path self = fs::read_symlink("/proc/self/exe", error);
    return (error ? fs::absolute(argv0) : self).parent_path().string();
}

Status write_secret_file(const std::string& path, const Variables& variables) {
    std::string text;
    for (const auto& [name, value] : variables) text += name + "=" + value + "\n";
    const std::string temporary = path + ".new";
    const mode_t before = umask(0077);
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    umask(before);
    if (!file || std::rename(temporary.c_str(), path.c_str()) != 0)
        return fail(ErrorCode::io, fmt::format("'{}' cannot be written", path));
    return {};
}

std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

// The client of one program: the one of an earlier start if its file is still there, else a new one.
Result<Variables> client_of(const Setup& setup, const std::string& name, const std::vector<std::string>& scopes) {
    const std::string path = setup.path(name == "cli" ? "env" : name + ".env");
    const bool store_known =
        setup.base.at("TOWLINE_STORE_URL").rfind("sqlite:", 0) != 0 || fs::exists(setup.path("towline.db"));
    if (store_known && fs::exists(path)) {
        TRY(Variables known, dotenv::parse(read_text(path), {}, dotenv::Faults::refuse));
        if (known.contains("TOWLINE_CLIENT_ID") && known.contains("TOWLINE_CLIENT_SECRET") &&
            known["TOWLINE_URL"].find("/sqlmesh/" + setup.project_id) != std::string::npos)
            return Variables{{"TOWLINE_CLIENT_ID", known["TOWLINE_CLIENT_ID"]},
                             {"TOWLINE_CLIENT_SECRET", known["TOWLINE_CLIENT_SECRET"]}};
    }
    ChildOptions options{"towline-scheduler client create",
                         setup.programs + "/towline-scheduler",
                         {"client", "create", "--project", setup.project_id, "--name", "dev-" + name},
                         setup.base,
                         "",
                         ""};
    options.arguments.push_back("--scope");
    options.arguments.insert(options.arguments.end(), scopes.begin(), scopes.end());
    TRY(const std::string text, output_of(options));
    TRY(const json::Document made, json::Document::parse(text));
    Variables out{{"TOWLINE_CLIENT_ID", made.root().str("client_id")},
                  {"TOWLINE_CLIENT_SECRET", made.root().str("client_secret")}};
    TRY_STATUS(made.root().status());
    return out;
}

Variables merged(Variables base, const Variables& over) {
    for (const auto& [name, value] : over) base[name] = value;
    return base;
}

Result<Setup> prepare(Session& session, const Arguments& arguments) {
    const std::string project = session.paths().front();
    std::error_code error;
    if (!fs::is_directory(project, error))
        return fail(ErrorCode::not_found, fmt::format("there is no folder '{}'", project));
    Setup setup;
    setup.folder = fs::absolute(arguments.value("dir").value_or(project + "/.towline")).lexically_normal().string();
    fs::create_directories(setup.folder, error);
    if (error) return fail(ErrorCode::io, fmt::format("'{}' cannot be made", setup.folder));
    chmod(setup.folder.c_str(), 0700);
    setup.programs = program_folder(session.options().program);
    setup.project_id = "local/" + project_name(project);
    setup.base = session.options().process;
    for (const client::SettingInfo& info : client::setting_infos())
        for (const std::string_view name : {info.name, info.alias}) {
            setup.base.erase(std::string(name));
            setup.base.erase(std::string(name) + "_FILE");
        }
    TRY(setup.engine, dev_engine_variables({project, setup.folder, setup.base}));
    // The scheduler must not see how to reach an engine.
    for (auto it = setup.base.begin(); it != setup.base.end();) {
        if (it->first.rfind("SQLMESH__", 0) == 0) {
            setup.engine.insert(*it);
            it = setup.base.erase(it);
        } else {
            ++it;
        }
    }
    setup.base.emplace("TOWLINE_STORE_URL", "sqlite:" + setup.path("towline.db"));
    setup.base["TOWLINE_LISTEN"] = "127.0.0.1:" + arguments.value("port").value_or("0");
    setup.base["TOWLINE_PORT_FILE"] = setup.path("port");
    return setup;
}

Result<ChildProcess> start_scheduler(Setup& setup, const StopSignals& signals) {
    fs::remove(setup.path("port"));
    TRY(ChildProcess scheduler, ChildProcess::start({"scheduler",
                                                     setup.programs + "/towline-scheduler",
                                                     {"serve"},
                                                     setup.base,
                                                     setup.path("scheduler.log"),
                                                     ""}));
    const Clock::time_point deadline = Clock::now() + kStartMax;
    while (setup.port.empty()) {
        if (signals.wait(kLookMs)) return fail(ErrorCode::cancelled, "stopped");
        if (!scheduler.running() || Clock::now() >= deadline)
            return fail(ErrorCode::internal, "the scheduler did not start", "see " + scheduler.log_file());
        setup.port = std::string(trim(read_text(setup.path("port"))));
    }
    return scheduler;
}

Result<ChildProcess> start_executor(const Setup& setup, const std::string& kind, const Variables& client) {
    Variables variables = merged(merged(setup.base, setup.engine), client);
    for (const char* name : {"TOWLINE_STORE_URL", "TOWLINE_LISTEN", "TOWLINE_PORT_FILE"}) variables.erase(name);
    variables.emplace("TOWLINE_EXECUTOR_NAME", kind + "-dev");
    variables["TOWLINE_SPOOL_DIR"] = setup.path("spool-" + kind);
    std::error_code error;
    fs::create_directories(variables["TOWLINE_SPOOL_DIR"], error);
    return ChildProcess::start({kind + " executor",
                                setup.programs + "/towline-executor",
                                {kind},
                                std::move(variables),
                                setup.path(kind + ".log"),
                                setup.folder});
}

// Both kinds alive, as the scheduler sees it. Counted from this start, so an executor of an earlier one does
// not count.
bool executors_registered(client::SchedulerClient& scheduler, std::int64_t since) {
    const Result<json::Document> document = scheduler.get("executors");
    if (!document) return false;
    std::set<std::string> kinds;
    for (const json::Reader& executor : document->root().list("items"))
        if (executor.str("state", "") == "active" && executor.num("registered_ts", 0) >= since)
            kinds.insert(executor.str("kind", ""));
    return kinds.size() == 2;
}

Status wait_for_executors(client::SchedulerClient& scheduler, std::vector<ChildProcess>& children,
                          const StopSignals& signals, std::int64_t since) {
    const Clock::time_point deadline = Clock::now() + kStartMax;
    while (!executors_registered(scheduler, since)) {
        if (signals.wait(kLookMs * 2)) return fail(ErrorCode::cancelled, "stopped");
        for (ChildProcess& child : children)
            if (!child.running())
                return fail(ErrorCode::internal, fmt::format("the {} ended", child.name()), "see " + child.log_file());
        if (Clock::now() >= deadline)
            return fail(ErrorCode::timeout, "the executors did not register", "see the logs beside the store");
    }
    return {};
}

void announce(Session& session, const Setup& setup, const std::string& url) {
    output::Console& console = session.console();
    if (console.json()) {
        console.document(
            json::Object().str("schema", "towline.dev/v1").str("url", url).str("folder", setup.folder).dump());
        return;
    }
    console.line(fmt::format("{} Towline is up: {}", console.green("✔"), url));
    console.line(fmt::format("  settings  {}/env (found by `towline` in this folder)", setup.folder));
    console.line(fmt::format("  logs      {}/*.log", setup.folder));
    console.line("  next      towline plan        stop with Ctrl-C");
}

Status wait_for_the_end(std::vector<ChildProcess>& children, const StopSignals& signals) {
    while (!signals.wait(kLookMs * 10))
        for (ChildProcess& child : children)
            if (!child.running())
                return fail(ErrorCode::internal, fmt::format("the {} ended by itself", child.name()),
                            "see " + child.log_file());
    return {};
}

void stop_all(std::vector<ChildProcess>& children) {
    // Executors first, so that they deliver what they have; the scheduler stands at the front.
    for (std::size_t i = children.size(); i > 1; --i)
        if (children[i - 1].running()) kill(children[i - 1].pid(), SIGTERM);
    for (std::size_t i = children.size(); i > 1; --i) children[i - 1].stop(kExecutorPatience);
    if (!children.empty()) children.front().stop(kSchedulerPatience);
}

Status bring_up(Session& session, Setup& setup, std::vector<ChildProcess>& children, const StopSignals& signals) {
    TRY(const Variables cli, client_of(setup, "cli", {"admin"}));
    TRY(const Variables run, client_of(setup, "run", {"executor:run"}));
    TRY(const Variables apply, client_of(setup, "apply", {"executor:apply"}));
    TRY(ChildProcess scheduler, start_scheduler(setup, signals));
    children.push_back(std::move(scheduler));
    const Variables url{{"TOWLINE_URL", fmt::format("http://127.0.0.1:{}/sqlmesh/{}", setup.port, setup.project_id)}};
    TRY_STATUS(write_secret_file(setup.path("env"), merged(url, cli)));
    TRY_STATUS(write_secret_file(setup.path("run.env"), merged(url, run)));
    TRY_STATUS(write_secret_file(setup.path("apply.env"), merged(url, apply)));
    TRY(client::Settings settings, client::load_settings({{}, merged(url, cli), setup.folder}));
    TRY(const std::unique_ptr<client::SchedulerClient> client, client::SchedulerClient::connect(settings));
    TRY(const json::Document state, client->post("planning-state", R"({"environment":"prod","ids":[]})"));
    const std::int64_t since = state.root().num("now", 0);
    TRY(ChildProcess apply_executor, start_executor(setup, "apply", merged(url, apply)));
    children.push_back(std::move(apply_executor));
    TRY(ChildProcess run_executor, start_executor(setup, "run", merged(url, run)));
    children.push_back(std::move(run_executor));
    TRY_STATUS(wait_for_executors(*client, children, signals, since));
    announce(session, setup, url.at("TOWLINE_URL"));
    return {};
}

}  // namespace

Result<int> dev(Session& session, const Arguments& arguments) {
    const StopSignals signals;
    TRY(Setup setup, prepare(session, arguments));
    std::vector<ChildProcess> children;
    Status status = bring_up(session, setup, children, signals);
    if (status) status = wait_for_the_end(children, signals);
    session.console().note("Stopping …");
    stop_all(children);
    if (!status && status.error().code != ErrorCode::cancelled) return fail(status.error());
    return kOk;
}

}  // namespace towline::commands
