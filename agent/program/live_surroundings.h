#pragma once
#include <chrono>
#include <optional>

#include "credentials/engine_set.h"
#include "credentials/settings_watch.h"
#include "egress/journal.h"
#include "http_client/curl_transport.h"
#include "loop/connection.h"
#include "loop/surroundings.h"
#include "spool/session_file.h"

namespace towline::program {

/// The client of a set of settings, as the connection wants it.
loop::ClientCredentials client_of(const credentials::ExecutorSettings& settings);

/// The way to the scheduler that these settings name; no proxy unless they name one.
http::Route route_of(const credentials::ExecutorSettings& settings);

/// Follows the settings' files for the loop: new credentials reach engines and connection before the next
/// call. Also ends, little by little, what a dead predecessor left running in the engines. The loop's thread
/// only.
class LiveSurroundings final : public loop::Surroundings {
 public:
    /// All must outlive this object.
    struct Parts {
        credentials::SettingsWatch& watch;
        credentials::EngineSet& engines;
        loop::Connection& connection;
        http::CurlTransport& transport;
        spool::SessionFile& sessions;
        egress::Journal* journal;  ///< null: none is kept
    };
    explicit LiveSurroundings(Parts parts) : parts_(parts) {}
    loop::Circumstances look() override;

 private:
    void end_left_over();

    Parts parts_;
    void look_at_journal(loop::Circumstances& out) const;

    std::vector<project::Gateway> gateways_;
    bool described_ = false;
    std::optional<std::chrono::steady_clock::time_point> next_try_;
    std::size_t left_over_ = 1;
};

}  // namespace towline::program
