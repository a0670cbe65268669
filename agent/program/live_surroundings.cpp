#include "program/live_surroundings.h"

#include <algorithm>

#include "log/log.h"

namespace towline::program {
namespace {

constexpr std::chrono::seconds kRetryPause{30};

}  // namespace

loop::ClientCredentials client_of(const credentials::ExecutorSettings& settings) {
    return {settings.token_url, settings.client_id, settings.client_secret,
            "executor:" + std::string(protocol::to_string(settings.kind))};
}

http::Route route_of(const credentials::ExecutorSettings& settings) {
    const credentials::Network& network = settings.network;
    return {.authorities = network.authorities,
            .client_certificate = network.client_certificate,
            .client_key = http::ClientSecret(network.client_key.reveal()),
            .proxy = std::string(network.proxy.reveal()),
            .no_proxy = network.no_proxy};
}

loop::Circumstances LiveSurroundings::look() {
    using Change = credentials::SettingsWatch::Change;
    const Change change = parts_.watch.refresh();
    const credentials::ExecutorSettings& settings = parts_.watch.current();
    loop::Circumstances out;
    if (change == Change::adopted) {
        log::info("settings were read again");
        out.settings = "adopted";
        const Status level = log::init({settings.log_level, settings.log_json, {}});
        if (!level) log::failure(log::Level::warn, "the log level was not changed", level.error());
        parts_.engines.configure(settings.gateways);
        parts_.transport.use(route_of(settings));
        out.credentials_changed = parts_.connection.use(client_of(settings));
        described_ = false;
    }
    if (change == Change::refused) {
        out.settings = "refused";
        for (const std::string& fault : parts_.watch.faults())
            log::error("changed settings are refused, the old values stay in force", {{"fault", fault}});
    }
    const auto now = std::chrono::steady_clock::now();
    const bool due = !next_try_ || now >= *next_try_;
    const bool unknown =
        std::any_of(gateways_.begin(), gateways_.end(), [](const auto& one) { return !one.default_catalog; });
    if (!described_ || (unknown && due)) {
        gateways_ = parts_.engines.describe();
        described_ = true;
    }
    if (left_over_ > 0 && due) end_left_over();
    if (due) next_try_ = now + kRetryPause;
    out.degraded = parts_.watch.degraded();
    if (out.degraded) out.reason = "changed settings are refused: " + parts_.watch.faults().front();
    out.gateways = gateways_;
    out.exclusive = parts_.engines.exclusive();
    out.drain = settings.drain;
    out.log_upload = settings.log_upload;
    out.policy = &settings.policy;
    look_at_journal(out);
    return out;
}

void LiveSurroundings::look_at_journal(loop::Circumstances& out) const {
    if (parts_.journal == nullptr) return;
    out.egress_head = parts_.journal->head().text();
    if (parts_.journal->lost() == 0) return;
    out.degraded = true;
    if (out.reason.empty()) out.reason = "the egress journal cannot be written; is the disk full?";
}

void LiveSurroundings::end_left_over() {
    left_over_ =
        spool::end_left_over_sessions(parts_.sessions, [&](const spool::SessionRecord& session) -> Result<bool> {
            TRY(const auto engine, parts_.engines.engine(session.gateway));
            return engine->kill_session(session.session_id);
        });
}

}  // namespace towline::program
