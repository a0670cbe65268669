#include "client/settings.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/strings.h"

namespace towline::client {
namespace {

namespace fs = std::filesystem;

constexpr std::array kTable{
    SettingInfo{"TOWLINE_URL", "TCLOUD_URL", "url", false, false, "the project: https://HOST/sqlmesh/ORG/PROJECT"},
    SettingInfo{"TOWLINE_CLIENT_ID", "TCLOUD_CLIENT_ID", "", false, false, "OAuth client"},
    SettingInfo{"TOWLINE_CLIENT_SECRET", "TCLOUD_CLIENT_SECRET", "", true, false,
                "its secret, or _FILE: a file that holds it"},
    SettingInfo{"TOWLINE_CA_FILE", "", "ca-file", false, false,
                "PEM file of trusted authorities; default: the system's"},
    SettingInfo{"TOWLINE_ENV_FILE", "TCLOUD_ENV_FILE", "env-file", false, false,
                "file of variables that win over the environment"},
    SettingInfo{"TOWLINE_NOW", "", "", false, true, "for tests: the instant that planning takes for now"},
};

constexpr std::uintmax_t kSecretFileBytesMax = 64 << 10;
constexpr int kFoldersUpMax = 32;

Result<std::string> read_file(const std::string& path, std::uintmax_t bytes_max) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    if (error || !file) return fail(ErrorCode::io, "'" + path + "' cannot be read");
    if (size > bytes_max)
        return fail(ErrorCode::too_large, fmt::format("'{}' is too long: more than {} KiB", path, bytes_max >> 10U));
    return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

const SettingInfo& row(std::string_view name) {
    for (const SettingInfo& info : kTable)
        if (info.name == name) return info;
    return kTable.front();
}

std::optional<std::string> find(const Variables& variables, std::string_view name) {
    const auto found = variables.find(std::string(name));
    if (name.empty() || found == variables.end() || found->second.empty()) return std::nullopt;
    return found->second;
}

Result<std::string> value_of(std::string_view name, const Variables& flags, const Variables& variables) {
    const SettingInfo& info = row(name);
    if (auto value = find(flags, info.flag)) return *value;
    for (const std::string_view variable : {info.name, info.alias}) {
        if (variable.empty()) continue;
        if (const auto file = info.secret ? find(variables, std::string(variable) + "_FILE") : std::nullopt) {
            Result<std::string> text = read_file(*file, kSecretFileBytesMax);
            if (!text) return fail(text.error().in(std::string(variable) + "_FILE"));
            return std::string(trim(*text));
        }
        if (auto value = find(variables, variable)) return *value;
    }
    return std::string();
}

// The settings of `towline dev`, here or above. A file that another user put above the project, in /tmp say, would
// send the project to a scheduler of theirs.
Result<std::string> nearest_env_file(const std::string& folder, uid_t user) {
    std::error_code error;
    fs::path place = fs::absolute(folder, error).lexically_normal();
    for (int i = 0; !error && i < kFoldersUpMax; ++i) {
        const std::string candidate = (place / ".towline" / "env").string();
        struct stat seen{};
        if (::stat(candidate.c_str(), &seen) == 0 && S_ISREG(seen.st_mode)) {
            if (seen.st_uid == user || seen.st_uid == 0) return candidate;
            return fail(ErrorCode::forbidden, fmt::format("'{}' belongs to another user and is not read", candidate),
                        "if you trust it, name it with --env-file");
        }
        if (!place.has_parent_path() || place.parent_path() == place) break;
        place = place.parent_path();
    }
    return std::string();
}

Result<Variables> read_env_file(const std::string& path, const Variables& process) {
    TRY(const std::string text, read_file(path, dotenv::kFileBytesMax));
    auto variables = dotenv::parse(text, process, dotenv::Faults::refuse);
    if (!variables) return fail(variables.error().in(path));
    return *std::move(variables);
}

Status fill(Settings& settings, const Variables& flags, const Variables& variables) {
    TRY(settings.url, value_of("TOWLINE_URL", flags, variables));
    TRY(settings.client_id, value_of("TOWLINE_CLIENT_ID", flags, variables));
    TRY(const std::string secret, value_of("TOWLINE_CLIENT_SECRET", flags, variables));
    settings.client_secret = http::ClientSecret(secret);
    TRY(settings.ca_file, value_of("TOWLINE_CA_FILE", flags, variables));
    TRY(settings.now, value_of("TOWLINE_NOW", flags, variables));
    return {};
}

}  // namespace

std::span<const SettingInfo> setting_infos() { return kTable; }

Result<Address> parse_address(std::string_view url) {
    const std::string hint = "write https://HOST/sqlmesh/ORG/PROJECT";
    const std::size_t scheme = url.find("://");
    const std::string_view protocol = url.substr(0, scheme == std::string_view::npos ? 0 : scheme);
    if (protocol != "https" && protocol != "http")
        return fail(ErrorCode::invalid, "the scheduler's URL does not begin with https://", hint);
    while (url.back() == '/') url.remove_suffix(1);
    const std::size_t slash = url.find('/', scheme + 3);
    const std::size_t path_start = slash == std::string_view::npos ? url.size() : slash;
    Address out{std::string(url.substr(0, path_start)), std::string(url.substr(path_start)), ""};
    const std::vector<std::string> parts = split(out.path, "/");
    if (parts.size() != 4 || parts[1] != "sqlmesh" || parts[2].empty() || parts[3].empty() ||
        out.origin.find('@') != std::string::npos || url.find_first_of("?#") != std::string_view::npos)
        return fail(ErrorCode::invalid, "the scheduler's URL does not name a project", hint);
    out.project = parts[2] + "/" + parts[3];
    return out;
}

Result<Settings> load_settings(const SettingSources& sources) {
    Settings settings;
    settings.environment = sources.process;
    TRY(settings.env_file, value_of("TOWLINE_ENV_FILE", sources.flags, sources.process));
    if (!settings.env_file.empty()) {
        TRY(const Variables file, read_env_file(settings.env_file, sources.process));
        for (const auto& [name, value] : file) settings.environment[name] = value;
    }
    TRY_STATUS(fill(settings, sources.flags, settings.environment));
    if (!settings.url.empty()) return settings;
    TRY(const std::string nearest, nearest_env_file(sources.folder, sources.user));
    if (nearest.empty()) return settings;
    TRY(const Variables file, read_env_file(nearest, sources.process));
    settings.env_file = nearest;
    TRY_STATUS(fill(settings, sources.flags, file));
    TRY(settings.now, value_of("TOWLINE_NOW", sources.flags, sources.process));
    return settings;
}

}  // namespace towline::client
