#include "program/serve.h"

#include <csignal>
#include <cstdio>

#include "api/api.h"
#include "api/event_streams.h"
#include "crypto/crypto.h"
#include "crypto/private_memory.h"
#include "json/json.h"
#include "log/log.h"
#include "protocol/limits.h"
#include "services/duties.h"
#include "store/copy.h"
#include "time/timelike.h"

namespace towline::program {
namespace {

/// SIGTERM and SIGINT are waited for, never handled asynchronously.
class StopSignals {
 public:
    StopSignals() {
        sigemptyset(&set_);
        sigaddset(&set_, SIGTERM);
        sigaddset(&set_, SIGINT);
        pthread_sigmask(SIG_BLOCK, &set_, nullptr);
        std::signal(SIGPIPE, SIG_IGN);
        std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a failed write like any other
    }
    int wait() const {
        int signal = 0;
        sigwait(&set_, &signal);
        return signal;
    }

 private:
    sigset_t set_{};
};

Result<std::unique_ptr<time::Clock>> make_clock(const Settings& settings) {
    if (settings.clock_start.empty()) return std::make_unique<time::SystemClock>();
    TRY(const time::TimestampMs start, time::parse_timelike(settings.clock_start, time::SystemClock().now_ms()));
    log::warn("the clock is moved", {{"start", settings.clock_start}});
    return std::make_unique<time::OffsetClock>(start);
}

Result<std::unique_ptr<store::Store>> open(const Settings& settings) {
    TRY(std::unique_ptr<store::Store> store, store::open_store(settings.store_url));
    TRY_STATUS(store->migrate());
    return store;
}

Status write_port(const std::string& path, std::uint16_t port) {
    if (path.empty()) return {};
    const std::string temporary = path + ".new";
    std::FILE* file = std::fopen(temporary.c_str(), "w");
    if (file == nullptr) return fail(ErrorCode::io, "the port file cannot be written");
    std::fprintf(file, "%u\n", port);
    std::fclose(file);
    if (std::rename(temporary.c_str(), path.c_str()) != 0)
        return fail(ErrorCode::io, "the port file cannot be written");
    return {};
}

http::ServerOptions server_options(const Settings& settings) {
    http::ServerOptions options;
    options.address = settings.listen_address;
    options.port = static_cast<std::uint16_t>(settings.listen_port);
    options.threads = settings.http_threads;
    options.limits.body_bytes_max = protocol::kPlanBodyBytesMax;
    options.limits.drain_time_max = settings.drain;
    if (!settings.tls_certificate.empty()) options.tls = http::TlsFiles{settings.tls_certificate, settings.tls_key};
    options.on_request = [](const http::AccessRecord& record) {
        log::debug("request", {{"id", record.id},
                               {"method", record.method},
                               {"path", record.path},
                               {"status", record.status},
                               {"peer", record.peer},
                               {"ms", record.took.count() / 1'000'000}});
    };
    return options;
}

}  // namespace

Status serve(const Settings& settings) {
    // The store's password and the key of TLS are in it.
    if (const Status kept = crypto::keep_memory_private(); !kept) log::warn(kept.error().message);
    const StopSignals signals;
    // Passes of the start; each needs the ones before it.
    TRY(const std::unique_ptr<time::Clock> clock, make_clock(settings));
    TRY(const std::unique_ptr<store::Store> store, open(settings));
    metrics::Registry metrics;
    auth::Authenticator authenticator(*store, *clock);
    services::Advancer advancer(*store, *clock);
    services::CronEnqueuer cron(*store, advancer, *clock, settings.cadence_environments);
    services::Dispatcher dispatcher(*store, *clock, metrics);
    services::Gauges gauges(*store, *clock, metrics);
    api::EventStreams events(*store);
    services::Janitor janitor(*store, advancer, *clock);
    services::Ticker ticker(
        services::duties(*store, advancer, cron, dispatcher, gauges, janitor, *clock,
                         {settings.events_retention, settings.works_retention, settings.janitor_interval}));
    api::Api api({*store, authenticator, advancer, cron, dispatcher, janitor, events, metrics, *clock, settings.issuer},
                 settings.worker_threads);
    http::ServerOptions options = server_options(settings);
    options.body_rule = [&api](const http::RequestHead& head) { return api.body_rule(head); };
    http::Server server(std::move(options), [&](http::Request request, std::shared_ptr<http::Exchange> exchange) {
        api.handle(std::move(request), std::move(exchange));
    });

    dispatcher.start();
    events.start();
    TRY_STATUS(server.start());
    ticker.start();
    TRY_STATUS(write_port(settings.port_file, server.port()));
    log::info(
        "the scheduler listens",
        {{"address", settings.listen_address}, {"port", server.port()}, {"tls", !settings.tls_certificate.empty()}});
    TRY(const int clients, store->client_count());
    if (clients == 0) log::info("there is no client yet: make one with `towline-scheduler client create`");

    const int signal = signals.wait();
    log::info("stopping", {{"signal", signal}});
    // Parked syncs and streams are answered first, because nothing more will happen for them; then the server lets
    // running requests finish. They may still call the dispatcher and the streams, which answer at once from now on.
    ticker.stop();
    dispatcher.stop();
    events.stop();
    server.stop();
    api.stop();
    log::info("stopped");
    log::flush();
    return {};
}

Result<std::string> create_client(const Settings& settings, const std::string& project, const std::string& name,
                                  const std::vector<std::string>& scopes) {
    const time::SystemClock clock;
    TRY(const std::unique_ptr<store::Store> store, open(settings));
    auth::Authenticator authenticator(*store, clock);
    TRY(auth::NewClient made, authenticator.create_client({project, name, scopes}));
    std::string text = json::Object()
                           .str("client_id", made.client.id)
                           .str("client_secret", made.secret)
                           .str("project", made.client.project_id)
                           .str("name", made.client.name)
                           .strings("scopes", made.client.scopes)
                           .dump();
    crypto::wipe(made.secret);
    return text;
}

Result<std::string> copy_store(const Settings& settings, const std::string& from, const std::string& to) {
    TRY(const std::vector<store::CopiedTable> tables, store::copy_store(from, to.empty() ? settings.store_url : to));
    std::string text;
    std::int64_t rows = 0;
    for (const store::CopiedTable& table : tables) {
        text += std::to_string(table.rows) + " rows of " + table.name + "\n";
        rows += table.rows;
    }
    return text + std::to_string(rows) + " rows copied and counted again";
}

Status migrate(const Settings& settings) {
    TRY([[maybe_unused]] const std::unique_ptr<store::Store> store, open(settings));
    return {};
}

}  // namespace towline::program
