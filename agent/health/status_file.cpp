#include "health/status_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "json/json.h"

namespace towline::health {
namespace {

constexpr std::size_t kStatusBytesMax = 64 << 10;

tl::unexpected<Error> io_failure(const std::filesystem::path& path) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
    return fail(code, path.string() + ": " + std::strerror(errno));
}

}  // namespace

std::string to_json(const LoopStatus& status) {
    json::Object object;
    object.num("pid", status.pid).str("kind", status.kind).str("name", status.name).str("state", status.state);
    object.str("reason", status.reason)
        .str("trouble", status.trouble)
        .str("health", status.health)
        .num("loop_ms", status.loop_ms);
    object.num("last_sync_ms", status.last_sync_ms).num("slots", status.slots).strings("tasks", status.tasks);
    object.num("spooled", status.spooled).str("egress_head", status.egress_head);
    return object.dump();
}

std::int64_t monotonic_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

namespace {

/// Over the bytes that are there, with blanks behind: needs no new block as long as the text does not grow beyond one.
Status write_in_place(const std::filesystem::path& path, std::string text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return io_failure(path);
    const off_t before = ::lseek(file, 0, SEEK_END);
    if (before > 0 && text.size() < static_cast<std::size_t>(before))
        text.resize(static_cast<std::size_t>(before), ' ');
    const ssize_t count = ::pwrite(file, text.data(), text.size(), 0);
    ::close(file);
    if (count != static_cast<ssize_t>(text.size())) return fail(ErrorCode::io, path.string() + ": cannot write");
    return {};
}

Status write_fresh(const std::filesystem::path& fresh, const std::string& text) {
    const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) return io_failure(fresh);
    const ssize_t count = ::write(file, text.data(), text.size());
    ::close(file);
    if (count != static_cast<ssize_t>(text.size())) return fail(ErrorCode::io, fresh.string() + ": cannot write");
    return {};
}

}  // namespace

Status write_status(const std::filesystem::path& path, const LoopStatus& status) {
    const std::string text = to_json(status);
    const std::filesystem::path fresh = path.string() + ".new";
    if (const Status written = write_fresh(fresh, text); !written) {
        ::unlink(fresh.c_str());
        return write_in_place(path, text);
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) return io_failure(path);
    return {};
}

Result<LoopStatus> read_status(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return io_failure(path);
    std::string text(kStatusBytesMax, '\0');
    const ssize_t count = ::read(file, text.data(), text.size());
    ::close(file);
    if (count < 0) return io_failure(path);
    text.resize(static_cast<std::size_t>(count));
    TRY(const json::Document document, json::Document::parse(text));
    const json::Reader root = document.root();
    LoopStatus status;
    status.pid = root.num("pid");
    status.kind = root.str("kind");
    status.name = root.str("name");
    status.state = root.str("state");
    status.reason = root.str("reason", "");
    status.trouble = root.str("trouble", "");
    status.health = root.str("health", "ok");
    status.loop_ms = root.num("loop_ms");
    status.last_sync_ms = root.num("last_sync_ms", 0);
    status.slots = static_cast<int>(root.num("slots", 0));
    status.tasks = root.strings("tasks");
    status.spooled = root.num("spooled", 0);
    status.egress_head = root.str("egress_head", "");
    TRY_STATUS(root.status());
    return status;
}

namespace {

constexpr int kNotHealthy = 1;
constexpr int kRefused = 3;
constexpr int kNotReached = 5;

int exit_code_of(std::string_view trouble) {
    switch (error_code_from(trouble)) {
        case ErrorCode::unauthenticated:
        case ErrorCode::forbidden:
            return kRefused;
        case ErrorCode::unavailable:
        case ErrorCode::timeout:
            return kNotReached;
        default:
            return kNotHealthy;
    }
}

}  // namespace

Verdict judge(const LoopStatus& status, Probe probe, std::int64_t now_ms) {
    const std::int64_t loop_age = now_ms - status.loop_ms;
    // A time ahead of now is of an earlier start of the machine.
    if (loop_age < 0) return {false, "the status file is from before the machine's last start"};
    if (status.state == "stopped") return {false, "the executor has stopped"};
    if (loop_age > std::chrono::milliseconds(kLoopAgeMax).count())
        return {false, fmt::format("the executor's loop has not advanced for {} s", loop_age / 1000)};
    const std::string alive = fmt::format("the executor's loop advanced {} s ago", loop_age / 1000);
    if (probe == Probe::live) return {true, alive, 0};
    if (status.state != "ready")
        return {
            false,
            fmt::format("{}, but it is {}{}{}", alive, status.state, status.reason.empty() ? "" : ": ", status.reason),
            exit_code_of(status.trouble)};
    const std::int64_t sync_age = now_ms - status.last_sync_ms;
    if (status.last_sync_ms == 0 || sync_age > std::chrono::milliseconds(kSyncAgeMax).count())
        return {false, alive + ", but no call to the scheduler succeeded within 60 s", kNotReached};
    return {true,
            fmt::format("the executor is ready{}, {} task(s) running",
                        status.health == "ok" ? "" : " (" + status.health + ")", status.tasks.size()),
            0};
}

Verdict check(const std::filesystem::path& path, Probe probe) {
    const auto status = read_status(path);
    if (!status && status.error().code == ErrorCode::not_found)
        return {false, fmt::format("no executor has written {}", path.string())};
    if (!status) return {false, "the status file cannot be read: " + status.error().message};
    const bool gone = ::kill(static_cast<pid_t>(status->pid), 0) != 0 && errno == ESRCH;
    if (gone) return {false, fmt::format("the executor's process {} is gone", status->pid)};
    return judge(*status, probe, monotonic_ms());
}

}  // namespace towline::health
