#pragma once
#include <span>
#include <string>
#include <string_view>

namespace towline::credentials {

/// The settings of the executor, in the order of the table.
enum class SettingId {
    url,
    client_id,
    client_secret,
    env_file,
    ca_file,
    client_certificate,
    client_key,
    https_proxy,
    http_proxy,
    all_proxy,
    no_proxy,
    name,
    slots,
    labels,
    spool_dir,
    log_level,
    log_format,
    log_upload,
    policy_file,
    egress_journal_mb,
    health_listen,
    drain_seconds,
};

/// One setting. Parsing, `--help`, `config` and docs/configuration.md are made from these rows.
struct SettingRow {
    SettingId id;
    std::string_view name;           ///< environment variable
    std::string_view alias;          ///< another name of the same; empty = none
    std::string_view flag;           ///< empty = only by environment (secrets)
    std::string_view fallback;       ///< value if nothing sets it
    std::string_view shown_default;  ///< what help says the default is
    bool secret;                     ///< masked wherever it is shown; may come from `<name>_FILE`
    bool reloads;                    ///< a change of the `.env` file takes effect without a restart
    std::string_view help;
};

std::span<const SettingRow> setting_rows();
const SettingRow& row_of(SettingId id);

/// The page docs/configuration.md, whole.
std::string configuration_markdown();
/// Lines about environment variables for the end of `--help`.
std::string configuration_help();

}  // namespace towline::credentials
