#include "credentials/settings_table.h"

#include <fmt/core.h>

#include <array>

#include "base/assert.h"

namespace towline::credentials {
namespace {

constexpr std::array kRows{
    SettingRow{SettingId::url, "TOWLINE_URL", "TCLOUD_URL", "--url", "", "required", false, false,
               "Address of the project at the scheduler: https://HOST/sqlmesh/ORG/PROJECT."},
    SettingRow{SettingId::client_id, "TOWLINE_CLIENT_ID", "TCLOUD_CLIENT_ID", "--client-id", "", "required", false,
               true, "OAuth client of this executor."},
    SettingRow{SettingId::client_secret, "TOWLINE_CLIENT_SECRET", "TCLOUD_CLIENT_SECRET", "", "", "required", true,
               true, "Secret of the OAuth client."},
    SettingRow{SettingId::env_file, "TOWLINE_ENV_FILE", "TCLOUD_ENV_FILE", "--env-file", "", "none", false, false,
               "A .env file laid over the environment and read again when it changes."},
    SettingRow{SettingId::ca_file, "TOWLINE_CA_FILE", "", "--ca-file", "", "the system's", false, true,
               "PEM file of the authorities trusted for the scheduler's certificate; a new file counts for the next "
               "connection."},
    SettingRow{SettingId::client_certificate, "TOWLINE_CLIENT_CERTIFICATE", "", "--client-certificate", "", "none",
               false, true,
               "PEM file of the certificate shown to the scheduler (mutual TLS); a new file counts for the next "
               "connection, once it fits the key."},
    SettingRow{SettingId::client_key, "TOWLINE_CLIENT_KEY", "", "--client-key", "", "none", false, true,
               "PEM file of the certificate's private key, without a passphrase."},
    SettingRow{SettingId::https_proxy, "https_proxy", "HTTPS_PROXY", "", "", "none", false, true,
               "Proxy on the way to a scheduler with https://: [http://][USER:PASSWORD@]HOST:PORT; also https:// or "
               "socks5://."},
    SettingRow{SettingId::http_proxy, "http_proxy", "", "", "", "none", false, true,
               "The same for a scheduler with http://; by this spelling only."},
    SettingRow{SettingId::all_proxy, "all_proxy", "ALL_PROXY", "", "", "none", false, true,
               "The same for both, if the other is not set."},
    SettingRow{SettingId::no_proxy, "no_proxy", "NO_PROXY", "", "", "none", false, true,
               "Hosts that are reached without a proxy, with commas between; * is every host."},
    SettingRow{SettingId::name, "TOWLINE_EXECUTOR_NAME", "", "--name", "", "host name and kind", false, false,
               "Stable name of this executor; the newest process of a name wins."},
    SettingRow{SettingId::slots, "TOWLINE_SLOTS", "", "--slots", "", "the default gateway's concurrent_tasks", false,
               false, "How many tasks run at once."},
    SettingRow{
        SettingId::labels, "TOWLINE_LABELS", "", "--label", "", "none", false, false,
        "Labels of this executor, with commas between (the flag may be repeated): it is given only tasks of models "
        "whose tags ask for one or more of them, and for no other: a tag `executor:size=large` asks for the label "
        "`size=large`. With a further label `*` also tasks that ask for none, as an executor without labels."},
    SettingRow{SettingId::spool_dir, "TOWLINE_SPOOL_DIR", "", "--spool-dir", "", "~/.local/state/towline/<kind>", false,
               false,
               "Folder for results not yet acknowledged, the session journal and the status file; one "
               "process each."},
    SettingRow{SettingId::log_level, "TOWLINE_LOG_LEVEL", "", "--log-level", "info", "info", false, true,
               "Least level written to standard error: debug, info, warn, error or off."},
    SettingRow{SettingId::log_format, "TOWLINE_LOG_FORMAT", "", "--log-format", "text", "text", false, false,
               "text, or json for one object a line."},
    SettingRow{SettingId::log_upload, "TOWLINE_LOG_UPLOAD", "", "--log-upload", "scrubbed", "scrubbed", false, true,
               "What of a task's log is sent to the scheduler: off, metadata (start, end, counts, times), "
               "scrubbed (all lines, without the literals of statements and of the engine's errors) or full "
               "(with them). Known secrets are masked in each."},
    SettingRow{SettingId::policy_file, "TOWLINE_POLICY_FILE", "", "--policy-file", "", "none", false, false,
               "YAML file that says which tasks this executor may carry out (docs/security.md); read again when it "
               "changes."},
    SettingRow{SettingId::egress_journal_mb, "TOWLINE_EGRESS_JOURNAL_MB", "", "--egress-journal-mb", "64", "64", false,
               false,
               "Megabytes that the journal of every byte sent to the scheduler may take in the spool folder; 0 keeps "
               "none."},
    SettingRow{SettingId::health_listen, "TOWLINE_HEALTH_LISTEN", "", "--health-listen", "", "none", false, false,
               "ADDRESS:PORT on which /livez, /readyz, /status and /metrics are answered, without TLS or password."},
    SettingRow{SettingId::drain_seconds, "TOWLINE_DRAIN_SECONDS", "", "--drain-seconds", "25", "25", false, true,
               "After SIGTERM, how long running tasks may finish before they are cancelled."},
};

std::string names_of(const SettingRow& row) {
    std::string names = fmt::format("`{}`", row.name);
    if (!row.alias.empty()) names += fmt::format(", `{}`", row.alias);
    return names;
}

constexpr std::string_view kIntroduction = R"(# Configuration of the executor

`towline-executor run` and `towline-executor apply` take their settings from flags, the process
environment and, if `TOWLINE_ENV_FILE` or `TCLOUD_ENV_FILE` names one, a `.env` file in python-dotenv's
syntax whose values win over the environment. A flag wins over a `TOWLINE_` name, that over a `TCLOUD_`
name; of two spellings of a proxy's variable the lower-case one wins, unless only the other is in the `.env` file.
A setting marked *secret* may also be given as the name of a file: `TOWLINE_CLIENT_SECRET_FILE`; so may
every variable of a connection: `SQLMESH__GATEWAYS__<NAME>__CONNECTION__PASSWORD_FILE`.
`towline-executor config` prints what is in force and where it came from.

The `.env` file, secret files, certificates and keys are looked at before every call to the scheduler and
read again when they changed (also when they were replaced by a rename or a swapped symbolic link). If what they hold is
faulty, the old values stay in force, the fault is logged with its line and the executor reports itself
`degraded`. Settings marked *restart* keep the value that the process started with.

| setting | flag | default | changes | meaning |
|---|---|---|---|---|
)";

constexpr std::string_view kGatewaysText =
    R"(
## Gateways

Engines are configured as in SQLMesh: `SQLMESH__GATEWAYS__<NAME>__CONNECTION__<SETTING>` and
`SQLMESH__DEFAULT_GATEWAY`. Names are case-insensitive and become lower case. Without
`SQLMESH__DEFAULT_GATEWAY` the first gateway by name is the default. A changed gateway is used by the
next connection that is opened.

| type | settings |
|---|---|
| `duckdb` | `database` or `catalogs` (JSON object, or `CATALOGS__<NAME>`), `connector_config`, `concurrent_tasks` (1) |
| `postgres` | `host`, `user`, `password`, `database`, `port` (5432), `sslmode`, `sslrootcert`, )"
    R"(`role`, `application_name`, `connect_timeout` (10), `keepalives_idle`, `concurrent_tasks` (4) |

