#pragma once
// The scheduler's settings. One table (settings.cpp) describes each once: flag, environment variable, default, help.
// The flags of the program, the environment and docs/configuration.md all come from it.

#include <chrono>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "log/log.h"

namespace towline::program {

struct Settings {
    std::string listen_address = "127.0.0.1";
    int listen_port = 8080;  ///< 0 = any free one
    std::string tls_certificate;
    std::string tls_key;
    std::string store_url = "sqlite:towline.db";  ///< may hold a password: never printed
    std::string issuer;
    std::string port_file;
    int http_threads = 1;
    int worker_threads = 8;
    std::set<std::string> cadence_environments{"prod"};
    std::chrono::hours events_retention{24 * 7};
    std::chrono::hours works_retention{24 * 90};
    std::chrono::minutes janitor_interval{60};
    std::chrono::seconds drain{10};
    log::Settings log;
    std::string clock_start;  ///< tests only
};

struct SettingInfo {
    std::string_view flag;         ///< "listen"; empty: environment only, because it may hold a secret
    std::string_view environment;  ///< "TOWLINE_LISTEN"
    std::string_view fallback;
    std::string_view help;
    Status (*set)(Settings&, const std::string& value);
};
std::span<const SettingInfo> setting_infos();

/// Flags win over the environment, that over the defaults. All faults are reported in one message, one a line.
/// `flags` maps flag names to values. NAME_FILE in the environment names a file that holds the value of NAME.
Result<Settings> load_settings(const std::map<std::string, std::string>& flags,
                               const std::map<std::string, std::string>& environment);

/// The table as Markdown rows, for docs/configuration.md.
std::string settings_markdown();

}  // namespace towline::program
