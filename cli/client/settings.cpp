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
    SettingInfo{"TOWLINE_URL", "TCLOUD_URL", "url", false, false,
                "the project: https://HOST/sqlmesh/ORG/PROJECT"},
    SettingInfo{"TOWLINE_CLIENT_ID", "TCLOUD_CLIENT_ID", "", false, false, "OAuth client"},
    SettingInfo{"TOWLINE_CLIENT_SECRET", "TCLOUD_CLIENT_SECRET", "", true, false,
                "its secret, or _FILE: a file that holds it"},
    SettingInfo{"TOWLINE_CA_FILE", "", "ca-file", false, false,
                "PEM file of trusted authorities; default: the system's"},
    SettingInfo{"TOWLINE_ENV_FILE", "TCLOUD_ENV_FILE", "env-file", false, false,
                "file of variables that win over the environment"},
    SettingInfo{"TOWLINE_NOW", "", "", false, true, "for tests: the instant that planning takes for now"},
};

constexpr std::uintmax_t kEnvFileBytesMax = 1 << 20;
constexpr std::uintmax_t kSecretFileBytesMax = 64 << 10;
constexpr int kFoldersUpMax = 32;

Result<std::string> read_file(const std::string& path, std::uintmax_t bytes_max) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    if (error || !file) return fail(ErrorCode::io, "'" + path + "' cannot be read");
    if (size > bytes_max) return fail(ErrorCode::too_large, "'" + path + "' is too large");
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
        struct stat seen {};
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

// The value of one line after '='.
std::optional<std::string> unquoted(std::string_view text) {
    text = trim(text);
    if (text.empty() || (text.front() != '"' && text.front() != '\'')) {
        const std::size_t comment = text.find(" #");
        return std::string(trim(text.substr(0, comment)));
    }
    const std::size_t end = text.find(text.front(), 1);
    if (end == std::string_view::npos) return std::nullopt;
    return std::string(text.substr(1, end - 1));
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

Result<Variables> parse_env_file(std::string_view text) {
    Variables out;
    int number = 0;
    for (const std::string& raw : split(text, "\n")) {
        ++number;
        std::string_view line = trim(raw);
        if (line.empty() || line.front() == '#') continue;
        if (line.substr(0, 7) == "export ") line = trim(line.substr(7));
        const std::size_t equals = line.find('=');
        const std::string name(trim(line.substr(0, equals)));
        if (equals == std::string_view::npos || name.empty())
            return fail(ErrorCode::invalid, fmt::format("line {}: expected NAME=value", number));
        std::optional<std::string> value = unquoted(line.substr(equals + 1));
        if (!value) return fail(ErrorCode::invalid, fmt::format("line {}: the quote is not closed", number));
        out[name] = std::move(*value);
    }
    return out;
}

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
        TRY(const std::string text, read_file(settings.env_file, kEnvFileBytesMax));
        const Result<Variables> file = parse_env_file(text);
        if (!file) return fail(file.error().in(settings.env_file));
        for (const auto& [name, value] : *file) settings.environment[name] = value;
    }
    TRY_STATUS(fill(settings, sources.flags, settings.environment));
    if (!settings.url.empty()) return settings;
    TRY(const std::string nearest, nearest_env_file(sources.folder, sources.user));
    if (nearest.empty()) return settings;
    TRY(const std::string text, read_file(nearest, kEnvFileBytesMax));
    const Result<Variables> file = parse_env_file(text);
    if (!file) return fail(file.error().in(nearest));
    settings.env_file = nearest;
    TRY_STATUS(fill(settings, sources.flags, *file));
    TRY(settings.now, value_of("TOWLINE_NOW", sources.flags, sources.process));
    return settings;
}

}  // namespace towline::client
