#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "credentials/environment.h"
#include "credentials/gateways.h"
#include "credentials/secret.h"
#include "credentials/settings_table.h"
#include "log/log.h"
#include "policy/policy.h"
#include "protocol/executor.h"

namespace towline::credentials {

/// How much of a task's log leaves the customer's network.
enum class LogUpload { off, metadata, scrubbed, full };
std::string_view to_string(LogUpload mode);

/// One setting as it is in force, for `config`. Secrets are shown as "***" only.
struct EffectiveSetting {
    std::string name;
    std::string shown;
    std::string source;  ///< "flag --url", "TCLOUD_URL in .env", "default"
};

/// How the scheduler is reached: contents of the files that settings name, checked.
struct Network {
    std::string authorities;         ///< PEM; empty: the system's
    std::string client_certificate;  ///< PEM; empty: none
    Secret client_key;               ///< PEM
    Secret proxy;                    ///< the one for this address, with its password; empty: none
    std::string no_proxy;            ///< hosts that are reached without it
};

/// Everything an executor is configured by, valid.
struct ExecutorSettings {
    protocol::ExecutorKind kind = protocol::ExecutorKind::run;
    std::string url;        ///< the project's address, no slash at the end
    std::string token_url;  ///< same host, /oauth/token
    std::string client_id;
    Secret client_secret;
    std::string env_file;
    std::vector<std::string> watched;  ///< files that settings were read from, besides env_file
    Network network;
    std::string name;
    int slots = 1;
    std::vector<std::string> labels;  ///< sorted
    std::filesystem::path spool_dir;
    log::Level log_level = log::Level::info;
    bool log_json = false;
    LogUpload log_upload = LogUpload::scrubbed;
    policy::Policy policy;
    std::size_t egress_journal_bytes = 0;  ///< 0: none is kept
    std::string health_listen;
    std::chrono::seconds drain{25};
    Gateways gateways;  ///< its `secrets` hold every secret, the client's too
    std::vector<EffectiveSetting> effective;
};

/// What settings are made of; nothing else is asked of the machine but the files it names.
struct SettingInputs {
    protocol::ExecutorKind kind = protocol::ExecutorKind::run;
    std::map<SettingId, std::string> flags;
    Variables process;      ///< the process environment
    std::string host_name;  ///< for the default name
};

/// All faults at once, a sentence each; none holds a value.
using SettingFaults = std::vector<std::string>;
tl::expected<ExecutorSettings, SettingFaults> resolve_settings(const SettingInputs& inputs);

/// Only the folder of spool and status file, for probes: works while other settings are missing or faulty.
std::filesystem::path resolve_spool_dir(const SettingInputs& inputs);

/// The name of this machine.
std::string host_name();

}  // namespace towline::credentials