Every other setting of these types is refused by name. `TYPE` is required.
)";

}  // namespace

std::span<const SettingRow> setting_rows() { return kRows; }

const SettingRow& row_of(SettingId id) {
    for (const SettingRow& row : kRows) {
        if (row.id == id) return row;
    }
    TOWLINE_ASSERT(false && "every setting has a row");
}

std::string configuration_markdown() {
    std::string page(kIntroduction);
    for (const SettingRow& row : kRows) {
        page += fmt::format("| {}{} | {} | {} | {} | {} |\n", names_of(row), row.secret ? " *secret*" : "",
                            row.flag.empty() ? "" : fmt::format("`{}`", row.flag), row.shown_default,
                            row.reloads ? "at once" : "*restart*", row.help);
    }
    page += kGatewaysText;
    return page;
}

std::string configuration_help() {
    std::string text = "Environment (a flag wins over TOWLINE_*, that over TCLOUD_*):\n";
    for (const SettingRow& row : kRows) {
        const bool required = row.shown_default == "required";
        text += fmt::format("  {}{}{}{}\n      {} {}{}.\n", row.name, row.alias.empty() ? "" : ", ", row.alias,
                            row.secret ? fmt::format(", or {}_FILE: a file that holds it", row.name) : "", row.help,
                            required ? "Required" : "Default: ", required ? "" : row.shown_default);
    }
    text +=
        "Engines: SQLMESH__GATEWAYS__<NAME>__CONNECTION__<SETTING> (or <SETTING>_FILE: a file that holds it), "
        "SQLMESH__DEFAULT_GATEWAY.\n";
    return text;
}

}  // namespace towline::credentials
