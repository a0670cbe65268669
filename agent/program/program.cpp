#include "program/program.h"

#include <fmt/core.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>

#include "credentials/engine_set.h"
#include "credentials/settings_watch.h"
#include "crypto/crypto.h"
#include "crypto/private_memory.h"
#include "egress/chain.h"
#include "egress/journal.h"
#include "egress/report.h"
#include "health/health_server.h"
#include "health/status_file.h"
#include "http_client/curl_transport.h"
#include "log/log.h"
#include "loop/executor.h"
#include "loop/signals.h"
#include "program/command_line.h"
#include "program/live_surroundings.h"
#include "protocol/limits.h"
#include "runner/runner.h"
#include "spool/folder.h"
#include "spool/session_file.h"
#include "spool/spool.h"

namespace towline::program {
namespace {

constexpr int kWorkFailed = 1;
constexpr int kUsage = 2;
constexpr std::string_view kStatusFile = "status.json";
constexpr std::string_view kJournalFolder = "egress";

int fail_with(const Error& error, int code) {
    fmt::print(stderr, "Error: {}\n", error.message);
    if (!error.hint.empty()) fmt::print(stderr, "  {}\n", error.hint);
    return code;
}

int fail_with(const credentials::SettingFaults& faults) {
    for (const std::string& fault : faults) fmt::print(stderr, "Error: {}\n", fault);
    fmt::print(stderr, "  `towline-executor --help` lists all settings.\n");
    return kUsage;
}

credentials::SettingInputs inputs_of(const Command& command) {
    return {command.kind, command.flags, credentials::process_environment(), credentials::host_name()};
}

int print_config(const Command& command) {
    const auto settings = credentials::resolve_settings(inputs_of(command));
    if (!settings) return fail_with(settings.error());
    for (const credentials::EffectiveSetting& setting : settings->effective)
        fmt::print("{:<27} {:<48} {}\n", setting.name, setting.shown.empty() ? "-" : setting.shown, setting.source);
    for (const credentials::GatewaySettings& gateway : settings->gateways.items) {
        fmt::print("{:<27} {:<48} {}\n", "gateway " + gateway.name,
                   fmt::format("{}, {} at once", gateway.type(), gateway.concurrent_tasks()),
                   gateway.name == settings->gateways.default_name ? "default" : "");
    }
    for (const credentials::ForeignGateway& gateway : settings->gateways.foreign)
        fmt::print("{:<27} {}, no engine for it: its tasks are refused\n", "gateway " + gateway.name, gateway.type);
    return 0;
}

// A probe must not fail because a setting is missing or a changed file is faulty: only the folder is asked
// for.
int check_health(const Command& command) {
    const std::filesystem::path folder = credentials::resolve_spool_dir(inputs_of(command));
    const health::Verdict verdict = health::check(folder / kStatusFile, command.probe);
    fmt::print("{}\n", verdict.sentence);
    return verdict.exit_code;
}

protocol::RegisterRequest identity_of(const credentials::ExecutorSettings& settings, const std::string& version) {
    protocol::RegisterRequest identity;
    identity.kind = settings.kind;
    identity.name = settings.name;
    identity.boot_id = crypto::random_hex(16);
    identity.version = version;
    identity.protocol = protocol::kVersion;
    identity.slots = settings.slots;
    identity.labels = settings.labels;
    using plan::TaskKind;
    for (const TaskKind kind :
         {TaskKind::statements, TaskKind::create_schema, TaskKind::create_table, TaskKind::evaluate, TaskKind::audit,
          TaskKind::migrate, TaskKind::create_view, TaskKind::drop_view, TaskKind::drop_table, TaskKind::drop_schema})
        identity.task_kinds.emplace_back(plan::to_string(kind));
    return identity;
}

std::uint64_t random_seed() {
    std::uint64_t seed = 0;
    for (const char c : crypto::random_bytes(8)) seed = (seed << 8) | static_cast<unsigned char>(c);
    return seed;
}

/// Null if none shall be kept.
Result<std::unique_ptr<egress::Journal>> open_journal(const credentials::ExecutorSettings& settings,
                                                      const std::filesystem::path& folder) {
    if (settings.egress_journal_bytes == 0) return std::unique_ptr<egress::Journal>();
    return egress::Journal::open(folder, settings.egress_journal_bytes);
}

http::CurlOptions curl_options(const credentials::ExecutorSettings& settings, const std::string& version,
                               egress::Journal* journal) {
    http::CurlOptions options{.route = route_of(settings), .user_agent = "towline-executor/" + version};
    if (journal == nullptr) return options;
    const std::int64_t before = journal->last_call();
    options.on_sent = [journal, before](const http::SentPiece& piece) {
        journal->sent(before + piece.request, piece.head ? egress::Part::head : egress::Part::body, piece.bytes);
    };
    return options;
}

/// What left this machine, from the journal alone: also while an executor runs.
int show_egress(const Command& command) {
    const std::filesystem::path folder = credentials::resolve_spool_dir(inputs_of(command)) / kJournalFolder;
    if (!std::filesystem::is_directory(folder))
        return fail_with(
            {ErrorCode::not_found,
             folder.string() + ": there is no egress journal",
             {},
             "is TOWLINE_SPOOL_DIR (or --spool-dir) the executor's, and its TOWLINE_EGRESS_JOURNAL_MB above 0?"},
            kUsage);
    if (command.verb == Command::Verb::egress_report) {
        const egress::Report report = egress::report(folder, command.egress_head);
        fmt::print("{}", report.text);
        return report.verdict.sound ? 0 : kWorkFailed;
    }
    const egress::Verdict verdict = egress::verify(folder, command.egress_head);
    fmt::print(verdict.sound ? stdout : stderr, "{}\nhead {}\n", verdict.sentence, verdict.head.text());
    return verdict.sound ? 0 : kWorkFailed;
}

/// An executor waits most of its life: threads that run a task now and then shall not each keep an arena of their own,
/// and what a task gave back goes back to the system.
void keep_memory_small() {
    ::mallopt(M_ARENA_MAX, 2);
    ::mallopt(M_TRIM_THRESHOLD, 256 << 10);
}

/// The loop with everything it stands on. Members are in order of dependence; they end in the reverse order.
int run_loop(const Command& command, const std::string& version) {
    keep_memory_small();
    loop::Signals signals;
    const auto redactor = std::make_shared<credentials::Redactor>();
    credentials::install_in_log(redactor);
    auto watch = credentials::SettingsWatch::open(inputs_of(command), redactor);
    if (!watch) return fail_with(watch.error());
    const credentials::ExecutorSettings& settings = watch->current();
    if (const Status log = log::init({settings.log_level, settings.log_json, {}}); !log)
        return fail_with(log.error(), kWorkFailed);

    auto folder = spool::Folder::open(settings.spool_dir);
    if (!folder) return fail_with(folder.error(), kWorkFailed);
    auto spool = spool::Spool::open(folder->path());
    if (!spool) return fail_with(spool.error(), kWorkFailed);
    auto sessions = spool::SessionFile::open(folder->path());
    if (!sessions) return fail_with(sessions.error(), kWorkFailed);

    auto journal = open_journal(settings, folder->path() / kJournalFolder);
    if (!journal) return fail_with(journal.error(), kWorkFailed);
    if (*journal && !(*journal)->damage().empty())
        log::error("the egress journal was changed; it is kept and a new chain begins",
                   {{"fault", (*journal)->damage()}});

    metrics::Registry metrics;
    std::unique_ptr<health::HealthServer> health_server;
    if (!settings.health_listen.empty()) {
        auto started = health::HealthServer::start(
            settings.health_listen,
            {folder->path() / kStatusFile, metrics, [&journal] { return *journal ? (*journal)->bytes_sent() : 0; }});
        if (!started) return fail_with(started.error().in("TOWLINE_HEALTH_LISTEN"), kWorkFailed);
        health_server = std::move(*started);
    }

    credentials::EngineSet engines(credentials::make_engine);
    engines.configure(settings.gateways);
    http::CurlTransport curl(curl_options(settings, version, journal->get()));
    loop::Connection connection(curl, client_of(settings));
    loop::SchedulerApi api(connection, settings.url);
    loop::SnapshotCache snapshots(api);
    runner::Runner runner(engines, snapshots, **sessions);
    loop::ExecutorOptions options{.identity = identity_of(settings, version),
                                  .seed = random_seed(),
                                  .once = command.once,
                                  .status_file = folder->path() / kStatusFile,
                                  .redactor = redactor,
                                  .metrics = &metrics,
                                  .notifier = health::Notifier::from_environment()};
    const auto run = [&](const protocol::LeasedTask& task, runner::CancelSwitch& cancel, runner::TaskLog& log) {
        return runner.run(task, cancel, log);
    };
    loop::TaskWork work(snapshots, run, redactor, options.retry);
    loop::LogUploader uploader(api, options.retry, random_seed());
    LiveSurroundings surroundings({*watch, engines, connection, curl, **sessions, journal->get()});
    loop::Executor executor({api, **spool, surroundings, work, uploader}, options);

    uploader.start();
    signals.start([&] { executor.request_stop(); });
    log::info("starting", {{"kind", protocol::to_string(settings.kind)},
                           {"name", settings.name},
                           {"version", version},
                           {"url", settings.url},
                           {"gateways", settings.gateways.items.size()}});
    for (const credentials::ForeignGateway& gateway : settings.gateways.foreign)
        log::warn("there is no engine for a gateway; its tasks are refused",
                  {{"gateway", gateway.name}, {"type", gateway.type}});
    const loop::ExitReport report = executor.run();
    signals.stop();
    uploader.stop(std::chrono::milliseconds(3'000));
    log::info("ended", {{"reason", report.sentence}});
    log::flush();
    if (report.stuck) std::_Exit(report.code);
    return report.code;
}

}  // namespace

int program_main(int argc, const char* const* argv, const std::string& version) {
    const auto parsed = parse_command_line(argc, argv, version);
    if (const auto* finished = std::get_if<Finished>(&parsed)) {
        fmt::print(finished->code == 0 ? stdout : stderr, "{}", finished->text);
        return finished->code;
    }
    // Engine credentials are in the environment from the first moment on.
    if (const Status kept = crypto::keep_memory_private(); !kept) log::warn(kept.error().message);
    const Command& command = std::get<Command>(parsed);
    switch (command.verb) {
        case Command::Verb::config:
            return print_config(command);
        case Command::Verb::check:
            return check_health(command);
        case Command::Verb::egress_report:
        case Command::Verb::egress_verify:
            return show_egress(command);
        case Command::Verb::query:
            return run_query(command.query, credentials::process_environment());
        case Command::Verb::run_loop:
            return run_loop(command, version);
    }
    return kUsage;
}

}  // namespace towline::program
