#include "program/settings.h"

#include <fmt/core.h>

#include <array>
#include <fstream>
#include <iterator>

#include "base/strings.h"

namespace towline::program {
namespace {

Result<int> number(const std::string& value, int low, int high) {
    const auto parsed = parse_int(value);
    if (!parsed || *parsed < low || *parsed > high)
        return fail(ErrorCode::invalid, fmt::format("'{}' is not a number from {} to {}", value, low, high));
    return static_cast<int>(*parsed);
}

Status set_listen(Settings& settings, const std::string& value) {
    const std::size_t colon = value.rfind(':');
    if (colon == std::string::npos || colon == 0) return fail(ErrorCode::invalid, "write ADDRESS:PORT");
    settings.listen_address = value.substr(0, colon);
    if (settings.listen_address.front() == '[' && settings.listen_address.back() == ']')
        settings.listen_address = settings.listen_address.substr(1, settings.listen_address.size() - 2);
    TRY(settings.listen_port, number(value.substr(colon + 1), 0, 65535));
    return {};
}

Status set_log_level(Settings& settings, const std::string& value) {
    const auto level = log::level_from(value);
    if (!level) return fail(ErrorCode::invalid, "use debug, info, warn, error or off");
    settings.log.level = *level;
    return {};
}

Status set_log_format(Settings& settings, const std::string& value) {
    if (value != "text" && value != "json") return fail(ErrorCode::invalid, "use text or json");
    settings.log.json = value == "json";
    return {};
}

Status set_cadence(Settings& settings, const std::string& value) {
    settings.cadence_environments.clear();
    for (const std::string& name : split(value, ","))
        if (!trim(name).empty()) settings.cadence_environments.emplace(trim(name));
    return {};
}

template <auto Member>
Status set_text(Settings& settings, const std::string& value) {
    settings.*Member = value;
    return {};
}

template <auto Member, int Low, int High>
Status set_number(Settings& settings, const std::string& value) {
    TRY(settings.*Member, number(value, Low, High));
    return {};
}

template <auto Member>
Status set_days(Settings& settings, const std::string& value) {
    TRY(const int days, number(value, 1, 3650));
    settings.*Member = std::chrono::hours(24 * days);
    return {};
}

Status set_janitor(Settings& settings, const std::string& value) {
    TRY(const int minutes, number(value, 0, 525'600));
    settings.janitor_interval = std::chrono::minutes(minutes);
    return {};
}

Status set_drain(Settings& settings, const std::string& value) {
    TRY(const int seconds, number(value, 0, 3600));
    settings.drain = std::chrono::seconds(seconds);
    return {};
}

constexpr std::array kTable{
    SettingInfo{"listen", "TOWLINE_LISTEN", "127.0.0.1:8080", "address and port; port 0 takes a free one", set_listen},
    SettingInfo{"tls-certificate", "TOWLINE_TLS_CERTIFICATE", "",
                "PEM file, the server's certificate first, then its chain", set_text<&Settings::tls_certificate>},
    SettingInfo{"tls-key", "TOWLINE_TLS_KEY", "", "PEM file with the private key", set_text<&Settings::tls_key>},
    SettingInfo{"", "TOWLINE_STORE_URL", "sqlite:towline.db",
                "`sqlite:PATH` or `postgresql://…`; environment only, because it may hold a password",
                set_text<&Settings::store_url>},
    SettingInfo{"issuer", "TOWLINE_ISSUER", "",
                "public base address told to OAuth clients; default: the request's host", set_text<&Settings::issuer>},
    SettingInfo{"port-file", "TOWLINE_PORT_FILE", "", "file that gets the port once the server listens",
                set_text<&Settings::port_file>},
    SettingInfo{"http-threads", "TOWLINE_HTTP_THREADS", "1", "threads that read and write sockets",
                set_number<&Settings::http_threads, 1, 64>},
    SettingInfo{"worker-threads", "TOWLINE_WORKER_THREADS", "8", "threads that answer requests and talk to the store",
                set_number<&Settings::worker_threads, 1, 256>},
    SettingInfo{"cadence", "TOWLINE_CADENCE", "prod", "comma-separated environments that run by themselves",
                set_cadence},
    SettingInfo{"events-retention-days", "TOWLINE_EVENTS_RETENTION_DAYS", "7",
                "how long events are kept, and executors that are gone", set_days<&Settings::events_retention>},
    SettingInfo{"works-retention-days", "TOWLINE_WORKS_RETENTION_DAYS", "90",
                "how long finished plans and runs are kept, with their tasks and logs",
                set_days<&Settings::works_retention>},
    SettingInfo{"janitor-minutes", "TOWLINE_JANITOR_MINUTES", "60",
                "how often expired environments, snapshots and their tables are cleaned up; 0 = only on request",
                set_janitor},
    SettingInfo{"drain-seconds", "TOWLINE_DRAIN_SECONDS", "10", "how long running requests may take after SIGTERM",
                set_drain},
    SettingInfo{"log-level", "TOWLINE_LOG_LEVEL", "info", "debug, info, warn, error or off", set_log_level},
    SettingInfo{"log-format", "TOWLINE_LOG_FORMAT", "text", "text or json", set_log_format},
    SettingInfo{"", "TOWLINE_CLOCK_START", "", "for tests: the instant at which the scheduler's clock starts",
                set_text<&Settings::clock_start>},
};

constexpr std::size_t kFileBytesMax = 64 << 10;

Result<std::string> read_value_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorCode::io, "cannot be read");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (text.size() > kFileBytesMax) return fail(ErrorCode::too_large, "is larger than 64 KiB");
    return std::string(trim(text));
}

// The value of a setting and where it came from; nothing if it is not set.
Result<std::optional<std::pair<std::string, std::string>>> given(
    const SettingInfo& info, const std::map<std::string, std::string>& flags,
    const std::map<std::string, std::string>& environment) {
    using Given = std::optional<std::pair<std::string, std::string>>;
    if (const auto flag = flags.find(std::string(info.flag)); !info.flag.empty() && flag != flags.end())
        return Given({"--" + std::string(info.flag), flag->second});
    const std::string name(info.environment);
    if (const auto file = environment.find(name + "_FILE"); file != environment.end()) {
        Result<std::string> value = read_value_file(file->second);
        if (!value) return fail(value.error().in(name + "_FILE"));
        return Given({name + "_FILE", *value});
    }
    if (const auto value = environment.find(name); value != environment.end()) return Given({name, value->second});
    return Given();
}

}  // namespace

std::span<const SettingInfo> setting_infos() { return kTable; }

Result<Settings> load_settings(const std::map<std::string, std::string>& flags,
                               const std::map<std::string, std::string>& environment) {
    Settings settings;
    std::vector<std::string> faults;
    for (const SettingInfo& info : kTable) {
        const auto value = given(info, flags, environment);
        if (!value) {
            faults.push_back(value.error().message);
        } else if (*value) {
            const Status set = info.set(settings, (*value)->second);
            if (!set) faults.push_back((*value)->first + ": " + set.error().message);
        }
    }
    if (settings.tls_certificate.empty() != settings.tls_key.empty())
        faults.push_back("TLS needs both a certificate and a key");
    if (!faults.empty()) return fail(ErrorCode::invalid, join(faults, "\n"));
    return settings;
}

std::string settings_markdown() {
    std::string out = "| variable | flag | default | meaning |\n|---|---|---|---|\n";
    for (const SettingInfo& info : kTable)
        out += fmt::format("| `{}` | {} | {} | {} |\n", info.environment,
                           info.flag.empty() ? std::string("–") : fmt::format("`--{}`", info.flag),
                           info.fallback.empty() ? std::string("–") : fmt::format("`{}`", info.fallback), info.help);
    return out;
}

}  // namespace towline::program
