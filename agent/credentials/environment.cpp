#include "credentials/environment.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "crypto/crypto.h"

extern char** environ;

namespace towline::credentials {
namespace {

constexpr std::size_t kReadBytes = 16 << 10;

}  // namespace

Variables process_environment() {
    Variables variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

FileStamp stamp_of(const std::string& path) {
    struct stat info{};
    if (path.empty() || ::stat(path.c_str(), &info) != 0) return {};
    return {true, info.st_dev, info.st_ino, info.st_size,
            static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec};
}

Result<std::string> read_small_file(const std::string& path, std::size_t bytes_max) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        const ErrorCode code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
        return fail(code, "cannot open " + path + ": " + std::strerror(errno));
    }
    struct stat info{};
    if (::fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(file);
        return fail(ErrorCode::io, path + " is not a regular file");
    }
    // Secrets stand in such files: no growing string and no buffer leaves a copy behind.
    std::string content;
    content.reserve(std::min(static_cast<std::size_t>(std::max<off_t>(info.st_size, 0)), bytes_max) + kReadBytes);
    std::string buffer(kReadBytes, '\0');
    ssize_t count = 0;
    while (content.size() <= bytes_max) {
        count = ::read(file, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        content.append(buffer, 0, static_cast<std::size_t>(count));
    }
    const int error = errno;
    crypto::wipe(buffer);
    ::close(file);
    if (count < 0) return fail(ErrorCode::io, "cannot read " + path + ": " + std::strerror(error));
    if (content.size() > bytes_max)
        return fail(ErrorCode::too_large, fmt::format("{} is too long: more than {} KiB", path, bytes_max >> 10U));
    return content;
}

namespace {

/// Mounted secrets: SQLMESH__…__PASSWORD_FILE becomes SQLMESH__…__PASSWORD.
void read_named_files(Environment& environment) {
    constexpr std::string_view kPrefix = "SQLMESH__GATEWAYS__";
    constexpr std::string_view kEnding = "_FILE";
    const Variables given = environment.values;
    for (const auto& [name, file] : given) {
        if (!starts_with_ignoring_case(name, kPrefix) || file.empty()) continue;
        if (name.size() <= kEnding.size() || !iequals(name.substr(name.size() - kEnding.size()), kEnding)) continue;
        const std::string bare = name.substr(0, name.size() - kEnding.size());
        environment.files.push_back(file);
        environment.values.erase(name);
        if (given.contains(bare)) {
            environment.faults.push_back(bare + " and " + name + " are both set; set one");
            continue;
        }
        auto content = read_small_file(file, dotenv::kValueBytesMax);
        if (!content) environment.faults.push_back(name + ": " + content.error().message);
        while (content && !content->empty() &&
               std::string_view(" \t\r\n").find(content->back()) != std::string_view::npos)
            content->pop_back();
        environment.values[bare] = content ? std::move(*content) : std::string();
    }
}

}  // namespace

Result<Environment> load_environment(const Variables& process, const std::string& env_file) {
    Environment environment{process, {}, {}, {}};
    if (env_file.empty()) {
        read_named_files(environment);
        return environment;
    }
    TRY(std::string text, read_small_file(env_file, dotenv::kFileBytesMax));
    auto values = dotenv::parse(text, process, dotenv::Faults::refuse);
    crypto::wipe(text);
    if (!values) return fail(values.error().in(env_file));
    for (auto& [name, value] : *values) {
        environment.from_file.insert(name);
        environment.values[name] = std::move(value);
    }
    read_named_files(environment);
    return environment;
}

}  // namespace towline::credentials
