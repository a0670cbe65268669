#pragma once
// What the CLI must know to reach a scheduler, and where it is read from. One table: flag, variable and alias
// stand there.

#include <unistd.h>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dotenv/dotenv.h"
#include "http_client/client_secret.h"

namespace towline::client {

using dotenv::Variables;

struct SettingInfo {
    std::string_view name;   ///< TOWLINE_…; wins over the alias
    std::string_view alias;  ///< TCLOUD_…, or empty
    std::string_view flag;   ///< long flag without dashes, or empty
    bool secret = false;     ///< may also come from the file that NAME_FILE names
    bool hidden = false;
    std::string_view help;
};
std::span<const SettingInfo> setting_infos();

/// https://HOST/sqlmesh/ORG/PROJECT in its parts.
struct Address {
    std::string origin;   ///< https://HOST[:PORT]
    std::string path;     ///< /sqlmesh/ORG/PROJECT
    std::string project;  ///< ORG/PROJECT
    std::string url() const { return origin + path; }
};
Result<Address> parse_address(std::string_view url);

struct Settings {
    std::string url;  ///< may be empty: commands that need no scheduler
    std::string client_id;
    http::ClientSecret client_secret;
    std::string ca_file;
    std::string now;        ///< for tests: moves the clock of planning
    std::string env_file;   ///< the file that was read; empty if none
    Variables environment;  ///< the process's variables with the file's laid over them
};

struct SettingSources {
    Variables flags;           ///< by long flag
    Variables process;         ///< the process's variables
    std::string folder = ".";  ///< where a `.towline/env` is looked for, here and in the folders above
    uid_t user = ::geteuid();  ///< whose `.towline/env` is read; root's is too
};
/// Flags win over variables, `TOWLINE_ENV_FILE` over the process. Only if all this gives no URL, the nearest
/// `.towline/env` (written by `towline dev`) gives URL and client together; `forbidden` if it is another user's.
/// `invalid` names the faulty variable, never its value.
Result<Settings> load_settings(const SettingSources& sources);

}  // namespace towline::client
